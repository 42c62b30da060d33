"""Promising: asking what could be promised, and turning a promise into an order with its slots kept."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions.decomposition import store_work
from rongzhi.business.sharing.actions.orders import next_code, store_orders, taken_code
from rongzhi.business.sharing.actions.publishing import take_turns
from rongzhi.business.sharing.clock import park_now, plan_origin
from rongzhi.business.sharing.models import (
    OperationState,
    Order,
    OrderState,
    Plan,
    PlanAssignment,
    PlanOrder,
    PlanState,
    PlanTransport,
    Promise,
    PromiseState,
    WorkOperation,
)
from rongzhi.business.sharing.orderbook import read_orders
from rongzhi.business.sharing.park import Park, load_park
from rongzhi.business.sharing.promising import FACTORY, Offer, answer, breakdown, offer_again
from rongzhi.elements.resources.models import Factory, Machine
from rongzhi.kernel.errors import Conflict, NotFound, Rejected
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text, counted
from rongzhi.model import production
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action, once
from rongzhi.platform.events.log import emit
from rongzhi.platform.plain import plain

HOLDS = timedelta(hours=24)
DRAFT_CODE = "NEW"


def ask_promise(
    actor: Actor, data: Mapping[str, Any], *, organisation: Organisation | None = None, idempotency_key: str = ""
) -> Promise:
    """Say the earliest defensible date and cost of an order beside the published plan, which stays as it is.

    The answer is found before the data base is held; accepting a promise looks again at what is free.
    """
    policy.may_promise(actor).enforce()
    owner = organisation or actor.organisation
    if owner is None:
        raise NotFound(
            Text("没有说明为哪个单位询交期", "it is not said for whom the date is asked"), where="organisation"
        )
    policy.may_order(actor, owner).enforce()
    return _keep_promise(actor, owner, data, _find(actor, owner, data), idempotency_key)


def _find(actor: Actor, owner: Organisation, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a promise."""
    started = time.perf_counter()
    order = _document(actor, {**data, "code": str(data.get("code") or DRAFT_CODE)}, owner)
    park, plan, now = load_park(), _published(), plan_origin()
    found = answer(order, park, plan, now)
    details = breakdown(found.best, park, order)
    details["explanation"] = _explain(found.best, details["lines"])
    details["unplanned_orders"] = _unplanned(plan)
    details["behind"] = found.behind
    return {
        "date": found.best.end,
        "cost": found.best.cost,
        "currency": park.network.currency,
        "breakdown": details,
        "alternatives": [_alternative(each, found.best, park, order) for each in found.others],
        "plan": plan,
        "seconds": time.perf_counter() - started,
    }


@action
def _keep_promise(
    actor: Actor, owner: Organisation, data: Mapping[str, Any], found: Mapping[str, Any], key: str
) -> Promise:
    def make() -> Promise:
        made = Promise.objects.create(
            organisation=owner,
            draft=plain(dict(data)),
            expires_at=timezone.now() + HOLDS,
            created_by=actor.name,
            **found,
        )
        facts = {"date": made.date, "cost": made.cost}
        emit(actor, "promise.offered", f"promise/{made.pk}", facts, organisation=owner)
        return made

    content = json.dumps(plain({"data": dict(data), "owner": owner.code}), sort_keys=True)
    return once(actor, "ask_promise", key, content, make)


def _unplanned(plan: Plan | None) -> int:
    """Return how many orders neither a plan nor an accepted promise holds capacity for."""
    if plan is None:
        return 0
    promised = Promise.objects.filter(state=PromiseState.ACCEPTED).exclude(order=None).values("order")
    return Order.objects.filter(state=OrderState.OPEN).exclude(pk__in=promised).count()


