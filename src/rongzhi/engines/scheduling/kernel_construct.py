# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""Building plans: operations placed one after the other where they fit best, in the order of a rule."""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_AFTER,
    E_BEFORE,
    E_MAX_LAG,
    J_OP0,
    J_OP1,
    J_SINGLE,
    K_BATCH,
    K_OVERTIME0,
    K_OVERTIME1,
    K_PLACE,
    K_SLOT0,
    K_UNLIMITED,
    M_CALENDAR,
    M_FACTORY,
    M_MACHINE,
    M_RUN,
    M_SETUP,
    NEVER,
    NONE,
    O_FIXED,
    O_FORMER_MACHINE,
    O_FORMER_START,
    O_JOB,
    O_LOSS,
    O_MODE0,
    O_MODE1,
    O_PRED0,
    O_PRED1,
    O_SPAN,
    O_SUCC0,
    O_SUCC1,
    O_UNIT,
    S_CHANGEOVER,
    S_END,
    S_MODE,
    S_START,
    V_CHANGEOVER,
    V_COST,
    V_MOVED_MACHINES,
    V_MOVED_STARTS,
    V_OVERTIME,
    V_TRANSPORT,
    Floats,
    Ints,
    State,
    Tables,
)
from rongzhi.engines.scheduling.kernel_batch import open_batch
from rongzhi.engines.scheduling.kernel_calendar import finish, open_from, open_until, work_before
from rongzhi.engines.scheduling.kernel_random import random_unit
from rongzhi.engines.scheduling.kernel_timeline import (
    change_before,
    earliest,
    insert,
    overtime_cost,
    position_for,
    ready,
    remove,
    transport,
)

TIED_ATTEMPTS = 12
TIED_ROUNDS = 300
OVERTIME_TRIES = 3  # later places after overtime that are looked at, for each mode
OVERTIME_REACH = 1_000_000  # time units


@entry
def place_fixed(p: Tables, s: State, fixed: Ints) -> None:
    """Put the fixed operations (rows: operation, mode, start, end) into an empty plan, in order of start."""
    for i in range(len(fixed)):
        o, mode, start, end = fixed[i]
        machine = p.mode[mode, M_MACHINE]
        position = 0
        if p.machine[machine, K_UNLIMITED] == 0:
            position = position_for(p, s, machine, start, end)
        insert(p, s, o, mode, start, end, position)


@kernel
def is_allowed(p: Tables, s: State, o: int, mode: int) -> bool:
    """Return whether the one-factory rule and the wished factory let an operation use a mode."""
    job = p.op[o, O_JOB]
    factory = p.mode[mode, M_FACTORY]
    if p.job[job, J_SINGLE] != 0 and s.job_factory[job] >= 0:
        return s.job_factory[job] == factory
    return s.wish[job] < 0 or s.wish[job] == factory


@kernel
def extra_cost(p: Tables, s: State, o: int, mode: int, start: int, end: int, position: int) -> float:
    """Return what a mode costs besides the time at which it ends."""
    cost = p.weight[V_COST] * p.mode_cost[mode]
    machine = p.mode[mode, M_MACHINE]
    if p.weight[V_TRANSPORT] > 0 and p.machine[machine, K_PLACE] >= 0:
        for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
            before = s.op[p.edge[edge, E_BEFORE], S_MODE]
            if before >= 0:
                place = p.machine[p.mode[before, M_MACHINE], K_PLACE]
                if place >= 0:
                    cost += p.weight[V_TRANSPORT] * p.place_cost[place, p.machine[machine, K_PLACE]]
    if p.op[o, O_FORMER_START] != NONE:
        cost += p.weight[V_MOVED_MACHINES] * (machine != p.op[o, O_FORMER_MACHINE])
        cost += p.weight[V_MOVED_STARTS] * abs(start - p.op[o, O_FORMER_START])
    if p.weight[V_CHANGEOVER] > 0 and p.machine[machine, K_UNLIMITED] == 0:
        cost += p.weight[V_CHANGEOVER] * change_before(p, s, o, machine, position)
    if p.weight[V_OVERTIME] > 0 and p.machine[machine, K_OVERTIME0] < p.machine[machine, K_OVERTIME1]:
        cost += p.weight[V_OVERTIME] * overtime_cost(p, machine, start, end)
    return cost


