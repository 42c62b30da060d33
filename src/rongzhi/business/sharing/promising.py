"""The earliest defensible date of an order that is not placed yet: fitted into what the published plan leaves free.

Everything the plan holds is pinned to its place, so nothing is disturbed; the answer is verified by the checker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from rongzhi.business.sharing.models import OperationState, Plan, PlanAssignment
from rongzhi.business.sharing.park import Park
from rongzhi.business.sharing.planner import verify
from rongzhi.business.sharing.workbook import minutes_from
from rongzhi.engines import scheduling
from rongzhi.engines.scheduling.from_work import WorkProblem, build_problem
from rongzhi.engines.scheduling.solve import solve
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model import production
from rongzhi.model.production import Work

FAST: Mapping[str, float] = {"flow_time": 1.0, "cost": 0.01, "transport_cost": 0.01}
CHEAP: Mapping[str, float] = {"flow_time": 0.001, "cost": 1.0, "transport_cost": 1.0}
ITERATIONS = 400
TIME_LIMIT_S = 0.2


@dataclass(frozen=True, slots=True)
class Slot:
    """One operation of a promised order: where, when, at what cost."""

    operation: str
    name: Text
    step: int
    machine: str
    factory: str
    start: datetime
    setup_end: datetime
    end: datetime
    changeover_min: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Move:
    """One shipment of a promised order."""

    before: str
    after: str
    origin: str
    target: str
    depart: datetime
    arrive: datetime
    cost: Decimal


@dataclass(frozen=True)
class Offer:
    """One way to make an order: its slots, shipments, end and cost."""

    variant: str
    end: datetime
    slots: tuple[Slot, ...]
    moves: tuple[Move, ...]
    work: Work = field(repr=False)

    @property
    def processing(self) -> Decimal:
        """Cost of the operations."""
        return sum((slot.cost for slot in self.slots), Decimal(0))

    @property
    def transport(self) -> Decimal:
        """Cost of the shipments."""
        return sum((move.cost for move in self.moves), Decimal(0))

    @property
    def cost(self) -> Decimal:
        """Cost of operations and shipments."""
        return self.processing + self.transport


def offers(
    order: production.Order,
    park: Park,
    plan: Plan | None,
    origin: datetime,
    variants: Iterable[str] = ("fast", "cheap"),
) -> dict[str, Offer]:
    """Return how an order could be made beside the published plan, by variant.

    Raises
    ------
    Rejected
        If nobody can do one of its operations; each with the reasons.
    """
    work = park.decompose([order], origin)
    _refuse_stuck(work)
    busy = _busy(plan, origin)
    built = build_problem(work, park.network, horizon_days=_days(work, busy))
    problem = _beside(built, busy)
    return {
        variant: _solved(built, problem, park, variant, FAST if variant == "fast" else CHEAP) for variant in variants
    }


@dataclass(frozen=True, slots=True)
class _Busy:
    operation: str
    machine: str
    family: str
    start: int
    end: int


def _busy(plan: Plan | None, origin: datetime) -> list[_Busy]:
    """Return what the plan holds from now on; work that runs longer than planned holds its machine until it is done."""
    if plan is None:
        return []
    rows = PlanAssignment.objects.filter(plan=plan).exclude(operation__state=OperationState.DONE)
    found = []
    for code, machine, family, state, start, end in rows.values_list(
        "operation__code", "machine_code", "operation__family", "operation__state", "start", "end"
    ):
        first, last = minutes_from(origin, start), minutes_from(origin, end)
        if state == OperationState.RUNNING:
            last = max(last, 60)
        elif last <= 0:
            first, last = 0, last - first  # should have been done by now: it still has to be
        found.append(_Busy(code, machine, family, first, max(last, first)))
    return found


def _days(work: Work, busy: list[_Busy]) -> int:
    last = max((each.end for each in busy), default=0)
    last = max(last, *(lot.due_min or 0 for lot in work.lots))
    return min(max(30, last // 1440 + 30), 800)


def _beside(built: WorkProblem, busy: list[_Busy]) -> scheduling.Problem:
    """Return the problem with everything busy pinned on the machines the order could use."""
    problem = built.problem
    machines = {machine.code for machine in problem.machines}
    families = {family for table in problem.changeovers for family in table.families}
    held = [each for each in busy if each.machine in machines]
    jobs = tuple(
        scheduling.Job(
            code=f"busy {index}",
            operations=(
                scheduling.Operation(
                    code=f"busy {each.operation}",
                    modes=(scheduling.Mode(each.machine, max(1, each.end - each.start)),),
                    family=each.family if each.family in families else None,
                ),
            ),
        )
        for index, each in enumerate(held)
    )
    pins = tuple(scheduling.Pin(f"busy {each.operation}", each.machine, each.start, each.end) for each in held)
    return replace(problem, jobs=(*problem.jobs, *jobs), pins=pins)


def _solved(
    built: WorkProblem, problem: scheduling.Problem, park: Park, variant: str, weights: Mapping[str, float]
) -> Offer:
    none = {str(term): 0.0 for term in scheduling.Term}
    objective = scheduling.Objective(**{**none, **weights})  # type: ignore[arg-type]
    aimed = replace(problem, objective=objective)
    result = solve(aimed, time_limit_s=TIME_LIMIT_S, iteration_limit=ITERATIONS, seed=1)
    plan = verify(aimed, result, None)[0]
    origin = built.work.origin

    def at(minutes: int) -> datetime:
        return origin + timedelta(minutes=int(minutes))

    slots = []
    for operation in built.work.operations:
        row = plan[operation.code]
        candidate = built.candidates[operation.code][row.mode]
        slots.append(
            Slot(
                operation.code,
                operation.name,
                operation.step,
                row.machine,
                candidate.factory,
                at(row.start),
                at(row.setup_end),
                at(row.end),
                row.changeover,
                candidate.cost,
            )
        )
    slots.sort(key=lambda slot: (slot.start, slot.operation))
    end = max((slot.end for slot in slots), default=origin)
    return Offer(variant, end, tuple(slots), tuple(moves(built.work, slots, park)), built.work)


def moves(work: Work, slots: Iterable[Slot], park: Park) -> Iterable[Move]:
    """Yield the shipments between the places of linked operations."""
    by_code = {slot.operation: slot for slot in slots}
    for link in work.links:
        before, after = by_code.get(link.before), by_code.get(link.after)
        if before is None or after is None:
            continue
        origin, target = park.place_of.get(before.factory, ""), park.place_of.get(after.factory, "")
        way = park.transport.get((origin, target))
        if origin == target or way is None:
            continue
        duration = timedelta(minutes=way.minutes)
        is_whole = link.transfer_fraction >= 1
        depart = before.end if is_whole else max(before.start, min(before.end, after.start - duration))
        yield Move(link.before, link.after, origin, target, depart, depart + duration, way.cost)


def _refuse_stuck(work: Work) -> None:
    findings = Findings()
    for operation in work.stuck:
        telling = sorted(operation.refusals, key=lambda each: each.code == "process")
        why = telling[0].reason if telling else Text("网络中没有机床", "the network has no machines")
        who = telling[0].resource if telling else ""
        findings.error(
            "nobody-can",
            f"operations.{operation.code}",
            Text(
                f"工序 {operation.step} {operation.name.zh} 没有工厂能做（{who} {why.zh}）",
                f"no factory can do step {operation.step} {operation.name.en} ({who} {why.en})",
            ),
            Text(
                "放宽要求，或请运营方引入能做的工厂",
                "relax the requirement, or ask the operator for a factory that can",
            ),
        )
    findings.raise_if_any()


def breakdown(offer: Offer, park: Park, *, shows_machines: bool) -> dict[str, Any]:
    """Return an offer as plain data a person can follow step by step."""
    names = {factory.code: factory.name.text for factory in park.network.factories}
    return {
        "variant": offer.variant,
        "processing": str(offer.processing),
        "transport": str(offer.transport),
        "steps": [
            {
                "operation": slot.operation,
                "zh": slot.name.zh,
                "en": slot.name.en,
                "factory": slot.factory,
                "factory_zh": names[slot.factory].zh,
                "factory_en": names[slot.factory].en,
                "machine": slot.machine if shows_machines else "",
                "start": slot.start.isoformat(),
                "end": slot.end.isoformat(),
                "changeover_min": slot.changeover_min,
                "cost": str(slot.cost),
            }
            for slot in offer.slots
        ],
        "moves": [
            {
                "before": move.before,
                "after": move.after,
                "from": move.origin,
                "to": move.target,
                "depart": move.depart.isoformat(),
                "arrive": move.arrive.isoformat(),
                "cost": str(move.cost),
            }
            for move in offer.moves
        ],
    }
