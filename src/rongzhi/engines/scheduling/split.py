"""Search for short makespans over factories that share no job: each factory for itself, jobs moved off the worst."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import construct
from rongzhi.engines.scheduling.arrays import Ints, Words
from rongzhi.engines.scheduling.native import native
from rongzhi.engines.scheduling.seeds import random_words

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.run import Run

SLICE_S = 0.3  # tabu search on one factory in one round
THREADS = 2
FIXED_STEPS = 300
LAST_S = 10.0  # seconds before the end, from which on a round must fit into the time that is left
TRANSFER_TRIES = 400


class SplitSearch:
    """Rounds of tabu search on the factories that end last, and of moving jobs away from those that do not get better.

    Parameters
    ----------
    run : Run
    """

    def __init__(self, run: Run) -> None:
        self._run, self._tables = run, run.compiled.tables
        self._state = construct.start_state(run.compiled, run.fixed, run.seed * 1009 + 501)
        self._topo = construct.topological_places(self._tables)
        self._steps: dict[int, int] = {}
        self._goal = run.least_makespan()
        self._number = 0

    def round(self) -> None:
        """Search the worst factories, adopt what got better, move jobs off those that did not."""
        run, t = self._run, self._tables
        assert run.best is not None
        rows = run.best.copy()
        ends, factory = factory_ends(t, rows)
        order = np.argsort(-ends, kind="stable")
        rooms = (
            max(1, int(0.7 * THREADS * run.budget.left_s() / SLICE_S)) if run.budget.left_s() < LAST_S else len(order)
        )
        chosen = order[: min(rooms, max(THREADS, min(len(order) // 4, 24)))]
        chosen = chosen[ends[chosen] > self._goal]
        start, mode = rows[:, a.S_START].copy(), rows[:, a.S_MODE].copy()
        goal = self._aim(ends)
        with ThreadPoolExecutor(THREADS) as pool:
            tasks = [
                pool.submit(
                    self._tabu, int(f), np.flatnonzero(factory == f), rows=rows, start=start, mode=mode, goal=goal
                )
                for f in chosen
            ]
            lengths = [task.result() for task in tasks]
        work = t.mode[mode]
        rows[:, a.S_MODE], rows[:, a.S_START] = mode, start
        rows[:, a.S_END] = start + work[:, a.M_SETUP] + work[:, a.M_RUN]
        self._transfer(rows, [int(f) for f, length in zip(chosen, lengths, strict=True) if length >= ends[f]])
        run.iterations += FIXED_STEPS
        self._number += 1

    def _aim(self, ends: Ints) -> int:
        """Return the length at which a factory has done enough for now."""
        return max(self._goal, int(np.quantile(ends, 0.2)) - 1)

    def _tabu(self, f: int, group: Ints, *, rows: Ints, start: Ints, mode: Ints, goal: int) -> int:
        from rongzhi.engines.scheduling.kernel_tabu import tabu

        run = self._run
        rng: Words = random_words(run.seed, f, self._number)
        by_start = np.lexsort((group, rows[group, a.S_END], rows[group, a.S_START])).astype(np.int64)
        begin = FIXED_STEPS * 100 // max(100, len(group))
        steps = FIXED_STEPS if run.budget.iteration_limit is not None else self._steps.get(f, begin)
        clock = time.perf_counter()
        length = tabu(native(self._tables), group, by_start, start, mode, goal, steps, 10 * len(group), rng)
        seconds = max(time.perf_counter() - clock, 1e-4)
        if length > goal:  # else it ended early and says nothing about the time a step takes
            self._steps[f] = int(np.clip(steps * SLICE_S / seconds, 10, 4 * steps))
        return length

    def _transfer(self, rows: Ints, stuck: list[int]) -> None:
        """Move one job off each stuck factory, and adopt the plan unless it is worse."""
        from rongzhi.engines.scheduling.kernel_search import transfer
        from rongzhi.engines.scheduling.kernel_value import evaluate

        run, t, state = self._run, self._tables, self._state
        construct.load(run.compiled, state, rows)
        total = evaluate(native(t), native(state), state.value)
        run.keep(state.op, state.value, total)
        limit = int(state.value[a.V_MAKESPAN])
        is_moved = False
        for f in stuck:
            is_moved = transfer(native(t), native(state), self._topo, f, limit, TRANSFER_TRIES) >= 0 or is_moved
        if is_moved and evaluate(native(t), native(state), state.value) <= run.best_total + 1e-9:
            run.replace(state.op, state.value)


def factory_ends(tables: a.Tables, rows: Ints) -> tuple[Ints, Ints]:
    """Return the end of every factory's work and the factory of every operation."""
    factory: Ints = tables.mode[rows[:, a.S_MODE], a.M_FACTORY]
    ends = np.zeros(int(tables.machine[:, a.K_FACTORY].max()) + 1, dtype=np.int64)
    np.maximum.at(ends, factory, rows[:, a.S_END])
    return ends, factory
