# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0911, PLR0917 - compiled code passes tables and avoids helpers
"""Working time: how much lies before a moment, when so much is done, where an operation fits."""

from __future__ import annotations

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    C_CYCLE,
    C_CYCLE_WORK,
    C_HIGH,
    C_LOW,
    C_TOTAL,
    C_UNTIL,
    I_BEFORE,
    I_END,
    I_START,
    NEVER,
    Ints,
)


@kernel
def work_before(calendar: Ints, interval: Ints, c: int, t: int) -> int:
    """Return the working time of calendar ``c`` before time ``t``."""
    extra = 0
    if calendar[c, C_CYCLE] > 0 and t >= calendar[c, C_UNTIL]:
        cycle = calendar[c, C_CYCLE]
        turns = (t - (calendar[c, C_UNTIL] - cycle)) // cycle
        t -= turns * cycle
        extra = turns * calendar[c, C_CYCLE_WORK]
    low, high = calendar[c, C_LOW], calendar[c, C_HIGH]
    if low >= high or t <= interval[low, I_START]:
        return extra
    while high - low > 1:
        middle = (low + high) >> 1
        if interval[middle, I_START] <= t:
            low = middle
        else:
            high = middle
    return extra + interval[low, I_BEFORE] + min(t, interval[low, I_END]) - interval[low, I_START]


@kernel
def time_of_work(calendar: Ints, interval: Ints, c: int, work: int) -> int:
    """Return the first moment with ``work`` (at least 1) units of working time before it, or NEVER."""
    extra = 0
    total = calendar[c, C_TOTAL]
    if work > total:
        per_cycle = calendar[c, C_CYCLE_WORK]
        if per_cycle <= 0:
            return NEVER
        turns = (work - total + per_cycle - 1) // per_cycle
        work -= turns * per_cycle
        extra = turns * calendar[c, C_CYCLE]
    low, high = calendar[c, C_LOW], calendar[c, C_HIGH]
    while high - low > 1:
        middle = (low + high) >> 1
        if interval[middle, I_BEFORE] < work:
            low = middle
        else:
            high = middle
    return extra + interval[low, I_START] + work - interval[low, I_BEFORE]


@kernel
def after_work(calendar: Ints, interval: Ints, c: int, t: int, work: int) -> int:
    """Return when ``work`` units of working time after ``t`` are over (``t`` itself for 0; -1 is no calendar)."""
    if work <= 0:
        return t
    if c < 0:
        return t + work
    return time_of_work(calendar, interval, c, work_before(calendar, interval, c, t) + work)


@kernel
def open_from(calendar: Ints, interval: Ints, c: int, t: int) -> int:
    """Return the first moment at or after ``t`` from which calendar ``c`` works, or NEVER."""
    found = time_of_work(calendar, interval, c, work_before(calendar, interval, c, t) + 1)
    return found - 1 if found < NEVER else NEVER


@kernel
def open_until(calendar: Ints, interval: Ints, c: int, t: int, enough: int) -> int:
    """Return the end of the uninterrupted working time around the open moment ``t``; may stop after ``enough``."""
    end = t
    while end - t < enough:
        # Working time is uninterrupted as long as it grows as fast as the clock.
        done = work_before(calendar, interval, c, end)
        step = enough - (end - t)
        if time_of_work(calendar, interval, c, done + step) == end + step:
            return end + step
        low, high = 0, step  # the longest stretch without a break lies between
        while high - low > 1:
            middle = (low + high) >> 1
            if time_of_work(calendar, interval, c, done + middle) == end + middle:
                low = middle
            else:
                high = middle
        return end + low
    return end


@entry
def finish(calendar: Ints, interval: Ints, c: int, start: int, work: int, may_span: int, loss: int) -> int:
    """Return when ``work`` units started at ``start`` are done, with ``loss`` at every resumption."""
    if work <= 0:
        return start
    if c < 0 or may_span == 0:
        return start + work
    if loss == 0:
        return after_work(calendar, interval, c, start, work)
    now = open_from(calendar, interval, c, start)
    for _ in range(1_000_000):
        if now >= NEVER:
            return NEVER
        end = open_until(calendar, interval, c, now, work)
        if end - now >= work:
            return now + work
        work -= end - now
        now = open_from(calendar, interval, c, end)
        for _ in range(1_000_000):  # an interval not longer than the loss brings nothing
            if now >= NEVER:
                return NEVER
            end = open_until(calendar, interval, c, now, loss + 1)
            if end - now > loss:
                break
            now = open_from(calendar, interval, c, end)
        now += loss
    return NEVER


@kernel
def fit(calendar: Ints, interval: Ints, c: int, t: int, work: int, may_span: int, loss: int) -> tuple[int, int]:
    """Return the earliest start at or after ``t`` and the end of an operation of ``work`` units, or NEVER twice."""
    if c < 0:
        return t, t + work
    if work <= 0:
        return t, t
    start = open_from(calendar, interval, c, t)
    if start >= NEVER:
        return NEVER, NEVER
    if may_span != 0:
        end = finish(calendar, interval, c, start, work, may_span, loss)
        return (start, end) if end < NEVER else (NEVER, NEVER)
    for _ in range(2 * (calendar[c, C_HIGH] - calendar[c, C_LOW]) + 4):
        end = open_until(calendar, interval, c, start, work)
        if end - start >= work:
            return start, start + work
        start = open_from(calendar, interval, c, end)
        if start >= NEVER:
            return NEVER, NEVER
    return NEVER, NEVER


@kernel
def fit_ending(
    calendar: Ints, interval: Ints, c: int, t: int, work: int, may_span: int, loss: int, end_from: int
) -> tuple[int, int]:
    """Return the earliest start at or after ``t`` whose end is at or after ``end_from``."""
    start, end = fit(calendar, interval, c, t, work, may_span, loss)
    if end >= end_from:
        return start, end
    if c < 0 or work <= 0:
        return end_from - work, end_from
    low, step = start, 1  # ends never fall when starts rise, so the first good start can be enclosed
    high = start + 1
    while True:
        _, end = fit(calendar, interval, c, high, work, may_span, loss)
        if end >= end_from:
            break
        low = high
        step *= 2
        high += step
    while high - low > 1:
        middle = (low + high) >> 1
        _, end = fit(calendar, interval, c, middle, work, may_span, loss)
        if end >= end_from:
            high = middle
        else:
            low = middle
    return fit(calendar, interval, c, high, work, may_span, loss)
