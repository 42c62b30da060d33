# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""Tabu search on the critical path for the makespan of shops without calendars, changeovers or resources.

An operation of the critical path is taken out and put into another place on one of its machines; the effect of a move
is estimated from the heads and tails of the operations, so that a move costs a few nanoseconds to judge.

References
----------
Mastrolilli, Gambardella (2000), Effective neighbourhood functions for the flexible job shop problem, J. Scheduling 3.
Balas, Vazacopoulos (1998), Guided local search with shifting bottleneck for job shop scheduling, Management Science 44.
"""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_AFTER,
    E_BEFORE,
    E_LAG,
    J_SINGLE,
    K_UNLIMITED,
    M_FACTORY,
    M_MACHINE,
    M_RUN,
    M_SETUP,
    O_EST,
    O_JOB,
    O_MODE0,
    O_MODE1,
    O_PRED0,
    O_PRED1,
    O_SUCC0,
    O_SUCC1,
    Graph,
    Ints,
    Tables,
    Words,
)
from rongzhi.engines.scheduling.kernel_construct import random_unit
from rongzhi.engines.scheduling.kernel_timeline import transport
from rongzhi.engines.scheduling.native import make_graph


@kernel
def work_of(p: Tables, mode: int) -> int:
    """Return set-up and run of a mode."""
    return p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]


@kernel
def ready_head(p: Tables, g: Graph, v: int, mode: int) -> tuple[int, int]:
    """Return the earliest start of ``v`` in a mode from its job predecessors, and the largest of their heads."""
    o = g.op[v]
    t, top = p.op[o, O_EST], -1
    for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
        b = g.local[p.edge[edge, E_BEFORE]]
        way = p.edge[edge, E_LAG] + transport(p, p.mode[g.mode[b], M_MACHINE], p.mode[mode, M_MACHINE])
        t = max(t, g.head[b] + g.length[b] + way)
        top = max(top, g.head[b])
    return t, top


@kernel
def ready_tail(p: Tables, g: Graph, v: int, mode: int) -> tuple[int, int]:
    """Return the longest path behind ``v`` in a mode through its job successors, and the largest of their tails."""
    o = g.op[v]
    t, top = 0, -1
    for i in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
        edge = p.succ[i]
        a = g.local[p.edge[edge, E_AFTER]]
        way = p.edge[edge, E_LAG] + transport(p, p.mode[mode, M_MACHINE], p.mode[g.mode[a], M_MACHINE])
        t = max(t, g.tail[a] + g.length[a] + way)
        top = max(top, g.tail[a])
    return t, top


@kernel
def evaluate_graph(p: Tables, g: Graph) -> int:
    """Compute heads, tails and an order of precedence; return the makespan, or -1 for a loop."""
    n = len(g.op)
    done = size = 0
    for v in range(n):
        o = g.op[v]
        g.wait[v] = p.op[o, O_PRED1] - p.op[o, O_PRED0] + (g.left[v] >= 0)
        if g.wait[v] == 0:
            g.order[size] = v
            size += 1
    makespan = 0
    while done < size:
        v = g.order[done]
        done += 1
        head, _ = ready_head(p, g, v, g.mode[v])
        u = g.left[v]
        if u >= 0:
            head = max(head, g.head[u] + g.length[u])
        g.head[v] = head
        makespan = max(makespan, head + g.length[v])
        o = g.op[v]
        for i in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
            a = g.local[p.edge[p.succ[i], E_AFTER]]
            g.wait[a] -= 1
            if g.wait[a] == 0:
                g.order[size] = a
                size += 1
        a = g.right[v]
        if a >= 0:
            g.wait[a] -= 1
            if g.wait[a] == 0:
                g.order[size] = a
                size += 1
    if size < n:
        return -1
    for i in range(n - 1, -1, -1):
        v = g.order[i]
        tail, _ = ready_tail(p, g, v, g.mode[v])
        w = g.right[v]
        if w >= 0:
            tail = max(tail, g.tail[w] + g.length[w])
        g.tail[v] = tail
    return makespan


@kernel
def unlink(p: Tables, g: Graph, v: int) -> None:
    """Take an operation out of its machine's row."""
    u, w = g.left[v], g.right[v]
    if u >= 0:
        g.right[u] = w
    elif g.first[p.mode[g.mode[v], M_MACHINE]] == v:
        g.first[p.mode[g.mode[v], M_MACHINE]] = w
    if w >= 0:
        g.left[w] = u
    g.left[v] = g.right[v] = -1


