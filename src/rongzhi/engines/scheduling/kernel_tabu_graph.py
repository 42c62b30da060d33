# mypy: disable-error-code="no-any-return"
"""The graph of the tabu search: rows of the machines, longest paths, and an order of precedence kept up to date.

A move changes the order only between the old and the new place of the operation; longest paths are computed again from
there on only. Whether a move closes a loop shows while the order is mended.

References
----------
Nowicki, Smutnicki (2005), An advanced tabu search algorithm for the job shop problem, Journal of Scheduling 8.
Pearce, Kelly (2006), A dynamic topological sort algorithm for directed acyclic graphs, ACM J. Exp. Algorithmics 11.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
from numba import types
from numba.experimental import structref

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_AFTER,
    E_BEFORE,
    E_LAG,
    J_SINGLE,
    K_PLACE,
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
    Ints,
    Small,
    Tables,
    Words,
)

ARC_BITS = 18  # of the table of forbidden orders of two operations
X_WAYS, X_STEP, X_SINCE, X_BEST, X_NOW, X_SHAKES, X_COUNT = range(7)
P_MODE, P_BEHIND, P_OP, P_SCORE, P_TIES, P_OTHER_MODE, P_OTHER_BEHIND, P_OTHER, P_SEEN, P_COUNT = range(10)


class Shop(NamedTuple):
    """Operations by local number with their rows on the machines and longest paths; -1 is none."""

    op: Ints  # number in the tables
    est: Ints
    pred0: Ints
    pred: Ints
    pred_lag: Ints
    succ0: Ints
    succ: Ints
    succ_lag: Ints
    mode0: Ints  # modes by local number, grouped by operation
    machine: Ints  # of each mode
    work: Ints  # of each mode: set-up and run
    number: Ints  # of each mode in the tables
    is_unlimited: Ints  # machines
    place: Ints  # machines
    place_time: Ints
    mode: Ints
    length: Ints
    left: Ints  # operation before on the machine
    right: Ints
    first: Ints  # first operation of each machine
    ready: Ints  # longest path through the job's predecessors
    head: Ints
    end: Ints  # head and own length
    rest: Ints  # longest path behind through the job's successors
    back: Ints  # own length and tail
    order: Ints
    pos: Ints
    mark: Ints
    wait: Ints
    path: Ints
    until_mode: Ints  # step before which a mode is forbidden
    until_op: Ints  # step before which an operation stays on its machine
    until_arc: Small  # step before which an order of two operations is forbidden
    pick: Ints  # the move found, see P_
    figure: Ints  # counters, see X_
    kept_mode: Ints  # the best found
    kept_head: Ints
    kept_order: Ints
    rng: Words


@structref.register
class ShopType(types.StructRef):
    """Type of a reference to `Shop`."""


class ShopRef(structref.StructRefProxy):
    """Reference to the arrays of `Shop`."""


structref.define_proxy(ShopRef, ShopType, list(Shop._fields))  # type: ignore[no-untyped-call]
_make_shop: type[Shop] = cast("type[Shop]", ShopRef)


@kernel
def _neighbours(p: Tables, ops: Ints, local: Ints, is_before: bool) -> tuple[Ints, Ints, Ints]:
    """Return job neighbours inside the group, grouped by operation, with their lags."""
    n = len(ops)
    first = np.zeros(n + 1, dtype=np.int64)
    low, high = (O_PRED0, O_PRED1) if is_before else (O_SUCC0, O_SUCC1)
    for v in range(n):
        first[v + 1] = first[v] + p.op[ops[v], high] - p.op[ops[v], low]
    other, lag = np.zeros(first[n], dtype=np.int64), np.zeros(first[n], dtype=np.int64)
    for v in range(n):
        for i in range(p.op[ops[v], high] - p.op[ops[v], low]):
            edge = p.op[ops[v], low] + i
            if not is_before:
                edge = p.succ[edge]
            other[first[v] + i] = local[p.edge[edge, E_BEFORE if is_before else E_AFTER]]
            lag[first[v] + i] = p.edge[edge, E_LAG]
    return first, other, lag


@kernel
def _allowed_modes(p: Tables, ops: Ints, mode_of: Ints) -> tuple[Ints, Ints, Ints]:
    """Return modes grouped by operation (one-factory jobs stay where they are), and the present one of each."""
    n = len(ops)
    first, mine = np.zeros(n + 1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    number, size = np.zeros(len(p.mode), dtype=np.int64), 0
    for v in range(n):
        o = ops[v]
        now = mode_of[o]
        for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
            if p.job[p.op[o, O_JOB], J_SINGLE] != 0 and p.mode[mode, M_FACTORY] != p.mode[now, M_FACTORY]:
                continue
            if mode == now:
                mine[v] = size
            number[size] = mode
            size += 1
        first[v + 1] = size
    return first, number[:size].copy(), mine


@entry
def open_shop(p: Tables, ops: Ints, rng: Words, mode_of: Ints) -> Shop:
    """Return the graph of some operations that hang together with no others; `set_rows` fills it."""
    n, machines = len(ops), len(p.machine)
    local = np.full(len(p.op), -1)
    for v in range(n):
        local[ops[v]] = v
    pred0, pred, pred_lag = _neighbours(p, ops, local, True)
    succ0, succ, succ_lag = _neighbours(p, ops, local, False)
    mode0, number, mine = _allowed_modes(p, ops, mode_of)
    zeros, bits = np.zeros((13, n), dtype=np.int64), 10
    while bits < ARC_BITS and (1 << bits) < n * n:
        bits += 1
    figure = np.zeros(X_COUNT, dtype=np.int64)
    figure[X_WAYS] = p.place_time.max() > 0 if p.place_time.size > 0 else 0
    return _make_shop(
        ops,
        p.op[:, O_EST].copy()[ops],
        pred0, pred, pred_lag, succ0, succ, succ_lag,
        mode0,
        p.mode[:, M_MACHINE].copy()[number],
        (p.mode[:, M_SETUP] + p.mode[:, M_RUN])[number],
        number,
        p.machine[:, K_UNLIMITED].copy(),
        p.machine[:, K_PLACE].copy(),
        p.place_time,
        mine,
        zeros[0], np.full(n, -1), np.full(n, -1), np.full(machines, -1),
        zeros[1], zeros[2], zeros[3], zeros[4], zeros[5], zeros[6], zeros[7], zeros[8], zeros[9], zeros[10],
        np.zeros(len(number), dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.zeros(1 << bits, dtype=np.int32),
        np.zeros(P_COUNT, dtype=np.int64),
        figure,
        np.zeros(n, dtype=np.int64),
        zeros[11], zeros[12],
        rng,
    )  # fmt: skip


@entry
def set_rows(s: Shop, by_start: Ints, mode_of: Ints) -> int:
    """Fill rows with the modes given for the operations in the tables; return the makespan, or -1 for a loop.

    Parameters
    ----------
    by_start : ndarray (n,)
        Local numbers in the order they have on the machines.
    mode_of : ndarray (n of the tables,)
    """
    for v in range(len(s.op)):
        for mode in range(s.mode0[v], s.mode0[v + 1]):
            if s.number[mode] == mode_of[s.op[v]]:
                s.mode[v] = mode
    link_rows(s, by_start)
    if not sort_order(s):
        return -1
    forget(s)
    s.figure[X_STEP] = s.figure[X_SINCE] = s.figure[X_SHAKES] = 0
    s.figure[X_NOW] = s.figure[X_BEST] = sweep(s, 0, len(s.op) - 1)
    keep_best(s)
    return s.figure[X_BEST]


@kernel
def link_rows(s: Shop, order: Ints) -> None:
    """Put all operations on the machines of their modes, in a given order."""
    last = np.full(len(s.first), -1)
    s.first[:] = -1
    s.left[:] = -1
    s.right[:] = -1
    for i in range(len(order)):
        v = order[i]
        machine = s.machine[s.mode[v]]
        link_behind(s, v, s.mode[v], last[machine])
        if s.is_unlimited[machine] == 0:
            last[machine] = v


@kernel
def forget(s: Shop) -> None:
    """Allow every move."""
    s.until_mode[:] = 0
    s.until_op[:] = 0
    s.until_arc[:] = 0


@kernel
def sort_order(s: Shop) -> bool:
    """Sort the operations by precedence in jobs and rows; return False for a loop."""
    n = len(s.op)
    wait, order = s.wait, s.order
    size = 0
    for v in range(n):
        wait[v] = s.pred0[v + 1] - s.pred0[v] + (s.left[v] >= 0)
        if wait[v] == 0:
            order[size] = v
            size += 1
    done = 0
    while done < size:
        v = order[done]
        s.pos[v] = done
        done += 1
        for e in range(s.succ0[v], s.succ0[v + 1] + 1):
            a = s.succ[e] if e < s.succ0[v + 1] else s.right[v]
            if a >= 0:
                wait[a] -= 1
                if wait[a] == 0:
                    order[size] = a
                    size += 1
    return size == n


@kernel
def keep_best(s: Shop) -> None:
    """Remember the present plan."""
    s.kept_mode[:] = s.mode
    s.kept_head[:] = s.head
    s.kept_order[:] = s.order


@kernel
def load_best(s: Shop) -> None:
    """Go back to the best plan."""
    s.mode[:] = s.kept_mode
    s.order[:] = s.kept_order
    for i in range(len(s.order)):
        s.pos[s.order[i]] = i
    link_rows(s, s.order)
    s.figure[X_NOW] = sweep(s, 0, len(s.order) - 1)


@kernel
def way(s: Shop, machine_a: int, machine_b: int) -> int:
    """Return the transport time between two machines."""
    a, b = s.place[machine_a], s.place[machine_b]
    return 0 if a < 0 or b < 0 else s.place_time[a, b]


@kernel
def ready_on(s: Shop, v: int, mode: int) -> int:
    """Return the longest path to an operation in a mode through its job's predecessors."""
    if s.figure[X_WAYS] == 0:
        return s.ready[v]
    t = s.est[v]
    for e in range(s.pred0[v], s.pred0[v + 1]):
        b = s.pred[e]
        t = max(t, s.end[b] + s.pred_lag[e] + way(s, s.machine[s.mode[b]], s.machine[mode]))
    return t


