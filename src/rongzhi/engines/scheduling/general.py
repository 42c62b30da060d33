"""The general search: plans of any kind and size, two lanes side by side that exchange what they find."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import construct
from rongzhi.engines.scheduling.arrays import Floats, Tables
from rongzhi.engines.scheduling.kernel_general_scratch import N_CHANGED, by_reference, new_scratch
from rongzhi.engines.scheduling.model import FOREVER
from rongzhi.engines.scheduling.native import native

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.run import Run

MOST_UNITS = 60
ROOM = 3  # times as many units may be out when successors are pushed out too
LANES = 2  # fixed, so that a result does not depend on the number of cores
ROUND_S = 0.25
FIXED_STEPS = 125  # steps of a lane in a round when the budget is counted in iterations
FOLLOW_EVERY = 8  # rounds after which a lane that is behind goes on from the best plan
RANKED_OPERATIONS = 5_000  # larger problems without dates are built by simulation alone
HOT, COLD = 1e-2, 1e-5  # temperature as a share of the best total, at the beginning and at the end


def is_suited(tables: Tables) -> bool:
    """Return whether the general search sees all there is: it leaves batch machines to removal."""
    return bool((tables.machine[:, a.K_BATCH] == 0).all())


def first_plans(run: Run, ranks: construct.Ranks, worth: Floats) -> None:
    """Place the operations one by one where they fit first, in the order of several rules; keep the best plan."""
    from rongzhi.engines.scheduling import kernel_construct as k

    t = run.compiled.tables
    is_due = (t.weight[[a.V_TARDINESS, a.V_LATE]] > 0).any() and (t.job[:, a.J_DUE] < FOREVER).any()
    if not is_due and len(t.op) > RANKED_OPERATIONS:
        return
    for _, rank in ranks.named():
        run.build(k.order_by_rank(native(t), rank), worth)
        if run.best is not None and (run.budget.left_s() <= 0 or run.is_met() or run.callbacks.should_stop()):
            return


class GeneralSearch:
    """Rounds of two lanes on the best plan of a run.

    Parameters
    ----------
    run : Run
    begin, until : float
        Shares of the budget between which the search cools down.
    """

    def __init__(self, run: Run, begin: float, until: float) -> None:
        self._run, self._until = run, until
        self._lanes = [GeneralLane(run, number, begin, until) for number in range(LANES)]

    def rounds(self) -> None:
        """Search until the share of the budget is used."""
        run, number = self._run, 0
        with ThreadPoolExecutor(LANES - 1) as pool:
            while not run.is_over() and run.budget.fraction(run.iterations) < self._until:
                steps = self._steps()
                others = [pool.submit(lane.work, ROUND_S, steps) for lane in self._lanes[1:]]
                done = self._lanes[0].work(ROUND_S, steps)
                run.iterations += done + sum(other.result() for other in others)
                for lane in self._lanes:
                    lane.offer()
                number += 1
                if number % FOLLOW_EVERY == 0:
                    for lane in self._lanes:
                        lane.follow()

    def _steps(self) -> int:
        limit = self._run.budget.iteration_limit
        if limit is None:
            return FIXED_STEPS
        left = int(limit * self._until) - self._run.iterations
        return max(1, min(FIXED_STEPS, -(-left // LANES)))


class GeneralLane:
    """Taking out and putting back on an own copy of the best plan of a run.

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
        self._state = construct.start_state(run.compiled, run.fixed, run.seed * 1009 + 31 * number + 3)
        units = len(t.unit_first) - 1
        self._topo = construct.topological_places(t)
        self._worth: Floats = construct.worths(run.compiled)
        self._most = max(2, min(MOST_UNITS, units))
        self._scratch = new_scratch(t, ROOM * self._most)
        self._chunk, self._number = 100, number
        self.steps = 0
        self._heat: Floats = np.zeros(3)
        self.total = np.inf
        self.follow()

    def follow(self) -> None:
        """Go on from the run's best plan if it is better than the lane's."""
        run = self._run
        assert run.best is not None
        if self.steps and run.best_total >= self.total - 1e-9:
            return
        self._best, self._value, self.total = run.best.copy(), run.best_value.copy(), run.best_total
        construct.load(run.compiled, self._state, self._best)
        self._scratch.is_changed[:] = 0
        self._scratch.tally[N_CHANGED] = 0

    def offer(self) -> None:
        """Hand the lane's best plan to the run."""
        if self.total < self._run.best_total - 1e-9:
            self._run.keep(self._best, self._value, self.total)

    def work(self, seconds: float, steps: int) -> int:
        """Search for about so long, or exactly so many steps if the budget counts steps; return the steps."""
        from rongzhi.engines.scheduling.kernel_general import search

        run, t = self._run, self._tables
        is_counted = run.budget.iteration_limit is not None
        done = (run.budget.fraction(run.iterations) - self._begin) / max(1e-9, self._until - self._begin)
        self._heat[0] = HOT * (COLD / HOT) ** min(1.0, max(0.0, done))
        self._heat[2] = 0.3 * (self._number % 3)
        chunk = steps if is_counted else self._chunk
        clock = time.perf_counter()
        self.total = search(
            native(t), native(self._state), by_reference(self._scratch), self._best, self._value, run.caps,
            self._topo, self._worth, self._heat, self._most, chunk,
        )  # fmt: skip
        if not is_counted:
            spent = max(time.perf_counter() - clock, 1e-4)
            self._chunk = int(np.clip(chunk * seconds / spent, 20, 4 * chunk))
        self.steps += chunk
        self._number += 1
        return chunk
