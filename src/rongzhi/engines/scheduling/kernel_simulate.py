# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""A quick simulation of a shop under a priority rule; gives an order and a choice of machines, not yet a plan.

Whenever a machine is free it takes the waiting operation of least rank. Changeovers, resources, largest waits and fixed
work are left to the placing of operations that follows, so the times here are only a guide.
"""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_AFTER,
    E_BEFORE,
    E_LAG,
    E_LINK,
    FINISH_START,
    J_OP0,
    J_OP1,
    J_SINGLE,
    K_SLOT0,
    K_UNLIMITED,
    M_CALENDAR,
    M_FACTORY,
    M_MACHINE,
    M_RUN,
    M_SETUP,
    NEVER,
    O_EST,
    O_FIXED,
    O_JOB,
    O_LOSS,
    O_MODE0,
    O_MODE1,
    O_PRED0,
    O_PRED1,
    O_SPAN,
    O_SUCC0,
    O_SUCC1,
    OVERLAP,
    START_START,
    Floats,
    Ints,
    Tables,
)
from rongzhi.engines.scheduling.kernel_calendar import fit
from rongzhi.engines.scheduling.kernel_construct import pop, push
from rongzhi.engines.scheduling.kernel_timeline import transport


@kernel
def queue_push(queue: Ints, rank: Floats, base: int, size: int, mode: int, op_of: Ints) -> None:
    """Add a mode to a machine's queue (a heap by the rank of the operation)."""
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if rank[op_of[queue[base + up]]] <= rank[op_of[mode]]:
            break
        queue[base + i] = queue[base + up]
        i = up
    queue[base + i] = mode


@kernel
def queue_pop(queue: Ints, rank: Floats, base: int, size: int, op_of: Ints) -> int:
    """Take the mode of least rank from a queue."""
    top, last = queue[base], queue[base + size - 1]
    size -= 1
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and rank[op_of[queue[base + child + 1]]] < rank[op_of[queue[base + child]]]:
            child += 1
        if rank[op_of[last]] <= rank[op_of[queue[base + child]]]:
            break
        queue[base + i] = queue[base + child]
        i = child
    queue[base + i] = last
    return top


@kernel
def arrival(p: Tables, o: int, machine: int, start: Ints, end: Ints, mode_of: Ints) -> int:
    """Return when the work for an operation has arrived at a machine."""
    t = p.op[o, O_EST]
    for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
        b = p.edge[edge, E_BEFORE]
        if mode_of[b] < 0:
            continue
        way = p.edge[edge, E_LAG]
        if machine >= 0:
            way += transport(p, p.mode[mode_of[b], M_MACHINE], machine)
        link = p.edge[edge, E_LINK]
        if link == FINISH_START:
            t = max(t, end[b] + way)
        elif link == START_START:
            t = max(t, start[b] + way)
        elif link == OVERLAP:
            first = p.mode[mode_of[b], M_SETUP] + p.mode[mode_of[b], M_RUN] * p.edge_share[edge]
            t = max(t, start[b] + way + int(first))
    return t


