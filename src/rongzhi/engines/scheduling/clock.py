"""Working time of a calendar in plain Python, for single questions; the solver's loops have their own compiled form."""

from __future__ import annotations

from bisect import bisect_right

from rongzhi.engines.scheduling.model import FOREVER, Calendar


class Clock:
    """Answers when work that starts at a moment is done.

    Parameters
    ----------
    calendar : Calendar or None
        None never closes. Spans of a repeating calendar are written out as far as questions reach.
    """

    __slots__ = ("_before", "_cycle", "_ends", "_pattern", "_shift", "_starts", "_until")

    def __init__(self, calendar: Calendar | None) -> None:
        spans = list(calendar.intervals) if calendar is not None else [(-FOREVER, FOREVER)]
        self._until = FOREVER if calendar is None else calendar.until or (spans[-1][1] if spans else 0)
        self._cycle = (calendar.cycle if calendar is not None else None) or 0
        self._pattern = [
            (max(start, self._until - self._cycle), min(end, self._until))
            for start, end in spans
            if self._cycle and end > self._until - self._cycle and start < self._until
        ]
        self._shift = 0
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = [0]
        for start, end in spans:
            self._append(start, end)
        if self._cycle and sum(end - start for start, end in self._pattern) == self._cycle:
            self._ends[-1], self._pattern = FOREVER, []  # a cycle without a break never closes again

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
        return max(0, self._until_moment(end) - self._until_moment(start))

    def finish(self, start: int, work: int, *, may_span: bool = True, resume_loss: int = 0) -> int | None:
        """Return when work that starts at an open moment ends; None if it does not fit or never ends."""
        if work == 0:
            return start
        index = self._index(start)
        if index < 0 or start >= self._ends[index]:
            return None
        left = work - (self._ends[index] - start)
        if left <= 0:
            return start + work
        if not may_span:
            return None
        while self._reach(index + 1):
            index += 1
            length = self._ends[index] - self._starts[index]
            need = left + min(resume_loss, length)
            if need <= length:
                return self._starts[index] + need
            left = need - length
        return None

    def _append(self, start: int, end: int) -> None:
        if self._ends and self._ends[-1] == start:
            self._ends[-1] = end
            self._before[-1] += end - start
            return
        self._starts.append(start)
        self._ends.append(end)
        self._before.append(self._before[-1] + end - start)

    def _extend(self) -> bool:
        if not self._pattern or self._shift > FOREVER // 2:
            return False
        self._shift += self._cycle
        for start, end in self._pattern:
            self._append(start + self._shift, end + self._shift)
        return True

    def _reach(self, index: int) -> bool:
        """Write out spans until one with this index is there; False if the calendar ends before."""
        while index >= len(self._starts) - 1:  # the last span may still grow
            if not self._extend():
                return index < len(self._starts)
        return True

    def _index(self, moment: int) -> int:
        while self._until + self._shift <= moment and self._extend():
            pass
        return bisect_right(self._starts, moment) - 1

    def _until_moment(self, moment: int) -> int:
        index = self._index(moment)
        if index < 0:
            return 0
        return self._before[index] + min(moment, self._ends[index]) - self._starts[index]
