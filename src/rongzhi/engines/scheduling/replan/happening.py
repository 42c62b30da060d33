"""How events change a problem, and what of the plan they touch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rongzhi.engines.scheduling.clock import Clock, closed, opened
from rongzhi.engines.scheduling.model import Calendar, Job, Operation, Pin, Precedence, Problem
from rongzhi.engines.scheduling.replan import events as e
from rongzhi.engines.scheduling.result import Assignment, Plan


@dataclass
class Happened:
    """The state of things after events.

    Parameters
    ----------
    problem : Problem
        With the events, and with everything that has begun frozen.
    rows : dict of str to Assignment
        Of the plan, without what was dropped; running work ends when it now will.
    machines : set of str
        Whose calendar changed.
    touched : set of str
        Operations that changed themselves, or whose end or neighbours changed.
    fresh : list of (job code, operation codes)
        Work that is not planned yet, to be placed in this order.
    rushes : list of RushOrder
    expedited : list of str
        Jobs that go first.
    rows_before : dict of str to Assignment
        As planned.
    """

    problem: Problem
    rows: dict[str, Assignment]
    machines: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    fresh: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    rushes: list[e.RushOrder] = field(default_factory=list)
    expedited: list[str] = field(default_factory=list)
    rows_before: dict[str, Assignment] = field(default_factory=dict)


def happened(problem: Problem, plan: Plan, now: int, events: Sequence[e.Event]) -> Happened:
    """Return how things stand at ``now`` after events; what began before is frozen, with its new end."""
    state = Happened(problem, {row.operation: row for row in plan})
    state.rows_before = dict(state.rows)
    begun = {code for code, row in state.rows.items() if row.start < now}
    over = {code for code in begun if state.rows[code].end <= now}
    state.problem = _calendars(problem, events, state)
    _work(state, events, begun, over)
    _cancel(state, events, begun)
    for event in events:
        if isinstance(event, e.Scrap):
            _scrap(state, event, now, begun)
    for event in events:
        if isinstance(event, e.RushOrder):
            changed = state.problem
            jobs, links = changed.jobs + event.jobs, changed.precedences + event.precedences
            state.problem = dataclasses.replace(changed, jobs=jobs, precedences=links)
            state.rushes.append(event)
    _freeze(state, problem, begun, now)
    return state


def _calendars(problem: Problem, events: Iterable[e.Event], state: Happened) -> Problem:
    calendars = {calendar.code: calendar for calendar in problem.calendars}
    machines = {machine.code: machine for machine in problem.machines}
    for event in events:
        if not isinstance(event, e.MachineDown | e.MachineUp | e.CalendarChange):
            continue
        machine = machines[event.machine]
        usual = Calendar.always() if machine.calendar is None else calendars[machine.calendar]
        if isinstance(event, e.CalendarChange):
            code = event.calendar.code if event.calendar is not None else None
            if event.calendar is not None:
                calendars[event.calendar.code] = event.calendar
        else:
            change = closed if isinstance(event, e.MachineDown) else opened
            sign = "" if isinstance(event, e.MachineDown) else "+"
            code = f"{machine.code}:{sign}{event.since}-{event.until}"
            calendars[code] = dataclasses.replace(change(usual, event.since, event.until), code=code)
        machines[machine.code] = dataclasses.replace(machine, calendar=code)
        state.machines.add(machine.code)
    if not state.machines:
        return problem
    return dataclasses.replace(problem, calendars=tuple(calendars.values()), machines=tuple(machines.values()))


def _work(state: Happened, events: Iterable[e.Event], begun: set[str], over: set[str]) -> None:
    """Change operations and due dates."""
    late, extra, factor = dict[str, int](), dict[str, int](), dict[str, float]()
    dates, weights = dict[str, e.DueChanged](), dict[str, float]()
    for event in events:
        if isinstance(event, e.LateMaterial):
            late[event.operation] = max(event.moment, late.get(event.operation, 0))
        elif isinstance(event, e.LongerRun):
            extra[event.operation] = extra.get(event.operation, 0) + event.extra
        elif isinstance(event, e.QuantityChanged):
            factor[event.job] = factor.get(event.job, 1.0) * event.factor
        elif isinstance(event, e.DueChanged):
            dates[event.job] = event
        elif isinstance(event, e.Expedite):
            state.expedited.append(event.job)
            if event.weight is not None:
                weights[event.job] = event.weight
    if not (late or extra or factor or dates or weights):
        return
    jobs = []
    for job in state.problem.jobs:
        codes = [each.code for each in job.operations]
        times = factor.get(job.code, 1.0)
        if job.code in dates:
            date = dates[job.code]
            job = dataclasses.replace(  # noqa: PLW2901
                job, due=date.due, weight=job.weight if date.weight is None else date.weight
            )
        if job.code in weights:
            job = dataclasses.replace(job, weight=weights[job.code])  # noqa: PLW2901
        if job.code in factor or any(code in late or code in extra for code in codes):
            operations = tuple(
                each if each.code in over else _changed(each, late.get(each.code, 0), extra.get(each.code, 0), times)
                for each in job.operations
            )
            job = dataclasses.replace(job, operations=operations)  # noqa: PLW2901
            state.touched.update(code for code in codes if code not in begun)
        jobs.append(job)
    state.problem = dataclasses.replace(state.problem, jobs=tuple(jobs))


def _changed(operation: Operation, late: int, extra: int, factor: float) -> Operation:
    modes = tuple(
        dataclasses.replace(mode, run=max(0, math.ceil(mode.run * factor - 1e-9) + extra)) for mode in operation.modes
    )
    return dataclasses.replace(operation, earliest_start=max(operation.earliest_start, late), modes=modes)


def _cancel(state: Happened, events: Iterable[e.Event], begun: set[str]) -> None:
    """Drop what has not begun of cancelled jobs."""
    cancelled = {event.job for event in events if isinstance(event, e.OrderCancelled)}
    if not cancelled:
        return
    jobs, dropped = list[Job](), set[str]()
    for job in state.problem.jobs:
        if job.code not in cancelled:
            jobs.append(job)
            continue
        left = tuple(each for each in job.operations if each.code in begun)
        dropped.update(each.code for each in job.operations if each.code not in begun)
        if left:
            jobs.append(dataclasses.replace(job, operations=left, due=None, deadline=None))
    lanes = {state.rows.pop(code).machine for code in dropped}
    state.touched -= dropped
    state.touched.update(code for code, row in state.rows.items() if row.machine in lanes)
    state.problem = dataclasses.replace(
        state.problem,
        jobs=tuple(jobs),
        precedences=tuple(
            link for link in state.problem.precedences if link.before not in dropped and link.after not in dropped
        ),
        pins=tuple(pin for pin in state.problem.pins if pin.operation not in dropped),
    )


def _scrap(state: Happened, event: e.Scrap, now: int, begun: set[str]) -> None:
    """Add the remade work to the job."""
    if event.operation not in state.rows:
        return  # cancelled by another event
    known = {operation.code: (job, operation) for job, operation in state.problem.operations()}
    job, spoilt = known[event.operation]
    redone = dict.fromkeys((*(code for code in event.redo if code != event.operation), event.operation))
    again = {code: _new_code(code, known) for code in redone}
    new = tuple(_again(known[code][1], again[code], event.share, now) for code in redone)
    links = list[Precedence]()
    for link in state.problem.precedences:
        if link.before in redone and link.after in redone:
            links.append(dataclasses.replace(link, before=again[link.before], after=again[link.after]))
        elif link.before == event.operation and link.after not in begun:
            links.append(dataclasses.replace(link, before=again[event.operation]))
    inner = {link.after for link in links}
    links += [Precedence(spoilt.code, each.code) for each in new if each.code not in inner]
    bigger = dataclasses.replace(job, operations=(*job.operations, *new))
    state.problem = dataclasses.replace(
        state.problem,
        jobs=tuple(bigger if each.code == job.code else each for each in state.problem.jobs),
        precedences=(*state.problem.precedences, *links),
    )
    state.fresh.append((job.code, tuple(again.values())))


def _new_code(code: str, known: dict[str, tuple[Job, Operation]]) -> str:
    found, number = f"{code}/again", 2
    while found in known:
        found, number = f"{code}/again{number}", number + 1
    return found


def _again(operation: Operation, code: str, share: float, now: int) -> Operation:
    modes = tuple(
        dataclasses.replace(mode, run=math.ceil(mode.run * share - 1e-9), cost=mode.cost * share)
        for mode in operation.modes
    )
    return dataclasses.replace(operation, code=code, modes=modes, earliest_start=now)


def _freeze(state: Happened, usual: Problem, begun: set[str], now: int) -> None:
    """Pin everything that has begun, with running work ending when it now will."""
    pins = dict[str, Pin]()
    clocks, before = _Clocks(state.problem), _Clocks(usual)
    new, old = _modes(state.problem, state.rows, now, begun), _modes(usual, state.rows, now, begun)
    for code in begun & state.rows.keys():
        row = state.rows[code]
        if row.end > now:
            clock = clocks.of(row.machine)
            lost = before.of(row.machine).worked(row.start, row.end) - clock.worked(row.start, row.end)
            more = new[code] - old[code] + (lost if row.machine in state.machines else 0)
            end = clock.after(row.end, more) if more >= 0 else max(now, clock.back(row.end, -more))
            if end != row.end:
                state.rows[code] = dataclasses.replace(row, end=end, setup_end=min(row.setup_end, end))
                state.touched.add(code)
        pins[code] = Pin(code, row.machine, row.start, state.rows[code].end, is_started=True)
    kept = tuple(pin for pin in state.problem.pins if pin.operation not in pins)
    state.problem = dataclasses.replace(state.problem, pins=(*kept, *pins.values()))


def _modes(problem: Problem, rows: dict[str, Assignment], now: int, begun: set[str]) -> dict[str, int]:
    """Return the working time of running operations in their modes, time units."""
    found = dict[str, int]()
    for _, operation in problem.operations():
        if operation.code in begun and operation.code in rows and rows[operation.code].end > now:
            mode = operation.modes[rows[operation.code].mode]
            found[operation.code] = mode.setup + mode.run
    return found


class _Clocks:
    """Working time of machines, found when asked."""

    def __init__(self, problem: Problem) -> None:
        self._calendars = {calendar.code: calendar for calendar in problem.calendars}
        self._machines = {machine.code: machine.calendar for machine in problem.machines}
        self._known: dict[str | None, Clock] = {}

    def of(self, machine: str) -> Clock:
        """Return the clock of a machine."""
        code = self._machines[machine]
        if code not in self._known:
            self._known[code] = Clock(Calendar.always() if code is None else self._calendars[code])
        return self._known[code]
