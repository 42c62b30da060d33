"""Handing a stored file out, so that no browser takes it for a page of ours."""

from __future__ import annotations

from django.http import FileResponse

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.files.models import StoredFile
from rongzhi.platform.files.sniff import TYPES


def download(stored: StoredFile) -> FileResponse:
    """Return a file as a download of its own kind; never shown inside our pages, never cached by others."""
    try:
        content = stored.content.open("rb")
    except FileNotFoundError as error:
        raise NotFound(
            Text("文件内容已不在服务器上", "the content is no longer on the server"),
            where=f"file/{stored.pk}",
            fix=Text("从备份恢复，或重新上传", "restore it from a backup or upload it again"),
        ) from error
    response = FileResponse(content, as_attachment=True, filename=stored.name, content_type=TYPES[stored.kind])
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
