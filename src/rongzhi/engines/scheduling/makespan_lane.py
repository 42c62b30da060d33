"""One lane of tabu search for short makespans: from plan to plan between the best ones known."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Ints
from rongzhi.engines.scheduling.makespan_elite import Elite, Member
from rongzhi.engines.scheduling.native import native
from rongzhi.engines.scheduling.seeds import random_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from rongzhi.engines.scheduling.run import Run

FIRST_STEPS = 400
SLICES = 8  # looks in a round at whether another lane has met the goal
TRIES = 4  # plans between two others, of which the shortest is searched from
NEAR, FAR = 0.3, 0.7  # how far from one plan towards the other
LEAST_NEW, MOST_NEW = 0.2, 0.8  # how far from the best plan towards a random one
FAR_OPERATIONS = 300  # larger shops, which take long to search, stay nearer


class TabuLane:
    """Tabu search from a plan until it finds nothing better for long, then from another plan.

    Parameters
    ----------
    run : Run
        With a best plan, from which the first lane starts.
    number : int
        Lanes of different number draw different random numbers.
    elite : Elite
    patience : int
        Steps without a better plan before the lane leaves it.
    """

    def __init__(self, run: Run, number: int, elite: Elite, patience: int) -> None:
        from rongzhi.engines.scheduling import kernel_tabu_graph

        self._run, self._number, self._elite, self._patience = run, number, elite, patience
        tables = run.compiled.tables
        self._tables, self._group = tables, np.arange(len(tables.op), dtype=np.int64)
        key = (run.seed, 7, number)
        self._draw, words = np.random.default_rng(key), random_words(*key)
        assert run.best is not None
        self._shop = kernel_tabu_graph.open_shop(native(tables), self._group, words, run.best[:, a.S_MODE].copy())
        self._start, self._mode = np.zeros((2, len(self._group)), dtype=np.int64)
        self._keys = np.zeros(len(self._group))
        self._steps, self.length = FIRST_STEPS, -1
        self._open(run.best[:, a.S_START].astype(np.float64), run.best[:, a.S_MODE].copy())
        self._is_open = False
        self.waiting: list[Member] = []
        self.found: list[Member] = []

    def work(self, seconds: float, steps: int, goal: int, is_met: Callable[[], bool]) -> None:
        """Search for about so long, or so many steps if the budget counts steps; `hand_over` gives what was found."""
        from rongzhi.engines.scheduling import kernel_tabu

        is_counted = self._run.budget.iteration_limit is not None
        left = steps if is_counted else self._steps
        whole, clock = left, time.perf_counter()
        while left > 0 and not is_met():
            if not self._is_open:
                self._begin()
            slice_ = left if is_counted else max(1, min(left, whole // SLICES))
            used = kernel_tabu.advance(self._shop, goal, slice_, self._patience)
            left -= max(used, 1)
            if used < slice_:
                self._close()
                if self.length <= goal:
                    return
        if not is_counted:
            spent = max(time.perf_counter() - clock, 1e-4)
            self._steps = int(np.clip((whole - left) * seconds / spent, 50, 4 * whole))

    def hand_over(self) -> list[Member]:
        """Return the plans found since the last time, the present one's best too."""
        if self._is_open:
            self._take()
        found, self.found = self.found, []
        return found

    def _close(self) -> None:
        self._take()
        self._is_open = False

    def _take(self) -> None:
        from rongzhi.engines.scheduling import kernel_tabu

        self.length = kernel_tabu.best_plan(self._shop, self._start, self._mode)
        self.found.append(self._elite.member(self.length, self._start, self._mode))

    def _begin(self) -> None:
        """Open the search from a waiting plan, from a fresh one, or from the best of some plans between two others."""
        members = self._elite.members
        if self.waiting:
            plan = self.waiting.pop()
            self._open(plan.start.astype(np.float64), plan.mode)
        elif not self._elite.is_full or len(members) < 2:
            best = min(members, key=lambda each: each.length)
            self._open(*self._fresh(best))
        else:
            self._open_between(members)
        self._is_open = True

    def _open_between(self, members: list[Member]) -> None:
        one, two = (members[i] for i in self._draw.choice(len(members), 2, replace=False))
        tries = [self._between(one, two) for _ in range(TRIES)]
        lengths = [self._open(*each) for each in tries]
        good = [length if length >= 0 else np.inf for length in lengths]
        self._open(*tries[int(np.argmin(good))])

    def _open(self, keys: a.Floats, mode: Ints) -> int:
        from rongzhi.engines.scheduling import kernel_tabu_graph

        order = np.lexsort((self._group, keys)).astype(np.int64)
        length = kernel_tabu_graph.set_rows(self._shop, order, mode)
        if length < 0:  # operations without length may tie
            best = self._run.best
            assert best is not None
            order = np.lexsort((self._group, best[:, a.S_END], best[:, a.S_START])).astype(np.int64)
            length = kernel_tabu_graph.set_rows(self._shop, order, best[:, a.S_MODE].copy())
        return int(length)

    def _fresh(self, best: Member) -> tuple[a.Floats, Ints]:
        """Return order and modes of a plan some way from the best."""
        from rongzhi.engines.scheduling import kernel_tabu

        kernel_tabu.random_keys(self._shop, self._keys)
        share = self._draw.uniform(LEAST_NEW, MOST_NEW) * min(1.0, FAR_OPERATIONS / len(self._group))
        mode = best.mode.copy()
        kernel_tabu.random_modes(self._shop, mode, 0.5 * share)
        return (1 - share) * best.start / max(1, best.length) + share * self._keys, mode

    def _between(self, one: Member, two: Member) -> tuple[a.Floats, Ints]:
        """Return order and modes of a plan between two: what they agree on is kept."""
        share = self._draw.uniform(NEAR, FAR)
        is_other = self._draw.random(len(self._tables.job))[self._tables.op[:, a.O_JOB]]
        is_alone = self._tables.job[self._tables.op[:, a.O_JOB], a.J_SINGLE] != 0
        is_other = np.where(is_alone, is_other, self._draw.random(len(self._group)))
        mode = np.where(is_other < share, two.mode, one.mode)
        return (1 - share) * one.start / max(1, one.length) + share * two.start / max(1, two.length), mode
