"""Working calendars: weekly shifts, holidays and exceptions, expanded to exact working intervals.

Shifts are written in local wall time of a place; expansion goes through the time zone data base, so a shift in which
the clock changes is really one hour shorter or longer. All expanded instants are whole minutes after an origin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shift:
    """Working time on one weekday, local wall time.

    Parameters
    ----------
    weekday : int
        0 is Monday, 6 is Sunday.
    start, end : time
        ``end`` at or before ``start`` means the shift ends on the next day.
    """

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Period:
    """A span of exact time in which the calendar differs from its week.

    Parameters
    ----------
    start, end : datetime
        Aware instants, ``start < end``.
    is_working : bool
        False closes the span (holiday, maintenance), True opens it (overtime).
    reason : str
    """

    start: datetime
    end: datetime
    is_working: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When a machine, a factory or a person works.

    Parameters
    ----------
    code : str
    timezone : str
        IANA name of the place, such as ``Asia/Shanghai``.
    shifts : tuple of Shift
        The ordinary week. Empty means never working unless an exception opens time.
    exceptions : tuple of Period
        Later entries win over earlier ones.
    """

    code: str
    timezone: str = "Asia/Shanghai"
    shifts: tuple[Shift, ...] = ()
    exceptions: tuple[Period, ...] = ()

    def intervals(self, origin: datetime, until: datetime) -> tuple[Interval, ...]:
        """Expand to working intervals.

        Parameters
        ----------
        origin, until : datetime
            Aware; intervals are minutes after ``origin`` and clipped to ``[origin, until)``.

        Returns
        -------
        tuple of (start_min, end_min)
            Sorted, disjoint, touching intervals merged.
        """
        zone = zone_of(self.timezone)
        local_day = origin.astimezone(zone).date() - timedelta(days=1)
        last_day = until.astimezone(zone).date() + timedelta(days=1)
        spans: list[Interval] = []
        while local_day <= last_day:
            spans.extend(
                (
                    _minutes(_at(local_day, shift.start, zone), origin),
                    _minutes(_shift_end(local_day, shift, zone), origin),
                )
                for shift in self.shifts
                if shift.weekday == local_day.weekday()
            )
            local_day += timedelta(days=1)
        working = merge(spans)
        for period in self.exceptions:
            span = (_minutes(period.start, origin), _minutes(period.end, origin))
            working = merge([*working, span]) if period.is_working else subtract(working, [span])
        return clip(working, 0, _minutes(until, origin))


def always(code: str = "24x7", timezone: str = "Asia/Shanghai") -> WorkCalendar:
    """Return the calendar that never stops."""
    return WorkCalendar(code, timezone, tuple(Shift(day, time(0), time(0)) for day in range(7)))


def weekly(
    code: str, days: Iterable[int], hours: Iterable[tuple[str, str]], timezone: str = "Asia/Shanghai"
) -> WorkCalendar:
    """Return a calendar with the same hours on several weekdays.

    Examples
    --------
    >>> weekly("day", range(5), [("08:00", "12:00"), ("13:00", "17:00")]).shifts[0].weekday
    0
    """
    spans = [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in hours]
    return WorkCalendar(code, timezone, tuple(Shift(day, start, end) for day in days for start, end in spans))


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises
    ------
    NotFound
        If no such zone exists.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise NotFound(
            Text(zh=f"未知时区“{name}”", en=f"unknown time zone '{name}'"),
            fix=Text(zh="使用 IANA 时区名，如 Asia/Shanghai", en="use an IANA name such as Asia/Shanghai"),
        ) from error


def merge(spans: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the union of intervals, sorted, disjoint, with touching ones joined."""
    merged: list[Interval] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def subtract(spans: Iterable[Interval], holes: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the intervals with the holes cut out."""
    left = list(merge(spans))
    for hole_start, hole_end in holes:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, hole_start)), (max(start, hole_end), end))
            if piece[0] < piece[1]
        ]
    return tuple(left)


def intersect(a: Iterable[Interval], b: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the time both lists of intervals cover."""
    first, second = merge(a), merge(b)
    found: list[Interval] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            found.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def clip(spans: Iterable[Interval], start: int, end: int) -> tuple[Interval, ...]:
    """Return the part of the intervals inside ``[start, end)``."""
    return tuple((max(a, start), min(b, end)) for a, b in spans if max(a, start) < min(b, end))


def _at(day: date, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, zone)


def _shift_end(day: date, shift: Shift, zone: ZoneInfo) -> datetime:
    end_day = day if shift.end > shift.start else day + timedelta(days=1)
    return _at(end_day, shift.end, zone)


def _minutes(moment: datetime, origin: datetime) -> int:
    return int((moment.astimezone(UTC) - origin.astimezone(UTC)).total_seconds() // 60)
