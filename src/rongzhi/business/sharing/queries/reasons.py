"""Why an order is late, and why an operation is done where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rongzhi.business.sharing.models import Order, Plan, PlanAssignment, PlanOrder, PlanState, WorkOperation
from rongzhi.elements.resources.models import Factory
from rongzhi.kernel.text import Text
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
    """Return the chain from an order's end back to its beginning: what each operation waited for, in words."""
    row = PlanOrder.objects.visible_to(actor).filter(order=order, plan=plan).first()
    return spoken(actor, order.code, row.reasons) if row else []


_WITHOUT_NAMES = {
    "machine": Text("设备先做其他订单", "the machine does other orders first"),
    "calendar": Text("设备此前不开班", "the machine has no shift before"),
}


def spoken(actor: Actor, order: str, chain: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a stored chain in the language of the request; machines and others' orders are named to the operator."""
    tongue = current_language()
    if actor.is_operator:
        return [{**step, "reason": step.get(tongue, "")} for step in chain]
    return [
        {
            **{key: value for key, value in step.items() if key not in {"zh", "en", "machine"}},
            "machine": "",
            "reason": _WITHOUT_NAMES[step["cause"]].in_(tongue)
            if step["cause"] in _WITHOUT_NAMES
            else step.get(tongue, ""),
        }
        for step in chain
        if step["order"] == order
    ]


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
        "choices": choices,
        "cheapest": min((float(each.cost) for each in choices), default=None),
        "refusals": [{**each, "reason": each.get(tongue, "")} for each in operation.refusals] if is_own else [],
    }
