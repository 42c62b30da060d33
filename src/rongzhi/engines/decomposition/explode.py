"""Exploding bills of materials: from an order line to lots, and to what must be bought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from rongzhi.engines.decomposition.rules import Rules
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.kernel.units import convert, unit
from rongzhi.model.production import BomLine, Item, OrderBook, Routing

MICRO = Decimal("0.000001")


@dataclass(slots=True)
class LotDraft:
    """A lot before its operations are known; ``at_step`` is where its parent uses it."""

    code: str
    item: Item
    quantity: Decimal
    parent: LotDraft | None = None
    at_step: int = 0
    lead_min: dict[int, int] = field(default_factory=dict)  # step of this lot -> longest lead time of its material


class Bills:
    """The items, bills and active routings of an order book, by code."""

    def __init__(self, book: OrderBook) -> None:
        self.items = {item.code: item for item in book.items}
        self.lines: dict[str, list[BomLine]] = defaultdict(list)
        for line in book.bom:
            self.lines[line.parent].append(line)
        self.routings: dict[str, Routing] = {}
        for routing in sorted(book.routings, key=lambda one: (one.rank, one.version)):
            if routing.is_active:
                self.routings.setdefault(routing.item, routing)


class Explosion:
    """Explodes order lines one after the other and adds up what has to be bought.

    Notes
    -----
    The gross need of a component is net / (1 - scrap rate), computed exactly and rounded up: to whole ones if its unit
    counts, to 0.000001 of its unit otherwise. Every lot of a parent has its own lots of components.
    """

    def __init__(self, bills: Bills, rules: Rules) -> None:
        self.bills = bills
        self.rules = rules
        self.material_needs: dict[str, Decimal] = defaultdict(Decimal)
        self._codes: set[str] = set()

    def lots(self, item: str, quantity: Decimal, unit_symbol: str, code: str, where: str) -> Iterator[LotDraft]:
        """Yield the lots of one order line, every parent before its components.

        Raises
        ------
        Rejected
            If there would be more lots than the rules allow.
        """
        top = self.bills.items[item]
        amount = convert(quantity, unit_symbol, top.unit, where=where)
        waiting = list(self._split(top, amount, code, parent=None, at_step=0, where=where))
        at = 0
        while at < len(waiting):
            lot = waiting[at]
            at += 1
            if lot.item.is_made:
                for line in self.bills.lines.get(lot.item.code, ()):
                    waiting += self._component(lot, line, where)
            else:
                self._buy(lot.item, lot.quantity)
                lot.lead_min[0] = lot.item.lead_time_min
            yield lot

    def _component(self, parent: LotDraft, line: BomLine, where: str) -> Iterator[LotDraft]:
        item = self.bills.items[line.component]
        need = gross_need(parent.quantity, line, item)
        if not item.is_made:
            self._buy(item, need)
            parent.lead_min[line.at_step] = max(parent.lead_min.get(line.at_step, 0), item.lead_time_min)
            return
        yield from self._split(
            item, need, f"{parent.code}/{item.code}", parent=parent, at_step=line.at_step, where=where
        )

    def _split(
        self, item: Item, quantity: Decimal, code: str, *, parent: LotDraft | None, at_step: int, where: str
    ) -> Iterator[LotDraft]:
        """Yield lots of at most the item's largest size: full ones first, the rest last."""
        size = item.max_lot if item.max_lot is not None and item.is_made else quantity
        count = int((quantity / size).to_integral_value(ROUND_CEILING))
        if len(self._codes) + count > self.rules.max_lots:
            _too_many(where, item, count, self.rules.max_lots)
        left = quantity
        for number in range(1, count + 1):
            part = min(size, left)
            left -= part
            yield LotDraft(self._unique(f"{code}.{number}" if count > 1 else code), item, part, parent, at_step)

    def _buy(self, item: Item, quantity: Decimal) -> None:
        self.material_needs[item.code] += quantity

    def _unique(self, code: str) -> str:
        found, number = code, 1
        while found in self._codes:
            number += 1
            found = f"{code}~{number}"
        self._codes.add(found)
        return found


def gross_need(quantity: Decimal, line: BomLine, item: Item) -> Decimal:
    """Return how much of a component a quantity of the parent needs, scrap included, in the component's unit."""
    each = Fraction(convert(line.quantity, line.unit, item.unit))
    need = Fraction(quantity) * each / (1 - Fraction(line.scrap_rate))
    if unit(item.unit).dimension == "count":
        return Decimal(-(-need.numerator // need.denominator))
    scaled = need / Fraction(MICRO)
    whole = -(-scaled.numerator // scaled.denominator)
    return (whole * MICRO).normalize() + Decimal(0)


def _too_many(where: str, item: Item, count: int, limit: int) -> None:
    findings = Findings()
    findings.error(
        "too-many-lots",
        where,
        Text(
            zh=f"“{item.code}”需拆成 {count} 批，总数超过上限 {limit}",
            en=f"'{item.code}' would become {count} lots; more than {limit} in all are not taken",
        ),
        Text(zh="检查数量或放大最大批量", en="check the quantity, or raise the item's largest lot"),
    )
    findings.raise_if_any()
