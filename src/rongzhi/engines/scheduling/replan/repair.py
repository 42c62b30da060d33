"""Repair: what still fits stays; what does not goes to the next free time, never before where it was planned."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from rongzhi.engines.scheduling.lots import as_parts
from rongzhi.engines.scheduling.model import Job, Operation, Precedence, Problem
from rongzhi.engines.scheduling.promise.board import Board, after_limits
from rongzhi.engines.scheduling.promise.lane import Limits
from rongzhi.engines.scheduling.promise.order import Route
from rongzhi.engines.scheduling.promise.placing import FASTEST, Placed, Placement, Placer
from rongzhi.engines.scheduling.replan.checking import check_events
from rongzhi.engines.scheduling.replan.events import Event, RushOrder
from rongzhi.engines.scheduling.replan.happening import Happened, happened
from rongzhi.engines.scheduling.replan.parts import of_parts
from rongzhi.engines.scheduling.replan.stability import Stability, measure
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text

_PASSES = 60  # how often what the last moves broke is moved in turn
_PULLS = 200  # late jobs that are tried earlier at most


@dataclass(frozen=True, slots=True)
class Repair:
    """A repaired plan.

    Parameters
    ----------
    problem : Problem
        As it is now: with the events, and with everything that has begun frozen. Lots stay divided as they were
        planned: each part is an operation of its own (``code#1``).
    plan : Plan
    stability : Stability
        Against the plan before.
    explanation : tuple of Finding
        Jobs for which no valid place was found; their operations stand where they were, and new ones are missing.
    """

    problem: Problem
    plan: Plan
    stability: Stability
    explanation: tuple[Finding, ...]


def repair(
    problem: Problem,
    plan: Plan,
    now: int,
    events: Sequence[Event],
    *,
    may_reroute: bool = False,
    may_pull: bool = False,
) -> Repair:
    """Return the plan after events, with as little moved as a pass over it allows.

    Only what the events touch is looked at, and what that pushes aside in turn.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        Complete and valid.
    now : int
        What started before is frozen; time units.
    events : sequence of Event
    may_reroute : bool
        Whether operations that have to move may change machines.
    may_pull : bool
        Whether jobs that are late may use free time earlier than they were planned, on their machines (or on others,
        with ``may_reroute``); heavier and later ones first.

    Raises
    ------
    Rejected
        With all findings, if events name what does not exist or say what cannot be.
    """
    check_events(problem, plan, events).raise_if_any()
    events = of_parts(plan, events)
    problem, plan = as_parts(problem, plan)
    state = happened(problem, plan, now, events)
    repairer = _Repairer(state, now, may_reroute=may_reroute)
    explanation = repairer.run(may_pull=may_pull)
    after = repairer.plan(plan)
    stability = measure(problem, plan, after, changed=repairer.problem, now=now)
    return Repair(repairer.problem, after, stability, explanation)


class _Repairer:
    def __init__(self, state: Happened, now: int, *, may_reroute: bool) -> None:
        self.problem, self._state, self._now, self._may_reroute = state.problem, state, now, may_reroute
        self._rows = state.rows
        self._job_of = {operation.code: job for job in state.problem.jobs for operation in job.operations}
        self._pinned = {pin.operation: pin.machine for pin in state.problem.pins if pin.machine is not None}
        self._before: dict[str, list[Precedence]] = {}
        self._after: dict[str, list[Precedence]] = {}
        for link in state.problem.precedences:
            self._before.setdefault(link.after, []).append(link)
            self._after.setdefault(link.before, []).append(link)
        self._board = Board(state.problem, state.rows.values())
        self._given_up = set[str]()
        self._left, self._moved = set[str](), set[str]()  # machines work has left, and operations moved, since asked
        self._used = set(state.machines)  # machines whose changeovers may have changed

    def run(self, *, may_pull: bool) -> tuple[Finding, ...]:
        """Place what is new, then move what does not fit until everything does."""
        for job, codes in self._state.fresh:
            self._move(self._job(job), list(codes))
        broken = list[str]()
        for rush in self._state.rushes:
            broken += self._rush(rush, set(broken))
        for code in self._state.expedited:
            broken += self._expedite(self._job(code), set(broken))
        self._settle(broken, [code for code in self._touched() if code not in broken])
        if may_pull:
            self._pull()
            self._settle([], self._suspects())
        self._forget_unplanned()
        return tuple(_stuck(code) for code in sorted(self._given_up))

    def _touched(self) -> list[str]:
        """Return the operations the events may have broken."""
        state, found = self._state, self._suspects()
        near = {self._rows[code].machine for code in state.touched if code in self._board.fixed} | state.machines
        self._used |= near | {self._rows[code].machine for code in state.touched}
        suspects = set(found) | state.touched
        suspects.update(link.after for code in state.touched for link in self._after.get(code, ()))
        held = {need.resource for code in state.touched for need in self._needs(code)}
        for code, row in self._rows.items():
            if row.machine in near or (held and any(need.resource in held for need in self._needs(code))):
                suspects.add(code)
        return [code for code in suspects if code in self._rows]

    def _needs(self, code: str) -> tuple:  # type: ignore[type-arg]
        return self._board.operations[code].modes[self._rows[code].mode].needs

    def _settle(self, broken: list[str], suspects: list[str]) -> None:
        for _ in range(_PASSES):
            broken += self._broken(suspects)
            if not broken:
                return
            jobs = {self._job_of[code].code: self._job_of[code] for code in broken}
            for job in sorted(jobs.values(), key=lambda each: (-each.weight, each.due is None, each.due or 0)):
                self._move(job, [code for code in broken if self._job_of[code] is job])
            broken, suspects = [], self._suspects()
        for code in self._broken(list(self._rows)):
            self._given_up.add(self._job_of[code].code)
            self._board.put(self._board.operations[code], self._rows[code])

    def plan(self, before: Plan) -> Plan:
        """Return the plan with the changeovers that are due now; rows as before, new ones at the end."""
        kept = [code for code in before.operation if code in self._rows]
        order = [*kept, *(code for code in self._rows if code not in before)]
        rank = {code: place for place, code in enumerate(order)}
        stated: dict[str, int] = {}
        for machine in self._used:
            stated |= self._board.changeovers(machine, rank)
        if len(order) != len(before) or len(kept) != len(before):
            return Plan.of(
                dataclasses.replace(row, changeover=stated.get(code, row.changeover))
                for code, row in ((code, self._rows[code]) for code in order)
            )
        columns = {name: getattr(before, name).copy() for name in ("mode", "start", "setup_end", "end", "changeover")}
        machines = list(before.machine)
        for place, code in enumerate(order):
            row = self._rows[code]
            if row is not self._state.rows_before.get(code):
                machines[place] = row.machine
                for name in ("mode", "start", "setup_end", "end"):
                    columns[name][place] = getattr(row, name)
            if code in stated:
                columns["changeover"][place] = stated[code]
        return Plan(operation=before.operation, machine=tuple(machines), **columns)

    def _rush(self, rush: RushOrder, off: set[str]) -> list[str]:
        """Place a rush order; return the operations that no longer have their place and leave the board by it."""
        route = Route.of(rush.jobs, rush.precedences)
        placer = None if route is None else Placer(self._board, route, self._now)
        weight = max((job.weight for job in rush.jobs), default=0.0) if rush.may_displace else None
        broken, is_placed = self._first(placer, weight, off)
        if not is_placed:
            self._given_up.update(job.code for job in rush.jobs)
        return broken

    def _expedite(self, job: Job, off: set[str]) -> list[str]:
        """Place a planned job anew before others; return the operations that leave the board by it."""
        codes = [code for code in self._movable(job) if code in self._rows and code not in off]
        rows = {code: self._rows[code] for code in codes}
        links = [link for code in codes for link in self._before.get(code, ())]
        part = tuple(self._board.operations[code] for code in codes)
        route = Route.of([dataclasses.replace(job, operations=part)], links)
        if route is None or not codes:
            return []
        for code in codes:
            self._board.take(self._board.operations[code], self._rows.pop(code))
        placer = Placer(self._board, route, self._now)
        self._rows.update(rows)
        self._restrict(placer, job, set(codes), is_rerouted=self._may_reroute)
        broken, is_placed = self._first(placer, job.weight, off | set(codes))
        if is_placed:
            self._left.update(row.machine for row in rows.values())
            self._moved.update(codes)
            return broken
        return broken + [code for code in codes if not self._back(rows[code])]

    def _first(self, placer: Placer | None, weight: float | None, off: set[str]) -> tuple[list[str], bool]:
        """Place work before free work of at most a weight; return what leaves the board by it, and whether it fits."""
        taken = []
        if placer is not None and weight is not None:
            machines = {way.mode.machine for ways in placer.ways.values() for way in ways}
            taken = [
                row
                for code, row in self._rows.items()
                if row.machine in machines
                and code not in self._board.fixed | off
                and row.end > self._now
                and self._job_of[code].weight <= weight
            ]
        for row in taken:
            self._board.take(self._board.operations[row.operation], row)
        placement = Placement(stuck="") if placer is None else placer.place(FASTEST)
        if placement.stuck is None:
            self._note(placement.placed)
        taken.sort(key=lambda each: (each.start, each.end))
        return [row.operation for row in taken if not self._back(row)], placement.stuck is None

    def _back(self, row: Assignment) -> bool:
        """Put an operation back where it was if it still may be there; return whether it may."""
        operation = self._board.operations[row.operation]
        if not self._stands(operation, row):
            return False
        self._board.put(operation, row)
        return True

    def _pull(self) -> None:
        """Try jobs that are late earlier, with everything else where it is."""
        late = []
        for job in self.problem.jobs:
            codes = [each.code for each in job.operations]
            if job.due is None or job.code in self._given_up or not all(code in self._rows for code in codes):
                continue
            over = max((self._rows[code].end for code in codes), default=0) - job.due
            if over > 0 and any(code not in self._board.fixed for code in codes):
                late.append((-job.weight * over, job.code, job))
        for _, _, job in sorted(late, key=lambda each: each[:2])[:_PULLS]:
            codes = self._movable(job)
            self._place(job, codes, set(), is_rerouted=self._may_reroute, is_pulled=True)

    def _suspects(self) -> list[str]:
        """Return what the last moves may have broken: followers, and neighbours of the places that were left.

        The places that were taken are right, because only free time is taken.
        """
        found = {link.after for code in self._moved for link in self._after.get(code, ())}
        for machine in self._left:
            found.update(member.code for group in self._board.lanes[machine].groups for member in group)
        self._left, self._moved = set(), set()
        return sorted(code for code in found if code in self._rows)

    def _broken(self, suspects: list[str]) -> list[str]:
        """Return the operations that can no longer stand where they do, earliest first; they leave the board."""
        found = []
        free = [self._rows[code] for code in suspects if code not in self._board.fixed]
        for row in sorted(free, key=lambda each: (each.start, each.end)):
            if self._job_of[row.operation].code in self._given_up:
                continue
            operation = self._board.operations[row.operation]
            is_kept = self._is_batch_kept(operation, row)
            self._board.take(operation, row)
            if is_kept and self._stands(operation, row):
                self._board.put(operation, row)
            else:
                found.append(row.operation)
        return found

    def _is_batch_kept(self, operation: Operation, row: Assignment) -> bool:
        """Return whether a batch is not longer than what is left in it."""
        lane = self._board.lanes[row.machine]
        if lane.machine.batch is None or row.end == row.start:
            return True
        group = lane.groups[lane.find(self._board.member(operation, row))]
        return any(each.is_fixed or each.done == row.end for each in group)

    def _stands(self, operation: Operation, row: Assignment) -> bool:
        """Return whether an operation may be where it is."""
        way, job = self._board.way(operation, row.mode), self._job_of[operation.code]
        if row.start < max(self._now, job.release, operation.earliest_start):
            return False
        for link in self._before.get(operation.code, ()):
            other = self._rows.get(link.before)
            if other is None:
                continue
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
            if code in self._rows:
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

    def _place(
        self, job: Job, codes: list[str], broken: set[str], *, is_rerouted: bool, is_pulled: bool = False
    ) -> bool:
        """Place operations of a job, not before they were planned unless pulled; on failure all is as it was."""
        operations = {code: self._board.operations[code] for code in codes}
        rows = {code: self._rows[code] for code in codes if code in self._rows}
        taken = [(operations[code], row) for code, row in rows.items() if code not in broken]
        later = tuple(
            each
            if is_pulled or each.code not in rows
            else dataclasses.replace(each, earliest_start=max(each.earliest_start, rows[each.code].start))
            for each in operations.values()
        )
        links = [link for code in codes for link in self._before.get(code, ())]
        route = Route.of([dataclasses.replace(job, operations=later)], links)
        if route is None or any(link.before not in operations and link.before not in self._rows for link in links):
            return False
        for operation, row in taken:
            self._board.take(operation, row)
        placer = Placer(self._board, route, self._now)
        self._restrict(placer, job, set(codes), is_rerouted=is_rerouted)
        placement = placer.place(FASTEST)
        if placement.stuck is None and is_pulled and not self._is_better(rows, placement):
            placer.undo(placement)
            placement.stuck = codes[0]
        if placement.stuck is not None:
            for operation, row in taken:
                self._board.put(operation, row)
            return False
        self._left.update(row.machine for row in rows.values())
        self._moved.update(codes)
        self._note(placement.placed)
        return True

    def _is_better(self, rows: dict[str, Assignment], placement: Placement) -> bool:
        """Return whether a pulled job ends earlier and leaves the rest of the plan as it must be."""
        if placement.end >= max(row.end for row in rows.values()):
            return False
        for code, placed in placement.placed.items():
            for link in self._after.get(code, ()):
                row = self._rows.get(link.after)
                if link.after in placement.placed or row is None:
                    continue
                way = self._board.way(self._board.operations[link.after], row.mode)
                earliest, latest, min_end = after_limits(self._board, link, placed, way)
                if row.start < earliest or row.end < min_end or 0 <= latest < row.start:
                    return False
        return True

    def _note(self, placed: dict[str, Placed]) -> None:
        for code, (way, start, end) in placed.items():
            row = way.assignment(start, end)
            if code in self._rows:
                self._used.add(self._rows[code].machine)
            self._used.add(row.machine)
            self._rows[code] = self._board.planned[code] = row

    def _restrict(self, placer: Placer, job: Job, codes: set[str], *, is_rerouted: bool) -> None:
        rest = [each.code for each in job.operations if each.code in self._rows]
        stays = {self._board.machines[self._rows[code].machine].factory for code in rest}
        is_bound = job.single_factory and any(code not in codes for code in rest)
        for code in codes:
            row = self._rows.get(code)
            placer.ways[code] = [
                way
                for way in placer.ways[code]
                if (is_rerouted or row is None or way.index == row.mode)
                and self._pinned.get(code, way.mode.machine) == way.mode.machine
                and (not is_bound or way.factory in stays)
            ]

    def _job(self, code: str) -> Job:
        return next(job for job in self.problem.jobs if job.code == code)

    def _forget_unplanned(self) -> None:
        """Leave new work that found no place out of the problem, so that problem and plan go together."""
        lost = {code for code in self._job_of if code not in self._rows}
        if not lost:
            return
        jobs = []
        for job in self.problem.jobs:
            left = tuple(each for each in job.operations if each.code not in lost)
            if left or not job.operations:
                jobs.append(job if len(left) == len(job.operations) else dataclasses.replace(job, operations=left))
        links = tuple(link for link in self.problem.precedences if link.before not in lost and link.after not in lost)
        self.problem = dataclasses.replace(self.problem, jobs=tuple(jobs), precedences=links)


def _stuck(code: str) -> Finding:
    return Finding(
        "cannot-repair",
        code,
        Text(f"作业“{code}”右移后没有可行位置", f"job '{code}' has no valid place by moving it later"),
        Text("允许换设备，或重新排产", "allow other machines, or plan anew"),
    )
