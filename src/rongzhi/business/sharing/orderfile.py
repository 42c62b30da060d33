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
from rongzhi.model.production.table_documents import book_from
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
        TABLE, reading.sheet.headers, reading.sheet.rows, where=reading.sheet.where, mapping=reading.columns
    )
    reading.findings.extend(findings)
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
    """Make the orders one by one, so that a faulty one does not hide what is wrong with the others."""
    places: list[list[str]] = []
    for rows in groups.values():
        made = book_from({"orders": rows})
        if isinstance(made, Findings):
            reading.findings.extend(made)
            continue
        reading.orders.extend(made.orders)
        places.append([row.place for row in rows])
    for finding in check_documents(reading.orders, actor, now):
        reading.findings.extend([_placed(finding, places)])
    taken = set(Order.objects.filter(code__in=groups).values_list("code", flat=True))
    for order, at in zip(reading.orders, places, strict=True):
        if order.code in taken:
            reading.findings.extend([taken_code(order.code, f"{at[0]}:code")])


def _placed(finding: Finding, places: list[list[str]]) -> Finding:
    found = _PLACE.fullmatch(finding.where)
    if found is None:
        return finding
    rows = places[int(found[1])]
    row = rows[int(found[2])] if found[2] and int(found[2]) < len(rows) else rows[0]
    column = re.sub(r"\[.*", "", found[3])
    where = f"{row}:{column}" if column else row
    return Finding(finding.code, where, finding.message, finding.fix, finding.severity)
