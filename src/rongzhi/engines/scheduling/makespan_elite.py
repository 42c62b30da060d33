"""The best plans of the makespan search that differ from each other, and new plans between two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Ints, Tables

LEAST_DISTANCE = 0.03  # share of operations with another machine or another follower
RENEW_AFTER = 6  # times the size without a change, before all but the best are dropped
GROWTH, MOST = 4, 32  # plans more after dropping, and at most


@dataclass(frozen=True)
class Member:
    """A plan.

    Parameters
    ----------
    length : int
        Makespan, time units.
    start, mode : ndarray (operations,)
    follower : ndarray (operations,)
        Next operation on the machine, -1 none.
    """

    length: int
    start: Ints
    mode: Ints
    follower: Ints


class Elite:
    """A few good plans.

    Parameters
    ----------
    tables : Tables
    size : int
        How many are kept at first.
    """

    def __init__(self, tables: Tables, size: int) -> None:
        self._tables, self._size = tables, size
        self.members: list[Member] = []
        self._unchanged = 0

    @property
    def is_full(self) -> bool:
        """Return whether it holds as many plans as it may."""
        return len(self.members) >= self._size

    def member(self, length: int, start: Ints, mode: Ints) -> Member:
        """Return a plan with its followers."""
        machine = self._tables.mode[mode, a.M_MACHINE]
        order = np.lexsort((np.arange(len(start)), start, machine))
        follower = np.full(len(start), -1, dtype=np.int64)
        is_same = machine[order[1:]] == machine[order[:-1]]
        follower[order[:-1][is_same]] = order[1:][is_same]
        return Member(length, start.copy(), mode.copy(), follower)

    def add(self, new: Member) -> None:
        """Take a plan in if it is good and new enough."""
        self._unchanged += 1
        if self.members:
            distance = [distance_of(new, each) for each in self.members]
            nearest = int(np.argmin(distance))
            if distance[nearest] < LEAST_DISTANCE:
                if new.length < self.members[nearest].length:
                    self._unchanged = 0
                    self.members[nearest] = new
                return
        if not self.is_full:
            self._unchanged = 0
            self.members.append(new)
            return
        worst = int(np.argmax([each.length for each in self.members]))
        if new.length < self.members[worst].length:
            self._unchanged = 0
            self.members[worst] = new

    def renew(self) -> None:
        """Drop all but the best if nothing has changed for long."""
        if self.is_full and self._unchanged > RENEW_AFTER * self._size:
            self.members = [min(self.members, key=lambda each: each.length)]
            self._unchanged = 0
            self._size = max(self._size, min(MOST, self._size + GROWTH))


def distance_of(one: Member, two: Member) -> float:
    """Return the share of operations with another machine or follower."""
    return float(np.mean((one.mode != two.mode) | (one.follower != two.follower)))
