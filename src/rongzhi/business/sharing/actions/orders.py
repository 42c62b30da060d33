"""Taking, changing and cancelling orders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import Order, OrderLine, OrderState, WorkLot
from rongzhi.business.sharing.orderbook import check_texts, read_orders
from rongzhi.business.sharing.park import load_park
from rongzhi.elements.resources.models import Item
from rongzhi.kernel.errors import Conflict, NotFound
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model import production
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action, once
from rongzhi.platform.events.log import emit
from rongzhi.platform.plain import plain


@action
def create_order(
    actor: Actor,
    data: Mapping[str, Any],
    *,
    organisation: Organisation | None = None,
    is_draft: bool = False,
    idempotency_key: str = "",
) -> Order:
    """Take an order for the actor's organisation (the operator: for any); an empty code gets the next number."""
    owner = _owner(actor, organisation)
    policy.may_order(actor, owner).enforce()

    def make() -> Order:
        code = str(data.get("code") or "") or next_code()
        label = str(data.get("customer_label") or "")
        body = {key: value for key, value in data.items() if key not in {"code", "customer_label"}} | {"code": code}
        documents, findings = read_orders([body], actor, park_now())
        checked = _own_places(findings)
        check_texts(checked, "", {"customer_label": label})
        checked.extend(_taken_codes([code]))
        checked.raise_if_any()
        order = store_orders(actor, owner, documents, is_draft=is_draft, labels={code: label})[0]
        emit(actor, "order.created", f"order/{code}", {"lines": len(documents[0].lines)}, organisation=owner)
        return order

    content = json.dumps(plain({"data": dict(data), "owner": owner.code, "draft": is_draft}), sort_keys=True)
    return once(actor, "create_order", idempotency_key, content, make)


@action
def update_order(actor: Actor, order: Order, data: Mapping[str, Any], *, version: int) -> Order:
    """Change an order that no work has begun on; it is decomposed anew and planned at the next planning."""
    kept = _locked(actor, order)
    policy.may_edit_order(actor, kept).enforce()
    if kept.version != version:
        raise _changed_meanwhile(kept)
    body = {key: value for key, value in data.items() if key != "customer_label"} | {"code": kept.code}
    label = str(data.get("customer_label", kept.customer_label) or "")
    documents, findings = read_orders([body], actor, park_now())
    checked = _own_places(findings)
    check_texts(checked, "", {"customer_label": label})
    checked.raise_if_any()
    document = documents[0]
    kept.lines.all().delete()
    _fill(kept, document, label)
    kept.version, kept.decomposition_basis = kept.version + 1, ""
    kept.state = OrderState.OPEN if kept.state == OrderState.DRAFT else kept.state
    kept.changed_at, kept.changed_by = timezone.now(), actor.name
    kept.save()
    _add_lines([(kept, document)], actor)
    emit(actor, "order.changed", f"order/{kept.code}", {"version": kept.version}, organisation=kept.organisation)
    return kept


@action
def submit_order(actor: Actor, order: Order) -> Order:
    """Turn a draft into an order that planning takes."""
    kept = _locked(actor, order)
    policy.may_edit_order(actor, kept).enforce()
    if kept.state != OrderState.DRAFT:
        return kept
    kept.state, kept.changed_at, kept.changed_by = OrderState.OPEN, timezone.now(), actor.name
    kept.save(update_fields=["state", "changed_at", "changed_by"])
    emit(actor, "order.submitted", f"order/{kept.code}", {}, organisation=kept.organisation)
    return kept


@action
def cancel_order(actor: Actor, order: Order, *, reason: str = "", version: int | None = None) -> Order:
    """Cancel an order no work has begun on; its place in the published plan falls free at the next planning."""
    kept = _locked(actor, order)
    if kept.state == OrderState.CANCELLED:
        return kept
    policy.may_cancel_order(actor, kept).enforce()
    if version is not None and kept.version != version:
        raise _changed_meanwhile(kept)
    kept.state, kept.version = OrderState.CANCELLED, kept.version + 1
    kept.changed_at, kept.changed_by = timezone.now(), actor.name
    kept.save(update_fields=["state", "version", "changed_at", "changed_by"])
    WorkLot.objects.filter(order=kept).update(is_current=False)
    emit(actor, "order.cancelled", f"order/{kept.code}", {"reason": reason[:500]}, organisation=kept.organisation)
    return kept


def next_code() -> str:
    """Return the next free order number of today, ``SO-261122-0001``."""
    head = f"SO-{timezone.localdate():%y%m%d}-"
    used = set(Order.objects.filter(code__startswith=head).values_list("code", flat=True))
    number = len(used) + 1
    while f"{head}{number:04d}" in used:  # somebody chose a number of this form
        number += 1
    return f"{head}{number:04d}"


