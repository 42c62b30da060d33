# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""Moves of the tabu search: operations of a critical path to other machines, or within their block on the same machine.

On another machine only the places between the first operation that ends after the moved one could start and the last
one whose tail is longer than its own are judged: they hold the best place and never close a loop. In a block,
operations go to its front and its end, and its first and last operation into it.

References
----------
Mastrolilli, Gambardella (2000), Effective neighbourhood functions for the flexible job shop problem, J. Scheduling 3.
Balas, Vazacopoulos (1998), Guided local search with shifting bottleneck for job shop scheduling, Management Science 44.
Zhang, Li, Guan, Rao (2007), A tabu search algorithm with a new neighborhood structure for the job shop scheduling
problem, Computers & Operations Research 34.
"""

from __future__ import annotations

from rongzhi.engines.scheduling._jit import kernel
from rongzhi.engines.scheduling.kernel_random import random_unit
from rongzhi.engines.scheduling.kernel_tabu_graph import (
    P_BEHIND,
    P_MODE,
    P_OP,
    P_OTHER,
    P_OTHER_BEHIND,
    P_OTHER_MODE,
    P_SCORE,
    P_SEEN,
    P_TIES,
    X_BEST,
    X_STEP,
    X_WAYS,
    Shop,
    ready_on,
    rest_on,
    way,
)

ENDLESS = 1 << 60


@kernel
def critical_path(s: Shop, makespan: int) -> int:
    """Write the operations of a random critical path, first first; return how many."""
    n = len(s.op)
    v, seen = -1, 0
    for x in range(n):
        if s.end[x] == makespan:
            seen += 1
            if seen == 1 or random_unit(s.rng) * seen < 1.0:
                v = x
    at = n
    has_ways = s.figure[X_WAYS] != 0
    while v >= 0:
        at -= 1
        s.path[at] = v
        before, seen, head = -1, 0, s.head[v]
        for e in range(s.pred0[v], s.pred0[v + 1]):
            b = s.pred[e]
            t = s.end[b] + s.pred_lag[e]
            if has_ways:
                t += way(s, s.machine[s.mode[b]], s.machine[s.mode[v]])
            if t == head:
                seen += 1
                if seen == 1 or random_unit(s.rng) * seen < 1.0:
                    before = b
        u = s.left[v]
        if u >= 0 and s.end[u] == head:
            seen += 1
            if seen == 1 or random_unit(s.rng) * seen < 1.0:
                before = u
        v = before
    for i in range(at, n):
        s.path[i - at] = s.path[i]
    return n - at


@kernel
def offer(s: Shop, score: int, v: int, mode: int, u: int, is_forbidden: bool) -> None:
    """Keep a move if it is the best allowed so far; of forbidden ones keep any."""
    pick = s.pick
    if is_forbidden and score >= s.figure[X_BEST]:
        pick[P_SEEN] += 1
        if random_unit(s.rng) * pick[P_SEEN] < 1.0:
            pick[P_OTHER], pick[P_OTHER_MODE], pick[P_OTHER_BEHIND] = v, mode, u
        return
    if score > pick[P_SCORE]:
        return
    if score < pick[P_SCORE]:
        pick[P_TIES] = 0
    pick[P_TIES] += 1
    if pick[P_TIES] == 1 or random_unit(s.rng) * pick[P_TIES] < 1.0:
        pick[P_SCORE], pick[P_OP], pick[P_MODE], pick[P_BEHIND] = score, v, mode, u


@kernel
def find_move(s: Shop, count: int) -> None:
    """Write the best allowed move on the critical path, and any forbidden one, into ``pick``."""
    s.pick[:] = -1
    s.pick[P_SCORE], s.pick[P_SEEN] = ENDLESS, 0
    i = 0
    while i < count:
        j = i
        while j + 1 < count and s.right[s.path[j]] == s.path[j + 1] and s.end[s.path[j]] == s.head[s.path[j + 1]]:
            j += 1
        if j > i:
            block_moves(s, i, j, s.head[s.path[i]] == 0, j == count - 1)
        i = j + 1
    for i in range(count):
        v, now = s.path[i], s.figure[X_STEP]
        is_kept = s.until_op[v] > now
        for mode in range(s.mode0[v], s.mode0[v + 1]):
            if s.machine[mode] != s.machine[s.mode[v]]:
                other_places(s, v, mode, is_kept or s.until_mode[mode] > now)


@kernel
def other_places(s: Shop, v: int, mode: int, is_forbidden: bool) -> None:
    """Judge the places of an operation on another machine."""
    machine, work = s.machine[mode], s.work[mode]
    ready, rest = ready_on(s, v, mode), rest_on(s, v, mode)
    if s.is_unlimited[machine] != 0:
        offer(s, ready + work + rest, v, mode, -1, is_forbidden)
        return
    end, back, right = s.end, s.back, s.right
    x, y = -1, s.first[machine]
    while y >= 0 and end[y] <= ready:
        x, y = y, right[y]
    begin = ready
    while True:
        behind = rest if y < 0 else max(rest, back[y])
        offer(s, begin + work + behind, v, mode, x, is_forbidden)
        if y < 0 or back[y] <= rest:
            break
        begin = end[y]
        x, y = y, right[y]


@kernel
def block_moves(s: Shop, i: int, j: int, is_first: bool, is_last: bool) -> None:
    """Judge moves in the critical block from place ``i`` to place ``j`` of the path.

    Nothing helps at the front of a block that starts at time zero, or at the end of the last block.
    """
    path = s.path
    for k in range(i, j):
        is_edge = k == i and not is_first
        if is_last and not is_edge:
            break
        for at in range(j, k, -1):
            if can_follow(s, path[k], path[at]):
                judge_forward(s, path[k], path[at])
                if not is_edge:
                    break
            if is_first:
                break
    for k in range(j, i + 1, -1):
        is_edge = k == j and not is_last
        if is_first and not is_edge:
            break
        for at in range(i, k - 1):
            if can_precede(s, path[k], path[at]):
                judge_backward(s, path[k], path[at])
                if not is_edge:
                    break
            if is_last:
                break


@kernel
def can_follow(s: Shop, v: int, w: int) -> bool:
    """Return whether no job successor of ``v`` surely comes before ``w``, which is later on the same machine."""
    for e in range(s.succ0[v], s.succ0[v + 1]):
        a = s.succ[e]
        if a == w or (s.pos[a] < s.pos[w] and s.back[a] >= s.back[w] + s.length[a] and s.head[w] >= s.end[a]):
            return False
    return True


@kernel
def can_precede(s: Shop, v: int, u: int) -> bool:
    """Return whether no job predecessor of ``v`` surely comes behind ``u``, which is earlier on the same machine."""
    for e in range(s.pred0[v], s.pred0[v + 1]):
        b = s.pred[e]
        if b == u or (s.pos[b] > s.pos[u] and s.head[b] >= s.end[u] and s.back[u] >= s.back[b] + s.length[u]):
            return False
    return True


@kernel
def is_arc_forbidden(s: Shop, a: int, b: int) -> bool:
    """Return whether ``a`` may not yet come before ``b`` again."""
    return s.until_arc[(a * len(s.op) + b) & (len(s.until_arc) - 1)] > s.figure[X_STEP]


@kernel
def judge_forward(s: Shop, v: int, w: int) -> None:
    """Offer the move of ``v`` right behind ``w`` on its machine with its estimated longest path."""
    t = s.end[s.left[v]] if s.left[v] >= 0 else 0
    x, is_forbidden, wait = s.right[v], False, s.wait
    while True:
        t = max(t, s.ready[x])
        wait[x] = t
        t += s.length[x]
        is_forbidden = is_forbidden or is_arc_forbidden(s, x, v)
        if x == w:
            break
        x = s.right[x]
    t = max(t, s.ready[v])
    q = s.rest[v]
    if s.right[w] >= 0:
        q = max(q, s.back[s.right[w]])
    q += s.length[v]
    top = t + q
    x = w
    while x != v:
        q = max(q, s.rest[x]) + s.length[x]
        top = max(top, wait[x] + q)
        x = s.left[x]
    offer(s, top, v, s.mode[v], w, is_forbidden)


@kernel
def judge_backward(s: Shop, v: int, u: int) -> None:
    """Offer the move of ``v`` left before ``u`` on its machine with its estimated longest path."""
    t = s.ready[v]
    if s.left[u] >= 0:
        t = max(t, s.end[s.left[u]])
    head_v, is_forbidden, wait = t, False, s.wait
    t += s.length[v]
    x = u
    while x != v:
        t = max(t, s.ready[x])
        wait[x] = t
        t += s.length[x]
        is_forbidden = is_forbidden or is_arc_forbidden(s, v, x)
        x = s.right[x]
    q = s.back[s.right[v]] if s.right[v] >= 0 else 0
    x, top = s.left[v], 0
    while True:
        q = max(q, s.rest[x]) + s.length[x]
        top = max(top, wait[x] + q)
        if x == u:
            break
        x = s.left[x]
    q = max(q, s.rest[v]) + s.length[v]
    top = max(top, head_v + q)
    offer(s, top, v, s.mode[v], s.left[u], is_forbidden)
