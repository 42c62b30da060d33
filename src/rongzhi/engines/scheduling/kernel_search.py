# mypy: disable-error-code="no-any-return"
# ruff: noqa: C901, PLR0912, PLR0917, SIM110 - compiled code passes tables and avoids helpers
"""Improving a plan of any kind: take some work out, put it back better, keep what pays (large neighbourhood search).

The plan stays valid all the time: with an operation everything that follows it is taken out, so that what is put back
never has to fit before something that stays, except before fixed operations, whose violation is a broken hard rule.
"""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_AFTER,
    J_DUE,
    J_OP0,
    J_OP1,
    J_SINGLE,
    K_BATCH,
    K_CALENDAR,
    K_CHANGEOVER,
    K_FACTORY,
    K_FAMILY,
    K_SLOT0,
    K_UNLIMITED,
    M_FACTORY,
    M_MACHINE,
    O_FAMILY,
    O_FIXED,
    O_JOB,
    O_MODE0,
    O_MODE1,
    O_SUCC0,
    O_SUCC1,
    O_UNIT,
    S_END,
    S_MODE,
    S_START,
    V_CHANGEOVER,
    V_MAKESPAN,
    V_OVERTIME,
    Floats,
    Ints,
    Scratch,
    State,
    Tables,
)
from rongzhi.engines.scheduling.kernel_batch import take_batch
from rongzhi.engines.scheduling.kernel_calendar import after_work
from rongzhi.engines.scheduling.kernel_construct import place_unit
from rongzhi.engines.scheduling.kernel_random import random_below, random_unit
from rongzhi.engines.scheduling.kernel_timeline import changeover, find_on, insert, position_for, remove
from rongzhi.engines.scheduling.kernel_value import add_job, evaluate, latest_end, total_of
from rongzhi.engines.scheduling.native import make_scratch


@kernel
def take(p: Tables, s: State, unit: int, mark: Ints, out: Ints, count: int, most: int) -> int:
    """Mark a unit, all that follow it and batches it breaks; return the new count, more than ``most`` when too many."""
    if mark[unit] != 0:
        return count
    mark[unit] = 1
    out[count] = unit
    head = count
    count += 1
    while head < count <= most:
        u = out[head]
        head += 1
        for i in range(p.unit_first[u], p.unit_first[u + 1]):
            o = p.unit_op[i]
            if p.machine[p.mode[s.op[o, S_MODE], M_MACHINE], K_BATCH] != 0 and count <= most:
                count = take_batch(p, s, o, mark, out, count, most)
            for k in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
                after = p.edge[p.succ[k], E_AFTER]
                next_unit = p.op[after, O_UNIT]
                if mark[next_unit] == 0 and p.op[after, O_FIXED] == 0 and count <= most:
                    mark[next_unit] = 1
                    out[count] = next_unit
                    count += 1
    return count


@kernel
def urgent_job(p: Tables, s: State, tries: int) -> int:
    """Return the worst of a few random jobs: latest against its due date, or else the last to end."""
    best, best_score = 0, -np.inf
    for _ in range(tries):
        j = random_below(s.rng, len(p.job))
        late = max(0, s.job_end[j] - p.job[j, J_DUE])
        score = p.job_weight[j] * late if late > 0 else s.job_end[j] * 1e-9 - 1.0
        if score > best_score:
            best, best_score = j, score
    return best


@kernel
def take_around(
    p: Tables, s: State, o: int, before: int, after: int, mark: Ints, out: Ints, count: int, most: int
) -> int:
    """Take an operation and some of its neighbours on the machine."""
    machine = p.mode[s.op[o, S_MODE], M_MACHINE]
    if p.machine[machine, K_UNLIMITED] != 0:
        return take(p, s, p.op[o, O_UNIT], mark, out, count, most)
    position = find_on(p, s, o, machine)
    base = p.machine[machine, K_SLOT0]
    for k in range(max(0, position - before), min(s.filled[machine], position + after + 1)):
        other = s.slot[base + k]
        if p.op[other, O_FIXED] == 0 and count <= most:
            count = take(p, s, p.op[other, O_UNIT], mark, out, count, most)
    return count


