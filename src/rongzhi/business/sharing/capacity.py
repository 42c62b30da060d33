"""What the machines are already held for, as a live structure promises are asked of; kept in each process.

Held is what the published plan still has to do, and the slots of promises accepted since that no plan contains yet.
Everything held is fixed to its place, so nothing is disturbed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max
from django.utils import timezone

from rongzhi.business.sharing.models import (
    OperationState,
    Plan,
    PlanAssignment,
    ProgressReport,
    Promise,
    PromiseState,
    WorkOperation,
)
from rongzhi.business.sharing.models.orders import LIVE_STATES
from rongzhi.business.sharing.park import Park
from rongzhi.business.sharing.workbook import minutes_from

if TYPE_CHECKING:
    from rongzhi.engines import scheduling
    from rongzhi.engines.scheduling.promise import Promiser

LONGEST_USE = timedelta(minutes=10)
RUNNING_AT_LEAST_MIN = 60
DAYS_BEHIND_THE_LAST = 30
MOST_DAYS = 800


@dataclass(frozen=True, slots=True)
class Held:
    """One operation that holds a machine; minutes from the origin."""

    operation: str
    machine: str
    family: str
    start: int
    end: int


@dataclass(frozen=True)
class Capacity:
    """The live structure with what it stands on.

    Parameters
    ----------
    promiser : Promiser
        Minutes after ``origin``; whoever asks it holds ``lock``.
    behind : int
        Operations that should have been done before ``origin`` and are not reported; they are put first.
    fresh_until : datetime
        After this moment work that is held should have ended, so that what is free must be read anew.
    """

    promiser: Promiser
    origin: datetime
    behind: int
    fresh_until: datetime
    lock: RLock


_lock = RLock()
_kept: list[tuple[tuple[Any, ...], Capacity]] = []


def capacity(park: Park, plan: Plan | None, now: datetime) -> Capacity:
    """Return what is free beside a plan; built anew when plan, reports, promises or machines changed."""
    key = _stamp(park, plan)
    with _lock:
        if _kept and _kept[0][0] == key and _kept[0][1].origin <= now < _kept[0][1].fresh_until:
            return _kept[0][1]
        made = build(park, plan, now)
        _kept[:] = [(key, made)]
        return made


def _stamp(park: Park, plan: Plan | None) -> tuple[Any, ...]:
    reports = ProgressReport.objects.aggregate(n=Count("pk"), last=Max("pk"))
    promised = Promise.objects.filter(state=PromiseState.ACCEPTED, order__state__in=LIVE_STATES)
    orders = promised.aggregate(n=Count("pk"), last=Max("order__pk"), versions=Max("order__version"))
    version = (plan.pk, plan.version) if plan else None
    return park.digest, version, *reports.values(), *orders.values()


def build(park: Park, plan: Plan | None, now: datetime) -> Capacity:
    """Build the live structure."""
    from rongzhi.engines import scheduling

    planned, behind = _planned(plan, now)
    held = [each for each in (*planned, *_promised(plan, now)) if each.machine in park.machines]
    problem = _problem(park, held, now)
    rows = (scheduling.Assignment(each.operation, each.machine, 0, each.start, each.start, each.end) for each in held)
    promiser = scheduling.Promiser(problem, scheduling.Plan.of(rows), when=_writer(now))
    ends = [each.end for each in held if each.end > 0]
    fresh = min(LONGEST_USE, timedelta(minutes=min(ends, default=MOST_DAYS * 1440)))
    return Capacity(promiser, now, behind, now + fresh, RLock())


def _writer(origin: datetime) -> Any:
    def write(minutes: int) -> str:
        return f"{timezone.localtime(origin + timedelta(minutes=int(minutes))):%m-%d %H:%M}"

    return write


def _planned(plan: Plan | None, now: datetime) -> tuple[list[Held], int]:
    """Return what the plan holds from now on, and how many operations are behind it.

    Work that runs longer than planned holds its machine at least an hour more; work that should be done and is not
    reported comes first, one operation after the other.
    """
    if plan is None:
        return [], 0
    rows = PlanAssignment.objects.filter(plan=plan).exclude(operation__state=OperationState.DONE)
    names = ("operation__code", "machine_code", "operation__family", "operation__state", "start", "end")
    found, free_at, behind = list[Held](), dict[str, int](), 0
    for code, machine, family, state, start, end in rows.order_by("start", "pk").values_list(*names):
        first, last = minutes_from(now, start), minutes_from(now, end)
        if state == OperationState.RUNNING:
            last = max(last, RUNNING_AT_LEAST_MIN)
        elif last <= 0:
            behind += 1
            first, last = free_at.get(machine, 0), free_at.get(machine, 0) + last - first
            free_at[machine] = last
        found.append(Held(code, machine, family, first, max(last, first)))
    return found, behind


def _promised(plan: Plan | None, now: datetime) -> Iterator[Held]:
    """Yield the slots of accepted promises whose orders are in no published plan yet."""
    promises = Promise.objects.filter(state=PromiseState.ACCEPTED, order__state__in=LIVE_STATES)
    if plan is not None:
        promises = promises.exclude(order__assignments__plan=plan)
    slots = [slot for promise in promises.order_by("created_at", "pk") for slot in promise.breakdown.get("slots", [])]
    codes = [slot["operation"] for slot in slots]
    current = WorkOperation.objects.filter(code__in=codes, is_current=True).exclude(state=OperationState.DONE)
    families = dict(current.values_list("code", "family"))
    for slot in slots:
        start, end = (minutes_from(now, datetime.fromisoformat(slot[name])) for name in ("start", "end"))
        if slot["operation"] in families and end > 0:
            yield Held(slot["operation"], slot["machine"], families[slot["operation"]], start, end)


def _problem(park: Park, held: Sequence[Held], now: datetime) -> scheduling.Problem:
    from rongzhi.engines import scheduling
    from rongzhi.engines.scheduling import work_network

    families = {step.family for routing in park.book.routings for step in routing.steps}
    families |= {each.family for each in held}
    last = max((each.end for each in held), default=0)
    days = min(max(60, last // 1440 + DAYS_BEHIND_THE_LAST), MOST_DAYS)
    made = work_network.machines_of(park.network, set(park.machines), now, days)
    changeovers = work_network.changeovers_of(park.network, {family for family in families if family})
    known = {family for table in changeovers for family in table.families}
    jobs = tuple(
        scheduling.Job(
            code=f"held {each.operation}",
            operations=(
                scheduling.Operation(
                    code=each.operation,
                    modes=(scheduling.Mode(each.machine, each.end - each.start),),
                    family=each.family if each.family in known else None,
                ),
            ),
        )
        for each in held
    )
    return scheduling.Problem(
        jobs=jobs,
        machines=made.machines,
        factories=work_network.factories_of(park.network),
        calendars=made.calendars,
        changeovers=changeovers,
        transport=work_network.Reach(park.network).transport(),
        pins=tuple(
            scheduling.Pin(each.operation, each.machine, each.start, each.end, is_started=each.start < 0)
            for each in held
        ),
        name=park.network.name.en,
    )


def as_new(jobs: Sequence[scheduling.Job], *, is_dated: bool, factory: str = "") -> tuple[scheduling.Job, ...]:
    """Return the jobs of an order as asked: with or without its dates, all in one factory or not."""
    made = jobs if is_dated else [replace(job, due=None) for job in jobs]
    return tuple(replace(job, factories=(factory,)) if factory else job for job in made)
