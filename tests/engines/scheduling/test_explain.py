"""Explanations with exact amounts, and sums that always agree with the plan."""

from __future__ import annotations

import dataclasses
import random

import pytest

from rongzhi.engines.scheduling.explain import Explainer, advise, what_would_help, why_factory, why_late, why_machine
from rongzhi.engines.scheduling.model import (
    Calendar,
    Changeover,
    Factory,
    Job,
    Machine,
    Mode,
    Operation,
    Pin,
    Precedence,
    Problem,
    Transport,
    chain,
)
from rongzhi.engines.scheduling.promise import Promiser
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.errors import NotFound
from tests.engines.scheduling.promise_cases import base_case, random_order


def network() -> tuple[Problem, Plan]:
    """B1 waits for A1 and a changeover on m1; B2 is 30 away on m2, which works [0, 60) of every 100."""
    problem = Problem(
        jobs=(
            Job("A", (Operation("A1", (Mode("m1", 50, cost=5.0),), family="red"),), weight=3.0),
            Job(
                "B",
                (
                    Operation("B1", (Mode("m1", 10, cost=5.0), Mode("m3", 50, cost=9.0)), family="blue"),
                    Operation("B2", (Mode("m2", 20),)),
                ),
                due=120,
                release=5,
            ),
        ),
        machines=(
            Machine("m1", "F1", changeover="paint"),
            Machine("m2", "F2", calendar="day"),
            Machine("m3", "F2"),
        ),
        factories=(Factory("F1", "P1"), Factory("F2", "P2")),
        precedences=(Precedence("B1", "B2", lag=5),),
        calendars=(Calendar("day", ((0, 60),), cycle=100, until=100),),
        changeovers=(Changeover("paint", ("red", "blue"), ((0, 4), (6, 0))),),
        transport=Transport(("P1", "P2"), ((0, 30), (30, 0)), ((0.0, 2.0), (2.0, 0.0))),
    )
    rows = [
        Assignment("A1", "m1", 0, 0, 0, 50),
        Assignment("B1", "m1", 0, 54, 54, 64, changeover=4),
        Assignment("B2", "m2", 0, 100, 100, 120),
    ]
    return problem, Plan.of(rows)


def late() -> tuple[Problem, Plan]:
    problem, plan = network()
    a, b = problem.jobs
    return dataclasses.replace(problem, jobs=(a, dataclasses.replace(b, due=90))), plan


def test_chain_of_causes() -> None:
    reason = why_late(*late(), "B")
    assert [(cause.kind, cause.operation, cause.since, cause.until) for cause in reason.causes] == [
        ("release", "B1", 0, 5),
        ("machine", "B1", 5, 50),
        ("changeover", "B1", 50, 54),
        ("work", "B1", 54, 64),
        ("transport", "B2", 64, 94),
        ("lag", "B2", 94, 99),
        ("closed", "B2", 99, 100),
        ("work", "B2", 100, 120),
    ]
    assert (reason.lateness, reason.waiting, reason.slack, reason.least) == (30, 50, 20, 40)
    assert not reason.is_impossible
    assert reason.text.en == (
        "job B ends at 120, 30 late; mainly waiting for machines 45 (B1: machine m1 is busy with A1 until 50), "
        "changeovers 4 (B1: machine m1 changes over from 50 until 54), "
        "waiting for working time 1 (B2: closed from 99 until 100)"
    )
    assert reason.text.zh.startswith("作业 B 于 120 完成，晚 30；主要是等设备 45（B1：设备 m1 到 50 在加工 A1）")
    (blocker,) = reason.blockers
    assert (blocker.operation, blocker.amount) == ("A1", 45)
    assert blocker.text.zh == "作业 A 优先级更高（3 对 1）"


def test_due_date_shorter_than_the_work() -> None:
    problem, plan = network()
    a, b = problem.jobs
    reason = why_late(dataclasses.replace(problem, jobs=(a, dataclasses.replace(b, due=39))), plan, "B")
    assert reason.is_impossible
    assert "shorter than the pure work (earliest 40)" in reason.text.en
    assert reason.lateness == reason.waiting - reason.slack == 81


