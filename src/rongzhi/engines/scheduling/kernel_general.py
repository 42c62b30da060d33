# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0912, PLR0917, SIM110 - compiled code passes tables and avoids helpers
"""Improving plans of any kind and size: every iteration costs only what it moves.

Some units are taken out and put back one after the other where they fit; a successor that then starts too early is
pushed out and put back too. Nothing else moves, and only the jobs touched are valued again.
"""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_AFTER,
    E_BEFORE,
    J_DUE,
    K_CALENDAR,
    K_CHANGEOVER,
    K_FAMILY,
    K_SLOT0,
    K_UNLIMITED,
    M_MACHINE,
    M_RUN,
    M_SETUP,
    NEVER,
    NONE,
    O_FAMILY,
    O_FIXED,
    O_JOB,
    O_MODE0,
    O_MODE1,
    O_PRED0,
    O_PRED1,
    O_SUCC0,
    O_SUCC1,
    O_UNIT,
    S_END,
    S_MODE,
    S_START,
    V_MAKESPAN,
    Floats,
    Ints,
    State,
    Tables,
)
from rongzhi.engines.scheduling.kernel_calendar import after_work
from rongzhi.engines.scheduling.kernel_construct import choose, is_allowed, place_unit
from rongzhi.engines.scheduling.kernel_general_scratch import N_CHANGED, N_JOBS, N_OUT, N_ROWS, General
from rongzhi.engines.scheduling.kernel_neighbours import blame, choose_out
from rongzhi.engines.scheduling.kernel_random import random_below, random_unit
from rongzhi.engines.scheduling.kernel_search import gap_is_broken, set_job_end
from rongzhi.engines.scheduling.kernel_timeline import (
    changeover,
    fit_free,
    insert,
    position_for,
    position_from,
    ready,
    remove,
)
from rongzhi.engines.scheduling.kernel_value import add_job, evaluate, latest_end, total_of


@kernel
def earliest_within(p: Tables, s: State, o: int, mode: int, t: int, end_from: int, cutoff: int) -> tuple[int, int, int]:
    """Return earliest start, its end and the position on the machine; NEVER if it would end after ``cutoff``."""
    machine = p.mode[mode, M_MACHINE]
    if p.machine[machine, K_UNLIMITED] != 0:
        start, end = fit_free(p, s, o, mode, t, end_from)
        return start, end, 0
    base, count = p.machine[machine, K_SLOT0], s.filled[machine]
    own = p.machine[machine, K_CALENDAR]
    family = p.op[o, O_FAMILY]
    work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
    has_table = p.machine[machine, K_CHANGEOVER] >= 0
    k = position_from(p, s, machine, t)
    while True:
        gap, limit = t, NEVER
        if k > 0:
            gap = max(gap, s.op[s.slot[base + k - 1], S_END])
        if k < count:
            limit = s.op[s.slot[base + k], S_START]
        if gap + work > cutoff:
            return NEVER, NEVER, 0
        if gap + work > limit:
            k += 1
            continue
        if has_table:
            left, free = p.machine[machine, K_FAMILY], 0
            if k > 0:
                left, free = p.op[s.slot[base + k - 1], O_FAMILY], s.op[s.slot[base + k - 1], S_END]
            change = changeover(p, machine, left, family)
            if change > 0:
                gap = max(gap, after_work(p.calendar, p.interval, own, free, change))
                if gap + work > limit:
                    k += 1
                    continue
        start, end = fit_free(p, s, o, mode, gap, end_from)
        if k >= count:
            return start, end, k
        free = end
        if has_table and end <= limit:
            change = changeover(p, machine, family, p.op[s.slot[base + k], O_FAMILY])
            free = after_work(p.calendar, p.interval, own, end, change)
        if free <= limit:
            return start, end, k
        k += 1


@kernel
def place(p: Tables, s: State, x: General, unit: int, worth: float, blur: float) -> bool:
    """Put one unit back where it ends earliest or costs least; return whether it was possible."""
    first, last = p.unit_first[unit], p.unit_first[unit + 1]
    if last - first > 1:
        return place_unit(p, s, unit, worth, blur)
    o = p.unit_op[first]
    if worth > 0:
        mode, start, end, position = choose(p, s, o, NONE, -1, worth, blur)
    else:
        delay = x.floor[p.op[o, O_JOB]]
        floor = s.op[o, S_START] + delay if delay > 0 else NONE
        mode, start, end, position = soonest(p, s, o, floor, blur)
    if mode < 0:
        return False
    insert(p, s, o, mode, start, end, position)
    return True


