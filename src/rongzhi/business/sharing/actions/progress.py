"""Progress from the shop floor: each report once, in any order; the state follows from all reports together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions.reportcheck import KEY_LENGTH, Wish, check_beside
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
from rongzhi.elements.resources.models import Machine
from rongzhi.kernel.errors import Conflict, NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit


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
    corrects: str = "",
) -> ProgressReport:
    """Take one report of the factory that works; the same key again changes nothing, late reports find their place.

    ``corrects`` is the key of an earlier report of the operation that this one replaces; both are kept.
    """
    kept = _locked(operation)
    row = _planned(kept)
    maker = _maker_allowed(actor, kept, row, machine)
    wish = Wish(kind, at, good, scrap, machine, key, note)
    amounts = wish.amounts()
    wrong = _to_correct(kept, corrects)
    wanted = {
        "kind": kind, "at": at, "good": amounts[0], "scrap": amounts[1], "corrects": wrong,
        "machine_code": machine or (row.machine_code if row else ""),
    }  # fmt: skip
    name = key or f"{kind}:{at.isoformat()}:{amounts[0]}:{amounts[1]}{corrects and f':{corrects}'}"[:KEY_LENGTH]
    there: ProgressReport | None = ProgressReport.objects.filter(operation=kept, key=name).first()
    if there is not None:
        _same_or_conflict(there, wanted)
        return there
    if wrong is not None and hasattr(wrong, "corrected_by"):
        raise Conflict(
            Text("这次报工已被更正过", "this report was corrected already"),
            where="corrects",
            fix=Text("更正最新的那次报工", "correct the report that replaced it"),
        )
    others = [each for each in valid_reports([kept]) if each != wrong]
    check_beside(kept, wish, amounts, others, row.machine_code if row else "")
    report: ProgressReport = ProgressReport.objects.create(
        operation=kept, key=name, **wanted, source=source, note=note, reported_by=actor.name,
        organisation=maker or actor.organisation or kept.lot.order.organisation,
    )  # fmt: skip
    settle([kept])
    _tell(actor, report)
    return report


def _locked(operation: WorkOperation) -> WorkOperation:
    kept: WorkOperation | None = (
        WorkOperation.objects.select_for_update(of=("self",))
        .select_related("lot__order__organisation").filter(pk=operation.pk).first()
    )  # fmt: skip
    if kept is None:
        raise NotFound(Text(f"没有工序“{operation.code}”", f"there is no operation '{operation.code}'"))
    return kept


def _planned(operation: WorkOperation) -> PlanAssignment | None:
    rows = PlanAssignment.objects.filter(operation=operation, plan__state=PlanState.PUBLISHED)
    return rows.select_related("organisation").first()


def _maker_allowed(
    actor: Actor, operation: WorkOperation, row: PlanAssignment | None, machine: str
) -> Organisation | None:
    """Return whose work it is; nobody reports another's work, nor in the name of another factory's machine."""
    planned = row.organisation if row else None
    maker = _maker(machine) if machine else planned
    policy.may_report(actor, operation, planned if row else maker).enforce()
    if machine and maker is not None:
        policy.may_report(actor, operation, maker).enforce()
    return maker


def _to_correct(operation: WorkOperation, key: str) -> ProgressReport | None:
    if not key:
        return None
    rows = ProgressReport.objects.select_related("corrected_by").filter(operation=operation, key=key)
    found: ProgressReport | None = rows.first()
    if found is None:
        raise NotFound(
            Text(f"工序 {operation.code} 没有报工“{key}”", f"operation {operation.code} has no report '{key}'"),
            where="corrects",
        )
    return found


def _tell(actor: Actor, report: ProgressReport) -> None:
    """Put the report into the event log; a correction says what it replaces."""
    order, wrong = report.operation.lot.order, report.corrects
    verb = {"start": "started", "complete": "completed"}.get(report.kind, "counted")
    said: dict[str, Any] = {
        "operation": report.operation.code,
        "at": report.at.isoformat(),
        "good": str(report.good),
        "scrap": str(report.scrap),
    }
    if wrong is not None:
        before = {"kind": wrong.kind, "at": wrong.at.isoformat(), "good": str(wrong.good), "scrap": str(wrong.scrap)}
        said |= {"kind": report.kind, "key": report.key, "corrects": wrong.key, "before": before}
        verb = "corrected"
    emit(actor, f"operation.{verb}", f"order/{order.code}", said, organisation=order.organisation)


def valid_reports(operations: Iterable[WorkOperation]) -> QuerySet[ProgressReport]:
    """Return the reports that count, by time: those nothing corrects."""
    rows: QuerySet[ProgressReport] = ProgressReport.objects.filter(operation__in=operations, corrected_by=None)
    return rows.order_by("at", "id")


def is_start_reported(operation: WorkOperation) -> bool:
    """Return whether a start is reported; without one the earliest report counts as the start."""
    return valid_reports([operation]).filter(kind=ProgressKind.START).exists()


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
    for report in valid_reports(rows):
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
