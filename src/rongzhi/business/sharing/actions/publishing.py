"""Publishing: one plan at a time holds for everybody; a draft that no longer fits the present is refused."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.models import (
    OperationState,
    Order,
    OrderState,
    Plan,
    PlanAssignment,
    PlanOrder,
    PlanState,
    Promise,
    PromiseState,
    WorkOperation,
)
from rongzhi.business.sharing.models.orders import LIVE_STATES
from rongzhi.elements.resources.models import Machine, Park
from rongzhi.kernel.errors import Conflict, NotFound, RongzhiError
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit


class OutOfDate(Conflict):
    """The draft no longer fits the present; ``findings`` says where."""

    code = "plan-out-of-date"

    def __init__(self, plan: Plan, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        count = len(self.findings)
        first = self.findings[0].message
        RongzhiError.__init__(
            self,
            Text(
                f"计划 {plan.code} 与现状有 {count} 处不符：{first.zh}",
                f"plan {plan.code} no longer fits the present in {count} places: {first.en}",
            ),
            where=f"plan/{plan.code}",
            fix=Text("重新排产后再发布", "plan again, then publish"),
        )


@action
def publish_plan(actor: Actor, plan: Plan, *, version: int | None = None, replacing: str | None = None) -> Plan:
    """Publish a draft: of two people one wins, and what changed since the draft was made is a conflict.

    ``replacing`` is the published plan the person saw when deciding ("" for none); None does not ask.
    """
    policy.may_plan(actor).enforce()
    take_turns()
    kept: Plan | None = Plan.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=plan.pk).first()
    if kept is None:
        raise NotFound(Text(f"没有计划“{plan.code}”", f"there is no plan '{plan.code}'"))
    current = Plan.objects.filter(state=PlanState.PUBLISHED).first()
    _check_race(kept, current, version, replacing)
    policy.may_publish(actor, kept).enforce()
    findings = present_findings(kept)
    if not findings.is_clean:
        raise OutOfDate(kept, findings)
    now = timezone.now()
    if current is not None:
        Plan.objects.filter(pk=current.pk).update(state=PlanState.SUPERSEDED, version=current.version + 1)
    kept.state, kept.published_at, kept.published_by = PlanState.PUBLISHED, now, actor.name
    kept.version += 1
    kept.save(update_fields=["state", "published_at", "published_by", "version"])
    _dispatch(kept)
    _tell(actor, kept, current)
    return kept


def present_findings(plan: Plan) -> Findings:
    """Return what changed since a plan was made so that it no longer fits: orders, machines, work elsewhere."""
    findings = Findings()
    _check_orders(plan, findings)
    _check_missing(plan, findings)
    _check_machines(plan, findings)
    _check_progress(plan, findings)
    return findings


def take_turns() -> None:
    """Let those who change what the machines are held for pass one after the other, whatever the database."""
    Park.objects.get_or_create(pk=1, defaults={"name_zh": "园区网络", "name_en": "Park network"})
    Park.objects.select_for_update().get(pk=1)


def _check_race(plan: Plan, current: Plan | None, version: int | None, replacing: str | None) -> None:
    if plan.state == PlanState.PUBLISHED:
        raise _published_by(plan, f"计划 {plan.code} 已", f"plan {plan.code} was already")
    if current is not None and replacing is not None and replacing != current.code:
        raise _published_by(current, f"另一计划 {current.code} 已", f"another plan, {current.code}, was")
    if current is None and replacing:
        raise Conflict(Text(f"计划 {replacing} 已不是现行计划", f"plan {replacing} is no longer the published one"))
    if version is not None and plan.version != version:
        raise Conflict(
            Text(f"计划 {plan.code} 已被更改", f"plan {plan.code} was changed"),
            where="version",
            fix=Text("刷新后再试", "reload and try again"),
        )


def _published_by(plan: Plan, zh: str, en: str) -> Conflict:
    who, when = plan.published_by, f"{timezone.localtime(plan.published_at):%Y-%m-%d %H:%M}"
    return Conflict(
        Text(f"{zh}由 {who} 于 {when} 发布", f"{en} published by {who} at {when}"),
        where=f"plan/{plan.code}",
        fix=Text("先与现行计划比较，再决定", "compare with the published plan first, then decide"),
    )


def _check_orders(plan: Plan, findings: Findings) -> None:
    now = {row.code: row for row in Order.objects.filter(code__in=plan.order_versions)}
    for code, version in plan.order_versions.items():
        order = now.get(code)
        if order is None or order.state not in (*LIVE_STATES, OrderState.DONE):
            message = Text(f"订单 {code} 已取消", f"order {code} was cancelled")
        elif order.version != version:
            message = Text(
                f"订单 {code} 已改为第 {order.version} 版（排产时为第 {version} 版）",
                f"order {code} is now version {order.version} (version {version} was planned)",
            )
        else:
            continue
        findings.error("order-changed", f"order/{code}", message, Text("重新排产", "plan again"))


def _check_missing(plan: Plan, findings: Findings) -> None:
    """No order in the present plan, and no date accepted since the draft was made, is dropped without a word.

    Orders the planning itself left out, because nobody can do them, are told there and do not hold a plan up.
    """
    told = {*plan.order_versions, *plan.figures.get("left_out", {})}
    live = Order.objects.filter(state__in=LIVE_STATES).exclude(code__in=told).order_by("code")
    promised = Promise.objects.filter(state=PromiseState.ACCEPTED, order__in=live).values("order")
    present = PlanOrder.objects.filter(plan__state=PlanState.PUBLISHED).exclude(plan=plan).values("order")
    fix = Text("重新排产，把它排进去", "plan again, so that it is in")
    for order in live.filter(Q(pk__in=promised) | Q(pk__in=present)):
        code, where = order.code, f"order/{order.code}"
        if order.promised_at is None:
            message = Text(
                f"订单 {code} 在现行计划中，这份草案中没有它",
                f"order {code} is in the present plan and missing in this draft",
            )
            findings.error("order-missing", where, message, fix)
        else:
            date = f"{timezone.localtime(order.promised_at):%Y-%m-%d %H:%M}"
            message = Text(
                f"订单 {code} 已承诺 {date} 交货并留有产能，这份草案中没有它",
                f"order {code} is promised for {date} with capacity kept, and missing in this draft",
            )
            findings.error("promise-missing", where, message, fix)


def _check_machines(plan: Plan, findings: Findings) -> None:
    used = set(
        PlanAssignment.objects.filter(plan=plan)
        .exclude(operation__state=OperationState.DONE)
        .values_list("machine_code", flat=True)
    )
    there = set(
        Machine.objects.filter(
            code__in=used, is_active=True, work_centre__is_active=True, work_centre__factory__is_active=True
        ).values_list("code", flat=True)
    )
    for code in sorted(used - there):
        count = PlanAssignment.objects.filter(plan=plan, machine_code=code).count()
        findings.error(
            "machine-gone",
            f"machine/{code}",
            Text(
                f"机床 {code} 已停用或删除，计划在其上安排了 {count} 道工序",
                f"machine {code} is out of use or gone; the plan puts {count} operations on it",
            ),
            Text("恢复该机床，或重新排产", "put the machine back, or plan again"),
        )


def _check_progress(plan: Plan, findings: Findings) -> None:
    rows = PlanAssignment.objects.filter(
        plan=plan, is_pinned=False, operation__state__in=[OperationState.RUNNING, OperationState.DONE]
    ).select_related("operation")
    for row in rows:
        if row.operation.actual_machine and row.operation.actual_machine != row.machine_code:
            code, there = row.operation.code, row.operation.actual_machine
            findings.error(
                "work-elsewhere",
                f"operation/{code}",
                Text(
                    f"工序 {code} 已在机床 {there} 开工，计划为 {row.machine_code}",
                    f"operation {code} has begun on machine {there}, planned on {row.machine_code}",
                ),
                Text("重新排产", "plan again"),
            )


def _dispatch(plan: Plan) -> None:
    """Release the plan's operations to the factories and mark its orders planned."""
    planned = PlanAssignment.objects.filter(plan=plan)
    WorkOperation.objects.filter(state=OperationState.RELEASED).exclude(pk__in=planned.values("operation")).update(
        state=OperationState.PLANNED
    )
    WorkOperation.objects.filter(pk__in=planned.values("operation"), state=OperationState.PLANNED).update(
        state=OperationState.RELEASED
    )
    Order.objects.filter(state=OrderState.PLANNED).exclude(code__in=plan.order_versions).update(state=OrderState.OPEN)
    Order.objects.filter(code__in=plan.order_versions, state=OrderState.OPEN).update(state=OrderState.PLANNED)


def _tell(actor: Actor, plan: Plan, former: Plan | None) -> None:
    """Write the events: one for the plan, one for each factory and each customer with only what is theirs."""
    operations: dict[int, int] = {}
    planned = PlanAssignment.objects.filter(plan=plan, organisation__isnull=False)
    for key in planned.values_list("organisation", flat=True):
        operations[key] = operations.get(key, 0) + 1
    orders: dict[int, list[str]] = {}
    for key, code in Order.objects.filter(code__in=plan.order_versions).values_list("organisation", "code"):
        orders.setdefault(key, []).append(code)
    parties = Organisation.objects.in_bulk([*operations, *orders])
    subject = f"plan/{plan.code}"
    replaced = {"replacing": former.code if former else None, "late_orders": plan.figures.get("late_orders")}
    emit(actor, "plan.published", subject, replaced, organisation=plan.organisation)
    for key, count in operations.items():
        emit(actor, "work.dispatched", subject, {"operations": count}, organisation=parties[key])
    for key, codes in orders.items():
        emit(actor, "orders.planned", subject, {"orders": codes}, organisation=parties[key])
