"""Searches with different seeds side by side, on the cores of this machine or on a cluster: the same code.

The caller searches too. In a budget of time, a search that is done with its slice hands in its plan and gets the best
one known for its next slice. In a budget of iterations all wait for each other at fixed points, so that the result
depends on the seed and the number of searches only; the caller's own search is then as it would be alone and takes in
the others' plans at its end, so that the result is never worse than alone.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures import TimeoutError as NotInTime
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling.executor import Found, Lit, Parcel, Slice, search
from rongzhi.engines.scheduling.seeds import SEED_STEP

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.arrays import Ints
    from rongzhi.engines.scheduling.run import Run

WORKERS = 2  # searches side by side, the caller's included, unless told otherwise
ROUNDS = 4  # meetings in a budget of iterations
SLICES = 8  # of a budget of time
SHORTEST_S, LONGEST_S = 0.5, 5.0  # of a slice
GRACE_S = 0.2  # after the time limit, for plans that are on their way

_log = logging.getLogger(__name__)


class Portfolio:
    """The other searches of a run.

    Parameters
    ----------
    executor : Executor
    run : Run
    workers : int
        Searches side by side, the caller's included.
    """

    def __init__(self, executor: Executor, run: Run, workers: int) -> None:
        self._executor, self._run = executor, run
        self._parcel = Parcel.of(run.problem, run.former)
        self._beacon = Lit()
        self._tasks: dict[int, Future[Found]] = {}
        self._pieces: dict[int, Slice] = {}
        self._rounds = [0] * workers
        self._meetings = 0
        self._found: list[tuple[float, Ints]] = []  # plans the caller has not taken in yet
        self._limit = run.budget.iteration_limit
        for number in range(1, workers):  # gets the problem there while the caller builds the first plan
            self._send(number, Slice(0, 0.0, 0, None, self._beacon.address), is_first=True)

    # -- in the course of the search ----------------------------------------------------------------------------------

    def meet(self) -> None:
        """Take in plans that are better and hand out the next slices; called between steps of the caller's search."""
        if self._run.best is None:
            return
        if self._limit is None:
            for number, task in list(self._tasks.items()):
                if task.done() and self._take(number, None):
                    self._next(number)
        elif self._meetings * self._limit / ROUNDS <= self._run.iterations < self._limit and self._meetings < ROUNDS:
            self._meetings += 1
            numbers = list(self._tasks)
            for number in [each for each in numbers if self._take(each, None)]:
                self._next(number)

    def close(self) -> None:
        """Take in the last plans and end the other searches."""
        is_timed = self._run.budget.time_limit_s is not None
        is_wanted = not (self._run.is_met() or self._run.callbacks.should_stop())
        if is_timed or not is_wanted:
            self._beacon.put_out()
        end = time.perf_counter() + GRACE_S
        for number in list(self._tasks) if is_wanted else ():
            self._take(number, max(0.0, end - time.perf_counter()) if is_timed else None)
        for _, rows in self._found:
            self._run.adopt(rows)
        self._beacon.put_out()
        for task in self._tasks.values():
            task.cancel()
        self._beacon.remove()

    # -- one search ---------------------------------------------------------------------------------------------------

    def _next(self, number: int) -> None:
        run = self._run
        self._rounds[number] += 1
        seconds = None
        if self._limit is None:
            total = run.budget.time_limit_s or 0.0
            seconds = min(float(np.clip(total / SLICES, SHORTEST_S, LONGEST_S)), run.budget.left_s() - GRACE_S)
            if seconds < SHORTEST_S / 4:
                return
        iterations = None if self._limit is None else -(-self._limit // ROUNDS)
        seed = run.seed + SEED_STEP * number + 101 * self._rounds[number]
        self._send(number, Slice(seed, seconds, iterations, self._best(), self._beacon.address, run.bound.value))

    def _best(self) -> Ints | None:
        total, rows = min(self._found, key=lambda each: each[0], default=(float("inf"), None))
        is_other = total < self._run.best_total and not self._run.problem.objective.order
        return rows if is_other else self._run.best

    def _send(self, number: int, piece: Slice, *, is_first: bool = False) -> None:
        try:
            self._pieces[number] = piece
            self._tasks[number] = self._executor.submit(search, self._parcel if is_first else self._parcel.label, piece)
        except Exception:  # noqa: BLE001 - whatever is wrong with the executor, the caller's own search goes on
            _log.warning("search %d could not be started", number, exc_info=True)

    def _take(self, number: int, timeout: float | None) -> bool:
        """Take in what a search found; return whether it can go on."""
        try:
            found = self._tasks.pop(number).result(timeout)
            if found.is_missing:  # another process than the one that has the problem
                self._send(number, self._pieces[number], is_first=True)
                if self._limit is None or number not in self._tasks:
                    return False
                found = self._tasks.pop(number).result()
        except NotInTime:
            return False
        except (Exception, CancelledError):  # noqa: BLE001 - as above
            _log.warning("search %d broke off", number, exc_info=True)
            return False
        if found.rows is not None and self._limit is None:
            self._run.adopt(found.rows)
        elif found.rows is not None:
            self._found.append((found.total, found.rows))
        return True
