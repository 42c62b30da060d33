# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""Which work to take out of a plan: what makes jobs late, and what stands in its way.

Nothing is removed here; units are only listed. What follows a unit stays: when the unit comes back too late for it,
it is pushed out in turn (see `kernel_general`).
"""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import kernel
from rongzhi.engines.scheduling.arrays import (
    E_BEFORE,
    E_LAG,
    J_DUE,
    J_OP0,
    J_OP1,
    K_FACTORY,
    K_SLOT0,
    K_UNLIMITED,
    M_FACTORY,
    M_MACHINE,
    M_RUN,
    M_SETUP,
    O_FIXED,
    O_JOB,
    O_MODE0,
    O_MODE1,
    O_PRED0,
    O_PRED1,
    O_UNIT,
    S_END,
    S_MODE,
    S_START,
    V_LATE,
    V_TARDINESS,
    Floats,
    State,
    Tables,
)
from rongzhi.engines.scheduling.kernel_general_scratch import N_OUT, General
from rongzhi.engines.scheduling.kernel_random import random_below, random_unit
from rongzhi.engines.scheduling.kernel_timeline import find_on, position_for, position_from, ready, transport


@kernel
def take(p: Tables, x: General, o: int) -> None:
    """List the unit of a free operation for removal."""
    unit = p.op[o, O_UNIT]
    if x.mark[unit] == 0 and p.op[o, O_FIXED] == 0 and x.tally[N_OUT] < len(x.out):
        x.mark[unit] = 1
        x.out[x.tally[N_OUT]] = unit
        x.tally[N_OUT] += 1


@kernel
def blame(p: Tables, s: State, share: Floats) -> None:
    """Fill ``share`` with running sums of what every job adds to the objective, a little for the punctual ones."""
    jobs = len(p.job)
    last, total = 0, 0.0
    for j in range(jobs):
        last = max(last, s.job_end[j])
    lateness = p.weight[V_TARDINESS] + p.weight[V_LATE]
    others = 0.0
    for i in range(len(p.weight) - 1):
        others += p.weight[i]
    others -= lateness
    for j in range(jobs):
        own = 0.0
        if p.job[j, J_OP1] > p.job[j, J_OP0]:
            late = max(0, s.job_end[j] - p.job[j, J_DUE])
            if lateness > 0 and late > 0:
                own = p.job_weight[j] * late
            if others > 0 or own == 0.0:
                own += 1e-9 * s.job_end[j]
        share[j] = own
        total += own
    mean = total / max(1, jobs)
    running = 0.0
    for j in range(jobs):
        has_work = p.job[j, J_OP1] > p.job[j, J_OP0]
        running += (0.1 * mean + min(share[j], 50.0 * mean)) if has_work else 0.0
        if others > 0 and lateness == 0 and has_work and s.job_end[j] > 0.97 * last:
            running += mean
        share[j] = running


@kernel
def blamed_job(s: State, share: Floats) -> int:
    """Return a job drawn by its share of the blame."""
    low, high = 0, len(share) - 1
    mark = random_unit(s.rng) * share[high]
    while low < high:
        middle = (low + high) >> 1
        if share[middle] <= mark:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def burden(p: Tables, s: State, o: int, delay: int) -> float:
    """Return roughly what it costs to delay an operation: nothing while its job stays punctual."""
    j = p.op[o, O_JOB]
    late = s.job_end[j] + delay - max(s.job_end[j], p.job[j, J_DUE])
    return p.job_weight[j] * max(0, late)


@kernel
def clear_before(p: Tables, s: State, x: General, o: int, mode: int, t: int, until: int) -> None:
    """List work on a machine between two moments, at the place where its delay costs least, to make room."""
    machine = p.mode[mode, M_MACHINE]
    if p.machine[machine, K_UNLIMITED] != 0 or s.filled[machine] == 0:
        return
    base = p.machine[machine, K_SLOT0]
    low = position_from(p, s, machine, t)
    while low > 0 and s.op[s.slot[base + low - 1], S_END] > t:
        low -= 1
    high = position_from(p, s, machine, until)
    if high <= low:
        return
    work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
    best, least = low, np.inf
    for _ in range(3):
        k = low + random_below(s.rng, high - low)
        other = s.slot[base + k]
        cost = burden(p, s, other, until - s.op[other, S_START]) * (0.5 + random_unit(s.rng))
        if cost < least:
            best, least = k, cost
    room, k = 0, best
    while room < work and k < high and k - best < 6:
        other = s.slot[base + k]
        if other != o:
            take(p, x, other)
            done = p.mode[s.op[other, S_MODE], M_SETUP] + p.mode[s.op[other, S_MODE], M_RUN]
            room += done
        k += 1


@kernel
def latest_before(p: Tables, s: State, o: int) -> int:
    """Return the free operation that an operation waits for longest, or -1."""
    best, last = -1, -np.inf
    machine = p.mode[s.op[o, S_MODE], M_MACHINE]
    for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
        b = p.edge[edge, E_BEFORE]
        if p.op[b, O_FIXED] == 0:
            arrival = float(s.op[b, S_END] + p.edge[edge, E_LAG])
            arrival += transport(p, p.mode[s.op[b, S_MODE], M_MACHINE], machine)
            if arrival > last:
                best, last = b, arrival
    return best


@kernel
def last_of(p: Tables, s: State, j: int) -> int:
    """Return the operation of a job that ends last."""
    best = p.job[j, J_OP0]
    for o in range(p.job[j, J_OP0], p.job[j, J_OP1]):
        if s.op[o, S_END] > s.op[best, S_END]:
            best = o
    return best


@kernel
def take_chain(p: Tables, s: State, x: General, j: int, size: int) -> None:
    """List a job's critical chain from its end back, and work that stands in its way on the machines."""
    o = last_of(p, s, j)
    eager = 0.3 + 0.7 * random_unit(s.rng)
    while o >= 0 and x.tally[N_OUT] < size:
        if p.op[o, O_FIXED] != 0:
            return
        take(p, x, o)
        mode, start = s.op[o, S_MODE], s.op[o, S_START]
        t, _ = ready(p, s, o, mode)
        if start > t and random_unit(s.rng) < eager:
            clear_before(p, s, x, o, mode, t, start)
        if p.op[o, O_MODE1] - p.op[o, O_MODE0] > 1 and random_unit(s.rng) < 0.25:
            other = p.op[o, O_MODE0] + random_below(s.rng, p.op[o, O_MODE1] - p.op[o, O_MODE0])
            t, _ = ready(p, s, o, other)
            if start > t:
                clear_before(p, s, x, o, other, t, start)
        o = latest_before(p, s, o)


