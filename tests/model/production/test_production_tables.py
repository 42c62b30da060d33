"""Cells, headings and tables: what people write is understood, what is written reads back the same."""

from __future__ import annotations

import typing
from datetime import UTC, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document
from rongzhi.model.production import (
    BomLine,
    CalendarDocument,
    Capability,
    Changeover,
    Factory,
    Item,
    Machine,
    Network,
    OpenCapacity,
    Order,
    OrderBook,
    OrderLine,
    Place,
    Routing,
    RoutingStep,
    StepAlternative,
    Transport,
    WorkCentre,
)  # fmt: skip
from rongzhi.model.production.cells import NotReadable, read_cell
from rongzhi.model.production.network import Certificate, ExceptionDocument, ShiftDocument
from rongzhi.model.production.table_documents import Rows, book_from, book_rows, network_from, network_rows
from rongzhi.model.production.tables import TABLES, Column, Record, read_records, suggest_mapping, template_rows

CN = ZoneInfo("Asia/Shanghai")


def read(kind: str, cell: object, key: str = "x") -> object:
    return read_cell(Column(key, Text("列", "column"), kind), cell, CN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", 1001.0, "1001"), ("text", "  x ", "x"), ("text", "", None), ("text", None, None),
        ("integer", "3", 3), ("integer", 3.0, 3), ("integer", "1,200", 1200),
        ("decimal", "2.50", Decimal("2.50")), ("decimal", 0.1, Decimal("0.1")), ("decimal", "10%", Decimal("0.1")),
        ("number", "1e2", 100.0), ("flag", "是", True), ("flag", "No", False), ("flag", True, True), ("flag", 0, False),
        ("time", "8:00", time(8)), ("time", "24:00", time(0)), ("time", datetime(2026, 1, 1, 9), time(9)),
        ("list", "a; b；c、d,e", ("a", "b", "c", "d", "e")), ("list", 10, ("10",)),
        ("days", "1-5", (1, 2, 3, 4, 5)), ("days", "1; 3,7", (1, 3, 7)), ("days", "135", (1, 3, 5)),
        ("days", 6, (6,)),
        ("datetime", "2026-03-06", datetime(2026, 3, 6, tzinfo=CN)),
        ("datetime", "2026年3月6日 8:30", datetime(2026, 3, 6, 8, 30, tzinfo=CN)),
        ("datetime", "2026/3/6 17:00", datetime(2026, 3, 6, 17, tzinfo=CN)),
        ("datetime", "20260306", datetime(2026, 3, 6, tzinfo=CN)),
        ("datetime", "2026-03-06T09:00Z", datetime(2026, 3, 6, 9, tzinfo=UTC)),
        ("date", "2026-03-06", datetime(2026, 3, 6).date()),
    ],
)  # fmt: skip
def test_cells_people_write(kind: str, cell: object, value: object) -> None:
    assert read(kind, cell) == value


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("integer", "2.5"), ("integer", "x"), ("decimal", "1,20"), ("decimal", "NaN"), ("decimal", "1e999999"),
        ("decimal", True), ("number", "inf"), ("flag", "maybe"), ("time", "25:00"), ("datetime", "2026-13-01"),
        ("datetime", "soon"), ("days", "0-8"), ("days", "Mon"), ("datetime", 3.5),
    ],
)  # fmt: skip
def test_cells_nobody_can_read(kind: str, cell: object) -> None:
    with pytest.raises(NotReadable):
        read(kind, cell)


def test_a_due_day_ends_at_its_last_minute() -> None:
    assert read("datetime", "2026-03-06", "due") == datetime(2026, 3, 6, 23, 59, tzinfo=CN)


def test_headings_are_guessed_each_once() -> None:
    headers = ["订单编号", "Customer Name", "产品", "数量（件）", "交货日期", "Prio", "remark", "colour"]
    assert suggest_mapping(TABLES["orders"], headers) == {
        "订单编号": "code",
        "Customer Name": "customer",
        "产品": "item",
        "数量（件）": "quantity",
        "交货日期": "due",
        "Prio": "priority",
        "remark": "note",
    }
    twice = suggest_mapping(TABLES["orders"], ["quantity", "qty"])
    assert twice == {"quantity": "quantity"}


