"""Who may do what with orders, plans, promises and progress, with the reason when not."""

from __future__ import annotations

from rongzhi.business.sharing.models import Order, OrderState, Plan, PlanState, WorkOperation
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import ALLOW, Verdict, all_of, deny, needs_login, needs_role, needs_scope
from rongzhi.platform.accounts.models import Organisation, Role

CLOSED_STATES = (OrderState.DONE, OrderState.CANCELLED)


def may_order(actor: Actor, organisation: Organisation | None = None) -> Verdict:
    """Customers, providers and factories order for themselves; the operator takes orders for anybody."""
    verdict = all_of(
        needs_role(actor, Role.OPERATOR, Role.CUSTOMER, Role.PROVIDER, Role.FACTORY), needs_scope(actor, "write")
    )
    if not verdict or actor.is_operator or organisation is None or organisation == actor.organisation:
        return verdict
    return deny("只能以本单位名义下单", "you order for your own organisation only")


def may_edit_order(actor: Actor, order: Order) -> Verdict:
    """The customer and the operator change an order until work on it begins."""
    verdict = may_order(actor, order.organisation)
    if not verdict:
        return verdict
    if order.state in CLOSED_STATES:
        return deny("订单已结束，不能更改", "the order is closed and cannot be changed")
    if order.state == OrderState.IN_PROGRESS:
        if actor.is_operator:
            return deny(
                "订单已开工，不能更改；未开工的工序可重新排产", "work has begun; what has not begun can be planned anew"
            )
        return deny("订单已开工，不能更改；请联系平台运营方", "work has begun; ask the operator of the platform")
    return ALLOW


def may_cancel_order(actor: Actor, order: Order) -> Verdict:
    """The customer and the operator cancel an order until work on it begins."""
    return may_edit_order(actor, order)


def may_plan(actor: Actor) -> Verdict:
    """Only the operator plans over all factories."""
    return all_of(needs_role(actor, Role.OPERATOR), needs_scope(actor, "plan"))


def may_publish(actor: Actor, plan: Plan) -> Verdict:
    """Only the operator publishes, and only drafts."""
    verdict = may_plan(actor)
    if verdict and plan.state == PlanState.SUPERSEDED:
        return deny("计划已被取代，不能发布", "the plan was superseded and cannot be published")
    return verdict


def may_discard(actor: Actor, plan: Plan) -> Verdict:
    """Only drafts are discarded; what was published stays as history."""
    verdict = may_plan(actor)
    if verdict and plan.state != PlanState.DRAFT:
        return deny("已发布的计划不能丢弃", "a published plan stays as history")
    return verdict


def may_promise(actor: Actor) -> Verdict:
    """Whoever may order may ask what could be promised."""
    return all_of(
        needs_role(actor, Role.OPERATOR, Role.CUSTOMER, Role.PROVIDER, Role.FACTORY), needs_scope(actor, "write")
    )


def may_report(actor: Actor, operation: WorkOperation, organisation: Organisation | None) -> Verdict:
    """The factory the published plan gave the work to reports it; the operator may for anybody."""
    verdict = all_of(needs_role(actor, Role.OPERATOR, Role.FACTORY), needs_scope(actor, "write"))
    if not verdict or actor.is_operator:
        return verdict
    if organisation is not None and organisation == actor.organisation:
        return ALLOW
    return deny(f"工序 {operation.code} 没有派给本厂", f"operation {operation.code} is not given to your factory")


def may_replay(actor: Actor) -> Verdict:
    """Only the operator replays the sample's history."""
    return may_plan(actor)


def may_prefer(actor: Actor) -> Verdict:
    """Planning preferences belong to the operator."""
    return may_plan(actor)


def may_read(actor: Actor) -> Verdict:
    """Members read what is theirs."""
    return all_of(needs_login(actor), needs_scope(actor, "read"))
