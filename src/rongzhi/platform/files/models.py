"""Stored files: content by its hash, with type and size limits checked before anything is kept."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from rongzhi.platform.access.scope import Owned
from rongzhi.platform.accounts.models import Person


def place_of(stored: StoredFile, _: str) -> str:
    """Return where content is kept: by its own number, never by the name somebody gave."""
    return f"files/{stored.created_at:%Y/%m}/{stored.pk}"


class StoredFile(Owned):
    """A file somebody gave us; ``kind`` is what its content is, never what its name claims."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    content = models.FileField(upload_to=place_of)
    purpose = models.CharField(max_length=60, blank=True)
    uploaded_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
