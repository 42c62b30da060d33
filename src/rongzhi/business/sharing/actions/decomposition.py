"""Decomposition by process step: from orders to lots and operations, kept as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import (
    Order,
    OrderState,
    WorkLink,
    WorkLot,
    WorkOperation,
)
from rongzhi.business.sharing.models.orders import LIVE_STATES
from rongzhi.business.sharing.models.work import OperationState
from rongzhi.business.sharing.orderbook import order_document
from rongzhi.business.sharing.park import Park, load_park
from rongzhi.business.sharing.workbook import candidate_row, refusal_row
from rongzhi.elements.resources.models import Item
from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text
from rongzhi.model.production import Lot, Operation, Work
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit

MOST_TRIES = 3
LOT_FIELDS = (
    "order", "position", "line", "item", "quantity", "release_at", "due", "weight", "feeds", "is_single_factory",
    "preferred_factories", "is_current",
)  # fmt: skip
OPERATION_FIELDS = (
    "lot", "position", "step", "name_zh", "name_en", "process", "family", "quantity", "candidates", "refusals",
    "may_span_breaks", "stays_with", "release_at", "is_current",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decomposition:
    """What decomposing did.

    Parameters
    ----------
    orders, lots, operations : int
        How many were written.
    stuck : tuple of str
        Codes of operations nobody in the network can do.
    """

    orders: int
    lots: int
    operations: int
    stuck: tuple[str, ...] = ()


def decompose_orders(actor: Actor, codes: Sequence[str] | None = None, *, is_forced: bool = False) -> Decomposition:
    """Decompose orders that are new, changed, or whose network changed since; begun work stays as it is.

    The work is reckoned before the data base is held, so nobody waits for it; what changed meanwhile is done again.
    """
    policy.may_plan(actor).enforce()
    for _ in range(MOST_TRIES):
        park = load_park()
        orders = list(_stale(actor, codes, park.digest, is_forced=is_forced))
        if not orders:
            return Decomposition(0, 0, 0)
        work = park.decompose([order_document(order) for order in orders], park_now().replace(second=0, microsecond=0))
        done = _store(actor, orders, work, park)
        if done is not None:
            return done
    raise Conflict(
        Text("分解期间订单或网络一直在改动", "orders or the network kept changing while they were decomposed"),
        where="orders",
        fix=Text("等改动完成后再分解", "decompose again once the changes are done"),
    )


@action
def _store(actor: Actor, orders: Sequence[Order], work: Work, park: Park) -> Decomposition | None:
    """Keep a decomposition; None when an order or the network changed since it was reckoned."""
    versions = {order.pk: order.version for order in orders}
    if _unchanged(orders) != versions or load_park().digest != park.digest:
        return None
    store_work(orders, work)
    for order in orders:
        order.decomposition_basis = _basis(order, park.digest)
    Order.objects.bulk_update(orders, ["decomposition_basis"])
    stuck = tuple(operation.code for operation in work.stuck)
    done = Decomposition(len(orders), len(work.lots), len(work.operations), stuck)
    emit(
        actor,
        "orders.decomposed",
        "orders",
        {"orders": [order.code for order in orders], "operations": done.operations, "stuck": list(stuck)[:100]},
        organisation=actor.organisation or orders[0].organisation,
    )
    return done


def _unchanged(orders: Sequence[Order]) -> dict[int, int]:
    """Lock orders; return the versions of those that may still be decomposed, by key."""
    rows = Order.objects.filter(pk__in=[order.pk for order in orders], state__in=LIVE_STATES)
    rows = rows.exclude(state=OrderState.IN_PROGRESS).exclude(pk__in=_started())
    return dict(rows.select_for_update().order_by("code").values_list("pk", "version"))


def _started() -> set[int]:
    states = [OperationState.RUNNING, OperationState.DONE]
    return set(WorkOperation.objects.filter(state__in=states).values_list("lot__order_id", flat=True).distinct())


def _basis(order: Order, digest: str) -> str:
    return f"{order.version}:{digest[:40]}"


def _stale(actor: Actor, codes: Sequence[str] | None, digest: str, *, is_forced: bool) -> Iterable[Order]:
    """Yield live orders without started work whose decomposition is missing or out of date."""
    rows = Order.objects.visible_to(actor).filter(state__in=LIVE_STATES).exclude(state=OrderState.IN_PROGRESS)
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    started = _started()
    rows = rows.select_related("organisation").prefetch_related("lines__item")
    for order in rows.order_by("code"):
        is_stale = order.decomposition_basis != _basis(order, digest)
        if order.pk not in started and (is_forced or is_stale):
            yield order


def store_work(orders: Sequence[Order], work: Work) -> None:
    """Write lots, operations and links of orders; what is no longer there goes, unless a plan still names it."""
    by_code = {order.code: order for order in orders}
    items = {item.code: item for item in Item.objects.filter(code__in={lot.item for lot in work.lots})}
    lots = WorkLot.objects.bulk_create(
        [_lot(lot, position, by_code, items, work) for position, lot in enumerate(work.lots)],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=LOT_FIELDS,
        batch_size=500,
    )
    by_lot = {lot.code: lot for lot in lots}
    operations = WorkOperation.objects.bulk_create(
        [_operation(operation, position, by_lot, work) for position, operation in enumerate(work.operations)],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=OPERATION_FIELDS,
        batch_size=300,
    )
    by_operation = {operation.code: operation for operation in operations}
    _retire(orders, set(by_lot), set(by_operation))
    WorkLink.objects.filter(order__in=orders).delete()
    WorkLink.objects.bulk_create(
        [
            WorkLink(
                order=by_operation[link.after].lot.order,
                before=by_operation[link.before],
                after=by_operation[link.after],
                lag_min=link.lag_min,
                max_lag_min=link.max_lag_min,
                transfer_fraction=link.transfer_fraction,
            )
            for link in work.links
        ],
        batch_size=500,
    )


def _retire(orders: Sequence[Order], lots: set[str], operations: set[str]) -> None:
    old = [
        row
        for row in WorkOperation.objects.filter(lot__order__in=orders).values_list("pk", "code", named=True)
        if row.code not in operations
    ]
    if old:
        gone = WorkOperation.objects.filter(pk__in=[row.pk for row in old])
        gone.update(is_current=False)
        gone.filter(assignments__isnull=True, reports__isnull=True).delete()
    former = [
        row for row in WorkLot.objects.filter(order__in=orders).values_list("pk", "code", named=True)
        if row.code not in lots
    ]  # fmt: skip
    if former:
        left = WorkLot.objects.filter(pk__in=[row.pk for row in former])
        left.update(is_current=False)
        left.filter(operations__isnull=True).delete()


def _lot(lot: Lot, position: int, orders: dict[str, Order], items: dict[str, Item], work: Work) -> WorkLot:
    return WorkLot(
        order=orders[lot.order],
        code=lot.code,
        position=position,
        line=lot.line,
        item=items[lot.item],
        quantity=lot.quantity,
        release_at=work.origin + timedelta(minutes=lot.release_min),
        due=None if lot.due_min is None else work.origin + timedelta(minutes=lot.due_min),
        weight=lot.weight,
        feeds=lot.feeds,
        is_single_factory=lot.is_single_factory,
        preferred_factories=list(lot.preferred_factories),
        is_current=True,
    )


def _operation(operation: Operation, position: int, lots: dict[str, WorkLot], work: Work) -> WorkOperation:
    return WorkOperation(
        lot=lots[operation.lot],
        code=operation.code,
        position=position,
        step=operation.step,
        name_zh=operation.name.zh[:120],
        name_en=operation.name.en[:120],
        process=operation.process,
        family=operation.family,
        quantity=operation.quantity,
        candidates=[candidate_row(each) for each in operation.candidates],
        refusals=[refusal_row(each) for each in operation.refusals],
        may_span_breaks=operation.may_span_breaks,
        stays_with=operation.stays_with,
        release_at=work.origin + timedelta(minutes=operation.release_min) if operation.release_min else None,
        is_current=True,
    )
