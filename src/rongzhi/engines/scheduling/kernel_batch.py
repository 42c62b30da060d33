# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0911, PLR0917, SIM110 - compiled code passes tables and avoids helpers
"""Batch machines: which operations go together, and when a new batch opens.

A batch is a run of operations on the machine with the same start and end. Nothing placed is ever lengthened; a batch is
long enough for its longest member from the moment it opens, because it opens with all that are to go with it.
"""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import kernel
from rongzhi.engines.scheduling.arrays import (
    E_BEFORE,
    J_DEADLINE,
    J_DUE,
    J_SINGLE,
    K_BATCH,
    K_BATCHED0,
    K_BATCHED1,
    K_CALENDAR,
    K_CHANGEOVER,
    K_PURE,
    K_SLOT0,
    M_FACTORY,
    M_MACHINE,
    M_NEED0,
    M_NEED1,
    NEVER,
    NONE,
    O_FAMILY,
    O_FIXED,
    O_FORMER_START,
    O_JOB,
    O_PRED0,
    O_PRED1,
    O_SIZE,
    O_UNIT,
    S_END,
    S_MODE,
    S_START,
    V_MOVED_STARTS,
    Ints,
    State,
    Tables,
)
from rongzhi.engines.scheduling.kernel_calendar import after_work
from rongzhi.engines.scheduling.kernel_random import random_unit
from rongzhi.engines.scheduling.kernel_timeline import (
    changeover,
    find_on,
    fit_free,
    insert,
    is_same_batch,
    own_end,
    ready,
    remove,
    resources_free_from,
)

MOST_MEMBERS = 512
WAIT_SHARE = 0.5  # chance that a new batch waits for members that are not ready yet


@kernel
def may_go(p: Tables, s: State, o: int, mode: int, c: int, other: int) -> bool:
    """Return whether an operation not yet placed may open a batch in a mode together with ``o``."""
    if s.op[c, S_MODE] >= 0 or c == o or p.op[c, O_FIXED] != 0:
        return False
    if s.keep[c] >= 0 and s.keep[c] != other:
        return False
    machine = p.mode[mode, M_MACHINE]
    if p.machine[machine, K_PURE] != 0 and p.op[c, O_FAMILY] != p.op[o, O_FAMILY]:
        return False
    unit = p.op[c, O_UNIT]
    if p.unit_first[unit + 1] - p.unit_first[unit] > 1:
        return False
    job, factory = p.op[c, O_JOB], p.mode[other, M_FACTORY]
    if p.job[job, J_SINGLE] != 0 and s.job_factory[job] >= 0:
        if s.job_factory[job] != factory:
            return False
    elif s.wish[job] >= 0 and s.wish[job] != factory:
        return False
    for edge in range(p.op[c, O_PRED0], p.op[c, O_PRED1]):
        if s.op[p.edge[edge, E_BEFORE], S_MODE] < 0:
            return False
    return True


@kernel
def gather(p: Tables, s: State, o: int, mode: int, start: int, latest: int, found: Ints) -> int:
    """List operations (rows: operation, mode, ready, rank) that may open a batch with ``o``, most urgent first.

    Those ready by ``start`` come first, by date; then those ready by ``latest``, by the time they are ready.
    """
    machine = p.mode[mode, M_MACHINE]
    count = 0
    for row in range(p.machine[machine, K_BATCHED0], p.machine[machine, K_BATCHED1]):
        c, other = p.batched[row, 0], p.batched[row, 1]
        if not may_go(p, s, o, mode, c, other):
            continue
        t, bound = ready(p, s, c, other)
        if t > latest or bound > NONE:
            continue
        job = p.op[c, O_JOB]
        rank = min(p.job[job, J_DUE], p.job[job, J_DEADLINE]) if t <= start else NEVER + t
        if count == MOST_MEMBERS:
            if rank >= found[count - 1, 3]:
                continue
            count -= 1
        k = count
        while k > 0 and found[k - 1, 3] > rank:
            found[k] = found[k - 1]
            k -= 1
        found[k, 0], found[k, 1], found[k, 2], found[k, 3] = c, other, t, rank
        count += 1
    return count


@kernel
def opening(p: Tables, s: State, o: int, mode: int, start: int, found: Ints, count: int) -> tuple[int, int]:
    """Keep of the gathered operations those that fill the batch; return how many, and when it can open."""
    room = p.machine[p.mode[mode, M_MACHINE], K_BATCH] - p.op[o, O_SIZE]
    kept, opens, skipped = 0, start, 0.0
    if s.keep[o] < 0:
        skipped = max(0.0, 1.6 * random_unit(s.rng) - 0.8)  # half of the batches leave out some by chance
    for i in range(count):
        c = found[i, 0]
        if p.op[c, O_SIZE] > room or (skipped > 0.0 and random_unit(s.rng) < skipped):
            continue
        is_twice = False
        for k in range(kept):
            is_twice = is_twice or found[k, 0] == c
        if is_twice:  # in another of its modes
            continue
        room -= p.op[c, O_SIZE]
        opens = max(opens, found[i, 2])
        found[kept] = found[i]
        kept += 1
    return kept, opens


