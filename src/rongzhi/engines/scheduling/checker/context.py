"""Look-ups the rules need, made once for a problem and a plan."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field

from rongzhi.engines.scheduling.model import (
    Calendar,
    Changeover,
    Job,
    Machine,
    Mode,
    Operation,
    Pin,
    Problem,
)
from rongzhi.engines.scheduling.result import Assignment, Plan

Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Context:
    """A problem and a plan with everything found by code."""

    problem: Problem
    assignments: dict[str, Assignment]
    operations: dict[str, Operation]
    jobs: dict[str, Job]
    machines: dict[str, Machine]
    calendars: dict[str, Clock]
    changeovers: dict[str, Changeover]
    resource_calendars: dict[str, str | None]
    places: dict[str, str | None]
    fixed: dict[str, Pin]
    _clocks: dict[tuple[str, ...], Clock] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem, plan: Plan) -> Context:
        """Index a problem and a plan in which every operation appears once."""
        horizon = max(plan.makespan, 0) + 1
        factories = {factory.code: factory.place for factory in problem.factories}
        return cls(
            problem=problem,
            assignments={assignment.operation: assignment for assignment in plan},
            operations={operation.code: operation for _, operation in problem.operations()},
            jobs={operation.code: job for job, operation in problem.operations()},
            machines={machine.code: machine for machine in problem.machines},
            calendars={calendar.code: Clock.of(calendar, horizon) for calendar in problem.calendars},
            changeovers={table.code: table for table in problem.changeovers},
            resource_calendars={resource.code: resource.calendar for resource in problem.resources},
            places={
                each.code: each.place if each.place is not None else factories[each.factory]
                for each in problem.machines
            },
            fixed={pin.operation: pin for pin in problem.pins if pin.start is not None or pin.is_started},
        )

    def mode(self, operation: str) -> Mode:
        """Return the mode an operation was planned in."""
        return self.operations[operation].modes[self.assignments[operation].mode]

    def clock(self, operation: str) -> Clock:
        """Return when an operation can be worked on: its machine and all its resources work."""
        mode = self.mode(operation)
        key = (mode.machine, *(need.resource for need in mode.needs))
        if key not in self._clocks:
            clock = self.machine_clock(mode.machine)
            for need in mode.needs:
                calendar = self.resource_calendars[need.resource]
                clock = clock if calendar is None else clock.meet(self.calendars[calendar])
            self._clocks[key] = clock
        return self._clocks[key]

    def machine_clock(self, machine: str) -> Clock:
        """Return when a machine works."""
        calendar = self.machines[machine].calendar
        return Clock.ALWAYS if calendar is None else self.calendars[calendar]

    def place(self, operation: str) -> str | None:
        """Return where an operation is done."""
        return self.places[self.assignments[operation].machine]

    def factory(self, operation: str) -> str:
        """Return the factory that does an operation."""
        return self.machines[self.assignments[operation].machine].factory


class Clock:
    """Working time of a calendar as explicit spans up to a horizon."""

    ALWAYS: Clock

    def __init__(self, spans: Spans) -> None:
        self.spans = spans
        self._starts = [start for start, _ in spans]
        self._before = [0]
        for start, end in spans:
            self._before.append(self._before[-1] + end - start)

    @classmethod
    def of(cls, calendar: Calendar, horizon: int) -> Clock:
        """Write out a calendar, its repetition included, until a horizon is covered."""
        spans = list(calendar.intervals)
        until = calendar.until if calendar.until is not None else (spans[-1][1] if spans else 0)
        if calendar.cycle:
            pattern = [
                (max(start, until - calendar.cycle), min(end, until))
                for start, end in spans
                if end > until - calendar.cycle and start < until
            ]
            shift = 0
            while pattern and until + shift <= horizon:
                shift += calendar.cycle
                spans.extend((start + shift, end + shift) for start, end in pattern)
        return cls(_joined(spans))

    def meet(self, other: Clock) -> Clock:
        """Return the time both work."""
        found: Spans = []
        i = j = 0
        while i < len(self.spans) and j < len(other.spans):
            start = max(self.spans[i][0], other.spans[j][0])
            end = min(self.spans[i][1], other.spans[j][1])
            if start < end:
                found.append((start, end))
            if self.spans[i][1] < other.spans[j][1]:
                i += 1
            else:
                j += 1
        return Clock(found)

    def worked(self, start: int, end: int) -> int:
        """Return the working time in ``[start, end)``."""
        return self._until(end) - self._until(start)

    def span_at(self, moment: int) -> tuple[int, int] | None:
        """Return the span that is open at a moment."""
        index = bisect.bisect_right(self._starts, moment) - 1
        if index >= 0 and moment < self.spans[index][1]:
            return self.spans[index]
        return None

    def spans_between(self, start: int, end: int) -> Spans:
        """Return the parts of the spans inside ``[start, end)``."""
        first = max(bisect.bisect_right(self._starts, start) - 1, 0)
        found: Spans = []
        for begin, close in self.spans[first:]:
            if begin >= end:
                break
            if close > start:
                found.append((max(begin, start), min(close, end)))
        return found

    def _until(self, moment: int) -> int:
        index = bisect.bisect_right(self._starts, moment) - 1
        if index < 0:
            return 0
        start, end = self.spans[index]
        return self._before[index] + min(moment, end) - start


Clock.ALWAYS = Clock([(-(10**15), 10**15)])


def _joined(spans: Spans) -> Spans:
    joined: Spans = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
