"""``rongzhi check-data``: everything wrong or doubtful in a file, at once."""

from __future__ import annotations

import json
from pathlib import Path

from rongzhi.cli import inputs
from rongzhi.cli.speech import console, say, show_findings
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production import Network, OrderBook
from rongzhi.model.production.checks import check_book, check_items, check_network
from rongzhi.model.production.table_places import placed

_NETWORK_KEYS = {"machines", "factories", "work_centres", "places", "calendars"}
_BOOK_KEYS = {"orders", "items", "bom", "routings"}


def run(path: Path, network_path: Path | None, items: Path | None, origin: str) -> int:
    """Check a file; return 0 if no error was found, 1 otherwise."""
    places: inputs.Places = {}
    network, book = _read(path, network_path, items, places, origin)
    findings = Findings()
    if book is not None and book.orders and not book.items and network is not None:
        raise inputs.no_items(path)
    if book is not None and network is not None:
        findings.extend(check_book(book, network, inputs.origin_of(book, network, origin)))
    elif network is not None:
        findings.extend(check_network(network))
    elif book is not None:
        findings.extend(check_items(book.items, book.bom, book.routings))
        if book.orders:
            findings.note(
                "orders-not-checked",
                "orders",
                Text(zh="未给出网络，订单未与其核对", en="orders were not checked against a network"),
                Text(zh="用 --network 给出网络文件", en="name the network with --network"),
            )
    show_findings(placed(findings, places))
    errors, all_ = len(findings.errors), len(findings)
    console().print(_counts(network, book))
    console().print(
        say(f"{errors} 处错误，{all_ - errors} 处警告或提示", f"{errors} errors, {all_ - errors} warnings or notes")
    )
    return 1 if errors else 0


def _counts(network: Network | None, book: OrderBook | None) -> str:
    parts = []
    if network is not None:
        counts = len(network.factories), len(network.work_centres), len(network.machines)
        parts.append(
            say(
                f"{counts[0]} 家工厂、{counts[1]} 个工作中心、{counts[2]} 台机床",
                f"{counts[0]} factories, {counts[1]} work centres, {counts[2]} machines",
            )
        )
    if book is not None:
        sizes = len(book.items), len(book.routings), len(book.orders)
        parts.append(
            say(
                f"{sizes[0]} 种物料、{sizes[1]} 条工艺路线、{sizes[2]} 个订单",
                f"{sizes[0]} items, {sizes[1]} routings, {sizes[2]} orders",
            )
        )
    return say("；", "; ").join(parts)


def _read(
    path: Path, network_path: Path | None, items: Path | None, places: inputs.Places, origin: str
) -> tuple[Network | None, OrderBook | None]:
    """Read what a file holds: a network, an order book, or both."""
    network = inputs.read_network(network_path, places) if network_path else None
    if path.suffix.lower() == ".json" and path.is_file():
        keys = _keys(path)
        if keys & _BOOK_KEYS:
            return network, inputs.read_book(path, (items, network_path), network=network, origin=origin)
        if keys & _NETWORK_KEYS:
            return inputs.read_network(path), None
        return network, inputs.read_book(path)
    book = inputs.read_book(path, (items, network_path), places, network=network, origin=origin)
    if network is None:
        network = _network_in(path, places)
    is_empty = not (book.items or book.orders or book.bom or book.routings)
    if is_empty and (network is None or not network.machines):
        _refuse(path)
    return network if network and network.model_fields_set & _NETWORK_KEYS else None, None if is_empty else book


def _network_in(path: Path, places: inputs.Places) -> Network | None:
    network = inputs.read_network(path, places)
    return network if network.machines or network.factories or network.places else None


def _keys(path: Path) -> set[str]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return set()  # said when it is read as a document
    return set(data) if isinstance(data, dict) else set()


def _refuse(path: Path) -> None:
    findings = Findings()
    findings.error(
        "nothing-known",
        path.name,
        Text(zh="没有找到网络、物料或订单", en="no network, items or orders were found"),
        Text(zh="表名须为 machines、items、orders 等", en="name the sheets machines, items, orders and so on"),
    )
    raise Rejected(list(findings))
