"""The text formats of the literature: what is read is exactly what stands there, and bad files name the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rongzhi.engines.scheduling import Link, Mode, Need, Precedence, Problem, Resource, Term, check_problem, io
from rongzhi.kernel.errors import Rejected
from tests.engines.scheduling.io import instances


def modes(problem: Problem) -> dict[str, list[tuple[str, int]]]:
    return {each.code: [(mode.machine, mode.run) for mode in each.modes] for _, each in problem.operations()}


def wheres(error: pytest.ExceptionInfo[Rejected]) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in error.value.findings]


def test_fjs_counted_from_one_and_from_zero_is_the_same_shop() -> None:
    problem = io.read_fjs(instances.FJS, "x")
    assert modes(problem) == {
        "J1-1": [("M1", 5)],
        "J1-2": [("M2", 3), ("M3", 4)],
        "J2-1": [("M1", 6), ("M3", 2)],
    }
    assert problem.precedences == (Precedence("J1-1", "J1-2"),)
    assert (problem.objective.makespan, problem.objective.weight(Term.TARDINESS), problem.name) == (1.0, 0.0, "x")
    assert check_problem(problem).is_clean
    assert io.read_fjs("2 3\n2 1 0 5 2 1 3 2 4\n1 2 0 6 2 2\n", "x") == problem
    assert io.write_fjs(problem) == "2 3 1.67\n2 1 1 5 2 2 3 3 4\n1 2 1 6 3 2\n"
    assert io.read_fjs(io.write_fjs(problem, first_machine=0), "x") == problem


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("bad-header", "f:1")]),
        ("two 3\n", [("bad-header", "f:1")]),
        ("2 3\n\n1 1 1 5\n", [("file-too-short", "f:4")]),
        ("1 3\n1 1 x 5\n", [("not-a-number", "f:2")]),
        ("1 3\n2 1 1 5\n", [("line-too-short", "f:2")]),
        ("1 3\n1 1 1 5 7\n", [("line-too-long", "f:2")]),
        ("1 3\n1 1 4 5\n", [("unknown-machine", "f:2")]),
        ("2 3\n1 1 0 5\n1 1 3 5\n", [("unknown-machine", "f:3")]),
        ("1 3\n1 1 1 -5\n", [("negative-number", "f:2")]),
        ("1 3\n1 1 1 5\n\n9\n", [("too-many-lines", "f:4")]),
        ("3 2\n1 1 x 5\n1 1 1 4\n1 1 1\n", [("not-a-number", "f:2"), ("line-too-short", "f:4")]),
    ],
)
def test_bad_fjs_names_every_line(text: str, found: list[tuple[str, str]]) -> None:
    with pytest.raises(Rejected) as error:
        io.read_fjs(text, "f")
    assert wheres(error) == found


def test_jobshop_with_comments_uneven_jobs_and_closing_marks() -> None:
    problem = io.read_jobshop(instances.JOBSHOP)
    assert modes(problem) == {
        "J1-1": [("M1", 3)],
        "J1-2": [("M2", 2)],
        "J1-3": [("M3", 2)],
        "J2-1": [("M3", 4)],
        "J2-2": [("M1", 1)],
    }
    assert io.write_jobshop(problem) == "2 3\n0 3 1 2 2 2\n2 4 0 1\n"
    assert io.read_jobshop("2 3\n0 3 1 2 2 2 -1 -1\n2 4 0 1 -1 -1\n") == problem
    with pytest.raises(Rejected) as error:
        io.read_jobshop("2 3\n0 3 1\n2 4\n", "j")
    assert wheres(error) == [("odd-number-of-values", "j:2")]


def test_taillard_reads_times_and_machines() -> None:
    problem = io.read_taillard(instances.TAILLARD)
    assert modes(problem) == {"J1-1": [("M1", 5)], "J1-2": [("M2", 6)], "J2-1": [("M2", 7)], "J2-2": [("M1", 8)]}
    assert io.read_taillard(io.write_taillard(problem)) == problem
    with pytest.raises(Rejected) as error:
        io.read_taillard("2 2\n5 6\n7\n1 2\n2 1\n", "t")
    assert wheres(error) == [("wrong-width", "t:3")]


def test_assembly_joins_what_hangs_together() -> None:
    problem = io.read_assembly(instances.ASSEMBLY)
    assert [[each.code for each in job.operations] for job in problem.jobs] == [["O1", "O2", "O3"], ["O4", "O5"]]
    assert [(link.before, link.after) for link in problem.precedences] == [("O1", "O3"), ("O2", "O3"), ("O4", "O5")]
    assert modes(problem)["O3"] == [("M1", 3), ("M2", 6)]
    assert io.read_assembly(io.write_assembly(problem)) == problem
    with pytest.raises(Rejected) as error:
        io.read_assembly(instances.ASSEMBLY.replace("3 4", "3 5", 1).replace("2 0 3 1 6", "2 0 3"), "a")
    assert wheres(error) == [("bad-arc", "a:4"), ("wrong-width", "a:7")]


def test_set_up_times_become_changeovers_between_operations() -> None:
    problem = io.read_setups(instances.SETUPS)
    assert [each.family for _, each in problem.operations()] == ["J1-1", "J1-2", "J2-1"]
    assert [machine.changeover for machine in problem.machines] == ["M1-setup", "M2-setup"]
    assert problem.changeovers[0].times == ((9, 1, 2), (3, 9, 4), (5, 6, 9))
    assert problem.changeovers[1].times[0] == (0, 7, 8)
    assert check_problem(problem).is_clean
    assert io.read_setups(io.write_setups(problem)) == problem
    with pytest.raises(Rejected) as error:
        io.read_setups(instances.SETUPS.replace("3 9 4", "3 9"), "s")
    assert wheres(error) == [("wrong-width", "s:6")]


def test_distributed_copies_the_shop_and_keeps_jobs_in_one_factory() -> None:
    problem = io.read_distributed(instances.FJS, 2)
    assert [machine.code for machine in problem.machines] == [f"F{f}-M{m}" for f in (1, 2) for m in (1, 2, 3)]
    assert all(job.single_factory for job in problem.jobs)
    assert modes(problem)["J2-1"] == [("F1-M1", 6), ("F1-M3", 2), ("F2-M1", 6), ("F2-M3", 2)]
    with pytest.raises(Rejected):
        io.distribute(problem, 2)
    with pytest.raises(Rejected):
        io.distribute(io.read_fjs(instances.FJS), 0)


def test_projects_in_both_formats_agree() -> None:
    rcp = io.read_patterson(instances.PATTERSON)
    sm = io.read_psplib(instances.PSPLIB)
    assert rcp.resources == sm.resources == (Resource("R1", 3), Resource("R2", 2))
    assert rcp.precedences == sm.precedences
    second = sm.jobs[0].operations[1]
    assert second.modes == (Mode("SITE", 4, needs=(Need("R1", 2),)), Mode("SITE", 6, needs=(Need("R1", 1),)))
    assert rcp.jobs[0].operations[1].modes == second.modes[:1]
    assert [each for row, each in enumerate(sm.jobs[0].operations) if row != 1] == [
        each for row, each in enumerate(rcp.jobs[0].operations) if row != 1
    ]
    assert check_problem(sm).is_clean
    assert io.read_patterson(io.write_patterson(rcp)) == rcp


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (instances.PATTERSON.replace("1 4\n3", "1 9\n3"), [("unknown-activity", "p:4")]),
        (instances.PATTERSON[:-10], [("file-too-short", "p:6")]),
        (instances.PATTERSON + "7\n", [("too-many-values", "p:8")]),
    ],
)
def test_bad_patterson_names_the_line(text: str, found: list[tuple[str, str]]) -> None:
    with pytest.raises(Rejected) as error:
        io.read_patterson(text, "p")
    assert wheres(error) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (instances.PSPLIB.replace("nonrenewable              :  0", "nonrenewable : 2"), "not-supported-nonrenewable"),
        (instances.PSPLIB.replace("REQUESTS/DURATIONS", "REQUESTS"), "section-missing"),
        (instances.PSPLIB.replace("  3      1     3       1    2", "  3      1     3       1"), "wrong-width"),
        (
            instances.PSPLIB.replace("   3        1          1           4", "   3        1          1           5"),
            "unknown-activity",
        ),
    ],
)
def test_bad_psplib_is_refused(text: str, code: str) -> None:
    with pytest.raises(Rejected) as error:
        io.read_psplib(text, "p")
    assert error.value.findings[0].code == code


def test_writers_refuse_what_their_format_cannot_say() -> None:
    writers = (
        io.write_fjs,
        io.write_jobshop,
        io.write_taillard,
        io.write_assembly,
        io.write_setups,
        io.write_patterson,
    )
    for writer in writers:
        with pytest.raises(Rejected) as error:
            writer(instances.EVERYTHING)
        assert {"calendars", "dates", "pins", "set-ups"} <= {finding.where for finding in error.value.findings}
    with pytest.raises(Rejected) as error:
        io.write_taillard(io.read_jobshop(instances.JOBSHOP))
    assert wheres(error) == [("cannot-be-written", "order")]


@pytest.mark.parametrize(
    ("suffix", "text", "kind"),
    [
        (".fjs", instances.FJS, "fjs"),
        (".txt", instances.JOBSHOP, "jobshop"),
        (".txt", instances.TAILLARD, "taillard"),
        (".txt", "2 2\n5 6\n7 8\n1 2\n2 1\n", "taillard"),
        (".txt", instances.ASSEMBLY, "assembly"),
        (".fjs", instances.SETUPS, "setups"),
        (".sm", instances.PSPLIB, "psplib"),
        (".txt", instances.PATTERSON, "patterson"),
        (".csv", "job,machine,run\nA,M1,5\n", "csv"),
        (".dat", "\ufeff" + io.write_json(io.read_fjs(instances.FJS)), "json"),
    ],
)
def test_read_problem_finds_the_format(tmp_path: Path, suffix: str, text: str, kind: str) -> None:
    path = tmp_path / f"shop{suffix}"
    path.write_text(text, encoding="utf-8")
    assert io.sniff(text) == kind
    if kind == "json":
        assert io.read_problem(path) == io.read_fjs(instances.FJS)
    else:
        assert io.read_problem(path) == io.FORMATS[kind](text, "shop")


def test_read_problem_opens_archives(tmp_path: Path) -> None:
    import gzip
    import tarfile
    import zipfile

    one, two = tmp_path / "a.fjs", tmp_path / "b.txt"
    one.write_text(instances.FJS)
    two.write_text(instances.JOBSHOP)
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        archive.write(one, "a.fjs")
    with tarfile.open(tmp_path / "two.tar.gz", "w:gz") as tar:
        tar.add(one, "set/a.fjs")
        tar.add(two, "set/b.txt")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(instances.JOBSHOP.encode()))
    assert io.read_problem(tmp_path / "one.zip") == io.read_fjs(instances.FJS, "a")
    assert io.members(tmp_path / "two.tar.gz") == ["set/a.fjs", "set/b.txt"]
    assert io.read_problem(tmp_path / "two.tar.gz", member="set/b.txt") == io.read_jobshop(instances.JOBSHOP, "b")
    assert io.read_problem(tmp_path / "b.txt.gz") == io.read_jobshop(instances.JOBSHOP, "b")
    with pytest.raises(Rejected) as error:
        io.read_problem(tmp_path / "two.tar.gz")
    assert wheres(error) == [("several-files", "two.tar.gz")]


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe\x00", b"1 2 3"])
def test_what_is_no_problem_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    with pytest.raises(Rejected) as error:
        io.read_problem(path)
    assert error.value.findings[0].code in {"unknown-format", "unreadable-file"}
    with pytest.raises(Rejected) as error:
        io.read_problem(tmp_path / "absent.fjs")
    assert wheres(error) == [("unreadable-file", "absent.fjs")]


PUBLIC_SETS = {
    "fjsp/brandimarte.tar.gz": (15, 2546),
    "fjsp/kacem.tar.gz": (4, 125),
    "fjsp/bffmor2014_assembly_yfjs_dafjs.tar.gz": (50, 0),
    "fjsp/fattahi_sdst_setup_times.tar.gz": (20, 0),
    "jsp-large/tai_100_100_1.zip": (1, 10_000),
    "dfjsp/degiovanni2010_base_rdata": (23, 0),
}


@pytest.mark.parametrize("name", PUBLIC_SETS)
def test_public_instances_are_read_whole(name: str) -> None:
    """Every instance of the set gives a clean problem; without the sets this only states that they are absent."""
    path = instances.PUBLIC / name
    if not path.exists():
        assert not instances.PUBLIC.exists(), f"{path} is missing while other public instances are there"
        return
    if path.is_dir():
        problems = [io.read_problem(each) for each in sorted(path.iterdir())]
    else:
        problems = [io.read_problem(path, member=member) for member in io.members(path)]
    files, _ = PUBLIC_SETS[name]
    assert len(problems) == files
    assert all(check_problem(problem).is_clean for problem in problems[:5])
    assert all(link.link is Link.FINISH_START for problem in problems for link in problem.precedences)