@action
def accept_promise(actor: Actor, promise: Promise, *, variant: str = "") -> Order:
    """Turn a promise into an order whose slots are kept in the published plan; refused when they can no longer be."""
    kept = (
        Promise.objects.visible_to(actor).select_for_update(of=("self",)).select_related("organisation")
        .filter(pk=promise.pk).first()
    )  # fmt: skip
    if kept is None:
        raise NotFound(Text("没有这个承诺", "there is no such promise"))
    policy.may_order(actor, kept.organisation).enforce()
    if kept.state == PromiseState.ACCEPTED and kept.order is not None:
        return kept.order  # type: ignore[no-any-return]
    if kept.expires_at <= timezone.now():
        raise _stale(Text("承诺已过期", "the promise has expired"))
    wanted = _wanted(kept, variant)
    code = str(kept.draft.get("code") or "") or next_code()
    if Order.objects.filter(code=code).exists():
        findings = Findings([taken_code(code)])
        findings.raise_if_any()
    document = _document(actor, {**kept.draft, "code": code}, kept.organisation)
    take_turns()
    date, cost = datetime.fromisoformat(wanted["date"]), Decimal(wanted["cost"])
    plan = Plan.objects.filter(state=PlanState.PUBLISHED).select_for_update().first()
    park = load_park()
    try:
        offer = offer_again(document, park, plan, plan_origin(), variant=wanted["variant"], by=date)
    except Rejected as error:
        raise _stale(error.findings[0].message) from error
    if offer.end > date or offer.cost > cost:
        raise _stale(_why_stale(wanted))
    order = _place(actor, kept, document, date)
    _keep_slots(order, offer, plan, park)
    kept.state, kept.order, kept.date, kept.cost = PromiseState.ACCEPTED, order, date, cost
    kept.breakdown = {**kept.breakdown, **breakdown(offer, park, document), "slots": _slots(offer)}
    kept.save(update_fields=["state", "order", "date", "cost", "breakdown"])
    facts = {"promise": str(kept.pk), "promised": date.isoformat(), "plan": plan.code if plan else None}
    emit(actor, "order.promised", f"order/{order.code}", facts, organisation=kept.organisation)
    return order


def _wanted(promise: Promise, variant: str) -> dict[str, Any]:
    main = {
        "variant": promise.breakdown["variant"],
        "begins": promise.breakdown["begins"],
        "date": promise.date.isoformat(),
        "cost": str(promise.cost),
    }
    return next((each for each in promise.alternatives if each["variant"] == variant), main)


def _document(actor: Actor, data: Mapping[str, Any], owner: Organisation) -> production.Order:
    body = {key: value for key, value in data.items() if key not in {"customer_label", "organisation"}}
    documents, findings = read_orders([body], actor, park_now())
    Findings(
        Finding(each.code, each.where.removeprefix("orders[0]").lstrip("."), each.message, each.fix, each.severity)
        for each in findings
    ).raise_if_any()
    return documents[0].model_copy(update={"customer": owner.code})


def _alternative(offer: Offer, best: Offer, park: Park, order: production.Order) -> dict[str, Any]:
    """Return another way with how it stands to the best one: hours later (or, negative, earlier) and money more."""
    return {
        **breakdown(offer, park, order),
        "kind": "factory" if offer.variant.startswith(FACTORY) else offer.variant,
        "date": offer.end.isoformat(),
        "cost": str(offer.cost),
        "delay_min": round((offer.end - best.end).total_seconds() / 60),
        "extra_cost": str(offer.cost - best.cost),
    }


def _slots(offer: Offer) -> list[dict[str, str]]:
    """Return what an accepted promise holds until a published plan contains its order."""
    return [
        {
            "operation": slot.operation,
            "machine": slot.machine,
            "start": slot.start.isoformat(),
            "end": slot.end.isoformat(),
        }
        for slot in offer.slots
    ]


