"""The order book of the sample: 225 work orders of the log, their items and routings."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

from rongzhi.model.base import Name
from rongzhi.model.production import (
    BomLine,
    Item,
    Order,
    OrderBook,
    OrderLine,
    Routing,
    RoutingStep,
    StepAlternative,
)
from rongzhi.samples.levy2014.park import LISTED_STEPS, MATRIX_OF_STEP, family_of, machines_of_step
from rongzhi.samples.levy2014.tables import Row, name_of, origin_of, table

SCREW_SET = "SCREW-SET"
CUSTOMERS = 8


def order_book(start: date) -> OrderBook:
    """Return the 225 orders with every date moved by whole weeks.

    Parameters
    ----------
    start : date
        The day on which the log's first Monday (2 January 2012) falls; must be a Monday.
    """
    origin = origin_of(start)
    steps: dict[str, list[Row]] = defaultdict(list)
    for row in table("data", "routings"):
        steps[row["item"]].append(row)
    customers = _customers()
    return OrderBook(
        origin=origin,
        items=(*(_item(code, rows[0]["part"]) for code, rows in steps.items()), _screw_set()),
        bom=tuple(
            BomLine(parent=code, component=SCREW_SET, quantity=Decimal(1), unit="set", at_step=int(row["step"]))
            for code, rows in steps.items()
            for row in rows
            if row["key"] == "turn_mill_screw"
        ),
        routings=tuple(Routing(item=code, steps=tuple(map(_step, rows))) for code, rows in steps.items()),
        orders=tuple(
            Order(
                code=row["order"],
                customer=f"样例客户 {customers[row['part']]} / Sample customer {customers[row['part']]}",
                lines=(
                    OrderLine(
                        item=row["item"],
                        quantity=Decimal(row["quantity"]),
                        earliest_start=origin + timedelta(minutes=int(row["release_min"])),
                        due=origin + timedelta(minutes=int(row["due_min"])),
                    ),
                ),
                note=f"Levy 2014, Case {int(row['order'].removeprefix('LV-'))}",
            )
            for row in table("data", "orders")
        ),
    )


def _item(code: str, part: str) -> Item:
    name, variant = name_of("part", part), int(code.rsplit("-", 1)[1])
    return Item(code=code, name=Name(zh=f"{name.zh}（路线 {variant}）", en=f"{name.en} (route {variant})"))


def _screw_set() -> Item:
    return Item(code=SCREW_SET, name=Name(zh="螺钉（每件一套）", en="Screws, one set each"), unit="set", is_made=False)


def _step(row: Row) -> RoutingStep:
    key, number = row["key"], int(row["pass"])
    name = name_of("step", key)
    if number > 1:
        name = Name(zh=f"{name.zh}（第 {number} 遍）", en=f"{name.en} (pass {number})")
    listed = machines_of_step(key) if key in LISTED_STEPS else ()
    return RoutingStep(
        number=int(row["step"]),
        name=name,
        process=row["process"],
        setup_min=float(row["setup_min"]),
        run_min_per_unit=float(row["run_min_per_unit"]),
        family=family_of(row["part"]) if key in MATRIX_OF_STEP else "",
        alternatives=tuple(StepAlternative(machine=machine) for machine in listed),
        only_listed=bool(listed),
        transfer_batch=Decimal(row["transfer_batch"]) if row["transfer_batch"] else None,
    )


def _customers() -> dict[str, int]:
    """Customers: parts ranked by number of orders; the first seven are one customer each, the rest the last."""
    counts = Counter(row["part"] for row in table("data", "orders"))
    ranked = sorted(counts, key=lambda part: (-counts[part], part))
    return {part: min(rank + 1, CUSTOMERS) for rank, part in enumerate(ranked)}
