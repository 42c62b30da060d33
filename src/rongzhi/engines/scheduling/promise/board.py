"""A problem and its plan as a live structure: lanes, resource profiles, clocks and transport found by code."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rongzhi.engines.scheduling.checks_plan import require_fit
from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.model import Calendar, Link, Mode, Operation, Precedence, Problem
from rongzhi.engines.scheduling.promise.lane import Lane, Limits, Member, Spot, Wish
from rongzhi.engines.scheduling.promise.profile import Profile
from rongzhi.engines.scheduling.result import Assignment, Plan


@dataclass(frozen=True, slots=True)
class Way:
    """One mode of an operation with everything it touches."""

    operation: Operation
    index: int
    mode: Mode
    lane: Lane
    wish: Wish
    factory: str
    place: int | None

    def fit(self, limits: Limits) -> Spot | None:
        """Return the earliest place within limits, None if there is none."""
        return self.lane.fit(self.wish, limits)

    def assignment(self, start: int, end: int) -> Assignment:
        """Return the way as an assignment; the changeover is filled in by the board."""
        wish = self.wish
        may_span = self.operation.may_span_breaks
        done = wish.clock.finish(start, wish.setup, may_span=may_span, resume_loss=wish.loss)
        return Assignment(
            self.operation.code, self.mode.machine, self.index, start, start if done is None else done, end
        )

    def first_batch(self, start: int, end: int, share: float) -> int:
        """Return when set-up and a share of the run are done, for work that takes ``[start, end)``."""
        wish, work = self.wish, self.mode.setup + math.ceil(share * self.mode.run)
        done = wish.clock.finish(start, work, may_span=self.operation.may_span_breaks, resume_loss=wish.loss)
        return end if done is None else min(done, end)


class Board:
    """Lanes and profiles of a plan, changed only by `put` and `take`.

    Parameters
    ----------
    problem : Problem
    plan : Plan or iterable of Assignment
        A valid plan of the problem; it may lack operations.
    """

    def __init__(self, problem: Problem, plan: Plan | Iterable[Assignment]) -> None:
        self.problem = problem
        self.calendars = {calendar.code: calendar for calendar in problem.calendars}
        self.machines = {machine.code: machine for machine in problem.machines}
        self.resources = {resource.code: resource for resource in problem.resources}
        self.profiles = {resource.code: Profile(resource.capacity) for resource in problem.resources}
        self.fixed = {pin.operation for pin in problem.pins if pin.start is not None or pin.is_started}
        self._clocks: dict[tuple[str | None, ...], Clock] = {}
        self._place_at = {place: row for row, place in enumerate(problem.transport.places)}
        self._home = {factory.code: factory.place for factory in problem.factories}
        tables = {table.code: table for table in problem.changeovers}
        self.lanes = {
            machine.code: Lane(machine, self.clock((machine.calendar,)), tables.get(machine.changeover or ""))
            for machine in problem.machines
        }
        self.jobs = {job.code for job in problem.jobs}
        self.operations = {operation.code: operation for _, operation in problem.operations()}
        self.planned = {row.operation: row for row in plan}
        require_fit(problem, self.planned.values())
        self._load()

    def _load(self) -> None:
        members: dict[str, list[Member]] = {}
        changes: dict[str, list[tuple[int, int]]] = {}
        for code, row in self.planned.items():
            operation = self.operations[code]
            members.setdefault(row.machine, []).append(self.member(operation, row))
            for need in operation.modes[row.mode].needs:
                if row.end > row.start:
                    changes.setdefault(need.resource, []).extend(((row.start, need.amount), (row.end, -need.amount)))
        for machine, lane in members.items():
            self.lanes[machine].load([each for each in lane if not self._is_aside(self.lanes[machine], each)])
        for resource, steps in changes.items():
            self.profiles[resource].load(steps)

    def clock(self, calendars: tuple[str | None, ...]) -> Clock:
        """Return when several calendars (None: always) all work."""
        key = tuple(sorted({code for code in calendars if code is not None}))
        if key not in self._clocks:
            alone = [self.clock((code,)) for code in key] if len(key) > 1 else []
            self._clocks[key] = Clock.meet(alone) if alone else Clock(self.calendars[key[0]] if key else None)
        return self._clocks[key]

    def own_clock(self, calendar: Calendar, others: tuple[str, ...] = ()) -> Clock:
        """Return when a calendar that is not of the problem, and some that are, all work."""
        return Clock.meet([Clock(calendar), *([self.clock(others)] if others else [])])

    def way(self, operation: Operation, index: int) -> Way:
        """Return one mode of an operation, known or new, with everything it touches."""
        mode = operation.modes[index]
        machine, lane = self.machines[mode.machine], self.lanes[mode.machine]
        amounts: dict[str, int] = {}
        for need in mode.needs:
            amounts[need.resource] = amounts.get(need.resource, 0) + need.amount
        clock = lane.clock
        if amounts:
            clock = self.clock((machine.calendar, *(self.resources[code].calendar for code in amounts)))
        wish = Wish(
            operation.code,
            mode.setup + mode.run,
            mode.setup,
            clock,
            tuple((self.profiles[code], amount) for code, amount in amounts.items()),
            operation.family,
            operation.size,
            operation.may_span_breaks,
            operation.resume_loss,
        )
        place = machine.place if machine.place is not None else self._home[machine.factory]
        return Way(
            operation, index, mode, lane, wish, machine.factory, None if place is None else self._place_at[place]
        )

    def move(self, origin: Way, destination: Way) -> tuple[int, float]:
        """Return transport time (time units) and cost between the places of two ways."""
        if origin.place is None or destination.place is None:
            return 0, 0.0
        transport = self.problem.transport
        cost = transport.costs[origin.place][destination.place] if transport.costs else 0.0
        return transport.times[origin.place][destination.place], float(cost)

    def member(self, operation: Operation, row: Assignment) -> Member:
        """Return an assignment as its lane keeps it."""
        mode = operation.modes[row.mode]
        is_fixed = operation.code in self.fixed
        work, done = mode.setup + mode.run, row.end
        if self.machines[row.machine].batch is not None and not is_fixed:
            wish = self.way(operation, row.mode).wish
            finish = wish.clock.finish(row.start, work, may_span=wish.may_span, resume_loss=wish.loss)
            done = row.end if finish is None else finish
        return Member(operation.code, row.start, row.end, operation.family, operation.size, work, is_fixed, done)

    @staticmethod
    def _is_aside(lane: Lane, member: Member) -> bool:
        return lane.is_ordered and not member.work

    def put(self, operation: Operation, row: Assignment) -> None:
        """Book an assignment that is known to fit."""
        lane, member = self.lanes[row.machine], self.member(operation, row)
        if not self._is_aside(lane, member):
            lane.put(member)
        for need in operation.modes[row.mode].needs:
            self.profiles[need.resource].add(row.start, row.end, need.amount)

    def take(self, operation: Operation, row: Assignment) -> None:
        """Give back what an assignment holds."""
        lane, member = self.lanes[row.machine], self.member(operation, row)
        if not self._is_aside(lane, member):
            lane.take(member)
        for need in operation.modes[row.mode].needs:
            self.profiles[need.resource].add(row.start, row.end, -need.amount)

    def changeover_before(self, operation: Operation, row: Assignment) -> int:
        """Return the changeover due before an operation that was put on the board, working time units."""
        lane, member = self.lanes[row.machine], self.member(operation, row)
        if self._is_aside(lane, member):
            return 0
        index = lane.find(member)
        is_head = lane.groups[index][0] == member
        return lane.due_changeover(index) if is_head and not lane.machine.is_unlimited else 0

    def changeovers(self, machine: str, rank: Mapping[str, int] | None = None) -> Mapping[str, int]:
        """Return the changeover before every operation of a machine, as a plan states it; working time units.

        Parameters
        ----------
        machine : str
        rank : mapping of str to int, optional
            Row of each operation in the plan: the changeover of a batch is stated with its first row.
        """
        lane, stated = self.lanes[machine], {}
        for index, group in enumerate(lane.groups):
            is_given = group[0].is_fixed and (index == 0 or lane.groups[index - 1][0].is_fixed)
            due = 0 if lane.machine.is_unlimited else lane.due_changeover(index)
            for place, member in enumerate(sorted(group, key=lambda each: rank[each.code]) if rank else group):
                known = self.planned.get(member.code)
                if known is not None and (is_given or lane.machine.is_unlimited):
                    stated[member.code] = known.changeover
                else:
                    stated[member.code] = 0 if place else due
        return stated


def after_limits(board: Board, link: Precedence, before: tuple[Way, int, int], after: Way) -> tuple[int, int, int]:
    """Return what a precedence asks of the operation after: earliest start, latest start (or -1), earliest end."""
    way, start, end = before
    transport = board.move(way, after)[0]
    delay = link.lag + transport
    nothing = -1
    if link.link is Link.FINISH_START:
        return end + delay, nothing if link.max_lag is None else end + transport + link.max_lag, 0
    if link.link is Link.START_START:
        return start + delay, nothing, 0
    if link.link is Link.FINISH_FINISH:
        return 0, nothing, end + delay
    earliest = way.first_batch(start, end, link.share) + delay
    rest = math.ceil(link.share * after.mode.run)
    return earliest, nothing, after.wish.clock.after(end + delay, rest) if rest else 0