@kernel
def destroy(p: Tables, s: State, mark: Ints, out: Ints, most: int) -> int:
    """Choose the units to take out; return how many (more than ``most`` means: give up)."""
    count = 0
    kind = random_unit(s.rng)
    size = 1 + random_below(s.rng, most)
    if kind < 0.4:  # an urgent job and what stands before it on its machines
        j = urgent_job(p, s, 8)
        first, last = p.job[j, J_OP0], p.job[j, J_OP1]
        if first == last:
            return 0
        start = first + random_below(s.rng, last - first)
        reach = 1 + random_below(s.rng, 4)
        for o in range(start, last):
            if p.op[o, O_FIXED] == 0 and count < size:
                count = take_around(p, s, o, reach, 0, mark, out, count, most)
    elif kind < 0.7:  # a stretch of one machine
        o = random_below(s.rng, len(p.op))
        reach = 1 + size // 4
        count = take_around(p, s, o, random_below(s.rng, reach + 1), reach, mark, out, count, most)
    elif kind < 0.85:  # whole jobs
        while count < size:
            j = random_below(s.rng, len(p.job)) if random_unit(s.rng) < 0.5 else urgent_job(p, s, 4)
            was = count
            for o in range(p.job[j, J_OP0], p.job[j, J_OP1]):
                if p.op[o, O_FIXED] == 0 and count <= most:
                    count = take(p, s, p.op[o, O_UNIT], mark, out, count, most)
            if count == was:
                break
    else:  # some hours of a factory
        o = random_below(s.rng, len(p.op))
        factory = p.mode[s.op[o, S_MODE], M_FACTORY]
        for machine in range(len(p.machine)):
            if p.machine[machine, K_FACTORY] != factory or s.filled[machine] == 0 or count >= size:
                continue
            position = position_for(p, s, machine, s.op[o, S_START], s.op[o, S_START])
            other = s.slot[p.machine[machine, K_SLOT0] + min(position, s.filled[machine] - 1)]
            count = take_around(p, s, other, 1, 1, mark, out, count, most)
    return count


@kernel
def gap_is_broken(p: Tables, s: State, machine: int, t: int) -> bool:
    """Return whether the changeover over the gap a removal left at ``t`` is too long for it."""
    if p.machine[machine, K_CHANGEOVER] < 0 or p.machine[machine, K_UNLIMITED] != 0:
        return False
    position = position_for(p, s, machine, t, t)
    if position >= s.filled[machine]:
        return False
    base = p.machine[machine, K_SLOT0]
    right = s.slot[base + position]
    free, family, is_fixed = 0, p.machine[machine, K_FAMILY], True
    if position > 0:
        left = s.slot[base + position - 1]
        free, family, is_fixed = s.op[left, S_END], p.op[left, O_FAMILY], p.op[left, O_FIXED] != 0
    if is_fixed and p.op[right, O_FIXED] != 0:
        return False
    change = changeover(p, machine, family, p.op[right, O_FAMILY])
    return after_work(p.calendar, p.interval, p.machine[machine, K_CALENDAR], free, change) > s.op[right, S_START]


@kernel
def sort_units(keys: Floats, topo: Ints, units: Ints, count: int) -> None:
    """Sort units by key, then by order of precedence (insertion sort: there are few)."""
    for i in range(1, count):
        unit, key = units[i], keys[units[i]]
        k = i - 1
        while k >= 0 and (keys[units[k]] > key or (keys[units[k]] == key and topo[units[k]] > topo[unit])):
            units[k + 1] = units[k]
            k -= 1
        units[k + 1] = unit


