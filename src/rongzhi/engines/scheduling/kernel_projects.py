# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""Resource-constrained projects: serial generation, justification and a genetic search over activity lists.

References
----------
Valls, Ballestin, Quintanilla (2005), Justification and RCPSP: a technique that pays, European Journal of Operational
Research 165, 375-386.
Hartmann (1998), A competitive genetic algorithm for resource-constrained project scheduling, Naval Research Logistics
45, 733-750.
"""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_AFTER,
    E_BEFORE,
    E_LAG,
    M_NEED0,
    M_NEED1,
    M_RUN,
    M_SETUP,
    N_AMOUNT,
    N_RESOURCE,
    O_EST,
    O_MODE0,
    O_PRED0,
    O_PRED1,
    O_SUCC0,
    O_SUCC1,
    R_CAPACITY,
    Floats,
    Ints,
    Tables,
    Words,
)
from rongzhi.engines.scheduling.kernel_random import random_unit


@kernel
def length_of(p: Tables, o: int) -> int:
    """Return the work of an operation with one mode."""
    mode = p.op[o, O_MODE0]
    return p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]


@kernel
def full_at(p: Tables, o: int, use: Ints, first: int, end: int, step: int) -> int:
    """Return the first moment, going forward or back, at which an operation finds too little room; -1 if none."""
    mode = p.op[o, O_MODE0]
    t = first if step > 0 else end - 1
    while first <= t < end:
        for n in range(p.mode[mode, M_NEED0], p.mode[mode, M_NEED1]):
            r = p.need[n, N_RESOURCE]
            if use[r, t] + p.need[n, N_AMOUNT] > p.resource[r, R_CAPACITY]:
                return t
        t += step
    return -1


@kernel
def hold(p: Tables, o: int, use: Ints, start: int, end: int) -> None:
    """Take up the resources of an operation."""
    mode = p.op[o, O_MODE0]
    for n in range(p.mode[mode, M_NEED0], p.mode[mode, M_NEED1]):
        for t in range(start, end):
            use[p.need[n, N_RESOURCE], t] += p.need[n, N_AMOUNT]


@kernel
def forward(p: Tables, order: Ints, start: Ints, use: Ints) -> int:
    """Place operations one after the other as early as possible; return the makespan."""
    use[:] = 0
    makespan = 0
    for i in range(len(order)):
        o = order[i]
        work, t = length_of(p, o), p.op[o, O_EST]
        for e in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
            b = p.edge[e, E_BEFORE]
            t = max(t, start[b] + length_of(p, b) + p.edge[e, E_LAG])
        while work > 0:
            found = full_at(p, o, use, t, t + work, -1)
            if found < 0:
                break
            t = found + 1
        start[o] = t
        hold(p, o, use, t, t + work)
        makespan = max(makespan, t + work)
    return makespan


@kernel
def backward(p: Tables, order: Ints, start: Ints, use: Ints, limit: int) -> None:
    """Place operations one after the other as late as possible before a limit."""
    use[:] = 0
    for i in range(len(order)):
        o = order[i]
        work, end = length_of(p, o), limit
        for k in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
            e = p.succ[k]
            end = min(end, start[p.edge[e, E_AFTER]] - p.edge[e, E_LAG])
        while work > 0:
            found = full_at(p, o, use, end - work, end, 1)
            if found < 0:
                break
            end = found
        start[o] = end - work
        hold(p, o, use, end - work, end)


@kernel
def sort_by(key: Ints, topo: Ints, sign: int, order: Ints) -> None:
    """Sort operations by rising (sign 1) or falling (-1) key; precedence decides between equals."""
    for i in range(1, len(order)):
        o = order[i]
        k = i - 1
        while k >= 0:
            other = order[k]
            gap = sign * (key[other] - key[o])
            if gap < 0 or (gap == 0 and sign * (topo[other] - topo[o]) < 0):
                break
            order[k + 1] = other
            k -= 1
        order[k + 1] = o


@kernel
def justify(p: Tables, topo: Ints, order: Ints, start: Ints, end: Ints, use: Ints) -> int:
    """Decode an activity list, push everything to the right, then to the left; the list follows the result.

    Nothing is pushed to the right of the makespan, so a moment before zero cannot be reached: the plan found forward
    is itself one that fits.
    """
    makespan = forward(p, order, start, use)
    for o in range(len(start)):
        end[o] = start[o] + length_of(p, o)
    sort_by(end, topo, -1, order)
    backward(p, order, start, use, makespan)
    sort_by(start, topo, 1, order)
    makespan = forward(p, order, start, use)
    sort_by(start, topo, 1, order)
    return makespan


@kernel
def sample(p: Tables, topo: Ints, tail: Floats, noise: float, rng: Words, order: Ints) -> None:
    """Fill an activity list by longest tail first, with noise; precedences are kept."""
    n = len(order)
    key = np.zeros(n)
    for i in range(n):
        order[topo[i]] = i
    for i in range(n):  # in order of precedence: nothing comes before what it follows
        o = order[i]
        key[o] = -tail[o] * (1.0 - noise + 2.0 * noise * random_unit(rng))
        for e in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
            key[o] = max(key[o], key[p.edge[e, E_BEFORE]])
    for i in range(1, n):
        o = order[i]
        k = i - 1
        while k >= 0 and (key[order[k]] > key[o] or (key[order[k]] == key[o] and topo[order[k]] > topo[o])):
            order[k + 1] = order[k]
            k -= 1
        order[k + 1] = o


@kernel
def cross(mother: Ints, father: Ints, rng: Words, child: Ints, taken: Ints) -> None:
    """Make a child of two activity lists: the middle follows the father, the ends the mother."""
    n = len(child)
    one, two = int(random_unit(rng) * (n + 1)), int(random_unit(rng) * (n + 1))
    low, high = min(one, two), max(one, two)
    taken[:] = 0
    for i in range(low):
        child[i] = mother[i]
        taken[child[i]] = 1
    at = low
    for i in range(n):
        if at < high and taken[father[i]] == 0:
            child[at] = father[i]
            taken[child[at]] = 1
            at += 1
    for i in range(n):
        if taken[mother[i]] == 0:
            child[at] = mother[i]
            at += 1


@kernel
def shake(p: Tables, rate: float, rng: Words, order: Ints) -> None:
    """Swap some neighbours that do not follow each other."""
    for i in range(len(order) - 1):
        if random_unit(rng) < rate:
            one, two = order[i], order[i + 1]
            is_tied = False
            for e in range(p.op[two, O_PRED0], p.op[two, O_PRED1]):
                is_tied = is_tied or p.edge[e, E_BEFORE] == one
            if not is_tied:
                order[i], order[i + 1] = two, one


@kernel
def worst_of(lengths: Ints, size: int) -> int:
    """Return an empty place among the people, or that of the longest plan."""
    worst = 0
    for i in range(size):
        if lengths[i] == 0:
            return i
        if lengths[i] > lengths[worst]:
            worst = i
    return worst


@kernel
def is_known(people: Ints, lengths: Ints, child: Ints, made: int) -> bool:
    """Return whether an activity list is there already."""
    for i in range(len(people)):
        if lengths[i] == made:
            k = 0
            while k < len(child) and people[i, k] == child[k]:
                k += 1
            if k == len(child):
                return True
    return False


@entry
def evolve(
    p: Tables,
    topo: Ints,
    tail: Floats,
    people: Ints,
    lengths: Ints,
    best: Ints,
    horizon: int,
    goal: int,
    patience: int,
    steps: int,
    rng: Words,
) -> int:
    """Breed activity lists, each child justified; return the best makespan known to these people.

    Parameters
    ----------
    topo : ndarray (n,), place of every operation in an order of precedence
    tail : ndarray (n,), work from each operation to the end
    people : ndarray (size, n), activity lists; filled where ``lengths`` is 0
    lengths : ndarray (size + 2,), makespans, then the best one and the steps since it got better
    best : ndarray (n,), starts of the best plan, brought up to date
    horizon : int, time units no plan exceeds
    goal : int, makespan that is good enough
    patience : int, steps without success after which everybody but the best is made anew
    """
    size, n = people.shape
    use = np.zeros((max(1, len(p.resource)), horizon + 1), dtype=np.int64)
    start, end = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    child, taken = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for _ in range(steps):
        if 0 < lengths[size] <= goal:
            break
        worst = worst_of(lengths, size)
        if lengths[worst] == 0:
            sample(p, topo, tail, 0.1 + 0.9 * random_unit(rng), rng, child)
        else:
            mother, father = int(random_unit(rng) * size), int(random_unit(rng) * size)
            rival = int(random_unit(rng) * size)
            if lengths[rival] < lengths[mother]:
                mother = rival
            cross(people[mother], people[father], rng, child, taken)
            shake(p, 0.05, rng, child)
        made = justify(p, topo, child, start, end, use)
        lengths[size + 1] += 1
        if lengths[size] == 0 or made < lengths[size]:
            lengths[size], lengths[size + 1] = made, 0
            best[:] = start
        if lengths[worst] == 0 or (made <= lengths[worst] and not is_known(people, lengths, child, made)):
            people[worst], lengths[worst] = child, made
        if lengths[size + 1] >= patience:
            lengths[size + 1] = 0
            for i in range(size):
                if lengths[i] > lengths[size] or random_unit(rng) < 0.9:
                    lengths[i] = 0
    return int(lengths[size])
