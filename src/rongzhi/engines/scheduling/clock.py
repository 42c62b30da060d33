"""Working time of a calendar in plain Python, for single questions; the solver's loops have their own compiled form."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from rongzhi.engines.scheduling.model import FOREVER, Calendar, Interval

_TRIES = 20_000  # jumps without a common open moment after which calendars are held never to meet


class Clock:
    """Answers when work that starts at a moment is done.

    Parameters
    ----------
    calendar : Calendar or None
        None never closes. Spans of a repeating calendar are written out as far as questions reach.
    """

    __slots__ = ("_before", "_cycle", "_ends", "_known", "_limit", "_pattern", "_starts", "_whole")

    def __init__(self, calendar: Calendar | None) -> None:
        spans = list(calendar.intervals) if calendar is not None else [(-FOREVER, FOREVER)]
        until = calendar.until if calendar is not None else None
        self._limit = until if until is not None else (spans[-1][1] if spans else 0)
        self._cycle = (calendar.cycle if calendar is not None else None) or 0
        self._pattern = [
            (max(start, self._limit - self._cycle), min(end, self._limit))
            for start, end in spans
            if self._cycle and end > self._limit - self._cycle and start < self._limit
        ]
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = [0]  # working time before each span, and after the last
        for start, end in spans:
            self._append(start, end)
        if self._cycle and sum(end - start for start, end in self._pattern) == self._cycle:
            self._ends[-1], self._before[-1] = FOREVER, self._before[-2] + FOREVER - self._starts[-1]
            self._pattern = []  # a cycle without a break never closes again
        self._settle()

    @classmethod
    def meet(cls, clocks: Sequence[Clock]) -> Clock:
        """Return the time in which all clocks work."""
        return clocks[0] if len(clocks) == 1 else _Meet(clocks)

    def open_from(self, moment: int) -> int:
        """Return the first open moment at or after a moment, `FOREVER` if none comes."""
        index = self._index(moment)
        if index >= 0 and moment < self._ends[index]:
            return moment
        return self._starts[index + 1] if self._reach(index + 1) else FOREVER

    def closes_at(self, moment: int) -> int:
        """Return when the span that is open at a moment ends."""
        return self._ends[self._index(moment)]

    def worked(self, start: int, end: int) -> int:
        """Return the working time in ``[start, end)``, 0 when it is empty."""
        return max(0, self._until_moment(end) - self._until_moment(start)) if end > start else 0

    def finish(self, start: int, work: int, *, may_span: bool = True, resume_loss: int = 0) -> int | None:
        """Return when work that starts at an open moment ends; None if it does not fit or never ends."""
        if work == 0:
            return start
        index = first = self._index(start)
        left = work - (self._ends[index] - start) if index >= 0 else 0
        if index < 0 or start >= self._ends[index] or (left > 0 and not may_span):
            return None
        if left <= 0:
            return start + work
        while self._reach(index + 1):
            index += 1
            length = self._ends[index] - self._starts[index]
            need = left + min(resume_loss, length)
            if need <= length:
                return self._starts[index] + need
            left = need - length
            if resume_loss and index > first + _TRIES:  # each span is too short to get over its own loss
                break
        return None

    def after(self, moment: int, work: int) -> int:
        """Return the first moment by which so much working time has passed since a moment, `FOREVER` if never."""
        if work <= 0:
            return moment
        opening = self.open_from(moment)
        end = self.finish(opening, work) if opening < FOREVER else None
        return FOREVER if end is None else end

    def back(self, moment: int, work: int) -> int:
        """Return the last moment after which so much working time passes until a moment, ``-FOREVER`` if none."""
        if work <= 0:
            return moment
        total = self._until_moment(moment) - work
        if total < 0:
            return -FOREVER
        index = min(bisect_right(self._before, total) - 1, len(self._starts) - 1)
        return self._starts[index] + total - self._before[index]

    def gaps(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the closed parts of ``[start, end)``."""
        found = []
        moment = start
        while moment < end:
            opening = min(self.open_from(moment), end)
            if opening > moment:
                found.append((moment, opening))
            moment = self.closes_at(opening) if opening < end else end
        return found

    def _append(self, start: int, end: int) -> None:
        if self._ends and self._ends[-1] == start:
            self._ends[-1] = end
            self._before[-1] += end - start
            return
        self._starts.append(start)
        self._ends.append(end)
        self._before.append(self._before[-1] + end - start)

    def _grow(self) -> bool:
        """Write out more spans; False when there are no more."""
        if not self._pattern or self._limit > FOREVER // 2:
            return False
        shift = self._cycle
        self._pattern = [(start + shift, end + shift) for start, end in self._pattern]
        self._limit += shift
        for start, end in self._pattern:
            self._append(start, end)
        self._settle()
        return True

    def _settle(self) -> None:
        """Note how many spans are whole and up to when: a span at the limit may go on in the next repetition."""
        may_go_on = bool(self._pattern) and self._ends[-1] == self._limit
        self._whole = len(self._starts) - may_go_on
        self._known = self._starts[-1] if may_go_on else self._limit

    def _reach(self, index: int) -> bool:
        """Write out spans until one with this index is there; False if the calendar ends before."""
        while index >= self._whole:
            if not self._grow():
                return False
        return True

    def _index(self, moment: int) -> int:
        while self._known <= moment and self._grow():
            pass
        return bisect_right(self._starts, moment) - 1

    def _until_moment(self, moment: int) -> int:
        index = self._index(moment)
        if index < 0:
            return 0
        return self._before[index] + min(moment, self._ends[index]) - self._starts[index]


