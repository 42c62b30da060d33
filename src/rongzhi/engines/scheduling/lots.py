"""Divided lots: a problem in which every part is an operation of its own, and plans in either form.

A part is called ``code#1``, ``code#2`` ... and takes its share of the run, rounded up, in each mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from rongzhi.engines.scheduling.model import Job, Mode, Operation, Precedence, Problem
from rongzhi.engines.scheduling.result import Assignment, Plan

Division = Mapping[str, tuple[Fraction, ...]]
"""Shares of the parts of every divided operation by its code; they sum to 1."""


def equal(parts: int) -> tuple[Fraction, ...]:
    """Return equal shares."""
    return (Fraction(1, parts),) * parts


def part_run(run: int, share: Fraction) -> int:
    """Return the run of a part, rounded up; time units."""
    return -(-run * share.numerator // share.denominator)


def is_allowed(operation: Operation, shares: tuple[Fraction, ...]) -> bool:
    """Return whether a lot may be divided so: not too many parts, none too short in any mode."""
    split = operation.split
    if split is None or len(shares) > split.max_parts or not operation.modes:
        return False
    return all(part_run(mode.run, share) >= split.min_run for mode in operation.modes for share in shares)


def divisible(problem: Problem) -> list[tuple[Job, Operation]]:
    """Return the operations that may be divided in at least two parts; those with a pin are not."""
    pinned = {pin.operation for pin in problem.pins}
    return [
        (job, operation)
        for job, operation in problem.operations()
        if operation.split is not None and operation.code not in pinned and is_allowed(operation, equal(2))
    ]


def most_parts(operation: Operation) -> int:
    """Return the largest number of equal parts."""
    assert operation.split is not None
    shortest = min(mode.run for mode in operation.modes)
    parts = max(1, min(operation.split.max_parts, shortest))
    while parts > 1 and not is_allowed(operation, equal(parts)):
        parts -= 1
    return parts


def divide(problem: Problem, division: Division) -> Problem:
    """Return the problem with every part of the divided operations as an operation of its own."""
    if not division:
        return problem
    codes = {
        code: tuple(f"{code}#{number}" for number in range(1, len(shares) + 1)) for code, shares in division.items()
    }

    def parts(code: str) -> tuple[str, ...]:
        return codes.get(code, (code,))

    jobs = tuple(
        replace(job, operations=tuple(each for operation in job.operations for each in _parts(operation, division)))
        if any(operation.code in division for operation in job.operations)
        else job
        for job in problem.jobs
    )
    links = tuple(
        link if (before, after) == (link.before, link.after) else replace(link, before=before, after=after)
        for link in problem.precedences
        for before in parts(link.before)
        for after in parts(link.after)
    )
    return replace(problem, jobs=jobs, precedences=links)


def _parts(operation: Operation, division: Division) -> tuple[Operation, ...]:
    shares = division.get(operation.code)
    if shares is None:
        return (operation,)
    return tuple(
        replace(
            operation,
            code=f"{operation.code}#{number}",
            modes=tuple(_part(mode, share) for mode in operation.modes),
            split=None,
        )
        for number, share in enumerate(shares, start=1)
    )


def _part(mode: Mode, share: Fraction) -> Mode:
    run = part_run(mode.run, share)
    return replace(mode, run=run, cost=mode.cost * run / mode.run if mode.run else mode.cost)


def joined(problem: Problem, division: Division, plan: Plan) -> Plan:
    """Return a plan of the divided problem as a plan of the problem itself."""
    if not division:
        return plan
    rows = []
    for _, operation in problem.operations():
        if operation.code not in division:
            rows.append(plan[operation.code])
            continue
        for number, share in enumerate(division[operation.code], start=1):
            row = plan[f"{operation.code}#{number}"]
            run = part_run(operation.modes[row.mode].run, share)
            rows.append(replace(row, operation=operation.code, part=number, run=run))
    return Plan.of(rows)


def division_of(problem: Problem, plan: Plan) -> dict[str, tuple[Fraction, ...]]:
    """Return how a plan divides the lots of its problem.

    The shares sum to 1 or, because runs are rounded up, to a little more.
    """
    found: dict[str, tuple[Fraction, ...]] = {}
    if not plan.is_divided:
        return found
    for _, operation in problem.operations():
        rows = plan.parts(operation.code)
        if rows:
            found[operation.code] = tuple(Fraction(row.run or 0, operation.modes[row.mode].run) for row in rows)
    return found


def as_parts(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    """Return problem and plan with every part of the plan's divided lots as an operation of its own.

    What explains, promises over or repairs a plan works on this form; so can a new run of `solve` that shall keep the
    parts as they are. Without divided lots both are returned as they were.
    """
    division = division_of(problem, plan)
    if not division:
        return problem, plan
    rows = [replace(row, operation=row.code, part=0, run=None) for row in plan]
    return divide(problem, division), Plan.of(rows)


def renamed(former: Plan, division: Division) -> Plan:
    """Return a former plan with a row for every part: that of the same part, of the whole, or of the first part."""
    rows: list[Assignment] = [replace(row, operation=row.code, part=0, run=None) for row in former]
    known = {row.operation for row in rows}
    for code, shares in division.items():
        for number in range(1, len(shares) + 1):
            name = f"{code}#{number}"
            if name not in known and code in former:
                old = former[f"{code}#1"] if former.parts(code) else former[code]
                rows.append(replace(old, operation=name, part=0, run=None))
    return Plan.of(rows)


def links_of(problem: Problem) -> dict[str, list[Precedence]]:
    """Return the precedences by the operation before."""
    found: dict[str, list[Precedence]] = {}
    for link in problem.precedences:
        found.setdefault(link.before, []).append(link)
    return found
