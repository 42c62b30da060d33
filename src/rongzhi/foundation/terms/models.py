"""Proposals to add or change terms; accepted ones stand over the glossary's files until these take them up."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import Owned, OwnedQuerySet
from rongzhi.platform.i18n import say


class ProposalQuerySet(OwnedQuerySet):
    """Proposals: the own ones, and every accepted one."""

    def ownership(self, actor: Actor) -> models.Q:
        """Return the condition for the own ones and the accepted ones."""
        return super().ownership(actor) | models.Q(state=Proposal.State.ACCEPTED)


class Proposal(Owned):
    """A term as somebody would have it; the newest accepted one of a key counts."""

    class State(models.TextChoices):
        OPEN = "open", say("待审议", "open")
        ACCEPTED = "accepted", say("已采纳", "accepted")
        REFUSED = "refused", say("未采纳", "refused")
        WITHDRAWN = "withdrawn", say("已撤回", "withdrawn")

    key = models.CharField(max_length=80, db_index=True)
    zh = models.CharField(max_length=120)
    en = models.CharField(max_length=120)
    def_zh = models.TextField(max_length=1000)
    def_en = models.TextField(max_length=1000)
    subject = models.CharField(max_length=60)
    broader = models.CharField(max_length=80, blank=True)
    alt_zh = models.JSONField(default=list, blank=True)
    alt_en = models.JSONField(default=list, blank=True)
    motive = models.TextField(max_length=1000, blank=True)
    is_change = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN, db_index=True)
    reason = models.TextField(max_length=1000, blank=True)
    proposed_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    """Rises with each acceptance, so that the newest of a key is known."""

    objects: Any = ProposalQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.state == self.State.OPEN
