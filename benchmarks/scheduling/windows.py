"""Rolling CP-SAT windows as a peer: from the best dispatching rule's plan, some work is planned anew again and again.

A window holds the work around a late job; all else stays. Calendars are exact (every machine counts its own working
time), and so are transport and changeovers. Work with links other than finish-start, with secondary resources, or that
may not span breaks stays where the rule put it.
"""

from __future__ import annotations

import random
import time
from typing import Any

from benchmarks.scheduling.rules import RULES, dispatch
from rongzhi.engines.scheduling import Link, Plan, Problem, Term, io
from rongzhi.engines.scheduling.clock import Clock

SIZE = 25  # operations in a window; of four tried with 40, two were not closed in the time below
SOLVE_S = 2.0
RULES_SHARE = 0.5  # of the time, at most
Times = dict[str, tuple[int, int, int]]


def windows(problem: Problem, time_s: float, workers: int, seed: int) -> tuple[Plan, int]:
    """Return the plan and how many windows were solved."""
    started = time.perf_counter()
    best, least = None, float("inf")
    for rule in ("weighted shortest run", "apparent cost with set-ups", *RULES):
        plan = dispatch(problem, RULES[rule])
        total = _tardiness(problem, {a.operation: (0, a.start, a.end) for a in plan})
        if total < least:
            best, least = plan, total
        if time.perf_counter() - started > RULES_SHARE * time_s:
            break
    assert best is not None
    search = _Windows(problem, {a.operation: (a.mode, a.start, a.end) for a in best}, workers, seed)
    while time.perf_counter() - started < time_s and search.late:
        search.improve(min(SOLVE_S, time_s - (time.perf_counter() - started)))
    return io.plan_from_times(problem, search.times), search.count


def _tardiness(problem: Problem, times: Times) -> float:
    total = 0.0
    for job in problem.jobs:
        if job.due is not None and job.operations:
            total += job.weight * max(0, max(times[each.code][2] for each in job.operations) - job.due)
    return total


