"""What holds for every problem: plans keep all rules, values are right, bounds are below, seeds decide everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rongzhi.engines.scheduling import Pin, Plan, Problem, Result, Status, solve
from rongzhi.engines.scheduling.checker import check
from tests.engines.scheduling.random_problems import random_problem

SEEDS = range(24)


def verified(problem: Problem, result: Result, former: Plan | None = None) -> Plan:
    assert result.plan is not None
    answer = check(problem, result.plan, former)
    assert answer.is_valid, str(answer)
    for name, value in answer.values.items():
        assert result.values[name] == pytest.approx(value), name
    assert result.bound is not None
    assert result.bound.value <= result.total + 1e-9
    return result.plan


@pytest.mark.parametrize("seed", SEEDS)
def test_first_plan_keeps_every_rule(seed: int) -> None:
    problem = random_problem(seed)
    verified(problem, solve(problem, iteration_limit=0))


@pytest.mark.parametrize("seed", SEEDS)
def test_search_keeps_every_rule_and_never_gets_worse(seed: int) -> None:
    problem = random_problem(seed)
    first, searched = solve(problem, iteration_limit=0), solve(problem, iteration_limit=300, seed=seed)
    verified(problem, searched)
    assert searched.total <= first.total + 1e-9
    totals = [point.total for point in searched.trace]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize("seed", [3, 11])
def test_same_seed_and_iterations_give_the_same_plan(seed: int) -> None:
    problem = random_problem(seed)
    one, two = (solve(problem, iteration_limit=400, seed=5).plan for _ in range(2))
    assert one is not None
    assert two is not None
    assert one.machine == two.machine
    assert np.array_equal(one.start, two.start)


def frozen_until(problem: Problem, plan: Plan, now: int) -> Problem:
    """Return the problem with everything started before ``now`` fixed as planned, and new work not before ``now``."""
    pins = tuple(
        Pin(row.operation, row.machine, row.start, row.end if row.end <= now or row.start % 2 else None)
        for row in plan
        if row.start < now
    )
    return replace(problem, pins=pins)


@pytest.mark.parametrize("seed", SEEDS)
def test_fixed_operations_stay_and_the_rest_fits_around_them(seed: int) -> None:
    problem = random_problem(seed)
    former = solve(problem, iteration_limit=0).plan
    assert former is not None
    again = frozen_until(problem, former, 40)
    result = solve(again, iteration_limit=200, former=former)
    plan = verified(again, result, former)
    for pin in again.pins:
        assert (plan[pin.operation].machine, plan[pin.operation].start) == (pin.machine, pin.start)
        assert plan[pin.operation].end == former[pin.operation].end


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_former_plan_is_kept_when_only_changes_cost(seed: int) -> None:
    problem = random_problem(seed)
    former = solve(problem, iteration_limit=100).plan
    objective = replace(problem.objective, moved_starts=1e5, moved_machines=1e6)
    result = solve(replace(problem, objective=objective), iteration_limit=0, former=former)
    assert result.values["moved_machines"] == 0


def test_time_limit_of_zero_still_gives_a_plan() -> None:
    problem = random_problem(7)
    result = solve(problem, time_limit_s=0)
    verified(problem, result)
    assert result.status in {Status.FEASIBLE, Status.OPTIMAL}