@entry
def simulate(p: Tables, rank: Floats, wish: Ints, only: Ints, fixed: Ints, start: Ints, mode_of: Ints) -> None:
    """Fill in a start and a mode for every operation.

    Parameters
    ----------
    rank : ndarray (n,), least first
    wish : ndarray (jobs,), factory of the job, -1 any
    only : ndarray (n,), mode of the operation, -1 any
    fixed : ndarray (k, 4), fixed operations: operation, mode, start, end
    start, mode_of : ndarray (n,), filled in
    """
    n, machines = len(p.op), len(p.machine)
    end = np.zeros(n, dtype=np.int64)
    op_of = np.zeros(len(p.mode), dtype=np.int64)
    wait = np.zeros(n, dtype=np.int64)
    factory = wish.copy()
    free = np.zeros(machines, dtype=np.int64)
    queue = np.zeros(len(p.mode) + 1, dtype=np.int64)
    size_of = np.zeros(machines, dtype=np.int64)
    heap_time = np.zeros(2 * n + machines + 2, dtype=np.int64)
    heap_rank = np.zeros(2 * n + machines + 2)
    heap_unit = np.zeros(2 * n + machines + 2, dtype=np.int64)
    begin(p, fixed, start, end, mode_of, op_of, wait, factory, free)
    size = 0
    for o in range(n):
        if p.op[o, O_FIXED] != 0:
            size = release(p, o, wait, start, end, mode_of, rank, heap_time, heap_rank, heap_unit, size)
        elif p.op[o, O_PRED1] == p.op[o, O_PRED0]:
            size = push(heap_time, heap_rank, heap_unit, size, p.op[o, O_EST], rank[o], o)
    while size > 0:
        size = pop(heap_time, heap_rank, heap_unit, size)
        t, what = heap_time[size], heap_unit[size]
        if what < n:
            best = free_mode(p, what, t, factory[p.op[what, O_JOB]], only, free, start, end, mode_of)
            if best < 0:
                for mode in range(p.op[what, O_MODE0], p.op[what, O_MODE1]):
                    machine = p.mode[mode, M_MACHINE]
                    queue_push(queue, rank, p.machine[machine, K_SLOT0], size_of[machine], mode, op_of)
                    size_of[machine] += 1
        elif free[what - n] > t:
            best = -1
        else:
            best = waiting_mode(p, what - n, queue, size_of, rank, op_of, mode_of, factory, only)
        if best < 0:
            continue
        o, machine = op_of[best], p.mode[best, M_MACHINE]
        at = max(t, arrival(p, o, machine, start, end, mode_of))
        start[o], mode_of[o] = at, best
        end[o] = ending(p, o, best, at)
        if p.job[p.op[o, O_JOB], J_SINGLE] != 0:
            factory[p.op[o, O_JOB]] = p.mode[best, M_FACTORY]
        if p.machine[machine, K_UNLIMITED] == 0:
            free[machine] = end[o]
            size = push(heap_time, heap_rank, heap_unit, size, end[o], np.inf, n + machine)
        size = release(p, o, wait, start, end, mode_of, rank, heap_time, heap_rank, heap_unit, size)


@kernel
def begin(
    p: Tables, fixed: Ints, start: Ints, end: Ints, mode_of: Ints, op_of: Ints, wait: Ints, factory: Ints, free: Ints
) -> None:
    """Fill in what is known at the start: predecessors to wait for, fixed operations, machines at work."""
    mode_of[:] = -1
    for o in range(len(p.op)):
        wait[o] = p.op[o, O_PRED1] - p.op[o, O_PRED0]
        for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
            op_of[mode] = o
    for i in range(len(fixed)):
        o = fixed[i, 0]
        mode_of[o], start[o], end[o] = fixed[i, 1], fixed[i, 2], fixed[i, 3]
        if p.job[p.op[o, O_JOB], J_SINGLE] != 0:
            factory[p.op[o, O_JOB]] = p.mode[fixed[i, 1], M_FACTORY]
        if fixed[i, 2] <= 0:
            machine = p.mode[fixed[i, 1], M_MACHINE]
            free[machine] = max(free[machine], fixed[i, 3])


@kernel
def free_mode(
    p: Tables, o: int, t: int, factory: int, only: Ints, free: Ints, start: Ints, end: Ints, mode_of: Ints
) -> int:
    """Return the mode on a free machine that ends an operation first, or -1."""
    best, best_end = -1, NEVER
    for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
        is_elsewhere = factory >= 0 and p.mode[mode, M_FACTORY] != factory
        if is_elsewhere or (only[o] >= 0 and mode != only[o]):
            continue
        machine = p.mode[mode, M_MACHINE]
        if free[machine] <= t or p.machine[machine, K_UNLIMITED] != 0:
            done = ending(p, o, mode, max(t, arrival(p, o, machine, start, end, mode_of)))
            if done < best_end:
                best, best_end = mode, done
    return best


