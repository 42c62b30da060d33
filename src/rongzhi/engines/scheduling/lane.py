"""One lane of search by taking out and putting back, with its own plan in the making."""

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


class RemovalLane:
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

        self._run, self._begin, self._until = run, begin, until
        t = run.compiled.tables
        self._tables = t
        self._state = construct.start_state(run.compiled, run.fixed, run.seed * 1009 + number)
        units = len(t.unit_first) - 1
        self._topo = construct.topological_places(t)
        self._worth: Floats = construct.worths(run.compiled)
        # Batches come apart only as a whole, so that of few operations all may have to go.
        self._most = max(2, min(MOST_UNITS, units if len(t.batched) else units // 2))
        self._chunk, self._number = 250, 0
        self._heat: Floats = np.zeros(3)
        self._total = np.inf
        self.follow()
        self._heat[1] = abs(self._total) * 0.01

    def follow(self) -> None:
        """Go on from the run's best plan if it is better than the lane's."""
        run = self._run
        assert run.best is not None
        if self._number and run.best_total >= self._total - 1e-9:
            return
        self._best, self._value, self._total = run.best.copy(), run.best_value.copy(), run.best_total
        construct.load(run.compiled, self._state, self._best)

    def offer(self) -> None:
        """Hand the lane's best plan to the run."""
        if self._total < self._run.best_total - 1e-9:
            self._run.keep(self._best, self._value, self._total)

    def work(self, seconds: float, steps: int) -> None:
        """Search for about so long, or exactly so many steps if the budget counts steps."""
        from rongzhi.engines.scheduling.kernel_search import improve

        run, t = self._run, self._tables
        is_counted = run.budget.iteration_limit is not None
        done = (run.budget.fraction(run.iterations) - self._begin) / max(1e-9, self._until - self._begin)
        self._heat[0], self._heat[2] = 0.2 * max(0.0, 1.0 - done), 0.3 * (self._number % 3)
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
            spent = max(time.perf_counter() - clock, 1e-4)
            self._chunk = int(np.clip(chunk * seconds / spent, 20, 4 * chunk))
        self._number += 1
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