def test_why_machine_tries_the_others() -> None:
    choice = why_machine(*network(), "B1")
    assert choice.reasons == ("cheapest", "earliest-completion")
    chosen, other = choice.alternatives
    assert (chosen.machine, chosen.end, chosen.completion, chosen.transport) == ("m1", 64, 120, 30)
    assert (other.machine, other.start, other.end, other.completion) == ("m3", 5, 55, 120)
    assert (other.cost, other.transport, other.transport_cost) == (9.0, 0, 0.0)
    assert other.text.en == "m3: ends 9 earlier, 2.00 dearer, the job unchanged"
    assert choice.text.zh == "工序 B1 排在 m1：费用最低；换到别处作业也不会更早完成"
    assert why_machine(*network(), "A1").reasons == ("only",)
    assert [each.factory for each in why_factory(*network(), "B")] == ["F1", "F2"]


def test_pinned_and_frozen_machines_say_so() -> None:
    problem, plan = network()
    pinned = dataclasses.replace(problem, pins=(Pin("B1", "m1"), Pin("A1", "m1", 0, is_started=True)))
    assert why_machine(pinned, plan, "B1").reasons == ("pinned",)
    assert why_machine(pinned, plan, "A1").reasons == ("fixed",)
    reason = why_late(pinned, plan, "A")
    assert [(cause.kind, cause.amount) for cause in reason.causes] == [("work", 50)]


def test_what_would_help() -> None:
    problem, plan = late()
    shifted = Plan.of(
        dataclasses.replace(row, start=200, setup_end=200, end=220) if row.operation == "B2" else row for row in plan
    )
    helps = {each.kind: each for each in what_would_help(problem, shifted, "B")}
    assert (helps["use-gaps"].completion, helps["use-gaps"].gain) == (120, 100)
    assert "other-machines" not in helps
    problem = dataclasses.replace(problem, calendars=(Calendar("day", ((0, 10), (50, 60)), cycle=100, until=100),))
    first = dataclasses.replace(plan["B2"], end=160)
    longer = Plan.of([plan["A1"], plan["B1"], first])
    extra = what_would_help(problem, longer, "B")[0]
    assert extra.kind == "extra-shift"
    assert (extra.machine, extra.since, extra.until, extra.completion, extra.gain) == ("m2", 110, 150, 120, 40)
    assert extra.text.en == "an extra shift on m2 from 110 to 150: ends at 120, 40 earlier"
    assert what_would_help(*network(), "A") == ()


def test_earlier_release_and_other_machines_help() -> None:
    problem = Problem(
        jobs=(Job("J", (Operation("J1", (Mode("m1", 30), Mode("m2", 10, cost=7.0))),), release=40),),
        machines=(Machine("m1", "F"), Machine("m2", "F")),
        factories=(Factory("F"),),
    )
    helps = what_would_help(problem, Plan.of([Assignment("J1", "m1", 0, 40, 40, 70)]), "J")
    assert [(each.kind, each.gain, each.cost) for each in helps] == [
        ("earlier-release", 40, 0.0),
        ("other-machines", 20, 7.0),
    ]
    assert helps[1].moves == (("J1", "m2"),)


def test_unknown_codes() -> None:
    explainer = Explainer(*network())
    with pytest.raises(NotFound):
        explainer.why_late("X")
    with pytest.raises(NotFound):
        explainer.why_machine("X")


@pytest.mark.parametrize("seed", range(15))
def test_causes_always_sum_to_the_completion(seed: int) -> None:
    rng = random.Random(seed)
    promiser = Promiser(*base_case(rng))
    for number in range(8):
        jobs, links = random_order(rng, f"o{number}", [])
        quote = promiser.quote(jobs, links, with_alternatives=False)
        if quote.is_feasible:
            promiser.book(quote)
    problem, plan = promiser.plan_with()
    explainer = Explainer(problem, plan)
    for job in problem.jobs:
        reason = explainer.why_late(job.code)
        assert reason.completion == reason.causes[-1].until
        assert reason.begin == reason.causes[0].since
        assert all(a.until == b.since for a, b in zip(reason.causes, reason.causes[1:], strict=False))
        assert all(cause.amount > 0 for cause in reason.causes)
        assert sum(reason.totals.values()) == reason.completion - reason.begin
        assert reason.lateness == reason.waiting - reason.slack or job.due is None
        assert reason.least <= reason.completion
        for each in explainer.what_would_help(job.code):
            assert each.gain == reason.completion - each.completion > 0
        for operation in job.operations:
            choice = explainer.why_machine(operation.code)
            assert sum(each.is_chosen for each in choice.alternatives) == 1
            assert choice.text.zh
    assert list(Promiser(problem, plan).plan_with()[1]) == list(plan)


