"""Search for short makespans in shops without calendars, changeovers and resources: tabu search and removal together.

Two lanes run side by side in threads (compiled code runs without the interpreter's lock): tabu search on the critical
path, and taking out and putting back. After every round both know the better plan.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Ints, Tables
from rongzhi.engines.scheduling.native import native

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.lane import RemovalLane
    from rongzhi.engines.scheduling.run import Run

ROUND_S = 0.4
FIXED_TABU, FIXED_REMOVAL = 400, 100  # iterations of a round when the budget is counted in iterations


def is_plain(tables: Tables, fixed: Ints) -> bool:
    """Return whether the tabu search sees all there is: makespan alone, finish-start, nothing fixed."""
    weight = tables.weight.copy()
    weight[[a.V_MAKESPAN, a.V_HARD]] = 0.0
    plain_machines = (tables.machine[:, a.K_CALENDAR] < 0).all() and (tables.machine[:, a.K_CHANGEOVER] < 0).all()
    plain_edges = (tables.edge[:, a.E_LINK] == a.FINISH_START).all() and (tables.edge[:, a.E_MAX_LAG] < 0).all()
    return bool(
        tables.weight[a.V_MAKESPAN] > 0
        and not weight.any()
        and not len(fixed)
        and not len(tables.need)
        and plain_machines
        and plain_edges
        and (tables.job[:, a.J_DEADLINE] >= 10**15).all()
    )


def can_split(tables: Tables) -> bool:
    """Return whether every job stays in one factory and no job waits for another."""
    is_inside = tables.op[tables.edge[:, a.E_BEFORE], a.O_JOB] == tables.op[tables.edge[:, a.E_AFTER], a.O_JOB]
    return bool(tables.job[:, a.J_SINGLE].all() and is_inside.all())


class MakespanSearch:
    """Rounds of tabu search and removal on the best plan of a run.

    Parameters
    ----------
    run : Run
    lane : RemovalLane
        Takes out and puts back.
    """

    def __init__(self, run: Run, lane: RemovalLane) -> None:
        self._run, self._lane = run, lane
        self._tables = run.compiled.tables
        self._rng = np.random.SeedSequence([run.seed, 7]).generate_state(2, np.uint64) | np.uint64(1)
        self._tabu_steps = FIXED_TABU
        self._number, self._idle = 0, [0, 0]

    def rounds(self, until: float) -> None:
        """Run rounds until a share of the budget is used."""
        run = self._run
        with ThreadPoolExecutor(1) as pool:
            while not run.is_over() and run.budget.fraction(run.iterations) < until:
                assert run.best is not None
                turn_tabu, turn_lane = self._turns()
                if turn_tabu:
                    group = np.arange(len(self._tables.op), dtype=np.int64)
                    start, mode = run.best[:, a.S_START].copy(), run.best[:, a.S_MODE].copy()
                    tabu = pool.submit(self._tabu, group, start, mode)
                before = run.best_total
                if turn_lane:
                    self._lane.work(ROUND_S, FIXED_REMOVAL)
                if turn_tabu:
                    length = tabu.result()
                    if 0 <= length < self._end_of(group):
                        run.place(start, mode, np.zeros(len(self._tables.job)))
                    self._rate(0, before)
                    run.iterations += 0 if turn_lane else FIXED_REMOVAL
                before = run.best_total
                if turn_lane:
                    self._lane.offer()
                    self._rate(1, before)
                self._lane.follow()
                self._number += 1

    def _turns(self) -> tuple[bool, bool]:
        """Say which lanes run: one that lately found nothing while the other did only runs now and then."""
        if self._number % 6 == 0 or self._idle[0] == self._idle[1]:
            return True, True
        behind = int(self._idle[1] > self._idle[0])
        is_behind = self._idle[behind] >= 3 and self._idle[1 - behind] <= 12
        return behind != 0 or not is_behind, behind != 1 or not is_behind

    def _rate(self, lane: int, before: float) -> None:
        self._idle[lane] = 0 if self._run.best_total < before - 1e-9 else self._idle[lane] + 1

    def _end_of(self, group: Ints) -> int:
        assert self._run.best is not None
        return int(self._run.best[group, a.S_END].max(initial=0))

    def _tabu(self, group: Ints, start: Ints, mode: Ints) -> int:
        from rongzhi.engines.scheduling.kernel_tabu import tabu

        rows = self._run.best
        assert rows is not None
        by_start = np.lexsort((group, rows[group, a.S_END], rows[group, a.S_START])).astype(np.int64)
        clock = time.perf_counter()
        goal = int(np.ceil(self._run.bound.value / self._tables.weight[a.V_MAKESPAN]))
        length = tabu(
            native(self._tables), group, by_start, start, mode, goal, self._tabu_steps, patience(len(group)), self._rng
        )
        if self._run.budget.iteration_limit is None:
            seconds = max(time.perf_counter() - clock, 1e-4)
            self._tabu_steps = int(np.clip(self._tabu_steps * ROUND_S / seconds, 20, 4 * self._tabu_steps))
        return length


def patience(size: int) -> int:
    """Return how many steps without success the tabu search makes before it is shaken."""
    return int(np.clip(8 * size, 500, 4000))
