"""Jobs over the API: what runs, how far it is, stopping and retrying."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from rongzhi.platform.jobs import actions
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.jobs.queries import job_for, jobs_for
from rongzhi.platform.rest import Page, Paging, needs, page_of

router = Router(tags=["jobs"])


class JobQuery(Paging):
    """Which jobs are wanted."""

    state: JobState | None = None
    kind: str = ""
    subject: str = ""


class JobLine(Schema):
    """A job in a list."""

    id: UUID
    kind: str
    title: str
    subject: str
    organisation: str
    state: str
    wish: str
    progress: float
    message: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @staticmethod
    def resolve_organisation(obj: Job) -> str:
        return obj.organisation.code


class JobOut(JobLine):
    """A job with its best so far, its result, or why it failed."""

    params: dict[str, Any]
    best: dict[str, Any]
    trace: list[Any]
    result: dict[str, Any]
    error: dict[str, Any]
    retry_of_id: UUID | None


@router.get("/jobs", response=Page[JobLine], summary="后台任务 / Background jobs")
def jobs(request: HttpRequest, query: Query[JobQuery]) -> dict[str, Any]:
    wanted = {"state": query.state, "kind": query.kind, "subject": query.subject}
    found = jobs_for(request.actor).filter(**{key: value for key, value in wanted.items() if value})  # type: ignore[attr-defined]
    return page_of(found, query)


@router.get("/jobs/{job_id}", response=JobOut, summary="一个任务 / One job")
def job(request: HttpRequest, job_id: UUID) -> Any:
    return job_for(request.actor, job_id)  # type: ignore[attr-defined]


@router.post("/jobs/{job_id}/cancel", response=JobOut, auth=needs("plan"), summary="取消任务 / Cancel a job")
def cancel(request: HttpRequest, job_id: UUID) -> Any:
    return actions.cancel_job(request.actor, job_id)  # type: ignore[attr-defined]


@router.post("/jobs/{job_id}/keep", response=JobOut, auth=needs("plan"), summary="停止并保留 / Stop and keep the best")
def keep(request: HttpRequest, job_id: UUID) -> Any:
    return actions.keep_best(request.actor, job_id)  # type: ignore[attr-defined]


@router.post("/jobs/{job_id}/retry", response={201: JobOut}, auth=needs("plan"), summary="重试任务 / Retry a job")
def retry(request: HttpRequest, job_id: UUID) -> Status[Any]:
    return Status(201, actions.retry_job(request.actor, job_id))  # type: ignore[attr-defined]
