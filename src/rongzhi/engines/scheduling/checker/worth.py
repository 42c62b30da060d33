"""What a plan is worth: every term of the objective, recomputed from the plan alone."""

from __future__ import annotations

from rongzhi.engines.scheduling.checker.context import Context
from rongzhi.engines.scheduling.checker.links import move
from rongzhi.engines.scheduling.model import Term
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
    }
