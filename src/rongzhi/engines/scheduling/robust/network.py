"""A plan as a network: the same sequence and machines, with what each operation waits for, in an order to run it in."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rongzhi.engines.scheduling.arrays import NONE, Floats, Ints
from rongzhi.engines.scheduling.calendars import CalendarBook
from rongzhi.engines.scheduling.kernel_robust import (
    AS_FIXED,
    AS_FREE,
    AS_STARTED,
    D_AFTER,
    D_BEFORE,
    D_CHANGE,
    D_DELAY,
    D_KIND,
    D_WIDTH,
    FF,
    FS,
    NEXT,
    P_CALENDAR,
    P_END,
    P_FIXED,
    P_FLOOR,
    P_JOB,
    P_LOSS,
    P_OWN,
    P_RUN,
    P_SETUP,
    P_SPAN,
    P_START,
    P_WIDTH,
    SAME_MACHINE,
    SS,
    Network,
)
from rongzhi.engines.scheduling.model import FOREVER, Job, Link, Machine, Operation, Problem
from rongzhi.engines.scheduling.result import Plan

KINDS = {Link.FINISH_START: FS, Link.START_START: SS, Link.FINISH_FINISH: FF, Link.OVERLAP: NEXT}


@dataclass(frozen=True)
class Woven:
    """A plan's network and how its rows are called.

    Parameters
    ----------
    network : Network
    operations : tuple of Operation
        By row, in the order of the problem.
    machines : tuple of str
        By row.
    """

    network: Network
    operations: tuple[Operation, ...]
    machines: tuple[str, ...]


class _Weaver:
    def __init__(self, problem: Problem, plan: Plan, *, may_start_early: bool) -> None:
        self.problem, self.plan = problem, plan
        pairs: list[tuple[int, Job, Operation]] = [
            (j, job, operation) for j, job in enumerate(problem.jobs) for operation in job.operations
        ]
        self.operations = [operation for _, _, operation in pairs]
        self.at = {operation.code: row for row, operation in enumerate(self.operations)}
        rows = [plan[operation.code] for operation in self.operations]
        self.machine_of = [row.machine for row in rows]
        self.machines: dict[str, Machine] = {machine.code: machine for machine in problem.machines}
        self.edges: list[tuple[int, int, int, int, int, int]] = []
        self.shares: list[float] = []
        self.book = CalendarBook(problem)
        self.op = np.zeros((len(rows), P_WIDTH), dtype=np.int64)
        self.op[:, P_START] = [row.start for row in rows]
        self.op[:, P_END] = [row.end for row in rows]
        resource = {each.code: each for each in problem.resources}
        for row, (j, job, operation) in enumerate(pairs):
            mode = operation.modes[rows[row].mode]
            own = self.machines[mode.machine].calendar
            joint = [own, *(resource[need.resource].calendar for need in mode.needs)] if mode.needs else [own]
            floor = max(0, job.release, operation.earliest_start) if may_start_early else rows[row].start
            self.op[row, P_FLOOR], self.op[row, P_JOB] = floor, j
            self.op[row, P_CALENDAR], self.op[row, P_OWN] = self.book.joint(joint), self.book.of(own)
            self.op[row, P_SPAN], self.op[row, P_LOSS] = operation.may_span_breaks, operation.resume_loss
            self.op[row, P_SETUP], self.op[row, P_RUN] = mode.setup, mode.run
        for pin in problem.pins:
            if pin.start is not None or pin.is_started:
                self.op[self.at[pin.operation], P_FIXED] = AS_STARTED if pin.is_started else AS_FIXED
        self.mode = [row.mode for row in rows]

    def run(self) -> Woven:
        """Weave the network."""
        self._links()
        groups = list(self._machines())
        self._resources()
        edge = np.array(self.edges, dtype=np.int64).reshape(-1, D_WIDTH)
        share: Floats = np.array(self.shares, dtype=np.float64)
        keep = self._holds(edge)
        by_after = np.argsort(edge[keep, D_AFTER], kind="stable")
        edge, share = edge[keep][by_after], share[keep][by_after]
        first: Ints = np.searchsorted(edge[:, D_AFTER], np.arange(len(self.op) + 1)).astype(np.int64)
        order = _order(self.op, edge, groups)
        calendar, interval = self.book.tables()
        network = Network(
            group_first=np.cumsum([0, *(len(group) for group in order)]).astype(np.int64),
            group_op=np.array([o for group in order for o in group], dtype=np.int64),
            op=self.op,
            edge_first=first,
            edge=edge,
            edge_share=share,
            calendar=calendar,
            interval=interval,
        )
        return Woven(network, tuple(self.operations), tuple(self.machine_of))

    def _holds(self, edge: Ints) -> np.ndarray:
        """Return which arcs to keep: what is fixed stands as it was given, whatever it breaks."""
        fixed = self.op[edge[:, D_AFTER], P_FIXED] != AS_FREE
        begin = np.where(edge[:, D_KIND] == SS, P_START, P_END)
        there = np.where(edge[:, D_KIND] == FF, P_END, P_START)
        before = self.op[edge[:, D_BEFORE], begin] + edge[:, D_DELAY]
        is_broken = before > self.op[edge[:, D_AFTER], there]
        return np.asarray(~(fixed & (is_broken | (edge[:, D_KIND] == NEXT) | (edge[:, D_CHANGE] > 0))))

    def _links(self) -> None:
        home = {factory.code: factory.place for factory in self.problem.factories}
        place_at = {place: row for row, place in enumerate(self.problem.transport.places)}
        places = {
            code: place_at.get((machine.place if machine.place is not None else home[machine.factory]) or "", -1)
            for code, machine in self.machines.items()
        }
        times = self.problem.transport.times
        for link in self.problem.precedences:
            b, f = self.at[link.before], self.at[link.after]
            origin, there = places[self.machine_of[b]], places[self.machine_of[f]]
            way = times[origin][there] if origin >= 0 and there >= 0 else 0
            wait = -1 if link.max_lag is None else way + link.max_lag
            self.edges.append((b, f, KINDS[link.link], link.lag + way, 0, wait))
            self.shares.append(link.share)

    def _machines(self) -> Iterator[list[int]]:
        """Yield the groups of operations done together; put those of a machine one after the other."""
        tables = {table.code: table for table in self.problem.changeovers}
        lanes: dict[str, list[int]] = {}
        for o in np.lexsort((self.op[:, P_END], self.op[:, P_START])).tolist():
            lanes.setdefault(self.machine_of[o], []).append(o)
        for code, lane in lanes.items():
            machine = self.machines[code]
            if machine.is_unlimited:
                yield from ([o] for o in lane)
                continue
            if machine.changeover is not None or machine.batch is not None:  # moments take no place in the sequence
                yield from ([o] for o in lane if not self.op[o, P_SETUP] and not self.op[o, P_RUN])
                lane = [o for o in lane if self.op[o, P_SETUP] or self.op[o, P_RUN]]  # noqa: PLW2901
            table = tables.get(machine.changeover or "")
            at = {family: row for row, family in enumerate(table.families)} if table else {}
            times = table.times if table else ()

            def change(before: str | None, after: str | None) -> int:
                return times[at[before]][at[after]] if before in at and after in at else 0  # noqa: B023

            last, latest, groups = -1, -1, _together(lane, self.op, is_batch=machine.batch is not None)
            for group in groups:
                head = group[0]
                time = change(
                    self.operations[last].family if last >= 0 else machine.initial_family, self.operations[head].family
                )
                for o in group:
                    if last >= 0:
                        self._arc(last, o, SAME_MACHINE if time else FS, time)
                        if latest != last:
                            self._arc(latest, o, FS, 0)
                    elif time:
                        self._arc(-1, o, SAME_MACHINE, time)
                last = head
                if latest < 0 or self.op[head, P_END] >= self.op[latest, P_END]:
                    latest = head
                yield group

    def _arc(self, before: int, after: int, kind: int, change: int) -> None:
        if before < 0:  # the first changeover of the machine takes working time from 0 on
            self.op[after, P_FLOOR] = max(self.op[after, P_FLOOR], self._after_zero(after, change))
            return
        self.edges.append((before, after, kind, 0, change, -1))
        self.shares.append(1.0)

    def _after_zero(self, o: int, change: int) -> int:
        from rongzhi.engines.scheduling.clock import Clock

        code = self.machines[self.machine_of[o]].calendar
        calendar = next((each for each in self.problem.calendars if each.code == code), None)
        moment = Clock(calendar).after(0, change)
        return min(moment, int(self.op[o, P_START])) if self.op[o, P_FIXED] or moment >= FOREVER else moment

    def _resources(self) -> None:
        """Hand every unit of a resource from one operation to the next as the plan does."""
        users: dict[str, list[tuple[int, int]]] = {}
        for o, operation in enumerate(self.operations):
            if self.op[o, P_END] <= self.op[o, P_START]:
                continue  # what takes no time holds nothing
            amounts: dict[str, int] = {}
            for need in operation.modes[self.mode[o]].needs:
                amounts[need.resource] = amounts.get(need.resource, 0) + need.amount
            for code, amount in amounts.items():
                users.setdefault(code, []).append((o, amount))
        for code, claims in users.items():
            capacity = next(each.capacity for each in self.problem.resources if each.code == code)
            free: list[tuple[int, int, int]] = [(NONE, -1, capacity)]  # end, operation, units: a heap
            for o, amount in sorted(claims, key=lambda each: (self.op[each[0], P_START], self.op[each[0], P_END])):
                left = amount
                while left > 0 and free:
                    end, before, units = heapq.heappop(free)
                    if before >= 0:
                        self._arc(before, o, FS, 0)
                    if units > left:
                        heapq.heappush(free, (end, before, units - left))
                    left -= min(units, left)
                heapq.heappush(free, (int(self.op[o, P_END]), o, amount))


def weave(problem: Problem, plan: Plan, *, may_start_early: bool) -> Woven:
    """Return the network of a complete, valid plan.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    may_start_early : bool
        Whether an operation may start before it is planned when everything before it is done.
    """
    return _Weaver(problem, plan, may_start_early=may_start_early).run()


def _together(lane: list[int], op: Ints, *, is_batch: bool) -> list[list[int]]:
    groups: list[list[int]] = []
    for o in lane:
        last = groups[-1][0] if groups else -1
        if is_batch and last >= 0 and op[last, P_START] == op[o, P_START] and op[last, P_END] == op[o, P_END]:
            groups[-1].append(o)
        else:
            groups.append([o])
    return groups


def _order(op: Ints, edge: Ints, groups: list[list[int]]) -> list[list[int]]:
    """Return the groups so that each comes after what it waits for, earlier starts first.

    A circle (possible only through finish-finish links against the order of a machine) is cut at its earliest start.
    """
    group_of = np.zeros(len(op), dtype=np.int64)
    for g, group in enumerate(groups):
        group_of[group] = g
    before, after = group_of[edge[:, D_BEFORE]].tolist(), group_of[edge[:, D_AFTER]].tolist()
    waiting = [0] * len(groups)
    follows: list[list[int]] = [[] for _ in groups]
    for b, f in zip(before, after, strict=True):
        if b != f:
            follows[b].append(f)
            waiting[f] += 1
    key = [(int(op[group[0], P_START]), int(op[group[0], P_END]), g) for g, group in enumerate(groups)]
    ready = [key[g] for g in range(len(groups)) if not waiting[g]]
    heapq.heapify(ready)
    found, is_done, rest = list[list[int]](), [False] * len(groups), sorted(key)
    at = 0
    while len(found) < len(groups):
        if not ready:
            while is_done[rest[at][2]]:
                at += 1
            heapq.heappush(ready, rest[at])
        g = heapq.heappop(ready)[2]
        if is_done[g]:
            continue
        is_done[g] = True
        found.append(groups[g])
        for f in follows[g]:
            waiting[f] -= 1
            if not waiting[f]:
                heapq.heappush(ready, key[f])
    return found