@kernel
def soonest(p: Tables, s: State, o: int, floor: int, blur: float) -> tuple[int, int, int, int]:
    """Return the mode in which an operation ends first, starting at ``floor`` or later, with start, end, position."""
    best, best_score = -1, np.inf
    best_start = best_end = best_position = 0
    for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
        if not is_allowed(p, s, o, mode):
            continue
        t, bound = ready(p, s, o, mode)
        cutoff = best_end if blur <= 0 and best >= 0 else NEVER
        start, end, position = earliest_within(p, s, o, mode, max(t, floor), bound, cutoff)
        if start >= NEVER:
            continue
        score = float(end)
        if blur > 0:
            score += blur * random_unit(s.rng) * (p.mode[mode, M_SETUP] + p.mode[mode, M_RUN])
        if score < best_score or (score == best_score and start > best_start):
            best, best_score, best_start, best_end, best_position = mode, score, start, end, position
    return best, best_start, best_end, best_position


@kernel
def touch(p: Tables, s: State, x: General, o: int, value: Floats) -> None:
    """Take the jobs an operation has a part in out of the values, as long as they are complete."""
    for k in range(p.op[o, O_SUCC0] - 1, p.op[o, O_SUCC1]):
        j = p.op[o, O_JOB] if k < p.op[o, O_SUCC0] else p.op[p.edge[p.succ[k], E_AFTER], O_JOB]
        if x.is_touched[j] == 0:
            x.is_touched[j] = 1
            x.touched[x.tally[N_JOBS]] = j
            x.tally[N_JOBS] += 1
            add_job(p, s, j, -1.0, value)


@kernel
def take_away(p: Tables, s: State, x: General, unit: int) -> None:
    """Remove the free operations of a unit, noting where they were at first."""
    for k in range(p.unit_first[unit], p.unit_first[unit + 1]):
        o = p.unit_op[k]
        if p.op[o, O_FIXED] == 0 and s.op[o, S_MODE] >= 0:
            if x.is_old[o] == 0:
                x.is_old[o] = 1
                row = x.tally[N_ROWS]
                x.old[row, 0], x.old[row, 1] = o, s.op[o, S_MODE]
                x.old[row, 2], x.old[row, 3] = s.op[o, S_START], s.op[o, S_END]
                x.tally[N_ROWS] += 1
            remove(p, s, o)


@kernel
def is_early(p: Tables, s: State, o: int) -> bool:
    """Return whether a placed operation starts or ends before its predecessors allow."""
    t, bound = ready(p, s, o, s.op[o, S_MODE])
    return s.op[o, S_START] < t or s.op[o, S_END] < bound


@kernel
def push_out(p: Tables, s: State, x: General, unit: int, value: Floats) -> int:
    """Take out the successors that a unit just placed comes too late for; return how many, -1 when too many."""
    pushed = 0
    for i in range(p.unit_first[unit], p.unit_first[unit + 1]):
        o = p.unit_op[i]
        for k in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
            after = p.edge[p.succ[k], E_AFTER]
            other = p.op[after, O_UNIT]
            if other == unit or p.op[after, O_FIXED] != 0 or s.op[after, S_MODE] < 0 or not is_early(p, s, after):
                continue
            if x.mark[other] == 0:
                if x.tally[N_OUT] >= len(x.out):
                    return -1
                x.out[x.tally[N_OUT]] = other
                x.tally[N_OUT] += 1
            for m in range(p.unit_first[other], p.unit_first[other + 1]):
                touch(p, s, x, p.unit_op[m], value)
            x.mark[other] = 1
            x.key[other] = x.key[unit]
            take_away(p, s, x, other)
            pushed += 1
    return pushed


@kernel
def must_wait(p: Tables, s: State, x: General, unit: int) -> bool:
    """Return whether a predecessor of a unit is still out; the unit's key is then at least as large."""
    waits = False
    for i in range(p.unit_first[unit], p.unit_first[unit + 1]):
        o = p.unit_op[i]
        for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
            b = p.edge[edge, E_BEFORE]
            if s.op[b, S_MODE] < 0 and p.op[b, O_UNIT] != unit:
                x.key[unit] = max(x.key[unit], x.key[p.op[b, O_UNIT]])
                waits = True
    return waits


