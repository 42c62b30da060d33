"""Checks name every fault at once, each with its place."""

from __future__ import annotations

from datetime import datetime

import pytest

from rongzhi.kernel.findings import Findings, Severity
from rongzhi.model.production.checks import check_book, check_items, check_network, check_orders, check_steps
from tests.model.production.build_production import ORIGIN, book, network

NOW = datetime.fromisoformat(ORIGIN)


def said(findings: Findings) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in findings]


def test_the_sample_is_clean() -> None:
    assert said(check_book(book(), network(), NOW)) == []


@pytest.mark.parametrize(
    ("path", "value", "code", "where"),
    [
        ("places.1.code", "PA", "duplicate", "places[1].code"),
        ("factories.0.place", "P9", "unknown-place", "factories[0].place"),
        ("factories.0.calendar", "nights", "unknown-calendar", "factories[0].calendar"),
        ("work_centres.0.factory", "FZ", "unknown-factory", "work_centres[0].factory"),
        ("machines.2.work_centre", "B-MIL", "unknown-work-centre", "machines[2].work_centre"),
        ("machines.2.calendar", "dya", "unknown-calendar", "machines[2].calendar"),
        ("machines.2.changeover_matrix", "mill", "unknown-changeover-matrix", "machines[2].changeover_matrix"),
        ("machines.0.capabilities.0.process", "turnin", "unknown-process", "machines[0].capabilities[0].process"),
        ("open_capacity.1.processes", ["mill"], "unknown-process", "open_capacity[1].processes[0]"),
        ("open_capacity.1.work_centre", "A-TURN", "duplicate", "open_capacity[1].work_centre"),
        ("transports.0.destination", "PC", "unknown-place", "transports[0].destination"),
        ("calendars.0.timezone", "Asia/Shangai", "unknown-time-zone", "calendars[0].timezone"),
        ("calendars.0.shifts", [], "no-working-time", "calendars[0]"),
        ("calendars.0.shifts.0.days", [0, 8], "bad-weekday", "calendars[0].shifts[0].days"),
        (
            "calendars.0.exceptions",
            [{"start": "2026-05-03T00:00", "end": "2026-05-01T00:00"}],
            "end-before-start",
            "calendars[0].exceptions[0].end",
        ),
        (
            "calendars.0.exceptions",
            [{"start": "2026-05-01T00:00", "end": "2026-05-03T00:00Z"}],
            "mixed-time-zone",
            "calendars[0].exceptions[0].end",
        ),
        ("changeovers.1", {"matrix": "lathe", "from_family": "x", "to_family": "y", "minutes": 1}, "duplicate",
         "changeovers[1]"),
    ],
)  # fmt: skip
def test_network_faults(path: str, value: object, code: str, where: str) -> None:
    assert (code, where) in said(check_network(network(**{path: value})))


def test_duplicate_transport_and_island() -> None:
    found = check_network(network(**{"transports.0.destination": "PA", "transports.1.origin": "PA"}))
    assert said(found) == [("duplicate", "transports[1]"), ("no-transport", "factories[1].place")]
    assert [finding.severity for finding in found] == [Severity.ERROR, Severity.WARNING]


def test_machine_without_capability_is_a_warning() -> None:
    found = check_network(network(**{"machines.3.capabilities": []}))
    assert found.is_clean
    assert said(found) == [("no-capability", "machines[3].capabilities")]


@pytest.mark.parametrize(
    ("path", "value", "code", "where"),
    [
        ("items.1.code", "SHAFT", "duplicate", "items[1].code"),
        ("items.3.unit", "pieces!", "unknown-unit", "items[3].unit"),
        ("bom.2.unit", "kg", "unit-of-another-kind", "bom[2].unit"),
        ("bom.2.component", "BARR", "unknown-item", "bom[2].component"),
        ("bom.1.at_step", 30, "unknown-step", "bom[1].at_step"),
        ("bom.3", {"parent": "PUMP", "component": "SHAFT", "quantity": 1}, "duplicate", "bom[3]"),
        ("routings.0.item", "SHAFTS", "unknown-item", "routings[0].item"),
        ("routings.0.steps.1.number", 10, "duplicate", "routings[0].steps[1].number"),
        ("routings.0.steps.1.after", [5], "unknown-step", "routings[0].steps[1].after"),
        ("routings.0.steps.0.process", "turn", "unknown-process", "routings[0].steps[0].process"),
        ("routings.0.steps.0.run_min_per_unit", 1e9, "time-too-long", "routings[0].steps[0].run_min_per_unit"),
        ("routings.0.steps.0.only_listed", True, "no-listed-machine", "routings[0].steps[0].alternatives"),
        ("routings.0.steps.1.max_wait_min", 10, "wait-too-short", "routings[0].steps[1].max_wait_min"),
        ("items.3.is_made", True, "no-routing", "items[3]"),
    ],
)
def test_item_faults(path: str, value: object, code: str, where: str) -> None:
    documents = book(**{path: value})
    assert (code, where) in said(check_items(documents.items, documents.bom, documents.routings))


