"""Progress from the shop floor, the work of a factory, and the replay of the sample."""
# Annotations are evaluated here.

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from rongzhi.business.sharing.actions import progress, replaying
from rongzhi.business.sharing.api import schemas as s
from rongzhi.business.sharing.api.orders import actor_of
from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import ParkClock, ProgressReport, ProgressSource
from rongzhi.business.sharing.queries.orders import find_operation
from rongzhi.platform.rest import Page, Paging, idempotency_key, needs, page_of

router = Router()


class ReportQuery(Paging):
    """Which reports are wanted."""

    order: str = ""
    operation: str = ""


@router.get("/reports", response=Page[s.ReportOut], summary="报工记录 / Progress reports")
def list_reports(request: HttpRequest, query: Query[ReportQuery]) -> dict[str, Any]:
    rows = (
        ProgressReport.objects.visible_to(actor_of(request))
        .select_related("operation", "corrects")
        .order_by("-at", "-pk")
    )
    if query.order:
        rows = rows.filter(operation__lot__order__code=query.order)
    if query.operation:
        rows = rows.filter(operation__code=query.operation)
    return page_of(rows, query)


@router.post("/reports", response={201: s.ReportOut}, summary="报工 / Report progress")
def report(request: HttpRequest, body: s.ReportIn) -> Any:
    actor = actor_of(request)
    made = progress.report_progress(
        actor,
        find_operation(actor, body.operation),
        body.kind,
        at=body.at,
        good=body.good,
        scrap=body.scrap,
        machine=body.machine,
        source=ProgressSource.API,
        key=body.key or idempotency_key(request),
        note=body.note,
        corrects=body.corrects,
    )
    return Status(201, ProgressReport.objects.select_related("operation", "corrects").get(pk=made.pk))


@router.post("/replay", response={202: s.JobRef}, auth=needs("plan"), summary="重放日志 / Replay the sample's log")
def replay(request: HttpRequest, body: s.ReplayIn) -> Any:
    actor = actor_of(request)
    job = replaying.start_replay(actor, until=body.until, hours_per_second=body.hours_per_second)
    job.refresh_from_db()
    return Status(202, job)


@router.get("/clock", response=s.ClockOut, summary="园区时间 / The park's clock")
def clock(request: HttpRequest) -> Any:  # noqa: ARG001
    kept = ParkClock.objects.filter(pk=1).first()
    return {"now": park_now(), "log_start": kept.log_start if kept else None}
