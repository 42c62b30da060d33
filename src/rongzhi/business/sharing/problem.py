"""What planning takes from stored work: begun work as it really is, and what is pinned to its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

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


def pins(work: Work, rows: Rows, frozen: Mapping[str, Frozen]) -> Iterator[scheduling.Pin]:
    """Yield what is decided: begun work (of `as_it_is`) where it stands, frozen work where the plan put it."""
    for operation in work.operations:
        row = rows.get(operation.code)
        if row is not None and row.is_started and row.actual_start is not None and operation.candidates:
            yield _begun(operation, row, row.actual_start, work.origin)
        elif operation.code in frozen:
            kept = frozen[operation.code]
            if any(each.machine == kept.machine for each in operation.candidates):
                yield scheduling.Pin(operation.code, kept.machine, kept.start, kept.end)


def _begun(operation: Operation, row: WorkOperation, began: datetime, origin: datetime) -> scheduling.Pin:
    way = operation.candidates[0]
    start = min(minutes_from(origin, began), 0)
    if row.state == OperationState.DONE:
        end = minutes_from(origin, row.actual_end or began)
        return scheduling.Pin(operation.code, way.machine, start, max(start, end), is_started=True)
    share = float((row.good_quantity + row.scrap_quantity) / operation.quantity) if operation.quantity else 0.0
    left = max(1, math.ceil(way.run_min * (1 - min(share, 1.0))))
    return scheduling.Pin(operation.code, way.machine, start, is_started=True, remaining=left)
