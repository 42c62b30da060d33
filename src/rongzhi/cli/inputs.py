"""Reading what a command is given: networks, order books, instants, weights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rongzhi.cli.speech import show_findings
from rongzhi.kernel.calendars import zone_of
from rongzhi.kernel.errors import NotFound, Rejected
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production import Network, OrderBook
from rongzhi.model.production.table_places import placed

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


def read_book(path: Path, others: Sequence[Path | None] = (), places: Places | None = None) -> OrderBook:
    """Read an order book; items, bills and routings it does not hold are taken from the first other file that does.

    Raises
    ------
    Rejected
        With every fault of the file.
    """
    from rongzhi.adapters.spreadsheet import load_book

    _must_exist(path)
    loaded = load_book(path, places=places)
    if isinstance(loaded, Findings):
        raise Rejected(list(loaded))
    for other in others:
        if loaded.items or other is None:
            continue
        _must_exist(other)
        held = _held_by(other, places)
        if held is not None and held.items:
            kept = {"items": held.items, "bom": held.bom, "routings": held.routings}
            loaded = loaded.model_copy(update=kept | {"origin": loaded.origin or held.origin})
    return loaded


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
