"""Search for short makespans in shops without calendars, changeovers and resources: tabu search and removal together.

Two lanes run side by side in threads (compiled code runs without the interpreter's lock): tabu search from plans
between good plans, and, as long as it helps, taking out and putting back. After every round all know the better plans.

References
----------
Peng, Lu, Cheng (2015), A tabu search/path relinking algorithm to solve the job shop scheduling problem, Computers &
Operations Research 53.
Gonzalez, Vela, Varela (2015), Scatter search with path relinking for the flexible job shop scheduling problem, European
Journal of Operational Research 245.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Ints, Tables
from rongzhi.engines.scheduling.makespan_elite import Elite
from rongzhi.engines.scheduling.makespan_lane import TabuLane
from rongzhi.engines.scheduling.model import FOREVER

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.lane import RemovalLane
    from rongzhi.engines.scheduling.run import Run

ROUND_S = 0.4
LANES = 2  # fixed, so that a result does not depend on the number of cores
ELITE = 8  # plans, more after every renewal
MOST_IDLE, REMOVAL_EVERY = 3, 16  # rounds without success before removal gives way; then it runs every so many
FIXED_TABU, FIXED_REMOVAL = 400, 100  # iterations of a round when the budget is counted in iterations


def is_plain(tables: Tables, fixed: Ints) -> bool:
    """Return whether the tabu search sees all there is: makespan alone, finish-start, nothing fixed."""
    weight = tables.weight.copy()
    weight[[a.V_MAKESPAN, a.V_HARD]] = 0.0
    plain_machines = (tables.machine[:, a.K_CALENDAR] < 0).all() and (tables.machine[:, a.K_CHANGEOVER] < 0).all()
    plain_machines = plain_machines and (tables.machine[:, a.K_BATCH] == 0).all()
    plain_edges = (tables.edge[:, a.E_LINK] == a.FINISH_START).all() and (tables.edge[:, a.E_MAX_LAG] < 0).all()
    return bool(
        tables.weight[a.V_MAKESPAN] > 0
        and not weight.any()
        and not len(fixed)
        and not len(tables.need)
        and plain_machines
        and plain_edges
        and (tables.job[:, a.J_DEADLINE] >= FOREVER).all()
    )


def can_split(tables: Tables) -> bool:
    """Return whether every job stays in one factory and no job waits for another."""
    is_inside = tables.op[tables.edge[:, a.E_BEFORE], a.O_JOB] == tables.op[tables.edge[:, a.E_AFTER], a.O_JOB]
    return bool(tables.job[:, a.J_SINGLE].all() and is_inside.all())


class MakespanSearch:
    """Rounds of tabu search and removal, two lanes at a time.

    Parameters
    ----------
    run : Run
    lane : RemovalLane
        Takes out and puts back; its turns pass to tabu search while it finds nothing.
    """

    def __init__(self, run: Run, lane: RemovalLane) -> None:
        self._run, self._removal = run, lane
        self._tables = run.compiled.tables
        count = len(self._tables.op)
        self._elite = Elite(self._tables, ELITE)
        self._lanes = [TabuLane(run, number, self._elite, patience(count)) for number in range(LANES)]
        self._number, self._idle, self._is_met = 0, 0, False
        self._goal = run.least_makespan()

    def rounds(self, until: float) -> None:
        """Run rounds until a share of the budget is used."""
        run = self._run
        self._adopt()
        with ThreadPoolExecutor(1) as pool:
            while not run.is_over() and run.budget.fraction(run.iterations) < until:
                has_removal = self._idle < MOST_IDLE or self._number % REMOVAL_EVERY == 0
                seconds = min(ROUND_S, run.budget.left_s())
                other = pool.submit(self._tabu, self._lanes[0], seconds)
                if has_removal:
                    self._removal.work(seconds, FIXED_REMOVAL)
                else:
                    self._tabu(self._lanes[1], seconds)
                    run.iterations += FIXED_REMOVAL
                other.result()
                for lane in self._lanes:
                    self._collect(lane)
                if has_removal:
                    before = run.best_total
                    self._removal.offer()
                    self._idle = 0 if run.best_total < before - 1e-9 else self._idle + 1
                self._adopt()  # from removal, or from a search elsewhere
                self._removal.follow()
                self._elite.renew()
                self._number += 1

    def _tabu(self, lane: TabuLane, seconds: float) -> None:
        lane.work(seconds, FIXED_TABU, self._goal, lambda: self._is_met)
        if lane.length >= 0 and lane.length <= self._goal and self._run.budget.iteration_limit is None:
            self._is_met = True

    def _collect(self, lane: TabuLane) -> None:
        """Take the plans a lane found into the elite, and the best into the run."""
        for plan in lane.hand_over():
            self._elite.add(plan)
            if plan.length < self._end():
                self._run.place(plan.start, plan.mode, np.zeros(len(self._tables.job)))

    def _adopt(self) -> None:
        """Take the run's best plan into the elite if it is better than all there, and search from it."""
        best = self._run.best
        assert best is not None
        if not self._elite.members or self._end() < min(each.length for each in self._elite.members):
            plan = self._elite.member(self._end(), best[:, a.S_START].copy(), best[:, a.S_MODE].copy())
            self._elite.add(plan)
            self._lanes[0].waiting.append(plan)

    def _end(self) -> int:
        assert self._run.best is not None
        return int(self._run.best[:, a.S_END].max(initial=0))


def patience(size: int) -> int:
    """Return how many steps without success the tabu search makes before it leaves a plan."""
    return int(np.clip(10 * size, 1500, 5000))
