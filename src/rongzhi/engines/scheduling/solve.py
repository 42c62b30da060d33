"""The facade of solving: check, compile, build, improve, bound, and say what is known."""

from __future__ import annotations

import time
from concurrent.futures import Executor

from rongzhi.engines.scheduling import checks, lots, portfolio
from rongzhi.engines.scheduling.budget import Budget
from rongzhi.engines.scheduling.checks_kinds import check_budget
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Callbacks, Plan, Result, Status


def solve(
    problem: Problem,
    *,
    time_limit_s: float | None = None,
    iteration_limit: int | None = None,
    seed: int = 0,
    callbacks: Callbacks | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    former: Plan | None = None,
    start_from: Plan | None = None,
) -> Result:
    """Plan the operations of a problem.

    Parameters
    ----------
    problem : Problem
    time_limit_s : float or None
        Wall time, seconds; 0 gives the first plan. None without ``iteration_limit`` means 10 s.
    iteration_limit : int or None
        Search iterations; with it alone, the same seed gives the same plan.
    seed : int
    callbacks : Callbacks or None
    executor : concurrent.futures.Executor or None
        Runs searches with different seeds side by side (processes, threads, a cluster); they exchange their best
        plans, and one that breaks off loses nothing.
    workers : int or None
        Searches side by side with an executor, the caller's own included; None means 2. With an iteration limit the
        result depends on the seed and on this number only.
    former : Plan or None
        The plan people already know; changes against it cost what the objective says.
    start_from : Plan or None
        A plan to begin with; used as far as it keeps the rules.

    Returns
    -------
    Result

    Raises
    ------
    Rejected
        With all findings, if the problem is not well formed or a limit, seed or number of workers is no number.
    """
    started = time.perf_counter()
    check_budget(time_limit_s, iteration_limit, seed, workers).raise_if_any()
    checks.check_structure(problem).raise_if_any()
    callbacks = callbacks or Callbacks()
    budget = Budget(started, time_limit_s, iteration_limit)
    number = portfolio.WORKERS if workers is None else workers
    plan = _with_lots if lots.divisible(problem) else _one
    return plan(problem, budget, callbacks, start_from, seed=seed, former=former, executor=executor, workers=number)


def _with_lots(
    problem: Problem,
    budget: Budget,
    callbacks: Callbacks,
    start_from: Plan | None,
    *,
    seed: int,
    former: Plan | None,
    executor: Executor | None,
    workers: int,
) -> Result:
    """Plan a problem with lots that may be divided."""
    from rongzhi.engines.scheduling.executor_whole import WholeSearches
    from rongzhi.engines.scheduling.lots_search import LotSearch

    others = WholeSearches(executor, problem, budget, workers - 1, seed=seed, former=former, start_from=start_from)
    own = LotSearch(problem, seed=seed, budget=budget, callbacks=callbacks, former=former).run(start_from)
    return others.best_with(own, is_wanted=not callbacks.should_stop())


def _one(
    problem: Problem,
    budget: Budget,
    callbacks: Callbacks,
    start_from: Plan | None,
    *,
    seed: int,
    former: Plan | None,
    executor: Executor | None,
    workers: int,
) -> Result:
    """Solve a problem in which nothing is to be divided, with other searches beside it if there is an executor."""
    from rongzhi.engines.scheduling.run import Run

    run = Run(problem, seed=seed, budget=budget, callbacks=callbacks, former=former)
    obstacles = checks.find_obstacles(run.compiled, run.fixed)
    if obstacles:
        return Result(Status.INFEASIBLE, None, seed=seed, seconds=budget.elapsed_s, explanation=tuple(obstacles))
    if executor is None:
        run.construct(start_from)
        run.improve()
        return run.result()
    others = portfolio.Portfolio(executor, run, workers)
    run.meet = others.meet
    try:
        run.construct(start_from)
        run.improve()
    finally:
        others.close()
    return run.result()