@kernel
def rest_on(s: Shop, v: int, mode: int) -> int:
    """Return the longest path behind an operation in a mode through its job's successors."""
    if s.figure[X_WAYS] == 0:
        return s.rest[v]
    t = 0
    for e in range(s.succ0[v], s.succ0[v + 1]):
        a = s.succ[e]
        t = max(t, s.back[a] + s.succ_lag[e] + way(s, s.machine[mode], s.machine[s.mode[a]]))
    return t


@kernel
def sweep(s: Shop, low: int, high: int) -> int:
    """Compute longest paths from a position on and back from a position; return the makespan."""
    order, length, pred, succ, ready, end, rest, back = (
        s.order,
        s.length,
        s.pred,
        s.succ,
        s.ready,
        s.end,
        s.rest,
        s.back,
    )
    left, right, pred0, succ0, has_ways = s.left, s.right, s.pred0, s.succ0, s.figure[X_WAYS] != 0
    for i in range(low, len(order)):
        v = order[i]
        t = s.est[v]
        for e in range(pred0[v], pred0[v + 1]):
            b = pred[e]
            x = end[b] + s.pred_lag[e]
            if has_ways:
                x += way(s, s.machine[s.mode[b]], s.machine[s.mode[v]])
            t = max(t, x)
        ready[v] = t
        u = left[v]
        if u >= 0:
            t = max(t, end[u])
        s.head[v] = t
        end[v] = t + length[v]
    for i in range(high, -1, -1):
        v = order[i]
        t = 0
        for e in range(succ0[v], succ0[v + 1]):
            a = succ[e]
            x = back[a] + s.succ_lag[e]
            if has_ways:
                x += way(s, s.machine[s.mode[v]], s.machine[s.mode[a]])
            t = max(t, x)
        rest[v] = t
        w = right[v]
        if w >= 0:
            t = max(t, back[w])
        back[v] = t + length[v]
    longest = 0
    for v in range(len(end)):
        longest = max(longest, end[v])
    return longest


