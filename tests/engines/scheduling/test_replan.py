"""Repair moves what has to move, and what it says about nervousness is right."""

from __future__ import annotations

import random

import pytest

from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.model import Factory, Job, Machine, Mode, Operation, Problem, chain
from rongzhi.engines.scheduling.promise import Promiser
from rongzhi.engines.scheduling.replan import LateMaterial, LongerRun, MachineDown, measure, repair
from rongzhi.engines.scheduling.result import Assignment, Plan
from tests.engines.scheduling.promise_cases import base_case, random_order


def flow() -> tuple[Problem, Plan]:
    first = Operation("A1", (Mode("m1", 10), Mode("m3", 12))), Operation("A2", (Mode("m2", 10),))
    second = Operation("B1", (Mode("m1", 10),)), Operation("B2", (Mode("m2", 10),))
    problem = Problem(
        (Job("A", first, due=20), Job("B", second, due=100)),
        (Machine("m1", "F"), Machine("m2", "F"), Machine("m3", "F")),
        (Factory("F"),),
        (*chain(*first), *chain(*second)),
    )
    rows = [
        Assignment("A1", "m1", 0, 0, 0, 10),
        Assignment("A2", "m2", 0, 10, 10, 20),
        Assignment("B1", "m1", 0, 10, 10, 20),
        Assignment("B2", "m2", 0, 40, 40, 50),
    ]
    return problem, Plan.of(rows)


def times(plan: Plan) -> list[tuple[int, int]]:
    return [(row.start, row.end) for row in plan]


def test_running_work_goes_on_after_a_breakdown() -> None:
    result = repair(*flow(), now=5, events=[MachineDown("m1", 5, 12)])
    assert times(result.plan) == [(0, 17), (17, 27), (17, 27), (40, 50)]
    assert check(result.problem, result.plan).is_valid
    stability = result.stability
    assert (stability.moved, stability.shift_total, stability.shift_max, stability.jobs_moved) == (2, 14, 7, 1)
    assert stability.newly_late == ("A",)
    assert (stability.tardiness_before, stability.tardiness_after, stability.share_moved) == (0, 7, 0.5)


def test_late_material_moves_only_its_job() -> None:
    result = repair(*flow(), now=0, events=[LateMaterial("B1", 35)])
    assert times(result.plan) == [(0, 10), (10, 20), (35, 45), (45, 55)]
    assert check(result.problem, result.plan).is_valid


def test_other_machines_are_used_only_if_allowed() -> None:
    down = [MachineDown("m1", 0, 100)]
    assert times(repair(*flow(), now=0, events=down).plan)[0] == (100, 110)
    rerouted = repair(*flow(), now=0, events=down, may_reroute=True)
    assert times(rerouted.plan)[:2] == [(0, 12), (12, 22)]
    assert rerouted.stability.moved_machines == 1


def test_nothing_happened() -> None:
    problem, plan = flow()
    result = repair(problem, plan, now=0, events=[])
    assert list(result.plan) == list(plan)
    assert measure(problem, plan, result.plan).moved == 0


@pytest.mark.parametrize("seed", range(12))
def test_repaired_plans_are_valid(seed: int) -> None:
    rng = random.Random(seed)
    promiser = Promiser(*base_case(rng))
    for number in range(10):
        jobs, links = random_order(rng, f"o{number}", [])
        quote = promiser.quote(jobs, links, with_alternatives=False)
        if quote.is_feasible:
            promiser.book(quote)
    problem, plan = promiser.plan_with()
    free = [code for code in plan.operation if not code.startswith("fixed")]
    events = [
        MachineDown(f"m{rng.randrange(2, 5)}", 100, 180),
        LateMaterial(rng.choice(free), 150),
    ]
    result = repair(problem, plan, now=0, events=events)
    if not result.explanation:
        verification = check(result.problem, result.plan)
        assert verification.is_valid, str(verification)
    later = [code for code in free if plan[code].start >= 0]
    assert all(result.plan[code].start >= plan[code].start for code in later)


def test_longer_run_of_running_work() -> None:
    result = repair(*flow(), now=5, events=[LongerRun("A1", 4)])
    assert times(result.plan) == [(0, 14), (14, 24), (14, 24), (40, 50)]
    assert check(result.problem, result.plan).is_valid