@kernel
def link_after(p: Tables, g: Graph, v: int, mode: int, u: int) -> None:
    """Put an operation behind ``u`` on the machine of a mode (first when ``u`` is -1)."""
    g.mode[v], g.length[v] = mode, work_of(p, mode)
    machine = p.mode[mode, M_MACHINE]
    if p.machine[machine, K_UNLIMITED] != 0:
        return
    w = g.right[u] if u >= 0 else g.first[machine]
    g.left[v], g.right[v] = u, w
    if u >= 0:
        g.right[u] = v
    else:
        g.first[machine] = v
    if w >= 0:
        g.left[w] = v


@kernel
def critical_path(p: Tables, g: Graph, makespan: int, path: Ints, rng: Words) -> int:
    """Write the operations of a random critical path, last first; return how many."""
    v, seen = -1, 0
    for x in range(len(g.op)):
        if g.head[x] + g.length[x] == makespan:
            seen += 1
            if random_unit(rng) * seen < 1.0:
                v = x
    count = 0
    while v >= 0:
        path[count] = v
        count += 1
        next_v, seen = -1, 0
        o, machine = g.op[v], p.mode[g.mode[v], M_MACHINE]
        for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
            b = g.local[p.edge[edge, E_BEFORE]]
            way = p.edge[edge, E_LAG] + transport(p, p.mode[g.mode[b], M_MACHINE], machine)
            if g.head[b] + g.length[b] + way == g.head[v]:
                seen += 1
                if random_unit(rng) * seen < 1.0:
                    next_v = b
        u = g.left[v]
        if u >= 0 and g.head[u] + g.length[u] == g.head[v]:
            seen += 1
            if random_unit(rng) * seen < 1.0:
                next_v = u
        v = next_v
    return count


@kernel
def forward_estimate(p: Tables, g: Graph, v: int, w: int) -> int:
    """Return the estimated longest path when ``v`` moves right behind ``w`` on its machine."""
    t = g.head[g.left[v]] + g.length[g.left[v]] if g.left[v] >= 0 else 0
    x, top = g.right[v], 0
    while True:
        ready, _ = ready_head(p, g, x, g.mode[x])
        t = max(t, ready)
        g.wait[x] = t
        t += g.length[x]
        if x == w:
            break
        x = g.right[x]
    ready, _ = ready_head(p, g, v, g.mode[v])
    t = max(t, ready)
    behind = g.tail[g.right[w]] + g.length[g.right[w]] if g.right[w] >= 0 else 0
    rest, _ = ready_tail(p, g, v, g.mode[v])
    q = max(rest, behind)
    top = t + g.length[v] + q
    q += g.length[v]
    x = w
    while x != v:
        rest, _ = ready_tail(p, g, x, g.mode[x])
        q = max(q, rest)
        top = max(top, g.wait[x] + g.length[x] + q)
        q += g.length[x]
        x = g.left[x]
    return top


@kernel
def backward_estimate(p: Tables, g: Graph, v: int, u: int) -> int:
    """Return the estimated longest path when ``v`` moves left before ``u`` on its machine."""
    t = g.head[g.left[u]] + g.length[g.left[u]] if g.left[u] >= 0 else 0
    ready, _ = ready_head(p, g, v, g.mode[v])
    head_v = max(t, ready)
    t = head_v + g.length[v]
    x = u
    while x != v:
        ready, _ = ready_head(p, g, x, g.mode[x])
        t = max(t, ready)
        g.wait[x] = t
        t += g.length[x]
        x = g.right[x]
    q = g.tail[g.right[v]] + g.length[g.right[v]] if g.right[v] >= 0 else 0
    x, top = g.left[v], 0
    while True:
        rest, _ = ready_tail(p, g, x, g.mode[x])
        q = max(q, rest)
        top = max(top, g.wait[x] + g.length[x] + q)
        q += g.length[x]
        if x == u:
            break
        x = g.left[x]
    rest, _ = ready_tail(p, g, v, g.mode[v])
    return max(top, head_v + g.length[v] + max(q, rest))