@kernel
def after_overtime(p: Tables, machine: int, start: int, end: int) -> int:
    """Return the end of the last stretch of overtime a machine would use between two moments, or -1."""
    latest = -1
    for row in range(p.machine[machine, K_OVERTIME0], p.machine[machine, K_OVERTIME1]):
        c = p.overtime[row]
        if work_before(p.calendar, p.interval, c, end) > work_before(p.calendar, p.interval, c, start):
            moment = start
            while True:
                opens = open_from(p.calendar, p.interval, c, moment)
                if opens >= end:
                    break
                moment = open_until(p.calendar, p.interval, c, opens, OVERTIME_REACH)
            latest = max(latest, moment)
    return latest


@kernel
def avoid_overtime(
    p: Tables, s: State, o: int, mode: int, end_from: int, worth: float, start: int, end: int, position: int
) -> tuple[int, int, int]:
    """Return the best of a place in the plan and of the next ones behind the overtime it would use."""
    machine = p.mode[mode, M_MACHINE]
    best = worth * end + extra_cost(p, s, o, mode, start, end, position)
    best_start, best_end, best_position = start, end, position
    for _ in range(OVERTIME_TRIES):
        later = after_overtime(p, machine, start, end)
        if later <= start:
            break
        start, end, position = earliest(p, s, o, mode, later, end_from)
        if start >= NEVER:
            break
        score = worth * end + extra_cost(p, s, o, mode, start, end, position)
        if score < best:
            best, best_start, best_end, best_position = score, start, end, position
    return best_start, best_end, best_position


@kernel
def choose(
    p: Tables, s: State, o: int, end_from: int, only: int, worth: float, blur: float
) -> tuple[int, int, int, int]:
    """Return the best mode of an operation with start, end and position, or -1.

    ``worth`` is the value of one time unit; with 0 only time counts. ``blur`` makes the choice random.
    """
    best, best_score = -1, np.inf
    best_start = best_end = best_position = 0
    for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
        if (only >= 0 and mode != only) or not is_allowed(p, s, o, mode):
            continue
        t, bound = ready(p, s, o, mode)
        start, end, position = earliest(p, s, o, mode, t, max(bound, end_from))
        if start >= NEVER:
            continue
        score = float(end)
        if worth > 0:
            if p.weight[V_OVERTIME] > 0:
                start, end, position = avoid_overtime(p, s, o, mode, max(bound, end_from), worth, start, end, position)
            score = worth * end + extra_cost(p, s, o, mode, start, end, position)
        if blur > 0:
            work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
            score += blur * random_unit(s.rng) * (worth if worth > 0 else 1.0) * work
        if score < best_score or (score == best_score and start > best_start):
            best, best_score, best_start, best_end, best_position = mode, score, start, end, position
    return best, best_start, best_end, best_position


@kernel
def put(p: Tables, s: State, o: int, mode: int, start: int, end: int, position: int) -> None:
    """Put an operation where it fits; one that opens a batch takes others along."""
    machine = p.mode[mode, M_MACHINE]
    if p.machine[machine, K_BATCH] != 0:
        left = s.slot[p.machine[machine, K_SLOT0] + position - 1] if position > 0 else -1
        if left < 0 or s.op[left, S_START] != start or s.op[left, S_END] != end:
            open_batch(p, s, o, mode, start, end, position)
            return
    insert(p, s, o, mode, start, end, position)


@kernel
def place_unit(p: Tables, s: State, unit: int, worth: float, blur: float) -> bool:
    """Place the free operations of a unit; return whether it was possible (else nothing of it is placed)."""
    first, last = p.unit_first[unit], p.unit_first[unit + 1]
    if last - first == 1:
        o = p.unit_op[first]
        if p.op[o, O_FIXED] != 0 or s.op[o, S_MODE] >= 0:
            return True
        mode, start, end, position = choose(p, s, o, NONE, s.keep[o], worth, blur)
        if mode < 0:
            return False
        put(p, s, o, mode, start, end, position)
        return True
    return place_tied(p, s, first, last, worth, blur)


