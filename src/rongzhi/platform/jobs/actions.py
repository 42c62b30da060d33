"""Steering jobs: cancel, stop and keep, retry; and taking back the jobs of a worker that was lost."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import SYSTEM, Actor
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit
from rongzhi.platform.jobs import policy
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.jobs.queries import OPEN, job_for
from rongzhi.platform.jobs.run import start_job, worker_name

__all__ = ["cancel_job", "keep_best", "recover_lost_jobs", "retry_job", "start_job"]


@action
def cancel_job(actor: Actor, job_id: str | UUID) -> Job:
    """Cancel an open job: at once when it waits, at its next question when it runs; nothing is kept."""
    job = _locked(actor, job_id)
    _needs_open(job)
    job.wish = Job.Wish.CANCEL
    if job.state == JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, timezone.now()
    job.save(update_fields=["wish", "state", "finished_at"])
    emit(actor, "job.cancel-asked", f"job/{job.pk}", {"state": job.state}, organisation=job.organisation)
    return job


@action
def keep_best(actor: Actor, job_id: str | UUID) -> Job:
    """Ask a running job to stop and keep the best it has found so far."""
    job = _locked(actor, job_id)
    if job.state != JobState.RUNNING:
        raise Conflict(
            Text("任务没有在运行，没有可保留的结果", "the job is not running; there is nothing to keep"),
            where=f"job/{job.pk}",
        )
    if job.wish == Job.Wish.CANCEL:
        raise Conflict(Text("任务已被要求取消", "the job was already asked to cancel"), where=f"job/{job.pk}")
    job.wish = Job.Wish.KEEP
    job.save(update_fields=["wish"])
    emit(actor, "job.keep-asked", f"job/{job.pk}", {}, organisation=job.organisation)
    return job


@action
def retry_job(actor: Actor, job_id: str | UUID) -> Job:
    """Start a failed or cancelled job again, as a new job with the same task, once."""
    job = _locked(actor, job_id)
    if job.is_open or job.state == JobState.DONE:
        raise Conflict(
            Text("只能重试失败或已取消的任务", "only a failed or cancelled job can be retried"), where=f"job/{job.pk}"
        )
    waiting: Job | None = Job.objects.filter(retry_of=job, state__in=OPEN).first()
    if waiting is not None:
        return waiting
    return start_job(
        actor, job.kind, Text(job.title_zh, job.title_en), dict(job.params), subject=job.subject, retry_of=job
    )


def recover_lost_jobs() -> list[Job]:
    """Fail the running jobs whose worker has shown no life for a while; nothing is run again by itself."""
    limit = timezone.now() - timedelta(seconds=settings.JOB_LOST_AFTER_S)
    running = Job.objects.filter(state=JobState.RUNNING).select_related("organisation")
    return [job for job in running if (_is_silent(job, limit) or _has_died(job.worker)) and _give_up(job)]


def _is_silent(job: Job, limit: datetime) -> bool:
    return job.heartbeat_at is None or job.heartbeat_at < limit


def _has_died(worker: str) -> bool:
    """Whether a worker of this machine is certainly gone; only an embedded database says all workers are here."""
    host, _, number = worker.rpartition(":")
    if connection.vendor != "sqlite" or host != worker_name().rpartition(":")[0] or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _give_up(job: Job) -> bool:
    """Mark one job as lost, unless its worker showed life or another process did so first."""
    error = {
        "code": "worker-lost",
        "zh": "执行此任务的工作进程已中断",
        "en": "the worker was lost: the process that ran this job ended",
        "fix_zh": "点击“重试”重新运行；数据未受影响",
        "fix_en": "press Try again to run it again; no data was harmed",
    }
    with transaction.atomic():
        same = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, heartbeat_at=job.heartbeat_at)
        if not same.update(state=JobState.FAILED, finished_at=timezone.now(), error=error):
            return False
        data = {"kind": job.kind, "reason": "worker was lost", "worker": job.worker}
        emit(SYSTEM, "job.failed", f"job/{job.pk}", data, organisation=job.organisation)
    return True


def _locked(actor: Actor, job_id: str | UUID) -> Job:
    seen = job_for(actor, job_id)
    policy.may_steer(actor, seen).enforce()
    job: Job = Job.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=seen.pk)
    return job


def _needs_open(job: Job) -> None:
    if not job.is_open:
        raise Conflict(Text("任务已经结束", "the job has already ended"), where=f"job/{job.pk}")