@pytest.mark.parametrize("key", list(TABLES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_template_reads_its_own_examples(key: str, language: str) -> None:
    headers, example = template_rows(TABLES[key], language)
    records, findings = read_records(TABLES[key], headers, [(2, example)], where=f"{key}.csv")
    assert list(findings) == []
    assert [record.place for record in records] == [f"{key}.csv:2"]


PARTS: dict[str, tuple[type[Document], ...]] = {
    "places": (Place,), "calendars": (CalendarDocument, ShiftDocument), "calendar_exceptions": (ExceptionDocument,),
    "factories": (Factory,), "work_centres": (WorkCentre,), "machines": (Machine,), "capabilities": (Capability,),
    "open_capacity": (OpenCapacity,), "changeovers": (Changeover,), "transports": (Transport,), "items": (Item,),
    "bom": (BomLine,), "routing_steps": (Routing, RoutingStep), "orders": (Order, OrderLine),
}  # fmt: skip


@pytest.mark.parametrize("key", list(PARTS))
def test_every_field_of_the_documents_has_a_column(key: str) -> None:
    columns = {column.key for column in TABLES[key].columns}
    nested = {"shifts", "exceptions", "capabilities", "steps", "lines"}
    for cls in PARTS[key]:
        fields = set(cls.model_fields) - nested
        wanted = {"name_zh" if field == "name" else field for field in fields}
        assert wanted <= columns


def back(rows: Rows, assemble: typing.Callable[[dict[str, list[Record]]], object]) -> object:
    records = {}
    for key, lines in rows.items():
        table = TABLES[key]
        numbered = list(enumerate(lines, start=2))
        records[key], findings = read_records(
            table, [column.key for column in table.columns], numbered, where=f"{key}.csv"
        )
        assert list(findings) == []
    made = assemble(records)
    assert not isinstance(made, Findings), [(f.where, f.message.en) for f in made]
    return made


CODE = st.text(st.sampled_from("ABCZ019_.甲"), min_size=1, max_size=6)
NUMBER = st.floats(0.001, 1e6, allow_nan=False)
AMOUNT = st.decimals("0.01", "99999", places=2)
MOMENT = st.datetimes(datetime(2020, 1, 1), datetime(2039, 1, 1), timezones=st.just(UTC))
CODES = st.lists(CODE, max_size=3, unique=True).map(tuple)
NAME = st.builds(lambda zh, en: {"zh": zh, "en": en}, CODE, st.just("") | CODE)


STEP = st.builds(
    RoutingStep,
    number=st.integers(1, 900), name=NAME, process=CODE, run_min_per_unit=NUMBER, setup_min=NUMBER, family=CODE,
    after=st.none() | st.lists(st.integers(1, 90), max_size=2).map(tuple),
    alternatives=st.lists(
        st.builds(StepAlternative, machine=CODE, setup_min=st.none() | NUMBER, run_min_per_unit=st.none() | NUMBER),
        max_size=2,
    ).map(tuple),
    only_listed=st.booleans(), transfer_batch=st.none() | AMOUNT, minimum_batch=st.none() | AMOUNT,
    wait_min=st.integers(0, 99), max_wait_min=st.none() | st.integers(0, 99), is_subcontractable=st.booleans(),
    may_span_breaks=st.booleans(), tolerance_mm=st.none() | NUMBER, certificates=CODES,
)  # fmt: skip
BOOKS = st.builds(
    OrderBook,
    origin=st.none() | MOMENT,
    items=st.lists(
        st.builds(Item, code=CODE, name=NAME, unit=CODE, is_made=st.booleans(), unit_cost=AMOUNT,
                  lead_time_min=st.integers(0, 99999), length_mm=st.none() | NUMBER, material=st.just("") | CODE,
                  max_lot=st.none() | AMOUNT), max_size=3).map(tuple),
    bom=st.lists(st.builds(BomLine, parent=CODE, component=CODE, quantity=AMOUNT, unit=CODE,
                           scrap_rate=st.decimals("0", "0.99", places=4), at_step=st.integers(0, 90)),
                 max_size=3).map(tuple),
    routings=st.lists(
        st.builds(Routing, item=CODE, version=CODE, rank=st.integers(1, 9), is_active=st.booleans(),
                  steps=st.lists(STEP, min_size=1, max_size=3).map(tuple)),
        max_size=3, unique_by=lambda routing: (routing.item, routing.version)).map(tuple),
    orders=st.lists(
        st.builds(Order, code=CODE, customer=st.just("") | CODE, priority=st.integers(1, 9),
                  required_certificates=CODES, preferred_factories=CODES, excluded_factories=CODES,
                  is_single_factory=st.booleans(), note=st.just("") | CODE,
                  lines=st.lists(st.builds(OrderLine, number=st.integers(1, 99), item=CODE, quantity=AMOUNT, unit=CODE,
                                           due=MOMENT, earliest_start=st.none() | MOMENT),
                                 min_size=1, max_size=3).map(tuple)),
        max_size=3, unique_by=lambda order: order.code).map(tuple),
)  # fmt: skip
LOCAL = st.datetimes(datetime(2020, 1, 1), datetime(2039, 1, 1))
NETWORKS = st.builds(
    Network,
    name=NAME, currency=st.sampled_from(["CNY", "EUR"]),
    places=st.lists(st.builds(Place, code=CODE, name=NAME, region=CODE, latitude=st.none() | st.floats(-90, 90)),
                    max_size=2).map(tuple),
    calendars=st.lists(
        st.builds(CalendarDocument, code=CODE, name=st.none() | NAME, timezone=CODE,
                  shifts=st.lists(st.builds(ShiftDocument, start=st.times(), end=st.times(),
                                            days=st.lists(st.integers(1, 7), min_size=1, max_size=7).map(tuple)),
                                  max_size=3).map(tuple),
                  exceptions=st.lists(st.builds(ExceptionDocument, start=LOCAL | MOMENT, end=LOCAL | MOMENT,
                                                is_working=st.booleans(), reason=CODE,
                                                kind=st.sampled_from(["holiday", "other"])), max_size=2).map(tuple)),
        max_size=2, unique_by=lambda calendar: calendar.code).map(tuple),
    factories=st.lists(st.builds(Factory, code=CODE, name=NAME, place=CODE, calendar=CODE, certificates=st.lists(
        st.builds(Certificate, code=CODE, valid_until=st.none() | st.dates()), max_size=2).map(tuple)),
        max_size=2).map(tuple),
    machines=st.lists(
        st.builds(Machine, code=CODE, name=NAME, work_centre=CODE, hourly_rate=AMOUNT, setup_rate=st.none() | AMOUNT,
                  speed_factor=NUMBER, is_active=st.booleans(), capabilities=st.lists(
                      st.builds(Capability, process=CODE, max_length_mm=st.none() | NUMBER, materials=CODES),
                      max_size=2).map(tuple)),
        max_size=2, unique_by=lambda machine: machine.code).map(tuple),
    open_capacity=st.lists(st.builds(OpenCapacity, work_centre=CODE, share=st.floats(0, 1), processes=CODES,
                                     hourly_price=st.none() | AMOUNT, excluded_customers=CODES), max_size=2).map(tuple),
    changeovers=st.lists(st.builds(Changeover, matrix=CODE, from_family=CODE, to_family=CODE,
                                   minutes=st.integers(0, 999)), max_size=2).map(tuple),
    transports=st.lists(st.builds(Transport, origin=CODE, destination=CODE, minutes=st.integers(0, 9999), cost=AMOUNT),
                        max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=25)
@given(BOOKS)
def test_any_order_book_survives_its_tables(document: OrderBook) -> None:
    assert back(book_rows(document), book_from) == document


@settings(max_examples=25)
@given(NETWORKS)
def test_any_network_survives_its_tables(document: Network) -> None:
    assert back(network_rows(document), network_from) == document
