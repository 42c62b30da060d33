"""Progress from the shop floor: each report once, in any order; the state follows from all reports together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import (
    OperationState,
    Order,
    OrderState,
    PlanAssignment,
    PlanState,
    ProgressKind,
    ProgressReport,
    ProgressSource,
    WorkOperation,
)
from rongzhi.business.sharing.orderbook import LARGEST
from rongzhi.elements.resources.models import Machine
from rongzhi.kernel.errors import Conflict, NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit

KEY_LENGTH, NOTE_LENGTH = 200, 300
CLOCKS_DIFFER = timedelta(minutes=5)  # shop-floor clocks may run ahead of ours by so much


@action
def report_progress(
    actor: Actor,
    operation: WorkOperation,
    kind: str,
    *,
    at: datetime,
    good: Any = 0,
    scrap: Any = 0,
    machine: str = "",
    source: str = ProgressSource.PERSON,
    key: str = "",
    note: str = "",
) -> ProgressReport:
    """Take one report of the factory that works; the same key again changes nothing, late reports find their place."""
    kept = (
        WorkOperation.objects.select_for_update(of=("self",))
        .select_related("lot__order__organisation").filter(pk=operation.pk).first()
    )  # fmt: skip
    if kept is None:
        raise NotFound(Text(f"没有工序“{operation.code}”", f"there is no operation '{operation.code}'"))
    row = PlanAssignment.objects.filter(operation=kept, plan__state=PlanState.PUBLISHED).select_related(
        "organisation"
    ).first()  # fmt: skip
    maker = _maker(machine) if machine else row.organisation if row else None
    policy.may_report(actor, kept, row.organisation if row else maker).enforce()
    if machine and maker is not None:  # nobody reports in the name of another factory's machine
        policy.may_report(actor, kept, maker).enforce()
    findings = Findings()
    for name, text, most in (("key", key, KEY_LENGTH), ("note", note, NOTE_LENGTH)):
        if len(text) > most:
            findings.error(
                "too-long",
                name,
                Text(f"有 {len(text)} 个字符，最多 {most} 个", f"{len(text)} characters, at most {most} are kept"),
                Text("写短一些", "make it shorter"),
            )
    findings.raise_if_any()
    amounts = _checked(kept, kind=kind, at=at, good=good, scrap=scrap, machine=machine)
    wanted = {
        "kind": kind, "at": at, "good": amounts[0], "scrap": amounts[1],
        "machine_code": machine or (row.machine_code if row else ""),
    }  # fmt: skip
    name = key or f"{kind}:{at.isoformat()}:{amounts[0]}:{amounts[1]}"
    report, is_new = ProgressReport.objects.get_or_create(
        operation=kept,
        key=name,
        defaults={
            **wanted,
            "source": source,
            "note": note,
            "organisation": maker or actor.organisation or kept.lot.order.organisation,
            "reported_by": actor.name,
        },
    )
    if not is_new:
        _same_or_conflict(report, wanted)
        return report
    settle([kept])
    emit(
        actor,
        f"operation.{ {'start': 'started', 'complete': 'completed'}.get(kind, 'counted') }",
        f"order/{kept.lot.order.code}",
        {"operation": kept.code, "at": at.isoformat(), "good": str(amounts[0]), "scrap": str(amounts[1])},
        organisation=kept.lot.order.organisation,
    )
    return report


@action
def store_reports(actor: Actor, reports: Sequence[ProgressReport]) -> int:
    """Take many reports of a replay at once; those already there are left as they are; return how many are new."""
    policy.may_replay(actor).enforce()
    touched = {report.operation_id for report in reports}
    there = set(ProgressReport.objects.filter(operation__in=touched).values_list("operation", "key"))
    fresh = [report for report in reports if (report.operation_id, report.key) not in there]
    ProgressReport.objects.bulk_create(fresh, batch_size=500)
    changed = {report.operation_id for report in fresh}
    settle(list(WorkOperation.objects.filter(pk__in=changed).select_related("lot__order")))
    return len(fresh)


def settle(operations: Iterable[WorkOperation]) -> None:
    """Recompute operations, then their orders, from all reports; what came late changes nothing but what it says."""
    rows = list(operations)
    reports: dict[int, list[ProgressReport]] = {}
    for report in ProgressReport.objects.filter(operation__in=rows).order_by("at", "id"):
        reports.setdefault(report.operation_id, []).append(report)
    for row in rows:
        _settle_one(row, reports.get(row.pk, []))
    WorkOperation.objects.bulk_update(
        rows,
        ["state", "actual_machine", "actual_start", "actual_end", "good_quantity", "scrap_quantity"],
        batch_size=300,
    )
    _settle_orders({row.lot.order_id for row in rows})


def _settle_one(row: WorkOperation, reports: list[ProgressReport]) -> None:
    ends = [report for report in reports if report.kind == ProgressKind.COMPLETE]
    if not reports:
        return
    row.good_quantity = sum((report.good for report in reports), Decimal(0))
    row.scrap_quantity = sum((report.scrap for report in reports), Decimal(0))
    row.actual_start = reports[0].at
    named = [report.machine_code for report in reports if report.machine_code]
    row.actual_machine = named[0] if named else row.actual_machine
    row.actual_end = max(report.at for report in ends) if ends else None
    row.state = OperationState.DONE if ends else OperationState.RUNNING


def _settle_orders(keys: set[int]) -> None:
    for order in Order.objects.filter(pk__in=keys).exclude(state=OrderState.CANCELLED):
        states = set(
            WorkOperation.objects.filter(lot__order=order, is_current=True).values_list("state", flat=True).distinct()
        )
        if states == {OperationState.DONE}:
            state = OrderState.DONE
        elif states & {OperationState.RUNNING, OperationState.DONE}:
            state = OrderState.IN_PROGRESS
        else:
            continue
        if order.state != state:
            Order.objects.filter(pk=order.pk).update(state=state)


def _checked(
    operation: WorkOperation, *, kind: str, at: datetime, good: Any, scrap: Any, machine: str
) -> tuple[Decimal, Decimal]:
    findings = Findings()
    if kind not in ProgressKind.values:
        findings.error(
            "not-an-option",
            "kind",
            Text(f"“{kind}”不是报工类型", f"'{kind}' is not a kind of report"),
            Text("用 start、quantity 或 complete", "use start, quantity or complete"),
        )
    amounts = [_amount(value, name, findings) for name, value in (("good", good), ("scrap", scrap))]
    if at > park_now() + CLOCKS_DIFFER:
        findings.error(
            "in-the-future",
            "at",
            Text(f"报工时间 {at:%Y-%m-%d %H:%M} 还没有到", f"{at:%Y-%m-%d %H:%M} is yet to come"),
            Text("填写实际发生的时间", "give the time at which it happened"),
        )
    if machine and not Machine.objects.filter(code=machine).exists():
        findings.error(
            "unknown-machine",
            "machine",
            Text(f"没有机床“{machine}”", f"there is no machine '{machine}'"),
            Text("改正机床代码", "correct the machine code"),
        )
    if sum(amounts) > operation.quantity * 10:
        findings.error(
            "too-many",
            "good",
            Text(
                f"报数 {sum(amounts):f} 远超批量 {operation.quantity:f}",
                f"{sum(amounts):f} reported is far more than the lot of {operation.quantity:f}",
            ),
            Text("检查数量", "check the quantity"),
        )
    findings.raise_if_any()
    return amounts[0], amounts[1]


def _amount(value: Any, name: str, findings: Findings) -> Decimal:
    try:
        number = Decimal(str(value or 0))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0 or number > LARGEST:
        findings.error(
            "bad-quantity",
            name,
            Text(f"数量 {value} 无效", f"the quantity {value} is not valid"),
            Text("填写不小于 0 的数", "enter 0 or more"),
        )
        return Decimal(0)
    return number.quantize(Decimal("0.000001"))


def _maker(machine: str) -> Organisation | None:
    found = Machine.objects.filter(code=machine).select_related("work_centre__factory__organisation").first()
    return found.work_centre.factory.organisation if found else None


def _same_or_conflict(report: ProgressReport, wanted: dict[str, Any]) -> None:
    if any(getattr(report, name) != value for name, value in wanted.items()):
        raise Conflict(
            Text("同一报工键已用于另一内容", "this report key was used for another content"),
            where="key",
            fix=Text("为新报工使用新的键", "use a new key for a new report"),
        )
