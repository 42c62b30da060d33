"""Promises with exact dates, reasons and costs."""

from __future__ import annotations

import dataclasses

import pytest

from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.model import (
    Calendar,
    Changeover,
    Factory,
    Job,
    Machine,
    Mode,
    Operation,
    Precedence,
    Problem,
    Resource,
    Transport,
    chain,
)
from rongzhi.engines.scheduling.promise import Order, Promiser
from rongzhi.engines.scheduling.promise.fairness import Fairness
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.errors import Conflict, NotFound


def network() -> tuple[Problem, Plan]:
    """Two factories 30 apart; m1 is busy [0, 50) and [70, 100), m2 works [0, 60) of every 100."""
    operations = (
        Operation("A1", (Mode("m1", 50),), family="red"),
        Operation("A2", (Mode("m1", 30),), family="red"),
    )
    problem = Problem(
        jobs=(Job("A", operations, due=100),),
        machines=(Machine("m1", "F1", changeover="paint"), Machine("m2", "F2", calendar="day")),
        factories=(Factory("F1", "P1"), Factory("F2", "P2")),
        calendars=(Calendar("day", ((0, 60),), cycle=100, until=100),),
        changeovers=(Changeover("paint", ("red", "blue"), ((0, 4), (6, 0))),),
        resources=(Resource("tool", 1),),
        transport=Transport(("P1", "P2"), ((0, 30), (30, 0)), ((0.0, 4.0), (4.0, 0.0))),
    )
    return problem, Plan.of([Assignment("A1", "m1", 0, 0, 0, 50), Assignment("A2", "m1", 0, 70, 70, 100)])


def job(code: str, *operations: Operation, **fields: object) -> Job:
    return Job(code, operations, **fields)  # type: ignore[arg-type]


def test_gap_is_used_only_if_both_changeovers_fit() -> None:
    promiser = Promiser(*network())
    fits = promiser.quote([job("B", Operation("B1", (Mode("m1", 10),), family="blue"))])
    assert [(row.start, row.end, row.changeover) for row in fits.assignments] == [(54, 64, 4)]
    long = promiser.quote([job("C", Operation("C1", (Mode("m1", 11),), family="blue"))])
    assert [(row.start, row.end, row.changeover) for row in long.assignments] == [(104, 115, 4)]
    promiser.book(fits)
    problem, plan = promiser.plan_with()
    assert check(problem, plan).is_valid
    assert plan["A2"].changeover == 6
    promiser.cancel(fits.code)
    assert list(promiser.plan_with()[1]) == list(network()[1])


def test_reasons_name_the_machine_the_changeover_and_the_shift() -> None:
    promiser = Promiser(*network(), when=lambda moment: f"t{moment}")
    first = Operation("B1", (Mode("m1", 11),), family="blue")
    second = Operation("B2", (Mode("m2", 20),), may_span_breaks=False)
    quote = promiser.quote([job("B", first, second, due=200)], chain(first, second))
    one, two = quote.steps
    assert [(wait.kind, wait.since, wait.until, wait.codes) for wait in one.waits] == [
        ("machine", 0, 50, ("A1",)),
        ("short-gap", 50, 70, ()),
        ("machine", 70, 100, ("A2",)),
        ("changeover", 100, 104, ()),
    ]
    assert (two.ready.kind, two.ready.predecessor, two.ready.transport, two.ready.moment) == (
        "predecessor",
        "B1",
        30,
        145,
    )
    assert [(wait.kind, wait.since, wait.until) for wait in two.waits] == [
        ("short-gap", 145, 160),
        ("closed", 160, 200),
    ]
    assert quote.completion == 220
    assert (quote.is_late, quote.lateness) == (True, 20)
    assert "前序 B1 于 t115 完成，运输 30" in two.text.zh
    assert "B1 before it ends at t115, transport takes 30" in two.text.en


