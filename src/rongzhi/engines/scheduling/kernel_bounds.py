# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers

"""Relaxations that give lower bounds: every operation alone on the machines, or all work on all machines."""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_AFTER,
    E_BEFORE,
    E_LAG,
    E_LINK,
    FINISH_FINISH,
    FINISH_START,
    J_OP0,
    J_OP1,
    J_SINGLE,
    K_CALENDAR,
    K_UNLIMITED,
    M_CALENDAR,
    M_FACTORY,
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
    O_SUCC0,
    O_SUCC1,
    START_START,
    Floats,
    Ints,
    Tables,
)
from rongzhi.engines.scheduling.kernel_calendar import fit_ending, work_before
from rongzhi.engines.scheduling.kernel_construct import order_by_rank, pop, push


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


@entry
def price_bound(p: Tables, upper: float, rounds: int) -> float:
    """Return a lower bound on the makespan from prices on machine time (the dual of the pooled-capacity relaxation).

    For any prices that sum to one, the cheapest way to do all work, each one-factory job in one factory, cannot cost
    more than the makespan. Prices are moved by subgradient steps towards the given upper bound. Only for machines
    without calendars.

    Parameters
    ----------
    upper : float
        A known makespan.
    rounds : int
    """
    machines = len(p.machine)
    price = np.zeros(machines)
    limited = 0
    for machine in range(machines):
        if p.machine[machine, K_UNLIMITED] == 0:
            price[machine] = 1.0
            limited += 1
    if limited == 0:
        return 0.0
    price /= limited
    load, smooth, best_price = np.zeros(machines), np.zeros(machines), price.copy()
    best, stale, step = 0.0, 0, 1.0
    for _ in range(rounds):
        load[:] = 0.0
        bound = 0.0
        for j in range(len(p.job)):
            bound += cheapest(p, j, price, load)
        if bound > best:
            stale = 0 if bound > best * (1 + 1e-5) else stale + 1
            best = bound
            best_price[:] = price
        else:
            stale += 1
        if stale >= 6:  # too bold: back to the best prices with smaller steps
            step, stale = step * 0.6, 0
            price[:] = best_price
            smooth[:] = 0.0
            continue
        move_prices(p, price, load, smooth, limited, step * max(upper - bound, 1e-9))
    return best


@kernel
def move_prices(p: Tables, price: Floats, load: Floats, smooth: Floats, limited: int, push: float) -> None:
    """Raise the prices of machines with more than the mean load, lower the others; their sum stays one."""
    mean, norm, total = 0.0, 1e-12, 0.0
    for m in range(len(price)):
        if p.machine[m, K_UNLIMITED] == 0:  # smoothed, or the choices of all jobs swing to and fro
            smooth[m] = load[m] if smooth[m] == 0.0 else 0.7 * smooth[m] + 0.3 * load[m]
            mean += smooth[m] / limited
    for m in range(len(price)):
        if p.machine[m, K_UNLIMITED] == 0:
            norm += (smooth[m] - mean) ** 2
    for m in range(len(price)):
        if p.machine[m, K_UNLIMITED] == 0:
            price[m] = max(0.0, price[m] + push / norm * (smooth[m] - mean))
            total += price[m]
    price /= total


@kernel
def cheapest(p: Tables, j: int, price: Floats, load: Floats) -> float:
    """Return the least price of a job's work and add the work to the machines it would use."""
    chosen, total, least, last = -1, 0.0, np.inf, -1
    first = p.job[j, J_OP0]
    if p.job[j, J_SINGLE] != 0 and first < p.job[j, J_OP1]:
        for place in range(p.op[first, O_MODE0], p.op[first, O_MODE1]):
            f = p.mode[place, M_FACTORY]
            if f == last:
                continue
            last, price_here = f, 0.0
            for o in range(first, p.job[j, J_OP1]):
                mode = cheapest_mode(p, o, f, price)
                price_here += np.inf if mode < 0 else price_of(p, mode, price)
            if price_here < least:
                chosen, least = f, price_here
    for o in range(p.job[j, J_OP0], p.job[j, J_OP1]):
        mode = cheapest_mode(p, o, chosen, price)
        if mode >= 0:
            total += price_of(p, mode, price)
            load[p.mode[mode, M_MACHINE]] += p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
    return total


