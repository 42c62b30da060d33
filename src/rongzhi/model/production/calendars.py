"""From calendar documents to working time, and from a machine's time to the part of it the network may use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from rongzhi.kernel.calendars import Interval, Period, Shift, WorkCalendar, clip, zone_of
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.model.production.network import CalendarDocument, Machine, Network, OpenCapacity

# Working intervals are expanded from so many days before the origin, so that a share of the interval that is running
# at the origin is taken of the whole interval and not of what is left of it.
_LEAD_DAYS = 8


@lru_cache(maxsize=4096)
def work_calendar(document: CalendarDocument) -> WorkCalendar:
    """Return the calendar a document describes.

    Raises
    ------
    NotFound
        If its time zone is unknown.
    """
    zone = zone_of(document.timezone)
    shifts = (Shift(day - 1, shift.start, shift.end) for shift in document.shifts for day in shift.days)
    periods = (
        Period(
            item.start if item.start.tzinfo else item.start.replace(tzinfo=zone),
            item.end if item.end.tzinfo else item.end.replace(tzinfo=zone),
            item.is_working,
            item.reason,
        )
        for item in document.exceptions
    )
    return WorkCalendar(document.code, document.timezone, tuple(shifts), tuple(periods))


def opening_of(network: Network, work_centre: str) -> OpenCapacity | None:
    """Return what is opened at a work centre, or None if nothing is.

    A network that states no open capacity at all belongs to one owner: everything in it is open at the owner's rates.
    """
    if not network.open_capacity:
        return OpenCapacity(work_centre=work_centre)
    return next((item for item in network.open_capacity if item.work_centre == work_centre), None)


def calendar_of(network: Network, machine: Machine, opening: OpenCapacity | None) -> CalendarDocument:
    """Return the calendar work of the network follows: the opened one, else the machine's, else the factory's.

    Raises
    ------
    NotFound
        If the work centre, the factory or the calendar is not in the network.
    """
    code = (opening.calendar if opening else "") or machine.calendar
    if not code:
        centre = next((item for item in network.work_centres if item.code == machine.work_centre), None)
        factory = next((item for item in network.factories if centre and item.code == centre.factory), None)
        code = factory.calendar if factory else ""
    found = next((item for item in network.calendars if item.code == code), None)
    if found is None:
        raise NotFound(
            Text(zh=f"机床 {machine.code} 没有日历“{code}”", en=f"machine {machine.code} has no calendar '{code}'"),
            where=f"machines.{machine.code}.calendar",
            fix=Text(zh="在网络的日历表中添加它", en="add it to the network's calendars"),
        )
    return found


def open_intervals(network: Network, machine: Machine, origin: datetime, until: datetime) -> tuple[Interval, ...]:
    """Return when a machine works for the network.

    Parameters
    ----------
    network : Network
    machine : Machine
    origin, until : datetime
        Aware.

    Returns
    -------
    tuple of (start_min, end_min)
        Minutes after ``origin``, sorted and disjoint; empty if nothing is opened at its work centre.

    Notes
    -----
    A share below 1 opens the last part of each shift as it is really worked: a shift with a break or a stop in it is
    taken piece by piece, and time that belongs to no shift (overtime) is a piece of its own. The closed part of a
    piece is rounded up to whole minutes.
    """
    opening = opening_of(network, machine.work_centre)
    if opening is None or opening.share <= 0:
        return ()
    calendar = work_calendar(calendar_of(network, machine, opening))
    return share_of(calendar, opening.share, origin, until)


@lru_cache(maxsize=4096)
def share_of(calendar: WorkCalendar, share: float, origin: datetime, until: datetime) -> tuple[Interval, ...]:
    """Return the working intervals of a calendar with only the last share of each shift left open."""
    if share >= 1:
        return calendar.intervals(origin, until)
    lead = _LEAD_DAYS * 1440
    early, late = origin - timedelta(days=_LEAD_DAYS), until + timedelta(days=_LEAD_DAYS)
    cuts = {
        start
        for shift in calendar.shifts
        for start, _ in WorkCalendar(calendar.code, calendar.timezone, (shift,)).intervals(early, late)
    }
    pieces = _cut(calendar.intervals(early, late), sorted(cuts))
    opened = ((end - int((end - start) * share + 1e-9) - lead, end - lead) for start, end in pieces)
    return clip([span for span in opened if span[0] < span[1]], 0, int((until - origin).total_seconds() // 60))


def _cut(spans: Iterable[Interval], cuts: list[int]) -> list[Interval]:
    """Return the intervals parted at every cut that lies inside one."""
    pieces: list[Interval] = []
    at = 0
    for start, end in spans:
        begin = start
        while at < len(cuts) and cuts[at] < end:
            if cuts[at] > begin:
                pieces.append((begin, cuts[at]))
                begin = cuts[at]
            at += 1
        pieces.append((begin, end))
    return pieces
