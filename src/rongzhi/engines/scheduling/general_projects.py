"""Search for short resource-constrained projects: two populations of activity lists side by side."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import construct
from rongzhi.engines.scheduling.arrays import Ints, Tables, Words
from rongzhi.engines.scheduling.model import FOREVER
from rongzhi.engines.scheduling.native import native
from rongzhi.engines.scheduling.seeds import random_words

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.run import Run

LONGEST = 20_000  # time units; resources are counted for each of them
MOST_OPERATIONS = 2_000
PEOPLE, LANES = 40, 2
ROUND_S, FIXED_STEPS = 0.2, 50
PATIENCE = 60  # children for each operation without a better plan before people are made anew


def is_project(tables: Tables, fixed: Ints) -> bool:
    """Return whether only precedences and resources tie the operations, and the makespan alone counts."""
    weight = tables.weight.copy()
    weight[[a.V_MAKESPAN, a.V_HARD]] = 0.0
    is_plain_work = (
        len(tables.need) > 0
        and len(tables.op) == len(tables.mode)
        and (tables.machine[:, a.K_UNLIMITED] != 0).all()
        and (tables.mode[:, a.M_CALENDAR] < 0).all()
        and (tables.machine[:, a.K_PLACE] < 0).all()
    )
    is_plain_links = (tables.edge[:, a.E_LINK] == a.FINISH_START).all() and (tables.edge[:, a.E_MAX_LAG] < 0).all()
    return bool(
        is_plain_work
        and is_plain_links
        and not len(fixed)
        and tables.weight[a.V_MAKESPAN] > 0
        and not weight.any()
        and (tables.job[:, a.J_DEADLINE] >= FOREVER).all()
        and 1 < len(tables.op) <= MOST_OPERATIONS
        and horizon(tables) <= LONGEST
    )


def horizon(tables: Tables) -> int:
    """Return time units that no plan without idle time exceeds."""
    work = tables.mode[:, a.M_SETUP] + tables.mode[:, a.M_RUN]
    return int(work.sum() + tables.edge[:, a.E_LAG].sum() + tables.op[:, a.O_EST].max(initial=0))


class ProjectSearch:
    """Rounds of two populations on one project.

    Parameters
    ----------
    run : Run
    until : float
        Share of the budget at which to stop.
    """

    def __init__(self, run: Run, until: float) -> None:
        from rongzhi.engines.scheduling import kernel_construct as k

        self._run, self._until, t = run, until, run.compiled.tables
        self._tables, self._horizon = t, horizon(t)
        units = len(t.unit_first) - 1
        self._topo: Ints = np.empty(units, dtype=np.int64)
        self._topo[t.unit_op] = construct.topological_places(t)
        self._tail = k.tails(native(t))
        self._goal = run.least_makespan()
        self._people = [np.zeros((PEOPLE, units), dtype=np.int64) for _ in range(LANES)]
        self._lengths = [np.zeros(PEOPLE + 2, dtype=np.int64) for _ in range(LANES)]
        self._best = [np.zeros(units, dtype=np.int64) for _ in range(LANES)]
        self._steps = [FIXED_STEPS] * LANES
        self._rng: list[Words] = [random_words(run.seed, 77, lane) for lane in range(LANES)]

    def rounds(self) -> None:
        """Search until the share of the budget is used."""
        run = self._run
        with ThreadPoolExecutor(LANES - 1) as pool:
            while not run.is_over() and run.budget.fraction(run.iterations) < self._until:
                others = [pool.submit(self._work, lane) for lane in range(1, LANES)]
                self._work(0)
                for other in others:
                    other.result()
                run.iterations += LANES * FIXED_STEPS
                for lane in range(LANES):
                    self._offer(lane)

    def _work(self, lane: int) -> None:
        from rongzhi.engines.scheduling.kernel_projects import evolve

        is_counted = self._run.budget.iteration_limit is not None
        steps = FIXED_STEPS if is_counted else self._steps[lane]
        clock = time.perf_counter()
        evolve(
            native(self._tables), self._topo, self._tail, self._people[lane], self._lengths[lane], self._best[lane],
            self._horizon, self._goal, PATIENCE * len(self._topo), steps, self._rng[lane],
        )  # fmt: skip
        spent = max(time.perf_counter() - clock, 1e-4)
        self._steps[lane] = int(np.clip(steps * ROUND_S / spent, 20, 4 * steps))

    def _offer(self, lane: int) -> None:
        run, t = self._run, self._tables
        if 0 < self._lengths[lane][PEOPLE] < run.best_value[a.V_MAKESPAN]:
            rows = np.zeros((len(t.op), 4), dtype=np.int64)
            rows[:, a.S_MODE], rows[:, a.S_START] = t.op[:, a.O_MODE0], self._best[lane]
            work = t.mode[rows[:, a.S_MODE]]
            rows[:, a.S_END] = rows[:, a.S_START] + work[:, a.M_SETUP] + work[:, a.M_RUN]
            run.take(rows)
