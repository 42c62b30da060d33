"""Running jobs: kinds are registered functions; a worker calls them and they report through their context."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from rongzhi.kernel.errors import RongzhiError
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import SYSTEM, Actor
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit
from rongzhi.platform.jobs.models import Job, JobState

Handler = Callable[..., dict[str, Any]]
_KINDS: dict[str, Handler] = {}


class Cancelled(Exception):
    """A person cancelled the job; raised inside its handler."""


def job_kind(name: str) -> Callable[[Handler], Handler]:
    """Register a function as a kind of job; it gets a `JobContext` and the job's params, and returns a JSON result."""

    def register(handler: Handler) -> Handler:
        _KINDS[name] = handler
        return handler

    return register


class JobContext:
    """What a running job may say and ask; writes at most a few times a second."""

    def __init__(self, job: Job, actor: Actor) -> None:
        self.job = job
        self.actor = actor
        self._next_write = 0.0
        self._wish = job.wish

    def report(self, fraction: float, message: Text, best: dict[str, Any] | None = None) -> None:
        """Tell how far the work is, in words, with the best figures so far."""
        now = time.monotonic()
        if now < self._next_write and fraction < 1:
            return
        self._next_write = now + 0.3
        fields: dict[str, Any] = {
            "progress": min(max(fraction, 0.0), 1.0),
            "message_zh": message.zh[:300],
            "message_en": message.en[:300],
            "heartbeat_at": timezone.now(),
        }
        if best is not None:
            fields["best"] = best
            self.job.trace = [*self.job.trace, best][-500:]
            fields["trace"] = self.job.trace
        Job.objects.filter(pk=self.job.pk).update(**fields)
        self._wish = Job.objects.values_list("wish", flat=True).get(pk=self.job.pk)

    def should_stop(self) -> bool:
        """Whether to end early and keep the best; raises `Cancelled` when nothing is to be kept."""
        now = time.monotonic()
        if now >= self._next_write:
            self._next_write = now + 0.3
            self._wish = Job.objects.values_list("wish", flat=True).get(pk=self.job.pk)
        if self._wish == Job.Wish.CANCEL:
            raise Cancelled
        return self._wish == Job.Wish.KEEP


@action
def start_job(actor: Actor, kind: str, title: Text, params: dict[str, Any], *, subject: str = "") -> Job:
    """Queue a job for the actor's organisation; a worker takes it up once the change is committed."""
    if kind not in _KINDS:
        msg = f"no job kind {kind!r}; registered: {sorted(_KINDS)}"
        raise KeyError(msg)
    job = Job.objects.create(
        organisation=actor.organisation,
        person=actor.person,
        roles=sorted(actor.roles),
        kind=kind,
        title_zh=title.zh,
        title_en=title.en,
        params=params,
        subject=subject,
    )
    emit(actor, "job.started", f"job/{job.pk}", {"kind": kind, "subject": subject})
    transaction.on_commit(lambda: _enqueue(str(job.pk)))
    return job


def _enqueue(job_id: str) -> None:
    run_job.enqueue(job_id)


@task()
def run_job(job_id: str) -> None:
    """Do one job; whatever happens, it ends in a final state with its reason."""
    started = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING, started_at=timezone.now(), heartbeat_at=timezone.now()
    )
    if not started:
        return
    job = Job.objects.select_related("organisation", "person").get(pk=job_id)
    actor = Actor(job.person, job.organisation, frozenset(job.roles)) if job.person else SYSTEM
    context = JobContext(job, actor)
    try:
        context.should_stop()
        result = _KINDS[job.kind](context, **job.params)
        _finish(job, JobState.DONE, result=result, progress=1.0)
    except Cancelled:
        _finish(job, JobState.CANCELLED)
    except RongzhiError as error:
        _finish(job, JobState.FAILED, error=_describe(error))
    except Exception as error:
        text = Text("程序内部错误，已记录", "an internal error, recorded")
        detail = traceback.format_exc(limit=-8) if settings.DEBUG else f"{type(error).__name__}"
        _finish(job, JobState.FAILED, error={"zh": text.zh, "en": text.en, "detail": detail})
        raise


def _describe(error: RongzhiError) -> dict[str, Any]:
    findings = [
        {"where": finding.where, "zh": finding.message.zh, "en": finding.message.en}
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
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), **fields)
        emit(SYSTEM, f"job.{state.value}", f"job/{job.pk}", {"kind": job.kind}, organisation=job.organisation)
