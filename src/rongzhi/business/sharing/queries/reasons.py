"""Why an order is late, and why an operation is done where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rongzhi.business.sharing.models import Order, Plan, PlanAssignment, PlanOrder, PlanState, WorkOperation
from rongzhi.business.sharing.words import without_names
from rongzhi.elements.resources.models import Factory
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import current_language


@dataclass(frozen=True, slots=True)
class Choice:
    """A machine that could do an operation: what it takes and costs there, and whether the plan chose it."""

    machine: str
    factory: str
    factory_name: str
    setup_min: int
    run_min: int
    cost: str
    earliest_start: Any = None
    is_chosen: bool = False


def why_late(actor: Actor, order: Order, plan: Plan) -> list[dict[str, Any]]:
    """Return where the time of an order went, from its beginning to its end, in words; the minutes add up."""
    row = PlanOrder.objects.visible_to(actor).filter(order=order, plan=plan).first()
    return spoken(actor, order.code, row.reasons) if row else []


def spoken(actor: Actor, order: str, chain: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a stored chain in the language of the request; machines and others' orders are named to the operator."""
    tongue = current_language()
    if actor.is_operator:
        return [{**step, "reason": step.get(tongue, "")} for step in chain]
    own = (without_names(step) for step in chain if step["order"] == order)
    return [{**step, "machine": "", "reason": step.get(tongue, "")} for step in own]


def main_cause(chain: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the step of a spoken chain that waits longest."""
    waiting = [step for step in chain if step.get("wait_min")]
    return max(waiting, key=lambda step: step["wait_min"], default=None)


def explained(actor: Actor, row: PlanOrder | None) -> dict[str, Any]:
    """Return who went first (for the operator) and what would help most, in the language of the request."""
    found = row.explained if row else {}
    if not found:
        return {}
    tongue = current_language()
    key = tongue if actor.is_operator else f"bare_{tongue}"
    helps = [
        {**{name: each[name] for name in ("kind", "completion", "gain_min", "late_min")}, "words": each[key]}
        for each in found["helps"]
    ]
    blockers = found["blockers"] if actor.is_operator else []
    return {**found, "helps": helps, "blockers": blockers}


def why_here(actor: Actor, row: PlanAssignment | None) -> dict[str, Any]:
    """Return why a planned operation is on its machine; the other ways are the operator's to see."""
    if row is None or not row.choice:
        return {}
    others = row.choice.get("others", []) if actor.is_operator else []
    return {"words": row.choice.get(current_language(), ""), "reasons": row.choice["reasons"], "others": others}


def why_factory(actor: Actor, operation: WorkOperation, plan: Plan | None = None) -> dict[str, Any]:
    """Return every machine that could do an operation with cost and time, and why the others cannot."""
    is_own = actor.is_operator or operation.lot.order.organisation == actor.organisation
    names = {each.code: each.name for each in Factory.objects.all()}
    rows = PlanAssignment.objects.visible_to(actor).filter(operation=operation)
    row = rows.filter(plan=plan).first() if plan else rows.filter(plan__state=PlanState.PUBLISHED).first()
    choices = [
        Choice(
            each["machine"],
            each["factory"],
            names.get(each["factory"], each["factory"]),
            each["setup_min"],
            each["run_min"],
            each["cost"],
            is_chosen=bool(row and row.machine_code == each["machine"]),
        )
        for each in operation.candidates
        if is_own or (row and row.factory_code == each["factory"])
    ]
    choices.sort(key=lambda each: (not each.is_chosen, float(each.cost), each.setup_min + each.run_min, each.machine))
    tongue = current_language()
    return {
        "operation": operation.code,
        "assignment": row,
        "why": why_here(actor, row),
        "choices": choices,
        "cheapest": min((float(each.cost) for each in choices), default=None),
        "refusals": [{**each, "reason": each.get(tongue, "")} for each in operation.refusals] if is_own else [],
    }
