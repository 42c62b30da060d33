"""What planning takes from stored work: begun work as it really is, and what is pinned to its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rongzhi.business.sharing.models import OperationState, WorkOperation
from rongzhi.business.sharing.park import Park
from rongzhi.business.sharing.workbook import minutes_from
from rongzhi.engines import scheduling
from rongzhi.model.production import Candidate, Operation, Work

Rows = Mapping[str, WorkOperation]


@dataclass(frozen=True, slots=True)
class Frozen:
    """An operation that keeps the place a former plan gave it; minutes from the origin."""

    machine: str
    start: int
    end: int


def horizon_days(work: Work) -> int:
    """Return for how many days calendars must be exact: well past the last due date."""
    last = max((lot.due_min or 0 for lot in work.lots), default=0)
    return min(max(60, last // 1440 + 30), 800)


def as_it_is(work: Work, rows: Rows, park: Park) -> Work:
    """Return work in its real state.

    Begun operations have one candidate, the machine they are really done on; what must stay with them goes to that
    factory if it can; nothing waits for what was begun before its time; machines out of use are no candidates.
    """
    begun = {code: row for code, row in rows.items() if row.is_started}
    there = {
        operation.code: actual(operation, begun[operation.code], park)
        for operation in work.operations
        if operation.code in begun and operation.candidates
    }
    home = _homes(work, there)
    operations = tuple(
        replace(operation, candidates=(there[operation.code],), stays_with="")
        if operation.code in there
        else _free(operation, home.get(operation.code, ""), there, park)
        for operation in work.operations
    )
    touched = {operation.lot for operation in work.operations if operation.code in there}
    loose = {lot.order for lot in work.lots if lot.code in touched}
    return replace(
        work,
        operations=operations,
        lots=tuple(replace(lot, is_single_factory=False) if lot.order in loose else lot for lot in work.lots),
        links=tuple(
            replace(link, max_lag_min=None) if link.before in begun else link
            for link in work.links
            if link.after not in begun
        ),
    )


def actual(operation: Operation, row: WorkOperation, park: Park) -> Candidate:
    """Return the way a begun operation is really done, also where nobody planned it."""
    first = operation.candidates[0]
    known = row.actual_machine if row.actual_machine in park.machines else ""
    same = next((each for each in operation.candidates if each.machine == known), None)
    if same is not None or not known:
        return same or first
    machine = park.machines[known]
    return replace(first, machine=known, work_centre=machine.work_centre, factory=park.factory_of[known])


def _homes(work: Work, there: Mapping[str, Candidate]) -> dict[str, str]:
    """Return the factory a free operation should go to because work it must stay with has begun there."""
    single = {lot.code: lot.order for lot in work.lots if lot.is_single_factory}
    of_order: dict[str, str] = {}
    for operation in work.operations:
        if operation.code in there and operation.lot in single:
            of_order.setdefault(single[operation.lot], there[operation.code].factory)
    homes: dict[str, str] = {}
    for operation in work.operations:
        if operation.stays_with in there:
            homes[operation.code] = there[operation.stays_with].factory
        elif single.get(operation.lot) in of_order:
            homes[operation.code] = of_order[single[operation.lot]]
    return homes


def _free(operation: Operation, home: str, there: Mapping[str, Candidate], park: Park) -> Operation:
    left = tuple(each for each in operation.candidates if each.machine in park.machines)
    near = tuple(each for each in left if each.factory == home) if home else ()
    stays = "" if operation.stays_with in there else operation.stays_with
    return replace(operation, candidates=near or left, stays_with=stays)


@dataclass(frozen=True, slots=True)
class Begun:
    """Begun work: its pins, and which of it holds its machine from now on (the rest only stands in the past)."""

    pins: tuple[scheduling.Pin, ...]
    holding: frozenset[str]
    busy_until: Mapping[str, int]


def begun(work: Work, rows: Rows, park: Park) -> Begun:
    """Return what has begun in `as_it_is` work.

    Reports of real work overlap on a machine (pauses lie inside them), which no plan may do: of the work running on
    one machine only the longest holds it, and work that has ended holds nothing.
    """
    found: list[scheduling.Pin] = []
    running: dict[str, tuple[int, str]] = {}
    for operation in work.operations:
        row = rows.get(operation.code)
        if row is None or not row.is_started or row.actual_start is None or not operation.candidates:
            continue
        pin = _pin(operation, row, row.actual_start, work.origin)
        found.append(pin)
        if pin.remaining is not None and pin.machine is not None:
            running[pin.machine] = max(running.get(pin.machine, (0, "")), (pin.remaining, operation.code))
    until = {machine: _finish(park, machine, work.origin, left) for machine, (left, _) in running.items()}
    return Begun(tuple(found), frozenset(code for _, code in running.values()), until)


def frozen_pins(work: Work, frozen: Mapping[str, Frozen], begun: Begun) -> Iterator[scheduling.Pin]:
    """Yield what stays where the plan put it, unless running work still holds the machine then."""
    taken = {pin.operation for pin in begun.pins}
    for operation in work.operations:
        kept = frozen.get(operation.code)
        if kept is None or operation.code in taken or kept.start < begun.busy_until.get(kept.machine, 0):
            continue
        if any(each.machine == kept.machine for each in operation.candidates):
            yield scheduling.Pin(operation.code, kept.machine, kept.start, kept.end)


def with_past(problem: scheduling.Problem, begun: Begun, park: Park) -> tuple[scheduling.Problem, dict[str, str]]:
    """Move begun work that holds no machine to one that never fills, and return where it really is.

    Returns
    -------
    Problem, dict
        Operation code -> real machine, for the operations that were moved.
    """
    known = {operation.code for _, operation in problem.operations()}
    real = {pin.operation: str(pin.machine) for pin in begun.pins if pin.operation not in begun.holding}
    real = {code: machine for code, machine in real.items() if code in known}
    factories = {park.factory_of[machine] for machine in real.values()}
    stands = tuple(scheduling.Machine(_past(code), code, is_unlimited=True, name=code) for code in sorted(factories))

    def moved(operation: scheduling.Operation) -> scheduling.Operation:
        if operation.code not in real:
            return operation
        at = _past(park.factory_of[real[operation.code]])
        return replace(operation, modes=tuple(replace(mode, machine=at) for mode in operation.modes), family=None)

    jobs = tuple(replace(job, operations=tuple(map(moved, job.operations))) for job in problem.jobs)
    pins = tuple(
        replace(pin, machine=_past(park.factory_of[real[pin.operation]])) if pin.operation in real else pin
        for pin in problem.pins
    )
    return replace(problem, jobs=jobs, machines=(*problem.machines, *stands), pins=pins), real


def _past(factory: str) -> str:
    return f"past {factory}"


def _finish(park: Park, machine: str, origin: datetime, work_min: int) -> int:
    """Return when so much working time of a machine has passed, minutes from the origin."""
    left = work_min
    for start, end in park.working(machine, origin, origin + timedelta(days=60)):
        if end - start >= left:
            return start + left
        left -= end - start
    return 60 * 1440


def _pin(operation: Operation, row: WorkOperation, began: datetime, origin: datetime) -> scheduling.Pin:
    way = operation.candidates[0]
    start = min(minutes_from(origin, began), 0)
    if row.state == OperationState.DONE:
        end = minutes_from(origin, row.actual_end or began)
        return scheduling.Pin(operation.code, way.machine, start, max(start, end), is_started=True)
    share = float((row.good_quantity + row.scrap_quantity) / operation.quantity) if operation.quantity else 0.0
    left = max(1, math.ceil(way.run_min * (1 - min(share, 1.0))))
    return scheduling.Pin(operation.code, way.machine, start, is_started=True, remaining=left)
