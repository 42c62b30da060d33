"""The independent checker: says every rule a plan breaks, and recomputes what it is worth.

It shares no code with the solver but the data classes; it is plain Python on purpose, so that a reader can hold each
rule against the sentence in `rongzhi.engines.scheduling.model` that states it.
"""

from __future__ import annotations

from rongzhi.engines.scheduling.checker import coverage, links, machines, parts, resources, times, worth
from rongzhi.engines.scheduling.checker.context import Context
from rongzhi.engines.scheduling.checker.report import Verification, Violation
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Plan

__all__ = ["Verification", "Violation", "check"]


def check(problem: Problem, plan: Plan, former: Plan | None = None) -> Verification:
    """Hold a plan against every rule of its problem.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    former : Plan, optional
        The plan that stability is measured against.

    Returns
    -------
    Verification
        All violations, and the value of every objective term recomputed from the plan alone. The values are empty
        when operations are missing.
    """
    violations = list(parts.check(problem, plan))
    if plan.is_divided:
        problem, plan, former = parts.written_out(problem, plan, former)
    violations.extend(coverage.check(problem, plan))
    if violations:
        return Verification(tuple(violations), {})
    context = Context.of(problem, plan)
    for rule in (times.check, machines.check, links.check, resources.check):
        violations.extend(rule(context))
    return Verification(tuple(violations), worth.values(context, former))
