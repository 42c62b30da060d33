"""Whole searches side by side, without exchange: for problems that are solved as a series of other problems."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING

from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Bound, Plan, Result, Status

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.run import Budget

OTHERS = 1  # searches besides the caller's own; fixed, so that a result does not depend on the number of cores
SEED_STEP = 10_007


def submit(
    executor: Executor | None,
    problem: Problem,
    budget: Budget,
    *,
    seed: int,
    former: Plan | None,
    start_from: Plan | None,
) -> list[Future[Result]]:
    """Start the other searches of a portfolio; none without an executor."""
    if executor is None:
        return []
    seconds = None if budget.time_limit_s is None else max(0.0, budget.left_s())
    return [
        executor.submit(search, problem, seconds, budget.iteration_limit, seed + SEED_STEP * number, former, start_from)
        for number in range(1, OTHERS + 1)
    ]


def search(  # noqa: PLR0917 - executors pass by position
    problem: Problem,
    seconds: float | None,
    iterations: int | None,
    seed: int,
    former: Plan | None,
    start_from: Plan | None,
) -> Result:
    """Solve a problem in another process; must be importable there."""
    from rongzhi.engines.scheduling.solve import solve

    return solve(
        problem, time_limit_s=seconds, iteration_limit=iterations, seed=seed, former=former, start_from=start_from
    )


def best_of(problem: Problem, own: Result, others: list[Future[Result]]) -> Result:
    """Return the best result with the best bound of all."""
    found = own
    bounds = [own.bound] if own.bound is not None else []
    for other in others:
        result = other.result()
        if result.bound is not None:
            bounds.append(result.bound)
        if _rank(problem, result) < _rank(problem, found):
            found = replace(result, seed=own.seed)
    bound = max(bounds, key=lambda each: each.value, default=None)
    if bound is None or found.plan is None or len(problem.objective.order) > 1:
        return found
    is_met = found.status is Status.FEASIBLE and found.total <= bound.value + 1e-9 * max(1.0, abs(found.total))
    return replace(
        found, bound=Bound(bound.name, min(bound.value, found.total)), status=Status.OPTIMAL if is_met else found.status
    )


def _rank(problem: Problem, result: Result) -> tuple[bool, tuple[float, ...]]:
    order = problem.objective.order
    values = tuple(result.values.get(term, float("inf")) for term in order) if order else (result.total,)
    return result.status not in {Status.OPTIMAL, Status.FEASIBLE}, values
