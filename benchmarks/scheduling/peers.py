"""Other solvers measured in the same run: a plain CP-SAT model of our own, and PyJobShop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from rongzhi.engines.scheduling import Link, Operation, Plan, Problem, Term, io
from rongzhi.kernel.errors import RongzhiError


@dataclass(frozen=True)
class Answer:
    """What a peer found.

    Parameters
    ----------
    plan : Plan or None
    bound : float or None
    seconds : float
        Building the model and solving it.
    note : str
        Why there is nothing.
    """

    plan: Plan | None
    bound: float | None = None
    seconds: float = 0.0
    note: str = ""


Peer = Callable[[Problem, float, int, int], Answer]


def pyjobshop(problem: Problem, time_s: float, workers: int, seed: int) -> Answer:
    """Solve with PyJobShop (CP-SAT inside)."""
    started = time.perf_counter()
    try:
        model = io.to_pyjobshop(problem)
    except RongzhiError as error:
        return Answer(None, note=error.message.en)
    left = max(0.1, time_s - (time.perf_counter() - started))
    result = model.solve(time_limit=left, display=False, num_workers=workers, random_seed=seed)
    seconds = time.perf_counter() - started
    if not result.best.tasks:
        return Answer(None, None, seconds, str(result.status.value))
    return Answer(io.plan_from_pyjobshop(problem, model, result.best), float(result.lower_bound), seconds)


def cpsat(problem: Problem, time_s: float, workers: int, seed: int) -> Answer:
    """Solve a plain CP-SAT model: intervals, no-overlap, cumulative; makespan or weighted tardiness."""
    from ortools.sat.python import cp_model

    started = time.perf_counter()
    reason = _beyond(problem)
    if reason:
        return Answer(None, note=reason)
    built = _Model(problem, cp_model)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = max(0.1, time_s - (time.perf_counter() - started))
    status = solver.solve(built.model)
    seconds = time.perf_counter() - started
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Answer(None, None, seconds, solver.status_name(status))
    times = {
        code: (
            next(number for number, chosen in modes if solver.boolean_value(chosen)),
            solver.value(built.start[code]),
            solver.value(built.end[code]),
        )
        for code, modes in built.chosen.items()
    }
    return Answer(io.plan_from_times(problem, times), solver.best_objective_bound, seconds)


def _beyond(problem: Problem) -> str:
    if any(machine.calendar for machine in problem.machines):
        return "calendars are not modelled"
    if any(any(row) for row in problem.transport.times) or problem.pins:
        return "transport and pins are not modelled"
    if any(link.link is Link.OVERLAP for link in problem.precedences):
        return "overlap is not modelled"
    return ""


class _Model:
    """The CP-SAT model of a problem."""

    def __init__(self, problem: Problem, cp_model: object) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()  # type: ignore[attr-defined]
        longest = sum(max(m.setup + m.run for m in o.modes) for _, o in problem.operations())
        changes = max((max(map(max, table.times), default=0) for table in problem.changeovers), default=0)
        waits = sum(link.lag for link in problem.precedences)
        latest = max((max(job.release, each.earliest_start) for job, each in problem.operations()), default=0)
        self.horizon = longest + waits + latest + min(changes, 10_000) * problem.operation_count
        self.start: dict[str, object] = {}
        self.end: dict[str, object] = {}
        self.chosen: dict[str, list[tuple[int, object]]] = {}
        self.lanes: dict[str, list[tuple[Operation, object, object, object, object]]] = {}
        self.held: dict[str, list[tuple[object, int]]] = {}
        self.unlimited = {machine.code for machine in problem.machines if machine.is_unlimited}
        self._operations()
        for link in problem.precedences:
            self._link(link)
        self._machines()
        for resource in problem.resources:
            spans = self.held.get(resource.code, [])
            self.model.add_cumulative([span for span, _ in spans], [amount for _, amount in spans], resource.capacity)
        self._objective()

    def _operations(self) -> None:
        factory_of = {machine.code: machine.factory for machine in self.problem.machines}
        for job in self.problem.jobs:
            home: dict[str, object] = {}
            if job.single_factory:
                places = {factory_of[mode.machine] for operation in job.operations for mode in operation.modes}
                home = {place: self.model.new_bool_var("") for place in sorted(places)}
                self.model.add_exactly_one(home.values())
            for operation in job.operations:
                early = max(0, job.release, operation.earliest_start)
                late = self.horizon if job.deadline is None else min(self.horizon, job.deadline)
                self._operation(operation, early, late, home, factory_of)
                for number, chosen in self.chosen[operation.code]:
                    if job.factories is not None and factory_of[operation.modes[number].machine] not in job.factories:
                        self.model.add(chosen == 0)

    def _operation(
        self, operation: Operation, early: int, late: int, home: dict[str, object], factory_of: dict[str, str]
    ) -> None:
        model, code = self.model, operation.code
        start, end = model.new_int_var(early, late, ""), model.new_int_var(early, late, "")
        self.start[code], self.end[code], self.chosen[code] = start, end, []
        for number, mode in enumerate(operation.modes):
            chosen = model.new_bool_var("")
            length = mode.setup + mode.run
            span = model.new_optional_interval_var(start, length, end, chosen, "")
            self.chosen[code].append((number, chosen))
            if mode.machine not in self.unlimited:
                self.lanes.setdefault(mode.machine, []).append((operation, start, end, chosen, span))
            for need in mode.needs:
                self.held.setdefault(need.resource, []).append((span, need.amount))
            if home:
                model.add_implication(chosen, home[factory_of[mode.machine]])
        model.add_exactly_one(chosen for _, chosen in self.chosen[code])

    def _link(self, link: object) -> None:
        before, after, lag = link.before, link.after, link.lag  # type: ignore[attr-defined]
        kind = link.link  # type: ignore[attr-defined]
        if kind is Link.START_START:
            self.model.add(self.start[after] >= self.start[before] + lag)
        elif kind is Link.FINISH_FINISH:
            self.model.add(self.end[after] >= self.end[before] + lag)
        else:
            self.model.add(self.start[after] >= self.end[before] + lag)
            if link.max_lag is not None:  # type: ignore[attr-defined]
                self.model.add(self.start[after] <= self.end[before] + link.max_lag)  # type: ignore[attr-defined]

    def _machines(self) -> None:
        tables = {table.code: table for table in self.problem.changeovers}
        table_of = {machine.code: tables.get(machine.changeover or "") for machine in self.problem.machines}
        first = {machine.code: machine.initial_family for machine in self.problem.machines}
        for code, lane in self.lanes.items():
            self.model.add_no_overlap([span for *_, span in lane])
            if table_of[code] is not None:
                self._circuit(table_of[code], first[code], lane)

    def _circuit(
        self, table: object, first: str | None, lane: list[tuple[Operation, object, object, object, object]]
    ) -> None:
        """Order a machine's operations by a circuit so that only neighbours need a changeover."""
        row = {family: number for number, family in enumerate(table.families)}  # type: ignore[attr-defined]
        arcs = [(0, 0, self.model.new_bool_var(""))]
        for i, (one, begin, end, chosen, _) in enumerate(lane, start=1):
            leads = self.model.new_bool_var("")
            arcs += [(0, i, leads), (i, 0, self.model.new_bool_var("")), (i, i, ~chosen)]
            if first in row and one.family in row:
                self.model.add(begin >= table.times[row[first]][row[one.family]]).only_enforce_if(leads)  # type: ignore[attr-defined]
            for k, (two, start, _, _, _) in enumerate(lane, start=1):
                if i != k and one is not two:
                    follows = self.model.new_bool_var("")
                    arcs.append((i, k, follows))
                    time_ = 0
                    if one.family in row and two.family in row:
                        time_ = table.times[row[one.family]][row[two.family]]  # type: ignore[attr-defined]
                    self.model.add(start >= end + time_).only_enforce_if(follows)
        self.model.add_circuit(arcs)

    def _objective(self) -> None:
        goal, model = self.problem.objective, self.model
        terms: list[object] = []
        if goal.weight(Term.MAKESPAN):
            last = model.new_int_var(0, self.horizon, "")
            model.add_max_equality(last, list(self.end.values()))
            terms.append(last * goal.weight(Term.MAKESPAN))
        if goal.weight(Term.TARDINESS):
            for job in self.problem.jobs:
                if job.due is not None and job.operations:
                    late = model.new_int_var(0, self.horizon, "")
                    for operation in job.operations:
                        model.add(late >= self.end[operation.code] - job.due)
                    terms.append(late * (goal.weight(Term.TARDINESS) * job.weight))
        model.minimize(sum(terms))


def windows(problem: Problem, time_s: float, workers: int, seed: int) -> Answer:
    """Improve the best dispatching rule's plan by CP-SAT windows alone; weighted tardiness only."""
    from benchmarks.scheduling import windows as rolling

    if problem.pins or any(machine.batch or machine.is_unlimited for machine in problem.machines):
        return Answer(None, note="pins, batch machines and unlimited machines are not modelled")
    if not problem.objective.weight(Term.TARDINESS):
        return Answer(None, note="windows are chosen by tardiness")
    started = time.perf_counter()
    plan, count = rolling.windows(problem, time_s, workers, seed)
    return Answer(plan, None, time.perf_counter() - started, f"{count} windows")


PEERS: dict[str, Peer] = {"cpsat": cpsat, "pyjobshop": pyjobshop, "windows": windows}
