"""A factory's own work."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import OperationState, PlanAssignment, PlanState, WorkOperation
from rongzhi.elements.resources.models import Machine
from rongzhi.platform.access.actor import Actor


def own_work(actor: Actor, days: int | None) -> QuerySet[PlanAssignment]:
    """Return what the published plan gives the actor's factories: what runs, and what starts within so many days."""
    rows: QuerySet[PlanAssignment] = PlanAssignment.objects.filter(plan__state=PlanState.PUBLISHED)
    if not actor.is_operator:
        rows = rows.filter(organisation=actor.organisation)
    if days is not None:
        midnight = timezone.localtime(park_now()).replace(hour=0, minute=0, second=0, microsecond=0)
        until, open_ = midnight + timedelta(days=days), ~Q(operation__state=OperationState.DONE)
        rows = rows.filter(open_, Q(start__lt=until) | Q(operation__state=OperationState.RUNNING))
    late = Q(start__lt=park_now(), operation__state=OperationState.RELEASED)
    return (
        rows.select_related("operation__lot__item", "order", "factory")
        .defer("operation__candidates", "operation__refusals")
        .annotate(should_have_begun=ExpressionWrapper(late, output_field=BooleanField()))
    )


def next_start(actor: Actor) -> datetime | None:
    """Return when the next operation that has not begun is planned to begin."""
    rows = own_work(actor, None).exclude(operation__state__in=(OperationState.RUNNING, OperationState.DONE))
    return rows.order_by("start").values_list("start", flat=True).first()


def is_overdue() -> Q:
    """Return the condition for operations that run past their planned end."""
    return Q(end__lt=park_now(), operation__state=OperationState.RUNNING)


def work_counts(actor: Actor) -> dict[str, int]:
    """Return how many operations are open, are to have begun by the end of today, and run past their planned end."""
    rows = own_work(actor, None).exclude(operation__state=OperationState.DONE)
    return {
        "open": rows.count(),
        "due": own_work(actor, 1).filter(operation__state=OperationState.RELEASED).count(),
        "overdue": rows.filter(is_overdue()).count(),
    }


def own_machines(actor: Actor, operation: WorkOperation, planned: str = "") -> list[tuple[str, str]]:
    """Return code and name of the machines to report on: those that can do the operation, the planned first."""
    able = [planned, *(str(each["machine"]) for each in operation.candidates)]
    rows = Machine.objects.filter(code__in=able, is_active=True)
    if not actor.is_operator:
        rows = rows.filter(work_centre__factory__organisation=actor.organisation)
    found = {row.code: f"{row.code} {row.name}" for row in rows}
    return [(code, found[code]) for code in dict.fromkeys(able) if code in found]
