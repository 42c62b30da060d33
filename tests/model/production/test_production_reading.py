"""Bad data becomes findings with place and fix in both languages."""

from __future__ import annotations

import json

import pytest

from rongzhi.kernel.findings import Findings
from rongzhi.model.production import Network, Order, OrderBook
from rongzhi.model.production.reading import read_document, read_json
from tests.model.production.build_production import BOOK, NETWORK, _changed


def found(data: object, where: str = "") -> list[tuple[str, str]]:
    result = read_document(OrderBook, data, where)
    assert isinstance(result, Findings)
    for finding in result:
        assert finding.message.zh
        assert finding.fix.zh
        assert "{" not in finding.message.en + finding.message.zh + finding.fix.en.replace("{ }", "")
    return [(finding.code, finding.where) for finding in result]


def test_good_data_is_the_document() -> None:
    assert isinstance(read_document(Network, NETWORK), Network)
    assert isinstance(read_json(OrderBook, json.dumps(BOOK)), OrderBook)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("orders.0.lines.0.quantity", -3, "too-small"),
        ("orders.0.lines.0.quantity", 0, "too-small"),
        ("orders.0.lines.0.quantity", "ten", "not-a-number"),
        ("orders.0.lines.0.quantity", "NaN", "not-finite"),
        ("orders.0.lines.0.due", "2026-03-06T17:00", "no-time-zone"),
        ("orders.0.lines.0.due", "tomorrow", "not-a-date-time"),
        ("orders.0.lines.0.number", 1.5, "not-a-whole-number"),
        ("orders.0.lines.0.item", 7, "not-text"),
        ("orders.0.lines", [], "too-few"),
        ("orders.0.lines", "x", "not-a-list"),
        ("orders.0.lines.0", 5, "not-a-record"),
        ("orders.0.priority", 10, "too-large"),
        ("orders.0.is_single_factory", "maybe", "not-yes-or-no"),
        ("orders.0.urgent", True, "unknown-field"),
        ("bom.0.scrap_rate", 1, "too-large"),
        ("items.0.name.zh", "", "too-short"),
    ],
)
def test_every_common_error_has_code_place_and_fix(path: str, value: object, code: str) -> None:
    parts = path.split(".")
    where = "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in parts).lstrip(".")
    assert found(_changed(BOOK, {path: value})) == [(code, where)]


def test_all_errors_come_at_once_with_the_files_name() -> None:
    data = _changed(BOOK, {"orders.0.lines.0.quantity": -1, "orders.0.priority": 0})
    del data["items"][0]["code"]
    assert found(data, "book.json") == [
        ("missing", "book.json.items[0].code"),
        ("too-small", "book.json.orders[0].lines[0].quantity"),
        ("too-small", "book.json.orders[0].priority"),
    ]


def test_messages_carry_value_and_limit() -> None:
    result = read_document(Order, {"code": "X", "priority": 12, "lines": []})
    assert isinstance(result, Findings)
    texts = {finding.where: finding for finding in result}
    assert texts["priority"].message.en == "12 must not be above 9"
    assert texts["priority"].fix.zh == "填写不大于 9 的值"
    assert texts["lines"].fix.en == "add at least 1"


@pytest.mark.parametrize("text", ["{", '{"origin": NaN}', "[" * 100_000, '{"a": 1,}'])
def test_broken_json_is_a_finding(text: str) -> None:
    result = read_json(OrderBook, text, "book.json")
    assert isinstance(result, Findings)
    assert [finding.code for finding in result] == ["not-json"]
    assert next(iter(result)).where.startswith("book.json")