@kernel
def build_graph(p: Tables, ops: Ints, mode_of: Ints, by_start: Ints) -> Graph:
    """Return the graph of some operations with their modes; ``by_start`` orders them on the machines."""
    n = len(ops)
    g = make_graph(
        ops,
        np.full(len(p.op), -1),
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.full(n, -1),
        np.full(n, -1),
        np.full(len(p.machine), -1),
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
    )
    for v in range(n):
        g.local[ops[v]] = v
    last = np.full(len(p.machine), -1)
    for i in range(n):
        v = by_start[i]
        mode = mode_of[ops[v]]
        machine = p.mode[mode, M_MACHINE]
        link_after(p, g, v, mode, last[machine])
        if p.machine[machine, K_UNLIMITED] == 0:
            last[machine] = v
    return g


@kernel
def save_graph(g: Graph, kept: Ints, kept_first: Ints) -> None:
    """Copy modes, lengths and rows."""
    kept[0, :] = g.mode
    kept[1, :] = g.length
    kept[2, :] = g.left
    kept[3, :] = g.right
    kept[4, :] = g.head
    kept_first[:] = g.first


@kernel
def load_graph(g: Graph, kept: Ints, kept_first: Ints) -> None:
    """Go back to a copy."""
    g.mode[:] = kept[0]
    g.length[:] = kept[1]
    g.left[:] = kept[2]
    g.right[:] = kept[3]
    g.first[:] = kept_first


@entry
def tabu(
    p: Tables,
    ops: Ints,
    by_start: Ints,
    start: Ints,
    mode_of: Ints,
    goal: int,
    iterations: int,
    patience: int,
    rng: Words,
) -> int:
    """Search for a shorter makespan of some operations that hang together with no others.

    Parameters
    ----------
    ops : ndarray, numbers in the tables
    by_start : ndarray, positions in ``ops`` in an order that keeps precedences and the order on the machines
    start, mode_of : ndarray (n of the tables,)
        Brought to the best found; only the entries of ``ops`` are used.
    goal : int
        Stop at this makespan.
    patience : int
        Iterations without a better plan before the search goes back to the best and is shaken.

    Returns
    -------
    int
        The best makespan, or -1 if the given order has a loop.
    """
    g = build_graph(p, ops, mode_of, by_start)
    n = len(ops)
    makespan = evaluate_graph(p, g)
    if makespan < 0:
        return -1
    kept, kept_first = np.zeros((5, n), dtype=np.int64), np.zeros(len(g.first), dtype=np.int64)
    save_graph(g, kept, kept_first)
    best, since, rounds = makespan, 0, 0
    path = np.zeros(n, dtype=np.int64)
    tabu_until = np.zeros(len(p.mode), dtype=np.int64)
    for iteration in range(iterations):
        if best <= goal:
            break
        since += 1
        if since > patience:
            since, rounds = 0, rounds + 1
            load_graph(g, kept, kept_first)
            shake(p, g, path, 2 + int(random_unit(rng) * (4 + min(rounds, 20))), rng)
            makespan = evaluate_graph(p, g)
            if makespan < 0:
                load_graph(g, kept, kept_first)
                makespan = evaluate_graph(p, g)
        else:
            makespan = step(p, g, path, makespan, tabu_until, iteration, best, rng)
        if makespan < best:
            best, since, rounds = makespan, 0, 0
            save_graph(g, kept, kept_first)
    for v in range(n):
        start[ops[v]] = kept[4, v]
        mode_of[ops[v]] = kept[0, v]
    return best


