"""Working time: every answer is held against counting single time units."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.scheduling.checker.context import Clock as CheckerClock
from rongzhi.engines.scheduling.clock import Clock, closed, opened
from rongzhi.engines.scheduling.model import FOREVER, Calendar

HORIZON = 200


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    cuts = sorted(draw(st.sets(st.integers(0, 40), min_size=2, max_size=8)))
    spans = tuple(zip(cuts[::2], cuts[1::2], strict=False))
    until = draw(st.none() | st.integers(spans[-1][1], 45))
    end = until if until is not None else spans[-1][1]
    cycle = draw(st.none() | st.integers(end - spans[-1][1] + 1, end))
    return Calendar("c", spans, cycle, until)


def is_open(calendar: Calendar, moment: int) -> bool:
    until = calendar.until if calendar.until is not None else calendar.intervals[-1][1]
    if calendar.cycle and moment >= until:
        moment = until - calendar.cycle + (moment - until) % calendar.cycle
    elif moment >= until:
        return False
    return any(start <= moment < end for start, end in calendar.intervals)


@given(calendars(), st.integers(0, 120), st.integers(0, 60))
def test_answers_agree_with_counting(calendar: Calendar, moment: int, work: int) -> None:
    clock, units = Clock(calendar), [is_open(calendar, each) for each in range(HORIZON * 4)]
    opening = next((each for each in range(moment, HORIZON) if units[each]), None)
    if opening is not None:
        assert clock.open_from(moment) == opening
        assert clock.closes_at(opening) == next(
            (each for each in range(opening, len(units)) if not units[each]), clock.closes_at(opening)
        )
    elif calendar.cycle is None:
        assert clock.open_from(moment) == FOREVER
    assert clock.worked(moment, moment + work) == sum(units[moment : moment + work])
    back = clock.back(moment, work)
    if sum(units[:moment]) >= work:
        assert sum(units[back:moment]) >= work
        assert work == 0 or sum(units[back + 1 : moment]) < work
    else:
        assert back == -FOREVER
    after = clock.after(moment, work)
    if after < FOREVER:
        assert clock.worked(moment, after) == work


@given(calendars(), st.integers(0, 100), st.integers(1, 40), st.integers(0, 5))
def test_finish_gives_the_work_after_losses(calendar: Calendar, moment: int, work: int, loss: int) -> None:
    clock = Clock(calendar)
    start = clock.open_from(moment)
    if start == FOREVER:
        return
    end = clock.finish(start, work, resume_loss=loss)
    if end is None:
        return
    spans = CheckerClock.of(calendar, end + 1).spans_between(start, end)
    lost = sum(min(loss, close - begin) for begin, close in spans[1:])
    assert sum(close - begin for begin, close in spans) - lost == work
    whole = clock.finish(start, work, may_span=False)
    assert (whole == start + work) if start + work <= clock.closes_at(start) else whole is None


@given(calendars(), calendars(), st.integers(0, 100))
def test_meeting_of_two_calendars(first: Calendar, second: Calendar, moment: int) -> None:
    clock = Clock.meet([Clock(first), Clock(second)])
    both = [is_open(first, each) and is_open(second, each) for each in range(HORIZON)]
    assert clock.worked(0, moment) == sum(both[:moment])
    found = clock.open_from(moment)
    assert found == next((each for each in range(moment, HORIZON) if both[each]), found)
    assert found == FOREVER or (is_open(first, found) and is_open(second, found))


@given(calendars(), st.integers(0, 60), st.integers(0, 60))
def test_gaps_are_the_closed_time(calendar: Calendar, start: int, length: int) -> None:
    gaps = Clock(calendar).gaps(start, start + length)
    closed = {moment for begin, end in gaps for moment in range(begin, end)}
    assert closed == {moment for moment in range(start, start + length) if not is_open(calendar, moment)}


def test_a_span_that_touches_the_repetition_is_one_span() -> None:
    clock = Clock(Calendar("night", ((0, 60), (90, 100)), cycle=100, until=100))
    assert clock.finish(95, 10, may_span=False) == 105
    assert clock.closes_at(95) == 160


def test_no_calendar_and_a_full_cycle_never_close() -> None:
    assert Clock(None).finish(7, 10**9) == 7 + 10**9
    full = Clock(Calendar("full", ((0, 24),), cycle=24))
    assert full.open_from(10**9) == 10**9
    assert full.finish(23, 100, may_span=False) == 123


def test_calendars_that_never_meet() -> None:
    day, night = Calendar("day", ((0, 8),), cycle=24, until=24), Calendar("night", ((12, 20),), cycle=24, until=24)
    assert Clock.meet([Clock(day), Clock(night)]).open_from(0) == FOREVER


def test_an_extra_shift_is_not_repeated() -> None:
    day = Calendar("day", ((10, 60),), cycle=100, until=100)
    spans = CheckerClock.of(opened(day, 170, 190), 500).spans
    assert spans[:5] == [(10, 60), (110, 160), (170, 190), (210, 260), (310, 360)]
    once = Calendar("once", ((10, 60),))
    assert opened(once, 60, 70).intervals == ((10, 70),)


@given(calendars(), st.integers(0, 120), st.integers(1, 40))
def test_closing_once_closes_only_that(calendar: Calendar, since: int, length: int) -> None:
    clock = Clock(closed(calendar, since, since + length))
    for moment in range(HORIZON):
        wanted = is_open(calendar, moment) and not since <= moment < since + length
        assert (clock.worked(moment, moment + 1) == 1) == wanted
