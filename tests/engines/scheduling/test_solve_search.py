"""Search: proofs on small problems, bounds, callbacks, several searches side by side, factories one by one."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from rongzhi.engines.scheduling import (
    Callbacks,
    Factory,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Plan,
    Problem,
    Status,
    Term,
    chain,
    solve,
)
from rongzhi.engines.scheduling.checker import check
from tests.engines.scheduling.random_problems import random_problem


def shop(jobs: int, steps: int, machines: int, factories: int = 1, seed: int = 1) -> Problem:
    """Return a flexible job shop; with several factories every job stays in one of them."""
    rng = random.Random(seed)
    made, links = [], []
    for j in range(jobs):
        operations = []
        for k in range(steps):
            run, choice = rng.randint(5, 30), rng.sample(range(machines), rng.randint(1, 2))
            modes = tuple(Mode(f"F{f}M{m}", run + f) for f in range(factories) for m in choice)
            operations.append(Operation(f"{j}.{k}", modes))
        made.append(Job(f"{j}", tuple(operations), single_factory=factories > 1))
        links.extend(chain(*operations))
    return Problem(
        tuple(made),
        tuple(Machine(f"F{f}M{m}", f"F{f}") for f in range(factories) for m in range(machines)),
        tuple(Factory(f"F{f}") for f in range(factories)),
        tuple(links),
        objective=Objective.only(Term.MAKESPAN),
    )


def test_one_machine_tardiness_is_proven_and_equals_the_best_order() -> None:
    rng = random.Random(4)
    runs, dues = [rng.randint(2, 12) for _ in range(7)], [rng.randint(5, 40) for _ in range(7)]

    def tardiness(order: tuple[int, ...]) -> int:
        end = total = 0
        for j in order:
            end += runs[j]
            total += max(0, end - dues[j])
        return total

    best = min(tardiness(order) for order in itertools.permutations(range(7)))
    jobs = tuple(Job(f"{j}", (Operation(f"{j}", (Mode("m", runs[j]),)),), due=dues[j]) for j in range(7))
    objective = Objective(makespan=0.0)
    result = solve(Problem(jobs, (Machine("m", "F"),), (Factory("F"),), objective=objective), iteration_limit=200)
    assert result.total == best
    assert result.status is Status.OPTIMAL
    assert result.gap == 0.0


@pytest.mark.parametrize(("factories", "limit"), [(1, 300), (3, 900)])
def test_makespan_search_gives_valid_plans_and_never_gets_worse(factories: int, limit: int) -> None:
    problem = shop(jobs=12, steps=5, machines=4, factories=factories)
    first, result = solve(problem, iteration_limit=0), solve(problem, iteration_limit=limit)
    assert result.plan is not None
    assert str(check(problem, result.plan)) == "valid"
    assert result.total <= first.total
    assert result.bound is not None
    assert result.bound.value <= result.total <= 1.15 * result.bound.value


def test_makespan_search_depends_on_the_seed_only() -> None:
    problem = shop(jobs=12, steps=5, machines=4)
    one, two = (solve(problem, iteration_limit=300, seed=9) for _ in range(2))
    assert one.plan is not None
    assert two.plan is not None
    assert one.plan.start.tolist() == two.plan.start.tolist()


class Listener(Callbacks):
    def __init__(self, stop_after: int) -> None:
        self.progress: list[float] = []
        self.plans: list[Plan] = []
        self._stop_after = stop_after

    def on_progress(self, fraction: float, best: float, bound: float) -> None:
        assert bound <= best
        self.progress.append(fraction)

    def on_improved(self, plan: Plan) -> None:
        self.plans.append(plan)

    def should_stop(self) -> bool:
        return len(self.progress) >= self._stop_after


def test_callbacks_hear_of_progress_and_can_stop() -> None:
    problem, listener = random_problem(5, jobs=12), Listener(stop_after=3)
    result = solve(problem, iteration_limit=10**9, callbacks=listener)
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
    assert result.iterations < 10**6
    assert listener.progress == sorted(listener.progress)
    assert all(check(problem, plan).is_valid for plan in listener.plans)


def test_searches_side_by_side_are_at_least_as_good() -> None:
    problem = random_problem(8, jobs=10)
    alone = solve(problem, iteration_limit=200, seed=3)
    with ThreadPoolExecutor(1) as executor:
        together = solve(problem, iteration_limit=200, seed=3, executor=executor)
    assert together.plan is not None
    assert check(problem, together.plan).is_valid
    assert together.total <= alone.total
