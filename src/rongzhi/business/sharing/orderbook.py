"""Orders as documents, and what orders are checked against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from rongzhi.business.sharing.models import Order, OrderLine
from rongzhi.elements.resources.models import Factory, Item
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model import production
from rongzhi.model.base import Name
from rongzhi.model.production.checks import check_orders
from rongzhi.model.production.naming import near
from rongzhi.model.production.network import Certificate, Network
from rongzhi.model.production.partial import PartialOrder, read_partly, seen_whole
from rongzhi.platform.access.actor import Actor

CODE = re.compile(r"\w[\w.\-]{0,59}")
RESERVED = frozenset({"new", "stuck", "import"})  # addresses beside those of the orders
LARGEST = Decimal(1_000_000_000)
DECIMALS = 6
MOST_LINES = 500
MOST_NAMES = 50
LONGEST = {"customer": 120, "note": 500}
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ITEM = re.compile(r"orders\[(\d+)\]\.lines\[(\d+)\]\.item")
REACH = timedelta(days=3660)


def order_document(order: Order) -> production.Order:
    """Return an order (its lines prefetched) as a document."""
    return production.Order(
        code=order.code,
        customer=order.organisation.code,
        lines=tuple(line_document(line) for line in order.lines.all()),
        priority=order.priority,
        required_certificates=tuple(order.required_certificates),
        preferred_factories=tuple(order.preferred_factories),
        excluded_factories=tuple(order.excluded_factories),
        is_single_factory=order.is_single_factory,
        note=order.note,
    )


def line_document(line: OrderLine) -> production.OrderLine:
    """Return an order line (its item joined) as a document."""
    return production.OrderLine(
        number=line.number,
        item=line.item.code,
        quantity=line.quantity,
        unit=line.unit,
        due=line.due,
        earliest_start=line.earliest_start,
    )


def read_orders(
    rows: Sequence[Mapping[str, Any]], actor: Actor, now: datetime
) -> tuple[list[production.Order], Findings]:
    """Read plain data as orders and hold them against what the platform knows; every finding at once.

    Places of findings are ``orders[i].lines[j].field`` by the position in ``rows``. An order with a faulty field is
    among the orders with a stand-in for it, so that the rest of it is checked too: take none if a finding is an error.
    """
    findings = Findings()
    read: list[tuple[int, production.Order]] = []
    partial: dict[str, PartialOrder] = {}
    for index, row in enumerate(rows):
        part = read_partly(_without_blanks(row), f"orders[{index}]")
        findings.extend(part.findings)
        partial[f"orders[{index}]"] = part
        if part.order is not None:
            read.append((index, part.order))
    orders = [document for _, document in read]
    places = [index for index, _ in read]
    moved = [_moved(finding, places) for finding in check_documents(orders, actor, now)]
    findings.extend(seen_whole(moved, partial))
    return orders, findings


def check_documents(orders: Sequence[production.Order], actor: Actor, now: datetime) -> Findings:
    """Hold orders against what the platform knows; places are ``orders[i].lines[j].field``."""
    items = known_items(orders, actor)
    found = check_orders(orders, items, known_factories(), timezone.localtime(now))
    codes = [item.code for item in items]
    findings = Findings(each if actor.is_operator else _for_customer(each, orders, codes) for each in found)
    for index, order in enumerate(orders):
        _check_sizes(findings, f"orders[{index}]", order, now)
    return findings


def _for_customer(finding: Finding, orders: Sequence[production.Order], codes: Sequence[str]) -> Finding:
    """Do not tell somebody who may not add items to add one."""
    found = _ITEM.fullmatch(finding.where)
    if finding.code != "unknown-item" or found is None:
        return finding
    options = near(orders[int(found[1])].lines[int(found[2])].item, codes)
    fix = (
        Text(f"改用：{options}", f"use one of: {options}")
        if options
        else Text("检查物料代码，或询问运营方", "check the code of the item, or ask the operator")
    )
    return replace(finding, fix=fix)


def _check_sizes(findings: Findings, where: str, order: production.Order, now: datetime) -> None:
    """Add findings for what could not be stored or planned: odd codes, huge quantities, dates out of all reach."""
    _check_head(findings, where, order)
    for at, line in enumerate(order.lines):
        if line.number > LARGEST:
            findings.error(
                "too-large",
                f"{where}.lines[{at}].number",
                Text("行号过大", "the line number is too large"),
                Text("从 1 起编号", "count from 1"),
            )
        exponent = line.quantity.as_tuple().exponent
        if line.quantity > LARGEST or (isinstance(exponent, int) and exponent < -DECIMALS):
            findings.error(
                "quantity-out-of-range",
                f"{where}.lines[{at}].quantity",
                Text(f"数量 {line.quantity:.12g} 超出范围", f"the quantity {line.quantity:.12g} is out of range"),
                Text("不超过 10 亿，小数不超过 6 位", "at most a billion, with at most 6 decimals"),
            )
        if line.due - now > REACH or (line.earliest_start is not None and line.earliest_start < now - REACH):
            findings.error(
                "date-out-of-range",
                f"{where}.lines[{at}].due",
                Text("日期在十年之外", "the date is more than ten years away"),
                Text("检查年份", "check the year"),
            )


def _check_head(findings: Findings, where: str, order: production.Order) -> None:
    if not CODE.fullmatch(order.code) or order.code in RESERVED:
        findings.error(
            "bad-code",
            f"{where}.code",
            Text(f"订单号“{order.code[:80]}”无效", f"the order number '{order.code[:80]}' is not valid"),
            Text(
                "用 1 至 60 个字母、汉字、数字、点或连字符，不以点或连字符开头",
                "use 1 to 60 letters, digits, dots or hyphens, the first a letter or digit",
            ),
        )
    check_texts(findings, where, {"customer": order.customer, "note": order.note})
    if len(order.lines) > MOST_LINES:
        findings.error(
            "too-many",
            f"{where}.lines",
            Text(f"一个订单最多 {MOST_LINES} 行", f"an order has at most {MOST_LINES} lines"),
            Text("分成几个订单", "make several orders of it"),
        )
    for name in ("required_certificates", "preferred_factories", "excluded_factories"):
        codes = getattr(order, name)
        if len(codes) > MOST_NAMES or any(len(code) > LONGEST["customer"] or _NO_TEXT.search(code) for code in codes):
            findings.error(
                "too-many",
                f"{where}.{name}",
                Text("项目过多或代码无效", "too many entries, or not codes"),
                Text(f"最多 {MOST_NAMES} 个代码", f"at most {MOST_NAMES} codes"),
            )


def check_texts(findings: Findings, where: str, texts: Mapping[str, str]) -> None:
    """Add findings for text that is too long to keep whole, or holds characters no page and no file can show."""
    for name, text in texts.items():
        most = LONGEST[name.removesuffix("_label")]
        place = f"{where}.{name}" if where else name
        if len(text) > most:
            findings.error(
                "too-long",
                place,
                Text(f"有 {len(text)} 个字符，最多 {most} 个", f"{len(text)} characters, at most {most} are kept"),
                Text("写短一些", "make it shorter"),
            )
        if _NO_TEXT.search(text):
            findings.error(
                "not-text",
                place,
                Text("含有不可显示的控制字符", "it holds control characters"),
                Text("删去这些字符", "take them out"),
            )


def known_items(orders: Iterable[production.Order], actor: Actor) -> list[production.Item]:
    """Return the items the actor may order: those the orders name, and a few others for hints."""
    codes = {line.item for order in orders for line in order.lines}
    visible = Item.objects.visible_to(actor).filter(is_active=True)
    rows = list(visible.filter(code__in=codes).values_list("code", "name_zh", "unit"))
    if len(rows) < len(codes):
        rows += list(visible.exclude(code__in=codes).values_list("code", "name_zh", "unit")[:2000])
    return [production.Item(code=code, name=Name(zh=name or code), unit=unit) for code, name, unit in rows]


def known_factories() -> Network:
    """Return the factories and their certificates as a network without machines: enough to check orders."""
    factories = Factory.objects.filter(is_active=True).select_related("place").prefetch_related("certificates")
    return Network(
        name=Name(zh="网络"),
        factories=tuple(
            production.Factory(
                code=factory.code,
                name=Name(zh=factory.name_zh or factory.code),
                place=factory.place.code,
                calendar="",
                certificates=tuple(
                    Certificate(code=each.code, valid_until=each.valid_until) for each in factory.certificates.all()
                ),
            )
            for factory in factories
        ),
    )


def _without_blanks(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a form left empty, so that defaults hold and only what is needed is missed."""
    kept = {key: value for key, value in row.items() if value is not None and value != ""}
    if isinstance(kept.get("lines"), list | tuple):
        kept["lines"] = [
            {key: value for key, value in line.items() if value is not None and value != ""}
            if isinstance(line, Mapping)
            else line
            for line in kept["lines"]
        ]
    return kept


def _moved(finding: Finding, places: Sequence[int]) -> Finding:
    head, _, rest = finding.where.removeprefix("orders[").partition("]")
    if not head.isdigit():
        return finding
    where = f"orders[{places[int(head)]}]{rest}"
    return Finding(finding.code, where, finding.message, finding.fix, finding.severity)