@kernel
def unlink(s: Shop, v: int) -> None:
    """Take an operation out of its machine's row."""
    u, w = s.left[v], s.right[v]
    machine = s.machine[s.mode[v]]
    if u >= 0:
        s.right[u] = w
    elif s.first[machine] == v:
        s.first[machine] = w
    if w >= 0:
        s.left[w] = u
    s.left[v] = s.right[v] = -1


@kernel
def link_behind(s: Shop, v: int, mode: int, u: int) -> None:
    """Put an operation behind ``u`` on the machine of a mode (first when ``u`` is -1)."""
    s.mode[v], s.length[v] = mode, s.work[mode]
    machine = s.machine[mode]
    if s.is_unlimited[machine] != 0:
        return
    w = s.right[u] if u >= 0 else s.first[machine]
    s.left[v], s.right[v] = u, w
    if u >= 0:
        s.right[u] = v
    else:
        s.first[machine] = v
    if w >= 0:
        s.left[w] = v


@kernel
def move(s: Shop, v: int, mode: int, u: int) -> int:
    """Put an operation behind ``u`` on the machine of a mode; return the makespan, or -1 and undo it for a loop."""
    old_mode, old_left, at = s.mode[v], s.left[v], s.pos[v]
    unlink(s, v)
    machine = s.machine[mode]
    w = -1
    if s.is_unlimited[machine] == 0:
        w = s.right[u] if u >= 0 else s.first[machine]
    low = high = at
    is_open = True
    if u >= 0 and s.pos[u] > at:
        high = s.pos[u]
        is_open = _mend_right(s, v, u)
    elif w >= 0 and s.pos[w] < at:
        low = s.pos[w]
        is_open = _mend_left(s, v, w)
    if not is_open:
        link_behind(s, v, old_mode, old_left)
        return -1
    link_behind(s, v, mode, u)
    return sweep(s, low, high)