@kernel
def step(
    p: Tables, g: Graph, path: Ints, makespan: int, tabu_until: Ints, iteration: int, best: int, rng: Words
) -> int:
    """Make the best allowed move; return the new makespan."""
    count = critical_path(p, g, makespan, path, rng)
    v, mode, u = best_move(p, g, path, count, tabu_until, iteration, best, False, rng)
    if v < 0:
        v, mode, u = best_move(p, g, path, count, tabu_until, iteration, best, True, rng)
        if v < 0:
            return makespan
    old_mode, old_left = g.mode[v], g.left[v]
    unlink(p, g, v)
    link_after(p, g, v, mode, u)
    now = evaluate_graph(p, g)
    if now < 0:
        unlink(p, g, v)
        link_after(p, g, v, old_mode, old_left)
        tabu_until[mode] = iteration + 10
        return evaluate_graph(p, g)
    tabu_until[old_mode] = iteration + 6 + int(random_unit(rng) * (6 + count // 4))
    return now


@kernel
def shake(p: Tables, g: Graph, path: Ints, moves: int, rng: Words) -> None:
    """Make some random feasible moves on the critical path."""
    none = np.zeros(len(p.mode), dtype=np.int64)
    for _ in range(moves):
        makespan = evaluate_graph(p, g)
        if makespan < 0:
            return
        count = critical_path(p, g, makespan, path, rng)
        v, mode, u = best_move(p, g, path, count, none, 1, 0, True, rng)
        if v >= 0:
            unlink(p, g, v)
            link_after(p, g, v, mode, u)


@kernel
def best_move(
    p: Tables,
    g: Graph,
    path: Ints,
    count: int,
    tabu_until: Ints,
    iteration: int,
    best: int,
    is_random: bool,
    rng: Words,
) -> tuple[int, int, int]:
    """Return the best allowed move by estimate: operation, mode and the operation to put it behind (-1 first)."""
    best_v, best_mode, best_u = -1, -1, -1
    least, ties = np.inf, 0.0
    for i in range(count):
        v = path[i]
        o, own = g.op[v], g.mode[v]
        for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
            machine = p.mode[mode, M_MACHINE]
            is_away = p.mode[mode, M_FACTORY] != p.mode[own, M_FACTORY]
            is_same = machine == p.mode[own, M_MACHINE]
            is_unlimited = p.machine[machine, K_UNLIMITED] != 0
            if (p.job[p.op[o, O_JOB], J_SINGLE] != 0 and is_away) or (is_same and (mode != own or is_unlimited)):
                continue
            if is_same:
                score, u = best_on_own(p, g, path, count, i, is_random, rng)
            else:
                score, u = best_on_other(p, g, v, mode, is_random, rng)
            is_allowed = is_random or tabu_until[mode] <= iteration or score < best
            if is_allowed and score <= least and score < np.inf:
                ties = ties + 1.0 if score == least else 1.0
                if random_unit(rng) * ties < 1.0:
                    best_v, best_mode, best_u = v, mode, u
                least = score
    return best_v, best_mode, best_u


@kernel
def best_on_own(p: Tables, g: Graph, path: Ints, count: int, i: int, is_random: bool, rng: Words) -> tuple[float, int]:
    """Return the best place of a critical operation within its block: estimate and the operation to put it behind."""
    v = path[i]
    _, head_top = ready_head(p, g, v, g.mode[v])
    _, tail_top = ready_tail(p, g, v, g.mode[v])
    least, place, ties = np.inf, -1, 0.0
    k, w = i - 1, g.right[v]
    while k >= 0 and w >= 0 and path[k] == w and tail_top < g.tail[w] + g.length[w]:  # right behind w
        score = float(forward_estimate(p, g, v, w)) if not is_random else random_unit(rng)
        if score <= least:
            ties = ties + 1.0 if score == least else 1.0
            if random_unit(rng) * ties < 1.0:
                place = w
            least = score
        k, w = k - 1, g.right[w]
    k, u = i + 1, g.left[v]
    while k < count and u >= 0 and path[k] == u and head_top < g.head[u] + g.length[u]:  # left before u
        score = float(backward_estimate(p, g, v, u)) if not is_random else random_unit(rng)
        if score <= least:
            ties = ties + 1.0 if score == least else 1.0
            if random_unit(rng) * ties < 1.0:
                place = g.left[u]
            least = score
        k, u = k + 1, g.left[u]
    return least, place


@kernel
def best_on_other(p: Tables, g: Graph, v: int, mode: int, is_random: bool, rng: Words) -> tuple[float, int]:
    """Return the best place of an operation on another machine: estimate and the operation to put it behind."""
    machine = p.mode[mode, M_MACHINE]
    head, head_top = ready_head(p, g, v, mode)
    tail, tail_top = ready_tail(p, g, v, mode)
    length = work_of(p, mode)
    if p.machine[machine, K_UNLIMITED] != 0:
        return (random_unit(rng) if is_random else float(head + length + tail)), -1
    x, y = -1, g.first[machine]
    while y >= 0 and head_top >= g.head[y] + g.length[y]:
        x, y = y, g.right[y]
    least, place, ties = np.inf, -1, 0.0
    while x < 0 or tail_top < g.tail[x] + g.length[x]:  # between x and y; later a successor of v may come before x
        begin = max(head, g.head[x] + g.length[x]) if x >= 0 else head
        behind = max(tail, g.tail[y] + g.length[y]) if y >= 0 else tail
        score = float(begin + length + behind) if not is_random else random_unit(rng)
        if score <= least:
            ties = ties + 1.0 if score == least else 1.0
            if random_unit(rng) * ties < 1.0:
                place = x
            least = score
        if y < 0:
            break
        x, y = y, g.right[y]
    return least, place
