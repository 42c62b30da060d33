"""What an upload must satisfy before it is kept."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.files.sniff import ENDINGS, is_bomb, kind_of

MOST_NAME = 200


def clean_name(name: str) -> str:
    """Return a name without folders and control characters, at most 200 characters with its ending kept."""
    last = "".join(char for char in name.replace("\\", "/").rpartition("/")[2] if char.isprintable()).strip(" .")
    ending = PurePosixPath(last).suffix
    return (last if len(last) <= MOST_NAME else last[: MOST_NAME - len(ending)] + ending) or "file"


def check_upload(upload: UploadedFile[Any], allowed: Collection[str]) -> tuple[str, Findings]:
    """Return the kind of an upload by its content, and everything that is wrong with it."""
    findings, name = Findings(), clean_name(upload.name or "")
    content = upload.file
    if not upload.size or content is None:
        findings.error(
            "empty-file",
            name,
            Text("文件是空的", "the file is empty"),
            Text("检查后重新选择文件", "check it and choose the file again"),
        )
        return "", findings
    if upload.size > settings.MAX_UPLOAD_BYTES:
        limit, size = settings.MAX_UPLOAD_BYTES / 1048576, upload.size / 1048576
        findings.error(
            "too-large",
            name,
            Text(
                f"文件 {size:.1f} MB，超过上限 {limit:g} MB", f"the file has {size:.1f} MB, the limit is {limit:g} MB"
            ),
            Text("拆分或压缩后再上传", "split or compress it"),
        )
        return "", findings
    kind = kind_of(content)
    known = ", ".join(sorted(allowed))
    if kind not in allowed:
        shown = kind or "?"
        findings.error(
            "wrong-kind",
            name,
            Text(f"文件内容是“{shown}”，这里只接受 {known}", f"the content is '{shown}'; only {known} is taken here"),
            Text("换成可接受的格式再上传", "upload one of these formats"),
        )
    ending = PurePosixPath(name).suffix.removeprefix(".").lower()
    if kind and ending not in ENDINGS[kind]:
        findings.error(
            "name-and-content-differ",
            name,
            Text(
                f"文件名以“.{ending}”结尾，内容却是 {kind}", f"the name ends in '.{ending}' but the content is {kind}"
            ),
            Text("确认选对了文件，并改正扩展名", "make sure it is the right file and mend its ending"),
        )
    if kind in {"zip", "xlsx"} and is_bomb(content):
        findings.error(
            "unpacks-too-large",
            name,
            Text("压缩包展开后过大", "the archive unpacks to too much"),
            Text("删去不需要的内容后重新打包", "leave out what is not needed and pack it again"),
        )
    return kind, findings
