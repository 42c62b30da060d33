"""Reads about plans: the list, one plan, its late orders and its assignments."""

from __future__ import annotations

from django.db.models import QuerySet

from rongzhi.business.sharing.models import Plan, PlanAssignment, PlanOrder, PlanState, PlanTransport
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor


def plan_list(actor: Actor) -> QuerySet[Plan]:
    """Return the plans the actor may open."""
    return Plan.objects.visible_to(actor).select_related("base_plan")


def published(actor: Actor | None = None) -> Plan | None:
    """Return the published plan, or None before the first."""
    rows = Plan.objects.filter(state=PlanState.PUBLISHED)
    return (rows.visible_to(actor) if actor is not None else rows).first()


def find_plan(actor: Actor, code: str) -> Plan:
    """Return a plan the actor may open; ``published`` names the one that holds."""
    rows = plan_list(actor)
    found: Plan | None = (
        rows.filter(state=PlanState.PUBLISHED).first() if code == "published" else rows.filter(code=code).first()
    )
    if found is None:
        raise NotFound(Text(f"没有计划“{code}”", f"there is no plan '{code}'"), where="plan")
    return found


def assignments(actor: Actor, plan: Plan) -> QuerySet[PlanAssignment]:
    """Return the assignments the actor may see."""
    return (
        PlanAssignment.objects.visible_to(actor)
        .filter(plan=plan)
        .select_related("operation__lot__item", "order", "machine", "factory")
        .defer("choice", "operation__candidates", "operation__refusals")
    )


def plan_orders(actor: Actor, plan: Plan) -> QuerySet[PlanOrder]:
    """Return what the plan means for the orders the actor may see, the latest first."""
    return PlanOrder.objects.visible_to(actor).filter(plan=plan).select_related("order__organisation")


def transports(actor: Actor, plan: Plan) -> QuerySet[PlanTransport]:
    """Return the shipments of the orders the actor may see."""
    rows = PlanTransport.objects.visible_to(actor).filter(plan=plan)
    return rows.select_related("order", "before", "after").defer(
        "before__candidates", "before__refusals", "after__candidates", "after__refusals"
    )
