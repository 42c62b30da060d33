"""``rongzhi plan``: orders in, decomposed, planned over the factories, checked, written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rongzhi.cli import inputs, planfile
from rongzhi.cli.solving import Effort, solve_visibly
from rongzhi.cli.speech import console, language, plain, say, show_findings, show_table
from rongzhi.engines.decomposition import explain_work
from rongzhi.engines.scheduling import LineRow, Result, WorkProblem, check, line_rows
from rongzhi.kernel.errors import Rejected
from rongzhi.model.production import OrderBook
from rongzhi.model.production.checks import check_book

MOST_LATE_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked of the planning beside the data."""

    effort: Effort
    weights: str = ""
    origin: str = ""
    horizon_days: int = 0


def run(orders: Path, network_path: Path, items: Path | None, output: Path, wish: Wish) -> None:
    """Plan and write the plan file."""
    weights = inputs.read_weights(wish.weights)
    places: inputs.Places = {}
    network = inputs.read_network(network_path, places)
    book = inputs.read_book(orders, (items, network_path), places, network=network, origin=wish.origin)
    if book.orders and not book.items:
        raise inputs.no_items(orders)
    origin = inputs.origin_of(book, network, wish.origin)
    inputs.refuse_or_show(check_book(book, network, origin), places)
    horizon = wish.horizon_days or needed_days(book, origin)
    built = planfile.build(network, book, origin, horizon, weights)
    console().print(plain(explain_work(built.work).in_(language())))
    show_findings(built.findings)
    result = solve_visibly(built.problem, wish.effort)
    if result.plan is None:
        raise Rejected(list(result.explanation))
    verification = check(built.problem, result.plan)
    if not verification.is_valid:
        raise Rejected([violation.as_finding() for violation in verification.violations])
    saved = planfile.plan_file(network, book, built, result, weights=weights, horizon_days=horizon)
    planfile.save(saved, output)
    _summarise(built, result, output)


def needed_days(book: OrderBook, origin: datetime) -> int:
    """Return how far ahead calendars are needed: a month past the last due date, at least two."""
    last = max((line.due for order in book.orders for line in order.lines), default=origin)
    return min(max(60, (last - origin).days + 30), 1000)


def _summarise(built: WorkProblem, result: Result, output: Path) -> None:
    assert result.plan is not None
    lines = line_rows(result.plan, built)
    late = sorted((line for line in lines if line.late_min), key=lambda line: -line.late_min)
    done = [line for line in lines if line.end is not None]
    end = max((line.end for line in done if line.end is not None), default=built.work.origin)
    gap = say(f"，与下界差 {result.gap:.1%}", f", {result.gap:.1%} over the bound") if result.gap is not None else ""
    cost = sum(line.cost for line in lines)
    on_time = len(done) - len(late)
    out = console()
    out.print(
        say(
            f"{len(done)} 个订单行，准时 {on_time}，误期 {len(late)}；完工 {end:%Y-%m-%d %H:%M}；加工费 {cost:,}{gap}",
            f"{len(done)} order lines, {on_time} on time, {len(late)} late; done by {end:%Y-%m-%d %H:%M}; "
            f"processing {cost:,}{gap}",
        )
    )
    if late:
        show_lines(late[:MOST_LATE_SHOWN], say("误期最多的订单行", "the latest order lines"))
    out.print(say(f"计划已通过检验并写入 {output}", f"the plan is checked and written to {output}"), soft_wrap=True)


def show_lines(lines: Sequence[LineRow], title: str) -> None:
    """Print order lines with their dates."""
    show_table(
        [
            say("订单", "order"),
            say("物料", "item"),
            say("数量", "quantity"),
            say("交期", "due"),
            say("完成", "done"),
            say("误期", "late"),
            say("工厂", "factories"),
        ],
        [
            [
                f"{line.order}-{line.line}",
                line.item,
                f"{line.quantity:f}",
                f"{line.due:%m-%d %H:%M}" if line.due else "",
                f"{line.end:%m-%d %H:%M}" if line.end else "",
                late_text(line.late_min),
                " ".join(line.factories),
            ]
            for line in lines
        ],
        title,
        whole=6,
    )


def late_text(minutes: int) -> str:
    """Return a lateness as a person says it."""
    if minutes <= 0:
        return ""
    days, rest = divmod(minutes, 1440)
    hours = f"{rest // 60}:{rest % 60:02d}"
    return say(f"{days} 天 {hours}", f"{days} d {hours}") if days else hours
