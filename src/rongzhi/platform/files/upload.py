"""Refuses an upload that is too large while it arrives, before it fills the disk."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler


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

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Hand over the finished file."""
        return super().file_complete(file_size)
