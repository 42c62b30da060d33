"""The sample park: exact counts, values derived again from the committed facts, and what the log conserves."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import pytest

from rongzhi.kernel.errors import Conflict
from rongzhi.model.production import process_covers
from rongzhi.model.production.checks import check_book
from rongzhi.samples import levy2014
from rongzhi.samples.levy2014.tables import table

START = date(2026, 3, 2)


@pytest.fixture(scope="module")
def network():
    return levy2014.network()


@pytest.fixture(scope="module")
def book():
    return levy2014.order_book(START)


@pytest.fixture(scope="module")
def facts():
    return levy2014.replay(START)


def test_counts(network, book, facts):
    assert len(table("data", "machines")) == 31
    assert len(network.machines) == 34  # one inspection place of the log is four stations
    assert len(network.factories) == 5
    assert len(network.work_centres) == 14
    assert len(network.transports) == 20
    assert len(book.orders) == 225
    assert len({row["part"] for row in table("data", "orders")}) == 43
    assert len(book.items) == 159  # 158 routes and the screws
    routings = {routing.item: routing for routing in book.routings}
    assert sum(len(routings[line.item].steps) for order in book.orders for line in order.lines) == 1345
    assert sum(line.quantity for order in book.orders for line in order.lines) == Decimal(20894)
    assert sum(int(row["reports"]) for row in table("data", "replay")) == 4543
    assert len(facts) == 1465


def test_clean_under_the_checks(network, book):
    assert [finding.code for finding in check_book(book, network, book.origin)] == []


def test_every_step_has_a_machine(network, book):
    able = {capability.process for machine in network.machines for capability in machine.capabilities}
    machines = {machine.code for machine in network.machines}
    for routing in book.routings:
        for step in routing.steps:
            if step.only_listed:
                assert step.alternatives
                assert {other.machine for other in step.alternatives} <= machines
            else:
                assert any(process_covers(process, step.process) for process in able), step


def test_machining_has_alternatives_in_two_factories(network):
    factory = {centre.code: centre.factory for centre in network.work_centres}
    held = Counter(
        factory[machine.work_centre]
        for machine in network.machines
        if any(capability.process == "turn_milling" for capability in machine.capabilities)
    )
    assert held == {"SF-A": 3, "SF-B": 3}


def test_sizes_are_unknown_not_invented(network, book):
    assert all(item.length_mm is None and item.mass_kg is None for item in book.items)
    assert all(step.tolerance_mm is None for routing in book.routings for step in routing.steps)
    assert all(c.tolerance_mm is None for machine in network.machines for c in machine.capabilities)


def test_assumptions_are_marked():
    for name in ("rates", "transport"):
        assert {row["note"] for row in table("assumptions", name)} == {"assumption, not from the log"}


def test_hours_are_the_inferred_ones(network):
    week = {}
    for calendar in network.calendars:
        minutes = 0
        for shift in calendar.shifts:
            length = (shift.end.hour * 60 + shift.end.minute - shift.start.hour * 60 - shift.start.minute) % 1440
            minutes += len(shift.days) * (length or 1440)
        week[calendar.code] = minutes / 60
    assert week == {"turn_milling": 145, "grinding": 134, "surface": 49, "inspection": 61}


def test_due_is_release_plus_factor_times_allowance():
    rows = table("data", "orders")
    assert Counter(row["factor"] for row in rows) == {"1.3": 75, "1.5": 75, "1.7": 75}
    for row in rows:
        due = int(row["release_min"]) + float(row["factor"]) * int(row["flow_allowance_min"])
        assert -1 <= int(row["due_min"]) - due < 61
        assert int(row["due_min"]) % 60 == 0
        assert int(row["flow_allowance_min"]) >= int(row["work_content_min"])


def test_work_content_is_setup_and_run_of_the_routing(book):
    routings = {routing.item: routing for routing in book.routings}
    for row in table("data", "orders"):
        content = sum(
            -(-(step.setup_min + int(row["quantity"]) * step.run_min_per_unit) // 1)
            for step in routings[row["item"]].steps
        )
        assert content == int(row["work_content_min"])


def test_release_is_the_first_report(book, facts):
    first = {}
    for fact in facts:
        if fact.is_timed:
            first[fact.order] = min(first.get(fact.order, fact.start), fact.start)
    assert {order.code: order.lines[0].earliest_start for order in book.orders} == first


def test_run_times_of_one_order_parts_reproduce_the_log(book, facts):
    """For a part with one order, a measured step takes what the log measured (steps with changeovers aside)."""
    parts = Counter(row["part"] for row in table("data", "orders"))
    routings = {routing.item: routing for routing in book.routings}
    worked = defaultdict(int)
    for fact in facts:
        worked[fact.order, fact.step] += fact.worked_min
    sources = {(row["item"], int(row["step"])): row for row in table("data", "routings")}
    checked = 0
    for row in table("data", "orders"):
        if parts[row["part"]] > 1:
            continue
        for step in routings[row["item"]].steps:
            source = sources[row["item"], step.number]
            if source["measured_orders"] == "1" and source["key"] not in ("turn_mill", "round_grind"):
                planned = step.setup_min + int(row["quantity"]) * step.run_min_per_unit
                assert abs(planned - worked[row["order"], step.number]) <= 2, (row["order"], step.number)
                checked += 1
    assert checked == 75


def test_plan_holds_nearly_the_minutes_the_log_measured(book):
    """Medians lose the tails: the plan's turning and milling is within 7 % of the log's measured minutes."""
    key_of = {(row["item"], int(row["step"])): row["key"] for row in table("data", "routings")}
    routings = {routing.item: routing for routing in book.routings}
    planned = Counter()
    for order in book.orders:
        line = order.lines[0]
        for step in routings[line.item].steps:
            planned[key_of[line.item, step.number]] += step.setup_min + float(line.quantity) * step.run_min_per_unit
    logged = {row["key"]: int(row["worked_min"]) for row in table("data", "processes")}
    assert 1.0 < planned["turn_mill"] / logged["turn_mill"] < 1.07
    assert 1.0 < planned["round_grind"] / logged["round_grind"] < 1.07


def test_replay_conserves_units(book, facts):
    """Units of a step and the order's quantity: the median ratio is 1, three quarters of the steps lie within 10 %."""
    quantity = {order.code: int(order.lines[0].quantity) for order in book.orders}
    done = Counter()
    for fact in facts:
        if fact.step:
            done[fact.order, fact.step] += fact.completed + fact.rejected
    ratios = [units / quantity[order] for (order, _), units in done.items()]
    assert len(ratios) == 1345
    assert round(median(ratios), 3) == 0.997
    assert sum(0.9 <= ratio <= 1.1 for ratio in ratios) == 1019
    assert sum(fact.completed for fact in facts) == sum(int(row["completed"]) for row in table("data", "processes"))
    assert sum(fact.rejected for fact in facts) == 593


