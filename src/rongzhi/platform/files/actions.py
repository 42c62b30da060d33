"""Keeping a file somebody gave us."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import needs_login, organisation_of
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit
from rongzhi.platform.files.checks import check_upload, clean_name
from rongzhi.platform.files.models import StoredFile
from rongzhi.platform.files.sniff import TYPES


@action
def store_file(
    actor: Actor, upload: UploadedFile[Any], purpose: str, allowed: Collection[str] = tuple(TYPES)
) -> StoredFile:
    """Keep a file for the actor's organisation, when its content is of an allowed kind and its name does not lie."""
    needs_login(actor).enforce()
    kind, findings = check_upload(upload, allowed)
    findings.raise_if_any()
    hasher = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        hasher.update(chunk)
    upload.seek(0)
    stored = StoredFile(
        organisation=organisation_of(actor),
        uploaded_by=actor.person,
        name=clean_name(upload.name or ""),
        kind=kind,
        size=upload.size or 0,
        sha256=hasher.hexdigest(),
        purpose=purpose,
    )
    stored.content.save(stored.name, upload, save=False)
    try:
        stored.save(force_insert=True)
        data = {"name": stored.name, "kind": kind, "size": stored.size, "sha256": stored.sha256, "purpose": purpose}
        emit(actor, "file.stored", f"file/{stored.pk}", data)
    except BaseException:
        stored.content.delete(save=False)
        raise
    return stored
