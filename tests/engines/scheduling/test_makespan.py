"""Search for short makespans: the tabu search on the graph, the best plans and those between them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from rongzhi.engines.scheduling import (
    Factory,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Precedence,
    Problem,
    Status,
    Term,
    Transport,
    chain,
    solve,
)
from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Words
from rongzhi.engines.scheduling.budget import Budget
from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.kernel_tabu import advance, best_plan, tabu
from rongzhi.engines.scheduling.kernel_tabu_graph import open_shop, set_rows
from rongzhi.engines.scheduling.makespan import MakespanSearch, is_plain, patience
from rongzhi.engines.scheduling.makespan_elite import Elite, distance_of
from rongzhi.engines.scheduling.makespan_lane import TabuLane
from rongzhi.engines.scheduling.native import native
from rongzhi.engines.scheduling.result import Callbacks
from rongzhi.engines.scheduling.run import Run

# Fisher, Thompson (1963), Probabilistic learning combinations of local job-shop scheduling rules: machine, time
FT06 = (
    ((2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6)),
    ((1, 8), (2, 5), (4, 10), (5, 10), (0, 10), (3, 4)),
    ((2, 5), (3, 4), (5, 8), (0, 9), (1, 1), (4, 7)),
    ((1, 5), (0, 5), (2, 5), (3, 3), (4, 8), (5, 9)),
    ((2, 9), (1, 3), (4, 5), (5, 4), (0, 3), (3, 1)),
    ((1, 3), (3, 3), (5, 9), (0, 10), (4, 4), (2, 1)),
)


def job_shop(rows: tuple[tuple[tuple[int, int], ...], ...]) -> Problem:
    jobs = tuple(
        Job(f"{j}", tuple(Operation(f"{j}.{k}", (Mode(f"M{m}", run),)) for k, (m, run) in enumerate(row)))
        for j, row in enumerate(rows)
    )
    machines = tuple(Machine(f"M{m}", "F") for m in range(1 + max(m for row in rows for m, _ in row)))
    links = tuple(link for job in jobs for link in chain(*job.operations))
    return Problem(jobs, machines, (Factory("F"),), links, objective=Objective.only(Term.MAKESPAN))


def rough_shop(seed: int) -> Problem:
    """Return a shop with releases, assembly, lags, transport, an unlimited machine and operations without length."""
    rng = random.Random(seed)
    jobs, links = [], []
    for j in range(6):
        operations = []
        for k in range(5):
            machines = rng.sample(range(4), rng.randint(1, 3))
            run = 0 if rng.random() < 0.1 else rng.randint(1, 20)
            operations.append(Operation(f"{j}.{k}", tuple(Mode(f"M{m}", run + m) for m in machines)))
        jobs.append(Job(f"{j}", tuple(operations), release=rng.randint(0, 15)))
        links.extend(Precedence(f"{j}.{k}", f"{j}.{k + 1}", lag=rng.randint(0, 4)) for k in range(1, 4))
        links.append(Precedence(f"{j}.0", f"{j}.4"))
    links.append(Precedence("0.4", "1.4"))
    return Problem(
        tuple(jobs),
        tuple(Machine(f"M{m}", f"F{m % 2}", is_unlimited=m == 3) for m in range(4)),
        (Factory("F0", "P0"), Factory("F1", "P1")),
        tuple(links),
        transport=Transport(("P0", "P1"), ((0, 7), (5, 0))),
        objective=Objective.only(Term.MAKESPAN),
    )


def started(problem: Problem, seed: int = 1) -> Run:
    run = Run(problem, seed=seed, budget=Budget(0.0, None, 10**6), callbacks=Callbacks())
    run.construct()
    assert run.best is not None
    return run


def words(seed: int) -> Words:
    return np.random.SeedSequence(seed).generate_state(2, np.uint64) | np.uint64(1)


def test_tabu_search_finds_the_optimum_of_ft06() -> None:
    run = started(job_shop(FT06))
    assert run.best is not None
    ops = np.arange(36)
    start, mode = run.best[:, a.S_START].copy(), run.best[:, a.S_MODE].copy()
    order = np.argsort(start, kind="stable")
    assert tabu(native(run.compiled.tables), ops, order, start, mode, 55, 20_000, 500, words(3)) == 55
    run.place(start, mode, np.zeros(6))
    assert run.best_total == 55
    assert str(check(run.problem, run.plan())) == "valid"


@pytest.mark.parametrize("seed", range(12))
def test_longest_paths_and_order_stay_right_over_many_moves(seed: int) -> None:
    run = started(rough_shop(seed))
    assert run.best is not None
    tables = run.compiled.tables
    assert is_plain(tables, run.fixed)
    ops = np.arange(len(tables.op))
    start, mode = run.best[:, a.S_START].copy(), run.best[:, a.S_MODE].copy()
    shop = open_shop(native(tables), ops, words(seed), mode)
    order = np.lexsort((run.best[:, a.S_END], start))
    first = set_rows(shop, order, mode)
    assert first >= run.best_total
    assert advance(shop, 0, 400, 10**6) == 400
    least = best_plan(shop, start, mode)
    assert least <= first
    work = tables.mode[mode, a.M_SETUP] + tables.mode[mode, a.M_RUN]
    assert (start + work).max() == least
    again = open_shop(native(tables), ops, words(seed), mode)
    assert set_rows(again, np.lexsort((start + work, start)), mode) == least
    run.place(start, mode, np.zeros(len(tables.job)))
    assert run.best_total <= least
    assert str(check(run.problem, run.plan())) == "valid"


def test_a_row_order_against_the_job_is_refused() -> None:
    run = started(job_shop((((0, 3), (0, 4)),)))
    mode = np.arange(2)
    shop = open_shop(native(run.compiled.tables), np.arange(2), words(1), mode)
    assert set_rows(shop, np.array([1, 0]), mode) == -1
    assert set_rows(shop, np.array([0, 1]), mode) == 7


def test_one_factory_jobs_keep_their_factory() -> None:
    jobs = tuple(Job(f"{j}", (Operation(f"{j}", (Mode("A", 9), Mode("B", 1))),), single_factory=True) for j in range(3))
    machines = (Machine("A", "F0"), Machine("B", "F1"))
    problem = Problem(jobs, machines, (Factory("F0"), Factory("F1")), objective=Objective.only(Term.MAKESPAN))
    run = started(problem)
    ops, start, mode = np.arange(3), np.zeros(3, dtype=np.int64), np.array([0, 2, 4])
    assert tabu(native(run.compiled.tables), ops, ops, start, mode, 0, 50, 10, words(1)) == 27
    assert mode.tolist() == [0, 2, 4]


def test_the_elite_takes_only_good_and_different_plans() -> None:
    run = started(job_shop(FT06))
    tables = run.compiled.tables
    elite, mode = Elite(tables, 2), np.arange(36)
    plans = [elite.member(60 - i, np.random.default_rng(i).permutation(36), mode) for i in range(3)]
    assert distance_of(plans[0], plans[0]) == 0.0
    assert 0.5 < distance_of(plans[0], plans[1]) <= 1.0
    elite.add(plans[0])
    elite.add(plans[0])
    assert [each.length for each in elite.members] == [60]
    elite.add(plans[1])
    elite.add(plans[2])
    assert sorted(each.length for each in elite.members) == [58, 59]
    elite.add(plans[0])
    assert sorted(each.length for each in elite.members) == [58, 59]
    elite.add(elite.member(57, plans[1].start, mode))
    assert sorted(each.length for each in elite.members) == [57, 58]
    for _ in range(20):
        elite.add(plans[0])
    elite.renew()
    assert [each.length for each in elite.members] == [57]
    assert not elite.is_full


@pytest.mark.parametrize("seed", [1, 2])
def test_plans_between_two_plans_keep_what_both_agree_on(seed: int) -> None:
    run = started(job_shop(FT06), seed=seed)
    elite = Elite(run.compiled.tables, 4)
    lane = TabuLane(run, 0, elite, patience(36))
    assert run.best is not None
    one = elite.member(int(run.best_total), run.best[:, a.S_START], run.best[:, a.S_MODE])
    keys, modes = lane._fresh(one)
    two = elite.member(70, (keys * 1000).astype(np.int64), modes)
    between, mode = lane._between(one, two)
    assert lane._open(between, mode) > 0
    is_before_in_both = (one.start[:, None] < one.start) & (two.start[:, None] < two.start)
    assert (between[:, None] < between)[is_before_in_both].all()


def test_the_search_stops_at_once_when_the_bound_is_met() -> None:
    rng = random.Random(2)
    rows = tuple(tuple((0 if k == 2 else rng.randint(1, 5), 40 if k == 2 else 1) for k in range(5)) for _ in range(40))
    result = solve(job_shop(rows), time_limit_s=200.0)  # compiling may be part of it
    assert result.status is Status.OPTIMAL
    assert result.total == 40 * 40 + 4
    assert result.seconds < 100.0


def test_rounds_of_the_search_depend_on_the_seed_only() -> None:
    found = []
    for _ in range(2):
        run = Run(rough_shop(3), seed=5, budget=Budget(0.0, None, 2500), callbacks=Callbacks())
        run.construct()
        from rongzhi.engines.scheduling.lane import RemovalLane

        search = MakespanSearch(run, RemovalLane(run, 0, 0.0, 1.0))
        search.rounds(1.0)
        assert run.best is not None
        found.append((run.best_total, run.best[:, a.S_START].tolist(), run.best[:, a.S_MODE].tolist()))
    assert found[0] == found[1]