@kernel
def put_back(p: Tables, s: State, x: General, topo: Ints, worth: Floats, scale: float, blur: float,
             value: Floats) -> bool:  # fmt: skip
    """Put all units back in order of their keys; return whether it was possible."""
    left, turns = x.tally[N_OUT], 0
    while left > 0:
        unit = -1
        for i in range(x.tally[N_OUT]):
            u = x.out[i]
            if x.mark[u] == 1 and (
                unit < 0 or x.key[u] < x.key[unit] or (x.key[u] == x.key[unit] and topo[u] < topo[unit])
            ):
                unit = u
        turns += 1
        if turns > 8 * len(x.out):
            return False
        if must_wait(p, s, x, unit):
            continue
        j = p.op[p.unit_op[p.unit_first[unit]], O_JOB]
        if not place(p, s, x, unit, worth[j] * scale, blur):
            return False
        x.mark[unit] = 2
        pushed = push_out(p, s, x, unit, value)
        if pushed < 0:
            return False
        left += pushed - 1
    return True


@kernel
def set_keys(p: Tables, s: State, x: General, target: int) -> None:
    """Choose the order in which the units are put back."""
    kind = random_below(s.rng, 4)
    for i in range(x.tally[N_OUT]):
        unit = x.out[i]
        o = p.unit_op[p.unit_first[unit]]
        j = p.op[o, O_JOB]
        if x.job_key[j] < 0:
            x.job_key[j] = 1.0 + random_unit(s.rng)
            if kind == 2:
                x.job_key[j] += s.job_end[j] / p.job_weight[j]
            elif kind == 3:
                x.job_key[j] += max(1, p.job[j, J_DUE]) * (0.8 + 0.4 * random_unit(s.rng)) / p.job_weight[j]
        x.key[unit] = x.job_key[j]
        if kind == 0:
            x.key[unit] = 1.0 + s.op[o, S_START] * (0.97 + 0.06 * random_unit(s.rng))
        if j == target:
            x.key[unit] = 0.0
    for i in range(x.tally[N_OUT]):
        x.job_key[p.op[p.unit_op[p.unit_first[x.out[i]]], O_JOB]] = -1.0


@kernel
def set_floors(p: Tables, s: State, x: General, target: int, sign: int) -> None:
    """Let some punctual jobs wait as long as they can afford, which leaves early hours to others; or undo it."""
    for i in range(x.tally[N_OUT]):
        j = p.op[p.unit_op[p.unit_first[x.out[i]]], O_JOB]
        if sign == 0:
            x.floor[j] = 0
        elif j != target and x.floor[j] == 0 and p.job[j, J_DUE] > s.job_end[j] and random_unit(s.rng) < 0.5:
            x.floor[j] = 1 + int(random_unit(s.rng) * min(p.job[j, J_DUE] - s.job_end[j], s.job_end[j]))


@kernel
def has_broken_gap(p: Tables, s: State, x: General) -> bool:
    """Return whether a removal left a changeover that does not fit."""
    for i in range(x.tally[N_ROWS]):
        if gap_is_broken(p, s, p.mode[x.old[i, 1], M_MACHINE], x.old[i, 2]):
            return True
    return False


@kernel
def undo(p: Tables, s: State, x: General) -> None:
    """Put the plan back as it was."""
    for i in range(x.tally[N_ROWS]):
        if s.op[x.old[i, 0], S_MODE] >= 0:
            remove(p, s, x.old[i, 0])
    for i in range(x.tally[N_ROWS] - 1, -1, -1):
        o, mode, start, end = x.old[i]
        machine = p.mode[mode, M_MACHINE]
        position = 0
        if p.machine[machine, K_UNLIMITED] == 0:
            position = position_for(p, s, machine, start, end)
        insert(p, s, o, mode, start, end, position)
    for i in range(x.tally[N_JOBS]):
        set_job_end(p, s, x.touched[i])