def test_fastest_and_cheapest_and_what_lies_between() -> None:
    slow = Mode("m2", 55, cost=20.0)
    first = Operation("B1", (Mode("m1", 10, cost=100.0), slow))
    second = Operation("B2", (Mode("m1", 10, cost=60.0), slow))
    promiser = Promiser(*network())
    asked = [job("B", first, second)], chain(first, second)
    fast = promiser.quote(*asked)
    assert [row.machine for row in fast.assignments] == ["m1", "m1"]
    assert (fast.completion, fast.cost.total) == (70, 160.0)
    cheap = promiser.quote(*asked, prefer="cheapest")
    assert [row.machine for row in cheap.assignments] == ["m2", "m2"]
    assert (cheap.completion, cheap.cost.total) == (150, 40.0)
    assert cheap.completion == next(each.completion for each in fast.alternatives if each.kind == "cheapest")
    some = promiser.quote(*asked, prefer="cheapest", due=140)
    assert (some.completion, some.cost.operations, some.cost.transport) == (110, 80.0, 4.0)
    none = promiser.quote(*asked, prefer="cheapest", due=60)
    assert (none.completion, none.is_late) == (70, True)


def test_single_factory_and_alternatives() -> None:
    modes = (Mode("m1", 10), Mode("m2", 10))
    first, second = Operation("B1", modes), Operation("B2", (Mode("m2", 5), Mode("m1", 5)))
    quote = Promiser(*network()).quote([job("B", first, second, single_factory=True)], chain(first, second))
    assert {row.machine for row in quote.assignments} == {"m2"}
    assert quote.completion == 15
    other = next(each for each in quote.alternatives if each.factory == "F1")
    assert other.completion == 65
    assert other.text.en == "all in factory F1: 50 later, the same cost"


def test_no_wait_moves_the_first_operation_later() -> None:
    first, second = Operation("B1", (Mode("m2", 10),)), Operation("B2", (Mode("m1", 25),))
    link = Precedence("B1", "B2", max_lag=0)
    quote = Promiser(*network()).quote([job("B", first, second)], [link])
    assert [(row.start, row.end) for row in quote.assignments] == [(51, 101), (131, 156)]
    assert [(wait.kind, wait.until) for wait in quote.steps[0].waits] == [("held-back", 51)]


@pytest.mark.parametrize(
    ("asked", "links", "code"),
    [
        (job("B", Operation("B1", ())), (), "no-mode"),
        (job("B", Operation("B1", (Mode("m9", 1),))), (), "unknown-machine"),
        (job("B", Operation("B1", (Mode("m1", -1),))), (), "negative-time"),
        (job("B", Operation("A1", (Mode("m1", 1),))), (), "duplicate-operation"),
        (job("A", Operation("B1", (Mode("m1", 1),))), (), "duplicate-job"),
        (job("B", Operation("B1", (Mode("m1", 1),))), (Precedence("X", "B1"),), "unknown-operation"),
        (job("B", Operation("B1", (Mode("m1", 1),))), (Precedence("B1", "A1"),), "unknown-operation"),
        (job("B", Operation("B1", (Mode("m1", 1),))), (Precedence("B1", "B1"),), "cycle"),
        (job("B", Operation("B1", (Mode("m2", 61),), may_span_breaks=False)), (), "no-working-time"),
        (job("B", Operation("B1", (Mode("m1", 21),)), deadline=120), (), "deadline-missed"),
        (job("B", Operation("B1", (Mode("m1", 21),)), factories=("F2",)), (), "factory-not-allowed"),
        (job("B", Operation("B1", (Mode("m1", 1),))), (Precedence("A1", "B1", max_lag=-1),), "waits-too-long"),
    ],
)
def test_what_cannot_be_done_is_explained(asked: Job, links: tuple[Precedence, ...], code: str) -> None:
    promiser = Promiser(*network())
    quote = promiser.quote([asked], links)
    assert not quote.is_feasible
    assert quote.completion is None
    assert [finding.code for finding in quote.explanation] == [code]
    with pytest.raises(Conflict):
        promiser.book(quote)
    assert list(promiser.plan_with()[1]) == list(network()[1])


def test_empty_order_is_done_at_once() -> None:
    quote = Promiser(*network()).quote([], not_before=12)
    assert (quote.is_feasible, quote.completion, quote.assignments) == (True, 12, ())


