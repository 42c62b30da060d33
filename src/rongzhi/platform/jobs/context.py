"""What a running job may say and ask."""

from __future__ import annotations

import time
from typing import Any

from django.utils import timezone

from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.plain import plain

WRITE_EVERY_S = 0.3
TRACE_LENGTH = 500


class Cancelled(Exception):
    """A person cancelled the job, or it was taken from this worker; raised inside its handler."""


class JobContext:
    """What a running job may say and ask; touches the database at most a few times a second.

    A handler must not hold a transaction open around its long work: nobody would see the progress.
    """

    def __init__(self, job: Job, actor: Actor) -> None:
        self.job = job
        self.actor = actor
        self._next_write = 0.0
        self._next_read = 0.0
        self._wish: str | None = job.wish
        self._unwritten: dict[str, Any] = {}

    def report(self, fraction: float, message: Text, best: dict[str, Any] | None = None) -> None:
        """Tell how far the work is, in words, with the best figures so far."""
        self._unwritten |= {
            "progress": min(max(fraction, 0.0), 1.0),
            "message_zh": message.zh[:300],
            "message_en": message.en[:300],
        }
        if best is not None:
            self.job.best = plain(best)
            self.job.trace = [*self.job.trace, self.job.best][-TRACE_LENGTH:]
            self._unwritten |= {"best": self.job.best, "trace": self.job.trace}
        if time.monotonic() >= self._next_write or fraction >= 1:
            self.flush()

    def flush(self) -> None:
        """Write what was reported and not yet written."""
        self._next_write = time.monotonic() + WRITE_EVERY_S
        fields, self._unwritten = self._unwritten, {}
        self._mine().update(**fields, heartbeat_at=timezone.now())

    def should_stop(self) -> bool:
        """Whether to end early and keep the best; raises `Cancelled` when nothing is to be kept."""
        if time.monotonic() >= self._next_read:
            self._next_read = time.monotonic() + WRITE_EVERY_S
            self._wish = self._mine().values_list("wish", flat=True).first()
        if self._wish is None or self._wish == Job.Wish.CANCEL:
            raise Cancelled
        return self._wish == Job.Wish.KEEP

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, worker=self.job.worker)