@kernel
def forget(x: General) -> None:
    """Clear the marks of an iteration."""
    for i in range(x.tally[N_OUT]):
        x.mark[x.out[i]] = 0
    for i in range(x.tally[N_ROWS]):
        x.is_old[x.old[i, 0]] = 0
    for i in range(x.tally[N_JOBS]):
        x.is_touched[x.touched[i]] = 0
    x.tally[N_OUT] = x.tally[N_ROWS] = x.tally[N_JOBS] = 0


@kernel
def note_changes(x: General) -> None:
    """Add the operations just moved to those that differ from the best plan."""
    for i in range(x.tally[N_ROWS]):
        o = x.old[i, 0]
        if x.is_changed[o] == 0:
            x.is_changed[o] = 1
            x.changed[x.tally[N_CHANGED]] = o
            x.tally[N_CHANGED] += 1


@kernel
def copy_changes(s: State, x: General, best: Ints) -> None:
    """Bring the best plan up to date."""
    for i in range(x.tally[N_CHANGED]):
        o = x.changed[i]
        for k in range(4):
            best[o, k] = s.op[o, k]
        x.is_changed[o] = 0
    x.tally[N_CHANGED] = 0


@kernel
def rearrange(
    p: Tables, s: State, x: General, target: int, value: Floats, caps: Floats, topo: Ints, worth: Floats, blur: float
) -> float:
    """Take out the listed units and put them back; return the new total (inf: no good)."""
    x.before[:] = s.value
    set_keys(p, s, x, target)
    has_floors = random_unit(s.rng) < 0.3
    if has_floors:
        set_floors(p, s, x, target, 1)
    listed = x.tally[N_OUT]
    for i in range(listed):
        for k in range(p.unit_first[x.out[i]], p.unit_first[x.out[i] + 1]):
            touch(p, s, x, p.unit_op[k], value)
    for i in range(listed):
        take_away(p, s, x, x.out[i])
    scale = np.exp(3.0 * random_unit(s.rng) - 2.0)
    is_good = put_back(p, s, x, topo, worth, scale, blur, value) and not has_broken_gap(p, s, x)
    if has_floors:
        set_floors(p, s, x, target, 0)
    if not is_good:
        return np.inf
    for i in range(x.tally[N_JOBS]):
        add_job(p, s, x.touched[i], 1.0, value)
    for i in range(len(value)):  # what insertion and removal keep up to date themselves
        value[i] += s.value[i] - x.before[i]
    if p.weight[V_MAKESPAN] != 0.0 or caps[V_MAKESPAN] < np.inf:
        value[V_MAKESPAN] = latest_end(s)
    for i in range(len(caps)):
        if value[i] > caps[i] + 1e-9:
            return np.inf
    return total_of(p, value)


@entry
def search(
    p: Tables,
    s: State,
    x: General,
    best: Ints,
    best_value: Floats,
    caps: Floats,
    topo: Ints,
    worth: Floats,
    heat: Floats,
    most: int,
    iterations: int,
) -> float:
    """Run iterations of take out and put back; return the best total.

    Parameters
    ----------
    best : ndarray (n, 4), state rows of the best plan, brought up to date
    best_value : ndarray, its values
    caps : ndarray, values that must not be exceeded (inf none)
    topo : ndarray (units,), place of every unit in an order of precedence
    worth : ndarray (jobs,), value of one time unit
    heat : ndarray (3,), temperature as a share of the best total, accepted iterations, random mode choice
    most : int, most units chosen at once
    """
    current = evaluate(p, s, s.value)
    best_total = total_of(p, best_value)
    value = s.value.copy()
    every = max(100, len(p.job) // 4)
    for turn in range(iterations):
        if turn % every == 0:
            blame(p, s, x.share)
        size = 2 + random_below(s.rng, most - 1)
        target = choose_out(p, s, x, size)
        if x.tally[N_OUT] > 0:
            value[:] = s.value
            total = rearrange(p, s, x, target, value, caps, topo, worth, heat[2])
            loss = total - current
            if loss <= 1e-12 or loss < -heat[0] * best_total * np.log(random_unit(s.rng) + 1e-12):
                heat[1] += 1
                s.value[:] = value
                current = total
                note_changes(x)
                if total < best_total - 1e-9:
                    best_total = total
                    best_value[:] = value
                    copy_changes(s, x, best)
            else:
                undo(p, s, x)
        forget(x)
    return best_total
