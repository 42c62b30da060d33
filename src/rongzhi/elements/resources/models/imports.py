"""What the import wizard remembers: column mappings, and uploads between preview and confirmation."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from rongzhi.platform.access.scope import Owned


class ColumnMapping(Owned):
    """Which column of an organisation's own sheets feeds which field of a table; remembered from the last import."""

    table = models.CharField(max_length=40)
    columns = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "table"], name="one_mapping_a_table")]


class ImportDraft(Owned):
    """Uploaded sheets waiting for their mapping and a person's yes; rows are kept as they were written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    sheets = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    person_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