class _Windows:
    def __init__(self, problem: Problem, times: Times, workers: int, seed: int) -> None:
        self.problem, self.times, self.workers, self.count = problem, times, workers, 0
        self.draw = random.Random(seed)
        self.job = {each.code: job for job, each in problem.operations()}
        self.operation = {each.code: each for _, each in problem.operations()}
        self.machine = {machine.code: machine for machine in problem.machines}
        clocks = {calendar.code: Clock(calendar) for calendar in problem.calendars}
        self.clock = {code: clocks.get(each.calendar or "") or Clock(None) for code, each in self.machine.items()}
        self.table = {
            table.code: {
                (a, b): table.times[i][k] for i, a in enumerate(table.families) for k, b in enumerate(table.families)
            }
            for table in problem.changeovers
        }
        places = {factory.code: factory.place for factory in problem.factories}
        row = {place: number for number, place in enumerate(problem.transport.places)}
        self.row = {code: row.get(each.place or places[each.factory] or "") for code, each in self.machine.items()}
        self.links: dict[str, list[Any]] = {code: [] for code in self.operation}
        for link in problem.precedences:
            self.links[link.before].append(link)
            self.links[link.after].append(link)
        self.movable = {code for code in self.operation if self._is_movable(code)}
        self.lane: dict[str, set[str]] = {code: set() for code in self.machine}
        for code in times:
            self.lane[self._on(code)].add(code)
        self._rate()

    def _on(self, code: str) -> str:
        return self.operation[code].modes[self.times[code][0]].machine

    def _is_movable(self, code: str) -> bool:
        each = self.operation[code]
        job = self.job[code]
        return (
            each.may_span_breaks
            and not each.resume_loss
            and not job.single_factory
            and job.factories is None
            and not any(mode.needs for mode in each.modes)
            and all(link.link is Link.FINISH_START and link.max_lag is None for link in self.links[code])
        )

    def _rate(self) -> None:
        self.late = []
        for job in self.problem.jobs:
            if job.due is not None and job.operations:
                late = max(self.times[each.code][2] for each in job.operations) - job.due
                if late > 0 and job.weight > 0:
                    self.late.append((job.weight * late, job))

    def improve(self, seconds: float) -> None:
        """Plan one window anew."""
        job = self.draw.choices([job for _, job in self.late], [cost for cost, _ in self.late])[0]
        inside = self._choose(job)
        self.count += 1
        if inside:
            self._solve(inside, seconds)
            self._rate()

    def _choose(self, job: Any) -> set[str]:
        """Return the job's work in some stretch of time and what its machines do then."""
        own = [each.code for each in job.operations]
        centre = self.times[self.draw.choice(own)][1]
        near = sorted(own, key=lambda code: abs(self.times[code][1] - centre))[: SIZE // 4]
        inside = {code for code in near if code in self.movable}
        since = min(self.times[code][1] for code in near)
        machines = {mode.machine for code in near for mode in self.operation[code].modes}
        others = [
            code
            for machine in sorted(machines)
            for code in self.lane[machine]
            if code in self.movable and self.times[code][2] > since - 1440 and code not in inside
        ]
        others.sort(key=lambda code: (abs(self.times[code][1] - centre), code))
        return inside | set(others[: SIZE - len(inside)])

    def _solve(self, inside: set[str], seconds: float) -> None:
        from ortools.sat.python import cp_model

        model = _Model(self, sorted(inside), cp_model.CpModel())
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = self.workers
        solver.parameters.random_seed = self.count
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
        if solver.solve(model.model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return
        before = dict(self.times)
        was = self._cost(inside)
        for code in inside:
            self.lane[self._on(code)].discard(code)
            mode = next(number for number, chosen in model.chosen[code].items() if solver.boolean_value(chosen))
            self.times[code] = (mode, solver.value(model.start[code]), solver.value(model.end[code]))
        if self._cost(inside) > was:
            for code in inside:
                self.times[code] = before[code]
        for code in inside:
            self.lane[self._on(code)].add(code)

    def _cost(self, inside: set[str]) -> float:
        cost = 0.0
        for job in {self.job[code].code: self.job[code] for code in inside}.values():
            end = max(self.times[each.code][2] for each in job.operations)
            cost += job.weight * max(0, end - job.due) if job.due is not None else 0.0
        return cost

    def way(self, one: str, two: str) -> int:
        """Return the transport time between two machines."""
        i, k = self.row[one], self.row[two]
        return 0 if i is None or k is None else self.problem.transport.times[i][k]

    def change(self, machine: str, one: str | None, two: str | None) -> int:
        """Return the changeover between two families on a machine."""
        return self.table.get(self.machine[machine].changeover or "", {}).get((one or "", two or ""), 0)


class _Model:
    """The CP-SAT model of one window; on every machine time is counted in its working time since the window opens."""

    def __init__(self, search: _Windows, inside: list[str], model: Any) -> None:
        self.search, self.inside, self.model = search, inside, model
        starts, ends = [search.times[code][1] for code in inside], [search.times[code][2] for code in inside]
        self.low = max(0, min(starts) - 2880)
        self.high = max(ends) + 2880
        self.start = {code: model.new_int_var(self.low, self.high, "") for code in inside}
        self.end = {code: model.new_int_var(self.low, self.high, "") for code in inside}
        self.chosen: dict[str, dict[int, Any]] = {code: {} for code in inside}
        self.spans: dict[str, list[tuple[int, int, int]]] = {}
        self.lanes: dict[str, list[tuple[str, Any, int, Any]]] = {}
        for code in inside:
            self._modes(code)
        for machine, lane in self.lanes.items():
            self._machine(machine, lane)
        for code in inside:
            for link in search.links[code]:
                self._link(link, code)
        self._objective()
        for code in inside:
            mode, start, end = search.times[code]
            model.add_hint(self.start[code], start)
            model.add_hint(self.end[code], end)
            for number, chosen in self.chosen[code].items():
                model.add_hint(chosen, number == mode)

    def _open(self, machine: str) -> list[tuple[int, int, int]]:
        """Return the working spans of a machine in the window: start, working time before, length."""
        if machine not in self.spans:
            clock, found, moment, before = self.search.clock[machine], [], self.low, 0
            while moment < self.high:
                opening = clock.open_from(moment)
                if opening >= self.high:
                    break
                moment = min(clock.closes_at(opening), self.high)
                found.append((opening, before, moment - opening))
                before += moment - opening
            self.spans[machine] = found
        return self.spans[machine]

    def _modes(self, code: str) -> None:
        model, each = self.model, self.search.operation[code]
        job = self.search.job[code]
        model.add(self.start[code] >= max(self.low, job.release, each.earliest_start))
        for number, mode in enumerate(each.modes):
            spans, work = self._open(mode.machine), mode.setup + mode.run
            total = sum(length for _, _, length in spans)
            if total < work or work == 0:
                continue
            chosen = model.new_bool_var("")
            done = model.new_int_var(0, total - work, "")
            begin = self._clock_time(spans, done, is_end=False)
            close = self._clock_time(spans, done + work, is_end=True)
            model.add(self.start[code] == begin).only_enforce_if(chosen)
            model.add(self.end[code] == close).only_enforce_if(chosen)
            self.chosen[code][number] = chosen
            if number == self.search.times[code][0]:
                clock = self.search.clock[mode.machine]
                model.add_hint(done, clock.worked(self.low, self.search.times[code][1]))
            self.lanes.setdefault(mode.machine, []).append((code, done, work, chosen))
        model.add_exactly_one(self.chosen[code].values())

    def _clock_time(self, spans: list[tuple[int, int, int]], done: Any, *, is_end: bool) -> Any:
        """Return the moment at which so much working time is over; a start lies in the span after it."""
        model = self.model
        k = model.new_int_var(0, len(spans) - 1, "")
        shift, low = model.new_int_var(0, self.high, ""), model.new_int_var(0, self.high, "")
        width = model.new_int_var(0, self.high, "")
        model.add_element(k, [start - before for start, before, _ in spans], shift)
        model.add_element(k, [before for _, before, _ in spans], low)
        model.add_element(k, [before + length for _, before, length in spans], width)
        model.add(done >= low + int(is_end))
        model.add(done <= width - int(not is_end))
        return done + shift

    def _machine(self, machine: str, lane: list[tuple[str, Any, int, Any]]) -> None:
        model, search, inside = self.model, self.search, set(self.inside)
        clock = search.clock[machine]
        spans = [model.new_optional_fixed_size_interval_var(done, work, chosen, "") for _, done, work, chosen in lane]
        fixed = []
        for code in sorted(search.lane[machine] - inside):
            _, start, end = search.times[code]
            if end > self.low - 10_080 and start < self.high + 10_080:
                begin = clock.worked(self.low, start) if start >= self.low else -clock.worked(start, self.low)
                close = clock.worked(self.low, end) if end >= self.low else -clock.worked(end, self.low)
                fixed.append((code, begin, close))
                spans.append(model.new_fixed_size_interval_var(begin, close - begin, ""))
        model.add_no_overlap(spans)
        if search.machine[machine].changeover is None:
            return
        family = {code: search.operation[code].family for code in search.lane[machine] | inside}
        first = search.machine[machine].initial_family
        for i, (code, done, work, chosen) in enumerate(lane):
            begins = search.change(machine, first, family[code]) - clock.worked(0, self.low)
            if begins > 0:
                model.add(done >= begins).only_enforce_if(chosen)
            for other, begin, close in fixed:
                self._apart(machine, (code, done, done + work), (other, begin, close), [chosen])
            for other, later, length, picked in lane[:i]:
                self._apart(machine, (code, done, done + work), (other, later, later + length), [chosen, picked])

    def _apart(self, machine: str, one: tuple[str, Any, Any], two: tuple[str, Any, Any], both: list[Any]) -> None:
        families = [self.search.operation[code].family for code, _, _ in (one, two)]
        there, back = self.search.change(machine, *families), self.search.change(machine, *families[::-1])
        if there or back:
            is_first = self.model.new_bool_var("")
            self.model.add(two[1] >= one[2] + there).only_enforce_if([*both, is_first])
            self.model.add(one[1] >= two[2] + back).only_enforce_if([*both, ~is_first])

    def _link(self, link: Any, code: str) -> None:
        search, model = self.search, self.model
        if link.before in self.chosen and link.after in self.chosen:
            if code == link.before:
                self._both(link)
            return
        other = link.after if code == link.before else link.before
        there = search._on(other)
        for number, chosen in self.chosen[code].items():
            here = search.operation[code].modes[number].machine
            if code == link.before:
                latest = search.times[other][1] - link.lag - search.way(here, there)
                model.add(self.end[code] <= latest).only_enforce_if(chosen)
            else:
                earliest = search.times[other][2] + link.lag + search.way(there, here)
                model.add(self.start[code] >= earliest).only_enforce_if(chosen)

    def _both(self, link: Any) -> None:
        search = self.search
        for x, one in self.chosen[link.before].items():
            for y, two in self.chosen[link.after].items():
                way = search.way(
                    search.operation[link.before].modes[x].machine, search.operation[link.after].modes[y].machine
                )
                later = self.start[link.after] >= self.end[link.before] + link.lag + way
                self.model.add(later).only_enforce_if([one, two])

    def _objective(self) -> None:
        search, terms = self.search, []
        scale = search.problem.objective.weight(Term.TARDINESS)
        for job in {search.job[code].code: search.job[code] for code in self.inside}.values():
            if job.due is None:
                continue
            others = [search.times[each.code][2] for each in job.operations if each.code not in self.end]
            least = max(0, max(others, default=0) - job.due)
            late = self.model.new_int_var(least, max(least, self.high), "")
            for each in job.operations:
                if each.code in self.end:
                    self.model.add(late >= self.end[each.code] - job.due)
            terms.append(float(scale * job.weight) * late)
        self.model.minimize(sum(terms))
