"""Reading stored files."""

from __future__ import annotations

from uuid import UUID

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import OwnedQuerySet
from rongzhi.platform.files.models import StoredFile


def files_for(actor: Actor) -> OwnedQuerySet:
    """Return the files the actor may see, newest first."""
    return StoredFile.objects.visible_to(actor).select_related("organisation", "uploaded_by")


def file_for(actor: Actor, file_id: UUID) -> StoredFile:
    """Return one file the actor may see."""
    found: StoredFile | None = files_for(actor).filter(pk=file_id).first()
    if found is None:
        raise NotFound(Text(f"没有文件“{file_id}”", f"no file '{file_id}'"), where=f"file/{file_id}")
    return found
