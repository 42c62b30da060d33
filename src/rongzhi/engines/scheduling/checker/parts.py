"""Divided lots: the parts make the whole, none is too short; then each part is held to the rules of an operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from rongzhi.engines.scheduling.checker.report import Violation
from rongzhi.engines.scheduling.model import Operation, Problem
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.text import Text


def check(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Yield what is wrong with the division of lots."""
    rows = _rows(plan)
    pinned = {pin.operation for pin in problem.pins}
    for _, operation in problem.operations():
        own = rows.get(operation.code, [])
        if not any(row.part for row in own):
            continue
        code = (operation.code,)
        if operation.split is None or operation.code in pinned:
            yield Violation("not-divisible", code, Text("不可拆批", "may not be divided"))
            continue
        most = operation.split.max_parts
        if len(own) > most:
            yield Violation(
                "too-many-parts", code, Text(f"{len(own)} 份，最多 {most}", f"has {len(own)} parts, {most} are allowed")
            )
        if sorted(row.part for row in own) != list(range(1, len(own) + 1)):
            yield Violation(
                "parts-misnumbered", code, Text("各份编号不连续", "has parts that are not numbered 1, 2 ...")
            )
        yield from _runs(operation, own)


def _runs(operation: Operation, own: list[Assignment]) -> Iterator[Violation]:
    assert operation.split is not None
    done = spare = Fraction(0)
    for row in own:
        whole = operation.modes[row.mode].run if 0 <= row.mode < len(operation.modes) else 0
        run = row.run if row.run is not None else whole
        if run < operation.split.min_run or not 0 < run <= whole:
            yield Violation(
                "part-too-short" if run < operation.split.min_run else "part-too-long",
                (row.code,),
                Text(
                    f"加工 {run}，应在 {operation.split.min_run} 与 {whole} 之间",
                    f"runs for {run}, not between {operation.split.min_run} and {whole}",
                ),
            )
            return
        done += Fraction(run, whole)
        spare += Fraction(1, whole)
    if done < 1 or done - spare >= 1:  # each run is rounded up, by less than one time unit
        yield Violation(
            "parts-are-not-the-lot",
            (operation.code,),
            Text(f"各份合计为整批的 {float(done):.4f}", f"has parts that make {float(done):.4f} of the lot"),
        )


def written_out(problem: Problem, plan: Plan, former: Plan | None) -> tuple[Problem, Plan, Plan | None]:
    """Return problem and plans with every part as an operation of its own, in the modes' own numbering."""
    rows = _rows(plan)
    names: dict[str, tuple[str, ...]] = {}
    jobs = []
    for job in problem.jobs:
        operations: list[Operation] = []
        for operation in job.operations:
            own = [row for row in rows.get(operation.code, []) if row.part]
            if not own:
                operations.append(operation)
                continue
            names[operation.code] = tuple(row.code for row in own)
            operations.extend(_as_operation(operation, row) for row in own)
        jobs.append(replace(job, operations=tuple(operations)))
    links = tuple(
        replace(link, before=before, after=after)
        for link in problem.precedences
        for before in names.get(link.before, (link.before,))
        for after in names.get(link.after, (link.after,))
    )
    divided = replace(problem, jobs=tuple(jobs), precedences=links)
    return divided, Plan.of(_alone(row) for row in plan), None if former is None else _former(former, names)


def _as_operation(operation: Operation, row: Assignment) -> Operation:
    modes = list(operation.modes)
    if 0 <= row.mode < len(modes) and row.run is not None and modes[row.mode].run:
        whole = modes[row.mode]
        modes[row.mode] = replace(whole, run=row.run, cost=whole.cost * row.run / whole.run)
    return replace(operation, code=row.code, modes=tuple(modes), split=None)


def _former(former: Plan, names: dict[str, tuple[str, ...]]) -> Plan:
    rows = {row.code: _alone(row) for row in former}
    for code, parts in names.items():
        old = rows.get(f"{code}#1", rows.get(code))
        for name in parts:
            if old is not None:
                rows.setdefault(name, replace(old, operation=name))
    return Plan.of(rows.values())


def _alone(row: Assignment) -> Assignment:
    return replace(row, operation=row.code, part=0, run=None)


def _rows(plan: Plan) -> dict[str, list[Assignment]]:
    found: dict[str, list[Assignment]] = {}
    for row in plan:
        found.setdefault(row.operation, []).append(row)
    return found
