"""What a plan is worth: every term of the objective, recomputed from the plan alone."""

from __future__ import annotations

from rongzhi.engines.scheduling.checker.context import Clock, Context
from rongzhi.engines.scheduling.checker.links import move
from rongzhi.engines.scheduling.model import Calendar, Term
from rongzhi.engines.scheduling.result import Plan


def values(context: Context, former: Plan | None) -> dict[str, float]:
    """Return the value of every `Term` by name."""
    tardiness = late = flow = 0.0
    for job in context.problem.jobs:
        completion = max((context.assignments[each.code].end for each in job.operations), default=job.release)
        flow += completion - job.release
        if job.due is not None and completion > job.due:
            tardiness += job.weight * (completion - job.due)
            late += 1
    assignments = context.assignments.values()
    kept = [(each, former[each.operation]) for each in assignments if former is not None and each.operation in former]
    return {
        Term.TARDINESS: tardiness,
        Term.LATE_JOBS: late,
        Term.MAKESPAN: float(max((each.end for each in assignments), default=0)),
        Term.FLOW_TIME: flow,
        Term.COST: sum(context.mode(each.operation).cost for each in assignments),
        Term.TRANSPORT_COST: sum(move(context, each)[1] for each in context.problem.precedences),
        Term.CHANGEOVER: float(sum(each.changeover for each in assignments)),
        Term.MOVED_MACHINES: float(sum(now.machine != then.machine for now, then in kept)),
        Term.MOVED_STARTS: float(sum(abs(now.start - then.start) for now, then in kept)),
        Term.OVERTIME_COST: _overtime(context),
    }


def _overtime(context: Context) -> float:
    calendars = {each.code: each for each in context.problem.calendars if each.overtime}
    seen = set[tuple[str, int, int]]()
    cost = 0.0
    for row in context.assignments.values():
        machine = context.machines[row.machine]
        calendar = calendars.get(machine.calendar or "")
        if calendar is None or (machine.batch is not None and (row.machine, row.start, row.end) in seen):
            continue
        seen.add((row.machine, row.start, row.end))
        horizon = max(each.end for each in context.assignments.values()) + 1
        end = calendar.until if calendar.until is not None else calendar.intervals[-1][1]
        for each in calendar.overtime:
            dear = Clock.of(Calendar("", ((each.start, each.end),), calendar.cycle, end), horizon)
            cost += each.rate * dear.meet(context.machine_clock(row.machine)).worked(row.start, row.end)
    return cost
