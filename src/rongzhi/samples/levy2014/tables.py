"""Reading the committed tables of the sample."""

from __future__ import annotations

import csv
from datetime import date, datetime, time
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text
from rongzhi.model.base import Name

ZONE = ZoneInfo("Asia/Shanghai")
Row = dict[str, str]


@lru_cache(maxsize=16)
def table(folder: str, name: str) -> tuple[Row, ...]:
    """Return the rows of ``data`` (derived from the log) or ``assumptions`` (not from the log)."""
    text = files(__package__).joinpath(folder, f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def _names() -> dict[tuple[str, str], Name]:
    return {(row["kind"], row["key"]): Name(zh=row["zh"], en=row["en"]) for row in table("assumptions", "names")}


def name_of(kind: str, key: str) -> Name:
    """Return the name of a part, step, group or calendar in both languages."""
    return _names()[kind, key]


def origin_of(start: date) -> datetime:
    """Return midnight of the day on which the log's first Monday (2 January 2012) falls.

    Raises
    ------
    Conflict
        If the day is not a Monday; the log's hours and days off hang on weekdays.
    """
    if start.weekday() != 0:
        raise Conflict(
            Text(zh=f"{start.isoformat()} 不是星期一", en=f"{start.isoformat()} is not a Monday"),
            where="start",
            fix=Text(zh="请给出星期一的日期", en="give the date of a Monday"),
        )
    return datetime.combine(start, time(0), ZONE)