@kernel
def place_tied(p: Tables, s: State, first: int, last: int, worth: float, blur: float) -> bool:
    """Place operations tied by largest waits, first each on its best machine, then on random ones."""
    chosen = np.full(last - first, -1)
    for attempt in range(TIED_ATTEMPTS):
        for i in range(last - first):
            o = p.unit_op[first + i]
            chosen[i] = s.keep[o]
            modes = p.op[o, O_MODE1] - p.op[o, O_MODE0]
            if attempt > 0 and modes > 0:
                chosen[i] = p.op[o, O_MODE0] + int(random_unit(s.rng) * modes)
        if place_tied_on(p, s, first, last, chosen, worth, blur):
            return True
    return False


@kernel
def place_tied_on(p: Tables, s: State, first: int, last: int, chosen: Ints, worth: float, blur: float) -> bool:
    """Place tied operations early, then push the ones before until all waits are kept; modes of -1 are chosen."""
    size = last - first
    end_from = np.full(size, NONE)
    for _ in range(TIED_ROUNDS):
        is_kept, is_placed = True, True
        for i in range(size):
            o = p.unit_op[first + i]
            if p.op[o, O_FIXED] == 0:
                mode, start, end, position = choose(p, s, o, end_from[i], chosen[i], worth, blur)
                if mode < 0:
                    is_placed = False
                    break
                chosen[i] = mode
                insert(p, s, o, mode, start, end, position)
            is_kept = push_back(p, s, first, i, end_from) and is_kept
        if is_kept and is_placed:
            return True
        for i in range(size):
            o = p.unit_op[first + i]
            if p.op[o, O_FIXED] == 0 and s.op[o, S_MODE] >= 0:
                remove(p, s, o)
        if not is_placed:
            return False
    return False


@kernel
def push_back(p: Tables, s: State, first: int, i: int, end_from: Ints) -> bool:
    """Raise the earliest end of members whose largest wait is broken by member ``i``; return whether none was."""
    o = p.unit_op[first + i]
    is_kept = True
    for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
        wait = p.edge[edge, E_MAX_LAG]
        if wait < 0:
            continue
        b = p.edge[edge, E_BEFORE]
        way = transport(p, p.mode[s.op[b, S_MODE], M_MACHINE], p.mode[s.op[o, S_MODE], M_MACHINE])
        needed = s.op[o, S_START] - way - wait
        if p.op[b, O_FIXED] != 0 or s.op[b, S_END] >= needed:
            continue
        for k in range(i):
            if p.unit_op[first + k] == b:
                end_from[k] = max(end_from[k], needed)
                is_kept = False
    return is_kept


@entry
def serial(p: Tables, s: State, order: Ints, worth: Floats, blur: float) -> int:
    """Place the units of a list in its order; return how many could not be placed.

    Parameters
    ----------
    order : ndarray, unit numbers in an order that keeps the precedences
    worth : ndarray (jobs,), value of one time unit for each job; 0 means that only time counts
    """
    failed = 0
    for i in range(len(order)):
        job = p.op[p.unit_op[p.unit_first[order[i]]], O_JOB]
        if not place_unit(p, s, order[i], worth[job], blur):
            failed += 1
    return failed


@kernel
def push(heap_time: Ints, heap_rank: Floats, heap_unit: Ints, size: int, t: int, rank: float, unit: int) -> int:
    """Put an entry on the heap ordered by time, then rank; return the new size."""
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if heap_time[up] < t or (heap_time[up] == t and heap_rank[up] <= rank):
            break
        heap_time[i], heap_rank[i], heap_unit[i] = heap_time[up], heap_rank[up], heap_unit[up]
        i = up
    heap_time[i], heap_rank[i], heap_unit[i] = t, rank, unit
    return size + 1


