"""Calendars for the exact model: when work may start and how long it then takes, breaks included."""

from __future__ import annotations

from collections.abc import Iterator

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Tables

Window = tuple[int, int]
MOST_WINDOWS = 2_000  # of one calendar; more make the exact model too large to be of use


class TooLong(Exception):
    """The horizon spans too many working intervals for an exact model."""


def windows(tables: Tables, calendar: int, until: int) -> list[Window]:
    """Return the merged working intervals of a row of the calendar table that begin before a time.

    Raises
    ------
    TooLong
        If there are more than `MOST_WINDOWS`.
    """
    found: list[Window] = []
    for start, end in _unrolled(tables, calendar):
        if start >= until:
            break
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], max(found[-1][1], end))
            if end - found[0][0] > a.NEVER // 8:
                break
        elif end > start:
            found.append((start, end))
        if len(found) > MOST_WINDOWS:
            raise TooLong
    return found


def _unrolled(tables: Tables, calendar: int) -> Iterator[Window]:
    low, high, until, cycle = (int(x) for x in tables.calendar[calendar, : a.C_CYCLE + 1])
    spans = [(int(row[a.I_START]), int(row[a.I_END])) for row in tables.interval[low:high]]
    yield from spans
    turn = [span for span in spans if cycle and span[0] >= until - cycle]
    if turn and sum(end - start for start, end in turn) >= cycle:
        yield until, a.NEVER
        return
    shift = cycle
    while turn:
        for start, end in turn:
            yield start + shift, end + shift
        shift += cycle


def lengths(spans: list[Window], work: int, *, may_span: bool, loss: int) -> dict[int, list[Window]]:
    """Return, for every elapsed time that work can take, the closed ranges of starts for which it does.

    Parameters
    ----------
    spans : list of (start, end)
        Merged working intervals.
    work : int
        More than 0.
    may_span : bool
    loss : int
        Lost at every resumption.
    """
    found: dict[int, list[Window]] = {}
    for i, (first, last) in enumerate(spans):
        if last - first >= work:
            found.setdefault(work, []).append((first, last - work))
        if not may_span:
            continue
        low, high = max(first - last + work, 1), work - 1  # what is left to do when the first interval closes
        done = 0
        for start, end in spans[i + 1 :]:
            if low > high:
                break
            room = max(0, end - start - loss)
            top = min(done + room, high)
            if low <= top:
                taken = start + loss - done - last + work
                found.setdefault(taken, []).append((last - work + low, last - work + top))
                low = top + 1
            done += room
    return found