def store_orders(
    actor: Actor,
    owner: Organisation,
    documents: Iterable[production.Order],
    *,
    is_draft: bool = False,
    labels: Mapping[str, str] | None = None,
) -> list[Order]:
    """Write checked orders; the caller's transaction and event surround it."""
    pairs: list[tuple[Order, production.Order]] = []
    for document in documents:
        order = Order(
            organisation=owner,
            code=document.code,
            state=OrderState.DRAFT if is_draft else OrderState.OPEN,
            created_by=actor.name,
            changed_by=actor.name,
        )
        _fill(order, document, (labels or {}).get(document.code, ""))
        pairs.append((order, document))
    Order.objects.bulk_create([order for order, _ in pairs])
    _add_lines(pairs, actor)
    return [order for order, _ in pairs]


def _fill(order: Order, document: production.Order, label: str) -> None:
    order.customer_label = label[:120]
    order.priority = document.priority
    order.required_certificates = list(document.required_certificates)
    order.preferred_factories = list(document.preferred_factories)
    order.excluded_factories = list(document.excluded_factories)
    order.is_single_factory = document.is_single_factory
    order.note = document.note[:500]
    order.due = min(line.due for line in document.lines)


def _check_makeable(pairs: list[tuple[Order, production.Order]]) -> None:
    """Refuse what nobody could plan: one such order would stop the planning of all."""
    park, findings = load_park(), Findings()
    for order, document in pairs:
        head = f"{order.code}." if len(pairs) > 1 else ""
        for at, line in enumerate(document.lines):
            missing = "、".join(park.unfinished(line.item)[:5])
            if missing:
                findings.error(
                    "no-routing",
                    f"{head}lines[{at}].item",
                    Text(f"{missing} 还没有工艺路线", f"{missing}: no routing yet"),
                    Text("先登记工艺路线，或改为外购", "add a routing, or mark the item as bought"),
                )
    findings.raise_if_any()


def _add_lines(pairs: list[tuple[Order, production.Order]], actor: Actor) -> None:
    _check_makeable(pairs)
    codes = {line.item for _, document in pairs for line in document.lines}
    items = {item.code: item for item in Item.objects.visible_to(actor).filter(code__in=codes)}
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            number=line.number,
            item=items[line.item],
            quantity=line.quantity,
            unit=line.unit,
            due=line.due,
            earliest_start=line.earliest_start,
        )
        for order, document in pairs
        for line in document.lines
    )


def _owner(actor: Actor, organisation: Organisation | None) -> Organisation:
    owner = organisation or actor.organisation
    if owner is None:
        raise NotFound(
            Text("没有说明订单属于哪个单位", "it is not said whose order it is"),
            where="organisation",
            fix=Text("填写客户单位", "name the customer's organisation"),
        )
    return owner


def _locked(actor: Actor, order: Order) -> Order:
    found: Order | None = (
        Order.objects.visible_to(actor).select_for_update(of=("self",)).select_related("organisation")
        .filter(pk=order.pk).first()
    )  # fmt: skip
    if found is None:
        raise NotFound(Text(f"没有订单“{order.code}”", f"there is no order '{order.code}'"))
    return found


def _changed_meanwhile(order: Order) -> Conflict:
    who, when = order.changed_by, f"{timezone.localtime(order.changed_at):%Y-%m-%d %H:%M}"
    return Conflict(
        Text(
            f"订单 {order.code} 已被 {who} 于 {when} 更改（现为第 {order.version} 版）",
            f"order {order.code} was changed by {who} at {when} (now version {order.version})",
        ),
        where="version",
        fix=Text("打开最新内容后再改", "open it again and repeat your change"),
    )


def _own_places(findings: Findings) -> Findings:
    """Findings of a single order are said from the order's own root: ``lines[0].due``."""
    return Findings(
        Finding(each.code, each.where.removeprefix("orders[0]").lstrip("."), each.message, each.fix, each.severity)
        for each in findings
    )


def _taken_codes(codes: Iterable[str]) -> list[Finding]:
    return [taken_code(code) for code in Order.objects.filter(code__in=list(codes)).values_list("code", flat=True)]


def taken_code(code: str, where: str = "code") -> Finding:
    """Return the finding that an order number is in use."""
    return Finding(
        "duplicate",
        where,
        Text(f"订单号“{code}”已被使用", f"the order number '{code}' is in use"),
        Text("换一个订单号，或留空由平台编号", "use another number, or leave it empty"),
    )