def test_cancel_is_refused_while_later_bookings_rely_on_it() -> None:
    promiser = Promiser(*network())
    with pytest.raises(NotFound):
        promiser.cancel("nothing")
    first = promiser.quote([job("B", Operation("B1", (Mode("m1", 16),)))])
    promiser.book(first)
    follower = promiser.quote([job("C", Operation("C1", (Mode("m1", 4),), family="blue"))])
    assert [(row.start, row.changeover) for row in follower.assignments] == [(104, 4)]
    after = promiser.quote([job("D", Operation("D1", (Mode("m2", 1),)))], [Precedence("B1", "D1")])
    promiser.book(after)
    with pytest.raises(Conflict, match=after.code):
        promiser.cancel(first.code)
    promiser.cancel(after.code)
    promiser.cancel(first.code)
    assert promiser.booked == {}


def test_many_orders_are_served_by_priority_then_due_date() -> None:
    promiser = Promiser(*network())
    orders = [
        Order(code, [job(code, Operation(f"{code}1", (Mode("m1", 20),)))], priority=priority, due=due)
        for code, priority, due in (("W", 1.0, None), ("X", 1.0, 90), ("Y", 2.0, None), ("Z", 1.0, 80))
    ]
    preview = promiser.promise_many(orders, keep=False)
    assert promiser.booked == {}
    done = promiser.promise_many(orders)
    assert [(each.order.code, each.quote.completion) for each in done] == [
        ("Y", 70),
        ("Z", 120),
        ("X", 140),
        ("W", 160),
    ]
    assert [each.quote.completion for each in preview] == [each.quote.completion for each in done]
    assert done[1].text.zh == "第 2/4 个分配：优先级 1，交期 80"
    assert check(*promiser.plan_with()).is_valid


def asked(code: str, run: int, due: int | None, priority: float = 1.0) -> Order:
    return Order(code, [job(code, Operation(f"{code}1", (Mode("m1", run),)))], priority=priority, due=due)


def test_rules_of_fairness() -> None:
    """The heavy order has time; served first, as by its priority, it would make the urgent one late."""
    orders = [asked("C", 20, 150), asked("A", 100, 200, priority=2.0), asked("B", 30, 40)]
    empty = Problem((), (Machine("m1", "F"),), (Factory("F"),)), Plan.of([])

    def served(rule: Fairness) -> list[tuple[str, int]]:
        given = Promiser(*empty).promise_many(orders, rule=rule)
        return [(each.order.code, each.quote.lateness) for each in given]

    assert served("priority") == [("A", -100), ("B", 90), ("C", 0)]
    assert served("arrival") == [("C", -130), ("A", -80), ("B", 110)]
    assert served("max-min") == [("B", -10), ("A", -70), ("C", 0)]
    promiser = Promiser(*empty)
    told = promiser.promise_many(orders, rule="max-min", keep=False)
    assert promiser.booked == {}
    assert told[0].text.en == "served 1 of 3: so that the worst off is least late"
    assert promiser.promise_many(orders, rule="arrival")[0].text.zh == "第 1/3 个分配：按到达次序"
    assert check(*promiser.plan_with()).is_valid


def test_plan_with_a_quote_books_nothing() -> None:
    promiser = Promiser(*network())
    quote = promiser.quote([job("B", Operation("B1", (Mode("m1", 20),)))])
    problem, plan = promiser.plan_with(quote)
    assert check(problem, plan).is_valid
    assert len(plan) == 3
    assert promiser.booked == {}
    assert dataclasses.asdict(promiser.plan_with()[0]) == dataclasses.asdict(network()[0])


def test_what_an_order_would_displace() -> None:
    promiser = Promiser(*network())
    quote = promiser.quote([job("B", Operation("B1", (Mode("m1", 30),), family="red"), due=60)])
    assert quote.completion == 130
    found = promiser.what_would_help(quote)
    assert found is not None
    assert (found.completion, found.gain, found.jobs, found.tardiness_cost) == (30, 100, (("A", 0, 10),), 10.0)
    assert [(row.operation, row.start, row.end) for row in found.moved] == [("A2", 30, 60), ("A1", 60, 110)]
    assert found.text.en.startswith("going before A it could end at 30, 100 earlier; others' weighted tardiness grows")
    assert promiser.what_would_help(quote, priority=0.5) is None
    assert list(promiser.plan_with()[1]) == list(network()[1])