@kernel
def _mend_right(s: Shop, v: int, u: int) -> bool:
    """Bring an operation and what must follow it behind ``u`` in the order; return False if ``u`` must follow it."""
    low, high = s.pos[v], s.pos[u]
    mark, order = s.mark, s.order
    mark[v] = 1
    for i in range(low + 1, high + 1):
        z = order[i]
        is_after = s.left[z] >= 0 and mark[s.left[z]] != 0
        for e in range(s.pred0[z], s.pred0[z + 1]):
            is_after = is_after or mark[s.pred[e]] != 0
        mark[z] = is_after
    is_open = mark[u] == 0
    if is_open:
        at, kept = low, 0
        for i in range(low, high + 1):
            z = order[i]
            if mark[z] != 0:
                s.wait[kept] = z
                kept += 1
                mark[z] = 0
            else:
                order[at] = z
                s.pos[z] = at
                at += 1
        for i in range(kept):
            order[at] = s.wait[i]
            s.pos[s.wait[i]] = at
            at += 1
    else:
        for i in range(low, high + 1):
            mark[order[i]] = 0
    return is_open


@kernel
def _mend_left(s: Shop, v: int, w: int) -> bool:
    """Bring an operation and what must precede it before ``w`` in the order; return False if ``w`` must precede it."""
    low, high = s.pos[w], s.pos[v]
    mark, order = s.mark, s.order
    mark[v] = 1
    for i in range(high - 1, low - 1, -1):
        z = order[i]
        is_before = s.right[z] >= 0 and mark[s.right[z]] != 0
        for e in range(s.succ0[z], s.succ0[z + 1]):
            is_before = is_before or mark[s.succ[e]] != 0
        mark[z] = is_before
    is_open = mark[w] == 0
    if is_open:
        at, kept = high, 0
        for i in range(high, low - 1, -1):
            z = order[i]
            if mark[z] != 0:
                s.wait[kept] = z
                kept += 1
                mark[z] = 0
            else:
                order[at] = z
                s.pos[z] = at
                at -= 1
        for i in range(kept):
            order[at] = s.wait[i]
            s.pos[s.wait[i]] = at
            at -= 1
    else:
        for i in range(low, high + 1):
            mark[order[i]] = 0
    return is_open
