# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""Running a plan many times: same sequence, same machines, everything moved later as far as it has to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import NEVER, NONE, Floats, Ints, Small
from rongzhi.engines.scheduling.kernel_calendar import after_work, finish, fit, fit_ending, time_of_work, work_before
from rongzhi.engines.scheduling.kernel_timeline import share_of

# operations
P_FLOOR, P_CALENDAR, P_OWN, P_SPAN, P_LOSS, P_SETUP, P_RUN, P_FIXED, P_START, P_END, P_JOB, P_WIDTH = range(12)
AS_FREE, AS_FIXED, AS_STARTED = range(3)

# arcs, grouped by the operation after
D_BEFORE, D_AFTER, D_KIND, D_DELAY, D_CHANGE, D_MAX_WAIT, D_WIDTH = range(7)
FS, SS, FF, NEXT, SAME_MACHINE = range(5)  # NEXT: transfer batches; SAME_MACHINE: with a changeover

# sums over runs
T_CRITICAL, T_BLAMED, T_HANGING, T_KEPT, T_DELAY, T_WIDTH = range(6)


Flags = npt.NDArray[np.bool_]


class Network(NamedTuple):
    """A plan as a network in an order to run it in; see the column names above."""

    group_first: Ints
    group_op: Ints
    op: Ints
    edge_first: Ints
    edge: Ints
    edge_share: Floats
    calendar: Ints
    interval: Ints


class Draws(NamedTuple):
    """What was drawn: ratios of run and set-up and time lost, by row of the draws and run; row -1 is as planned."""

    run_row: Ints
    run: Floats
    setup_row: Ints
    setup: Floats
    lost_row: Ints
    lost: Floats


@kernel
def setup_of(net: Network, draws: Draws, o: int, r: int) -> int:
    """Return the set-up an operation really takes in a run, working time units."""
    row = draws.setup_row[o]
    planned = net.op[o, P_SETUP]
    return planned if row < 0 else int(np.rint(planned * draws.setup[row, r]))


@kernel
def run_of(net: Network, draws: Draws, o: int, r: int) -> int:
    """Return the run an operation really takes, repairs included, working time units."""
    row, more = draws.run_row[o], draws.lost_row[o]
    planned = net.op[o, P_RUN]
    work = planned if row < 0 else int(np.rint(planned * draws.run[row, r]))
    return work if more < 0 else work + int(np.rint(draws.lost[more, r]))


@kernel
def as_fixed(net: Network, o: int, more: int) -> int:
    """Return the end of fixed work that takes ``more`` working time units than planned (or, negative, less)."""
    end, c = net.op[o, P_END], net.op[o, P_CALENDAR]
    if more == 0:
        return end
    if more > 0:
        return after_work(net.calendar, net.interval, c, end, more)
    first = max(0, net.op[o, P_START])
    if end <= first:
        return end
    if c < 0:
        return max(first, end + more)
    left = work_before(net.calendar, net.interval, c, end) + more
    if left <= work_before(net.calendar, net.interval, c, first):
        return first
    return max(first, time_of_work(net.calendar, net.interval, c, left))


@kernel
def placed(net: Network, o: int, t: int, work: int, bound: int) -> tuple[int, int]:
    """Return start and end of work that may start at ``t`` and must not end before ``bound``."""
    c, loss = net.op[o, P_CALENDAR], net.op[o, P_LOSS]
    if t >= NEVER:
        return NEVER, NEVER
    if c < 0:
        start = max(t, bound - work)
        return start, start + work
    begin, end = fit(net.calendar, net.interval, c, t, work, net.op[o, P_SPAN], loss)
    if begin >= NEVER and net.op[o, P_SPAN] == 0:  # it has grown longer than any working interval
        begin, end = fit(net.calendar, net.interval, c, t, work, 1, loss)
        if begin < NEVER and end < bound:
            begin, end = fit_ending(net.calendar, net.interval, c, t, work, 1, loss, bound)
        return begin, end
    if begin < NEVER and end < bound < NEVER:
        begin, end = fit_ending(net.calendar, net.interval, c, t, work, net.op[o, P_SPAN], loss, bound)
    return begin, end


