"""Running jobs: kinds are registered functions; a worker calls them and they report through their context."""

from __future__ import annotations

import os
import socket
import traceback
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db import DatabaseBackend

from rongzhi.kernel.errors import RongzhiError
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import SYSTEM, Actor
from rongzhi.platform.access.middleware import actor_within
from rongzhi.platform.access.policy import needs_login
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit
from rongzhi.platform.jobs.context import Cancelled, JobContext
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.plain import plain

__all__ = ["Cancelled", "JobContext", "job_kind", "run_job", "start_job", "worker_name"]

Handler = Callable[..., dict[str, Any]]
_KINDS: dict[str, Handler] = {}
IN_HAND: set[str] = set()  # jobs this process is really working on; only these show life


def job_kind(name: str) -> Callable[[Handler], Handler]:
    """Register a function as a kind of job; it gets a `JobContext` and the job's params, and returns a JSON result."""

    def register(handler: Handler) -> Handler:
        _KINDS[name] = handler
        return handler

    return register


@action
def start_job(
    actor: Actor,
    kind: str,
    title: Text,
    params: dict[str, Any],
    *,
    subject: str = "",
    organisation: Organisation | None = None,
    retry_of: Job | None = None,
) -> Job:
    """Queue a job for the actor's organisation; a worker takes it up once the change is committed."""
    needs_login(actor).enforce()
    if kind not in _KINDS:
        msg = f"no job kind {kind!r}; registered: {sorted(_KINDS)}"
        raise KeyError(msg)
    owner = actor.organisation or organisation
    if owner is None:
        msg = "a job of the system itself needs an organisation that may see it"
        raise ValueError(msg)
    job = Job.objects.create(
        organisation=owner,
        person=actor.person,
        roles=sorted(actor.roles),
        kind=kind,
        title_zh=title.zh[:200],
        title_en=title.en[:200],
        params=plain(params),
        subject=subject,
        retry_of=retry_of,
    )
    emit(actor, "job.started", f"job/{job.pk}", {"kind": kind, "subject": subject}, organisation=owner)
    if isinstance(run_job.get_backend(), DatabaseBackend):  # in the same transaction: no job is ever left without task
        run_job.enqueue(str(job.pk))
    else:
        transaction.on_commit(lambda: _enqueue(str(job.pk)))
    return job


def _enqueue(job_id: str) -> None:
    run_job.enqueue(job_id)


def worker_name() -> str:
    """Return the name of this process as a worker."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


@task()
def run_job(job_id: str) -> None:
    """Do one job; whatever happens, it ends in a final state with its reason."""
    worker, now = worker_name(), timezone.now()
    started = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING, started_at=now, heartbeat_at=now, worker=worker
    )
    if not started:
        return
    IN_HAND.add(job_id)
    try:
        _work(job_id)
    finally:
        IN_HAND.discard(job_id)


def _work(job_id: str) -> None:
    job = Job.objects.select_related("organisation", "person").get(pk=job_id)
    try:
        context = JobContext(job, _actor_of(job))
        context.should_stop()
        result = _KINDS[job.kind](context, **job.params)
        context.flush()
        _finish(job, JobState.DONE, result=plain(result or {}), progress=1.0)
    except Cancelled:
        _finish(job, JobState.CANCELLED)
    except RongzhiError as error:
        _finish(job, JobState.FAILED, error=_describe(error))
    except Exception as error:
        _finish(job, JobState.FAILED, error=_internal(error))
        raise


def _actor_of(job: Job) -> Actor:
    """Return who the job works for, with the roles they had then and still have."""
    if job.person is None:
        return SYSTEM
    actor = actor_within(job.person, job.organisation)
    if actor is None:
        return Actor(job.person, job.organisation)
    return Actor(job.person, job.organisation, actor.roles & frozenset(job.roles), is_admin=actor.is_admin)


def _internal(error: Exception) -> dict[str, Any]:
    detail = traceback.format_exc(limit=-8) if settings.DEBUG else type(error).__name__
    return {
        "code": "internal",
        "zh": "程序内部错误，已记录",
        "en": "an internal error, recorded",
        "fix_zh": "重试；若仍失败，请把任务编号告诉平台运营方",
        "fix_en": "try again; if it fails again, tell the operator the number of the job",
        "detail": detail,
    }


def _describe(error: RongzhiError) -> dict[str, Any]:
    findings = [
        {"code": finding.code, "where": finding.where, "zh": finding.message.zh, "en": finding.message.en}
        for finding in getattr(error, "findings", [])
    ]
    fix = error.fix or Text("", "")
    return {
        "code": error.code,
        "zh": error.message.zh,
        "en": error.message.en,
        "where": error.where,
        "fix_zh": fix.zh,
        "fix_en": fix.en,
        "findings": findings,
    }


def _finish(job: Job, state: JobState, **fields: Any) -> None:
    """End the job, unless it was taken from this worker meanwhile."""
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, worker=job.worker)
        if mine.update(state=state, finished_at=timezone.now(), **fields):
            emit(SYSTEM, f"job.{state.value}", f"job/{job.pk}", {"kind": job.kind}, organisation=job.organisation)
