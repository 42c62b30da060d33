"""Background jobs: long work with progress, best-so-far, cancel and stop-and-keep."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from rongzhi.kernel.text import Text
from rongzhi.platform.access.scope import Owned
from rongzhi.platform.accounts.models import Person
from rongzhi.platform.i18n import current_language, say, speak


class JobState(models.TextChoices):
    """Where a job stands; only queued and running jobs are open."""

    QUEUED = "queued", say("排队中", "queued")
    RUNNING = "running", say("运行中", "running")
    DONE = "done", say("已完成", "done")
    FAILED = "failed", say("失败", "failed")
    CANCELLED = "cancelled", say("已取消", "cancelled")


class Job(Owned):
    """One piece of long work.

    ``progress`` runs from 0 to 1. ``wish`` is what a person asked of the running job: nothing, stop and keep the best
    so far, or cancel and keep nothing. ``worker`` names the process that runs it, so that a process that was taken
    for lost cannot end a job that is no longer its own. A job is never run a second time: a retry is a new job.
    """

    class Wish(models.TextChoices):
        NONE = "", ""
        KEEP = "keep", say("停止并保留", "stop and keep")
        CANCEL = "cancel", say("取消", "cancel")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60, db_index=True)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    roles = models.JSONField(default=list)
    params = models.JSONField(default=dict)
    subject = models.CharField(max_length=160, blank=True, db_index=True)
    state = models.CharField(max_length=20, choices=JobState, default=JobState.QUEUED, db_index=True)
    wish = models.CharField(max_length=10, choices=Wish, default=Wish.NONE, blank=True)
    progress = models.FloatField(default=0)
    message_zh = models.CharField(max_length=300, blank=True)
    message_en = models.CharField(max_length=300, blank=True)
    best = models.JSONField(default=dict)
    trace = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    error = models.JSONField(default=dict)
    worker = models.CharField(max_length=80, blank=True)
    retry_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def title(self) -> str:
        """The title in the language of the request."""
        return speak(Text(self.title_zh, self.title_en))

    @property
    def message(self) -> str:
        """What it does now, in the language of the request."""
        return speak(Text(self.message_zh, self.message_en))

    @property
    def error_message(self) -> str:
        """Why it failed, in the language of the request; empty unless it failed."""
        return str(self.error.get(current_language(), ""))

    @property
    def error_fix(self) -> str:
        """What to do about the failure, in the language of the request."""
        return str(self.error.get(f"fix_{current_language()}", ""))

    @property
    def is_open(self) -> bool:
        """Whether it still waits or works."""
        return self.state in {JobState.QUEUED, JobState.RUNNING}
