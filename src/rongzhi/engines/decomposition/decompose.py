"""From orders to work: bills exploded, routings applied, machines found."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rongzhi.engines.decomposition.explode import Bills, Explosion, LotDraft
from rongzhi.engines.decomposition.grouping import keep_together
from rongzhi.engines.decomposition.matching import Matcher, Terms
from rongzhi.engines.decomposition.rules import Rules
from rongzhi.model.production import Link, Lot, Network, Operation, Order, OrderBook, OrderLine, RoutingStep, Work
from rongzhi.model.production.checks import check_items, check_network, check_orders

_LONG_AGO = datetime(1000, 1, 1, tzinfo=UTC)


def decompose(
    network: Network,
    book: OrderBook,
    *,
    origin: datetime,
    orders: Sequence[Order] | None = None,
    rules: Rules | None = None,
) -> Work:
    """Turn orders into lots, operations and links over a network.

    Parameters
    ----------
    network : Network
    book : OrderBook
        Items, bills and routings, and the orders unless others are given.
    origin : datetime
        Aware; minute 0 of the work.
    orders : sequence of Order or None
        Orders in place of the book's.
    rules : Rules or None
        Weights of priorities and limits.

    Returns
    -------
    Work
        Operations nobody can do are in it, with the reasons; see ``Work.stuck``.

    Raises
    ------
    Rejected
        If the documents have errors (unknown references, loops, units ...). Due dates in the past are no error here.
    """
    rules = rules or Rules()
    orders = book.orders if orders is None else orders
    findings = check_network(network)
    findings.extend(check_items(book.items, book.bom, book.routings))
    findings.extend(check_orders(orders, book.items, network, _LONG_AGO))
    findings.raise_if_any()
    origin = origin.replace(second=0, microsecond=0)
    matcher = Matcher(network, origin, rules.horizon_days, rules.longest_days)
    builder = _Builder(origin, matcher, Explosion(Bills(book), rules), rules)
    alone = frozenset(order.code for order in orders if order.is_single_factory)
    with _collector_resting():
        for index, order in enumerate(orders):
            for at, line in enumerate(order.lines):
                builder.add(order, line, f"orders[{index}].lines[{at}]")
        operations = keep_together(builder.operations, builder.lots, alone)
        needs = dict(sorted(builder.explosion.material_needs.items()))
        return Work(origin, tuple(builder.lots), tuple(operations), tuple(builder.links), needs)


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Keep the collector from walking hundreds of thousands of new records that form no cycles: half the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(slots=True)
class _Builder:
    origin: datetime
    matcher: Matcher
    explosion: Explosion
    rules: Rules
    lots: list[Lot] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def add(self, order: Order, line: OrderLine, where: str) -> None:
        """Add the lots, operations and links of one order line."""
        code = f"{order.code}-{line.number}"
        terms = Terms(order.customer, order.required_certificates, order.excluded_factories, line.due.date())
        entries: dict[str, tuple[RoutingStep, ...]] = {}
        for draft in self.explosion.lots(line.item, line.quantity, line.unit, code, where):
            routing = self.explosion.bills.routings.get(draft.item.code) if draft.item.is_made else None
            steps = tuple(sorted(routing.steps, key=lambda step: step.number)) if routing else ()
            entries[draft.code] = steps
            release = max(0, math.ceil(self._minutes(line.earliest_start))) if line.earliest_start else 0
            self._add_lot(order, line, draft, steps, max(release, self._lead(draft, steps, first=True)))
            if routing is not None:
                self._add_operations(draft, routing.version, steps, terms)
                self._add_links(draft, steps, entries)

    def _add_lot(
        self, order: Order, line: OrderLine, draft: LotDraft, steps: Sequence[RoutingStep], release: int
    ) -> None:
        lot = Lot(
            code=draft.code,
            order=order.code,
            line=line.number,
            item=draft.item.code,
            quantity=draft.quantity,
            release_min=release,
            due_min=math.floor(self._minutes(line.due)) if draft.parent is None else None,
            weight=self.rules.weights[order.priority],
            operations=tuple(_operation_code(draft, step) for step in steps),
            feeds=draft.parent.code if draft.parent else "",
            is_single_factory=order.is_single_factory,
            preferred_factories=order.preferred_factories,
        )
        self.lots.append(lot)

    def _add_operations(self, draft: LotDraft, version: str, steps: Sequence[RoutingStep], terms: Terms) -> None:
        before = _predecessors(steps)
        for step in steps:
            candidates, refusals = self.matcher.match(draft.item, version, step, draft.quantity, terms)
            stays = before[step.number] if not step.is_subcontractable else ()
            operation = Operation(
                code=_operation_code(draft, step),
                lot=draft.code,
                step=step.number,
                name=step.name.text,
                process=step.process,
                family=step.family,
                quantity=draft.quantity,
                candidates=candidates,
                refusals=refusals,
                may_span_breaks=step.may_span_breaks,
                stays_with=f"{draft.code}:{max(stays)}" if stays else "",
                release_min=self._lead(draft, steps, at=step),
            )
            self.operations.append(operation)

    def _add_links(
        self, draft: LotDraft, steps: Sequence[RoutingStep], entries: dict[str, tuple[RoutingStep, ...]]
    ) -> None:
        by_number = {step.number: step for step in steps}
        before = _predecessors(steps)
        for step in steps:
            for number in before[step.number]:
                earlier = by_number[number]
                share = 1.0 if earlier.transfer_batch is None else float(earlier.transfer_batch / draft.quantity)
                self.links.append(self._link(draft, earlier, draft, step, min(1.0, share)))
        if draft.parent is None:
            return
        waited_for = {number for numbers in before.values() for number in numbers}
        for last in (step for step in steps if step.number not in waited_for):
            for step in _entry_steps(entries[draft.parent.code], draft.at_step):
                self.links.append(self._link(draft, last, draft.parent, step, 1.0))

    def _link(self, a: LotDraft, earlier: RoutingStep, b: LotDraft, later: RoutingStep, share: float) -> Link:
        codes = _operation_code(a, earlier), _operation_code(b, later)
        return Link(*codes, earlier.wait_min, earlier.max_wait_min, share)

    def _lead(
        self, draft: LotDraft, steps: Sequence[RoutingStep], *, first: bool = False, at: RoutingStep | None = None
    ) -> int:
        """Return when the bought material is there: of the lot's beginning, or of one step."""
        longest = 0
        starts = {step.number for step in _entry_steps(steps, 0)}
        for number, minutes in draft.lead_min.items():
            used = {step.number for step in _entry_steps(steps, number)}
            if (first and used <= starts) or (at is not None and at.number in used):
                longest = max(longest, minutes)
        return longest

    def _minutes(self, moment: datetime) -> float:
        return (moment - self.origin).total_seconds() / 60


def _operation_code(draft: LotDraft, step: RoutingStep) -> str:
    return f"{draft.code}:{step.number}"


def _predecessors(steps: Sequence[RoutingStep]) -> dict[int, tuple[int, ...]]:
    """Return for every step the steps it waits for: those it names, or the one before it by number."""
    found: dict[int, tuple[int, ...]] = {}
    previous: tuple[int, ...] = ()
    for step in steps:
        found[step.number] = previous if step.after is None else step.after
        previous = (step.number,)
    return found


def _entry_steps(steps: Sequence[RoutingStep], at_step: int) -> tuple[RoutingStep, ...]:
    """Return the steps a component is needed for: the one named or the next, or those that begin the routing."""
    if at_step <= 0:
        before = _predecessors(steps)
        return tuple(step for step in steps if not before[step.number])
    return tuple(step for step in steps if step.number >= at_step)[:1]
