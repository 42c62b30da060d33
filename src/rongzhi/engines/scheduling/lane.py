"""Lanes of search, each with its own plan in the making; one by taking out and putting back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import construct
from rongzhi.engines.scheduling.arrays import Floats
from rongzhi.engines.scheduling.native import native

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.run import Run

MOST_UNITS = 40
COMPACT_EVERY = 8


class Lane:
    """A search on an own copy of the best plan of a run, beside others.

    Parameters
    ----------
    run : Run
    begin, until : float
        Shares of the budget between which the lane cools down.
    seed : int
    chunk : int
        Steps of the first piece of work in a budget of time.
    """

    def __init__(self, run: Run, begin: float, until: float, *, seed: int, chunk: int) -> None:
        self._run, self._begin, self._until = run, begin, until
        self._tables = run.compiled.tables
        self._state = construct.start_state(run.compiled, run.fixed, seed)
        self._topo = construct.topological_places(self._tables)
        self._worth: Floats = construct.worths(run.compiled)
        self._heat: Floats = np.zeros(3)
        self._chunk, self._is_begun = chunk, False
        self._total = np.inf

    def follow(self) -> bool:
        """Go on from the run's best plan if it is better than the lane's; return whether it does."""
        run = self._run
        assert run.best is not None
        if self._is_begun and run.best_total >= self._total - 1e-9:
            return False
        self._best, self._value, self._total = run.best.copy(), run.best_value.copy(), run.best_total
        construct.load(run.compiled, self._state, self._best)
        return True

    def offer(self) -> None:
        """Hand the lane's best plan to the run."""
        if self._total < self._run.best_total - 1e-9:
            self._run.keep(self._best, self._value, self._total)

    def _share_done(self) -> float:
        run = self._run
        return (run.budget.fraction(run.iterations) - self._begin) / max(1e-9, self._until - self._begin)

    def _adapt(self, chunk: int, seconds: float, clock: float) -> None:
        """Choose the next number of steps so that they take so many seconds; ``chunk`` began at ``clock``."""
        spent = max(time.perf_counter() - clock, 1e-4)
        self._chunk = int(np.clip(chunk * seconds / spent, 20, 4 * chunk))


class RemovalLane(Lane):
    """Large neighbourhood search on the best plan of a run.

    Parameters
    ----------
    run : Run
    number : int
        Lanes of different number draw different random numbers.
    begin, until : float
        Shares of the budget between which the lane cools down.
    """

    def __init__(self, run: Run, number: int, begin: float, until: float) -> None:
        super().__init__(run, begin, until, seed=run.seed * 1009 + number, chunk=250)
        t = self._tables
        units = len(t.unit_first) - 1
        # Batches come apart only as a whole, so that of few operations all may have to go.
        self._most = max(2, min(MOST_UNITS, units if len(t.batched) else units // 2))
        self._number = 0
        self.follow()
        self._heat[1] = abs(self._total) * 0.01

    def work(self, seconds: float, steps: int) -> None:
        """Search for about so long, or exactly so many steps if the budget counts steps."""
        from rongzhi.engines.scheduling.kernel_search import improve

        run, t = self._run, self._tables
        is_counted = run.budget.iteration_limit is not None
        self._heat[0], self._heat[2] = 0.2 * max(0.0, 1.0 - self._share_done()), 0.3 * (self._number % 3)
        chunk = self._chunk
        if is_counted:
            assert run.budget.iteration_limit is not None
            chunk = max(1, min(steps, int(run.budget.iteration_limit * self._until) - run.iterations))
        clock = time.perf_counter()
        self._total = improve(
            native(t), native(self._state), self._best, self._value, run.caps, self._topo, self._worth, self._heat,
            self._most, chunk,
        )  # fmt: skip
        run.iterations += chunk
        if not is_counted:
            self._adapt(chunk, seconds, clock)
        self._number, self._is_begun = self._number + 1, True
        if self._number % COMPACT_EVERY == 0:
            self._compact()

    def _compact(self) -> None:
        """Push everything as far to the left as it goes; undo it if that does not help."""
        from rongzhi.engines.scheduling import kernel_construct as k
        from rongzhi.engines.scheduling import kernel_search
        from rongzhi.engines.scheduling.kernel_value import evaluate

        t, state = self._tables, self._state
        before = evaluate(native(t), native(state), state.value)
        rows = state.op.copy()
        start = rows[t.unit_op[t.unit_first[:-1]], a.S_START].astype(np.float64)
        failed = kernel_search.compact(native(t), native(state), k.order_by_rank(native(t), start))
        total = evaluate(native(t), native(state), state.value) if failed == 0 else np.inf
        if total > before or bool((state.value > self._run.caps + 1e-9).any()):
            construct.load(self._run.compiled, state, rows)
            evaluate(native(t), native(state), state.value)
        elif total < self._total - 1e-9:
            self._best, self._value, self._total = state.op.copy(), state.value.copy(), float(total)