@kernel
def asked(net: Network, draws: Draws, e: int, run: int, column: int, start: Ints, end: Ints, r: int) -> tuple[int, int]:
    """Return the earliest start and the earliest end an arc asks of an operation that runs for ``run``."""
    b, o, kind = net.edge[e, D_BEFORE], net.edge[e, D_AFTER], net.edge[e, D_KIND]
    way = net.edge[e, D_DELAY]
    if end[b, r] >= NEVER or kind == FS:
        return end[b, r] + way, NONE
    if kind == SS:
        return start[b, r] + way, NONE
    if kind == FF:
        return NONE, end[b, r] + way
    if kind == SAME_MACHINE:
        change = net.edge[e, D_CHANGE]
        return after_work(net.calendar, net.interval, net.op[o, P_OWN], end[b, r], change), NONE
    share, c = net.edge_share[e], net.op[b, P_CALENDAR]
    part = setup_of(net, draws, b, column) + share_of(run_of(net, draws, b, column), share)
    done = finish(net.calendar, net.interval, c, start[b, r], part, net.op[b, P_SPAN], net.op[b, P_LOSS])
    rest = share_of(run, share)
    last = after_work(net.calendar, net.interval, net.op[o, P_CALENDAR], end[b, r] + way, rest)
    return min(done, end[b, r]) + way, last


@kernel
def run_group(net: Network, draws: Draws, g: int, column: int, start: Ints, end: Ints, r: int) -> tuple[int, int, int]:
    """Return start and end of the operations of a group in a run, and the operation that decided it or -1."""
    head = net.group_op[net.group_first[g]]
    t, bound, by, by_end, work = NONE, NONE, -1, -1, 0
    for i in range(net.group_first[g], net.group_first[g + 1]):
        o = net.group_op[i]
        run = run_of(net, draws, o, column)
        work = max(work, setup_of(net, draws, o, column) + run)
        t = max(t, net.op[o, P_FLOOR])
        for e in range(net.edge_first[o], net.edge_first[o + 1]):
            at, to = asked(net, draws, e, run, column, start, end, r)
            if at > t:
                t, by = at, net.edge[e, D_BEFORE]
            if to > bound:
                bound, by_end = to, net.edge[e, D_BEFORE]
    kind = net.op[head, P_FIXED]
    if kind == AS_STARTED or (kind == AS_FIXED and t <= net.op[head, P_START]):
        more = work - net.op[head, P_SETUP] - net.op[head, P_RUN]
        return net.op[head, P_START], as_fixed(net, head, more), -1
    begin, stop = placed(net, head, t, work, NONE)
    if stop < bound:
        begin, stop = placed(net, head, t, work, bound)
        by = by_end
    return begin, stop, by


@kernel
def exceeded(net: Network, o: int, begin: int, end: Ints, r: int) -> int:
    """Return how many largest waits before an operation are exceeded when it starts at ``begin``."""
    count = 0
    for e in range(net.edge_first[o], net.edge_first[o + 1]):
        wait = net.edge[e, D_MAX_WAIT]
        if wait >= 0 and begin > end[net.edge[e, D_BEFORE], r] + wait:
            count += 1
    return count


@entry
def run_all(net: Network, draws: Draws, since: int, start: Ints, end: Ints, why: Small, broken: Ints) -> None:
    """Run a plan.

    Parameters
    ----------
    net : Network
    draws : Draws
    since : int
        Column of the draws used for the first run.
    start, end : ndarray (n, runs), filled in; time units
    why : ndarray (n, runs), filled with the operation that decided the start (or end), -1 none
    broken : ndarray (runs,), filled with the number of largest waits that were exceeded
    """
    for o in range(len(net.op)):
        start[o], end[o] = net.op[o, P_START], net.op[o, P_END]
    broken[:] = 0
    for g in range(len(net.group_first) - 1):
        for r in range(start.shape[1]):
            begin, stop, by = run_group(net, draws, g, since + r, start, end, r)
            for i in range(net.group_first[g], net.group_first[g + 1]):
                o = net.group_op[i]
                start[o, r], end[o, r], why[o, r] = begin, stop, by
                broken[r] += exceeded(net, o, begin, end, r)


