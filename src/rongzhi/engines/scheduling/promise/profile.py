"""How many units of a resource are in use over time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from rongzhi.engines.scheduling.model import FOREVER


class Profile:
    """Use of one resource as a step function that changes with every booking.

    Parameters
    ----------
    capacity : int
        How many units exist.
    """

    __slots__ = ("_level", "_times", "capacity")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._times = [-FOREVER]
        self._level = [0]

    def free_from(self, start: int, end: int, amount: int) -> int:
        """Return ``start`` when the units are free over ``[start, end)``, else the next moment to try."""
        if start >= end or not amount:
            return start
        times, level, limit = self._times, self._level, self.capacity - amount
        index, count = bisect_right(times, start) - 1, len(times)
        while index < count and times[index] < end:
            if level[index] > limit:
                while index < count and level[index] > limit:
                    index += 1
                return times[index] if index < count else FOREVER
            index += 1
        return start

    def busy_from(self, start: int, amount: int) -> int:
        """Return the first moment from ``start`` on at which so many units are not free."""
        index, limit = bisect_right(self._times, start) - 1, self.capacity - amount
        while index < len(self._times) and self._level[index] <= limit:
            index += 1
        return max(start, self._times[index]) if index < len(self._times) else FOREVER

    def add(self, start: int, end: int, amount: int) -> None:
        """Hold (or, with a negative amount, give back) units over ``[start, end)``."""
        if start >= end or not amount:
            return
        first, last = self._cut(start), self._cut(end)
        for index in range(first, last):
            self._level[index] += amount
        for index in (last, first):
            if self._level[index] == self._level[index - 1]:
                del self._times[index], self._level[index]

    def load(self, changes: list[tuple[int, int]]) -> None:
        """Fill an empty profile from (moment, change) pairs at once."""
        used = 0
        for moment, change in sorted(changes):
            used += change
            if self._times[-1] == moment:
                self._level[-1] = used
            else:
                self._times.append(moment)
                self._level.append(used)

    def _cut(self, moment: int) -> int:
        index = bisect_left(self._times, moment)
        if index == len(self._times) or self._times[index] != moment:
            self._times.insert(index, moment)
            self._level.insert(index, self._level[index - 1])
        return index
