"""How values are written for people: numbers, money, dates, durations, in the language of the request."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from rongzhi.kernel.money import Money
from rongzhi.kernel.text import Text
from rongzhi.platform.i18n import current_language, speak

NOTHING = "—"
_WEEKDAYS = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)


def plain(value: Any) -> str:
    """Return any value as words; bilingual text in the language of the request."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Text):
        return speak(value)
    if isinstance(value, bool):
        return yes_no(value)
    return str(value)


def yes_no(value: bool) -> str:
    """Return 是 or 否."""
    if current_language() == "en":
        return "yes" if value else "no"
    return "是" if value else "否"


def number(value: Any, digits: int | None = None) -> str:
    """Return a number with thousands separators; at most ``digits`` decimals, 2 for non-integers by default."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, int):
        return f"{value:,}"
    if digits is not None:
        return f"{value:,.{digits}f}"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Any) -> str:
    """Return an amount in yuan with two decimals; other currencies carry their code."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Money):
        sign, amount = "¥" if value.currency == "CNY" else f"{value.currency} ", value.rounded().amount
    else:
        sign, amount = "¥", Decimal(value)
    return f"{'−' if amount < 0 else ''}{sign}{abs(amount):,.2f}"


def weekday(value: dt.date) -> str:
    """Return 周日 or Sun."""
    return _WEEKDAYS[value.weekday()][current_language() == "en"]


def moment(value: Any) -> str:
    """Return a moment in the site's time zone: ``2026-11-22 14:05 周日``."""
    if not isinstance(value, dt.datetime):
        return day(value)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%Y-%m-%d %H:%M} {weekday(local)}"


def day(value: Any) -> str:
    """Return a date with its weekday: ``2026-11-22 周日``."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{value:%Y-%m-%d} {weekday(value)}"


def minutes(value: Any) -> str:
    """Return a duration given in minutes: hours and minutes, from 48 hours on days and hours; rounded, never cut."""
    if value is None or value == "":
        return NOTHING
    exact = float(value)
    return ("−" if round(exact) < 0 else "") + speak(duration(exact))


def duration(minutes: float) -> Text:
    """Return a length of time in its two largest units, in both languages."""
    total = round(abs(minutes))
    if total >= 48 * 60:
        first, rest = divmod((total + 30) // 60, 24)
        units = (("天", "d"), ("小时", "h"))
    else:
        first, rest = divmod(total, 60)
        units = (("小时", "h"), ("分", "min"))
    parts = [(f"{count:,}", unit) for count, unit in zip((first, rest), units, strict=True) if count]
    parts = parts or [("0", units[1])]
    return Text(
        " ".join(f"{count} {unit[0]}" for count, unit in parts), " ".join(f"{count} {unit[1]}" for count, unit in parts)
    )


def percent(value: Any) -> str:
    """Return a fraction as per cent with one decimal."""
    if value is None or value == "":
        return NOTHING
    return f"{float(value) * 100:.1f}".rstrip("0").rstrip(".") + " %"


def ago(value: dt.datetime | None) -> str:
    """Return how long ago (or ahead) a moment is; shown only beside the moment itself."""
    if value is None:
        return ""
    seconds = (timezone.now() - value).total_seconds()
    is_past, seconds = seconds >= 0, abs(seconds)
    steps = (
        (60, 1, "秒", "s"),
        (3600, 60, "分钟", "min"),
        (86400, 3600, "小时", "h"),
        (float("inf"), 86400, "天", "d"),
    )
    _, size, zh, en = next(step for step in steps if seconds < step[0])
    count = int(seconds // size)
    if current_language() == "en":
        return f"{count} {en} ago" if is_past else f"in {count} {en}"
    return f"{count} {zh}前" if is_past else f"{count} {zh}后"


FORMATS = {
    "text": plain,
    "badge": plain,
    "int": number,
    "number": number,
    "money": money,
    "datetime": moment,
    "date": day,
    "bool": lambda value: NOTHING if value is None else yes_no(bool(value)),
    "duration_min": minutes,
    "percent": percent,
}
