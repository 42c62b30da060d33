"""Repair moves what has to move, and what it says about nervousness is right."""

from __future__ import annotations

import random

import pytest

from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.model import Calendar, Factory, Job, Machine, Mode, Operation, Problem, chain
from rongzhi.engines.scheduling.promise import Promiser
from rongzhi.engines.scheduling.replan import (
    CalendarChange,
    DueChanged,
    Expedite,
    LateMaterial,
    LongerRun,
    MachineDown,
    MachineUp,
    OrderCancelled,
    QuantityChanged,
    RushOrder,
    Scrap,
    measure,
    repair,
)
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.errors import Rejected
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


def test_shorter_run_ends_earlier() -> None:
    result = repair(*flow(), now=5, events=[LongerRun("A1", -3)])
    assert times(result.plan) == [(0, 7), (10, 20), (10, 20), (40, 50)]
    assert check(result.problem, result.plan).is_valid
    assert result.stability.moved == 0


def test_part_of_a_lot_is_made_again() -> None:
    result = repair(*flow(), now=12, events=[Scrap("A1", share=0.3)])
    plan = result.plan
    assert plan.operation == ("A1", "A2", "B1", "B2", "A1/again")
    assert (plan["A1/again"].machine, *times(plan)[4]) == ("m3", 12, 16)  # B1 is running on m1
    assert check(result.problem, plan).is_valid
    assert (result.stability.added, result.stability.moved) == (1, 0)
    assert result.problem.jobs[0].operations[-1].modes[0].run == 3


def test_all_of_a_lot_is_made_again_with_the_step_before() -> None:
    result = repair(*flow(), now=0, events=[Scrap("A2", redo=("A1",))])
    plan = result.plan
    assert [(row.operation, row.start, row.end) for row in plan][4:] == [("A1/again", 20, 30), ("A2/again", 30, 40)]
    assert check(result.problem, plan).is_valid
    assert result.stability.newly_late == ("A",)
    assert [(each.job, each.delay, each.lateness) for each in result.stability.shifted] == [("A", 20, 20)]
    twice = repair(result.problem, plan, now=0, events=[Scrap("A2")])
    assert "A2/again2" in twice.plan


def test_what_follows_scrap_waits_for_the_remade_part() -> None:
    result = repair(*flow(), now=0, events=[Scrap("A1", share=0.5)])
    assert times(result.plan) == [(0, 10), (16, 26), (10, 20), (40, 50), (10, 16)]
    assert check(result.problem, result.plan).is_valid


def rush(*, may_displace: bool, weight: float = 1.0) -> RushOrder:
    steps = Operation("R1", (Mode("m1", 5),)), Operation("R2", (Mode("m2", 5),))
    return RushOrder((Job("R", steps, due=15, weight=weight),), chain(*steps), may_displace=may_displace)


def test_a_rush_order_goes_first_and_says_who_waits() -> None:
    result = repair(*flow(), now=0, events=[rush(may_displace=True)])
    assert check(result.problem, result.plan).is_valid
    assert times(result.plan)[4:] == [(0, 5), (5, 10)]
    shifted = [(each.job, each.before, each.after) for each in result.stability.shifted]
    assert shifted == [("A", 20, 40)]  # to the next free time: B1 keeps its place
    assert (result.stability.added, result.stability.share_moved) == (2, 0.5)


def test_a_rush_order_of_low_priority_or_manners_waits() -> None:
    for event in (rush(may_displace=False), rush(may_displace=True, weight=0.5)):
        result = repair(*flow(), now=0, events=[event])
        assert times(result.plan)[4:] == [(20, 25), (25, 30)]
        assert result.stability.moved == 0


def test_a_planned_job_goes_first() -> None:
    result = repair(*flow(), now=0, events=[Expedite("B", weight=3.0)])
    assert times(result.plan) == [(10, 20), (20, 30), (0, 10), (10, 20)]
    assert check(result.problem, result.plan).is_valid
    assert [(each.job, each.delay) for each in result.stability.shifted] == [("A", 10), ("B", -30)]
    assert [job.weight for job in result.problem.jobs] == [1.0, 3.0]
    polite = repair(*flow(), now=0, events=[Expedite("B", weight=0.5)])
    assert times(polite.plan) == [(0, 10), (10, 20), (10, 20), (20, 30)]


def test_a_rush_order_that_fits_nowhere_is_left_out() -> None:
    event = RushOrder((Job("R", (Operation("R1", (Mode("m1", 5),)),), deadline=3),))
    result = repair(*flow(), now=0, events=[event])
    assert [finding.where for finding in result.explanation] == ["R"]
    assert times(result.plan) == times(flow()[1])
    assert check(result.problem, result.plan).is_valid


