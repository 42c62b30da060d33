"""Searches side by side: the same code on threads, processes and a Dask cluster; nothing is lost, limits are kept."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from rongzhi.engines.scheduling import Callbacks, Problem, Result, Status, executor, solve
from rongzhi.engines.scheduling.checker import check
from tests.engines.scheduling.random_problems import random_problem
from tests.engines.scheduling.test_solve_search import shop


class Recorder(Executor):
    """Runs at once, through pickling where told so, and notes what was sent."""

    def __init__(self, fault: Callable[[int], bool] = lambda number: False) -> None:
        self.sent: list[tuple[executor.Parcel, executor.Slice]] = []
        self._fault = fault

    def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
        self.sent.append(args)  # type: ignore[arg-type]
        future: Future[Any] = Future()
        try:
            if self._fault(len(self.sent)):
                raise RuntimeError("a machine went down")
            future.set_result(function(*args, **named))
        except RuntimeError as error:
            future.set_exception(error)
        return future


def whole(problem: Problem) -> Problem:
    """The problem with lots that may not be divided."""
    jobs = [
        replace(job, operations=tuple(replace(each, split=None) for each in job.operations)) for job in problem.jobs
    ]
    return replace(problem, jobs=tuple(jobs))


@pytest.fixture
def alone() -> Result:
    return solve(whole(random_problem(3, jobs=16)), iteration_limit=1200, seed=3)


def together(how: Executor, workers: int | None = None, **limits: Any) -> Result:
    problem = whole(random_problem(3, jobs=16))
    result = solve(problem, seed=3, executor=how, workers=workers, **(limits or {"iteration_limit": 1200}))
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
    return result


def test_the_problem_travels_once_and_plans_go_round() -> None:
    how = Recorder()
    result = together(how, workers=3)
    assert [parcel.data is not None for parcel, _ in how.sent] == [True] * 2 + [False] * 8
    assert len({piece.seed for _, piece in how.sent[2:]}) == 8
    rows = [piece.rows for _, piece in how.sent[2:]]
    assert all(each is not None for each in rows)
    assert rows[0].tolist() != rows[-1].tolist()  # type: ignore[union-attr]
    assert result.iterations >= 1200


def test_threads_give_what_running_in_turn_gives(alone: Result) -> None:
    with ThreadPoolExecutor(2) as pool:
        at_once = together(pool, workers=3)
    in_turn = together(Recorder(), workers=3)
    assert at_once.plan is not None
    assert in_turn.plan is not None
    assert at_once.plan.start.tolist() == in_turn.plan.start.tolist()
    assert at_once.total <= alone.total


@pytest.mark.parametrize("faulty", [lambda number: True, lambda number: number == 3])
def test_a_broken_search_loses_nothing(faulty: Callable[[int], bool], alone: Result) -> None:
    assert together(Recorder(faulty)).total <= alone.total


def test_an_executor_that_takes_nothing_loses_nothing(alone: Result) -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    assert together(pool).total == alone.total


def test_a_process_that_has_not_got_the_problem_is_sent_it() -> None:
    class Forgetful(Recorder):
        def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
            executor._seen.clear()
            return super().submit(function, *args, **named)

    how, normal = Forgetful(), together(Recorder())
    result = together(how)
    assert [parcel.data is not None for parcel, _ in how.sent] == [True, *[False, True] * 4]
    assert result.plan is not None
    assert normal.plan is not None
    assert result.plan.start.tolist() == normal.plan.start.tolist()


def test_processes_search_and_a_killed_one_loses_nothing(alone: Result) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert together(pool).total <= alone.total
        pool.submit(os._exit, 1)
        assert together(pool).total == alone.total


def test_dask_runs_the_same_code(alone: Result) -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        result = together(client.get_executor())
    in_turn = together(Recorder())
    assert result.plan is not None
    assert in_turn.plan is not None
    assert result.plan.start.tolist() == in_turn.plan.start.tolist()


def test_the_time_limit_holds_for_all() -> None:
    together(Recorder(), iteration_limit=300)  # compiles what the clock shall not see
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        result = together(pool, workers=3, time_limit_s=0.6)
        spent = time.perf_counter() - started
    assert result.status in {Status.FEASIBLE, Status.OPTIMAL}
    assert spent < 3.0
    assert time.perf_counter() - started < 5.0


def test_stopping_reaches_every_search() -> None:
    problem = shop(jobs=14, steps=5, machines=4, seed=3)

    class Impatient(Callbacks):
        looks = 0

        def should_stop(self) -> bool:
            self.looks += 1
            return self.looks > 3

    solve(problem, iteration_limit=200)  # compiles what the clock shall not see
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        result = solve(problem, time_limit_s=60, seed=1, executor=pool, workers=3, callbacks=Impatient())
    assert time.perf_counter() - started < 8.0  # the pool has ended: no search goes on behind the caller's back
    assert result.plan is not None
    assert check(problem, result.plan).is_valid


@pytest.mark.parametrize("faulty", [lambda number: False, lambda number: True, lambda number: number == 2])
def test_lots_are_divided_side_by_side_and_a_broken_search_loses_nothing(faulty: Callable[[int], bool]) -> None:
    problem = random_problem(3, jobs=8)
    own = solve(problem, iteration_limit=300, seed=3)
    result = solve(problem, iteration_limit=300, seed=3, executor=Recorder(faulty), workers=3)
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
    assert result.total <= own.total
    assert result.seed == 3


def test_divided_lots_stop_when_told_and_do_without_a_closed_executor() -> None:
    class Stop(Callbacks):
        def should_stop(self) -> bool:
            return True

    problem = random_problem(3, jobs=8)
    began = time.perf_counter()
    with ThreadPoolExecutor(1) as pool:
        assert solve(problem, iteration_limit=10**9, executor=pool, callbacks=Stop()).plan is not None
    assert time.perf_counter() - began < 20
    assert solve(problem, iteration_limit=20, executor=pool).plan is not None
