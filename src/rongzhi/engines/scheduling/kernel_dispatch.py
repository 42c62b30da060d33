# mypy: disable-error-code="no-any-return"
"""Dispatching of very large shops in which every operation has its machine: some hundredths of a second each time.

All times follow from the moments at which machines become free; nothing is ever searched. A shop and its mirror image
(every precedence turned round) are dispatched by the same code.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import Floats, Ints, Small


class Shop(NamedTuple):
    """Operations with one machine each.

    Parameters
    ----------
    machine : ndarray (n,), -1 where any number of operations may run at once
    work, release : ndarray (n,), time units
    part : ndarray (n,), number of the part of the shop (a factory) that hangs together with no other
    before_first, before, before_lag : operations before, grouped by operation, with the least wait
    after_first, after, after_lag : the same for operations after
    room : ndarray (machines + 1,), where the queue of each machine begins
    ends : ndarray (parts,), filled with the latest end in each part
    """

    machine: Small
    work: Ints
    release: Ints
    part: Small
    before_first: Ints
    before: Small
    before_lag: Ints
    after_first: Ints
    after: Small
    after_lag: Ints
    room: Ints
    ends: Ints


class Bench(NamedTuple):
    """Working arrays of one dispatch."""

    ready: Ints  # operations: time when the work has arrived
    wait: Small  # operations: how many before it are not done
    queue: Small  # operations waiting for each machine, a heap by rank
    key: Floats
    waiting: Small  # machines: how many wait
    is_busy: Small
    event_time: Ints  # a heap
    event: Small  # operation that ends, or -1 - operation that arrives
    touched: Small  # machines to look at
    is_touched: Small
    figure: Ints  # 0: events, 1: touched machines


@kernel
def push_event(b: Bench, t: int, what: int) -> None:
    """Put an event on the heap."""
    i = b.figure[0]
    b.figure[0] = i + 1
    while i > 0:
        up = (i - 1) >> 1
        if b.event_time[up] <= t:
            break
        b.event_time[i], b.event[i] = b.event_time[up], b.event[up]
        i = up
    b.event_time[i], b.event[i] = t, what


@kernel
def pop_event(b: Bench) -> int:
    """Take the first event off the heap."""
    what = b.event[0]
    size = b.figure[0] - 1
    b.figure[0] = size
    t, last = b.event_time[size], b.event[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and b.event_time[child + 1] < b.event_time[child]:
            child += 1
        if t <= b.event_time[child]:
            break
        b.event_time[i], b.event[i] = b.event_time[child], b.event[child]
        i = child
    b.event_time[i], b.event[i] = t, last
    return what


@kernel
def touch(b: Bench, machine: int) -> None:
    """Note that a machine is to be looked at."""
    if b.is_touched[machine] == 0:
        b.is_touched[machine] = 1
        b.touched[b.figure[1]] = machine
        b.figure[1] += 1


@kernel
def line_up(s: Shop, b: Bench, rank: Floats, o: int, t: int) -> None:
    """Add an operation whose work has arrived to the queue of its machine; without one it starts."""
    machine = s.machine[o]
    if machine < 0:
        b.ready[o] = t
        push_event(b, t + s.work[o], o)
        return
    base, i, key = s.room[machine], b.waiting[machine], rank[o]
    b.waiting[machine] = i + 1
    while i > 0:
        up = (i - 1) >> 1
        if b.key[base + up] <= key:
            break
        b.queue[base + i], b.key[base + i] = b.queue[base + up], b.key[base + up]
        i = up
    b.queue[base + i], b.key[base + i] = o, key
    touch(b, machine)


@kernel
def take_first(s: Shop, b: Bench, machine: int) -> int:
    """Take the operation of least rank out of a machine's queue."""
    base, size = s.room[machine], b.waiting[machine] - 1
    first = b.queue[base]
    b.waiting[machine] = size
    last, key = b.queue[base + size], b.key[base + size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and b.key[base + child + 1] < b.key[base + child]:
            child += 1
        if key <= b.key[base + child]:
            break
        b.queue[base + i], b.key[base + i] = b.queue[base + child], b.key[base + child]
        i = child
    b.queue[base + i], b.key[base + i] = last, key
    return first


@kernel
def announce(s: Shop, b: Bench, rank: Floats, o: int, t: int) -> None:
    """An operation has ended: free its machine and tell the operations after it."""
    if s.machine[o] >= 0:
        b.is_busy[s.machine[o]] = 0
        touch(b, s.machine[o])
    for i in range(s.after_first[o], s.after_first[o + 1]):
        after = s.after[i]
        b.ready[after] = max(b.ready[after], t + s.after_lag[i])
        b.wait[after] -= 1
        if b.wait[after] == 0:
            arrive(s, b, rank, after, t)


@kernel
def arrive(s: Shop, b: Bench, rank: Floats, o: int, t: int) -> None:
    """Let an operation that waits for no other line up now, or when its work arrives."""
    if b.ready[o] <= t:
        line_up(s, b, rank, o, t)
    else:
        push_event(b, b.ready[o], -1 - o)


@kernel
def new_bench(s: Shop) -> Bench:
    """Return the working arrays at time 0."""
    n, machines = len(s.machine), len(s.room) - 1
    wait = np.zeros(n, dtype=np.int32)
    for o in range(n):
        wait[o] = s.before_first[o + 1] - s.before_first[o]
    return Bench(
        s.release.copy(),
        wait,
        np.zeros(n, dtype=np.int32),
        np.zeros(n),
        np.zeros(machines, dtype=np.int32),
        np.zeros(machines, dtype=np.int32),
        np.zeros(n + machines + 1, dtype=np.int64),
        np.zeros(n + machines + 1, dtype=np.int32),
        np.zeros(machines, dtype=np.int32),
        np.zeros(machines, dtype=np.int32),
        np.zeros(2, dtype=np.int64),
    )


@entry
def dispatch_shop(s: Shop, rank: Floats, start: Ints) -> int:
    """Fill in starts so that no machine waits while there is work for it; the least rank goes first.

    Parameters
    ----------
    rank : ndarray (n,)
    start : ndarray (n,), filled in

    Returns
    -------
    int
        The makespan; ``s.ends`` has that of every part.
    """
    b = new_bench(s)
    s.ends[:] = 0
    t = end = 0
    for o in range(len(s.machine)):
        if b.wait[o] == 0:
            arrive(s, b, rank, o, 0)
    while True:
        for i in range(b.figure[1]):
            machine = b.touched[i]
            b.is_touched[machine] = 0
            if b.is_busy[machine] == 0 and b.waiting[machine] > 0:
                o = take_first(s, b, machine)
                b.is_busy[machine], b.ready[o] = 1, t
                push_event(b, t + s.work[o], o)
        b.figure[1] = 0
        if b.figure[0] == 0:
            break
        t = b.event_time[0]
        while b.figure[0] > 0 and b.event_time[0] == t:
            o = pop_event(b)
            if o < 0:
                line_up(s, b, rank, -1 - o, t)
            else:
                start[o] = b.ready[o]
                s.ends[s.part[o]] = max(s.ends[s.part[o]], t)
                end = max(end, t)
                announce(s, b, rank, o, t)
    return end


@entry
def sequence_shop(s: Shop, order: Ints, start: Ints) -> int:
    """Fill in the earliest starts when the machines keep an order that agrees with the precedences.

    Returns
    -------
    int
        The makespan; ``s.ends`` has that of every part.
    """
    free = np.zeros(len(s.room), dtype=np.int64)
    s.ends[:] = 0
    latest = 0
    for x in range(len(order)):
        o = order[x]
        t = s.release[o]
        if s.machine[o] >= 0:
            t = max(t, free[s.machine[o]])
        for i in range(s.before_first[o], s.before_first[o + 1]):
            t = max(t, start[s.before[i]] + s.work[s.before[i]] + s.before_lag[i])
        start[o] = t
        end = t + s.work[o]
        if s.machine[o] >= 0:
            free[s.machine[o]] = end
        s.ends[s.part[o]] = max(s.ends[s.part[o]], end)
        latest = max(latest, end)
    return latest


@entry
def chain_lengths(s: Shop, order: Ints) -> Ints:
    """Return the longest path of work before the start of each operation, machines left out.

    Parameters
    ----------
    order : ndarray (n,), agrees with the precedences
    """
    head = np.zeros(len(order), dtype=np.int64)
    for x in range(len(order)):
        o = order[x]
        for i in range(s.before_first[o], s.before_first[o + 1]):
            before = s.before[i]
            head[o] = max(head[o], head[before] + s.work[before] + s.before_lag[i])
    return head


@entry
def chain_counts(s: Shop, order: Ints) -> Ints:
    """Return the largest number of operations on a path before each operation."""
    count = np.zeros(len(order), dtype=np.int64)
    for x in range(len(order)):
        o = order[x]
        for i in range(s.before_first[o], s.before_first[o + 1]):
            count[o] = max(count[o], count[s.before[i]] + 1)
    return count


@entry
def raise_keys(s: Shop, order: Ints, key: Floats) -> None:
    """Raise keys so that none is less than that of an operation before."""
    for x in range(len(order)):
        o = order[x]
        for i in range(s.before_first[o], s.before_first[o + 1]):
            key[o] = max(key[o], key[s.before[i]])
