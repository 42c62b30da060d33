# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""The plan in the making: where an operation fits, putting it in, taking it out."""

from __future__ import annotations

from rongzhi.engines.scheduling._jit import kernel
from rongzhi.engines.scheduling.arrays import (
    E_BEFORE,
    E_LAG,
    E_LINK,
    FINISH_FINISH,
    FINISH_START,
    K_BATCH,
    K_CALENDAR,
    K_CHANGEOVER,
    K_FAMILY,
    K_OVERTIME0,
    K_OVERTIME1,
    K_PLACE,
    K_PURE,
    K_SLOT0,
    K_UNLIMITED,
    M_CALENDAR,
    M_FACTORY,
    M_MACHINE,
    M_NEED0,
    M_NEED1,
    M_RUN,
    M_SETUP,
    N_AMOUNT,
    N_RESOURCE,
    NEVER,
    NONE,
    O_EST,
    O_FAMILY,
    O_JOB,
    O_LOSS,
    O_PRED0,
    O_PRED1,
    O_SIZE,
    O_SPAN,
    R_CAPACITY,
    R_SLOT0,
    S_CHANGEOVER,
    S_END,
    S_MODE,
    S_START,
    START_START,
    V_CHANGEOVER,
    V_OVERTIME,
    Small,
    State,
    Tables,
)
from rongzhi.engines.scheduling.kernel_calendar import after_work, finish, fit, fit_ending, work_before


@kernel
def transport(p: Tables, machine_a: int, machine_b: int) -> int:
    """Return the transport time between the places of two machines."""
    a, b = p.machine[machine_a, K_PLACE], p.machine[machine_b, K_PLACE]
    if a < 0 or b < 0:
        return 0
    return p.place_time[a, b]


