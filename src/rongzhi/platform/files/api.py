"""Files over the API: give one, list them, fetch one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from rongzhi.platform.files.actions import store_file
from rongzhi.platform.files.download import download
from rongzhi.platform.files.models import StoredFile
from rongzhi.platform.files.queries import file_for, files_for
from rongzhi.platform.rest import Page, Paging, page_of

router = Router(tags=["files"])


class FileOut(Schema):
    """A stored file."""

    id: UUID
    name: str
    kind: str
    size: int
    sha256: str
    purpose: str
    organisation: str
    created_at: datetime

    @staticmethod
    def resolve_organisation(obj: StoredFile) -> str:
        return obj.organisation.code


@router.get("/files", response=Page[FileOut], summary="文件 / Files")
def files(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    return page_of(files_for(request.actor), paging)  # type: ignore[attr-defined]


@router.post("/files", response={201: FileOut}, summary="上传文件 / Upload a file")
def upload(request: HttpRequest, file: File[UploadedFile], purpose: Form[str] = "") -> Status[Any]:
    return Status(201, store_file(request.actor, file, purpose[:60]))  # type: ignore[attr-defined]


@router.get("/files/{file_id}", response=FileOut, summary="一个文件 / One file")
def one(request: HttpRequest, file_id: UUID) -> Any:
    return file_for(request.actor, file_id)  # type: ignore[attr-defined]


@router.get("/files/{file_id}/content", summary="下载文件 / Download a file", include_in_schema=True)
def content(request: HttpRequest, file_id: UUID) -> FileResponse:
    return download(file_for(request.actor, file_id))  # type: ignore[attr-defined]
