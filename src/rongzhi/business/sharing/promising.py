"""The earliest defensible date of an order that is not placed yet: fitted into what is free beside everything held.

Nothing that is planned or promised is moved; every answer is held against the independent checker before it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rongzhi.business.sharing.capacity import Capacity, as_new, capacity
from rongzhi.business.sharing.models import Plan
from rongzhi.business.sharing.park import Park
from rongzhi.business.sharing.words import condensed
from rongzhi.business.sharing.workbook import minutes_from
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model import production
from rongzhi.model.production import Work

if TYPE_CHECKING:
    from rongzhi.engines.scheduling import Assignment, Job, Quote, WorkProblem

BEST, FASTEST, CHEAPEST, FACTORY = "best", "fastest", "cheapest", "factory:"
MOST_LOOKS = 4
BUILD_DAYS = 14  # calendars come from the live structure; those of the order's own problem are not used


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
    reasons: tuple[Mapping[str, Any], ...] = ()


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
    def factories(self) -> list[str]:
        """Factories that take part, in the order they begin."""
        return list(dict.fromkeys(slot.factory for slot in self.slots))

    @property
    def line_ends(self) -> dict[int, datetime]:
        """When each line of the order is done; lines without work are not there."""
        line_of = {operation: lot.line for lot in self.work.lots for operation in lot.operations}
        ends: dict[int, datetime] = {}
        for slot in self.slots:
            line = line_of[slot.operation]
            ends[line] = max(ends.get(line, slot.end), slot.end)
        return ends

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


@dataclass(frozen=True)
class Answer:
    """Ways to make an order: the best first, then the others that differ from it.

    Parameters
    ----------
    best : Offer
        The cheapest way that keeps the wished date, or the fastest if none does.
    others : tuple of Offer
    behind : int
        Operations of the plan that are overdue and not reported, which were put before everything.
    """

    best: Offer
    others: tuple[Offer, ...]
    behind: int


def answer(order: production.Order, park: Park, plan: Plan | None, now: datetime) -> Answer:
    """Return how an order could be made beside what is held: best, fastest, cheapest and in each single factory.

    Raises
    ------
    Rejected
        If nobody can do one of its operations, or there is no room for it; each with the reasons.
    """
    place = capacity(park, plan, now)
    request = _Request.of(order, park, place, now)
    with place.lock:
        quote = request.best()
        cheapest = request.quote(CHEAPEST)
        tries = [(BEST, quote), (CHEAPEST, cheapest)]
        for each in quote.alternatives:
            variant = FACTORY + each.factory if each.factory else FASTEST
            rows = {row.operation: row for row in each.assignments}
            steps = tuple(replace(step, assignment=rows[step.assignment.operation], waits=()) for step in quote.steps)
            tries.append(
                (variant, replace(quote, assignments=each.assignments, steps=steps, completion=each.completion))
            )
        tries = list(_different(tries))
        for _, found in tries:
            request.verify(found)
    best, *others = (request.offer(variant, found, has_reasons=variant == BEST) for variant, found in tries)
    return Answer(best, tuple(others), place.behind)


def offer_again(
    order: production.Order, park: Park, plan: Plan | None, now: datetime, *, variant: str, by: datetime
) -> Offer:
    """Return one way to make an order as things are now; the best one is the cheapest that ends by then."""
    place = capacity(park, plan, now)
    request = _Request.of(order, park, place, now)
    with place.lock:
        quote = request.quote(variant, minutes_from(place.origin, by))
        request.verify(quote)
    return request.offer(variant, quote, has_reasons=True)


def _different(tries: list[tuple[str, Quote]]) -> Iterator[tuple[str, Quote]]:
    seen = set[frozenset[tuple[str, str, int]]]()
    for variant, quote in tries:
        way = frozenset((row.operation, row.machine, row.start) for row in quote.assignments)
        if way not in seen:
            seen.add(way)
            yield variant, quote


@dataclass(frozen=True)
class _Request:
    """An order as the live structure takes it."""

    built: WorkProblem
    place: Capacity
    park: Park
    not_before: int

    @classmethod
    def of(cls, order: production.Order, park: Park, place: Capacity, now: datetime) -> _Request:
        from rongzhi.engines.scheduling import build_problem

        work = park.decompose([order], place.origin)
        _refuse_stuck(work)
        built = build_problem(work, park.network, horizon_days=BUILD_DAYS)
        if built.findings:
            raise Rejected(list(built.findings))
        return cls(built, place, park, max(0, minutes_from(place.origin, now)))

    def quote(self, variant: str, due: int | None = None) -> Quote:
        """Return one way, with its reasons; best and its alternatives by default."""
        factory = variant.removeprefix(FACTORY) if variant.startswith(FACTORY) else ""
        quote = self.place.promiser.quote(
            self.jobs(is_dated=variant == BEST, factory=factory),
            self.built.problem.precedences,
            prefer="cheapest" if variant in {BEST, CHEAPEST} else "fastest",
            not_before=self.not_before,
            due=due if variant == BEST else None,
            with_alternatives=variant == BEST,
        )
        if not quote.is_feasible:
            raise Rejected(list(quote.explanation))
        return quote

    def best(self) -> Quote:
        """Return the cheapest way on time; where none is, the earliest that asking again for its own date finds."""
        quote = self.quote(BEST)
        if not quote.is_late:
            return quote
        for _ in range(MOST_LOOKS):
            again = self.quote(BEST, quote.completion)
            if again.is_late:
                break
            is_settled, quote = again.completion == quote.completion, again
            if is_settled:  # accepting asks for this date, and gets this very way
                break
        return quote

    def jobs(self, *, is_dated: bool, factory: str) -> tuple[Job, ...]:
        """Return the jobs of the order."""
        return as_new(self.built.problem.jobs, is_dated=is_dated, factory=factory)

    def verify(self, quote: Quote) -> None:
        """Refuse an answer that breaks a rule beside everything held; it is never given to anybody.

        What is held stands alone on its machine, so that the machines of the answer are all that has to be looked at.
        """
        from rongzhi.engines import scheduling

        problem, plan = self.place.promiser.plan_with(quote)
        used, own = {row.machine for row in quote.assignments}, {row.operation for row in quote.assignments}
        near = {row.operation for row in plan if row.machine in used}
        part = replace(
            problem,
            jobs=tuple(job for job in problem.jobs if any(each.code in near for each in job.operations)),
            pins=tuple(pin for pin in problem.pins if pin.operation in near),
        )
        found = scheduling.check(part, scheduling.Plan.of(row for row in plan if row.operation in near))
        broken: list[Finding] = [each.as_finding() for each in found.violations if own & set(each.operations)]
        if broken:
            raise Rejected(broken)

    def offer(self, variant: str, quote: Quote, *, has_reasons: bool) -> Offer:
        """Return a quote with real times, names and money."""
        origin = self.place.origin

        def at(minutes: int) -> datetime:
            return origin + timedelta(minutes=int(minutes))

        work = self.built.work
        operations = {each.code: each for each in work.operations}
        slots = []
        for step in quote.steps:
            row: Assignment = step.assignment
            operation, candidate = operations[row.operation], self.built.candidates[row.operation][row.mode]
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
                    tuple(condensed(step)) if has_reasons else (),
                )
            )
        slots.sort(key=lambda slot: (slot.start, slot.operation))
        end = max((slot.end for slot in slots), default=at(self.not_before))
        return Offer(variant, end, tuple(slots), tuple(moves(work, slots, self.park)), work)


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


def line_rows(offer: Offer, order: production.Order) -> list[dict[str, Any]]:
    """Return each line as asked for, when it is done, and how late (negative: early) that is, minutes."""
    ends = offer.line_ends
    return [
        {
            "number": line.number,
            "item": line.item,
            "quantity": str(line.quantity),
            "unit": line.unit,
            "due": line.due.isoformat(),
            "end": ends[line.number].isoformat() if line.number in ends else None,
            "late_min": round((ends[line.number] - line.due).total_seconds() / 60) if line.number in ends else None,
        }
        for line in order.lines
    ]


def breakdown(offer: Offer, park: Park, order: production.Order) -> dict[str, Any]:
    """Return an offer as plain data a person can follow step by step; `queries.promises` shows what one may see."""
    lot_of = {operation: lot for lot in offer.work.lots for operation in lot.operations}
    names = {factory.code: factory.name.text for factory in park.network.factories}
    return {
        "variant": offer.variant,
        "begins": min((slot.start for slot in offer.slots), default=offer.end).isoformat(),
        "processing": str(offer.processing),
        "transport": str(offer.transport),
        "lines": line_rows(offer, order),
        "factories": [{"code": code, "zh": names[code].zh, "en": names[code].en} for code in offer.factories],
        "steps": [
            {
                "operation": slot.operation,
                "line": lot_of[slot.operation].line,
                "item": lot_of[slot.operation].item,
                "zh": slot.name.zh,
                "en": slot.name.en,
                "factory": slot.factory,
                "factory_zh": names[slot.factory].zh,
                "factory_en": names[slot.factory].en,
                "machine": slot.machine,
                "start": slot.start.isoformat(),
                "end": slot.end.isoformat(),
                "changeover_min": slot.changeover_min,
                "cost": str(slot.cost),
                "reasons": list(slot.reasons),
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
