"""The general search: plans of any kind and size, two lanes side by side that exchange what they find."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import construct
from rongzhi.engines.scheduling.arrays import Floats, Tables
from rongzhi.engines.scheduling.kernel_general_scratch import N_CHANGED, by_reference, new_scratch
from rongzhi.engines.scheduling.lane import Lane
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


class GeneralLane(Lane):
    """Taking out and putting back, where a step costs what it moves.

    Parameters
    ----------
    run : Run
    number : int
        Lanes of different number draw different random numbers.
    begin, until : float
        Shares of the budget between which the lane cools down.
    """

    def __init__(self, run: Run, number: int, begin: float, until: float) -> None:
        super().__init__(run, begin, until, seed=run.seed * 1009 + 31 * number + 3, chunk=100)
        self._most = max(2, min(MOST_UNITS, len(self._tables.unit_first) - 1))
        self._scratch = new_scratch(self._tables, ROOM * self._most)
        self._number = number
        self.follow()

    def follow(self) -> bool:
        """Go on from the run's best plan if it is better than the lane's; return whether it does."""
        is_new = super().follow()
        if is_new:
            self._scratch.is_changed[:] = 0
            self._scratch.tally[N_CHANGED] = 0
        return is_new

    def work(self, seconds: float, steps: int) -> int:
        """Search for about so long, or exactly so many steps if the budget counts steps; return the steps."""
        from rongzhi.engines.scheduling.kernel_general import search

        run, t = self._run, self._tables
        is_counted = run.budget.iteration_limit is not None
        self._heat[0] = HOT * (COLD / HOT) ** min(1.0, max(0.0, self._share_done()))
        self._heat[2] = 0.3 * (self._number % 3)
        chunk = steps if is_counted else self._chunk
        clock = time.perf_counter()
        self._total = search(
            native(t), native(self._state), by_reference(self._scratch), self._best, self._value, run.caps,
            self._topo, self._worth, self._heat, self._most, chunk,
        )  # fmt: skip
        if not is_counted:
            self._adapt(chunk, seconds, clock)
        self._number, self._is_begun = self._number + 1, True
        return chunk