def test_replay_fits_the_book(network, book, facts):
    steps = {(order.code, step.number) for order in book.orders for step in _steps(book, order)}
    machines = {machine.code for machine in network.machines}
    seen = {(fact.order, fact.step) for fact in facts if fact.step}
    assert seen == steps
    assert {fact.machine for fact in facts} == machines
    assert all(fact.start <= fact.end for fact in facts)
    assert [fact.start for fact in facts] == sorted(fact.start for fact in facts)
    assert min(fact.start for fact in facts) == book.origin + timedelta(hours=7)


def test_weeks_move_and_other_days_are_refused():
    later = levy2014.order_book(START + timedelta(weeks=3))
    for a, b in zip(levy2014.order_book(START).orders, later.orders, strict=True):
        assert b.lines[0].due - a.lines[0].due == timedelta(weeks=3)
    with pytest.raises(Conflict, match="not a Monday"):
        levy2014.order_book(START + timedelta(days=1))


def test_same_call_same_park(book):
    assert levy2014.order_book(START) == book
    assert levy2014.network() == levy2014.network()


def test_screws_are_bought_where_the_log_assembles_them(book):
    parents = {line.parent for line in book.bom}
    assert {row["item"] for row in table("data", "routings") if row["key"] == "turn_mill_screw"} == parents
    assert len(parents) == 3


def _steps(book, order):
    return next(routing for routing in book.routings if routing.item == order.lines[0].item).steps
