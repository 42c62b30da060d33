"""Matching by index and cache says what plain loops over every factory, work centre and machine say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rongzhi.engines.decomposition import Rules, decompose
from rongzhi.engines.decomposition.limits import broken_limit, limits_of
from rongzhi.model.production import (
    Item,
    Machine,
    Network,
    OpenCapacity,
    Order,
    OrderBook,
    OrderLine,
    RoutingStep,
    process_covers,
)
from rongzhi.model.production.calendars import open_intervals
from rongzhi.samples import levy2014, synthetic

MONDAY = datetime(2026, 3, 2, tzinfo=ZoneInfo("Asia/Shanghai"))


def barred(network: Network, order: Order, line: OrderLine, step: RoutingStep) -> Iterator[tuple[str, str]]:
    for factory in network.factories:
        held = {each.code: each.valid_until for each in factory.certificates}
        if factory.code in order.excluded_factories:
            yield factory.code, "factory-excluded"
            continue
        for code in (*order.required_certificates, *step.certificates):
            until = held.get(code)
            if code not in held or (until is not None and until < line.due.date()):
                yield factory.code, "certificate-expired" if code in held else "certificate-missing"
                break


def shut(opening: OpenCapacity | None, order: Order, step: RoutingStep) -> str:
    if opening is None or opening.share <= 0:
        return "not-open"
    if opening.processes and not any(process_covers(code, step.process) for code in opening.processes):
        return "process-not-open"
    return "customer-excluded" if order.customer in opening.excluded_customers else ""


def refused(network: Network, machine: Machine, item: Item, step: RoutingStep) -> str:
    """Return why a machine of an open work centre cannot be used, or nothing."""
    fitting = [each for each in machine.capabilities if process_covers(each.process, step.process)]
    is_listed = machine.code in {each.machine for each in step.alternatives}
    if not fitting and not is_listed:
        return "process"
    if not machine.is_active:
        return "inactive"
    if step.only_listed and not is_listed:
        return "not-listed"
    if not open_intervals(network, machine, MONDAY, MONDAY + timedelta(days=Rules().horizon_days)):
        return "no-working-time"
    broken = [broken_limit(limits_of(each), item, step) for each in fitting if not is_listed]
    return broken[0][0] if broken and broken[0] is not None and all(broken) else ""


def plain(
    network: Network, order: Order, line: OrderLine, item: Item, step: RoutingStep
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the machines that can do a step, and who is refused with which code."""
    refusals = list(barred(network, order, line, step))
    openings = {each.work_centre: each for each in network.open_capacity}
    members: dict[str, list[Machine]] = defaultdict(list)
    for machine in network.machines:
        members[machine.work_centre].append(machine)
    listed = {each.machine for each in step.alternatives}
    chosen: list[str] = []
    found: list[tuple[str, str]] = []
    for centre in network.work_centres:
        if centre.factory in dict(refusals):
            continue
        has_process = any(
            machine.code in listed or any(process_covers(each.process, step.process) for each in machine.capabilities)
            for machine in members[centre.code]
        )
        reason = shut(openings.get(centre.code), order, step) if has_process else "process"
        if reason:
            found.append((centre.code, reason))
            continue
        codes = {machine.code: refused(network, machine, item, step) for machine in members[centre.code]}
        chosen += [code for code, reason in codes.items() if not reason]
        found += [(code, reason) for code, reason in codes.items() if reason]
    return chosen, refusals + found


PARKS = {
    "levy2014": lambda: (levy2014.network(), levy2014.order_book(MONDAY.date())),
    "synthetic": lambda: synthetic.park(5, 8, 20, 40, start=date(2026, 3, 2)),
    "listed": lambda: synthetic.park(8, 6, 16, 40, 3, date(2026, 3, 2), approved=3),
}


@pytest.mark.parametrize("name", PARKS)
def test_candidates_and_refusals_are_those_of_plain_loops(name: str) -> None:
    network, book = PARKS[name]()
    book = OrderBook.model_validate(book.model_dump() | {"orders": book.model_dump()["orders"][:40]})
    lines = {(order.code, line.number): (order, line) for order in book.orders for line in order.lines}
    items = {item.code: item for item in book.items}
    steps = {(each.item, step.number): step for each in book.routings for step in each.steps}
    work = decompose(network, book, origin=MONDAY)
    lots = {lot.code: lot for lot in work.lots}
    machines_of = defaultdict(set)
    for machine in network.machines:
        machines_of[machine.work_centre].add(machine.code)
    assert len(work.operations) > 100
    for operation in work.operations:
        lot = lots[operation.lot]
        chosen, refusals = plain(network, *lines[lot.order, lot.line], items[lot.item], steps[lot.item, operation.step])
        assert [each.machine for each in operation.candidates] == chosen, operation.code
        told = {
            (resource, each.code)
            for each in operation.refusals
            for resource in (machines_of.get(each.resource) or {each.resource})
        }
        asked = {(each, code) for resource, code in refusals for each in (machines_of.get(resource) or {resource})}
        assert told == asked, operation.code