def _explain(offer: Offer, lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Say in a sentence how the date comes about."""
    work = sum(((slot.end - slot.start).total_seconds() for slot in offer.slots), 0.0) / 3600
    factories = len({slot.factory for slot in offer.slots})
    late = max((line["late_min"] for line in lines if line["late_min"] is not None), default=0) / 60
    zh = f"{len(offer.slots)} 道工序在 {factories} 家工厂完成，占用 {work:.1f} 小时，运输 {len(offer.moves)} 次"
    steps, moves = counted(len(offer.slots), "operation"), counted(len(offer.moves), "shipment")
    en = f"{steps} in {counted(factories, 'factory', 'factories')} over {work:.1f} h, {moves}"
    if late > 0:
        zh, en = f"{zh}；比期望交期晚 {late:.1f} 小时", f"{en}; {late:.1f} hours after the date you wish"
    return {"zh": zh, "en": en}


def _published() -> Plan | None:
    return Plan.objects.filter(state=PlanState.PUBLISHED).first()


def _place(actor: Actor, promise: Promise, document: production.Order, date: datetime) -> Order:
    label = {document.code: str(promise.draft.get("customer_label") or "")}
    order = store_orders(actor, promise.organisation, [document], labels=label)[0]
    order.promised_at = date
    order.save(update_fields=["promised_at"])
    return order


def _keep_slots(order: Order, offer: Offer, plan: Plan | None, park: Park) -> None:
    """Write the order's work and, when there is a published plan, its slots into it."""
    store_work([order], offer.work)
    order.decomposition_basis = f"{order.version}:{park.digest[:40]}"
    order.state = OrderState.PLANNED if plan else OrderState.OPEN
    order.save(update_fields=["decomposition_basis", "state"])
    if plan is None:
        return
    rows = {row.code: row for row in WorkOperation.objects.filter(lot__order=order)}
    machines = {each.code: each for each in Machine.objects.filter(code__in={slot.machine for slot in offer.slots})}
    factories = {each.code: each for each in Factory.objects.select_related("organisation")}
    due, slack = _tightest(order, offer)
    late = max(0, -slack)
    PlanAssignment.objects.bulk_create(
        PlanAssignment(
            plan=plan,
            operation=rows[slot.operation],
            order=order,
            machine=machines[slot.machine],
            factory=factories[slot.factory],
            organisation=factories[slot.factory].organisation,
            machine_code=slot.machine,
            factory_code=slot.factory,
            start=slot.start,
            setup_end=slot.setup_end,
            end=slot.end,
            changeover_min=slot.changeover_min,
            cost=slot.cost,
            tardiness_min=late,
        )
        for slot in offer.slots
    )
    PlanTransport.objects.bulk_create(
        PlanTransport(
            plan=plan,
            order=order,
            before=rows[move.before],
            after=rows[move.after],
            from_place=move.origin,
            to_place=move.target,
            depart=move.depart,
            arrive=move.arrive,
            cost=move.cost,
        )
        for move in offer.moves
    )
    _add_to_plan(order, offer, plan, due, slack)
    WorkOperation.objects.filter(lot__order=order).update(state=OperationState.RELEASED)


def _tightest(order: Order, offer: Offer) -> tuple[datetime, int]:
    """Return the date to keep of the line with the least slack, and that slack, minutes."""
    ends = offer.line_ends
    rows = [(order.due_to_keep(line.due), ends.get(line.number, offer.end)) for line in order.lines.all()]
    due, end = min(rows, key=lambda row: row[0] - row[1])
    return due, round((due - end).total_seconds() / 60)


def _add_to_plan(order: Order, offer: Offer, plan: Plan, due: datetime, slack: int) -> None:
    PlanOrder.objects.create(
        plan=plan,
        order=order,
        due=due,
        end=offer.end,
        tardiness_min=max(0, -slack),
        slack_min=slack,
        weight=max((lot.weight for lot in offer.work.lots), default=1.0),
        cost=offer.processing,
        transport_cost=offer.transport,
    )
    figures = plan.figures
    plan.figures = {
        **figures,
        "orders": figures["orders"] + 1,
        "operations": figures["operations"] + len(offer.slots),
        "transports": figures["transports"] + len(offer.moves),
        "cost": str(Decimal(figures["cost"]) + offer.processing),
        "transport_cost": str(Decimal(figures["transport_cost"]) + offer.transport),
        "added_by_promise": figures.get("added_by_promise", 0) + 1,
    }
    plan.order_versions = {**plan.order_versions, order.code: order.version}
    plan.horizon_end = max(plan.horizon_end, offer.end)
    plan.version += 1
    plan.save(update_fields=["figures", "order_versions", "horizon_end", "version"])


def _why_stale(wanted: Mapping[str, Any]) -> Text:
    if datetime.fromisoformat(wanted["begins"]) < plan_origin():
        return Text("承诺中的开工时间已过", "the time at which work had to begin has passed")
    return Text("承诺之后，机床已被其他订单占用", "other orders have taken the machines since")


def _stale(reason: Text) -> Conflict:
    return Conflict(reason, where="promise", fix=Text("重新询问交期后再接受", "ask for a new date, then accept"))
