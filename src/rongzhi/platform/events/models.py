"""The event log: append-only, hash-chained, in the shape of CloudEvents; and the outbox filled with it."""

from __future__ import annotations

import uuid
from typing import Any, Never

from django.db import models
from django.utils import timezone

from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.events.names import name_of


def _append_only() -> Never:
    raise Conflict(
        Text("事件日志只能追加，不能更改或删除", "the event log is append-only; it is never changed or deleted"),
        fix=Text("追加一条更正事件", "append a correcting event"),
    )


class EventQuerySet(models.QuerySet["Event"]):
    """Events; cannot be changed or deleted in bulk either."""

    def visible_to(self, actor: Actor) -> EventQuerySet:
        """Return the events of the actor's organisation, all for the operator."""
        if actor.is_operator:
            return self.all()
        if actor.organisation is None:
            return self.none()
        return self.filter(organisation=actor.organisation)

    def update(self, **_: Any) -> int:
        """Refuse."""
        _append_only()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        _append_only()


class Event(models.Model):
    """Who did what to which thing, when; chained to the event before it."""

    sequence = models.BigIntegerField(primary_key=True)
    id_text = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(max_length=80, db_index=True)
    source = models.CharField(max_length=80)
    subject = models.CharField(max_length=160, db_index=True)
    time = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=150)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.type} {self.subject}"

    @property
    def label(self) -> Text:
        """What happened, in words."""
        return name_of(self.type)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; refuse to change."""
        if not self._state.adding:
            _append_only()
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        _append_only()


class ChainHead(models.Model):
    """The end of the chain; its row lock makes appends take turns."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"#{self.sequence}"


class IdempotencyKey(models.Model):
    """The result of an act already done under a key, so that a second try does no harm."""

    scope = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    result_model = models.CharField(max_length=100)
    result_pk = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_result_per_key")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
