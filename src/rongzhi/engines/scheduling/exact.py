"""Exact planning of small problems with OR-Tools CP-SAT: better plans, proven bounds, proofs of optimality."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.exact_calendar import TooLong
from rongzhi.engines.scheduling.result import Bound

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.arrays import Ints
    from rongzhi.engines.scheduling.compile import Compiled
    from rongzhi.engines.scheduling.exact_model import ExactModel
    from rongzhi.engines.scheduling.run import Run

MOST_OPERATIONS = 150
MOST_MODES = 4000
COUNTED_OPERATIONS = 40  # with a budget of iterations only the smallest are proven, in deterministic time
COUNTED_SHARE = 0.4
WORKERS = 2
LOOK_S = 0.05  # between looks at the callbacks


def can_prove(run: Run) -> bool:
    """Return whether the problem is small enough for the exact model and has no rule it does not know."""
    most = MOST_OPERATIONS if run.budget.iteration_limit is None else COUNTED_OPERATIONS
    return len(run.compiled.tables.op) <= most and is_small(run.compiled)


def is_small(compiled: Compiled) -> bool:
    """Return whether the exact model can be asked at all."""
    problem, t = compiled.problem, compiled.tables
    has_more = any(machine.batch is not None for machine in problem.machines) or any(
        operation.split is not None for _, operation in problem.operations()
    )
    return 0 < len(t.op) <= MOST_OPERATIONS and len(t.mode) <= MOST_MODES and not has_more


def heuristic_share(run: Run) -> float:
    """Return the share of the budget for search before the exact solver begins.

    Small problems are proven sooner than search could help; on larger plain shops search finds the better plans.
    """
    from rongzhi.engines.scheduling.makespan import can_split, is_plain

    if run.budget.iteration_limit is not None:
        return COUNTED_SHARE
    size = len(run.compiled.tables.op)
    if is_plain(run.compiled.tables, run.fixed):
        large = 0.85 if can_split(run.compiled.tables) else 0.6  # jobs that may change factories defy proofs
        return 0.1 if size <= 40 else 0.3 if size <= 70 else large
    return 0.06 if size <= 40 else 0.15 if size <= 70 else 0.3


def build(run: Run) -> ExactModel | None:
    """Return the exact model of a run's problem, None if it would be too large."""
    from rongzhi.engines.scheduling.exact_model import ExactModel

    is_kept = run.best is not None and run.best_value[a.V_HARD] == 0
    try:
        return ExactModel(
            run.compiled,
            run.fixed,
            run.compiled.tables.weight,
            best=run.best,
            total=run.best_total if is_kept else float("inf"),
            lower=run.bound.value if len(run.problem.objective.order) == 0 else 0.0,
            caps=run.caps,
        )
    except TooLong:
        return None


def prove(run: Run, seconds: float) -> bool:
    """Run CP-SAT from the best plan; a better plan and a better bound go into the run.

    Parameters
    ----------
    run : Run
    seconds : float
        Wall time; with a budget of iterations, deterministic time.

    Returns
    -------
    bool
        Whether the objective as it stands is proven: nothing better exists.
    """
    from ortools.sat.python import cp_model

    started = time.perf_counter()
    exact = build(run)
    if exact is None:
        return False
    if run.budget.iteration_limit is None:  # building counts too
        seconds -= time.perf_counter() - started
    answer = _Answer(exact, _solver(run, seconds))
    answer.wait(run)
    status = answer.status
    if status == cp_model.INFEASIBLE and run.best_value[a.V_HARD] > 0:
        run.is_proven_infeasible = True
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return False
    bound = exact.goal.value(answer.bound)
    if len(run.problem.objective.order) == 0 and bound > run.bound.value + 1e-9:
        run.bound = Bound("cp-sat", min(bound, max(run.best_total, run.bound.value)))
    return bool(status == cp_model.OPTIMAL and run.best_total <= bound + 1e-6 * max(1.0, abs(bound)))


def _solver(run: Run, seconds: float) -> Any:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.random_seed = run.seed % 2**31
    solver.parameters.catch_sigint_signal = False
    if run.budget.iteration_limit is not None:
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = seconds
    else:
        solver.parameters.num_workers = WORKERS
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
    return solver


class _Answer:
    """A solver at work in a thread of its own; the caller's thread looks after callbacks and better plans.

    Parameters
    ----------
    exact : ExactModel
    solver : CpSolver
    """

    def __init__(self, exact: ExactModel, solver: Any) -> None:
        self._exact, self._solver = exact, solver
        self._plans: queue.SimpleQueue[Ints] = queue.SimpleQueue()
        self._done = threading.Event()
        self.status: Any = None
        self.bound = 0.0
        self._error: BaseException | None = None

    def wait(self, run: Run) -> None:
        """Solve; adopt plans as they come; stop when the caller wants to."""
        threading.Thread(target=self._work, daemon=True).start()
        while not self._done.wait(LOOK_S):
            self._adopt(run)
            run.callbacks.on_progress(run.budget.fraction(run.iterations), run.soft_total, run.bound.value)
            if run.callbacks.should_stop():
                self._solver.stop_search()
        if self._error is not None:
            raise self._error
        self._adopt(run)

    def _work(self) -> None:
        from ortools.sat.python import cp_model

        plans, exact = self._plans, self._exact

        class Listener(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self) -> None:
                plans.put(exact.rows(self))

        try:
            self.status = self._solver.solve(exact.model, Listener())
            if self.status == cp_model.OPTIMAL:
                self.bound = self._solver.objective_value
            elif self.status == cp_model.FEASIBLE:
                self.bound = self._solver.best_objective_bound
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            self._error = error
        finally:
            self._done.set()

    def _adopt(self, run: Run) -> None:
        while not self._plans.empty():
            rows = self._plans.get()
            if self._exact.is_exact:
                run.take(rows)
            run.place(rows[:, a.S_START].copy(), rows[:, a.S_MODE].copy(), np.zeros(len(run.compiled.tables.job)))
