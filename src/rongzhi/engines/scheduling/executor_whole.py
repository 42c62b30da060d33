"""Whole searches side by side, without exchange: for problems that are solved as a series of other problems."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING

from rongzhi.engines.scheduling.executor import Beacon, Lit
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Bound, Plan, Result, Status
from rongzhi.engines.scheduling.seeds import SEED_STEP

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.budget import Budget

GRACE_S = 1.0  # after the time limit, for results that are on their way

_log = logging.getLogger(__name__)


class WholeSearches:
    """The other searches of a problem; one that breaks off loses nothing.

    Parameters
    ----------
    executor : Executor or None
        None runs none.
    problem : Problem
    budget : Budget
    count : int
        How many.
    seed : int
    former, start_from : Plan or None
    """

    def __init__(
        self,
        executor: Executor | None,
        problem: Problem,
        budget: Budget,
        count: int,
        *,
        seed: int,
        former: Plan | None,
        start_from: Plan | None,
    ) -> None:
        self._problem, self._budget = problem, budget
        self._beacon = Lit()
        self._tasks: list[Future[Result]] = []
        seconds = None if budget.time_limit_s is None else max(0.0, budget.left_s())
        for number in range(1, count + 1) if executor is not None else ():
            how = (
                seconds,
                budget.iteration_limit,
                seed + SEED_STEP * number,
                former,
                start_from,
                self._beacon.address,
            )
            try:
                assert executor is not None
                self._tasks.append(executor.submit(search, problem, *how))
            except Exception:  # noqa: BLE001 - whatever is wrong with the executor, the caller's own search goes on
                _log.warning("search %d could not be started", number, exc_info=True)

    def best_with(self, own: Result, *, is_wanted: bool) -> Result:
        """End the other searches; return the best result of all with the best bound, the own one if none is wanted."""
        if not is_wanted or self._budget.time_limit_s is not None:
            self._beacon.put_out()
        results = [own, *self._results()] if is_wanted else [own]
        self._beacon.put_out()
        for task in self._tasks:
            task.cancel()
        self._beacon.remove()
        return best_of(self._problem, results)

    def _results(self) -> list[Result]:
        found = []
        for task in self._tasks:
            try:
                found.append(task.result(None if self._budget.time_limit_s is None else GRACE_S))
            except (Exception, CancelledError):  # noqa: BLE001 - as above
                _log.warning("a search broke off", exc_info=True)
        return found


def search(  # noqa: PLR0917 - executors pass by position
    problem: Problem,
    seconds: float | None,
    iterations: int | None,
    seed: int,
    former: Plan | None,
    start_from: Plan | None,
    beacon: str,
) -> Result:
    """Solve a problem in another process; must be importable there."""
    from rongzhi.engines.scheduling.solve import solve

    limits = {"time_limit_s": seconds, "iteration_limit": iterations}
    return solve(problem, **limits, seed=seed, former=former, start_from=start_from, callbacks=Beacon(beacon))  # type: ignore[arg-type]


def best_of(problem: Problem, results: list[Result]) -> Result:
    """Return the best result with the best bound of all, under the first one's seed."""
    found = min(results, key=lambda each: _rank(problem, each))
    bounds = [each.bound for each in results if each.bound is not None]
    bound = max(bounds, key=lambda each: each.value, default=None)
    found = replace(found, seed=results[0].seed)
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
