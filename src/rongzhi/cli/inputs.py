"""Reading what a command is given: networks, order books, instants, weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rongzhi.cli.speech import show_findings
from rongzhi.kernel.calendars import zone_of
from rongzhi.kernel.errors import NotFound, Rejected
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production import Item, Network, OrderBook
from rongzhi.model.production.checks import check_orders
from rongzhi.model.production.partial import read_partly, seen_whole
from rongzhi.model.production.table_documents import order_data
from rongzhi.model.production.table_places import placed
from rongzhi.model.production.tables import TABLES, Record, read_records

Places = dict[str, str]
"""Where the parts of documents stand in the tables they were read from."""


def read_network(path: Path, places: Places | None = None) -> Network:
    """Read a network; ``places`` is filled with the rows of its parts.

    Raises
    ------
    Rejected
        With every fault of the file.
    """
    from rongzhi.adapters.spreadsheet import load_network

    _must_exist(path)
    loaded = load_network(path, places=places)
    if isinstance(loaded, Findings):
        raise Rejected(list(loaded))
    return loaded


def read_book(
    path: Path,
    others: Sequence[Path | None] = (),
    places: Places | None = None,
    *,
    network: Network | None = None,
    origin: str = "",
) -> OrderBook:
    """Read an order book; items, bills and routings it does not hold are taken from the first other file that does.

    With a network, orders that cannot be read are checked against it and the items as far as they can be.

    Raises
    ------
    Rejected
        With every fault of the file.
    """
    from rongzhi.adapters.spreadsheet import load_book

    _must_exist(path)
    loaded = load_book(path, places=places)
    if isinstance(loaded, Findings):
        said = Rejected(list(loaded))
        if network is None:
            raise said
        known = _first_held(others, places) or OrderBook()
        raise with_all_else(path, said, known.items, network, origin_of(known, network, origin))
    if not loaded.items:
        held = _first_held(others, places)
        if held is not None:
            kept = {"items": held.items, "bom": held.bom, "routings": held.routings}
            loaded = loaded.model_copy(update=kept | {"origin": loaded.origin or held.origin})
    return loaded


def with_all_else(path: Path, said: Rejected, items: Sequence[Item], network: Network, now: datetime) -> Rejected:
    """Return the refusal of an order file together with what else is wrong with its orders.

    ``said`` is what could not be read; the orders are checked as far as they can be read without it.
    """
    groups = _order_data(path)
    parts = [read_partly(data, "orders[0]") for data, _ in groups]
    whole = {finding.where for finding in said.findings}
    more = []
    for at, (part, (_, rows)) in enumerate(zip(parts, groups, strict=True)):
        found = list(part.findings)
        if part.order is not None:
            found += seen_whole(check_orders((part.order,), items, network, now), {"orders[0]": part})
        places = {"orders[0]": rows[0]} | {f"orders[0].lines[{n}]": row for n, row in enumerate(rows)} if rows else {}
        for finding in placed(found, places):
            where = finding.where.replace("orders[0]", f"{path.name}.orders[{at}]") if not rows else finding.where
            if where not in whole and (items or finding.code != "unknown-item"):
                more.append(replace(finding, where=where))
    return Rejected([*said.findings, *more])


def no_items(path: Path) -> Rejected:
    """Return the one thing to say about orders whose items were not given."""
    findings = Findings()
    findings.error(
        "no-items",
        path.name,
        Text(zh="没有给出物料与工艺路线", en="no items given"),
        Text(zh="用 --items 给出所在文件，如 --items book.json", en="name their file with --items, such as book.json"),
    )
    return Rejected(list(findings))


def _order_data(path: Path) -> list[tuple[dict[str, Any], list[str]]]:
    """Return the orders of a file as plain data, each with the rows of its lines (none in JSON)."""
    from rongzhi.adapters.spreadsheet import read_sheets

    if path.suffix.lower() == ".json":
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        orders = data.get("orders") if isinstance(data, dict) else None
        return [(order, []) for order in orders or [] if isinstance(order, dict)]
    sheets = read_sheets(path / "orders.csv" if path.is_dir() else path)
    if isinstance(sheets, Findings):
        return []
    table = TABLES["orders"]
    names = {table.key, table.label.zh, table.label.en}
    sheet = next((each for each in sheets if each.name.casefold() in names or len(sheets) == 1), None)
    if sheet is None:
        return []
    records, _ = read_records(table, sheet.headers, sheet.rows, where=sheet.where, is_partial=True)
    groups: dict[object, list[Record]] = {}
    for record in records:
        groups.setdefault(record.values.get("code"), []).append(record)
    return [(order_data(rows, Findings()), [row.place for row in rows]) for rows in groups.values()]


def read_instant(text: str, timezone: str = "Asia/Shanghai") -> datetime:
    """Read an instant a person typed; without a zone it is local to the network.

    Raises
    ------
    Rejected
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        findings = Findings()
        findings.error(
            "not-a-date-time",
            "--origin",
            Text(zh=f"“{text}”不是日期时间", en=f"'{text}' is not a date and time"),
            Text(zh="按 2026-03-02T08:00+08:00 填写", en="write it as 2026-03-02T08:00+08:00"),
        )
        raise Rejected(list(findings)) from None
    return aware(moment, timezone)


def origin_of(book: OrderBook, network: Network | None, typed: str = "") -> datetime:
    """Return the start of planning: what was typed, else the book's, else the next full hour."""
    timezone = network.calendars[0].timezone if network and network.calendars else "Asia/Shanghai"
    if typed:
        return read_instant(typed, timezone)
    if book.origin is not None:
        return aware(book.origin, timezone)
    now = datetime.now(zone_of(timezone))
    return datetime.fromtimestamp((now.timestamp() // 3600 + 1) * 3600, now.tzinfo)


def aware(moment: datetime, timezone: str) -> datetime:
    """Return an instant with a zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=zone_of(timezone))


def read_weights(text: str) -> dict[str, float] | None:
    """Read ``term=weight,term=weight``; None for the default objective.

    Raises
    ------
    Rejected
    """
    if not text.strip():
        return None
    findings = Findings()
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError:
            findings.error(
                "bad-weight",
                "--weights",
                Text(zh=f"“{part}”不是 目标=权重", en=f"'{part}' is not term=weight"),
                Text(zh="如 weighted_tardiness=1,cost=0.1", en="such as weighted_tardiness=1,cost=0.1"),
            )
    findings.raise_if_any()
    return weights


def refuse_or_show(findings: Findings, places: Places | None = None) -> None:
    """Raise if a finding is an error; otherwise show what there is, each at the row it comes from."""
    findings = placed(findings, places or {})
    findings.raise_if_any()
    show_findings(findings)


def _first_held(others: Sequence[Path | None], places: Places | None) -> OrderBook | None:
    """Return the first order book with items in files that may be a network's."""
    for other in others:
        if other is not None:
            _must_exist(other)
            held = _held_by(other, places)
            if held is not None and held.items:
                return held
    return None


def _held_by(path: Path, places: Places | None) -> OrderBook | None:
    """Return the order book in a file that may be a network's, or None."""
    from rongzhi.adapters.spreadsheet import load_book

    found: Places = {}
    loaded = load_book(path, places=found)
    if places is not None:
        places.update({key: place for key, place in found.items() if not key.startswith("orders")})
    return None if isinstance(loaded, Findings) else loaded


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise NotFound(
            Text(zh="没有这个文件", en="there is no such file"),
            where=str(path),
            fix=Text(zh="检查路径", en="check the path"),
        )
