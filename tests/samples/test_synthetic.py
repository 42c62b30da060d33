"""The synthetic park: sizes, determinism, and that every order can be made whatever the parameters."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rongzhi.kernel.errors import Conflict
from rongzhi.model.production import process_covers
from rongzhi.model.production.checks import check_book
from rongzhi.samples.synthetic import park
from rongzhi.samples.synthetic.demand import chain_minutes, work_minutes
from rongzhi.samples.synthetic.products import Products


def steps_of(book):
    """Return for every item the items it is made of, itself included, with their routing steps."""
    routings = {routing.item: routing.steps for routing in book.routings}
    below = defaultdict(list)
    for line in book.bom:
        below[line.parent].append(line.component)

    def walk(item):
        yield from ((item, step) for step in routings.get(item, ()))
        for component in below[item]:
            yield from walk(component)

    return walk


def machines_able(network, book, order, item, step):
    """Return the machines that can do a step of an order, written out independently of the product's own rules."""
    factory = {centre.code: centre.factory for centre in network.work_centres}
    share = {opened.work_centre: opened.share for opened in network.open_capacity}
    held = {member.code: {c.code for c in member.certificates if c.valid_until is None} for member in network.factories}
    part = next(known for known in book.items if known.code == item)
    needed = {*step.certificates, *order.required_certificates}
    return [
        machine
        for machine in network.machines
        for can in machine.capabilities
        if process_covers(can.process, step.process)
        and (not step.only_listed or machine.code in {other.machine for other in step.alternatives})
        and share[machine.work_centre] > 0
        and needed <= held[factory[machine.work_centre]]
        and factory[machine.work_centre] not in order.excluded_factories
        and part.length_mm <= can.max_length_mm
        and part.mass_kg <= can.max_mass_kg
        and (step.tolerance_mm is None or can.tolerance_mm <= step.tolerance_mm)
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    factories=st.integers(1, 5),
    machines=st.integers(1, 6),
    items=st.integers(4, 20),
    levels=st.integers(1, 3),
    seed=st.integers(0, 2**31),
    approved=st.integers(0, 3),
)
def test_every_step_of_every_order_has_a_machine(factories, machines, items, levels, seed, approved):
    network, book = park(factories, machines, items, 6, seed, levels=levels, approved=approved)
    assert [finding for finding in check_book(book, network, book.origin) if finding.severity == "error"] == []
    walk = steps_of(book)
    for order in book.orders:
        for item, step in walk(order.lines[0].item):
            assert machines_able(network, book, order, item, step), (order.code, item, step.number)


def test_default_counts():
    network, book = park()
    assert (len(network.factories), len(network.machines), len(network.open_capacity)) == (6, 48, 36)
    assert Counter(item.code[:3] for item in book.items) == {"PRD": 10, "SUB": 10, "PRT": 16, "BUY": 4}
    assert len(book.orders) == 100
    assert {line.item[:3] for order in book.orders for line in order.lines} == {"PRD"}
    walk = steps_of(book)
    assert sum(1 for order in book.orders for _ in walk(order.lines[0].item)) == 2868
    assert [finding.code for finding in check_book(book, network, book.origin)] == []


def test_same_parameters_same_park_other_seed_other_park():
    assert park(2, 4, 8, 5, seed=7) == park(2, 4, 8, 5, seed=7)
    assert park(2, 4, 8, 5, seed=7) != park(2, 4, 8, 5, seed=8)


def test_more_orders_leave_the_plant_and_the_products_alone():
    few, many = park(3, 5, 12, 5), park(3, 5, 12, 50)
    assert few[0] == many[0]
    assert few[1].items == many[1].items
    assert few[1].routings == many[1].routings


def test_holiday_and_maintenance_are_in_the_calendars():
    network, _ = park(2, 2, 4, 1)
    kinds = [[item.kind for item in calendar.exceptions] for calendar in network.calendars]
    assert kinds == [["holiday"], ["holiday", "maintenance", "maintenance"]] * 2
    assert network.calendars[0].exceptions[0].start.date() == date(2026, 3, 23)


def test_due_dates_follow_tightness():
    loose, tight = park(3, 5, 12, 9, tightness=2.0)[1], park(3, 5, 12, 9, tightness=1.0)[1]
    for a, b in zip(loose.orders, tight.orders, strict=True):
        slack_a = a.lines[0].due - a.lines[0].earliest_start
        slack_b = b.lines[0].due - b.lines[0].earliest_start
        assert abs(slack_a.total_seconds() - 2 * slack_b.total_seconds()) <= 2 * 3600


def test_the_most_loaded_process_has_the_wanted_load():
    """Halving the load doubles the time over which orders are released."""

    def span(load):
        _, book = park(4, 6, 20, 60, load=load)
        starts = [order.lines[0].earliest_start for order in book.orders]
        return (max(starts) - book.origin).total_seconds()

    assert span(0.35) / span(0.7) == pytest.approx(2.0, rel=0.01)


def test_work_and_chain_of_a_small_bill():
    _, book = park(2, 4, 4, 1, levels=3)
    products = Products(
        items={item.code: item for item in book.items},
        bom={code: [line for line in book.bom if line.parent == code] for code in {line.parent for line in book.bom}},
        routings={routing.item: routing for routing in book.routings},
    )
    part = products.routings["PRT-0001"]
    expected = sum(round(step.setup_min + 10 * step.run_min_per_unit) for step in part.steps)
    assert sum(work_minutes(products, "PRT-0001", 10).values()) == expected
    lead = products.items["BUY-0001"].lead_time_min
    chain = sum(2 * (step.setup_min + 10 * step.run_min_per_unit) + step.wait_min + 180 for step in part.steps)
    assert chain_minutes(products, "PRT-0001", 10, 2.0) == pytest.approx(lead + chain)


def test_alternatives_cross_factories():
    network, _ = park()
    centre = {item.code: item.factory for item in network.work_centres}
    held = defaultdict(set)
    for machine in network.machines:
        held[machine.capabilities[0].process].add(centre[machine.work_centre])
    assert min(len(factories) for factories in held.values()) >= 2


def test_large_park_has_the_size_it_is_asked_for():
    network, book = park(200, 25, 100, 1000, seed=3)
    assert (len(network.factories), len(network.machines), len(network.places)) == (200, 5000, 40)
    walk = steps_of(book)
    assert sum(1 for order in book.orders for _ in walk(order.lines[0].item)) > 25_000


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("factories", {"factories": 0}),
        ("machines_per_factory", {"machines_per_factory": 0}),
        ("items", {"items": 3}),
        ("start", {"start": date(2026, 3, 3)}),
        ("load", {"load": 0}),
        ("levels", {"levels": 4}),
        ("stay_share", {"stay_share": 1.5}),
    ],
)
def test_parameters_outside_their_range_are_named(name, arguments):
    with pytest.raises(Conflict) as caught:
        park(**arguments)
    assert caught.value.where == name


def test_approved_machines_change_nothing_else():
    free, bound = park(3, 6, 12, 10)[1], park(3, 6, 12, 10, approved=2)[1]
    assert free.orders == bound.orders
    assert free.items == bound.items
    steps = [step for routing in bound.routings for step in routing.steps]
    assert all(step.only_listed and 1 <= len(step.alternatives) <= 2 for step in steps)