@kernel
def take_job(p: Tables, x: General, j: int) -> None:
    """List all free operations of a job."""
    for o in range(p.job[j, J_OP0], p.job[j, J_OP1]):
        take(p, x, o)


@kernel
def job_before(p: Tables, s: State, j: int) -> int:
    """Return a job met on a machine shortly before an operation of a given job."""
    o = p.job[j, J_OP0] + random_below(s.rng, p.job[j, J_OP1] - p.job[j, J_OP0])
    machine = p.mode[s.op[o, S_MODE], M_MACHINE]
    if p.machine[machine, K_UNLIMITED] != 0:
        return random_below(s.rng, len(p.job))
    position = find_on(p, s, o, machine) - 1 - random_below(s.rng, 6)
    position = min(max(0, position), s.filled[machine] - 1)
    return p.op[s.slot[p.machine[machine, K_SLOT0] + position], O_JOB]


@kernel
def take_jobs(p: Tables, s: State, x: General, j: int, size: int) -> None:
    """List a job and some that were before it on its machines, as long as there is room."""
    take_job(p, x, j)
    for _ in range(8):
        other = job_before(p, s, j)
        width = p.job[other, J_OP1] - p.job[other, J_OP0]
        if x.tally[N_OUT] + width > size:
            return
        take_job(p, x, other)
        if random_unit(s.rng) < 0.3:
            return


@kernel
def take_stretch(p: Tables, s: State, x: General, o: int, size: int) -> None:
    """List a stretch of work on the machine of an operation."""
    machine = p.mode[s.op[o, S_MODE], M_MACHINE]
    if p.machine[machine, K_UNLIMITED] != 0:
        take(p, x, o)
        return
    at = find_on(p, s, o, machine) - random_below(s.rng, size)
    base = p.machine[machine, K_SLOT0]
    for k in range(max(0, at), min(s.filled[machine], at + size)):
        take(p, x, s.slot[base + k])


@kernel
def take_hours(p: Tables, s: State, x: General, o: int, size: int) -> None:
    """List what the machines of a factory do around the time of an operation."""
    factory = p.mode[s.op[o, S_MODE], M_FACTORY]
    first = random_below(s.rng, len(p.machine))
    for i in range(len(p.machine)):
        machine = (first + i) % len(p.machine)
        if p.machine[machine, K_FACTORY] != factory or s.filled[machine] == 0 or x.tally[N_OUT] >= size:
            continue
        base = p.machine[machine, K_SLOT0]
        position = position_for(p, s, machine, s.op[o, S_START], s.op[o, S_START])
        for k in range(max(0, position - 1), min(s.filled[machine], position + 2)):
            take(p, x, s.slot[base + k])


@kernel
def choose_out(p: Tables, s: State, x: General, size: int) -> int:
    """List the units to take out; return the job it is done for, or -1."""
    kind = random_unit(s.rng)
    j = blamed_job(s, x.share)
    if p.job[j, J_OP1] == p.job[j, J_OP0]:
        return -1
    if kind < 0.5:
        take_chain(p, s, x, j, size)
        return j
    if kind < 0.75:
        take_jobs(p, s, x, j, size)
        return j
    o = p.job[j, J_OP0] + random_below(s.rng, p.job[j, J_OP1] - p.job[j, J_OP0])
    if random_unit(s.rng) < 0.5:
        o = random_below(s.rng, len(p.op))
    if kind < 0.9:
        take_stretch(p, s, x, o, 2 + random_below(s.rng, max(1, min(size, 12))))
    else:
        take_hours(p, s, x, o, size)
    return -1
