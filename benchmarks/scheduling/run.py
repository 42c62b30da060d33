"""Run a set of instances, check every plan, print the table and save the results.

    python -m benchmarks.scheduling.run --set brandimarte --time 30 --seeds 1 2 --peer cpsat --peer pyjobshop

``--list`` names the sets. Sets of public instances need the files beside the repository (or
``RONGZHI_BENCHMARK_DATA``); the generated ones need nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack

from benchmarks.scheduling import generate, report
from benchmarks.scheduling.measure import engine, record
from benchmarks.scheduling.peers import PEERS
from benchmarks.scheduling.protocol import protocol
from benchmarks.scheduling.sets import DATA, GENERATED, SETS


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scheduling.run", description=__doc__)
    parser.add_argument("--set", choices=sorted(SETS), help="which instances")
    parser.add_argument("--only", default="", help="only instances whose name contains this")
    parser.add_argument("--first", type=int, default=0, help="only the first so many")
    parser.add_argument("--every", type=int, default=1, help="every n-th instance")
    parser.add_argument("--time", type=float, default=10.0, help="seconds for each instance and method")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--peer", action="append", choices=sorted(PEERS), default=[], help="measure a peer too")
    parser.add_argument("--workers", type=int, default=1, help="processes of the engine, workers of the peers")
    parser.add_argument("--rules", action="store_true", help="ten dispatching rules too")
    parser.add_argument("--linear", action="store_true", help="the pooled linear bound, computed apart (networks)")
    parser.add_argument("--no-save", action="store_true", help="print only")
    parser.add_argument("--list", action="store_true", help="name the sets and end")
    return parser


def main() -> int:
    """Run, print, save; return 1 if a plan was wrong."""
    parser = options()
    given = parser.parse_args()
    if given.list or given.set is None:
        for name in SETS:
            print(name if name in GENERATED or DATA.exists() else f"{name} (instances are not there: {DATA})")
        return 0
    if given.set not in GENERATED and not DATA.exists():
        print(f"the public instances are not there: {DATA}", file=sys.stderr)
        return 2
    whole = list(SETS[given.set]())
    cases = [case for case in whole if given.only in case.name][:: given.every]
    cases = cases[: given.first] if given.first else cases
    how = protocol(time_s=given.time, seeds=given.seeds, workers=given.workers, set=given.set, instances=len(whole))
    saved: dict[str, object] = {"protocol": how, "records": []}
    with ExitStack() as stack:
        executor = None
        if given.workers > 1:
            executor = stack.enter_context(ProcessPoolExecutor(given.workers, initializer=_warm))
        _warm()
        for number, case in enumerate(cases, start=1):
            done = record(
                case,
                time_s=given.time,
                seeds=given.seeds,
                peers=given.peer,
                workers=given.workers,
                has_rules=given.rules,
                has_linear=given.linear,
                executor=executor,
            ).as_dict()
            saved["records"].append(done)  # type: ignore[attr-defined]
            shown = "  ".join(_shown(done, name) for name in report.methods([done]))
            print(f"[{number}/{len(cases)}] {case.name:24} {shown}", file=sys.stderr, flush=True)
    how["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(report.table(saved))
    print(f"\npeak memory {how['peak_mb']} MB")
    if not given.no_save:
        report.RESULTS.mkdir(exist_ok=True)
        path = report.RESULTS / f"{given.set}.json"
        path.write_text(json.dumps(saved, indent=1) + "\n", encoding="utf-8")
        report.main()
    return int(any(each["broken"] for done in saved["records"] for each in done["outcomes"]))  # type: ignore[attr-defined]


def _shown(done: dict[str, object], name: str) -> str:
    found, gap = report.value(done, name), report.gap(done, name)
    text = "none" if found is None else f"{found:.0f}"
    return f"{name} {text}" + (f" ({gap:.2%})" if gap is not None else "")


def _warm() -> None:
    """Compile the kernels before the first clock starts."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for problem in (generate.network(2, 2, 20), generate.network(3, 4, 100), generate.park(60)):
        engine(problem, 0.5, 0)  # each kind of problem goes through kernels of its own


if __name__ == "__main__":
    sys.exit(main())
