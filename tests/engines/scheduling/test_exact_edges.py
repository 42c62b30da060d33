"""Edges: no time, no work, one operation, equal operations, very long horizons, a stop in the middle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rongzhi.engines.scheduling import (
    Calendar,
    Callbacks,
    Factory,
    Job,
    Machine,
    Mode,
    Need,
    Operation,
    Problem,
    Resource,
    Status,
    chain,
    solve,
)
from rongzhi.engines.scheduling.calendars import MAX_JOINT_INTERVALS, joint_calendar
from rongzhi.engines.scheduling.checker import check

DAY, FACTORIES = 86_400, (Factory("F"),)
SHIFT = Calendar("shift", ((28_800, 57_600),), cycle=DAY, until=DAY)


def nothing() -> Problem:
    return Problem((), (Machine("m", "F"),), FACTORIES)


def an_empty_job() -> Problem:
    return Problem((Job("a", ()),), (Machine("m", "F"),), FACTORIES)


def one() -> Problem:
    return Problem((Job("a", (Operation("a", (Mode("m", 5),)),)),), (Machine("m", "F"),), FACTORIES)


def ten_equal() -> Problem:
    jobs = tuple(Job(f"{n}", (Operation(f"{n}", (Mode("m", 5), Mode("k", 5))),), due=3) for n in range(10))
    return Problem(jobs, (Machine("m", "F"), Machine("k", "F")), FACTORIES)


def far_away() -> Problem:
    """Work of three years in seconds, one shift a day, released after 31 years."""
    jobs, links = [], []
    for n in range(3):
        steps = tuple(Operation(f"{n}.{k}", (Mode("mk"[k], 10**7 + n),)) for k in range(2))
        jobs.append(Job(f"{n}", steps, release=10**9 * (n % 2), due=10**9))
        links += chain(*steps)
    machines = tuple(Machine(code, "F", calendar="shift") for code in "mk")
    return Problem(tuple(jobs), machines, FACTORIES, tuple(links), (SHIFT,), time_unit="s")


@pytest.mark.parametrize("limit", [{"time_limit_s": 0.0}, {"iteration_limit": 0}, {"iteration_limit": 20}])
@pytest.mark.parametrize("make", [nothing, an_empty_job, one, ten_equal, far_away])
def test_every_edge_gives_a_valid_plan(make: Callable[[], Problem], limit: dict[str, Any]) -> None:
    problem = make()
    result = solve(problem, **limit)
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
    assert result.bound is not None
    assert result.bound.value <= result.total


def test_small_edges_are_proven() -> None:
    assert [solve(make(), iteration_limit=20).status for make in (nothing, an_empty_job, one)] == [Status.OPTIMAL] * 3
    assert solve(ten_equal(), iteration_limit=20).values["makespan"] == 25


def test_calendars_whose_cycles_never_meet_are_written_out_with_an_end() -> None:
    odd = Calendar("odd", ((0, 50_000),), cycle=DAY + 1, until=DAY + 1)
    both = joint_calendar(SHIFT, odd)
    assert both.cycle is None
    assert both.intervals[0] == (28_800, 50_000)
    assert len(both.intervals) <= 2 * MAX_JOINT_INTERVALS
    assert both.intervals[-1][1] > 10**10
    job = Job("a", (Operation("a", (Mode("m", 30_000, needs=(Need("tool"),)),)),))
    problem = Problem(
        (job,),
        (Machine("m", "F", calendar="shift"),),
        FACTORIES,
        calendars=(SHIFT, odd),
        resources=(Resource("tool", 1, "odd"),),
        time_unit="s",
    )
    result = solve(problem, iteration_limit=0)
    assert result.plan is not None
    assert (result.plan["a"].start, result.plan["a"].end) == (28_800, DAY + 28_801 + 8_799)
    assert check(problem, result.plan).is_valid


@pytest.mark.parametrize("make", [nothing, one, ten_equal, far_away])
def test_a_stop_in_the_middle_keeps_the_best_plan(make: Callable[[], Problem]) -> None:
    class Stop(Callbacks):
        looks = 0

        def should_stop(self) -> bool:
            self.looks += 1
            return self.looks > 2

    problem = make()
    result = solve(problem, iteration_limit=10**9, callbacks=Stop())
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
