# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""Tabu search on the critical path for the makespan of shops without calendars, changeovers or resources.

An operation of the critical path is taken out and put into another place on one of its machines; the effect of a move
is estimated from the longest paths to and from the operations, so that a move costs a few nanoseconds to judge.

References
----------
Mastrolilli, Gambardella (2000), Effective neighbourhood functions for the flexible job shop problem, J. Scheduling 3.
Peng, Lu, Cheng (2015), A tabu search/path relinking algorithm to solve the job shop scheduling problem, Computers &
Operations Research 53.
"""

from __future__ import annotations

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import Floats, Ints, Tables, Words
from rongzhi.engines.scheduling.kernel_random import random_unit
from rongzhi.engines.scheduling.kernel_tabu_graph import (
    P_BEHIND,
    P_MODE,
    P_OP,
    P_OTHER,
    P_OTHER_BEHIND,
    P_OTHER_MODE,
    X_BEST,
    X_NOW,
    X_SHAKES,
    X_SINCE,
    X_STEP,
    Shop,
    forget,
    keep_best,
    load_best,
    move,
    open_shop,
    set_rows,
)
from rongzhi.engines.scheduling.kernel_tabu_moves import critical_path, find_move


@entry
def advance(s: Shop, goal: int, steps: int, patience: int) -> int:
    """Make steps until the goal is met or ``patience`` steps found nothing better; return how many were made."""
    figure, first = s.figure, s.figure[X_STEP]
    for _ in range(steps):
        if figure[X_BEST] <= goal or figure[X_SINCE] >= patience:
            break
        figure[X_STEP] += 1
        figure[X_SINCE] += 1
        step(s)
        if figure[X_NOW] < figure[X_BEST]:
            figure[X_BEST] = figure[X_NOW]
            figure[X_SINCE] = 0
            keep_best(s)
    return figure[X_STEP] - first


@kernel
def step(s: Shop) -> None:
    """Make the best allowed move, or any if all are forbidden."""
    count = critical_path(s, s.figure[X_NOW])
    find_move(s, count)
    pick = s.pick
    v, mode, u = pick[P_OP], pick[P_MODE], pick[P_BEHIND]
    if v < 0:
        v, mode, u = pick[P_OTHER], pick[P_OTHER_MODE], pick[P_OTHER_BEHIND]
        if v < 0:
            return
    now, old_mode = s.figure[X_STEP], s.mode[v]
    if mode == old_mode:
        forbid_back(s, v, u, now + 8 + int(random_unit(s.rng) * (6 + count // 3)))
    makespan = move(s, v, mode, u)
    if makespan < 0:
        s.until_mode[mode] = now + 10
        return
    if mode != old_mode:
        s.until_mode[old_mode] = now + 8 + int(random_unit(s.rng) * (8 + count // 2))
        s.until_op[v] = now + 3 + int(random_unit(s.rng) * (4 + count // 6))
    s.figure[X_NOW] = makespan


@kernel
def forbid_back(s: Shop, v: int, u: int, until: int) -> None:
    """Forbid the present orders of ``v`` and those it is about to pass on its machine, going behind ``u``."""
    n, arcs = len(s.op), s.until_arc
    mask = len(arcs) - 1
    if u >= 0 and s.head[u] >= s.head[v] and s.pos[u] > s.pos[v]:
        x = s.right[v]
        while x >= 0:
            arcs[(v * n + x) & mask] = until
            if x == u:
                break
            x = s.right[x]
        return
    x = s.left[v]
    while x >= 0 and x != u:
        arcs[(x * n + v) & mask] = until
        x = s.left[x]


@kernel
def shake(s: Shop, moves: int) -> None:
    """Go back to the best plan and make random moves on critical paths."""
    load_best(s)
    for _ in range(moves):
        count = critical_path(s, s.figure[X_NOW])
        s.until_mode[:] = s.figure[X_STEP] + 1
        s.until_arc[:] = s.figure[X_STEP] + 1
        best = s.figure[X_BEST]
        s.figure[X_BEST] = 0
        find_move(s, count)
        s.figure[X_BEST] = best
        v = s.pick[P_OTHER]
        if v >= 0:
            makespan = move(s, v, s.pick[P_OTHER_MODE], s.pick[P_OTHER_BEHIND])
            if makespan >= 0:
                s.figure[X_NOW] = makespan
    forget(s)


@entry
def random_keys(s: Shop, keys: Floats) -> None:
    """Write random keys that grow along the jobs, by local number, in 0..1."""
    top = 1e-9
    for i in range(len(s.op)):
        v = s.order[i]
        keys[v] = 0.0
        for e in range(s.pred0[v], s.pred0[v + 1]):
            keys[v] = max(keys[v], keys[s.pred[e]])
        keys[v] += random_unit(s.rng)
        top = max(top, keys[v])
    keys /= top


@entry
def random_modes(s: Shop, mode_of: Ints, share: float) -> None:
    """Give a share of the operations a random mode they may have."""
    for v in range(len(s.op)):
        if random_unit(s.rng) < share:
            choice = s.mode0[v] + int(random_unit(s.rng) * (s.mode0[v + 1] - s.mode0[v]))
            mode_of[s.op[v]] = s.number[choice]


@entry
def best_plan(s: Shop, start: Ints, mode_of: Ints) -> int:
    """Write the best plan into arrays by number in the tables; return its makespan."""
    for v in range(len(s.op)):
        start[s.op[v]] = s.kept_head[v]
        mode_of[s.op[v]] = s.number[s.kept_mode[v]]
    return s.figure[X_BEST]


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
    by_start : ndarray, positions in ``ops`` in the order on the machines
    start, mode_of : ndarray (n of the tables,)
        Brought to the best found; only the entries of ``ops`` are used.
    goal : int
        Stop at this makespan.
    patience : int
        Iterations without a better plan before the search is shaken.

    Returns
    -------
    int
        The best makespan, or -1 if the given order has a loop.
    """
    s = open_shop(p, ops, rng, mode_of)
    if set_rows(s, by_start, mode_of) < 0:
        return -1
    figure, last = s.figure, iterations
    while figure[X_STEP] < last and figure[X_BEST] > goal:
        best = figure[X_BEST]
        advance(s, goal, last - figure[X_STEP], patience)
        if figure[X_SINCE] >= patience:
            figure[X_SHAKES] = 0 if figure[X_BEST] < best else figure[X_SHAKES] + 1
            figure[X_SINCE] = 0
            shake(s, 2 + int(random_unit(rng) * (4 + min(figure[X_SHAKES], 20))))
    return best_plan(s, start, mode_of)
