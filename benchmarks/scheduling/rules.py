"""Ten dispatching rules, simulated event by event under calendars, changeovers, transport and overlap.

Ready work joins the queue of the machine that would finish it first; a free machine takes the waiting operation of
highest priority. The rules are those of the textbooks; nothing of the engine is used but its data classes and clocks.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass

from rongzhi.engines.scheduling import Job, Link, Mode, Operation, Plan, Precedence, Problem
from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.model import FOREVER
from rongzhi.engines.scheduling.result import Assignment


@dataclass(slots=True)
class Waiting:
    """An operation in a queue."""

    operation: Operation
    job: Job
    number: int
    mode: Mode
    arrival: int
    tail: float
    work: float
    changeover: int = 0

    @property
    def due(self) -> float:
        """Due date of the job, far away when it has none."""
        return self.job.due if self.job.due is not None else FOREVER


Rule = Callable[[Waiting, int, float], float]
"""Priority of waiting work at a moment, given the mean run time of the queue; the smallest goes first."""


def _slack(each: Waiting, now: int) -> float:
    return each.due - now - each.tail


def _covert(each: Waiting, now: int, _: float) -> float:
    hope = max(1e-9, 2.0 * each.tail)
    urgency = min(1.0, max(0.0, 1.0 - max(0.0, _slack(each, now)) / hope))
    return -each.job.weight * urgency / max(1.0, each.work)


def _atc(each: Waiting, now: int, mean: float) -> float:
    return -each.job.weight / max(1.0, each.work) * math.exp(-max(0.0, _slack(each, now)) / (2.0 * max(1.0, mean)))


def _atcs(each: Waiting, now: int, mean: float) -> float:
    return _atc(each, now, mean) * math.exp(-each.changeover / max(1.0, 0.4 * mean))


RULES: dict[str, Rule] = {
    "first come": lambda each, _now, _mean: each.arrival,
    "shortest run": lambda each, _now, _mean: each.work,
    "weighted shortest run": lambda each, _now, _mean: each.work / max(1e-9, each.job.weight),
    "earliest due": lambda each, _now, _mean: each.due,
    "least slack": lambda each, now, _mean: _slack(each, now),
    "critical ratio": lambda each, now, _mean: (each.due - now) / max(1.0, each.tail),
    "modified due": lambda each, now, _mean: max(each.due, now + each.tail),
    "covert": _covert,
    "apparent cost": _atc,
    "apparent cost with set-ups": _atcs,
}


def dispatch(problem: Problem, rule: Rule) -> Plan:
    """Return the plan of a rule; pins, secondary resources and largest waits are not known to it."""
    return _Shop(problem, rule).run()


class _Shop:
    def __init__(self, problem: Problem, rule: Rule) -> None:
        self.problem, self.rule = problem, rule
        calendars = {calendar.code: Clock(calendar) for calendar in problem.calendars}
        self.machines = {machine.code: machine for machine in problem.machines}
        self.clock = {code: calendars.get(each.calendar or "") or Clock(None) for code, each in self.machines.items()}
        self.tables = {
            table.code: {
                (a, b): table.times[i][k] for i, a in enumerate(table.families) for k, b in enumerate(table.families)
            }
            for table in problem.changeovers
        }
        factories = {factory.code: factory.place for factory in problem.factories}
        self.place = {code: each.place or factories[each.factory] for code, each in self.machines.items()}
        row = {place: number for number, place in enumerate(problem.transport.places)}
        self.row = {code: row.get(place) if place else None for code, place in self.place.items()}
        self.home: dict[str, str] = {}
        self.free = dict.fromkeys(self.machines, 0)
        self.family = {code: each.initial_family for code, each in self.machines.items()}
        self.queue: dict[str, list[Waiting]] = {code: [] for code in self.machines}
        self.load = dict.fromkeys(self.machines, 0.0)
        self.done: dict[str, Assignment] = {}
        self.events: list[tuple[int, str]] = []
        self.jobs = {operation.code: job for job, operation in problem.operations()}
        self.operations = {operation.code: operation for _, operation in problem.operations()}
        self.before: dict[str, list[Precedence]] = {code: [] for code in self.operations}
        self.after: dict[str, list[Precedence]] = {code: [] for code in self.operations}
        for link in problem.precedences:
            self.before[link.after].append(link)
            self.after[link.before].append(link)
        self.missing = {code: len(links) for code, links in self.before.items()}
        self.tail: dict[str, float] = {}

    def run(self) -> Plan:
        for code in list(self.operations):
            self._tail(code)
        for code, count in self.missing.items():
            if not count:
                self._join(code)
        while self.events:
            now, machine = heapq.heappop(self.events)
            if now >= self.free[machine] and self.queue[machine]:
                self._take(machine, now)
        return Plan.of(self.done[code] for code in self.operations)

    def _tail(self, code: str) -> float:
        """Return the least work from an operation to the end of its job, itself included."""
        stack = [code]
        while stack:
            top = stack[-1]
            nexts = [link.after for link in self.after[top] if self.jobs[link.after] is self.jobs[top]]
            open_ = [each for each in nexts if each not in self.tail]
            if open_ and top not in self.tail:
                stack += open_
                continue
            least = min(mode.setup + mode.run for mode in self.operations[top].modes)
            self.tail[top] = least + max((self.tail[each] for each in nexts), default=0.0)
            stack.pop()
        return self.tail[code]

    def _join(self, code: str) -> None:
        operation, job = self.operations[code], self.jobs[code]
        best: tuple[float, int, int] | None = None
        home = self.home.get(job.code)
        for number, mode in enumerate(operation.modes):
            factory = self.machines[mode.machine].factory
            if (home and factory != home) or (job.factories is not None and factory not in job.factories):
                continue
            arrival = self._arrival(operation, mode)
            begin = max(arrival, self.free[mode.machine])
            guess = self.clock[mode.machine].after(begin, int(self.load[mode.machine]) + mode.setup + mode.run)
            if best is None or (guess, number) < best[:2]:
                best = (guess, number, arrival)
        assert best is not None, f"{code} has no machine left"
        mode = operation.modes[best[1]]
        if job.single_factory:
            self.home[job.code] = self.machines[mode.machine].factory
        work = mode.setup + mode.run
        self.queue[mode.machine].append(Waiting(operation, job, best[1], mode, best[2], self.tail[code], work))
        self.load[mode.machine] += work
        heapq.heappush(self.events, (max(best[2], self.free[mode.machine]), mode.machine))

    def _arrival(self, operation: Operation, mode: Mode) -> int:
        clock = self.clock[mode.machine]
        earliest = max(0, self.jobs[operation.code].release, operation.earliest_start)
        for link in self.before[operation.code]:
            earlier = self.done[link.before]
            delay = link.lag + self._move(earlier.machine, mode.machine)
            if link.link is Link.FINISH_START:
                earliest = max(earliest, earlier.end + delay)
            elif link.link is Link.START_START:
                earliest = max(earliest, earlier.start + delay)
            elif link.link is Link.FINISH_FINISH:
                earliest = max(earliest, clock.back(earlier.end + delay, mode.setup + mode.run))
            else:
                earliest = max(earliest, self._overlap(link, earlier, mode, delay))
        return earliest

    def _overlap(self, link: Precedence, earlier: Assignment, mode: Mode, delay: int) -> int:
        done = self.operations[link.before].modes[earlier.mode]
        first = self.clock[earlier.machine].after(earlier.setup_end, math.ceil(link.share * done.run)) + delay
        rest = mode.run - math.ceil(link.share * mode.run)
        return max(first, self.clock[mode.machine].back(earlier.end + delay, rest + mode.setup))

    def _move(self, one: str, two: str) -> int:
        i, k = self.row[one], self.row[two]
        return 0 if i is None or k is None else self.problem.transport.times[i][k]

    def _change(self, machine: str, family: str | None) -> int:
        table = self.tables.get(self.machines[machine].changeover or "", {})
        return table.get((self.family[machine] or "", family or ""), 0)

    def _take(self, machine: str, now: int) -> None:
        queue = self.queue[machine]
        here = [each for each in queue if each.arrival <= now]
        if not here:
            heapq.heappush(self.events, (min(each.arrival for each in queue), machine))
            return
        mean = sum(each.work for each in here) / len(here)
        for each in here:
            each.changeover = self._change(machine, each.operation.family)
        chosen = min(here, key=lambda each: (self.rule(each, now, mean), each.operation.code))
        queue.remove(chosen)
        self.load[machine] -= chosen.work
        self._start(machine, chosen, now)
        if queue:
            heapq.heappush(self.events, (self.free[machine], machine))

    def _start(self, machine: str, chosen: Waiting, now: int) -> None:
        clock, operation, mode = self.clock[machine], chosen.operation, chosen.mode
        begin = max(now, clock.after(self.free[machine], chosen.changeover))
        options = {"may_span": operation.may_span_breaks, "resume_loss": operation.resume_loss}
        while True:
            begin = clock.open_from(begin)
            end = clock.finish(begin, mode.setup + mode.run, **options)
            if end is not None:
                break
            begin = clock.closes_at(begin)
        ready = clock.finish(begin, mode.setup, **options)
        code = operation.code
        self.done[code] = Assignment(
            code, machine, chosen.number, begin, begin if ready is None else ready, end, chosen.changeover
        )
        if not self.machines[machine].is_unlimited:
            self.free[machine] = end
            self.family[machine] = operation.family
        for link in self.after[code]:
            self.missing[link.after] -= 1
            if not self.missing[link.after]:
                self._join(link.after)