@kernel
def order_for_repair(
    p: Tables, s: State, topo: Ints, keys: Floats, job_key: Floats, mark: Ints, out: Ints, count: int
) -> None:
    """Choose the order in which the units are put back; precedences are kept."""
    kind = random_below(s.rng, 4)
    for i in range(count):
        o = p.unit_op[p.unit_first[out[i]]]
        j = p.op[o, O_JOB]
        if kind == 0:  # as before, a little shaken
            keys[out[i]] = s.op[o, S_START] * (0.97 + 0.06 * random_unit(s.rng))
        elif job_key[j] < 0:
            if kind == 1:
                job_key[j] = random_unit(s.rng)
            elif kind == 2:  # most urgent first
                job_key[j] = p.job[j, J_DUE] * (0.9 + 0.2 * random_unit(s.rng)) / p.job_weight[j]
            else:
                job_key[j] = s.job_end[j] * (0.9 + 0.2 * random_unit(s.rng)) / p.job_weight[j]
    if kind != 0:
        for i in range(count):
            keys[out[i]] = job_key[p.op[p.unit_op[p.unit_first[out[i]]], O_JOB]]
        for i in range(count):
            job_key[p.op[p.unit_op[p.unit_first[out[i]]], O_JOB]] = -1.0
    for i in range(count):  # by precedence first, so that keys can be handed down
        k = i - 1
        unit = out[i]
        while k >= 0 and topo[out[k]] > topo[unit]:
            out[k + 1] = out[k]
            k -= 1
        out[k + 1] = unit
    for i in range(count):
        for m in range(p.unit_first[out[i]], p.unit_first[out[i] + 1]):
            o = p.unit_op[m]
            for k in range(p.op[o, O_SUCC0], p.op[o, O_SUCC1]):
                after = p.op[p.edge[p.succ[k], E_AFTER], O_UNIT]
                if mark[after] != 0:
                    keys[after] = max(keys[after], keys[out[i]])
    sort_units(keys, topo, out, count)


@kernel
def wish_factories(p: Tables, s: State, out: Ints, count: int) -> None:
    """Send some one-factory jobs that are out completely to a random factory."""
    for i in range(count):
        o = p.unit_op[p.unit_first[out[i]]]
        j = p.op[o, O_JOB]
        if p.job[j, J_SINGLE] != 0 and s.job_placed[j] == 0 and p.op[o, O_MODE1] > p.op[o, O_MODE0]:
            s.wish[j] = -1
            if random_unit(s.rng) < 0.6:
                mode = p.op[o, O_MODE0] + random_below(s.rng, p.op[o, O_MODE1] - p.op[o, O_MODE0])
                s.wish[j] = p.mode[mode, M_FACTORY]


@kernel
def take_out(p: Tables, s: State, out: Ints, count: int, old: Ints) -> int:
    """Remove the operations of units ``out[:count]``, noting their state; return the number of rows."""
    rows = 0
    for i in range(count):
        for k in range(p.unit_first[out[i]], p.unit_first[out[i] + 1]):
            o = p.unit_op[k]
            if p.op[o, O_FIXED] == 0:
                old[rows, 0], old[rows, 1] = o, s.op[o, S_MODE]
                old[rows, 2], old[rows, 3] = s.op[o, S_START], s.op[o, S_END]
                rows += 1
                remove(p, s, o)
    return rows


@kernel
def restore(p: Tables, s: State, old: Ints, rows: int) -> None:
    """Put the plan back as it was."""
    for i in range(rows):
        if s.op[old[i, 0], S_MODE] >= 0:
            remove(p, s, old[i, 0])
    for i in range(rows - 1, -1, -1):
        o, mode, start, end = old[i]
        machine = p.mode[mode, M_MACHINE]
        position = 0
        if p.machine[machine, K_UNLIMITED] == 0:
            position = position_for(p, s, machine, start, end)
        insert(p, s, o, mode, start, end, position)


@kernel
def touch_jobs(p: Tables, old: Ints, rows: int, touched: Ints, is_touched: Ints) -> int:
    """List the jobs whose values change with some operations; return how many."""
    count = 0
    for i in range(rows):
        o = old[i, 0]
        for k in range(p.op[o, O_SUCC0] - 1, p.op[o, O_SUCC1]):
            j = p.op[o, O_JOB] if k < p.op[o, O_SUCC0] else p.op[p.edge[p.succ[k], E_AFTER], O_JOB]
            if is_touched[j] == 0:
                is_touched[j] = 1
                touched[count] = j
                count += 1
    return count


