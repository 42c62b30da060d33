"""What one machine is busy with, in order, and where something more fits in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.model import FOREVER, Changeover, Machine
from rongzhi.engines.scheduling.promise.profile import Profile

_TRIES = 2_000  # working spans that are tried for an operation that may not span a break


@dataclass(frozen=True, slots=True)
class Member:
    """An operation on a machine, as far as its neighbours care."""

    code: str
    start: int
    end: int
    family: str | None = None
    size: int = 1
    work: int = 0
    is_fixed: bool = False
    done: int = 0  # when its own work is over; on a batch machine that may be before the end


@dataclass(frozen=True, slots=True)
class Wish:
    """What has to be placed on a lane.

    Parameters
    ----------
    code : str
    work, setup : int
        Working time units, ``setup`` being part of ``work``.
    clock : Clock
        When machine and resources all work.
    needs : tuple of (Profile, amount)
    """

    code: str
    work: int
    setup: int
    clock: Clock
    needs: tuple[tuple[Profile, int], ...] = ()
    family: str | None = None
    size: int = 1
    may_span: bool = True
    loss: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """When a wish may be placed: start in ``[earliest, latest]``, end in ``[min_end, max_end]``."""

    earliest: int
    latest: int = FOREVER
    min_end: int = -FOREVER
    max_end: int = FOREVER


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a wish fits: its times and, on a batch machine, whether it joins a batch."""

    start: int
    end: int
    joins: bool = False


