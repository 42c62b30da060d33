"""Reading JSON bodies strictly: a field given twice and text that is no text are refused with their reason."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.platform.rest.parameters import refuse_unknown


class StrictParser(Parser):
    """JSON as RFC 8259 advises: unique names, Unicode text; what no database can store is not let in."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body as plain data."""
        body = request.body
        found = json.loads(body, object_pairs_hook=_unique)
        if b"\\u" in body:
            _check(found)
        return found

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> Any:
        """Return a query or a form as plain data; a parameter the route does not know is refused."""
        if data is request.GET:
            refuse_unknown(request)
        return super().parse_querydict(data, list_fields, request)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _refuse(
            "field-given-twice",
            twice[:60],
            Text(f"“{twice[:60]}”给出了不止一次", f"'{twice[:60]}' is given more than once"),
            Text("每项只写一次", "give each field once"),
        )
    return found


def _check(value: Any, where: str = "body") -> None:
    """Refuse halves of surrogate pairs and the NUL character."""
    if isinstance(value, dict):
        for name, item in value.items():
            _check_text(name, where)
            _check(item, f"{where}.{name}"[:200])
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, f"{where}[{index}]"[:200])
    elif isinstance(value, str):
        _check_text(value, where)


def _check_text(text: str, where: str) -> None:
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        _refuse(
            "not-text",
            where.encode("utf-8", "replace").decode(),
            Text("含有无法存储的字符", "it holds characters that cannot be stored"),
            Text("删去 NUL 与不成对的代理码位", "take out NUL and unpaired surrogates"),
        )


def _refuse(code: str, where: str, message: Text, fix: Text) -> None:
    raise Rejected([Finding(code, where, message, fix)])