@entry
def put_off(
    net: Network, draws: Draws, usual: Draws, wanted: Flags, rank: int, start: Ints, end: Ints, plan: Ints, stop: Ints
) -> None:
    """Put planned starts off until they are kept in enough runs; everything after moves along.

    Parameters
    ----------
    net : Network
        The floors are raised to the new planned starts.
    draws, usual : Draws
        What was drawn, and what draws nothing.
    wanted : ndarray (n,), bool
        Operations whose start shall be kept.
    rank : int
        How many runs may not be later, less one.
    start, end : ndarray (n, runs), filled in
    plan, stop : ndarray (n, 1), filled with the new planned starts and ends
    """
    for o in range(len(net.op)):
        start[o], end[o] = net.op[o, P_START], net.op[o, P_END]
        plan[o, 0], stop[o, 0] = net.op[o, P_START], net.op[o, P_END]
    for g in range(len(net.group_first) - 1):
        first, last = net.group_first[g], net.group_first[g + 1]
        head = net.group_op[first]
        for _ in range(2):  # first to see when it could start, then with the new planned start
            floor, done, _ = run_group(net, usual, g, 0, plan, stop, 0)
            for i in range(first, last):
                plan[net.group_op[i], 0], stop[net.group_op[i], 0] = floor, done
            for r in range(start.shape[1]):
                begin, over, _ = run_group(net, draws, g, r, start, end, r)
                for i in range(first, last):
                    start[net.group_op[i], r], end[net.group_op[i], r] = begin, over
            if wanted[head] and net.op[head, P_FIXED] == AS_FREE:
                late = np.sort(start[head])[rank]
                floor = max(floor, late) if late < NEVER else floor
            for i in range(first, last):
                net.op[net.group_op[i], P_FLOOR] = max(floor, net.op[net.group_op[i], P_FLOOR])


@kernel
def walk_back(net: Network, why: Small, r: int, blame: Floats, is_critical: Flags, sums: Floats) -> None:
    """Hand blame and criticality from each operation to the one that decided it, latest first, and add them up."""
    for i in range(len(net.group_op) - 1, -1, -1):
        o = net.group_op[i]
        by = why[o, r]
        if is_critical[o]:
            sums[o, T_CRITICAL] += 1.0
        if blame[o] > 0:
            sums[o, T_BLAMED] += 1.0
            sums[o, T_HANGING] += blame[o]
        if by >= 0:
            blame[by] += blame[o]
            is_critical[by] = is_critical[by] or is_critical[o]


@entry
def sum_up(
    net: Network, start: Ints, end: Ints, why: Small, due: Ints, weight: Floats, completion: Ints, sums: Floats
) -> None:
    """Add runs to the sums by operation, and fill in when jobs end.

    Parameters
    ----------
    start, end, why : ndarray (n, runs)
    due : ndarray (jobs,), NEVER where there is none
    weight : ndarray (jobs,)
    completion : ndarray (jobs, runs), filled in; jobs without operations keep what is there
    sums : ndarray (n, T_WIDTH), added to: runs on the chain that decides the end of all work; runs on the chain of a
        late job; weighted tardiness of jobs whose chain goes through; starts not after the plan; delay of the start
    """
    n, runs = start.shape
    jobs = len(due)
    last = np.zeros(jobs, dtype=np.int64)
    blame = np.zeros(n)
    is_critical = np.zeros(n, dtype=np.bool_)
    for r in range(runs):
        last[:] = -1
        blame[:] = 0.0
        is_critical[:] = False
        end_of_all, ends_last = NONE, -1
        for o in range(n):
            j = net.op[o, P_JOB]
            if last[j] < 0 or end[o, r] > end[last[j], r]:
                last[j] = o
            if end[o, r] > end_of_all:
                end_of_all, ends_last = end[o, r], o
            late = start[o, r] - net.op[o, P_START]
            sums[o, T_DELAY] += max(0, late)
            if late <= 0:
                sums[o, T_KEPT] += 1.0
        for j in range(jobs):
            if last[j] >= 0:
                completion[j, r] = end[last[j], r]
                if end[last[j], r] > due[j]:
                    blame[last[j]] += max(1e-300, weight[j] * (end[last[j], r] - due[j]))
        if ends_last >= 0:
            is_critical[ends_last] = True
        walk_back(net, why, r, blame, is_critical, sums)