@kernel
def share_of(run: int, share: float) -> int:
    """Return the run of one transfer batch, rounded up."""
    return int(-(-(run * share - 1e-9) // 1))


@kernel
def first_batch_done(p: Tables, s: State, edge: int) -> int:
    """Return when the first transfer batch of the operation before is done."""
    b = p.edge[edge, E_BEFORE]
    mode = s.op[b, S_MODE]
    work = p.mode[mode, M_SETUP] + share_of(p.mode[mode, M_RUN], p.edge_share[edge])
    calendar = p.mode[mode, M_CALENDAR]
    done = finish(p.calendar, p.interval, calendar, s.op[b, S_START], work, p.op[b, O_SPAN], p.op[b, O_LOSS])
    return min(done, s.op[b, S_END])


@kernel
def ready(p: Tables, s: State, o: int, mode: int) -> tuple[int, int]:
    """Return the earliest start and the earliest end its placed predecessors allow an operation in a mode."""
    start, end = p.op[o, O_EST], NONE
    machine = p.mode[mode, M_MACHINE]
    for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
        b = p.edge[edge, E_BEFORE]
        before = s.op[b, S_MODE]
        if before < 0:
            continue
        way = p.edge[edge, E_LAG] + transport(p, p.mode[before, M_MACHINE], machine)
        link = p.edge[edge, E_LINK]
        if link == FINISH_START:
            start = max(start, s.op[b, S_END] + way)
        elif link == START_START:
            start = max(start, s.op[b, S_START] + way)
        elif link == FINISH_FINISH:
            end = max(end, s.op[b, S_END] + way)
        else:
            start = max(start, first_batch_done(p, s, edge) + way)
            rest = share_of(p.mode[mode, M_RUN], p.edge_share[edge])
            last = after_work(p.calendar, p.interval, p.mode[mode, M_CALENDAR], s.op[b, S_END] + way, rest)
            end = max(end, last)
    return start, end


@kernel
def changeover(p: Tables, machine: int, family_a: int, family_b: int) -> int:
    """Return the working time to change a machine from one family to another."""
    table = p.machine[machine, K_CHANGEOVER]
    if table < 0:
        return 0
    return p.changeover[table, family_a, family_b]


@kernel
def position_from(p: Tables, s: State, machine: int, t: int) -> int:
    """Return the position of the machine's first operation that starts at or after ``t``."""
    base = p.machine[machine, K_SLOT0]
    low, high = 0, s.filled[machine]
    while low < high:
        middle = (low + high) >> 1
        if s.op[s.slot[base + middle], S_START] < t:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def position_for(p: Tables, s: State, machine: int, start: int, end: int) -> int:
    """Return the position of an operation of known times; those without length go before others of the same start."""
    position = position_from(p, s, machine, start)
    base = p.machine[machine, K_SLOT0]
    while end > start and position < s.filled[machine]:
        other = s.slot[base + position]
        if s.op[other, S_START] > start or s.op[other, S_END] > start:
            break
        position += 1
    return position


@kernel
def resources_free_from(p: Tables, s: State, mode: int, start: int, end: int) -> int:
    """Return ``start`` if the needed resources are free in ``[start, end)``, else the next start worth trying."""
    for n in range(p.mode[mode, M_NEED0], p.mode[mode, M_NEED1]):
        r, amount = p.need[n, N_RESOURCE], p.need[n, N_AMOUNT]
        base, room = p.resource[r, R_SLOT0], p.resource[r, R_CAPACITY] - amount
        count = s.use_count[r]
        worst_until = NEVER
        is_full = False
        for i in range(-1, count):  # usage can only rise where something starts
            moment = start
            if i >= 0:
                moment = s.op[s.use[base + i], S_START]
                if moment >= end:
                    break
                if moment <= start:
                    continue
            used, until = 0, NEVER
            for k in range(count):
                other = s.use[base + k]
                if s.op[other, S_START] > moment:
                    break
                if s.op[other, S_END] > moment:
                    used += amount_of(p, s, other, r)
                    until = min(until, s.op[other, S_END])
            if used > room:
                is_full = True
                worst_until = until
        if is_full:
            return worst_until
    return start


@kernel
def amount_of(p: Tables, s: State, o: int, r: int) -> int:
    """Return how much of a resource a placed operation holds."""
    mode = s.op[o, S_MODE]
    total = 0
    for n in range(p.mode[mode, M_NEED0], p.mode[mode, M_NEED1]):
        if p.need[n, N_RESOURCE] == r:
            total += p.need[n, N_AMOUNT]
    return total


@kernel
def fit_free(p: Tables, s: State, o: int, mode: int, t: int, end_from: int) -> tuple[int, int]:
    """Return the earliest start and end at or after ``t`` that calendar, end bound and resources allow."""
    work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
    calendar = p.mode[mode, M_CALENDAR]
    if calendar < 0 and p.mode[mode, M_NEED0] == p.mode[mode, M_NEED1]:
        start = max(t, end_from - work)
        return start, start + work
    while True:
        if end_from > t:
            start, end = fit_ending(
                p.calendar, p.interval, calendar, t, work, p.op[o, O_SPAN], p.op[o, O_LOSS], end_from
            )
        else:
            start, end = fit(p.calendar, p.interval, calendar, t, work, p.op[o, O_SPAN], p.op[o, O_LOSS])
        if start >= NEVER or p.mode[mode, M_NEED0] == p.mode[mode, M_NEED1]:
            return start, end
        free = resources_free_from(p, s, mode, start, end)
        if free <= start:
            return start, end
        t = free


@kernel
def earliest(p: Tables, s: State, o: int, mode: int, t: int, end_from: int) -> tuple[int, int, int]:
    """Return the earliest start, its end and the position on the machine; NEVER when there is none."""
    machine = p.mode[mode, M_MACHINE]
    if p.machine[machine, K_UNLIMITED] != 0:
        start, end = fit_free(p, s, o, mode, t, end_from)
        return start, end, 0
    if p.machine[machine, K_BATCH] != 0:
        return earliest_batch(p, s, o, mode, t, end_from)
    base, count = p.machine[machine, K_SLOT0], s.filled[machine]
    own = p.machine[machine, K_CALENDAR]
    family = p.op[o, O_FAMILY]
    work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
    has_table = p.machine[machine, K_CHANGEOVER] >= 0
    k = position_from(p, s, machine, t)
    while True:
        gap = t
        if k > 0:
            left = s.slot[base + k - 1]
            free = s.op[left, S_END]
            if has_table:
                change = changeover(p, machine, p.op[left, O_FAMILY], family)
                free = after_work(p.calendar, p.interval, own, free, change)
            gap = max(gap, free)
        elif has_table:
            change = changeover(p, machine, p.machine[machine, K_FAMILY], family)
            gap = max(gap, after_work(p.calendar, p.interval, own, 0, change))
        if k < count:
            right = s.slot[base + k]
            limit = s.op[right, S_START]
            if gap + work > limit:
                k += 1
                continue
            start, end = fit_free(p, s, o, mode, gap, end_from)
            free = end
            if has_table:
                change = changeover(p, machine, family, p.op[right, O_FAMILY])
                free = after_work(p.calendar, p.interval, own, end, change)
            if free <= limit:
                return start, end, k
            k += 1
            continue
        start, end = fit_free(p, s, o, mode, gap, end_from)
        return start, end, k


@kernel
def own_end(p: Tables, o: int, mode: int, start: int) -> int:
    """Return when an operation that starts at a moment would be done if it were alone; NEVER if it cannot start."""
    work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
    begin, end = fit(p.calendar, p.interval, p.mode[mode, M_CALENDAR], start, work, p.op[o, O_SPAN], p.op[o, O_LOSS])
    return end if begin == start else NEVER


@kernel
def is_same_batch(s: State, a: int, b: int) -> bool:
    """Return whether two operations of a batch machine are in one batch."""
    return s.op[a, S_START] == s.op[b, S_START] and s.op[a, S_END] == s.op[b, S_END]


@kernel
def may_join(p: Tables, s: State, o: int, mode: int, first: int, last: int, end_from: int) -> bool:
    """Return whether an operation fits into the batch at positions ``first`` to ``last`` without lengthening it."""
    machine = p.mode[mode, M_MACHINE]
    base = p.machine[machine, K_SLOT0]
    head = s.slot[base + first]
    start, end = s.op[head, S_START], s.op[head, S_END]
    size = p.op[o, O_SIZE]
    for k in range(first, last):
        other = s.slot[base + k]
        size += p.op[other, O_SIZE]
        if p.machine[machine, K_PURE] != 0 and p.op[other, O_FAMILY] != p.op[o, O_FAMILY]:
            return False
    if size > p.machine[machine, K_BATCH] or end < end_from or own_end(p, o, mode, start) > end:
        return False
    has_needs = p.mode[mode, M_NEED0] < p.mode[mode, M_NEED1]
    return not has_needs or resources_free_from(p, s, mode, start, end) <= start


@kernel
def earliest_batch(p: Tables, s: State, o: int, mode: int, t: int, end_from: int) -> tuple[int, int, int]:
    """Return what `earliest` does for a batch machine: free time for a new batch, or the place behind one to join."""
    machine = p.mode[mode, M_MACHINE]
    base, count = p.machine[machine, K_SLOT0], s.filled[machine]
    own, family = p.machine[machine, K_CALENDAR], p.op[o, O_FAMILY]
    work = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
    k = position_from(p, s, machine, t)
    while True:
        gap, before = max(t, 0), p.machine[machine, K_FAMILY]
        free = 0
        if k > 0:
            left = s.slot[base + k - 1]
            free, before = s.op[left, S_END], p.op[left, O_FAMILY]
        gap = max(gap, after_work(p.calendar, p.interval, own, free, changeover(p, machine, before, family)))
        if k == count:
            start, end = fit_free(p, s, o, mode, gap, end_from)
            return start, end, k
        right = s.slot[base + k]
        if gap + work <= s.op[right, S_START]:
            start, end = fit_free(p, s, o, mode, gap, end_from)
            change = changeover(p, machine, family, p.op[right, O_FAMILY])
            if after_work(p.calendar, p.interval, own, end, change) <= s.op[right, S_START]:
                return start, end, k
        last = k + 1
        while last < count and is_same_batch(s, s.slot[base + last], right):
            last += 1
        if may_join(p, s, o, mode, k, last, end_from):
            return s.op[right, S_START], s.op[right, S_END], last
        k = last


@kernel
def overtime_cost(p: Tables, machine: int, start: int, end: int) -> float:
    """Return the money for the overtime of a machine between two moments."""
    cost = 0.0
    for row in range(p.machine[machine, K_OVERTIME0], p.machine[machine, K_OVERTIME1]):
        c = p.overtime[row]
        used = work_before(p.calendar, p.interval, c, end) - work_before(p.calendar, p.interval, c, start)
        cost += used * p.overtime_rate[row]
    return cost


@kernel
def pay_overtime(p: Tables, s: State, o: int, machine: int, position: int, sign: float) -> None:
    """Add (or take away) the overtime of an operation at a position; a batch is paid for its first member alone."""
    if p.machine[machine, K_BATCH] != 0:
        base = p.machine[machine, K_SLOT0]
        if position > 0 and is_same_batch(s, s.slot[base + position - 1], o):
            return
        if position + 1 < s.filled[machine] and is_same_batch(s, s.slot[base + position + 1], o):
            return
    s.value[V_OVERTIME] += sign * overtime_cost(p, machine, s.op[o, S_START], s.op[o, S_END])


@kernel
def change_before(p: Tables, s: State, o: int, machine: int, position: int) -> int:
    """Return the changeover an operation of the machine needs after the one to its left."""
    if p.machine[machine, K_CHANGEOVER] < 0:
        return 0
    family = p.machine[machine, K_FAMILY]
    if position > 0:
        left = s.slot[p.machine[machine, K_SLOT0] + position - 1]
        family = p.op[left, O_FAMILY]
        if p.machine[machine, K_BATCH] != 0 and is_same_batch(s, left, o):
            return 0
    return changeover(p, machine, family, p.op[o, O_FAMILY])


@kernel
def set_change(p: Tables, s: State, o: int, machine: int, position: int) -> None:
    """Bring the changeover before an operation up to date, and with it the sum of changeovers."""
    change = change_before(p, s, o, machine, position)
    s.value[V_CHANGEOVER] += change - s.op[o, S_CHANGEOVER]
    s.op[o, S_CHANGEOVER] = change


@kernel
def put_in_row(row: Small, base: int, count: int, position: int, o: int) -> None:
    """Open a gap in a row of operations and write one in."""
    for i in range(base + count, base + position, -1):
        row[i] = row[i - 1]
    row[base + position] = o


@kernel
def insert(p: Tables, s: State, o: int, mode: int, start: int, end: int, position: int) -> None:
    """Put an operation into the plan."""
    s.op[o, S_MODE] = mode
    s.op[o, S_START] = start
    s.op[o, S_END] = end
    s.op[o, S_CHANGEOVER] = 0
    machine = p.mode[mode, M_MACHINE]
    if p.machine[machine, K_UNLIMITED] == 0:
        base = p.machine[machine, K_SLOT0]
        put_in_row(s.slot, base, s.filled[machine], position, o)
        s.filled[machine] += 1
        set_change(p, s, o, machine, position)
        if position + 1 < s.filled[machine]:
            set_change(p, s, s.slot[base + position + 1], machine, position + 1)
    if p.machine[machine, K_OVERTIME0] < p.machine[machine, K_OVERTIME1]:
        pay_overtime(p, s, o, machine, position, 1.0)
    for n in range(p.mode[mode, M_NEED0], p.mode[mode, M_NEED1]):
        r = p.need[n, N_RESOURCE]
        base = p.resource[r, R_SLOT0]
        at = s.use_count[r]
        while at > 0 and s.op[s.use[base + at - 1], S_START] > start:
            at -= 1
        put_in_row(s.use, base, s.use_count[r], at, o)
        s.use_count[r] += 1
    job = p.op[o, O_JOB]
    s.job_factory[job] = p.mode[mode, M_FACTORY]
    s.job_placed[job] += 1


@kernel
def find_on(p: Tables, s: State, o: int, machine: int) -> int:
    """Return the position of a placed operation on its machine."""
    position = position_from(p, s, machine, s.op[o, S_START])
    base = p.machine[machine, K_SLOT0]
    while s.slot[base + position] != o:
        position += 1
    return position


@kernel
def remove(p: Tables, s: State, o: int) -> None:
    """Take an operation out of the plan; start and end stay readable."""
    mode = s.op[o, S_MODE]
    machine = p.mode[mode, M_MACHINE]
    position = 0
    if p.machine[machine, K_UNLIMITED] == 0:
        position = find_on(p, s, o, machine)
    if p.machine[machine, K_OVERTIME0] < p.machine[machine, K_OVERTIME1]:
        pay_overtime(p, s, o, machine, position, -1.0)
    if p.machine[machine, K_UNLIMITED] == 0:
        base = p.machine[machine, K_SLOT0]
        s.filled[machine] -= 1
        for i in range(base + position, base + s.filled[machine]):
            s.slot[i] = s.slot[i + 1]
        s.value[V_CHANGEOVER] -= s.op[o, S_CHANGEOVER]
        if position < s.filled[machine]:
            set_change(p, s, s.slot[base + position], machine, position)
    for n in range(p.mode[mode, M_NEED0], p.mode[mode, M_NEED1]):
        r = p.need[n, N_RESOURCE]
        base = p.resource[r, R_SLOT0]
        at = 0
        while s.use[base + at] != o:
            at += 1
        s.use_count[r] -= 1
        for i in range(base + at, base + s.use_count[r]):
            s.use[i] = s.use[i + 1]
    s.op[o, S_MODE] = -1
    job = p.op[o, O_JOB]
    s.job_placed[job] -= 1
    if s.job_placed[job] == 0:
        s.job_factory[job] = -1
