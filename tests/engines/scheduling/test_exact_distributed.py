"""Jobs that change places between factories: valid plans, the bound met where it can be, the seed decides."""

from __future__ import annotations

import numpy as np
import pytest

from rongzhi.engines.scheduling import Problem, Status, solve
from rongzhi.engines.scheduling.budget import Budget
from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.distributed import DistributedSearch, can_distribute
from rongzhi.engines.scheduling.result import Callbacks
from rongzhi.engines.scheduling.run import Run
from tests.engines.scheduling.test_solve_search import shop


def searched(problem: Problem, seed: int) -> Run:
    run = Run(problem, seed=seed, budget=Budget(0.0, None, 500), callbacks=Callbacks())
    run.construct()
    assert can_distribute(run.compiled.tables)
    DistributedSearch(run).rounds(1.0)
    return run


@pytest.mark.parametrize("factories", [2, 3])
def test_plans_are_valid_and_the_seed_decides(factories: int) -> None:
    problem = shop(jobs=10, steps=4, machines=3, factories=factories, seed=2)
    one, two = searched(problem, 7), searched(problem, 7)
    assert one.best is not None
    assert two.best is not None
    assert np.array_equal(one.best, two.best)
    plan = one.plan()
    assert check(problem, plan).is_valid
    assert plan.makespan == one.best_total


def test_the_load_bound_of_two_equal_factories_is_met() -> None:
    problem = shop(jobs=16, steps=3, machines=2, factories=2, seed=6)
    first, result = solve(problem, iteration_limit=0), solve(problem, iteration_limit=4_000)
    assert result.total <= first.total
    assert result.bound is not None
    assert result.total <= result.bound.value * 1.01
    assert result.status in {Status.OPTIMAL, Status.FEASIBLE}