@kernel
def patience(p: Tables, s: State, o: int, start: int, end: int) -> int:
    """Return how long a new batch waits for members: nothing when a plan is followed, else a random time."""
    if s.keep[o] >= 0:
        return 0
    if p.weight[V_MOVED_STARTS] > 0 and p.op[o, O_FORMER_START] != NONE:
        return max(0, p.op[o, O_FORMER_START] - start)
    draw = random_unit(s.rng)
    if draw >= WAIT_SHARE:
        return 0
    return int((end - start) * 3.0 * draw)


@kernel
def open_batch(p: Tables, s: State, o: int, mode: int, start: int, end: int, position: int) -> None:
    """Place an operation that opens a batch, and with it others that may go along."""
    found = np.zeros((MOST_MEMBERS, 4), dtype=np.int64)
    wait = patience(p, s, o, start, end)
    for attempt in range(3):
        if attempt == 1 and wait == 0:
            continue
        latest = start + wait if attempt == 0 else start
        count = gather(p, s, o, mode, start, latest, found)
        count, opens = opening(p, s, o, mode, start, found, count)
        if count == 0 and attempt > 0:
            break
        begin, close = start, end
        if opens > start:
            begin, close = fit_free(p, s, o, mode, opens, NONE)
        if begin < NEVER and fill(p, s, o, mode, begin, close, position, found, count, attempt == 2):
            return
    insert(p, s, o, mode, start, end, position)


@kernel
def fill(
    p: Tables,
    s: State,
    o: int,
    mode: int,
    start: int,
    end: int,
    position: int,
    found: Ints,
    count: int,
    is_short: bool,
) -> bool:
    """Open a batch with ``o`` and listed operations if it fits before what follows; a short one is as long as ``o``."""
    machine = p.mode[mode, M_MACHINE]
    close, members, has_needs = end, 0, p.mode[mode, M_NEED0] < p.mode[mode, M_NEED1]
    for i in range(count):
        done = own_end(p, found[i, 0], found[i, 1], start)
        if done >= NEVER or (is_short and done > end):
            continue
        close = max(close, done)
        has_needs = has_needs or p.mode[found[i, 1], M_NEED0] < p.mode[found[i, 1], M_NEED1]
        found[members] = found[i]
        members += 1
    if position < s.filled[machine]:
        right = s.slot[p.machine[machine, K_SLOT0] + position]
        free = close
        if p.machine[machine, K_CHANGEOVER] >= 0:
            change = changeover(p, machine, p.op[o, O_FAMILY], p.op[right, O_FAMILY])
            free = after_work(p.calendar, p.interval, p.machine[machine, K_CALENDAR], close, change)
        if free > s.op[right, S_START]:
            return False
    if has_needs and close > end and resources_free_from(p, s, mode, start, close) > start:
        return False
    insert(p, s, o, mode, start, close, position)
    for i in range(members):
        c, other = found[i, 0], found[i, 1]
        if has_needs and resources_free_from(p, s, other, start, close) > start:
            if is_short:
                continue
            for k in range(i):
                remove(p, s, found[k, 0])
            remove(p, s, o)
            return False
        insert(p, s, c, other, start, close, position + 1)
    return True


@kernel
def is_needed(p: Tables, s: State, o: int, mark: Ints) -> bool:
    """Return whether no operation that stays would need all of the time of the batch ``o`` is in."""
    machine = p.mode[s.op[o, S_MODE], M_MACHINE]
    base = p.machine[machine, K_SLOT0]
    first = find_on(p, s, o, machine)
    while first > 0 and is_same_batch(s, s.slot[base + first - 1], o):
        first -= 1
    is_any = False
    for k in range(first, s.filled[machine]):
        other = s.slot[base + k]
        if not is_same_batch(s, other, o):
            break
        if p.op[other, O_FIXED] != 0:
            return False
        if mark[p.op[other, O_UNIT]] == 0:
            is_any = True
            if own_end(p, other, s.op[other, S_MODE], s.op[other, S_START]) == s.op[other, S_END]:
                return False
    return is_any


@kernel
def take_batch(p: Tables, s: State, o: int, mark: Ints, out: Ints, count: int, most: int) -> int:
    """Mark the rest of a batch when what stays of it would be done earlier; return the new count."""
    if not is_needed(p, s, o, mark):
        return count
    machine = p.mode[s.op[o, S_MODE], M_MACHINE]
    base = p.machine[machine, K_SLOT0]
    first = find_on(p, s, o, machine)
    while first > 0 and is_same_batch(s, s.slot[base + first - 1], o):
        first -= 1
    for k in range(first, s.filled[machine]):
        other = s.slot[base + k]
        if not is_same_batch(s, other, o):
            break
        unit = p.op[other, O_UNIT]
        if mark[unit] == 0 and count <= most:
            mark[unit] = 1
            out[count] = unit
            count += 1
    return count