def busy() -> tuple[Problem, Plan]:
    """A late job of low priority behind another, in one of two factories, before a night."""
    work = Operation("J1", (Mode("m1", 60), Mode("n1", 60)))
    first = Operation("K1", (Mode("m1", 40),))
    problem = Problem(
        (
            Job("J", (work,), due=50, factories=("F",)),
            Job("K", (first,), due=45, weight=2.0),
        ),
        (Machine("m1", "F", "day"), Machine("n1", "G")),
        (Factory("F"), Factory("G")),
        calendars=(Calendar("day", ((0, 80),), cycle=480, until=480),),
    )
    return problem, Plan.of([Assignment("J1", "m1", 0, 40, 40, 500), Assignment("K1", "m1", 0, 0, 0, 40)])


def test_advice_tries_every_kind_of_change() -> None:
    found = advise(*busy(), "J")
    told = [(each.kind, each.completion, each.gain) for each in found.helps]
    assert told == [
        ("other-factory", 60, 440),
        ("higher-priority", 60, 440),
        ("extra-shift", 100, 400),
        ("overtime", 100, 400),
    ]
    higher = found.helps[1]
    # K is split by the night: 20 before it, 20 after, so it ends at 500 instead of 40
    assert [(each.job, each.before, each.after) for each in higher.shifted] == [("K", 40, 500)]
    assert higher.tardiness == 2.0 * (500 - 45) - (500 - 50 - (60 - 50))
    assert found.helps[0].moves == (("J1", "n1"),)
    assert found.text == found.helps[0].text


def test_nobody_is_put_back_for_a_job_that_is_on_time() -> None:
    found = advise(*busy(), "K")
    assert "higher-priority" not in {each.kind for each in found.helps}
    assert found.text.en == "nothing helps: there is no waiting, the work alone takes so long"
    early, plan = busy()
    jobs = tuple(dataclasses.replace(each, due=900) if each.code == "J" else each for each in early.jobs)
    found = advise(dataclasses.replace(early, jobs=jobs), plan, "J")
    assert [each.kind for each in found.helps] == ["other-factory", "extra-shift", "overtime"]
    assert found.text.en.startswith("it is on time (due 900); to be earlier: ")
    assert found.text.zh.startswith("已按期")


def test_a_lot_in_two_halves() -> None:
    whole, last = (
        Operation("W", (Mode("m1", 61, 4, cost=8.0), Mode("m2", 80, 4, cost=8.0))),
        Operation("L", (Mode("m3", 5),)),
    )
    problem = Problem(
        (Job("J", (whole, last), due=10),),
        (Machine("m1", "F"), Machine("m2", "F"), Machine("m3", "F")),
        (Factory("F"),),
        chain(whole, last),
    )
    plan = Plan.of([Assignment("W", "m1", 0, 0, 4, 65), Assignment("L", "m3", 0, 65, 65, 70)])
    (found,) = advise(problem, plan, "J").helps
    assert (found.kind, found.completion, found.gain, found.cost) == ("split-lot", 49, 21, 0.0)
    assert found.moves == (("W#1", "m2"), ("W#2", "m1"))
    assert found.tardiness == -21


def test_why_nothing_helps() -> None:
    problem = Problem(
        (Job("J", (Operation("J1", (Mode("m1", 30),)),), due=10),), (Machine("m1", "F"),), (Factory("F"),)
    )
    plan = Plan.of([Assignment("J1", "m1", 0, 0, 0, 30)])
    found = advise(problem, plan, "J")
    assert (found.helps, found.text.en) == ((), "nothing helps: there is no waiting, the work alone takes so long")
    begun = dataclasses.replace(problem, pins=(Pin("J1", "m1", start=0, end=30, is_started=True),))
    assert advise(begun, plan, "J").text.en == "nothing helps: all its operations have begun or are frozen"
    assert advise(*busy(), "J", time_limit_s=0).helps[0].kind == "extra-shift"