def test_bill_loop_is_named() -> None:
    documents = book(**{"bom.3": {"parent": "SHAFT", "component": "PUMP", "quantity": 1}})
    (finding,) = check_items(documents.items, documents.bom, documents.routings)
    assert finding.code == "bill-loop"
    assert finding.where == "bom[3].component"
    assert "PUMP → SHAFT → PUMP" in finding.message.en
    assert "PUMP → SHAFT → PUMP" in finding.message.zh


def test_routing_loop_is_named_in_working_order() -> None:
    documents = book(**{"routings.0.steps.0.after": [20]})
    (finding,) = check_items(documents.items, documents.bom, documents.routings)
    assert (finding.code, finding.where) == ("routing-loop", "routings[0].steps[0].after")
    assert "10 → 20 → 10" in finding.message.en


def test_step_nobody_can_do_is_a_warning() -> None:
    found = check_steps(book(**{"routings.0.steps.1.process": "casting"}).routings, network())
    assert said(found) == [("nobody-can", "routings[0].steps[1].process")]
    assert found.is_clean
    listed = {"routings.0.steps.1.process": "casting", "routings.0.steps.1.alternatives": [{"machine": "M1"}]}
    assert said(check_steps(book(**listed).routings, network())) == []


@pytest.mark.parametrize(
    ("path", "value", "code", "where"),
    [
        ("orders.0.lines.0.due", "2026-03-02T08:00:00+08:00", "due-in-the-past", "orders[0].lines[0].due"),
        ("orders.0.lines.0.earliest_start", "2026-03-06T17:00:00+08:00", "due-before-start", "orders[0].lines[0].due"),
        ("orders.0.lines.0.item", "PUMPE", "unknown-item", "orders[0].lines[0].item"),
        ("orders.0.lines.0.unit", "h", "unit-of-another-kind", "orders[0].lines[0].unit"),
        ("orders.0.lines.0.unit", "stk", "unknown-unit", "orders[0].lines[0].unit"),
        ("orders.0.excluded_factories", ["FA", "FB"], "all-excluded", "orders[0].excluded_factories"),
        ("orders.0.preferred_factories", ["F"], "unknown-factory", "orders[0].preferred_factories[0]"),
        ("orders.0.required_certificates", ["IATF"], "no-certificate-holder", "orders[0].required_certificates[0]"),
    ],
)
def test_order_faults(path: str, value: object, code: str, where: str) -> None:
    documents = book(**{path: value})
    assert said(check_orders(documents.orders, documents.items, network(), NOW)) == [(code, where)]


def test_orders_given_twice_and_preferred_though_excluded() -> None:
    base = book()
    order = base.orders[0].model_copy(update={"preferred_factories": ("FA",), "excluded_factories": ("FA",)})
    twice = order.model_copy(update={"lines": (order.lines[0], order.lines[0])})
    assert said(check_orders((order, twice), base.items, network(), NOW)) == [
        ("preferred-and-excluded", "orders[0].preferred_factories"),
        ("duplicate", "orders[1].code"),
        ("duplicate", "orders[1].lines[1].number"),
        ("preferred-and-excluded", "orders[1].preferred_factories"),
    ]


@pytest.mark.parametrize(
    ("quantity", "codes"), [("50000", []), ("50001", [("too-many-lots", "orders[0].lines[0].quantity")])]
)
def test_an_order_line_splits_into_a_bearable_number_of_lots(quantity: str, codes: list[tuple[str, str]]) -> None:
    item = book().orders[0].lines[0].item
    number = next(at for at, each in enumerate(book().items) if each.code == item)
    given = book(**{f"items.{number}.max_lot": "10", "orders.0.lines.0.quantity": quantity})
    assert said(check_orders(given.orders, given.items, network(), NOW)) == codes
