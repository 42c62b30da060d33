"""The instances of the benchmark: where they are, their best known values, and how they are read."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from benchmarks.scheduling import generate
from rongzhi.engines.scheduling import Problem, io

DATA = Path(
    os.environ.get("RONGZHI_BENCHMARK_DATA") or Path(__file__).resolve().parents[2].parent / "shared/data/scheduling"
)
"""Public instances beside the repository; not part of it."""


@dataclass(frozen=True)
class Case:
    """One instance.

    Parameters
    ----------
    name : str
    load : callable
        Reads or makes the problem.
    best, lower : float or None
        Best known value and bound.
    published : dict of str to float
        Values others state, by method.
    """

    name: str
    load: Callable[[], Problem]
    best: float | None = None
    lower: float | None = None
    published: dict[str, float] = field(default_factory=dict)


def rows(path: str) -> list[dict[str, str]]:
    """Return the rows of a table of best known values."""
    with (DATA / path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _archive(path: str, member: str) -> Callable[[], Problem]:
    return lambda: io.read_problem(DATA / path, member=member)


def _fjsp(prefix: str) -> Iterator[Case]:
    packed = f"fjsp/{prefix.partition('/')[0]}.tar.gz"
    for row in rows("fjsp/bks_fjsp.csv"):
        file = row["schedulinglab_file"]
        if file.startswith(f"{prefix}/"):
            yield Case(row["instance"], _archive(packed, file), float(row["best_ub"]), float(row["best_lb"]))


def _fattahi() -> Iterator[Case]:
    best = {row["instance"]: row for row in rows("fjsp/bks_fjsp.csv")}
    for number in range(1, 21):  # small ones first, then the medium ones
        name = f"sfjs{number:02}" if number <= 10 else f"mfjs{number - 10:02}"
        row = best[f"fattahi{number}"]
        load = _archive("fjsp/fattahi.tar.gz", f"fattahi/{name}.txt")
        yield Case(name, load, float(row["best_ub"]), float(row["best_lb"]))


def _kacem() -> Iterator[Case]:
    for row in rows("fjsp/bks_fjsp.csv"):
        if row["instance"].startswith("kacem"):
            load = _archive("fjsp/kacem.tar.gz", f"kacem/k{row['instance'].removeprefix('kacem')}.txt")
            yield Case(row["instance"], load, float(row["best_ub"]), float(row["best_lb"]))


def _unlisted(path: str) -> Iterator[Case]:
    for member in io.members(DATA / path):
        yield Case(PurePosixPath(member).stem, _archive(path, member))


def _jsp() -> Iterator[Case]:
    path = "jsp-large/la_ft_ta.tar.gz"
    files = {PurePosixPath(member).stem: member for member in io.members(DATA / path)}
    for row in rows("jsp-large/bks_jsp.csv"):
        if row["instance"] in files:
            load = _archive(path, files[row["instance"]])
            yield Case(row["instance"], load, float(row["best_ub"]), float(row["best_lb"]))


def _large() -> Iterator[Case]:
    best = {row["instance"]: row for row in rows("jsp-large/bks_jsp.csv")}
    engines = {row["instance"]: row for row in rows("jsp-large/engines_10min_4core.csv")}
    for path in sorted((DATA / "jsp-large").glob("*.zip")):
        row, peers = best.get(path.stem, {}), engines.get(path.stem, {})
        published = {
            f"{name} 10 min": float(peers[column])
            for name, column in (("CP-SAT", "cpsat_ub"), ("CPO", "cpo_ub"), ("OptalCP", "optalcp_ub"))
            if peers.get(column)
        }
        yield Case(
            path.stem,
            lambda path=path: io.read_problem(path),
            float(row["best_ub"]) if row else None,
            float(row["best_lb"]) if row else None,
            published,
        )


def _distributed() -> Iterator[Case]:
    for row in rows("dfjsp/bks_degiovanni_pezzella_rdata.csv"):
        path = DATA / "dfjsp/degiovanni2010_base_rdata" / f"{row['instance'].lower()}.txt"
        count = int(row["factories"])
        published = {"HGTSA 2023": float(row["HGTSA_Xie2023"])} if row["HGTSA_Xie2023"] else {}
        yield Case(
            f"{row['instance'].lower()}-x{count}",
            lambda path=path, count=count: io.read_distributed(path.read_text(), count, path.stem),
            float(row["best_known_ub"]),
            float(row["lb_best"]),
            published,
        )


def _projects(family: str) -> Iterator[Case]:
    path = f"rcpsp/psplib_{family}.tar.xz"
    best = {row["instance"]: float(row["best_known_makespan"]) for row in rows("rcpsp/bks_rcpsp.csv")}
    for member in io.members(DATA / path):
        stem = PurePosixPath(member).stem  # j30_1_2, listed as j301_2
        yield Case(stem, _archive(path, member), best.get(stem.replace("_", "", 1)))


def _networks(sizes: list[tuple[int, int]]) -> Iterator[Case]:
    for factories, operations in sizes:
        yield Case(
            f"network-{factories}x8-{operations}",
            lambda factories=factories, operations=operations: generate.network(factories, 8, operations),
        )


def _park(operations: int, seed: int = 0) -> Iterator[Case]:
    name = f"park-{operations}" + (f"-seed{seed}" if seed else "")
    yield Case(name, lambda: generate.park(operations, seed))


SETS: dict[str, Callable[[], Iterator[Case]]] = {
    "brandimarte": lambda: _fjsp("brandimarte"),
    "hurink-edata": lambda: _fjsp("hurink/edata"),
    "hurink-rdata": lambda: _fjsp("hurink/rdata"),
    "hurink-vdata": lambda: _fjsp("hurink/vdata"),
    "behnke": lambda: _fjsp("behnke"),
    "fattahi": _fattahi,
    "kacem": _kacem,
    "fattahi-sdst": lambda: _unlisted("fjsp/fattahi_sdst_setup_times.tar.gz"),
    "bffmor": lambda: _unlisted("fjsp/bffmor2014_assembly_yfjs_dafjs.tar.gz"),
    "jsp": _jsp,
    "dacol-teppan": _large,
    "dfjsp-69": _distributed,
    "psplib-j30": lambda: _projects("j30"),
    "psplib-j60": lambda: _projects("j60"),
    "network-small": lambda: _networks([(20, 2_000), (20, 20_000)]),
    "network": lambda: _networks([(100, 100_000)]),
    "park-small": lambda: _park(2_000),
    "park": lambda: _park(20_000),
    "park-late": lambda: _park(20_000, 1),  # more work than can be on time
}
"""Instances by the name of their set."""

GENERATED = {"network-small", "network", "park-small", "park", "park-late"}
"""Sets that need no files."""
