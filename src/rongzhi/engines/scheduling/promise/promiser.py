"""Capable-to-promise: dates for new orders over a plan that stays as it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rongzhi.engines.scheduling.lots import as_parts
from rongzhi.engines.scheduling.model import Job, Operation, Precedence, Problem
from rongzhi.engines.scheduling.promise import fairness, reasons, wording
from rongzhi.engines.scheduling.promise.board import Board
from rongzhi.engines.scheduling.promise.displacing import Displacer
from rongzhi.engines.scheduling.promise.fairness import Fairness
from rongzhi.engines.scheduling.promise.lane import Limits
from rongzhi.engines.scheduling.promise.order import Route, check_order
from rongzhi.engines.scheduling.promise.placing import CHEAPEST, FASTEST, Placed, Placement, Placer, Taste
from rongzhi.engines.scheduling.promise.quote import (
    Allocation,
    Alternative,
    Cost,
    Displacement,
    Order,
    Preference,
    Quote,
    ReadyKind,
    Step,
)
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.errors import Conflict, NotFound
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text

_HALVINGS = 3  # tastes between cheapest and fastest that are tried to find the cheapest on time


class Promiser:
    """A live structure over a plan that quotes, books and cancels orders; nothing planned ever moves.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        A plan of the problem that the checker finds valid. Where it divides lots, the live structure holds each part
        as an operation of its own; lots of new orders are quoted whole.
    when : callable, optional
        Writes a moment (time units) for people; numbers by default.
    max_factories : int
        How many single-factory alternatives a quote computes at most.
    """

    def __init__(self, problem: Problem, plan: Plan, *, when: reasons.When = str, max_factories: int = 4) -> None:
        problem, plan = as_parts(problem, plan)
        self.problem = problem
        self.plan = plan
        self._when = when
        self._max_factories = max_factories
        self._board = Board(problem, plan)
        self._booked: dict[str, Quote] = {}
        self._displacer: Displacer | None = None
        self._version = 0
        self._count = 0

    @property
    def booked(self) -> dict[str, Quote]:
        """The quotes that are booked, by code, in the order of booking."""
        return dict(self._booked)

    def quote(
        self,
        jobs: Sequence[Job],
        precedences: Sequence[Precedence] = (),
        *,
        prefer: Preference = "fastest",
        not_before: int = 0,
        due: int | None = None,
        with_alternatives: bool = True,
    ) -> Quote:
        """Return when an order can be done, how, for how much, and why not earlier; nothing is booked.

        Parameters
        ----------
        jobs : sequence of Job
            One or more lots; codes of jobs and operations must be new.
        precedences : sequence of Precedence
            Within the order, or after operations that are planned already.
        prefer : 'fastest' or 'cheapest'
            Earliest date; or least cost on time (the earliest date if no way is on time).
        not_before : int
            No operation starts before; time units.
        due : int, optional
            Replaces the due dates of the jobs; time units.
        with_alternatives : bool
        """
        self._count += 1
        dated = tuple(dataclasses.replace(job, due=due) for job in jobs) if due is not None else tuple(jobs)
        empty = self._empty(dated, tuple(precedences), not_before)
        findings = check_order(self._board, dated, precedences)
        if not findings.is_clean:
            return dataclasses.replace(empty, explanation=tuple(findings))
        route = Route.of(dated, precedences)
        if route is None:
            return dataclasses.replace(empty, explanation=(wording.circle(),))
        placer = Placer(self._board, route, not_before)
        placement = self._preferred(placer, prefer)
        if placement.stuck is not None:
            return dataclasses.replace(empty, explanation=(self._why_not(placer, placement.stuck),))
        quote = self._filled(empty, placer, placement)
        if not with_alternatives:
            return quote
        return dataclasses.replace(quote, alternatives=self._alternatives(placer, placement, prefer))

    def book(self, quote: Quote) -> str:
        """Take the time of a quote for good and return its code.

        Raises
        ------
        Conflict
            The quote has no date, or other bookings took its place meanwhile: ask for a new one.
        """
        if not quote.is_feasible or quote.code in self._booked:
            raise Conflict(
                Text("此答复没有可行日期或已预订", "the quote has no date or is booked already"), where=quote.code
            )
        if quote.version != self._version and not self._still_fits(quote):
            raise Conflict(
                Text("报价后产能已被占用", "the capacity was taken after the quote was made"),
                where=quote.code,
                fix=Text("重新询价", "ask for a new quote"),
            )
        for operation, row in _rows(quote):
            self._board.put(operation, row)
            self._board.operations[operation.code] = operation
            self._board.planned[operation.code] = row
        self._board.jobs.update(job.code for job in quote.jobs)
        self._booked[quote.code] = quote
        self._version += 1
        return quote.code

    def cancel(self, code: str) -> None:
        """Give back the time of a booked quote.

        Raises
        ------
        NotFound
            Nothing with this code is booked.
        Conflict
            Work booked later relies on it (it follows it, or needs its changeover or its batch); nothing changes.
        """
        if code not in self._booked:
            raise NotFound(Text(f"没有预订“{code}”", f"nothing is booked as '{code}'"), where=code)
        quote, kept = self._booked[code], list[Assignment]()
        own = {row.operation for row in quote.assignments}
        users = [
            other.code
            for other in self._booked.values()
            if other is not quote and any(link.before in own for link in other.precedences)
        ]
        for operation, row in _rows(quote):
            self._board.take(operation, row)
        for _, row in _rows(quote):
            lane = self._board.lanes[row.machine]
            index = lane.index_from(row.start)
            if not lane.machine.is_unlimited and not (lane.is_kept(index) and lane.is_kept(index + 1)):
                kept.append(row)
        if users or kept:
            for operation, row in _rows(quote):
                self._board.put(operation, row)
            names = ", ".join(users or [row.operation for row in kept])
            raise Conflict(
                Text(f"后来的预订依赖它：{names}", f"later bookings rely on it: {names}"),
                where=code,
                fix=Text("先取消后来的预订，或重新排产", "cancel the later bookings first, or plan anew"),
            )
        for operation, _ in _rows(quote):
            del self._board.operations[operation.code], self._board.planned[operation.code]
        self._board.jobs.difference_update(job.code for job in quote.jobs)
        del self._booked[code]
        self._version += 1

    def plan_with(self, quote: Quote | None = None) -> tuple[Problem, Plan]:
        """Return problem and plan with everything booked, and with a quote that is not booked if one is given.

        Times and machines of what was planned are untouched; only the stated changeover of the operation after an
        inserted one may differ.
        """
        if quote is not None and quote.code not in self._booked:
            self.book(quote)
            try:
                return self.plan_with()
            finally:
                self.cancel(quote.code)
        quotes = list(self._booked.values())
        problem = dataclasses.replace(
            self.problem,
            jobs=self.problem.jobs + tuple(job for each in quotes for job in each.jobs),
            precedences=self.problem.precedences + tuple(link for each in quotes for link in each.precedences),
        )
        rows = [*self.plan, *(row for each in quotes for row in each.in_order())]
        rank = {row.operation: place for place, row in enumerate(rows)}
        used = {row.machine for each in quotes for row in each.assignments}
        stated = {code: time for machine in used for code, time in self._board.changeovers(machine, rank).items()}
        return problem, Plan.of(
            dataclasses.replace(row, changeover=stated.get(row.operation, row.changeover)) for row in rows
        )

    def what_would_help(self, quote: Quote, *, priority: float | None = None) -> Displacement | None:
        """Return what an order would gain by going before planned jobs, and what they would lose; nothing is changed.

        Only jobs of no higher priority are moved, never bookings, running or frozen work, or jobs tied to others.

        Parameters
        ----------
        quote : Quote
            Feasible and not booked.
        priority : float, optional
            Of the order; the largest weight of its jobs by default.
        """
        if not quote.is_feasible or quote.code in self._booked:
            return None
        if self._displacer is None:
            self._displacer = Displacer(self._board, self.problem)
        mine = max((job.weight for job in quote.jobs), default=1.0) if priority is None else priority
        tied = {link.before for each in self._booked.values() for link in each.precedences}
        return self._displacer.displace(quote, mine, self._when, tied)

    def promise_many(
        self, orders: Sequence[Order], *, keep: bool = True, rule: Fairness = "priority"
    ) -> tuple[Allocation, ...]:
        """Quote and book many orders one after the other; nothing planned or booked before is displaced.

        Parameters
        ----------
        orders : sequence of Order
        rule : 'priority', 'arrival' or 'max-min'
            Higher priority first, then earlier due, then code; or as given; or so that the largest weighted lateness
            (priority times time units late) is as small as turns can make it. The last quotes every order up to 40
            times.
        keep : bool
            Whether the bookings stay; if not, all are given back and the quotes are only a preview.
        """
        turns = fairness.in_turn(orders, rule, lambda some: self._served(some, rule, keep=False))
        return self._served(turns, rule, keep=keep)

    def _served(self, turns: Sequence[Order], rule: Fairness, *, keep: bool) -> tuple[Allocation, ...]:
        found = []
        for turn, order in enumerate(turns, 1):
            quote = self.quote(
                order.jobs,
                order.precedences,
                prefer=order.prefer,
                not_before=order.not_before,
                due=order.due,
                with_alternatives=False,
            )
            if quote.is_feasible:
                self.book(quote)
            usual = wording.turn(turn, order, len(turns), self._when)
            found.append(Allocation(order, turn, quote, fairness.turn(turn, len(turns), rule, usual)))
        if not keep:
            for allocation in reversed(found):
                if allocation.quote.is_feasible:
                    self.cancel(allocation.quote.code)
        return tuple(found)

    def _preferred(self, placer: Placer, prefer: Preference) -> Placement:
        """Return the placement that is wanted, not booked."""
        fastest = self._try(placer, FASTEST)
        if prefer == "fastest" or fastest.stuck is not None:
            return fastest
        cheapest = self._try(placer, CHEAPEST)
        if cheapest.stuck is not None:
            return fastest
        if self._lateness(placer, cheapest) <= 0 or self._lateness(placer, fastest) > 0:
            return cheapest if self._lateness(placer, cheapest) <= 0 else fastest
        best, low, high = fastest, cheapest, fastest
        for _ in range(_HALVINGS):
            delay, saving = low.end - high.end, self._cost(placer, high).total - self._cost(placer, low).total
            if delay <= 0 or saving <= 0:
                break
            middle = self._try(placer, Taste(saving / delay, 1.0))
            if middle.stuck is not None:
                break
            if self._lateness(placer, middle) > 0:
                low = middle
                continue
            high = middle
            if self._cost(placer, middle).total < self._cost(placer, best).total:
                best = middle
        return best

    def _try(self, placer: Placer, taste: Taste) -> Placement:
        placement = placer.place(taste)
        found = Placement(dict(placement.placed), placement.stuck)
        placer.undo(placement)
        return found

    def _alternatives(self, placer: Placer, chosen: Placement, prefer: Preference) -> tuple[Alternative, ...]:
        other = CHEAPEST if prefer == "fastest" else FASTEST
        tries = [("cheapest" if prefer == "fastest" else "fastest", "", self._try(placer, other))]
        factories = [{way.factory for way in ways} for ways in placer.ways.values()]
        common = set.intersection(*factories) if factories else set()
        tries += [
            ("factory", factory, self._try(placer, Taste(1.0, 0.0, factory)))
            for factory in sorted(common)[: self._max_factories]
        ]
        base = chosen.end, self._cost(placer, chosen)
        found, seen = [], {_signature(chosen)}
        for kind, factory, placement in tries:
            if placement.stuck is not None or _signature(placement) in seen:
                continue
            seen.add(_signature(placement))
            cost = self._cost(placer, placement)
            rows = tuple(way.assignment(start, end) for way, start, end in placement.placed.values())
            text = wording.alternative(kind, factory, placement.end - base[0], cost.total - base[1].total)
            found.append(Alternative(kind, factory, placement.end, cost, rows, text))
        return tuple(found)

    def _filled(self, empty: Quote, placer: Placer, placement: Placement) -> Quote:
        rows = {code: way.assignment(start, end) for code, (way, start, end) in placement.placed.items()}
        for code, row in rows.items():
            self._board.put(placer.route.operations[code], row)
        steps = []
        for code, operation in placer.route.operations.items():
            change = self._board.changeover_before(operation, rows[code])
            steps.append(self._step(placer, placement, dataclasses.replace(rows[code], changeover=change)))
        for code, row in rows.items():
            self._board.take(placer.route.operations[code], row)
        dues = [job.due for job in empty.jobs if job.due is not None]
        completion = placement.end if placement.placed else placer.not_before
        due, lateness = max(dues, default=None), self._lateness(placer, placement)
        return dataclasses.replace(
            empty,
            is_feasible=True,
            completion=completion,
            due=due,
            lateness=lateness,
            assignments=tuple(step.assignment for step in steps),
            steps=tuple(steps),
            cost=self._cost(placer, placement),
            text=wording.promise(completion, due, lateness, self._when),
        )

    def _step(self, placer: Placer, placement: Placement, row: Assignment) -> Step:
        code, route = row.operation, placer.route
        way, operation, job = placement.placed[code][0], route.operations[code], route.job_of[code]
        base: list[tuple[ReadyKind, int]] = [
            ("start", 0),
            ("not-before", placer.not_before),
            ("release", job.release),
            ("earliest-start", operation.earliest_start),
        ]
        before = [(link, placer.known(link.before, placement.placed)) for link in route.before[code]]
        ready = reasons.ready(
            self._board, way, base, [(link, known) for link, known in before if known is not None], self._when
        )
        self._board.take(operation, row)
        waits = reasons.waits(way, ready.moment, row.start, self._when)
        self._board.put(operation, row)
        return Step(row, way.factory, ready, waits)

    def _cost(self, placer: Placer, placement: Placement) -> Cost:
        transport = 0.0
        for code, (way, _, _) in placement.placed.items():
            for link in placer.route.before[code]:
                before = placer.known(link.before, placement.placed)
                transport += self._board.move(before[0], way)[1] if before is not None else 0.0
        return Cost(sum(way.mode.cost for way, _, _ in placement.placed.values()), transport)

    def _lateness(self, placer: Placer, placement: Placement) -> int:
        placed = placement.placed
        dated = [(job.due, job.operations) for job in placer.route.jobs if job.due is not None and job.operations]
        return max((max(placed[each.code][2] for each in operations) - due for due, operations in dated), default=0)

    def _why_not(self, placer: Placer, code: str) -> Finding:
        """Return why an operation fits nowhere, found by leaving rules out."""
        job = placer.route.job_of[code]
        if not placer.ways[code]:
            return wording.no_factory(code, job)
        if job.deadline is not None:
            jobs = tuple(dataclasses.replace(each, deadline=None) for each in placer.route.jobs)
            links = [link for links in placer.route.before.values() for link in links]
            free = Route.of(jobs, links)
            assert free is not None
            placement = self._try(Placer(self._board, free, placer.not_before), FASTEST)
            if placement.stuck is None:
                return wording.deadline(job, max(placement.placed[each.code][2] for each in job.operations), self._when)
        if any(link.max_lag is not None for link in placer.route.before[code]):
            return wording.waits_too_long(code)
        return wording.no_room(code)

    def _still_fits(self, quote: Quote) -> bool:
        """Return whether the times of a quote are all still free and still follow what they follow."""
        route = Route.of(quote.jobs, quote.precedences)
        if route is None or not check_order(self._board, quote.jobs, quote.precedences).is_clean:
            return False
        placer, done, placed = Placer(self._board, route, 0), list[tuple[Operation, Assignment]](), dict[str, Placed]()
        for operation, row in _rows(quote):
            way = self._board.way(operation, row.mode)
            limits, waits = placer.limits(operation.code, way, placed)
            exact = Limits(row.start, row.start, row.end, row.end)
            is_right = limits.earliest <= row.start and limits.min_end <= row.end
            if not is_right or any(row.start > latest for latest, _ in waits) or way.fit(exact) is None:
                break
            self._board.put(operation, row)
            done.append((operation, row))
            placed[operation.code] = way, row.start, row.end
        for operation, row in done:
            self._board.take(operation, row)
        return len(done) == len(quote.assignments)

    def _empty(self, jobs: tuple[Job, ...], precedences: tuple[Precedence, ...], not_before: int) -> Quote:
        return Quote(
            code=f"promise-{self._count}",
            jobs=jobs,
            precedences=precedences,
            is_feasible=False,
            completion=None,
            due=max((job.due for job in jobs if job.due is not None), default=None),
            lateness=0,
            assignments=(),
            steps=(),
            cost=Cost(),
            alternatives=(),
            explanation=(),
            text=Text("无法给出日期", "no date can be given"),
            version=self._version,
            not_before=not_before,
        )


def _rows(quote: Quote) -> list[tuple[Operation, Assignment]]:
    operations = {operation.code: operation for job in quote.jobs for operation in job.operations}
    return [(operations[row.operation], row) for row in quote.assignments]


def _signature(placement: Placement) -> frozenset[tuple[str, int, int]]:
    return frozenset((code, way.index, start) for code, (way, start, _) in placement.placed.items())
