"""Reads about orders: the list with what the published plan says, and the whole trip of one."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from rongzhi.business.sharing.models import (
    OperationState,
    Order,
    OrderState,
    PlanAssignment,
    PlanOrder,
    PlanState,
    WorkLot,
    WorkOperation,
)
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor

AT_RISK_MIN = 1440  # less than a day between the planned end and the due date


def order_list(actor: Actor) -> QuerySet[Order]:
    """Return the visible orders with planned end, lateness, lines and unmet operations of the published plan."""
    published = PlanOrder.objects.filter(order=OuterRef("pk"), plan__state=PlanState.PUBLISHED)
    lines = Order.objects.filter(pk=OuterRef("pk")).annotate(n=Count("lines")).values("n")
    first = Order.objects.filter(pk=OuterRef("pk")).values("lines__item__code", "lines__quantity")
    rows: QuerySet[Order] = (
        Order.objects.visible_to(actor)
        .select_related("organisation")
        .annotate(
            planned_end=Subquery(published.values("end")[:1]),
            tardiness_min=Subquery(published.values("tardiness_min")[:1]),
            slack_min=Subquery(published.values("slack_min")[:1]),
            planned_cost=Subquery(published.values("cost")[:1]),
            line_count=Subquery(lines[:1]),
            first_item=Subquery(first.order_by("lines__number").values("lines__item__code")[:1]),
            first_quantity=Subquery(first.order_by("lines__number").values("lines__quantity")[:1]),
        )
    )
    return rows


LATE = Q(tardiness_min__gt=0)
AT_RISK = Q(tardiness_min=0, slack_min__lt=AT_RISK_MIN) & ~Q(state=OrderState.DONE)
UNPLANNED = Q(planned_end__isnull=True, state__in=[OrderState.OPEN, OrderState.PLANNED, OrderState.IN_PROGRESS])


def find_order(actor: Actor, code: str) -> Order:
    """Return an order the actor may see, with its lines."""
    rows = Order.objects.visible_to(actor).select_related("organisation").prefetch_related("lines__item")
    found: Order | None = rows.filter(code=code).first()
    if found is None:
        raise NotFound(Text(f"没有订单“{code}”", f"there is no order '{code}'"), where="order")
    return found


def find_operation(actor: Actor, code: str) -> WorkOperation:
    """Return an operation the actor may see."""
    rows = WorkOperation.objects.visible_to(actor).select_related("lot__order__organisation", "lot__item")
    found: WorkOperation | None = rows.filter(code=code).first()
    if found is None:
        raise NotFound(Text(f"没有工序“{code}”", f"there is no operation '{code}'"), where="operation")
    return found


def order_lots(actor: Actor, order: Order) -> list[WorkLot]:
    """Return the current lots of an order with their operations and what the published plan does with each."""
    lots = list(WorkLot.objects.visible_to(actor).filter(order=order, is_current=True).select_related("item"))
    planned = {
        row.operation_id: row
        for row in PlanAssignment.objects.filter(plan__state=PlanState.PUBLISHED, order=order)
        .select_related("factory", "machine")
    }  # fmt: skip
    rows = list(WorkOperation.objects.filter(lot__in=lots, is_current=True).order_by("lot__position", "position"))
    for lot in lots:
        lot.steps = [row for row in rows if row.lot_id == lot.pk]
        for row in lot.steps:
            row.planned = planned.get(row.pk)
            row.is_stuck = not row.candidates
    return lots


def order_plan(order: Order) -> PlanOrder | None:
    """Return what the published plan says about an order."""
    return PlanOrder.objects.filter(order=order, plan__state=PlanState.PUBLISHED).select_related("plan").first()


def order_progress(order: Order) -> dict[str, int]:
    """Return how many current operations of an order are in each state."""
    counts = dict.fromkeys(OperationState.values, 0)
    rows = WorkOperation.objects.filter(lot__order=order, is_current=True).values_list("state").annotate(n=Count("pk"))
    counts.update(dict(rows.order_by()))
    return counts


def stuck_operations(actor: Actor) -> QuerySet[WorkOperation]:
    """Return current operations nobody in the network can do."""
    rows = WorkOperation.objects.visible_to(actor).filter(is_current=True, candidates=[])
    return rows.exclude(lot__order__state=OrderState.CANCELLED).select_related("lot__order", "lot__item")


def order_counts(actor: Actor) -> dict[str, int]:
    """Return how many orders are late, at risk, unplanned, and in each state."""
    rows = order_list(actor).exclude(state=OrderState.CANCELLED)
    totals: dict[str, int] = rows.aggregate(
        total=Count("pk"),
        late=Count("pk", filter=LATE & ~Q(state=OrderState.DONE)),
        at_risk=Count("pk", filter=AT_RISK),
        unplanned=Count("pk", filter=UNPLANNED),
        **{state: Count("pk", filter=Q(state=state)) for state in OrderState.values if state != OrderState.CANCELLED},
    )
    return totals


def order_data(order: Order) -> dict[str, Any]:
    """Return an order (lines prefetched) as plain data, as forms and the API give it."""
    return {
        "code": order.code,
        "organisation": order.organisation.code,
        "customer_label": order.customer_label,
        "priority": order.priority,
        "required_certificates": order.required_certificates,
        "preferred_factories": order.preferred_factories,
        "excluded_factories": order.excluded_factories,
        "is_single_factory": order.is_single_factory,
        "note": order.note,
        "state": order.state,
        "version": order.version,
        "promised_at": order.promised_at,
        "created_at": order.created_at,
        "changed_at": order.changed_at,
        "lines": [
            {
                "number": line.number,
                "item": line.item.code,
                "item_name": line.item.name,
                "quantity": line.quantity,
                "unit": line.unit,
                "due": line.due,
                "earliest_start": line.earliest_start,
            }
            for line in order.lines.all()
        ],
    }
