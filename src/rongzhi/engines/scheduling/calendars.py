"""Calendars as tables: merged intervals with the working time before each, shared where they are equal."""

from __future__ import annotations

from math import lcm

import numpy as np

from rongzhi.engines.scheduling.arrays import Ints
from rongzhi.engines.scheduling.model import FOREVER, Calendar, Interval, Problem
from rongzhi.kernel.calendars import clip, intersect, merge

MAX_JOINT_INTERVALS = 200_000


class CalendarBook:
    """Numbers the calendars of a problem and makes joint ones for machines with resources.

    Parameters
    ----------
    problem : Problem
    """

    def __init__(self, problem: Problem) -> None:
        self._by_code = {calendar.code: calendar for calendar in problem.calendars}
        self._rows: dict[tuple[str, ...], int] = {}
        self._calendars: list[Calendar] = []

    def of(self, code: str | None) -> int:
        """Return the row of a calendar, -1 for none."""
        return self.joint([code])

    def joint(self, codes: list[str | None]) -> int:
        """Return the row of the calendar that works when all of them work."""
        key = tuple(sorted({code for code in codes if code is not None}))
        if not key:
            return -1
        if key not in self._rows:
            calendar = self._by_code[key[0]]
            for code in key[1:]:
                calendar = joint_calendar(calendar, self._by_code[code])
            self._rows[key] = len(self._calendars)
            self._calendars.append(calendar)
        return self._rows[key]

    def calendar(self, row: int) -> Calendar:
        """Return the calendar of a row."""
        return self._calendars[row]

    def overtime(self, calendar: Calendar, rate: float) -> int:
        """Return the row of the working time of a calendar that costs a rate more."""
        spans = tuple((each.start, each.end) for each in calendar.overtime if each.rate == rate)
        key = (calendar.code, f"overtime {rate}", "")  # codes of joint calendars are sorted, so no such key is theirs
        if key not in self._rows:
            self._rows[key] = len(self._calendars)
            common = intersect(calendar.intervals, spans)
            self._calendars.append(Calendar(calendar.code, common, calendar.cycle, end_of(calendar)))
        return self._rows[key]

    def tables(self) -> tuple[Ints, Ints]:
        """Return the tables of calendars (k, 6) and intervals (n, 3)."""
        heads: list[tuple[int, ...]] = []
        rows: list[tuple[int, int, int]] = []
        for calendar in self._calendars:
            first, until, total = len(rows), end_of(calendar), 0
            per_cycle = 0
            cut = until - calendar.cycle if calendar.cycle else None
            for start, end in pieces(calendar):
                rows.append((start, end, total))
                total += end - start
                if cut is not None and start >= cut:
                    per_cycle += end - start
            heads.append((first, len(rows), until, calendar.cycle or 0, per_cycle, total))
        calendar_table = np.array(heads, dtype=np.int64).reshape(-1, 6)
        return calendar_table, np.array(rows, dtype=np.int64).reshape(-1, 3)


def end_of(calendar: Calendar) -> int:
    """Return the end of the explicit part of a calendar."""
    if calendar.until is not None:
        return calendar.until
    return calendar.intervals[-1][1] if calendar.intervals else 0


def pieces(calendar: Calendar) -> list[Interval]:
    """Return the explicit intervals, clipped to the explicit part and cut where the cycle begins."""
    until = end_of(calendar)
    whole = [span for span in merge(calendar.intervals) if span[0] < until]
    whole = [(start, min(end, until)) for start, end in whole]
    if not calendar.cycle:
        return whole
    cut = until - calendar.cycle
    return [piece for s, e in whole for piece in ((s, min(e, cut)), (max(s, cut), e)) if piece[0] < piece[1]]


def unroll(calendar: Calendar, until: int) -> list[Interval]:
    """Return the intervals up to a time, cycles repeated."""
    explicit, end = pieces(calendar), end_of(calendar)
    if not calendar.cycle:
        return explicit
    found = list(explicit)
    turn = [span for span in explicit if span[0] >= end - calendar.cycle]
    shift = calendar.cycle
    while end + shift - calendar.cycle < until:
        found.extend((start + shift, stop + shift) for start, stop in turn)
        shift += calendar.cycle
    return list(clip(merge(found), min(0, explicit[0][0] if explicit else 0), until))


def joint_calendar(a: Calendar, b: Calendar) -> Calendar:
    """Return the calendar that works when both work.

    Where the cycles are so different that the joint one would have too many intervals, it is written out for as many
    as there may be (centuries of days) and closed from then on.
    """
    if _never_closes(a) or _never_closes(b):
        return b if _never_closes(a) else a
    code = f"{a.code}&{b.code}"
    until = max(end_of(a), end_of(b))
    if not (a.cycle and b.cycle):
        if a.cycle:
            until = end_of(b)
        elif b.cycle:
            until = end_of(a)
        return Calendar(code, intersect(_limited(a, until), _limited(b, until)))
    cycle = lcm(a.cycle, b.cycle)
    until += cycle
    turns = (until // a.cycle + 1) * (len(a.intervals) + 1) + (until // b.cycle + 1) * (len(b.intervals) + 1)
    if turns > MAX_JOINT_INTERVALS:
        until = min(_end_of_turns(a), _end_of_turns(b))
        return Calendar(code, intersect(unroll(a, until), unroll(b, until)))
    spans = intersect(unroll(a, until), unroll(b, until))
    return Calendar(code, spans, cycle, until)


def _never_closes(calendar: Calendar) -> bool:
    return len(calendar.intervals) == 1 and calendar.intervals[0][0] <= 0 and calendar.intervals[0][1] >= FOREVER


def _limited(calendar: Calendar, until: int) -> list[Interval]:
    # A plan never reaches FOREVER, so a cyclic calendar against an endless one is unrolled for a long time only.
    if not calendar.cycle:
        return pieces(calendar)
    return unroll(calendar, min(until, _end_of_turns(calendar)))


def _end_of_turns(calendar: Calendar) -> int:
    """Return how far a cyclic calendar may be written out."""
    turns = MAX_JOINT_INTERVALS // max(1, len(calendar.intervals))
    return end_of(calendar) + turns * (calendar.cycle or 0)