def test_a_cancelled_order_leaves_its_time() -> None:
    result = repair(*flow(), now=5, events=[OrderCancelled("A")])
    assert result.plan.operation == ("A1", "B1", "B2")
    assert [job.due for job in result.problem.jobs] == [None, 100]
    assert check(result.problem, result.plan).is_valid
    assert result.stability.removed == 1
    whole = repair(*flow(), now=0, events=[OrderCancelled("A")])
    assert [job.code for job in whole.problem.jobs] == ["B"]


def test_a_larger_lot_takes_longer() -> None:
    result = repair(*flow(), now=5, events=[QuantityChanged("A", 1.25)])
    assert times(result.plan) == [(0, 13), (13, 26), (13, 23), (40, 50)]
    assert check(result.problem, result.plan).is_valid


def test_another_due_date_is_counted_and_may_pull() -> None:
    changed = repair(*flow(), now=0, events=[DueChanged("B", 35, weight=2.0)])
    assert times(changed.plan) == times(flow()[1])
    assert changed.stability.newly_late == ("B",)
    assert (changed.stability.tardiness_before, changed.stability.tardiness_after) == (0, 30)
    pulled = repair(*flow(), now=0, events=[DueChanged("B", 35, weight=2.0)], may_pull=True)
    assert times(pulled.plan) == [(0, 10), (10, 20), (10, 20), (20, 30)]
    assert check(pulled.problem, pulled.plan).is_valid
    assert pulled.stability.shifted[0].delay == -20


def test_a_machine_up_early_and_another_calendar() -> None:
    problem, plan = flow()
    down = repair(problem, plan, now=0, events=[MachineDown("m2", 10, 100), DueChanged("B", 50)])
    assert times(down.plan)[1] == (100, 110)
    up = repair(down.problem, down.plan, now=2, events=[MachineUp("m2", 30, 100)], may_pull=True)
    assert times(up.plan) == [(0, 10), (30, 40), (10, 20), (40, 50)]
    assert check(up.problem, up.plan).is_valid
    night = Calendar("night", ((0, 10), (50, 200)))
    moved = repair(problem, plan, now=0, events=[CalendarChange("m1", night)])
    assert times(moved.plan) == [(0, 10), (10, 20), (50, 60), (60, 70)]
    assert check(moved.problem, moved.plan).is_valid
    free = repair(moved.problem, moved.plan, now=0, events=[CalendarChange("m1", None)])
    assert times(free.plan) == times(moved.plan)


def test_nearness_weighs_changes() -> None:
    problem, plan = flow()
    late = repair(problem, plan, now=0, events=[LateMaterial("B1", 35)])
    stability = measure(problem, plan, late.plan, now=10, half_life=30)
    # weights of the starts 0, 10, 10, 40: 1, 1, 1, 1/2; moved are the last two, by 25 and 5
    assert stability.near_share == pytest.approx(1.5 / 3.5)
    assert stability.near_shift == pytest.approx((25 + 2.5) / 3.5)
    assert (stability.shift_mean, stability.shift_max) == (7.5, 25)


def test_events_that_cannot_be_are_all_said() -> None:
    events = [
        MachineDown("m9", 5, 5),
        LateMaterial("A9", 0),
        Scrap("A1", share=0.0),
        QuantityChanged("A", 0),
        OrderCancelled("C"),
        RushOrder((Job("A", ()),)),
        CalendarChange("m8", None),
    ]
    with pytest.raises(Rejected) as caught:
        repair(*flow(), now=0, events=events)
    assert [finding.where for finding in caught.value.findings] == [
        "events[0].machine",
        "events[0].until",
        "events[1].operation",
        "events[2].share",
        "events[3].factor",
        "events[4].job",
        "events[5].jobs",
        "events[6].machine",
    ]


@pytest.mark.parametrize("seed", range(12))
def test_any_mixture_of_events_leaves_a_valid_plan(seed: int) -> None:
    rng = random.Random(seed)
    promiser = Promiser(*base_case(rng))
    for number in range(8):
        jobs, links = random_order(rng, f"o{number}", [])
        quote = promiser.quote(jobs, links, with_alternatives=False)
        if quote.is_feasible:
            promiser.book(quote)
    problem, plan = promiser.plan_with()
    free = [code for code in plan.operation if not code.startswith("fixed")]
    jobs, links = random_order(rng, "rush", [])
    now = rng.choice((0, 40, 90))
    job = rng.choice([job.code for job in problem.jobs if not job.code.startswith("fixed")])
    events = rng.sample(
        [
            RushOrder(tuple(jobs), tuple(links)),
            Scrap(rng.choice(free), 0.5),
            QuantityChanged(job, rng.choice((0.5, 1.5))),
            OrderCancelled(rng.choice([each.code for each in problem.jobs if each.code != job])),
            MachineUp(f"m{rng.randrange(2, 5)}", 100, 180),
            LongerRun(rng.choice(free), 7),
            Expedite(job),
        ],
        3,
    )
    result = repair(problem, plan, now=now, events=events, may_pull=rng.random() < 0.5)
    if not result.explanation:
        verification = check(result.problem, result.plan)
        assert verification.is_valid, f"{events}\n{verification}"