@kernel
def pop(heap_time: Ints, heap_rank: Floats, heap_unit: Ints, size: int) -> int:
    """Take the first entry off the heap (its values stay readable at position ``size - 1``); return the new size."""
    size -= 1
    t, rank, unit = heap_time[0], heap_rank[0], heap_unit[0]
    last_t, last_rank, last_unit = heap_time[size], heap_rank[size], heap_unit[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and (
            heap_time[child + 1] < heap_time[child]
            or (heap_time[child + 1] == heap_time[child] and heap_rank[child + 1] < heap_rank[child])
        ):
            child += 1
        if last_t < heap_time[child] or (last_t == heap_time[child] and last_rank <= heap_rank[child]):
            break
        heap_time[i], heap_rank[i], heap_unit[i] = heap_time[child], heap_rank[child], heap_unit[child]
        i = child
    heap_time[i], heap_rank[i], heap_unit[i] = last_t, last_rank, last_unit
    heap_time[size], heap_rank[size], heap_unit[size] = t, rank, unit
    return size


@kernel
def waiting_for(p: Tables, wait: Ints) -> None:
    """Count for every unit the precedences from other units."""
    wait[:] = 0
    for edge in range(len(p.edge)):
        b, f = p.op[p.edge[edge, E_BEFORE], O_UNIT], p.op[p.edge[edge, E_AFTER], O_UNIT]
        if b != f:
            wait[f] += 1


@entry
def dispatch(p: Tables, s: State, rank: Floats, worth: Floats, blur: float) -> int:
    """Build a plan in order of time: of the units that can start earliest, the one of least rank goes first.

    Parameters
    ----------
    rank : ndarray (units,)
    worth : ndarray (jobs,), value of one time unit for each job; 0 means that only time counts

    Returns
    -------
    int
        How many units could not be placed.
    """
    units = len(p.unit_first) - 1
    wait = np.zeros(units, dtype=np.int64)
    waiting_for(p, wait)
    heap_time = np.zeros(units + 1, dtype=np.int64)
    heap_rank = np.zeros(units + 1)
    heap_unit = np.zeros(units + 1, dtype=np.int64)
    size, failed = 0, 0
    for unit in range(units):
        if wait[unit] == 0:
            size = push(heap_time, heap_rank, heap_unit, size, NONE, rank[unit], unit)
    while size > 0:
        size = pop(heap_time, heap_rank, heap_unit, size)
        t, unit = heap_time[size], heap_unit[size]
        first, last = p.unit_first[unit], p.unit_first[unit + 1]
        o = p.unit_op[first]
        job = p.op[o, O_JOB]
        if p.op[o, O_FIXED] == 0 and s.op[o, S_MODE] < 0:
            mode, start, end, position = choose(p, s, o, NONE, s.keep[o], worth[job], blur)
            if mode >= 0 and start > t:
                size = push(heap_time, heap_rank, heap_unit, size, start, rank[unit], unit)
                continue
            if mode < 0:
                failed += 1
            elif last - first == 1:
                put(p, s, o, mode, start, end, position)
            elif not place_unit(p, s, unit, worth[job], blur):
                failed += 1
        elif not place_unit(p, s, unit, worth[job], blur):
            failed += 1
        size = release_after(p, wait, unit, rank, heap_time, heap_rank, heap_unit, size)
    return failed


@kernel
def release_after(
    p: Tables, wait: Ints, unit: int, rank: Floats, heap_time: Ints, heap_rank: Floats, heap_unit: Ints, size: int
) -> int:
    """Push the units for which ``unit`` was the last to wait for."""
    for i in range(p.unit_first[unit], p.unit_first[unit + 1]):
        o = p.unit_op[i]
        for k in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
            after = p.op[p.edge[p.succ[k], E_AFTER], O_UNIT]
            if after != unit:
                wait[after] -= 1
                if wait[after] == 0:
                    size = push(heap_time, heap_rank, heap_unit, size, NONE, rank[after], after)
    return size


@entry
def order_by_rank(p: Tables, rank: Floats) -> Ints:
    """Return all units in an order that keeps the precedences and otherwise follows rank."""
    units = len(p.unit_first) - 1
    wait = np.zeros(units, dtype=np.int64)
    waiting_for(p, wait)
    heap_time = np.zeros(units + 1, dtype=np.int64)
    heap_rank = np.zeros(units + 1)
    heap_unit = np.zeros(units + 1, dtype=np.int64)
    order = np.zeros(units, dtype=np.int64)
    size = done = 0
    for unit in range(units):
        if wait[unit] == 0:
            size = push(heap_time, heap_rank, heap_unit, size, 0, rank[unit], unit)
    while size > 0:
        size = pop(heap_time, heap_rank, heap_unit, size)
        unit = heap_unit[size]
        order[done] = unit
        done += 1
        for i in range(p.unit_first[unit], p.unit_first[unit + 1]):
            o = p.unit_op[i]
            for k in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
                after = p.op[p.edge[p.succ[k], E_AFTER], O_UNIT]
                if after != unit:
                    wait[after] -= 1
                    if wait[after] == 0:
                        size = push(heap_time, heap_rank, heap_unit, size, 0, rank[after], after)
    return order[:done]


@entry
def tails(p: Tables) -> Floats:
    """Return for every operation the mean work on the longest path from its start to the end of its job's work."""
    n = len(p.op)
    rank = np.arange(len(p.unit_first) - 1).astype(np.float64)
    order = order_by_rank(p, rank)
    tail = np.zeros(n)
    for i in range(len(order) - 1, -1, -1):
        for k in range(p.unit_first[order[i] + 1] - 1, p.unit_first[order[i]] - 1, -1):
            o = p.unit_op[k]
            after = 0.0
            for x in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
                after = max(after, tail[p.edge[p.succ[x], E_AFTER]])
            work, modes = 0.0, 0
            for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
                work += p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
                modes += 1
            tail[o] = after + work / max(1, modes)
    return tail


@entry
def job_work(p: Tables) -> Floats:
    """Return the mean work of every job."""
    work = np.zeros(len(p.job))
    for j in range(len(p.job)):
        for o in range(p.job[j, J_OP0], p.job[j, J_OP1]):
            modes = max(1, p.op[o, O_MODE1] - p.op[o, O_MODE0])
            for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
                work[j] += (p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]) / modes
    return work


