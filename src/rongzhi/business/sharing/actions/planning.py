"""Planning over all factories: started as a job, kept as a draft only when the checker finds nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.models import Order, Plan, PlanningPreference, PlanState
from rongzhi.business.sharing.weights import checked_run, checked_weights
from rongzhi.kernel.errors import Conflict, Denied
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit
from rongzhi.platform.jobs.models import Job
from rongzhi.platform.jobs.run import start_job

if TYPE_CHECKING:
    from rongzhi.business.sharing.planner import Task
    from rongzhi.engines import scheduling


@action
def start_planning(
    actor: Actor,
    *,
    weights: Mapping[str, Any] | None = None,
    scope: Sequence[str] | None = None,
    time_limit_s: Any = None,
    seed: Any = None,
    frozen_until: datetime | None = None,
    base: Plan | None = None,
    idempotency_key: str = "",
) -> Job:
    """Start a planning run; without a base plan, changes are measured against the published one."""
    policy.may_plan(actor).enforce()
    kept = PlanningPreference.objects.filter(organisation=actor.organisation).first()
    findings = Findings()
    chosen = checked_weights({**(kept.weights if kept else {}), **(weights or {})}, findings)
    limit, start = checked_run(
        time_limit_s if time_limit_s is not None else kept.time_limit_s if kept else 20,
        seed if seed is not None else kept.seed if kept else 1,
        findings,
    )
    _check_scope(scope, findings)
    findings.raise_if_any()
    params = {
        "weights": chosen,
        "scope": list(scope) if scope is not None else None,
        "time_limit_s": limit,
        "seed": start,
        "frozen_until": frozen_until.isoformat() if frozen_until else None,
        "base": base.code if base else None,
    }
    title = Text("多工厂排产", "Planning over all factories")
    if not idempotency_key:
        return start_job(actor, "sharing.plan", title, params, subject="plans")
    from rongzhi.platform.actions import once

    content = repr(sorted(params.items(), key=lambda item: item[0]))
    return once(
        actor,
        "start_planning",
        idempotency_key,
        content,
        lambda: start_job(actor, "sharing.plan", title, params, subject="plans"),
    )


@action
def keep_draft(
    actor: Actor,
    task: Task,
    result: scheduling.Result,
    values: Mapping[str, float],
    *,
    organisation: Organisation,
    fields: Mapping[str, Any],
) -> Plan:
    """Store a verified plan as a draft, whole or not at all."""
    from rongzhi.business.sharing.planstore import fill_plan

    policy.may_plan(actor).enforce()
    found = result.plan
    if found is None:
        raise Conflict(Text("没有计划可保存", "there is no plan to keep"))
    origin = task.work.origin
    plan = Plan.objects.create(
        organisation=organisation,
        code=next_plan_code(),
        origin=origin,
        horizon_end=origin + timedelta(minutes=found.makespan),
        solver_status=str(result.status),
        total=result.total,
        values=dict(values),
        bound_name=result.bound.name if result.bound else "",
        bound_value=result.bound.value if result.bound else None,
        gap=result.gap,
        iterations=result.iterations,
        seconds=result.seconds,
        order_versions={code: order.version for code, order in task.orders.items()},
        basis=task.park.digest,
        created_by=actor.name,
        **fields,
    )
    plan.figures = fill_plan(plan, task, found)
    plan.save(update_fields=["figures"])
    emit(
        actor,
        "plan.made",
        f"plan/{plan.code}",
        {key: plan.figures[key] for key in ("orders", "operations", "late_orders")},
        organisation=organisation,
    )
    return plan


@action
def discard_plan(actor: Actor, plan: Plan) -> None:
    """Throw a draft away; nobody outside planning ever saw it."""
    kept = Plan.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=plan.pk).first()
    if kept is None:
        return
    policy.may_discard(actor, kept).enforce()
    code, owner = kept.code, kept.organisation
    kept.delete()
    emit(actor, "plan.discarded", f"plan/{code}", {}, organisation=owner)


@action
def set_preference(
    actor: Actor, *, weights: Mapping[str, Any], time_limit_s: Any = 20, seed: Any = 1
) -> PlanningPreference:
    """Remember how the operator plans unless a run says otherwise."""
    policy.may_prefer(actor).enforce()
    if actor.organisation is None:
        raise Denied(Text("系统没有偏好", "the system has no preferences"))
    findings = Findings()
    chosen = checked_weights(weights, findings)
    limit, start = checked_run(time_limit_s, seed, findings)
    findings.raise_if_any()
    kept, _ = PlanningPreference.objects.update_or_create(
        organisation=actor.organisation,
        defaults={
            "weights": chosen,
            "time_limit_s": limit,
            "seed": start,
            "changed_at": timezone.now(),
            "changed_by": actor.name,
        },
    )
    emit(actor, "planning.preference_set", "planning", {"weights": chosen})
    return kept


def next_plan_code() -> str:
    """Return the next number of a plan made today, ``P-261122-01``."""
    head = f"P-{timezone.localdate():%y%m%d}-"
    used = [
        int(code.removeprefix(head))
        for code in Plan.objects.filter(code__startswith=head).values_list("code", flat=True)
        if code.removeprefix(head).isdigit()
    ]
    return f"{head}{max(used, default=0) + 1:02d}"


def published_plan() -> Plan | None:
    """Return the published plan, or None before the first."""
    return Plan.objects.filter(state=PlanState.PUBLISHED).first()


def _check_scope(scope: Sequence[str] | None, findings: Findings) -> None:
    if scope is None:
        return
    known = set(Order.objects.filter(code__in=list(scope)).values_list("code", flat=True))
    for index, code in enumerate(scope):
        if code not in known:
            findings.error(
                "unknown-order",
                f"scope[{index}]",
                Text(f"没有订单“{code}”", f"there is no order '{code}'"),
                Text("改正订单号", "correct the order number"),
            )
