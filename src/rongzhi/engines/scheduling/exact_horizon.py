"""How far the exact model must look: no plan that is at least as good as the best known ends later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.exact_calendar import TooLong, lengths, windows
from rongzhi.engines.scheduling.model import FOREVER

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.arrays import Floats, Ints, Tables
    from rongzhi.engines.scheduling.compile import Compiled

LONGEST = 10**12  # CP-SAT adds up times without overflow up to here


def horizon_of(compiled: Compiled, fixed: Ints, weight: Floats, total: float) -> int:
    """Return a moment by which all work of some best plan is done.

    Raises
    ------
    TooLong
        If none can be told, or it is too far away.
    """
    t = compiled.tables
    known = _by_value(t, weight, total)
    known = min(known, _by_deadline(t))
    if known > LONGEST or known > 10**5:  # one after the other may be shorter, and costs a little to work out
        known = min(known, _one_by_one(t, fixed, known))
    latest = int(fixed[:, 3].max(initial=0))
    if known > LONGEST:
        raise TooLong
    return max(int(known), latest)


def _by_value(t: Tables, weight: Floats, total: float) -> float:
    """Return when all work ends in any plan worth no more than a total."""
    if not np.isfinite(total):
        return float("inf")
    known = total / float(weight[a.V_MAKESPAN]) + 1 if weight[a.V_MAKESPAN] > 0 else float("inf")
    ends = np.full(len(t.job), np.inf)
    if weight[a.V_FLOW] > 0:
        earlier = float(np.minimum(t.job[:, a.J_RELEASE], 0).sum())  # flow times of the others are not negative
        ends = t.job[:, a.J_RELEASE] + (total - earlier) / weight[a.V_FLOW] + 1
    has_due = (t.job[:, a.J_DUE] < FOREVER) & (t.job_weight > 0)
    if weight[a.V_TARDINESS] > 0 and has_due.any():
        slack = total / (weight[a.V_TARDINESS] * np.where(has_due, t.job_weight, 1.0)) + 1
        ends = np.where(has_due, np.minimum(ends, t.job[:, a.J_DUE] + slack), ends)
    has_work = t.job[:, a.J_OP1] > t.job[:, a.J_OP0]
    return float(min(known, ends[has_work].max(initial=0)))


def _by_deadline(t: Tables) -> float:
    has_work = t.job[:, a.J_OP1] > t.job[:, a.J_OP0]
    latest = int(t.job[has_work, a.J_DEADLINE].max(initial=0))
    return float("inf") if latest >= FOREVER else float(latest)


def _one_by_one(t: Tables, fixed: Ints, known: float) -> float:
    """Return the end if every operation waited for all others: no plan without needless waits is longer."""
    waits = int(t.edge[:, a.E_LAG].clip(0).sum() + t.edge[:, a.E_MAX_LAG].clip(0).sum())
    waits += len(t.edge) * int(t.place_time.max(initial=0)) + len(t.op) * int(t.changeover.max(initial=0))
    moment = max(int(t.op[:, a.O_EST].max(initial=0)), int(fixed[:, 3].max(initial=0)))
    former = t.op[:, a.O_FORMER_START]
    if t.weight[a.V_MOVED_STARTS] > 0:
        moment = max(moment, int(former.max(initial=0)))
    work = t.mode[:, a.M_SETUP] + t.mode[:, a.M_RUN]
    if (t.mode[:, a.M_CALENDAR] < 0).all() and (t.machine[:, a.K_CALENDAR] < 0).all():
        return float(moment + waits + np.maximum.reduceat(work, t.op[:, a.O_MODE0]).sum())
    if (t.edge[:, a.E_MAX_LAG] >= 0).any() or len(t.op) > 200:
        return float("inf")  # such groups may have to wait for calendars that go together
    moment += waits * _slowness(t)
    for o in range(len(t.op)):
        moment = max(_end_from(t, o, mode, moment) for mode in range(t.op[o, a.O_MODE0], t.op[o, a.O_MODE1]))
        if moment >= known:
            break
    return float(moment)


def _slowness(t: Tables) -> int:
    """Return by how much working time may stretch; generous, for changeovers and lags only."""
    cycle = t.calendar[:, a.C_CYCLE] > 0
    work = np.where(cycle, t.calendar[:, a.C_CYCLE_WORK], 0)
    if not cycle.all() or (work <= 0).any():
        return 1
    return int(np.ceil(t.calendar[:, a.C_CYCLE] / work).max(initial=1)) + 1


def _end_from(t: Tables, o: int, mode: int, moment: int) -> int:
    """Return the earliest end of an operation in a mode that starts at or after a moment."""
    work, calendar = int(t.mode[mode, a.M_SETUP] + t.mode[mode, a.M_RUN]), int(t.mode[mode, a.M_CALENDAR])
    if calendar < 0 or work == 0:
        return moment + work
    reach = work + 1
    may_span, loss = bool(t.op[o, a.O_SPAN]), int(t.op[o, a.O_LOSS])
    for _ in range(40):
        spans = [(max(s, moment), e) for s, e in windows(t, calendar, moment + reach) if e > moment]
        found = [low + size for size, ranges in lengths(spans, work, may_span=may_span, loss=loss).items()
                 for low, _ in ranges]  # fmt: skip
        if found:
            return min(found)
        reach *= 2
    return int(a.NEVER)