@kernel
def waiting_mode(
    p: Tables,
    machine: int,
    queue: Ints,
    size_of: Ints,
    rank: Floats,
    op_of: Ints,
    mode_of: Ints,
    factory: Ints,
    only: Ints,
) -> int:
    """Take the first operation still waiting out of a machine's queue; return its mode, or -1."""
    while size_of[machine] > 0:
        mode = queue_pop(queue, rank, p.machine[machine, K_SLOT0], size_of[machine], op_of)
        size_of[machine] -= 1
        o = op_of[mode]
        job = p.op[o, O_JOB]
        is_here = factory[job] < 0 or p.mode[mode, M_FACTORY] == factory[job]
        if mode_of[o] < 0 and is_here and (only[o] < 0 or only[o] == mode):
            return mode
    return -1


@kernel
def ending(p: Tables, o: int, mode: int, t: int) -> int:
    """Return when an operation started at or after ``t`` would end."""
    work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
    calendar = p.mode[mode, M_CALENDAR]
    if calendar < 0:
        return t + work
    _, end = fit(p.calendar, p.interval, calendar, t, work, p.op[o, O_SPAN], p.op[o, O_LOSS])
    return end


@kernel
def release(
    p: Tables,
    o: int,
    wait: Ints,
    start: Ints,
    end: Ints,
    mode_of: Ints,
    rank: Floats,
    heap_time: Ints,
    heap_rank: Floats,
    heap_unit: Ints,
    size: int,
) -> int:
    """Announce the operations for which ``o`` was the last to wait for; return the size of the heap."""
    for i in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
        after = p.edge[p.succ[i], E_AFTER]
        wait[after] -= 1
        if wait[after] == 0 and p.op[after, O_FIXED] == 0:
            t = arrival(p, after, -1, start, end, mode_of)
            size = push(heap_time, heap_rank, heap_unit, size, t, rank[after], after)
    return size


@entry
def spread_jobs(p: Tables, sweeps: int, power: float, chosen: Ints) -> Ints:
    """Choose a factory for every one-factory job, and a machine for each of its operations, so that loads are even.

    Jobs move one after the other to the factory where the sum of machine loads to a power grows least, each operation
    on the machine where it adds least; that comes close to the least largest load.

    Parameters
    ----------
    chosen : ndarray (n,), filled with the mode of each operation, -1 for jobs that may use several factories

    Returns
    -------
    ndarray (jobs,), -1 for jobs that may use several factories
    """
    jobs = len(p.job)
    load = np.zeros(len(p.machine))
    wish = np.full(jobs, -1)
    chosen[:] = -1
    for sweep in range(sweeps):
        mean = max(1e-9, load.sum() / max(1, len(load)))
        exponent = 1.0 if sweep == 0 else min(power, 2.0 + sweep) - 1.0
        for j in range(jobs):
            first, end = p.job[j, J_OP0], p.job[j, J_OP1]
            if p.job[j, J_SINGLE] == 0 or first == end:
                continue
            for o in range(first, end):
                if chosen[o] >= 0:
                    load[p.mode[chosen[o], M_MACHINE]] -= p.mode[chosen[o], M_SETUP] + p.mode[chosen[o], M_RUN]
            best, least, last = -1, np.inf, -1
            for place in range(p.op[first, O_MODE0], p.op[first, O_MODE1]):
                f = p.mode[place, M_FACTORY]
                if f == last:
                    continue
                last, price = f, 0.0
                for o in range(first, end):
                    price += lightest(p, o, f, load, mean, exponent)[1]
                if price < least:
                    best, least = f, price
            wish[j] = best
            for o in range(first, end):
                chosen[o] = lightest(p, o, best, load, mean, exponent)[0]
                if chosen[o] >= 0:
                    load[p.mode[chosen[o], M_MACHINE]] += p.mode[chosen[o], M_SETUP] + p.mode[chosen[o], M_RUN]
    return wish


@kernel
def lightest(p: Tables, o: int, factory: int, load: Floats, mean: float, exponent: float) -> tuple[int, float]:
    """Return the mode of an operation in a factory that adds least to the loads' power sum, and what it adds."""
    best, least = -1, np.inf
    for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
        if p.mode[mode, M_FACTORY] == factory:
            work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
            price = work * ((load[p.mode[mode, M_MACHINE]] + 0.5 * work) / mean) ** exponent
            if price < least:
                best, least = mode, price
    return best, least
