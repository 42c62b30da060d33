"""Reading jobs."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import OwnedQuerySet
from rongzhi.platform.jobs.models import Job, JobState

OPEN = (JobState.QUEUED, JobState.RUNNING)


def jobs_for(actor: Actor) -> OwnedQuerySet:
    """Return the jobs the actor may see, newest first."""
    return Job.objects.visible_to(actor).select_related("organisation", "person")


def open_jobs_for(actor: Actor) -> OwnedQuerySet:
    """Return the jobs that wait or run, for the bar at the top of every page."""
    return jobs_for(actor).filter(state__in=OPEN)


def job_for(actor: Actor, job_id: str | UUID) -> Job:
    """Return one job the actor may see.

    Raises
    ------
    NotFound
        If there is no such job, or the actor may not know of it.
    """
    try:
        found: Job | None = jobs_for(actor).filter(pk=job_id).first()
    except (ValidationError, ValueError):
        found = None
    if found is None:
        raise NotFound(Text(f"没有任务“{job_id}”", f"no job '{job_id}'"), where=f"job/{job_id}")
    return found