class Lane:
    """The groups (single operations, or batches) of one machine in order of start.

    Parameters
    ----------
    machine : Machine
    clock : Clock
        Working time of the machine alone.
    table : Changeover or None
    """

    __slots__ = ("_families", "_free", "_groups", "_starts", "_times", "clock", "machine")

    def __init__(self, machine: Machine, clock: Clock, table: Changeover | None) -> None:
        self.machine = machine
        self.clock = clock
        self._families = {family: index for index, family in enumerate(table.families)} if table else {}
        self._times = table.times if table else ()
        self._groups: list[list[Member]] = []
        self._starts: list[int] = []
        self._free: list[int] = []  # latest end of this group and all before it: fixed work may overlap

    @property
    def is_ordered(self) -> bool:
        """Whether there are changeovers or batches, so that what has no length takes no place in the row."""
        return bool(self._families) or self.machine.batch is not None

    @property
    def groups(self) -> list[list[Member]]:
        """The groups in order of start; not to be changed."""
        return self._groups

    def load(self, members: list[Member]) -> None:
        """Fill an empty lane at once."""
        members.sort(key=lambda each: (each.start, each.end))
        for member in members:
            last = self._groups[-1][0] if self._groups else None
            if self.machine.batch and last and (last.start, last.end) == (member.start, member.end):
                self._groups[-1].append(member)
                continue
            self._groups.append([member])
            self._starts.append(member.start)
            self._free.append(max(member.end, self._free[-1]) if self._free else member.end)

    def changeover(self, before: str | None, after: str | None) -> int:
        """Return the changeover time between two families, working time units."""
        if before not in self._families or after not in self._families:
            return 0
        return self._times[self._families[before]][self._families[after]]

    def put(self, member: Member) -> None:
        """Add an operation; it is known to fit."""
        index = self._place(member)
        if self._joins(index - 1, member):
            self._groups[index - 1].append(member)
            return
        self._groups.insert(index, [member])
        self._starts.insert(index, member.start)
        self._free.insert(index, max(member.end, self._free[index - 1]) if index else member.end)

    def take(self, member: Member) -> None:
        """Remove an operation."""
        index = self.find(member)
        self._groups[index].remove(member)
        if not self._groups[index]:
            del self._groups[index], self._starts[index], self._free[index]
            if member.is_fixed:
                self._refresh(index)

    def find(self, member: Member) -> int:
        """Return the index of the group an operation is in."""
        index = bisect_left(self._starts, member.start)
        while member not in self._groups[index]:
            index += 1
        return index

    def due_changeover(self, index: int) -> int:
        """Return the changeover before a group, working time units."""
        after = self._groups[index][0]
        before = self._groups[index - 1][0].family if index else self.machine.initial_family
        return self.changeover(before, after.family)

    def index_from(self, moment: int) -> int:
        """Return the index of the first group that starts at a moment or later."""
        return bisect_left(self._starts, moment)

    def family_before(self, moment: int) -> str | None:
        """Return the family the machine is set to at a moment."""
        index = bisect_left(self._starts, moment)
        return self._groups[index - 1][0].family if index else self.machine.initial_family

    def is_kept(self, index: int) -> bool:
        """Return whether the changeover before a group and the length of its batch are as they must be."""
        if index >= len(self._groups):
            return True
        group = self._groups[index]
        before = self._groups[index - 1][0] if index else None
        if any(each.is_fixed for each in group):
            if before is None or before.is_fixed:
                return True
        elif self.machine.batch and max(each.done for each in group) < group[0].end:
            return False
        end = before.end if before else 0
        return self.clock.worked(end, group[0].start) >= self.due_changeover(index)

    def fit(self, wish: Wish, limits: Limits) -> Spot | None:
        """Return the earliest place for a wish without moving anything, None if there is none."""
        if self.machine.is_unlimited or (self.is_ordered and not wish.work):
            return self._within(wish, limits, limits.earliest, FOREVER)
        if self.machine.batch is None:
            return self._gap(wish, limits)
        if wish.size > self.machine.batch.capacity:
            return None
        found = [spot for spot in (self._join(wish, limits), self._gap(wish, limits)) if spot is not None]
        return min(found, key=lambda spot: (spot.end, not spot.joins), default=None)

    def _gap(self, wish: Wish, limits: Limits) -> Spot | None:
        starts, free, groups = self._starts, self._free, self._groups
        earliest, work, count = limits.earliest, wish.work, len(starts)
        for index in range(bisect_left(starts, earliest), count + 1):
            lower = max(earliest, free[index - 1]) if index else earliest
            if index < count and starts[index] - lower < work:
                continue
            if lower > limits.latest:
                return None
            lower = max(lower, self._after(index, wish.family))
            upper = FOREVER
            if index < count:
                first = groups[index][0]
                upper = self.clock.back(first.start, self.changeover(wish.family, first.family))
                if not work and first.end <= first.start:
                    upper -= 1
            spot = self._within(wish, limits, lower, upper)
            if spot is not None:
                return spot
        return None

    def _after(self, index: int, family: str | None) -> int:
        before = self._groups[index - 1][0] if index else None
        wanted = self.changeover(before.family if before else self.machine.initial_family, family)
        if not wanted:
            return -FOREVER
        return self.clock.after(before.end if before else 0, wanted)

    def _within(self, wish: Wish, limits: Limits, lower: int, upper: int) -> Spot | None:
        """Return the earliest place between two moments."""
        clock, work, start = wish.clock, wish.work, lower
        may_span = wish.may_span
        for _ in range(_TRIES):
            if work:
                start = clock.open_from(start)
            if start > limits.latest or start + work > upper or start >= FOREVER:
                return None
            end = clock.finish(start, work, may_span=may_span, resume_loss=wish.loss)
            if end is None:
                if may_span:
                    return None
                start = clock.closes_at(start)
                continue
            if end > upper:
                return None
            if end > limits.max_end and not (may_span and wish.loss):
                return None
            if end < limits.min_end:
                start = max(start + 1, clock.back(limits.min_end, work))
                continue
            later = max((profile.free_from(start, end, amount) for profile, amount in wish.needs), default=start)
            if later > start:
                start = later
                continue
            return Spot(start, end) if end <= limits.max_end else None
        return None

    def _join(self, wish: Wish, limits: Limits) -> Spot | None:
        """Return the earliest batch the wish may join."""
        batch = self.machine.batch
        assert batch is not None
        for index in range(bisect_left(self._starts, limits.earliest), len(self._starts)):
            group = self._groups[index]
            start, end = group[0].start, group[0].end
            if start > limits.latest:
                return None
            if not limits.min_end <= end <= limits.max_end or start >= end:
                continue
            if sum(each.size for each in group) + wish.size > batch.capacity:
                continue
            # With changeovers the family of the batch must not depend on which of its operations is named first.
            if group[0].family != wish.family and (batch.is_family_pure or self._families):
                continue
            if _goes_along(wish, start, end):
                return Spot(start, end, joins=True)
        return None

    def _place(self, member: Member) -> int:
        index = bisect_left(self._starts, member.start)
        while index < len(self._groups) and self._starts[index] == member.start:
            if self._groups[index][0].end > member.end:
                break
            index += 1
        return index

    def _joins(self, index: int, member: Member) -> bool:
        if self.machine.batch is None or index < 0:
            return False
        head = self._groups[index][0]
        return (head.start, head.end) == (member.start, member.end)

    def _refresh(self, index: int) -> None:
        for row in range(index, len(self._groups)):
            self._free[row] = max(self._groups[row][0].end, self._free[row - 1] if row else -FOREVER)

    def between(self, start: int, end: int) -> list[list[Member]]:
        """Return the groups that overlap ``[start, end)``, in order."""
        first = bisect_right(self._free, start)
        last = bisect_left(self._starts, end)
        return [group for group in self._groups[first:last] if group[0].end > start]


def _goes_along(wish: Wish, start: int, end: int) -> bool:
    clock = wish.clock
    if clock.open_from(start) != start:
        return False
    done = clock.finish(start, wish.work, may_span=wish.may_span, resume_loss=wish.loss)
    if done is None or done > end:
        return False
    return all(profile.free_from(start, end, amount) == start for profile, amount in wish.needs)
