"""What an order would push aside to be earlier: computed by really moving the work, then putting it all back."""

from __future__ import annotations

import dataclasses

from rongzhi.engines.scheduling.model import Job, Operation, Precedence, Problem
from rongzhi.engines.scheduling.promise import wording
from rongzhi.engines.scheduling.promise.board import Board
from rongzhi.engines.scheduling.promise.lane import Limits
from rongzhi.engines.scheduling.promise.order import Route
from rongzhi.engines.scheduling.promise.placing import FASTEST, Placement, Placer
from rongzhi.engines.scheduling.promise.quote import Displacement, Quote
from rongzhi.engines.scheduling.promise.reasons import When
from rongzhi.engines.scheduling.result import Assignment

_JOBS = 6  # how many jobs in the way are moved at most

Rows = list[tuple[Operation, Assignment]]


class Displacer:
    """Moves planned jobs behind a new order on a board, and back.

    Parameters
    ----------
    board : Board
    problem : Problem
        Its jobs may be moved; bookings made since may not.
    """

    def __init__(self, board: Board, problem: Problem) -> None:
        self._board = board
        self._jobs = {job.code: job for job in problem.jobs}
        self._job_of = {operation.code: job for job in problem.jobs for operation in job.operations}
        self._pinned = {pin.operation: pin.machine for pin in problem.pins if pin.machine is not None}
        self._links: dict[str, list[Precedence]] = {}
        self._tied = set[str]()
        for link in problem.precedences:
            first, second = self._job_of[link.before], self._job_of[link.after]
            self._links.setdefault(second.code, []).append(link)
            if first is not second:
                self._tied.update((first.code, second.code))

    def displace(self, quote: Quote, priority: float, when: When, tied: set[str]) -> Displacement | None:
        """Return what an order gains by going before planned jobs of no higher priority; None if nothing.

        Parameters
        ----------
        quote : Quote
        priority : float
        when : callable
        tied : set of str
            Operations that bookings follow; their jobs stay.
        """
        jobs = self._in_the_way(quote, priority, tied)
        route = Route.of(quote.jobs, quote.precedences)
        if not jobs or route is None or quote.completion is None:
            return None
        taken = [(each, self._board.planned[each.code]) for job in jobs for each in self._free(job)]
        for operation, row in taken:
            self._board.take(operation, row)
        own = Placer(self._board, route, quote.not_before)
        placement = own.place(FASTEST)
        rows = tuple(way.assignment(start, end) for way, start, end in placement.placed.values())
        moved: dict[str, Assignment] | None = None
        if placement.stuck is None and placement.end < quote.completion:
            moved = self._replace(jobs, {row.machine for _, row in taken})
        own.undo(placement)
        for operation, row in taken:
            self._board.put(operation, row)
        return None if moved is None else self._told(quote, rows, jobs, moved, when)

    def _in_the_way(self, quote: Quote, priority: float, tied: set[str]) -> list[Job]:
        waited: dict[str, int] = {}
        for step in quote.steps:
            for wait in step.waits:
                for code in wait.codes if wait.kind == "machine" else ():
                    job = self._job_of.get(code)
                    if job is not None and job.weight <= priority and job.code not in self._tied:
                        waited[job.code] = waited.get(job.code, 0) + wait.until - wait.since
        before = {link.before for link in quote.precedences} | tied
        free = [code for code in waited if not any(each.code in before for each in self._jobs[code].operations)]
        chosen = sorted(free, key=lambda code: (-waited[code], code))[:_JOBS]
        return [self._jobs[code] for code in sorted(chosen, key=lambda code: (-self._jobs[code].weight, code))]

    def _free(self, job: Job) -> list[Operation]:
        return [each for each in job.operations if each.code not in self._board.fixed]

    def _replace(self, jobs: list[Job], machines: set[str]) -> dict[str, Assignment] | None:
        """Place the jobs anew behind the order; None if one does not fit any more. Nothing stays booked."""
        done: Rows = []
        late = [job for job in jobs if not self._stays(job, done)]
        placers: list[tuple[Placer, Placement]] = []
        for job in late:
            free = {each.code for each in self._free(job)}
            part = dataclasses.replace(job, operations=tuple(each for each in job.operations if each.code in free))
            links = [link for link in self._links.get(job.code, ()) if link.after in free]
            route = Route.of([part], links)
            assert route is not None
            placer = Placer(self._board, route, 0)
            self._restrict(placer, job, free)
            placers.append((placer, placer.place(FASTEST)))
            if placers[-1][1].stuck is not None:
                break
        is_right = all(placement.stuck is None for _, placement in placers) and self._is_kept(machines)
        found = {
            code: way.assignment(start, end)
            for _, placement in placers
            for code, (way, start, end) in placement.placed.items()
        }
        for placer, placement in placers:
            placer.undo(placement)
        for operation, row in done:
            self._board.take(operation, row)
        return found if is_right else None

    def _stays(self, job: Job, done: Rows) -> bool:
        """Put a job back where it was if it is not in the way; return whether it was put back."""
        mine: Rows = []
        for operation in self._free(job):
            row = self._board.planned[operation.code]
            way = self._board.way(operation, row.mode)
            if way.fit(Limits(row.start, row.start, row.end, row.end)) is None:
                for other, place in mine:
                    self._board.take(other, place)
                return False
            self._board.put(operation, row)
            mine.append((operation, row))
        done += mine
        return True

    def _restrict(self, placer: Placer, job: Job, free: set[str]) -> None:
        """Keep prescribed machines, and the factory of what cannot be moved."""
        stays = [self._board.planned[each.code].machine for each in job.operations if each.code not in free]
        home = {self._board.machines[machine].factory for machine in stays}
        for code, ways in placer.ways.items():
            placer.ways[code] = [
                way
                for way in ways
                if self._pinned.get(code, way.mode.machine) == way.mode.machine
                and not (job.single_factory and home and way.factory not in home)
            ]

    def _is_kept(self, machines: set[str]) -> bool:
        """Return whether changeovers and batches are still right where work was taken away."""
        lanes = [self._board.lanes[machine] for machine in machines]
        return all(
            lane.is_kept(index) for lane in lanes if not lane.machine.is_unlimited for index in range(len(lane.groups))
        )

    def _told(
        self, quote: Quote, rows: tuple[Assignment, ...], jobs: list[Job], moved: dict[str, Assignment], when: When
    ) -> Displacement:
        """Return the effect on the order and on everybody else."""
        shifts, cost = [], 0.0
        for job in jobs:
            if not any(each.code in moved for each in job.operations):
                continue
            before, after = (
                max(rows_[each.code].end for each in job.operations) - (job.due if job.due is not None else 0)
                for rows_ in (self._board.planned, {**self._board.planned, **moved})
            )
            if job.due is None:
                before = after = 0
            shifts.append((job.code, before, after))
            cost += job.weight * (max(0, after) - max(0, before))
        completion = max(row.end for row in rows)
        gain = (quote.completion or completion) - completion
        text = wording.displaced(completion, gain, [code for code, _, _ in shifts], cost, when)
        return Displacement(completion, gain, rows, tuple(moved.values()), tuple(shifts), cost, text)
