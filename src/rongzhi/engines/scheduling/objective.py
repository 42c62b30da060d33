"""The terms of the objective computed from a plan alone, without the solver's tables."""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling.calendars import end_of
from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.lots import as_parts, division_of, renamed
from rongzhi.engines.scheduling.model import Calendar, Objective, Problem, Term
from rongzhi.engines.scheduling.result import Plan
from rongzhi.kernel.calendars import intersect


def values(problem: Problem, plan: Plan, former: Plan | None = None) -> dict[str, float]:
    """Return every term of the objective for a complete plan.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        Must hold every operation of the problem.
    former : Plan or None
        Without it nothing counts as moved.

    Returns
    -------
    dict of str to float
        By the name of the `Term`, in the units stated there.
    """
    if plan.is_divided:
        former = renamed(former, division_of(problem, plan)) if former is not None else None
        problem, plan = as_parts(problem, plan)
    found = dict.fromkeys((str(term) for term in Term), 0.0)
    row = {code: place for place, code in enumerate(plan.operation)}
    for job in problem.jobs:
        if not job.operations:
            continue
        end = max(int(plan.end[row[operation.code]]) for operation in job.operations)
        late = max(0, end - job.due) if job.due is not None else 0
        found[Term.TARDINESS] += job.weight * late
        found[Term.LATE_JOBS] += late > 0
        found[Term.FLOW_TIME] += end - job.release
        for operation in job.operations:
            found[Term.COST] += operation.modes[int(plan.mode[row[operation.code]])].cost
    found[Term.MAKESPAN] = float(plan.makespan)
    found[Term.CHANGEOVER] = float(np.sum(plan.changeover))
    found[Term.TRANSPORT_COST] = _transport_cost(problem, plan, row)
    found[Term.OVERTIME_COST] = _overtime_cost(problem, plan)
    if former is not None:
        _moves(plan, former, found)
    return found


def total(objective: Objective, found: dict[str, float]) -> float:
    """Return the weighted sum of the terms, or the first term of a lexicographic order."""
    if objective.order:
        return found[objective.order[0]]
    return sum(objective.weight(term) * found[term] for term in Term)


def _transport_cost(problem: Problem, plan: Plan, row: dict[str, int]) -> float:
    if not problem.transport.costs:
        return 0.0
    place_of_factory = {factory.code: factory.place for factory in problem.factories}
    at = {place: index for index, place in enumerate(problem.transport.places)}
    place_of = {
        machine.code: machine.place if machine.place is not None else place_of_factory[machine.factory]
        for machine in problem.machines
    }
    cost = 0.0
    for link in problem.precedences:
        a = place_of[plan.machine[row[link.before]]]
        b = place_of[plan.machine[row[link.after]]]
        if a is not None and b is not None:
            cost += problem.transport.costs[at[a]][at[b]]
    return cost


def _overtime_cost(problem: Problem, plan: Plan) -> float:
    """Return what machines work in overtime times its rate; a batch is paid once."""
    dear = {calendar.code: calendar for calendar in problem.calendars if calendar.overtime}
    if not dear:
        return 0.0
    machines = {each.code: each for each in problem.machines if each.calendar in dear}
    clocks = {code: _overtime_clocks(calendar) for code, calendar in dear.items()}
    cost, paid = 0.0, set[tuple[str, int, int]]()
    for code, start, end in zip(plan.machine, plan.start.tolist(), plan.end.tolist(), strict=True):
        machine = machines.get(code)
        if machine is None or (machine.batch is not None and (code, start, end) in paid):
            continue
        paid.add((code, start, end))
        cost += sum(rate * clock.worked(start, end) for rate, clock in clocks[machine.calendar or ""])
    return cost


def _overtime_clocks(calendar: Calendar) -> list[tuple[float, Clock]]:
    found = []
    for rate in sorted({each.rate for each in calendar.overtime}):
        spans = intersect(
            calendar.intervals, ((each.start, each.end) for each in calendar.overtime if each.rate == rate)
        )
        if spans:
            found.append((rate, Clock(Calendar("", spans, calendar.cycle, end_of(calendar)))))
    return found


def _moves(plan: Plan, former: Plan, found: dict[str, float]) -> None:
    for code, machine, start in zip(plan.operation, plan.machine, plan.start.tolist(), strict=True):
        if code in former:
            before = former[code]
            found[Term.MOVED_MACHINES] += before.machine != machine
            found[Term.MOVED_STARTS] += abs(before.start - start)