@kernel
def price_of(p: Tables, mode: int, price: Floats) -> float:
    """Return the price of the machine time of a mode."""
    return (p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]) * price[p.mode[mode, M_MACHINE]]


@kernel
def cheapest_mode(p: Tables, o: int, factory: int, price: Floats) -> int:
    """Return the cheapest mode of an operation in a factory (any for -1), or -1."""
    best = -1
    for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
        is_here = factory < 0 or p.mode[mode, M_FACTORY] == factory
        if is_here and (best < 0 or price_of(p, mode, price) < price_of(p, best, price)):
            best = mode
    return best


@entry
def least_tails(p: Tables) -> Ints:
    """Return for every operation the least time from its end to the end of all that must follow it."""
    tail = np.zeros(len(p.op), dtype=np.int64)
    order = order_by_rank(p, np.zeros(len(p.unit_first) - 1))
    for u in range(len(order) - 1, -1, -1):
        for k in range(p.unit_first[order[u] + 1] - 1, p.unit_first[order[u]] - 1, -1):
            o = p.unit_op[k]
            for i in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
                edge = p.succ[i]
                if p.edge[edge, E_LINK] == FINISH_START:
                    after = p.edge[edge, E_AFTER]
                    tail[o] = max(tail[o], p.edge[edge, E_LAG] + least_work(p, after) + tail[after])
    return tail


@kernel
def least_work(p: Tables, o: int) -> int:
    """Return the least working time of an operation."""
    least = -1
    for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
        work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
        least = work if least < 0 else min(least, work)
    return max(0, least)


@kernel
def only_machine(p: Tables, o: int) -> int:
    """Return the one machine an operation can go to, or -1."""
    machine = -1
    for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
        here = p.mode[mode, M_MACHINE]
        if (machine >= 0 and here != machine) or p.machine[here, K_UNLIMITED] != 0:
            return -1
        machine = here
    return machine


@entry
def busiest_end(p: Tables, end: Ints) -> int:
    """Return the latest end of the work that can go to one machine only, if it could be interrupted (Jackson).

    Only for machines without calendars.

    Parameters
    ----------
    end : ndarray (n,), earliest end of every operation
    """
    n, machines = len(p.op), len(p.machine)
    tail, first = least_tails(p), np.zeros(machines + 1, dtype=np.int64)
    machine, head = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for o in range(n):
        machine[o] = only_machine(p, o) if p.op[o, O_FIXED] == 0 else -1
        head[o] = end[o] - least_work(p, o)
        if machine[o] >= 0:
            first[machine[o] + 1] += 1
    for m in range(machines):
        first[m + 1] += first[m]
    member, filled = np.zeros(n, dtype=np.int64), first.copy()
    order = np.argsort(head)
    for i in range(n):
        o = order[i]
        if machine[o] >= 0:
            member[filled[machine[o]]] = o
            filled[machine[o]] += 1
    latest = 0
    for m in range(machines):
        latest = max(latest, jackson(p, member[first[m] : first[m + 1]], head, tail))
    return latest


@kernel
def jackson(p: Tables, member: Ints, head: Ints, tail: Ints) -> int:
    """Return the least makespan of one machine's operations, sorted by head, when they may be interrupted."""
    count = len(member)
    left, none = np.zeros(count, dtype=np.int64), np.zeros(count + 1)
    key, heap = np.zeros(count + 1, dtype=np.int64), np.zeros(count + 1, dtype=np.int64)
    t = size = i = latest = 0
    while i < count or size > 0:
        if size == 0:
            t = max(t, head[member[i]])
        while i < count and head[member[i]] <= t:
            left[i] = least_work(p, member[i])
            size = push(key, none, heap, size, -tail[member[i]], 0.0, i)
            i += 1
        k = heap[0]
        step = left[k] if i == count else min(left[k], head[member[i]] - t)
        t += step
        left[k] -= step
        if left[k] == 0:
            size = pop(key, none, heap, size)
            latest = max(latest, t + tail[member[k]])
    return latest
