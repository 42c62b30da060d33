"""Very large shops: the quick dispatcher, its mirror image, the bound of one machine, limits of time."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import numpy as np
import pytest

from rongzhi.engines import scheduling as s
from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import bounds, first_dispatch
from rongzhi.engines.scheduling.compile import compile_problem
from rongzhi.engines.scheduling.first_shop import FORWARD, MIRRORED, Site


def job_shop(jobs: int, machines: int, seed: int = 0, steps: int | None = None) -> s.Problem:
    """Return a random job shop."""
    draw = random.Random(seed)
    made, links = [], []
    for number in range(jobs):
        route = draw.sample(range(machines), steps or machines)
        operations = tuple(
            s.Operation(f"{number}-{step}", (s.Mode(f"M{m}", draw.randint(1, 99)),)) for step, m in enumerate(route)
        )
        made.append(s.Job(str(number), operations))
        links.extend(s.chain(*operations))
    return s.Problem(
        tuple(made),
        tuple(s.Machine(f"M{m}", "F") for m in range(machines)),
        (s.Factory("F"),),
        tuple(links),
        objective=s.Objective.only(s.Term.MAKESPAN),
    )


def network(factories: int, jobs: int, seed: int = 0) -> s.Problem:
    """Return jobs of four operations that each stay in one of two factories of four machines."""
    draw = random.Random(seed)
    made, links = [], []
    for number in range(jobs):
        places = draw.sample(range(factories), 2)
        operations = []
        for step in range(4):
            run, chosen = draw.randint(10, 100), draw.sample(range(4), draw.randint(1, 3))
            modes = tuple(s.Mode(f"F{f}-M{m}", run + 3 * f) for f in places for m in chosen)
            operations.append(s.Operation(f"{number}-{step}", modes))
        made.append(s.Job(str(number), tuple(operations), single_factory=True))
        links.extend(s.chain(*operations))
    return s.Problem(
        tuple(made),
        tuple(s.Machine(f"F{f}-M{m}", f"F{f}") for f in range(factories) for m in range(4)),
        tuple(s.Factory(f"F{f}") for f in range(factories)),
        tuple(links),
        objective=s.Objective.only(s.Term.MAKESPAN),
    )


def test_a_large_shop_meets_the_bound_of_its_busiest_machine() -> None:
    problem = job_shop(250, 10)
    result = s.solve(problem, iteration_limit=4000)
    assert s.check(problem, result.plan).is_valid
    assert result.bound.value >= max(
        sum(o.modes[0].run for j in problem.jobs for o in j.operations if o.modes[0].machine == f"M{m}")
        for m in range(10)
    )
    assert result.status is s.Status.OPTIMAL


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    problem = job_shop(50, 50, seed=4)
    first, second = (s.solve(problem, iteration_limit=600, seed=3) for _ in range(2))
    assert first.plan.start.tolist() == second.plan.start.tolist()
    assert first.total == second.total


def test_a_mirrored_dispatch_is_a_plan_when_turned_round() -> None:
    t = compile_problem(job_shop(12, 5, seed=2)).tables
    site = Site(t, t.op[:, a.O_MODE0].copy(), np.zeros(len(t.op), dtype=np.int64))
    for direction, rank in site.rules():
        if direction not in {FORWARD, MIRRORED}:
            continue
        start, ends = site.dispatch(direction, rank)
        turned, after = site.turned(start) if direction == MIRRORED else (start, ends)
        assert after[0] <= ends[0]
        assert after[0] == (turned + site.work).max()
        assert (turned[t.edge[:, a.E_AFTER]] >= (turned + site.work)[t.edge[:, a.E_BEFORE]]).all()
        for machine in range(5):
            on = np.flatnonzero(t.mode[t.op[:, a.O_MODE0], a.M_MACHINE] == machine)
            on = on[np.argsort(turned[on], kind="stable")]
            assert (turned[on][1:] >= (turned + site.work)[on][:-1]).all()


def test_releases_lags_transport_and_unlimited_machines_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_dispatch, "LEAST_OPERATIONS", 1)
    draw = random.Random(5)
    jobs, links = [], []
    for number in range(40):
        operations = tuple(s.Operation(f"{number}-{k}", (s.Mode(f"M{draw.randrange(4)}", 9),)) for k in range(3))
        jobs.append(s.Job(str(number), operations, release=draw.randrange(60)))
        links += [s.Precedence(x.code, y.code, lag=draw.randrange(5)) for x, y in pairwise(operations)]
    links += [s.Precedence("0-2", "7-0"), s.Precedence("0-1", "8-2"), s.Precedence("3-2", "8-1")]
    problem = s.Problem(
        tuple(jobs),
        tuple(s.Machine(f"M{m}", "AB"[m % 2], is_unlimited=m == 3) for m in range(4)),
        (s.Factory("A", "a"), s.Factory("B", "b")),
        tuple(links),
        transport=s.Transport(("a", "b"), ((0, 6), (7, 0))),
        objective=s.Objective.only(s.Term.MAKESPAN),
    )
    result = s.solve(problem, iteration_limit=1500)
    assert s.check(problem, result.plan).is_valid
    assert result.bound.value <= result.total


def test_the_bound_of_one_machine_counts_what_comes_before_and_after() -> None:
    def job(code: str, before: int, run: int, after: int) -> s.Job:
        modes = (("x", before), ("m", run), ("y", after))
        return s.Job(code, tuple(s.Operation(f"{code}{k}", (s.Mode(k + code * (k != "m"), d),)) for k, d in modes))

    jobs = (job("a", 5, 10, 20), job("b", 7, 10, 1))
    problem = s.Problem(
        jobs,
        tuple(s.Machine(code, "F") for code in ("m", "xa", "ya", "xb", "yb")),
        (s.Factory("F"),),
        tuple(link for each in jobs for link in s.chain(*each.operations)),
        objective=s.Objective.only(s.Term.MAKESPAN),
    )
    compiled = compile_problem(problem)
    assert bounds.quick(compiled, np.zeros((0, 4), dtype=np.int64)) == s.Bound("job-length", 35.0)
    worse = (job("a", 5, 10, 20), job("b", 7, 10, 1), job("c", 5, 10, 20))
    problem = s.Problem(
        worse,
        tuple(s.Machine(code, "F") for code in ("m", "xa", "ya", "xb", "yb", "xc", "yc")),
        (s.Factory("F"),),
        tuple(link for each in worse for link in s.chain(*each.operations)),
        objective=s.Objective.only(s.Term.MAKESPAN),
    )
    assert bounds.quick(compile_problem(problem), np.zeros((0, 4), dtype=np.int64)) == s.Bound("machine-load", 45.0)
    assert s.solve(problem, iteration_limit=100).total == 45.0


def test_a_network_of_many_jobs_is_planned_near_its_bound_and_in_time() -> None:
    s.warm_up(makespan=True)
    problem = network(12, 1500)
    began = time.perf_counter()
    result = s.solve(problem, time_limit_s=1.5)
    assert time.perf_counter() - began < 4.0
    assert s.check(problem, result.plan).is_valid
    assert result.gap < 0.1
