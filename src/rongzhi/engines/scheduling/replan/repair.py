"""Repair: what still fits stays; what does not goes to the next free time, never before where it was planned."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from rongzhi.engines.scheduling.model import Job, Operation, Precedence, Problem
from rongzhi.engines.scheduling.promise.board import Board, after_limits
from rongzhi.engines.scheduling.promise.lane import Limits
from rongzhi.engines.scheduling.promise.order import Route
from rongzhi.engines.scheduling.promise.placing import FASTEST, Placer
from rongzhi.engines.scheduling.replan.events import Event, happened
from rongzhi.engines.scheduling.replan.stability import Stability, measure
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text

_PASSES = 60  # how often what the last moves broke is moved in turn


@dataclass(frozen=True, slots=True)
class Repair:
    """A repaired plan.

    Parameters
    ----------
    problem : Problem
        As it is now: with the events, and with everything that has begun frozen.
    plan : Plan
    stability : Stability
        Against the plan before.
    explanation : tuple of Finding
        Jobs for which no valid place was found; their operations stand where they were.
    """

    problem: Problem
    plan: Plan
    stability: Stability
    explanation: tuple[Finding, ...]


def repair(problem: Problem, plan: Plan, now: int, events: Sequence[Event], *, may_reroute: bool = False) -> Repair:
    """Return the plan after events, with as little moved as a pass over it allows.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        Complete and valid.
    now : int
        What started before is frozen; time units.
    events : sequence of MachineDown, LateMaterial, LongerRun
    may_reroute : bool
        Whether operations that have to move may change machines.
    """
    changed, rows = happened(problem, plan, now, events)
    repairer = _Repairer(changed, rows, now, may_reroute=may_reroute)
    explanation = repairer.run()
    after = repairer.plan([row.operation for row in plan])
    return Repair(changed, after, measure(problem, plan, after), explanation)


class _Repairer:
    def __init__(self, problem: Problem, rows: list[Assignment], now: int, *, may_reroute: bool) -> None:
        self._problem, self._now, self._may_reroute = problem, now, may_reroute
        self._rows = {row.operation: row for row in rows}
        self._job_of = {operation.code: job for job in problem.jobs for operation in job.operations}
        self._pinned = {pin.operation: pin.machine for pin in problem.pins if pin.machine is not None}
        self._before: dict[str, list[Precedence]] = {}
        self._after: dict[str, list[Precedence]] = {}
        for link in problem.precedences:
            self._before.setdefault(link.after, []).append(link)
            self._after.setdefault(link.before, []).append(link)
        self._board = Board(problem, Plan.of(rows))
        self._given_up = set[str]()
        self._left, self._moved = set[str](), set[str]()  # machines work has left, and operations moved, since asked

    def run(self) -> tuple[Finding, ...]:
        """Move what does not fit until everything does."""
        suspects = list(self._rows)
        for _ in range(_PASSES):
            broken = self._broken(suspects)
            if not broken:
                break
            jobs = {self._job_of[code].code: self._job_of[code] for code in broken}
            for job in sorted(jobs.values(), key=lambda each: (-each.weight, each.due is None, each.due or 0)):
                self._move(job, [code for code in broken if self._job_of[code] is job])
            suspects = self._suspects()
        else:
            for code in self._broken(list(self._rows)):
                self._given_up.add(self._job_of[code].code)
                self._board.put(self._board.operations[code], self._rows[code])
        return tuple(_stuck(code) for code in sorted(self._given_up))

    def plan(self, order: list[str]) -> Plan:
        """Return the plan with the changeovers that are due now."""
        rank = {code: place for place, code in enumerate(order)}
        stated: dict[str, int] = {}
        for machine in {row.machine for row in self._rows.values()}:
            stated |= self._board.changeovers(machine, rank)
        return Plan.of(dataclasses.replace(self._rows[code], changeover=stated[code]) for code in order)

    def _suspects(self) -> list[str]:
        """Return what the last moves may have broken: followers, and neighbours of the places that were left.

        The places that were taken are right, because only free time is taken.
        """
        found = {link.after for code in self._moved for link in self._after.get(code, ())}
        for machine in self._left:
            found.update(member.code for group in self._board.lanes[machine].groups for member in group)
        self._left, self._moved = set(), set()
        return sorted(found)

    def _broken(self, suspects: list[str]) -> list[str]:
        """Return the operations that can no longer stand where they do, earliest first; they leave the board."""
        found = []
        free = [self._rows[code] for code in suspects if code not in self._board.fixed]
        for row in sorted(free, key=lambda each: (each.start, each.end)):
            if self._job_of[row.operation].code in self._given_up:
                continue
            operation = self._board.operations[row.operation]
            self._board.take(operation, row)
            if self._stands(operation, row):
                self._board.put(operation, row)
            else:
                found.append(row.operation)
        return found

    def _stands(self, operation: Operation, row: Assignment) -> bool:
        """Return whether an operation may be where it is."""
        way, job = self._board.way(operation, row.mode), self._job_of[operation.code]
        if row.start < max(self._now, job.release, operation.earliest_start):
            return False
        for link in self._before.get(operation.code, ()):
            other = self._rows[link.before]
            before = self._board.way(self._board.operations[link.before], other.mode), other.start, other.end
            earliest, latest, min_end = after_limits(self._board, link, before, way)
            if row.start < earliest or row.end < min_end or 0 <= latest < row.start:
                return False
        spot = way.fit(Limits(row.start, row.start))
        return spot is not None and spot.end == row.end

    def _move(self, job: Job, broken: list[str]) -> None:
        """Place broken operations and what follows them in the job anew; more of the job if that does not do."""
        for codes in (self._with_followers(job, broken), self._movable(job)):
            if self._place(job, codes, set(broken), is_rerouted=self._may_reroute):
                return
        for code in broken:
            self._board.put(self._board.operations[code], self._rows[code])
        self._given_up.add(job.code)

    def _movable(self, job: Job) -> list[str]:
        return [each.code for each in job.operations if each.code not in self._board.fixed]

    def _with_followers(self, job: Job, broken: list[str]) -> list[str]:
        found, stack = set(broken), list(broken)
        while stack:
            for link in self._after.get(stack.pop(), ()):
                if self._job_of[link.after] is job and link.after not in found | self._board.fixed:
                    found.add(link.after)
                    stack.append(link.after)
        return [each.code for each in job.operations if each.code in found]

    def _place(self, job: Job, codes: list[str], broken: set[str], *, is_rerouted: bool) -> bool:
        """Place operations of a job not before they were planned; on failure everything is as it was."""
        operations = {code: self._board.operations[code] for code in codes}
        taken = [(operations[code], self._rows[code]) for code in codes if code not in broken]
        later = tuple(
            dataclasses.replace(each, earliest_start=max(each.earliest_start, self._rows[each.code].start))
            for each in operations.values()
        )
        links = [link for code in codes for link in self._before.get(code, ())]
        route = Route.of([dataclasses.replace(job, operations=later)], links)
        if route is None:
            return False
        for operation, row in taken:
            self._board.take(operation, row)
        placer = Placer(self._board, route, self._now)
        self._restrict(placer, job, set(codes), is_rerouted=is_rerouted)
        placement = placer.place(FASTEST)
        if placement.stuck is not None:
            for operation, row in taken:
                self._board.put(operation, row)
            return False
        self._left.update(self._rows[code].machine for code in codes)
        self._moved.update(codes)
        for code, (way, start, end) in placement.placed.items():
            self._rows[code] = self._board.planned[code] = way.assignment(start, end)
        return True

    def _restrict(self, placer: Placer, job: Job, codes: set[str], *, is_rerouted: bool) -> None:
        stays = {self._board.machines[self._rows[each.code].machine].factory for each in job.operations}
        is_bound = job.single_factory and any(each.code not in codes for each in job.operations)
        for code in codes:
            row = self._rows[code]
            placer.ways[code] = [
                way
                for way in placer.ways[code]
                if (is_rerouted or way.index == row.mode)
                and self._pinned.get(code, way.mode.machine) == way.mode.machine
                and (not is_bound or way.factory in stays)
            ]


def _stuck(code: str) -> Finding:
    return Finding(
        "cannot-repair",
        code,
        Text(f"作业“{code}”右移后没有可行位置", f"job '{code}' has no valid place by moving it later"),
        Text("允许换设备，或重新排产", "allow other machines, or plan anew"),
    )
