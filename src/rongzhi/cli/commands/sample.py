"""``rongzhi sample``: sample data as files to try the other commands on."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from rongzhi.cli.speech import console, say
from rongzhi.kernel.errors import NotFound, Rejected
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production import Network, OrderBook


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a synthetic park is."""

    factories: int = 6
    machines: int = 8
    items: int = 40
    orders: int = 100
    seed: int = 0


def run(name: str, folder: Path, start: str, sizes: Sizes) -> None:
    """Write network.json, book.json, park.xlsx (both) and orders.csv."""
    from rongzhi.adapters.spreadsheet import as_tables, save_book, save_network, write_csv, write_whole, write_xlsx
    from rongzhi.cli.speech import language
    from rongzhi.model.production.table_documents import book_rows, network_rows

    network, book = _made(name, _monday(start), sizes)
    save_network(network, folder / "network.json")
    save_book(book, folder / "book.json")
    rows = network_rows(network) | book_rows(book)
    write_whole(folder / "park.xlsx", write_xlsx(as_tables(rows, language())))
    write_whole(folder / "orders.csv", write_csv(*as_tables(rows, language())["orders"]))
    out = console()
    out.print(
        say(
            f"{name}：{len(network.machines)} 台机床、{len(book.orders)} 个订单，已写入 {folder}",
            f"{name}: {len(network.machines)} machines and {len(book.orders)} orders written to {folder}",
        ),
        soft_wrap=True,
    )
    book_, network_, orders_ = (shlex.quote(str(folder / each)) for each in ("book.json", "network.json", "orders.csv"))
    plan_ = shlex.quote(str(folder / "plan.json"))
    out.print(f"rongzhi plan {book_} --network {network_} -o {plan_}", soft_wrap=True)
    out.print(f"rongzhi plan {orders_} --network {network_} --items {book_} -o {plan_}", soft_wrap=True)


def _made(name: str, start: date | None, sizes: Sizes) -> tuple[Network, OrderBook]:
    if name == "levy2014":
        from rongzhi.samples import levy2014

        return levy2014.network(), levy2014.order_book(start or _this_monday())
    if name == "synthetic":
        from rongzhi.samples import synthetic

        start = start or synthetic.DEFAULT_START
        return synthetic.park(sizes.factories, sizes.machines, sizes.items, sizes.orders, sizes.seed, start)
    raise NotFound(
        Text(zh=f"没有名为“{name}”的样例", en=f"there is no sample '{name}'"),
        fix=Text(zh="可用：levy2014、synthetic", en="use levy2014 or synthetic"),
    )


def _monday(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.weekday() != 0:
        findings = Findings()
        message = Text(zh=f"“{text}”不是星期一的日期", en=f"'{text}' is not the date of a Monday")
        findings.error("not-a-monday", "--start", message, Text(zh="如 2026-03-02", en="such as 2026-03-02"))
        raise Rejected(list(findings))
    return found


def _this_monday() -> date:
    today = datetime.now().astimezone().date()
    return today - timedelta(days=today.weekday())
