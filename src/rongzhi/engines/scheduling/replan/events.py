"""What may go differently than planned, and how it changes the problem."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from rongzhi.engines.scheduling.clock import Clock, closed
from rongzhi.engines.scheduling.model import Calendar, Operation, Pin, Problem
from rongzhi.engines.scheduling.result import Assignment, Plan


@dataclass(frozen=True, slots=True)
class MachineDown:
    """A machine does not work over ``[since, until)``, time units; running work goes on afterwards."""

    machine: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class LateMaterial:
    """An operation cannot start before a moment, time units."""

    operation: str
    moment: int


@dataclass(frozen=True, slots=True)
class LongerRun:
    """An operation takes so much more working time (time units) than planned, on whatever machine."""

    operation: str
    extra: int


Event = MachineDown | LateMaterial | LongerRun


def happened(problem: Problem, plan: Plan, now: int, events: Sequence[Event]) -> tuple[Problem, list[Assignment]]:
    """Return the problem as it is now and the plan's rows; what began before ``now`` is frozen, with its new end."""
    changed = _with_downs(problem, [each for each in events if isinstance(each, MachineDown)])
    late, extra = dict[str, int](), dict[str, int]()
    for event in events:
        if isinstance(event, LateMaterial):
            late[event.operation] = max(event.moment, late.get(event.operation, 0))
        elif isinstance(event, LongerRun):
            extra[event.operation] = extra.get(event.operation, 0) + event.extra
    jobs = tuple(
        dataclasses.replace(job, operations=tuple(_changed(each, late, extra) for each in job.operations))
        if any(each.code in late or each.code in extra for each in job.operations)
        else job
        for job in changed.jobs
    )
    changed = dataclasses.replace(changed, jobs=jobs)
    rows, pins = _frozen(changed, plan, now, problem, extra)
    kept = tuple(pin for pin in changed.pins if pin.operation not in pins)
    return dataclasses.replace(changed, pins=(*kept, *pins.values())), rows


def _changed(operation: Operation, late: dict[str, int], extra: dict[str, int]) -> Operation:
    more = extra.get(operation.code, 0)
    return dataclasses.replace(
        operation,
        earliest_start=max(operation.earliest_start, late.get(operation.code, 0)),
        modes=tuple(dataclasses.replace(mode, run=mode.run + more) for mode in operation.modes),
    )


def _with_downs(problem: Problem, downs: list[MachineDown]) -> Problem:
    calendars = {calendar.code: calendar for calendar in problem.calendars}
    machines = {machine.code: machine for machine in problem.machines}
    for down in downs:
        machine = machines[down.machine]
        usual = Calendar.always() if machine.calendar is None else calendars[machine.calendar]
        code = f"{machine.code}:{down.since}-{down.until}"
        calendars[code] = dataclasses.replace(closed(usual, down.since, down.until), code=code)
        machines[machine.code] = dataclasses.replace(machine, calendar=code)
    return dataclasses.replace(problem, calendars=tuple(calendars.values()), machines=tuple(machines.values()))


def _frozen(
    problem: Problem, plan: Plan, now: int, usual: Problem, extra: dict[str, int]
) -> tuple[list[Assignment], dict[str, Pin]]:
    """Return the rows, with running work ending when it now will, and a pin for everything that has begun."""
    clocks, before = _clocks(problem), _clocks(usual)
    rows, pins = list[Assignment](), dict[str, Pin]()
    for row in plan:
        if row.start >= now:
            rows.append(row)
            continue
        end = row.end
        if end > now:
            clock = clocks[row.machine]
            lost = before[row.machine].worked(row.start, end) - clock.worked(row.start, end)
            end = clock.after(end, max(0, lost) + extra.get(row.operation, 0))
        rows.append(dataclasses.replace(row, end=end))
        pins[row.operation] = Pin(row.operation, row.machine, row.start, end, is_started=True)
    return rows, pins


def _clocks(problem: Problem) -> dict[str, Clock]:
    calendars = {calendar.code: Clock(calendar) for calendar in problem.calendars}
    always = Clock(Calendar.always())
    return {
        machine.code: calendars[machine.calendar] if machine.calendar is not None else always
        for machine in problem.machines
    }
