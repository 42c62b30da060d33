"""A factory's own work."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import OperationState, PlanAssignment, PlanState
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