class _Meet(Clock):
    """The common working time of several clocks, found span by span."""

    __slots__ = ("_is_done", "_parts")

    def __init__(self, parts: Sequence[Clock]) -> None:
        self._parts = tuple(parts)
        self._starts, self._ends, self._before = [], [], [0]
        self._limit = self._known = -FOREVER
        self._whole, self._is_done = 0, False

    def _grow(self) -> bool:
        if self._is_done:
            return False
        moment = self._limit
        for _ in range(_TRIES):
            opening = max(part.open_from(moment) for part in self._parts)
            if opening >= FOREVER:
                break
            if opening == moment:
                self._limit = self._known = min(part.closes_at(moment) for part in self._parts)
                self._append(moment, self._limit)
                self._whole += 1
                return True
            moment = opening
        self._is_done = True
        return False


def opened(calendar: Calendar, since: int, until: int) -> Calendar:
    """Return a calendar that is also open over ``[since, until)``, once."""
    spans, end = _written_out(calendar, until)
    joined: list[Interval] = []
    for start, close in sorted([*spans, (since, until)]):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(close, joined[-1][1])
        else:
            joined.append((start, close))
    return Calendar(f"{calendar.code}+", tuple(joined), calendar.cycle, end if calendar.cycle else None)


def closed(calendar: Calendar, since: int, until: int) -> Calendar:
    """Return a calendar that is closed over ``[since, until)``, once."""
    spans, end = _written_out(calendar, until)
    left = [part for start, close in spans for part in ((start, min(close, since)), (max(start, until), close))]
    whole = tuple((start, close) for start, close in left if start < close)
    return Calendar(f"{calendar.code}-", whole, calendar.cycle, end if calendar.cycle else None)


def _written_out(calendar: Calendar, moment: int) -> tuple[list[Interval], int]:
    """Return explicit spans whose last cycle begins after a moment, so that a change before it is not repeated."""
    spans = list(calendar.intervals)
    end = calendar.until if calendar.until is not None else (spans[-1][1] if spans else 0)
    if calendar.cycle:
        pattern = [(max(start, end - calendar.cycle), close) for start, close in spans if close > end - calendar.cycle]
        while end - calendar.cycle < moment:
            pattern = [(start + calendar.cycle, close + calendar.cycle) for start, close in pattern]
            spans += pattern
            end += calendar.cycle
    return spans, end