@entry
def setup_ends(p: Tables, rows: Ints) -> Ints:
    """Return the end of the set-up of every operation of a plan."""
    found = np.zeros(len(rows), dtype=np.int64)
    for o in range(len(rows)):
        mode, start = rows[o, S_MODE], rows[o, S_START]
        done = finish(
            p.calendar,
            p.interval,
            p.mode[mode, M_CALENDAR],
            start,
            p.mode[mode, M_SETUP],
            p.op[o, O_SPAN],
            p.op[o, O_LOSS],
        )
        found[o] = min(done, rows[o, S_END])
    return found


@entry
def clear(s: State) -> None:
    """Empty a plan in the making."""
    s.op[:, S_MODE] = -1
    s.op[:, S_CHANGEOVER] = 0
    s.op[:, S_START] = 0
    s.op[:, S_END] = 0
    s.filled[:] = 0
    s.use_count[:] = 0
    s.job_factory[:] = -1
    s.job_placed[:] = 0
    s.value[:] = 0


@entry
def rebuild(p: Tables, s: State, rows: Ints, order: Ints) -> None:
    """Fill an empty plan in the making from state rows (mode -1 is left out); ``order`` sorts them by start, end."""
    for i in range(len(order)):
        o = order[i]
        mode = rows[o, S_MODE]
        if mode < 0:
            continue
        machine = p.mode[mode, M_MACHINE]
        position = s.filled[machine] if p.machine[machine, K_UNLIMITED] == 0 else 0
        insert(p, s, o, mode, rows[o, S_START], rows[o, S_END], position)
