"""Plain data: what may be stored as JSON and reads back the same from every database."""

from __future__ import annotations

import json
import math
import re
from typing import Any

_EXACT_INTEGER = 1e15
_WHOLE = re.compile(r"[0-9]{1,9}")


def plain(value: Any) -> Any:
    """Return JSON-ready data that SQLite and PostgreSQL both store and give back unchanged.

    Numbers that are not finite become None, a negative zero loses its sign, and text loses what a database refuses,
    so that a digest over the data holds wherever it is stored.
    """
    return _settle(json.loads(json.dumps(value, default=str)))


def whole(text: str) -> int | None:
    """Return a number counted in digits, as forms and addresses carry it; None when it is none or of no use."""
    return int(text) if _WHOLE.fullmatch(text) else None


def _settle(value: Any) -> Any:
    if isinstance(value, dict):
        return {_text(key): _settle(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_settle(item) for item in value]
    if isinstance(value, float):
        return _number(value)
    return _text(value) if isinstance(value, str) else value


def _number(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    if value == 0 or abs(value) >= _EXACT_INTEGER:
        return int(value)
    return value


def _text(value: str) -> str:
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
