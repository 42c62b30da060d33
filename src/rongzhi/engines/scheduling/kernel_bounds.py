# mypy: disable-error-code="no-any-return"

"""Relaxations that give lower bounds: every operation alone on the machines, or all work on all machines."""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_BEFORE,
    E_LAG,
    E_LINK,
    FINISH_FINISH,
    FINISH_START,
    K_CALENDAR,
    K_UNLIMITED,
    M_CALENDAR,
    M_MACHINE,
    M_RUN,
    M_SETUP,
    NONE,
    O_EST,
    O_FIXED,
    O_LOSS,
    O_MODE0,
    O_MODE1,
    O_PRED0,
    O_PRED1,
    O_SPAN,
    START_START,
    Ints,
    Tables,
)
from rongzhi.engines.scheduling.kernel_calendar import fit_ending, work_before
from rongzhi.engines.scheduling.kernel_construct import order_by_rank


@entry
def earliest_ends(p: Tables, fixed: Ints) -> Ints:
    """Return the earliest end of every operation if it were alone: precedences, lags and calendars only."""
    n = len(p.op)
    start = np.zeros(n, dtype=np.int64)
    end = np.zeros(n, dtype=np.int64)
    for i in range(len(fixed)):
        start[fixed[i, 0]], end[fixed[i, 0]] = fixed[i, 2], fixed[i, 3]
    order = order_by_rank(p, np.zeros(len(p.unit_first) - 1))
    for u in range(len(order)):
        for k in range(p.unit_first[order[u]], p.unit_first[order[u] + 1]):
            o = p.unit_op[k]
            if p.op[o, O_FIXED] == 0:
                relax(p, o, start, end)
    return end


@kernel
def relax(p: Tables, o: int, start: Ints, end: Ints) -> None:
    """Set the earliest start and end of one operation from its predecessors."""
    t, end_from = p.op[o, O_EST], NONE
    for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
        b, lag, link = p.edge[edge, E_BEFORE], p.edge[edge, E_LAG], p.edge[edge, E_LINK]
        if link == FINISH_START:
            t = max(t, end[b] + lag)
        elif link == FINISH_FINISH:
            end_from = max(end_from, end[b] + lag)
        elif link == START_START:
            t = max(t, start[b] + lag)
        else:
            t = max(t, start[b] + lag)
            end_from = max(end_from, end[b] + lag)
    first = True
    for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
        work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
        s, e = fit_ending(
            p.calendar, p.interval, p.mode[mode, M_CALENDAR], t, work, p.op[o, O_SPAN], p.op[o, O_LOSS], end_from
        )
        if first or s < start[o]:
            start[o] = s
        if first or e < end[o]:
            end[o] = e
        first = False


@entry
def load_end(p: Tables) -> int:
    """Return the earliest moment by which all machines together can have worked off the least total of work."""
    work = 0
    for o in range(len(p.op)):
        if p.op[o, O_FIXED] != 0:
            continue
        least = -1
        for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
            if p.machine[p.mode[mode, M_MACHINE], K_UNLIMITED] != 0:
                least = 0
                break
            amount = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
            if least < 0 or amount < least:
                least = amount
        work += max(0, least)
    low, high = 0, 1
    while capacity(p, high, work) < work and high < 10**15:
        high *= 2
    if work == 0:
        return 0
    while high - low > 1:
        middle = (low + high) >> 1
        if capacity(p, middle, work) >= work:
            high = middle
        else:
            low = middle
    return high


@kernel
def capacity(p: Tables, t: int, enough: int) -> int:
    """Return the working time of all machines before ``t`` (may stop at ``enough``)."""
    total = 0
    for machine in range(len(p.machine)):
        if p.machine[machine, K_UNLIMITED] != 0:
            continue
        calendar = p.machine[machine, K_CALENDAR]
        total += t if calendar < 0 else work_before(p.calendar, p.interval, calendar, t)
        if total >= enough:
            break
    return total
