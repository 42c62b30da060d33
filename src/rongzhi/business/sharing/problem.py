"""The scheduling problem of stored work: what is free, what has begun, what is frozen, and what a good plan is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rongzhi.business.sharing.models import OperationState, WorkOperation
from rongzhi.business.sharing.park import Park
from rongzhi.business.sharing.workbook import minutes_from
from rongzhi.engines import scheduling
from rongzhi.model.production import Candidate, Lot, Operation, Work

WEEK_MIN = 7 * 1440
NO_WAY_MIN = 365 * 1440
PREFERENCE_MARKUP = 1.10  # a factory that is not preferred counts as a tenth dearer than it is


@dataclass(frozen=True, slots=True)
class Frozen:
    """An operation that keeps the place a former plan gave it; minutes from the origin."""

    machine: str
    start: int
    end: int


def build(
    work: Work,
    park: Park,
    *,
    rows: Mapping[str, WorkOperation],
    frozen: Mapping[str, Frozen],
    objective: scheduling.Objective,
) -> scheduling.Problem:
    """Return the problem of planning work over the park from ``work.origin`` on.

    Parameters
    ----------
    work : Work
        Without operations nobody can do.
    park : Park
    rows : mapping of operation code to stored operation
        Says what has begun and ended.
    frozen : mapping of operation code to Frozen
    objective : Objective
    """
    origin = work.origin
    candidates = _candidates(work, rows)
    pins = tuple(_pins(work, rows, frozen, origin))
    started = {code for code, row in rows.items() if row.is_started}
    machines = {each.machine for found in candidates.values() for each in found} | {
        pin.machine for pin in pins if pin.machine
    }
    horizon = _horizon(work, origin)
    families = {operation.family for operation in work.operations if operation.family}
    return scheduling.Problem(
        jobs=tuple(_jobs(work, candidates)),
        machines=tuple(_machine(park, code, families) for code in sorted(machines)),
        factories=tuple(scheduling.Factory(each.code, each.place, each.name.zh) for each in park.network.factories),
        precedences=tuple(
            scheduling.Precedence(
                link.before,
                link.after,
                scheduling.Link.FINISH_START if link.transfer_fraction >= 1 else scheduling.Link.OVERLAP,
                link.lag_min,
                link.max_lag_min if link.transfer_fraction >= 1 and link.before not in started else None,
                link.transfer_fraction,
            )
            for link in work.links
            if link.after not in started
        ),
        calendars=tuple(_calendar(park, code, origin, horizon) for code in sorted(machines)),
        changeovers=tuple(_changeovers(park, families)),
        transport=_transport(park),
        pins=pins,
        objective=objective,
        name=f"sharing {origin.isoformat()}",
    )


def _horizon(work: Work, origin: datetime) -> datetime:
    """Return where the explicit calendars end: whole weeks, well after the last due date."""
    last = max((lot.due_min or 0 for lot in work.lots), default=0)
    weeks = min(max(math.ceil(last / WEEK_MIN), 0) + 6, 160)
    return origin + timedelta(weeks=weeks)


def _candidates(work: Work, rows: Mapping[str, WorkOperation]) -> dict[str, tuple[Candidate, ...]]:
    found = {operation.code: operation.candidates for operation in work.operations}
    for group in _groups(work):
        _keep_one_factory(found, group)
    for code, row in rows.items():
        if code in found and row.is_started:
            found[code] = (_actual(found[code], row),)
    return found


def _actual(candidates: tuple[Candidate, ...], row: WorkOperation) -> Candidate:
    """Return the way a started operation is really done, also where nobody planned it."""
    same = next((each for each in candidates if each.machine == row.actual_machine), None)
    if same or not row.actual_machine:
        return same or candidates[0]
    return replace(candidates[0], machine=row.actual_machine)


def _groups(work: Work) -> Iterable[set[str]]:
    """Yield operations that must be done in one factory: those that stay together, and orders of one factory."""
    leader: dict[str, str] = {operation.code: operation.code for operation in work.operations}

    def root(code: str) -> str:
        while leader[code] != code:
            code = leader[code]
        return code

    lots = {lot.code: lot for lot in work.lots}
    first: dict[str, str] = {}
    for operation in work.operations:
        if operation.stays_with in leader:
            leader[root(operation.code)] = root(operation.stays_with)
        lot = lots[operation.lot]
        if lot.is_single_factory:
            leader[root(operation.code)] = root(first.setdefault(lot.order, operation.code))
    groups: dict[str, set[str]] = {}
    for code in leader:
        groups.setdefault(root(code), set()).add(code)
    return (group for group in groups.values() if len(group) > 1)


def _keep_one_factory(found: dict[str, tuple[Candidate, ...]], group: set[str]) -> None:
    """Leave only the candidates of the factory that does the whole group at the lowest cost."""
    common = set.intersection(*({each.factory for each in found[code]} for code in group))
    if not common:
        return

    def cost(factory: str) -> tuple[float, str]:
        total = sum(min(float(each.cost) for each in found[code] if each.factory == factory) for code in group)
        return total, factory

    chosen = min(common, key=cost)
    for code in group:
        found[code] = tuple(each for each in found[code] if each.factory == chosen)


def _jobs(work: Work, candidates: Mapping[str, tuple[Candidate, ...]]) -> Iterable[scheduling.Job]:
    """Yield one job for each lot that fills an order line, with the lots that feed it."""
    lots = {lot.code: lot for lot in work.lots}
    operations: dict[str, list[tuple[Lot, Operation]]] = {}
    for operation in work.operations:
        lot = top = lots[operation.lot]
        while top.feeds in lots:
            top = lots[top.feeds]
        operations.setdefault(top.code, []).append((lot, operation))
    for code, found in operations.items():
        top = lots[code]
        yield scheduling.Job(
            code=code,
            operations=tuple(_operation(lot, each, candidates[each.code]) for lot, each in found),
            due=top.due_min,
            weight=top.weight,
            name=top.order,
        )


def _operation(lot: Lot, operation: Operation, candidates: tuple[Candidate, ...]) -> scheduling.Operation:
    def cost(candidate: Candidate) -> float:
        is_wished = not lot.preferred_factories or candidate.factory in lot.preferred_factories
        return float(candidate.cost) * (1.0 if is_wished else PREFERENCE_MARKUP)

    return scheduling.Operation(
        code=operation.code,
        modes=tuple(scheduling.Mode(each.machine, each.run_min, each.setup_min, cost(each)) for each in candidates),
        family=operation.family or None,
        may_span_breaks=operation.may_span_breaks,
        earliest_start=max(lot.release_min, operation.release_min),
        name=operation.name.zh,
    )


def _pins(
    work: Work, rows: Mapping[str, WorkOperation], frozen: Mapping[str, Frozen], origin: datetime
) -> Iterable[scheduling.Pin]:
    for operation in work.operations:
        row = rows.get(operation.code)
        if row is not None and row.is_started and row.actual_start is not None:
            yield _begun(operation, row, row.actual_start, origin)
        elif operation.code in frozen:
            kept = frozen[operation.code]
            yield scheduling.Pin(operation.code, kept.machine, kept.start, kept.end)


def _begun(operation: Operation, row: WorkOperation, began: datetime, origin: datetime) -> scheduling.Pin:
    way = _actual(operation.candidates, row)
    start = minutes_from(origin, began)
    if row.state == OperationState.DONE:
        end = minutes_from(origin, row.actual_end or began)
        return scheduling.Pin(operation.code, way.machine, start, max(start, end), is_started=True)
    share = float((row.good_quantity + row.scrap_quantity) / operation.quantity) if operation.quantity else 0.0
    left = max(1, math.ceil(way.run_min * (1 - min(share, 1.0))))
    return scheduling.Pin(operation.code, way.machine, min(start, 0), is_started=True, remaining=left)


def _machine(park: Park, code: str, families: set[str]) -> scheduling.Machine:
    found = park.machines.get(code)
    matrix = found.changeover_matrix if found else ""
    has_table = bool(matrix) and bool(families) and any(each.matrix == matrix for each in park.network.changeovers)
    return scheduling.Machine(
        code,
        park.factory_of.get(code, park.network.factories[0].code),
        calendar=code,
        changeover=matrix if has_table else None,
        name=found.name.zh if found else code,
    )


def _calendar(park: Park, code: str, origin: datetime, horizon: datetime) -> scheduling.Calendar:
    """Return a machine's working time; the last explicit week repeats for ever after."""
    spans = park.working(code, origin, horizon)
    if not spans:
        return scheduling.Calendar.always(code)
    until = minutes_from(origin, horizon)
    has_last_week = spans[-1][1] > until - WEEK_MIN
    return scheduling.Calendar(code, spans, WEEK_MIN if has_last_week else until, until)


def _changeovers(park: Park, families: set[str]) -> Iterable[scheduling.Changeover]:
    tables: dict[str, dict[tuple[str, str], int]] = {}
    for each in park.network.changeovers:
        tables.setdefault(each.matrix, {})[each.from_family, each.to_family] = each.minutes
    names = sorted(families)
    for matrix, times in tables.items():
        if names:
            rows = tuple(tuple(times.get((a, b), 0) if a != b else 0 for b in names) for a in names)
            yield scheduling.Changeover(matrix, tuple(names), rows)


def _transport(park: Park) -> scheduling.Transport:
    places = sorted({factory.place for factory in park.network.factories})

    def minutes(a: str, b: str) -> int:
        found = park.transport.get((a, b))
        return 0 if a == b else found.minutes if found else NO_WAY_MIN

    def cost(a: str, b: str) -> float:
        found = park.transport.get((a, b))
        return float(found.cost) if found and a != b else 0.0

    return scheduling.Transport(
        tuple(places),
        tuple(tuple(minutes(a, b) for b in places) for a in places),
        tuple(tuple(cost(a, b) for b in places) for a in places),
    )
