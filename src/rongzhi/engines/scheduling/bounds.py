"""Lower bounds on the objective, each with the name of the argument behind it."""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Floats, Ints
from rongzhi.engines.scheduling.compile import Compiled
from rongzhi.engines.scheduling.result import Bound


def quick(compiled: Compiled, fixed: Ints) -> Bound:
    """Return the bound that costs next to nothing: length of jobs, load of machines, cheapest modes.

    Parameters
    ----------
    compiled : Compiled
    fixed : ndarray (k, 4)
        Fixed operations: operation, mode, start, end.
    """
    from rongzhi.engines.scheduling.kernel_bounds import busiest_end, earliest_ends, load_end
    from rongzhi.engines.scheduling.native import native

    t = compiled.relaxed
    ends = earliest_ends(native(t), fixed)
    value = np.zeros(a.V_COUNT)
    job_end = _job_ends(t, ends)
    has_work = t.job[:, a.J_OP1] > t.job[:, a.J_OP0]
    late = np.maximum(0, job_end - t.job[:, a.J_DUE]) * has_work
    value[a.V_TARDINESS] = float(late @ t.job_weight)
    value[a.V_LATE] = float((late > 0).sum())
    value[a.V_FLOW] = float(((job_end - t.job[:, a.J_RELEASE]) * has_work).sum())
    value[a.V_COST] = _least_cost(compiled)
    longest = int(job_end.max(initial=0))
    loaded = int(load_end(native(t)))
    if (t.machine[:, a.K_CALENDAR] < 0).all() and (t.mode[:, a.M_CALENDAR] < 0).all():
        loaded = max(loaded, int(busiest_end(native(t), ends)))
    value[a.V_MAKESPAN] = max(longest, loaded)
    name = "machine-load" if loaded > longest and t.weight[a.V_MAKESPAN] > 0 else "job-length"
    weight = t.weight.copy()
    weight[a.V_HARD] = 0.0
    return Bound(name, float(value @ weight))


def _job_ends(t: a.Tables, ends: Ints) -> Ints:
    found = t.job[:, a.J_RELEASE].copy()
    if len(ends):
        np.maximum.at(found, t.op[:, a.O_JOB], ends)
    return found


def _least_cost(compiled: Compiled) -> float:
    t = compiled.tables
    if not len(t.op) or not len(t.mode):
        return 0.0
    least: Floats = np.minimum.reduceat(t.mode_cost, t.op[:, a.O_MODE0])
    return float(least.sum())


def priced(compiled: Compiled, fixed: Ints, upper: float, rounds: int) -> Bound | None:
    """Return a bound from prices on machine time, or None where it does not apply.

    Parameters
    ----------
    compiled : Compiled
    fixed : ndarray (k, 4)
        Fixed operations; with any, the bound does not apply.
    upper : float
        Makespan of a known plan, time units.
    rounds : int
        Steps of the subgradient method.
    """
    from rongzhi.engines.scheduling.kernel_bounds import price_bound
    from rongzhi.engines.scheduling.native import native

    t = compiled.relaxed
    if t.weight[a.V_MAKESPAN] <= 0 or len(fixed) or (t.machine[:, a.K_CALENDAR] >= 0).any():
        return None
    bound = np.ceil(price_bound(native(t), upper, rounds) - 1e-6)
    return Bound("pooled-capacity", float(bound * t.weight[a.V_MAKESPAN]))
