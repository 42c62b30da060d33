"""The general search: late work is found and moved, rules are kept, the same seed gives the same plan."""

from __future__ import annotations

import itertools

import pytest

from rongzhi.engines.scheduling import (
    Calendar,
    Changeover,
    Factory,
    Job,
    Machine,
    Mode,
    Need,
    Objective,
    Operation,
    Precedence,
    Problem,
    Resource,
    Term,
    chain,
    solve,
)
from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.compile import compile_problem
from rongzhi.engines.scheduling.fixed import fixed_rows
from rongzhi.engines.scheduling.general import is_suited
from rongzhi.engines.scheduling.general_projects import is_project
from rongzhi.engines.scheduling.model import Batch

DAY = Calendar("day", ((0, 480),), cycle=1440, until=1440)
PAINT = Changeover("paint", ("a", "b"), ((0, 40), (60, 0)))


def orders(count: int) -> Problem:
    """Return more orders than two machines can finish in time, with shifts, changeovers and weights."""
    jobs, links = [], []
    for number in range(count):
        first, second = f"{number}.1", f"{number}.2"
        family, run = "ab"[number % 2], 60 + 17 * (number * 7 % 11)
        steps = (
            Operation(first, (Mode("m1", run), Mode("m2", run + 20)), family=family),
            Operation(second, (Mode("m3", 40 + run // 2),), family=family),
        )
        due = 480 + 1440 * (number * 3 % count // 2)
        jobs.append(Job(f"{number}", steps, due=due, weight=float((1, 4, 16)[number % 3])))
        links += chain(*steps)
    machines = tuple(Machine(code, "F", "day", "paint") for code in ("m1", "m2", "m3"))
    return Problem(
        tuple(jobs),
        machines,
        (Factory("F"),),
        tuple(links),
        (DAY,),
        (PAINT,),
        objective=Objective.only(Term.TARDINESS),
    )


def project(runs: list[int], before: list[tuple[int, int]], capacity: int) -> Problem:
    """Return a project on one site with one resource; every operation needs 1 to 3 units of it."""
    steps = tuple(
        Operation(f"{n}", (Mode("site", run, needs=(Need("crew", 1 + n % 3),)),)) for n, run in enumerate(runs)
    )
    return Problem(
        (Job("project", steps),),
        (Machine("site", "F", is_unlimited=True),),
        (Factory("F"),),
        tuple(Precedence(f"{b}", f"{a}") for b, a in before),
        resources=(Resource("crew", capacity),),
        objective=Objective.only(Term.MAKESPAN),
    )


def test_search_betters_the_first_plan_and_keeps_every_rule() -> None:
    problem = orders(120)
    first = solve(problem, time_limit_s=0.0)
    found = solve(problem, iteration_limit=600, seed=3)
    assert first.plan is not None
    assert found.plan is not None
    assert found.total < 0.97 * first.total
    verdict = check(problem, found.plan)
    assert verdict.violations == ()
    assert verdict.values[Term.TARDINESS] == pytest.approx(found.total)


def test_same_seed_and_steps_give_the_same_plan() -> None:
    problem = orders(80)
    one, two = (solve(problem, iteration_limit=300, seed=5) for _ in range(2))
    assert one.plan is not None
    assert two.plan is not None
    assert one.total == two.total
    assert one.plan.start.tolist() == two.plan.start.tolist()
    assert one.plan.machine == two.plan.machine


def test_batch_machines_are_left_to_removal() -> None:
    oven = Machine("oven", "F", batch=Batch(2))
    job = Job("1", (Operation("1.1", (Mode("oven", 5),)),))
    assert not is_suited(compile_problem(Problem((job,), (oven,), (Factory("F"),))).tables)
    assert is_suited(compile_problem(orders(2)).tables)


def test_a_project_of_many_steps_reaches_the_bound_of_its_resource() -> None:
    # One unit of crew each with capacity 2: 40 equal steps of 3 in pairs end at 60.
    steps = tuple(Operation(f"{n}", (Mode("site", 3, needs=(Need("crew"),)),)) for n in range(40))
    problem = Problem(
        (Job("project", steps),),
        (Machine("site", "F", is_unlimited=True),),
        (Factory("F"),),
        resources=(Resource("crew", 2),),
        objective=Objective.only(Term.MAKESPAN),
    )
    compiled = compile_problem(problem)
    assert is_project(compiled.tables, fixed_rows(compiled))
    assert solve(problem, iteration_limit=200).total == 60


def test_search_on_a_project_equals_trying_every_order() -> None:
    runs, before = [4, 3, 6, 2, 5, 3, 4], [(0, 2), (1, 3), (2, 5), (3, 5)]
    problem = project(runs, before, 4)
    after = {n: [b for b, a in before if a == n] for n in range(len(runs))}

    def makespan(order: tuple[int, ...]) -> int:
        use, end = [0] * 100, {}
        for n in order:
            if any(b not in end for b in after[n]):
                return 10**6
            start = max((end[b] for b in after[n]), default=0)
            while any(use[t] + 1 + n % 3 > 4 for t in range(start, start + runs[n])):
                start += 1
            for t in range(start, start + runs[n]):
                use[t] += 1 + n % 3
            end[n] = start + runs[n]
        return max(end.values())

    best = min(makespan(order) for order in itertools.permutations(range(len(runs))))
    found = solve(problem, iteration_limit=300)
    assert found.total == best
    assert found.plan is not None
    assert check(problem, found.plan).violations == ()


def test_changeovers_and_shifts_are_no_project() -> None:
    compiled = compile_problem(orders(3))
    assert not is_project(compiled.tables, fixed_rows(compiled))
