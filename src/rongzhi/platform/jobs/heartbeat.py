"""Signs of life of a worker process, and the watch over those of others."""

from __future__ import annotations

import logging
import threading

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from rongzhi.platform.jobs.actions import recover_lost_jobs
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.jobs.run import IN_HAND, worker_name

logger = logging.getLogger(__name__)


class Heartbeat(threading.Thread):
    """Writes a sign of life for this process's running jobs and takes back the jobs of processes that are gone."""

    def __init__(self) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.worker = worker_name()
        self.every_s = min(5.0, settings.JOB_LOST_AFTER_S / 4)
        self._ended = threading.Event()

    def run(self) -> None:
        """Beat until told to end; a busy database delays a beat, it does not end the thread."""
        while not self._ended.wait(self.every_s):
            try:
                self.beat()
            except DatabaseError:
                logger.warning("heartbeat delayed", exc_info=True)
        connection.close()

    def beat(self) -> None:
        """Write one sign of life for what is really in hand, and look after the others."""
        mine = Job.objects.filter(pk__in=list(IN_HAND), worker=self.worker, state=JobState.RUNNING)
        mine.update(heartbeat_at=timezone.now())
        for job in recover_lost_jobs():
            logger.warning("job %s was taken from worker %s, which shows no life", job.pk, job.worker)

    def end(self) -> None:
        """Stop beating."""
        self._ended.set()
