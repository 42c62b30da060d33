"""The exact mode: its bounds hold for every rule, its plans pass the checker, its calendars are the calendars."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from rongzhi.engines.scheduling import (
    Calendar,
    Factory,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Pin,
    Problem,
    Status,
    Term,
    chain,
    solve,
)
from rongzhi.engines.scheduling.budget import Budget
from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.exact import build
from rongzhi.engines.scheduling.exact_calendar import lengths
from rongzhi.engines.scheduling.result import Callbacks
from rongzhi.engines.scheduling.run import Run
from tests.engines.scheduling.random_problems import random_problem


@pytest.mark.parametrize("seed", range(12))
def test_bounds_are_below_every_plan_and_better_plans_keep_all_rules(seed: int) -> None:
    problem = random_problem(seed, jobs=3)
    first, proven = solve(problem, iteration_limit=0), solve(problem, iteration_limit=40, seed=seed)
    assert first.plan is not None
    assert proven.plan is not None
    assert check(problem, proven.plan).is_valid
    assert proven.bound is not None
    assert proven.bound.value <= min(first.total, proven.total) + 1e-6


@pytest.mark.parametrize(("may_span", "loss"), [(True, 0), (True, 2), (False, 0)])
def test_lengths_are_those_of_the_clock(may_span: bool, loss: int) -> None:
    rng = random.Random(loss)
    spans, moment = [], 0
    for _ in range(12):
        start = moment + rng.randint(1, 6)
        moment = start + rng.randint(1, 9)
        spans.append((start, moment))
    clock = Clock(Calendar("c", tuple(spans)))
    for work in (1, 3, 8, 20):
        told = {
            start: start + size
            for size, ranges in lengths(spans, work, may_span=may_span, loss=loss).items()
            for low, high in ranges
            for start in range(low, high + 1)
        }
        for start in range(moment):
            is_open = clock.open_from(start) == start
            end = clock.finish(start, work, may_span=may_span, resume_loss=loss) if is_open else None
            assert told.get(start) == end, (work, start)


def equal_factories(factories: int, jobs: int) -> Problem:
    rng = random.Random(5)
    made, links = [], []
    for j in range(jobs):
        runs = [rng.randint(3, 12) for _ in range(3)]
        operations = [
            Operation(f"{j}.{k}", tuple(Mode(f"F{f}M{(j + k) % 2}", run) for f in range(factories)))
            for k, run in enumerate(runs)
        ]
        made.append(Job(f"{j}", tuple(operations), single_factory=True))
        links += chain(*operations)
    machines = tuple(Machine(f"F{f}M{m}", f"F{f}") for f in range(factories) for m in range(2))
    return Problem(
        tuple(made),
        machines,
        tuple(Factory(f"F{f}") for f in range(factories)),
        tuple(links),
        objective=Objective.only(Term.MAKESPAN),
    )


def test_equal_factories_are_named_in_order_and_the_renamed_plan_is_as_good() -> None:
    problem = equal_factories(3, 6)
    run = Run(problem, seed=1, budget=Budget(0.0, None, 0), callbacks=Callbacks())
    run.construct()
    exact = build(run)
    assert exact is not None
    assert exact.twins.groups == [[0, 1, 2]]
    assert run.best is not None
    rows = exact.twins.renamed(run.best)
    before, value = run.best_total, run.best
    run.best_total = np.inf
    run.take(rows)
    assert run.best_total == before
    assert sorted(run.best[:, 1].tolist()) == sorted(value[:, 1].tolist())
    assert exact.twins.renamed(rows).tolist() == rows.tolist()


def test_equal_factories_are_proven() -> None:
    result = solve(equal_factories(2, 5), iteration_limit=1_000)
    assert result.status is Status.OPTIMAL


def test_fixed_work_and_changeovers_around_it_only_loosen_the_bound() -> None:
    problem = random_problem(4, jobs=4)
    former = solve(problem, iteration_limit=0).plan
    assert former is not None
    pins = tuple(Pin(row.operation, row.machine, row.start, row.end) for row in former if row.start < 20)
    assert pins
    result = solve(replace(problem, pins=pins), iteration_limit=40)
    assert result.plan is not None
    assert check(replace(problem, pins=pins), result.plan).is_valid
    assert result.bound is not None
    assert result.bound.value <= result.total + 1e-9


def test_a_lexicographic_order_is_proven_term_by_term() -> None:
    jobs = tuple(
        Job(f"{j}", (Operation(f"{j}", (Mode("dear", 4, cost=3.0), Mode("cheap", 6, cost=1.0))),)) for j in range(4)
    )
    problem = Problem(
        jobs,
        (Machine("dear", "F"), Machine("cheap", "F")),
        (Factory("F"),),
        objective=Objective(order=(Term.MAKESPAN, Term.COST)),
    )
    result = solve(problem, iteration_limit=60)
    assert result.status is Status.OPTIMAL
    assert (result.values["makespan"], result.values["cost"]) == (12.0, 8.0)


def test_a_deadline_only_the_exact_mode_can_keep_or_deny() -> None:
    def jobs(deadline: int) -> Problem:
        made = tuple(Job(f"{j}", (Operation(f"{j}", (Mode("m", 5),)),), deadline=deadline) for j in range(4))
        return Problem(made, (Machine("m", "F"),), (Factory("F"),))

    assert solve(jobs(20), iteration_limit=20).status is Status.OPTIMAL
    assert solve(jobs(19), iteration_limit=20).status is Status.INFEASIBLE
