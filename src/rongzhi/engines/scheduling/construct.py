"""First plans: several rules, the best of them kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Floats, Ints, State, Tables
from rongzhi.engines.scheduling.compile import Compiled
from rongzhi.engines.scheduling.model import FOREVER
from rongzhi.engines.scheduling.native import native


def worths(compiled: Compiled) -> Floats:
    """Return the value of one time unit for each job; 0 when only time counts."""
    t = compiled.tables
    others = (a.V_COST, a.V_TRANSPORT, a.V_CHANGEOVER, a.V_MOVED_MACHINES, a.V_MOVED_STARTS, a.V_OVERTIME)
    if not any(t.weight[place] > 0 for place in others):
        return np.zeros(len(t.job))
    is_due = t.job[:, a.J_DUE] < FOREVER
    worth = t.weight[a.V_TARDINESS] * t.job_weight * is_due + t.weight[a.V_FLOW] + t.weight[a.V_MAKESPAN]
    found: Floats = np.maximum(worth, 1e-6)
    return found


class Ranks:
    """Dispatching rules as ranks of the units; the least goes first."""

    def __init__(self, compiled: Compiled) -> None:
        from rongzhi.engines.scheduling import kernel_construct as k

        t = compiled.tables
        first = t.unit_op[t.unit_first[:-1]]
        self._job = t.op[first, a.O_JOB]
        self._tail = k.tails(native(t))[first]
        self._work = k.job_work(native(t))[self._job]
        weight = np.maximum(t.job_weight[self._job], 1e-9)
        due = np.minimum(t.job[self._job, a.J_DUE], t.job[self._job, a.J_DEADLINE]).astype(np.float64)
        self._has_due = bool((due < FOREVER).any())
        self._due, self._weight = due, weight
        self._own = np.array([_least_work(compiled, int(o)) for o in first]) if len(first) < 20_000 else self._tail

    def named(self) -> Iterator[tuple[str, Floats]]:
        """Yield rule names with ranks, the most promising first."""
        if self._has_due:
            yield "least operation due date", (self._due - self._tail)
            yield "weighted due date", self._due / self._weight
            yield "earliest due date", self._due
        yield "most work remaining", -self._tail
        if self._has_due:
            yield "slack per weight", (self._due - 2.0 * self._tail) / self._weight
            yield "weighted shortest job", self._work / self._weight
        yield "shortest operation", self._own
        yield "longest operation", -self._own
        yield "least work remaining", self._tail
        yield "first come", self._job.astype(np.float64)

    def of_jobs(self) -> Floats:
        """Return the rank for planning job by job."""
        rank: Floats = self._due / self._weight if self._has_due else -self._work
        return rank


def _least_work(compiled: Compiled, o: int) -> float:
    t = compiled.tables
    modes = t.mode[t.op[o, a.O_MODE0] : t.op[o, a.O_MODE1]]
    return float((modes[:, a.M_SETUP] + modes[:, a.M_RUN]).min(initial=0))


def topological_places(tables: Tables) -> Ints:
    """Return the place of every unit (units,) in one order that agrees with the precedences."""
    from rongzhi.engines.scheduling import kernel_construct as k

    units = len(tables.unit_first) - 1
    places: Ints = np.empty(units, dtype=np.int64)
    places[k.order_by_rank(native(tables), np.arange(units, dtype=np.float64))] = np.arange(units)
    return places


def start_state(compiled: Compiled, fixed: Ints, seed: int) -> State:
    """Return a plan in the making with the fixed operations in place."""
    from rongzhi.engines.scheduling import kernel_construct as k

    state = compiled.new_state(seed)
    k.place_fixed(native(compiled.tables), native(state), fixed)
    return state


def restart(compiled: Compiled, state: State, fixed: Ints) -> None:
    """Empty a plan in the making but for the fixed operations."""
    from rongzhi.engines.scheduling import kernel_construct as k

    k.clear(native(state))
    k.place_fixed(native(compiled.tables), native(state), fixed)


def load(compiled: Compiled, state: State, rows: Ints) -> None:
    """Make the plan in the making equal to state rows (n, 4)."""
    from rongzhi.engines.scheduling import kernel_construct as k

    k.clear(native(state))
    order = np.lexsort((rows[:, a.S_END], rows[:, a.S_START])).astype(np.int64)
    k.rebuild(native(compiled.tables), native(state), rows, order)
