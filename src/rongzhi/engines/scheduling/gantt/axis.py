"""Ticks of a time axis in plain numbers, hours and days, or dates."""

from __future__ import annotations

from datetime import datetime, timedelta

_STEPS = {
    "min": (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 7200, 10080, 20160, 43200, 86400, 172800, 525600),
    "s": (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 172800, 604800),
}


def step(span: int, unit: str, count: int) -> int:
    """Return the distance of ticks so that about ``count`` of them cover a span, time units."""
    wanted = max(1, span // max(1, count))
    found = next((each for each in _STEPS[unit] if each >= wanted), None)
    if found is not None:
        return found
    size = _STEPS[unit][-1]
    while size < wanted:
        size *= 2
    return size


def ticks(start: int, end: int, unit: str, count: int) -> list[int]:
    """Return round moments in ``[start, end]``, time units."""
    size = step(end - start, unit, count)
    return list(range(-(-start // size) * size, end + 1, size))


def label(moment: int, unit: str, origin: datetime | None, size: int) -> str:
    """Return a moment for people: a date with an origin, days and hours without, plain numbers when small."""
    seconds = moment * (60 if unit == "min" else 1)
    if origin is not None:
        at = origin + timedelta(seconds=seconds)
        return f"{at:%m-%d}" if size * (60 if unit == "min" else 1) >= 86400 else f"{at:%m-%d %H:%M}"
    return f"{moment:,}"