@entry
def improve(
    p: Tables,
    s: State,
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
    heat : ndarray (3,), acceptance: share of the mean loss, mean loss (kept up to date), random mode choice
    most : int, most units taken out at once
    """
    x = new_scratch(p)
    changes = note_differences(s, best, x)
    evaluate(p, s, s.value)
    current, best_total = total_of(p, s.value), total_of(p, best_value)
    value = s.value.copy()
    for _ in range(iterations):
        count = destroy(p, s, x.mark, x.out, most)
        if 0 < count <= most:
            value[:] = s.value
            rows, jobs, total = rearrange(p, s, x, count, value, caps, topo, worth, heat)
            loss = total - current
            if 0 < loss < np.inf:
                heat[1] = 0.99 * heat[1] + 0.01 * loss
            if loss <= 1e-12 or loss < -heat[0] * heat[1] * np.log(random_unit(s.rng) + 1e-12):
                s.value[:] = value
                current = total
                changes = note_changes(x, rows, changes)
                if total < best_total - 1e-9:
                    best_total = total
                    best_value[:] = value
                    changes = copy_changes(s, best, x, changes)
            else:
                restore(p, s, x.old, rows)
                for i in range(jobs):
                    set_job_end(p, s, x.touched[i])
            for i in range(jobs):
                x.is_touched[x.touched[i]] = 0
        for i in range(count):
            x.mark[x.out[i]] = 0
    return best_total


@kernel
def new_scratch(p: Tables) -> Scratch:
    """Return empty working arrays."""
    units, n, jobs = len(p.unit_first) - 1, len(p.op), len(p.job)
    return make_scratch(
        np.zeros(units, dtype=np.int64),
        np.zeros(units + 1, dtype=np.int64),
        np.zeros(units),
        np.full(jobs, -1.0),
        np.zeros(jobs, dtype=np.int64),
        np.zeros(jobs + 1, dtype=np.int64),
        np.zeros((n, 4), dtype=np.int64),
        np.zeros(n + 1, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
    )


@kernel
def rearrange(
    p: Tables,
    s: State,
    x: Scratch,
    count: int,
    value: Floats,
    caps: Floats,
    topo: Ints,
    worth: Floats,
    heat: Floats,
) -> tuple[int, int, float]:
    """Take out the chosen units and put them back; return operations, jobs touched and the new total (inf: no good)."""
    order_for_repair(p, s, topo, x.keys, x.job_key, x.mark, x.out, count)
    # The jobs are evaluated before anything moves, so that their old share can be taken out of the values.
    rows = note_rows(p, x.out, count, x.old)
    jobs = touch_jobs(p, x.old, rows, x.touched, x.is_touched)
    for i in range(jobs):
        add_job(p, s, x.touched[i], -1.0, value)
    rows = take_out(p, s, x.out, count, x.old)
    is_good = not has_broken_gap(p, s, x.old, rows)
    wish_factories(p, s, x.out, count)
    scale = np.exp(3.0 * random_unit(s.rng) - 2.0)
    i = 0
    while i < count and is_good:
        j = p.op[p.unit_op[p.unit_first[x.out[i]]], O_JOB]
        is_good = place_unit(p, s, x.out[i], worth[j] * scale, heat[2])
        i += 1
    if not is_good:
        return rows, jobs, np.inf
    for i in range(jobs):
        add_job(p, s, x.touched[i], 1.0, value)
    value[V_CHANGEOVER], value[V_OVERTIME] = s.value[V_CHANGEOVER], s.value[V_OVERTIME]
    if p.weight[V_MAKESPAN] != 0.0 or caps[V_MAKESPAN] < np.inf:
        value[V_MAKESPAN] = latest_end(s)
    for i in range(len(caps)):
        if value[i] > caps[i] + 1e-9:
            return rows, jobs, np.inf
    return rows, jobs, total_of(p, value)


@kernel
def note_differences(s: State, best: Ints, x: Scratch) -> int:
    """List the operations that stand elsewhere than in the best plan; return how many."""
    changes = 0
    for o in range(len(best)):
        is_same = s.op[o, S_MODE] == best[o, S_MODE] and s.op[o, S_START] == best[o, S_START]
        if not is_same or s.op[o, S_END] != best[o, S_END]:
            x.is_changed[o] = 1
            x.changed[changes] = o
            changes += 1
    return changes


@kernel
def note_changes(x: Scratch, rows: int, changes: int) -> int:
    """Add the operations just moved to those that differ from the best plan; return how many."""
    for i in range(rows):
        o = x.old[i, 0]
        if x.is_changed[o] == 0:
            x.is_changed[o] = 1
            x.changed[changes] = o
            changes += 1
    return changes


@kernel
def copy_changes(s: State, best: Ints, x: Scratch, changes: int) -> int:
    """Bring the best plan up to date; return 0, the number of differences left."""
    for i in range(changes):
        o = x.changed[i]
        for k in range(4):
            best[o, k] = s.op[o, k]
        x.is_changed[o] = 0
    return 0


@kernel
def note_rows(p: Tables, out: Ints, count: int, old: Ints) -> int:
    """List the free operations of units before they are taken out."""
    rows = 0
    for i in range(count):
        for k in range(p.unit_first[out[i]], p.unit_first[out[i] + 1]):
            if p.op[p.unit_op[k], O_FIXED] == 0:
                old[rows, 0] = p.unit_op[k]
                rows += 1
    return rows


@kernel
def has_broken_gap(p: Tables, s: State, old: Ints, rows: int) -> bool:
    """Return whether a removal left a changeover that does not fit (only without the triangle inequality)."""
    for i in range(rows):
        if gap_is_broken(p, s, p.mode[old[i, 1], M_MACHINE], old[i, 2]):
            return True
    return False


@kernel
def set_job_end(p: Tables, s: State, j: int) -> None:
    """Bring the end of a job up to date."""
    end = s.job_end[j]
    if p.job[j, J_OP1] > p.job[j, J_OP0]:
        end = s.op[p.job[j, J_OP0], S_END]
        for o in range(p.job[j, J_OP0], p.job[j, J_OP1]):
            end = max(end, s.op[o, S_END])
    s.job_end[j] = end


@entry
def compact(p: Tables, s: State, order: Ints) -> int:
    """Take out all free operations and place them again in an order, on the same machines; return the failures."""
    for o in range(len(p.op)):
        s.keep[o] = s.op[o, S_MODE]
    for o in range(len(p.op)):
        if p.op[o, O_FIXED] == 0 and s.op[o, S_MODE] >= 0:
            remove(p, s, o)
    failed = 0
    for i in range(len(order)):
        if not place_unit(p, s, order[i], 0.0, 0.0):
            failed += 1
    s.keep[:] = -1
    return failed


@entry
def transfer(p: Tables, s: State, topo: Ints, factory: int, limit: int, tries: int) -> int:
    """Move a random one-factory job from a factory to another where it ends before a limit.

    Returns
    -------
    int
        The number of the job, or -1 if no try succeeded; the plan is then as before.
    """
    old = np.zeros((len(p.op), 4), dtype=np.int64)
    out = np.zeros(len(p.op) + 1, dtype=np.int64)
    for _ in range(tries):
        o = random_below(s.rng, len(p.op))
        j = p.op[o, O_JOB]
        mode = p.op[o, O_MODE0] + random_below(s.rng, p.op[o, O_MODE1] - p.op[o, O_MODE0])
        target = p.mode[mode, M_FACTORY]
        if s.job_factory[j] != factory or target == factory or p.job[j, J_SINGLE] == 0:
            continue
        count, is_free = 0, True
        for x in range(p.job[j, J_OP0], p.job[j, J_OP1]):
            is_free = is_free and p.op[x, O_FIXED] == 0
            k = count - 1
            while k >= 0 and topo[out[k]] > topo[p.op[x, O_UNIT]]:
                out[k + 1] = out[k]
                k -= 1
            out[k + 1] = p.op[x, O_UNIT]
            count += 1
        if not is_free:
            continue
        rows = take_out(p, s, out, count, old)
        s.wish[j] = target
        end, i, is_placed = 0, 0, True
        while i < count and is_placed:
            is_placed = place_unit(p, s, out[i], 0.0, 0.0)
            end = max(end, s.op[p.unit_op[p.unit_first[out[i]]], S_END]) if is_placed else end
            i += 1
        s.wish[j] = -1
        if is_placed and end < limit:
            set_job_end(p, s, j)
            return j
        restore(p, s, old, rows)
    return -1
