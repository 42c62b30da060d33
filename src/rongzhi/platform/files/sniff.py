"""What a file is, by its content; its name is only a claim."""

from __future__ import annotations

import codecs
import json
import zipfile
from typing import IO

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "step": "model/step",
    "zip": "application/zip",
}
ENDINGS = {
    "csv": {"csv", "txt", "tsv"},
    "xlsx": {"xlsx"},
    "json": {"json"},
    "pdf": {"pdf"},
    "png": {"png"},
    "jpg": {"jpg", "jpeg"},
    "step": {"step", "stp"},
    "zip": {"zip"},
}
MOST_UNPACKED_BYTES = 500 * 1024 * 1024
MOST_RATIO = 200

_MAGIC = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"ISO-10303-21;", "step"))
_HEAD = 65536


def kind_of(content: IO[bytes]) -> str:
    """Return the kind of a file by its content, or an empty string when it is none that is known."""
    content.seek(0)
    head = content.read(_HEAD)
    try:
        for magic, kind in _MAGIC:
            if head.lstrip().startswith(magic) if kind == "step" else head.startswith(magic):
                return kind
        if head.startswith(b"PK\x03\x04"):
            return _kind_of_zip(content)
        return _kind_of_text(content, head)
    finally:
        content.seek(0)


def _kind_of_zip(content: IO[bytes]) -> str:
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    return "xlsx" if {"[Content_Types].xml", "xl/workbook.xml"} <= names else "zip"


def _kind_of_text(content: IO[bytes], head: bytes) -> str:
    text = text_of(head, is_whole=len(head) < _HEAD)
    if text is None or not text.strip():
        return ""
    if text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        content.seek(0)
        try:
            json.load(content)
        except (ValueError, RecursionError):
            return "csv" if "," in text.splitlines()[0] else ""
        return "json"
    return "csv"


def text_of(raw: bytes, *, is_whole: bool = True) -> str | None:
    """Return bytes as text, UTF-8, marked UTF-16 or the GB 18030 of Chinese spreadsheets; None when they are none."""
    is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\x00" in raw and not is_wide:
        return None
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(raw, final=is_whole)
        except UnicodeDecodeError:
            continue
        if not any(ord(char) < 32 and char not in "\t\r\n\f\v\x1a" for char in text):
            return text
    return None


def is_bomb(content: IO[bytes]) -> bool:
    """Whether an archive unpacks to far more than it is, as written in its own directory."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            packed = sum(entry.compress_size for entry in archive.infolist())
            unpacked = sum(entry.file_size for entry in archive.infolist())
    finally:
        content.seek(0)
    return unpacked > MOST_UNPACKED_BYTES or (unpacked > 10_000_000 and unpacked > MOST_RATIO * max(packed, 1))
