"""Exact planning of small problems with OR-Tools CP-SAT: better plans, proven bounds, proofs of optimality."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.result import Bound

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.run import Run

MOST_OPERATIONS = 150
MOST_MODES = 4000
COUNTED_OPERATIONS = 40  # with a budget of iterations only the smallest are proven, in deterministic time
LINEAR = (a.V_TARDINESS, a.V_LATE, a.V_MAKESPAN, a.V_FLOW, a.V_COST)


def can_prove(run: Run) -> bool:
    """Return whether the exact model covers every rule of the problem and is small enough."""
    t = run.compiled.tables
    others = [place for place in range(a.V_HARD) if place not in LINEAR]
    is_counted = run.budget.iteration_limit is not None
    return bool(
        0 < len(t.op) <= (COUNTED_OPERATIONS if is_counted else MOST_OPERATIONS)
        and len(t.mode) <= MOST_MODES
        and not t.weight[others].any()
        and not len(run.fixed)
        and (t.mode[:, a.M_CALENDAR] < 0).all()
        and (t.machine[:, a.K_CHANGEOVER] < 0).all()
        and (t.edge[:, a.E_LINK] != a.OVERLAP).all()
        and not run.problem.objective.order
    )


class ExactModel:
    """The CP-SAT model of a run's problem.

    Parameters
    ----------
    run : Run
        With a best plan; it gives the horizon and the hint.
    """

    def __init__(self, run: Run) -> None:
        from ortools.sat.python import cp_model

        self._cp, self._run, self._t = cp_model, run, run.compiled.tables
        assert run.best is not None
        self.model: Any = cp_model.CpModel()
        self.horizon = self._horizon()
        n = len(self._t.op)
        earliest = self._t.op[:, a.O_EST].tolist()
        self.start = [self.model.new_int_var(earliest[o], self.horizon, f"s{o}") for o in range(n)]
        self.end = [self.model.new_int_var(earliest[o], self.horizon, f"e{o}") for o in range(n)]
        self.chosen: dict[int, Any] = {}
        self._modes()
        self._edges()
        self._factories()
        self._objective()
        self._hint()

    def _horizon(self) -> int:
        t = self._t
        work = t.mode[:, a.M_SETUP] + t.mode[:, a.M_RUN]
        longest = np.maximum.reduceat(work, t.op[:, a.O_MODE0])
        waits = int(t.edge[:, a.E_LAG].sum()) + len(t.edge) * int(t.place_time.max(initial=0))
        if t.weight[a.V_MAKESPAN] > 0 and not t.weight[[v for v in LINEAR if v != a.V_MAKESPAN]].any():
            assert self._run.best is not None
            return int(self._run.best[:, a.S_END].max())
        return int(longest.sum() + t.op[:, a.O_EST].max() + waits)

    def _modes(self) -> None:
        t, model = self._t, self.model
        on_machine: dict[int, list[Any]] = {}
        on_resource: dict[int, list[tuple[Any, int]]] = {}
        for o in range(len(t.op)):
            literals = []
            for mode in range(t.op[o, a.O_MODE0], t.op[o, a.O_MODE1]):
                literal = model.new_bool_var(f"m{mode}")
                work = int(t.mode[mode, a.M_SETUP] + t.mode[mode, a.M_RUN])
                span = model.new_optional_interval_var(self.start[o], work, self.end[o], literal, f"i{mode}")
                machine = int(t.mode[mode, a.M_MACHINE])
                if not t.machine[machine, a.K_UNLIMITED]:
                    on_machine.setdefault(machine, []).append(span)
                for need in t.need[t.mode[mode, a.M_NEED0] : t.mode[mode, a.M_NEED1]]:
                    on_resource.setdefault(int(need[0]), []).append((span, int(need[1])))
                self.chosen[mode] = literal
                literals.append(literal)
            model.add_exactly_one(literals)
        for spans in on_machine.values():
            model.add_no_overlap(spans)
        for resource, uses in on_resource.items():
            parts, amounts = [span for span, _ in uses], [amount for _, amount in uses]
            model.add_cumulative(parts, amounts, int(t.resource[resource, a.R_CAPACITY]))

    def _edges(self) -> None:
        t, model = self._t, self.model
        for b, f, link, lag, wait in t.edge.tolist():
            left = self.start[b] if link == a.START_START else self.end[b]
            right = self.end[f] if link == a.FINISH_FINISH else self.start[f]
            ways = self._ways(b, f)
            model.add(right >= left + lag + min(ways))
            for way, pairs in ways.items():
                for x, y in pairs:
                    both = [self.chosen[x], self.chosen[y]]
                    if way > min(ways):
                        model.add(right >= left + lag + way).only_enforce_if(both)
                    if wait >= 0:
                        model.add(right <= left + wait + way).only_enforce_if(both)

    def _ways(self, b: int, f: int) -> dict[int, list[tuple[int, int]]]:
        """Return transport times with the pairs of modes that have them."""
        t = self._t
        found: dict[int, list[tuple[int, int]]] = {}
        for x in range(t.op[b, a.O_MODE0], t.op[b, a.O_MODE1]):
            for y in range(t.op[f, a.O_MODE0], t.op[f, a.O_MODE1]):
                p, q = t.machine[t.mode[x, a.M_MACHINE], a.K_PLACE], t.machine[t.mode[y, a.M_MACHINE], a.K_PLACE]
                way = 0 if p < 0 or q < 0 else int(t.place_time[p, q])
                found.setdefault(way, []).append((x, y))
        return found

    def _factories(self) -> None:
        t, model = self._t, self.model
        for j in np.flatnonzero(t.job[:, a.J_SINGLE]):
            ops = range(t.job[j, a.J_OP0], t.job[j, a.J_OP1])
            here: dict[int, Any] = {}
            for o in ops:
                by_factory: dict[int, list[Any]] = {}
                for mode in range(t.op[o, a.O_MODE0], t.op[o, a.O_MODE1]):
                    by_factory.setdefault(int(t.mode[mode, a.M_FACTORY]), []).append(self.chosen[mode])
                for factory, literals in by_factory.items():
                    literal = here.setdefault(factory, model.new_bool_var(f"f{j}.{factory}"))
                    model.add(sum(literals) == literal)

    def _objective(self) -> None:
        t, model = self._t, self.model
        weight = t.weight
        parts: list[Any] = []
        if weight[a.V_MAKESPAN] > 0:
            makespan = model.new_int_var(0, self.horizon, "makespan")
            model.add_max_equality(makespan, self.end)
            parts.append(float(weight[a.V_MAKESPAN]) * makespan)
        for j in range(len(t.job)):
            ends = [self.end[o] for o in range(t.job[j, a.J_OP0], t.job[j, a.J_OP1])]
            if ends:
                parts.extend(self._job_terms(j, ends))
        if weight[a.V_COST] > 0:
            parts.extend(float(weight[a.V_COST] * t.mode_cost[mode]) * lit for mode, lit in self.chosen.items())
        model.minimize(sum(parts))

    def _job_terms(self, j: int, ends: list[Any]) -> list[Any]:
        t, model, weight = self._t, self.model, self._t.weight
        release, due, deadline = (int(value) for value in t.job[j, : a.J_DEADLINE + 1])
        end = model.new_int_var(0, self.horizon, f"c{j}")
        for each in ends:
            model.add(end >= each)
        parts: list[Any] = []
        if deadline < self.horizon:
            model.add(end <= deadline)
        if weight[a.V_FLOW] > 0:
            parts.append(float(weight[a.V_FLOW]) * (end - release))
        if due < self.horizon and weight[a.V_TARDINESS] * t.job_weight[j] > 0:
            late = model.new_int_var(0, max(0, self.horizon - due), f"t{j}")
            model.add(late >= end - due)
            parts.append(float(weight[a.V_TARDINESS] * t.job_weight[j]) * late)
        if due < self.horizon and weight[a.V_LATE] > 0:
            is_late = model.new_bool_var(f"l{j}")
            model.add(end <= due).only_enforce_if(~is_late)
            parts.append(float(weight[a.V_LATE]) * is_late)
        return parts

    def _hint(self) -> None:
        best = self._run.best
        assert best is not None
        for o in range(len(self._t.op)):
            self.model.add_hint(self.start[o], int(best[o, a.S_START]))
            for mode in range(self._t.op[o, a.O_MODE0], self._t.op[o, a.O_MODE1]):
                self.model.add_hint(self.chosen[mode], bool(mode == best[o, a.S_MODE]))


def prove(run: Run, seconds: float) -> None:
    """Run CP-SAT from the best plan; a better plan and a better bound go into the run.

    Parameters
    ----------
    run : Run
    seconds : float
        Wall time; with a budget of iterations, deterministic time.
    """
    from ortools.sat.python import cp_model

    exact = ExactModel(run)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = run.seed
    if run.budget.iteration_limit is not None:
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = seconds
    else:
        solver.parameters.num_workers = 2
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(run, solver, done), daemon=True)
    watcher.start()
    status = solver.solve(exact.model)
    done.set()
    watcher.join()
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        start = np.array([solver.value(var) for var in exact.start], dtype=np.int64)
        chosen = {mode for mode, literal in exact.chosen.items() if solver.boolean_value(literal)}
        t = run.compiled.tables
        mode = np.array(
            [next(m for m in range(row[a.O_MODE0], row[a.O_MODE1]) if m in chosen) for row in t.op], dtype=np.int64
        )
        run.place(start, mode, np.zeros(len(t.job)))
        bound = solver.objective_value if status == cp_model.OPTIMAL else solver.best_objective_bound
        if bound > run.bound.value + 1e-9:
            run.bound = Bound("cp-sat", float(bound))
    if status == cp_model.INFEASIBLE:
        run.is_proven_infeasible = True


def _watch(run: Run, solver: Any, done: threading.Event) -> None:
    while not done.wait(0.1):
        if run.callbacks.should_stop():
            solver.stop_search()
            return
