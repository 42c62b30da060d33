"""Order files: sheets to orders, with a place for every row and every finding of every row at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rongzhi.adapters.spreadsheet import Sheet, read_sheets
from rongzhi.business.sharing.actions.orders import taken_code
from rongzhi.business.sharing.models import Order
from rongzhi.business.sharing.orderbook import check_documents
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model import production
from rongzhi.model.production.cells import has_no_time
from rongzhi.model.production.partial import PartialOrder, read_partly, seen_whole
from rongzhi.model.production.table_documents import order_data
from rongzhi.model.production.table_specs import TABLES
from rongzhi.model.production.tables import Record, read_records, suggest_mapping
from rongzhi.platform.access.actor import Actor

TABLE = TABLES["orders"]
_PLACE = re.compile(r"orders\[(\d+)\](?:\.lines\[(\d+)\])?\.?(.*)")


@dataclass(slots=True)
class Reading:
    """What a file of orders holds: the sheet, what its columns mean, the orders, and what is wrong."""

    sheet: Sheet | None = None
    columns: dict[str, str] = field(default_factory=dict)
    orders: list[production.Order] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)


def read_order_file(actor: Actor, content: bytes, name: str, remembered: Mapping[str, str], now: datetime) -> Reading:
    """Read a CSV or XLSX file of orders and hold its orders against what the platform knows; nothing is written."""
    reading = Reading()
    sheets = read_sheets(content, name)
    if isinstance(sheets, Findings):
        reading.findings.extend(sheets)
        return reading
    reading.sheet = _sheet_of(sheets)
    if reading.sheet is None or not reading.sheet.rows:
        reading.findings.error(
            "nothing-to-import",
            name,
            Text("文件中没有订单", "the file has no orders"),
            Text("第一行写列名，其下每行一个订单行", "headings in the first row, one order line in each row below"),
        )
        return reading
    reading.columns = columns_of(reading.sheet.headers, remembered)
    records, findings = read_records(
        TABLE,
        reading.sheet.headers,
        reading.sheet.rows,
        where=reading.sheet.where,
        mapping=reading.columns,
        is_partial=True,
    )
    reading.findings.extend(findings)
    _say_ends_of_days(reading)
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(str(record.values.get("code", "")), []).append(record)
    _build(actor, groups, reading, now)
    return reading


def columns_of(headers: object, remembered: Mapping[str, str]) -> dict[str, str]:
    """Return what each heading means: as remembered, else as guessed, else nothing."""
    names = [str(header) for header in headers if header]  # type: ignore[attr-defined]
    known = {name: remembered[name] for name in names if name in remembered}
    taken = set(known.values())
    guessed = suggest_mapping(TABLE, [name for name in names if name not in known])
    guessed = {name: column for name, column in guessed.items() if column not in taken}
    return {name: known.get(name, guessed.get(name, "")) for name in names}


def _sheet_of(sheets: list[Sheet]) -> Sheet | None:
    names = {"orders", TABLE.label.zh, TABLE.label.en}
    return next((each for each in sheets if each.name.casefold() in names), sheets[0] if sheets else None)


def _build(actor: Actor, groups: Mapping[str, list[Record]], reading: Reading, now: datetime) -> None:
    """Make the orders as far as they can be, so that a faulty field hides nothing of what else is wrong."""
    found = Findings()
    places: list[list[str]] = []
    partial: dict[str, PartialOrder] = {}
    for code, rows in groups.items():
        contradictions = Findings()
        data = order_data(rows, contradictions)
        reading.findings.extend(contradictions if code else ())
        part = read_partly(data, f"orders[{len(places)}]")
        if part.order is None:
            at = [row.place for row in rows]
            reading.findings.extend(_placed(finding, [at] * (len(places) + 1)) for finding in part.findings)
            continue
        partial[f"orders[{len(places)}]"] = part
        reading.orders.append(part.order)
        places.append([row.place for row in rows])
        found.extend(part.findings)
    found.extend(seen_whole(check_documents(reading.orders, actor, now), partial))
    taken = set(Order.objects.filter(code__in=groups).values_list("code", flat=True))
    for index, order in enumerate(reading.orders):
        if order.code in taken:
            found.extend([taken_code(order.code, f"orders[{index}].code")])
        if not is_own(actor, order.customer):
            found.extend([_other_customer(order.customer, f"orders[{index}].customer")])
    said = {each.where for each in reading.findings if each.severity == "error"}  # cells that could not be read
    reading.findings.extend(each for each in (_placed(one, places) for one in found) if each.where not in said)


def is_own(actor: Actor, customer: str) -> bool:
    """Return whether a customer named in a file is the one whose orders the actor may place."""
    own = actor.organisation
    if actor.is_operator or own is None or not customer:
        return True
    names = {own.code, own.name_zh, own.name_en}
    return customer.strip().casefold() in {name.strip().casefold() for name in names if name}


def _other_customer(customer: str, where: str) -> Finding:
    return Finding(
        "other-customer",
        where,
        Text(f"客户“{customer}”不是本单位", f"the customer '{customer}' is not your organisation"),
        Text("删去该列，或只上传本单位的订单", "leave the column out, or upload your own orders only"),
    )


def _say_ends_of_days(reading: Reading) -> None:
    """Note that due dates without a time count until the end of their day."""
    assert reading.sheet is not None
    column = next((at for at, name in enumerate(reading.sheet.headers) if reading.columns.get(name) == "due"), None)
    if column is None:
        return
    count = sum(len(cells) > column and has_no_time(cells[column]) for _, cells in reading.sheet.rows)
    if count:
        reading.findings.note(
            "end-of-day",
            f"{reading.sheet.where}:1:due",
            Text(
                f"{count} 行的交期只有日期，按当天 23:59 计",
                f"{count} row{'s' if count > 1 else ''} give a due date without a time: 23:59 of that day is taken",
            ),
            Text("要更早的时刻，写成 2026-03-06 17:00", "for an earlier time write it as 2026-03-06 17:00"),
        )


def _placed(finding: Finding, places: list[list[str]]) -> Finding:
    found = _PLACE.fullmatch(finding.where)
    if found is None:
        return finding
    rows = places[int(found[1])]
    row = rows[int(found[2])] if found[2] and int(found[2]) < len(rows) else rows[0]
    column = re.sub(r"\[.*", "", found[3])
    where = f"{row}:{column}" if column else row
    return Finding(finding.code, where, finding.message, finding.fix, finding.severity)
