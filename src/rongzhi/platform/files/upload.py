"""Refuses an upload that is too large: by its announced length at once, and while it arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse

from rongzhi.kernel.text import Text
from rongzhi.platform.access.errors import TooLarge

ENVELOPE_BYTES = 256 * 1024
MOST_DRAINED_BYTES = 512 * 1024 * 1024
_CHUNK = 1024 * 1024


def too_large() -> TooLarge:
    """Return the refusal of a body over the limit."""
    limit_mb = settings.MAX_UPLOAD_BYTES / 1024 / 1024
    return TooLarge(
        Text(f"上传内容超过 {limit_mb:g} MB 的上限", f"the upload is larger than the limit of {limit_mb:g} MB"),
        where="body",
        fix=Text("拆分或压缩后再上传；未保存任何内容", "split or compress it and try again; nothing was kept"),
    )


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Streams to a temporary file and stops at the size limit; ``request.upload_too_large`` says so."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write one chunk, or stop."""
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD_BYTES:
            self.request.upload_too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Hand over the finished file."""
        return super().file_complete(file_size)


class UploadLimitMiddleware:
    """Answers 413 to a body over the limit, before anything reads it into memory or on disk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse by the announced length, or by what arrived."""
        if _announced(request) > settings.MAX_UPLOAD_BYTES + ENVELOPE_BYTES:
            drain(request)
            return refusal(request)
        response = self.get_response(request)
        # The handler has stopped in the middle of the form, so whatever was answered (a missing CSRF token, a missing
        # field) is not the reason.
        return refusal(request) if getattr(request, "upload_too_large", False) else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a body that is no upload and over its own limit."""
        return refusal(request) if isinstance(error, RequestDataTooBig) else None


def _announced(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def drain(request: HttpRequest) -> None:
    """Read the body away, up to a bound: a browser shows the answer only once it could send what it wanted to."""
    left = MOST_DRAINED_BYTES
    while left > 0:
        try:
            piece = request.read(_CHUNK)
        except OSError:
            return
        if not piece:
            return
        left -= len(piece)


def refusal(request: HttpRequest) -> HttpResponse:
    """Return the 413 as a problem for programs, as a page for people."""
    error = too_large()
    if request.path.startswith("/api/"):
        from rongzhi.platform.rest.problems import from_error

        return from_error(request, error)
    from rongzhi.platform.access.actor import PUBLIC
    from rongzhi.platform.ui.page import status_page

    if not hasattr(request, "actor"):
        request.actor = PUBLIC  # type: ignore[attr-defined]
    return status_page(request, 413, error.message, where=error.where, fix=error.fix)
