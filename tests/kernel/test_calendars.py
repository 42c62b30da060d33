"""Working calendars: exact minutes across clock changes, holidays and overtime; set algebra of intervals."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.kernel.calendars import (
    Period,
    Shift,
    WorkCalendar,
    always,
    clip,
    intersect,
    merge,
    subtract,
    weekly,
    zone_of,
)
from rongzhi.kernel.errors import NotFound

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def hours(*pairs: tuple[float, float]) -> tuple[tuple[int, int], ...]:
    return tuple((round(a * 60), round(b * 60)) for a, b in pairs)


def test_ordinary_week_day_is_minutes_after_origin():
    calendar = weekly("day", range(5), [("08:00", "12:00"), ("13:00", "17:00")])
    monday = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    assert calendar.intervals(monday, monday + timedelta(days=1)) == hours((8, 12), (13, 17))


def test_weekend_is_closed():
    calendar = weekly("day", range(5), [("08:00", "17:00")])
    saturday = datetime(2026, 11, 21, tzinfo=SHANGHAI)
    assert calendar.intervals(saturday, saturday + timedelta(days=2)) == ()


def test_night_shift_loses_an_hour_when_clocks_go_forward():
    calendar = WorkCalendar("night", "Europe/Berlin", (Shift(5, time(22), time(6)),))
    start = datetime(2026, 3, 28, 22, tzinfo=BERLIN)
    assert calendar.intervals(start, start.astimezone(UTC) + timedelta(hours=24)) == ((0, 7 * 60),)


def test_night_shift_gains_an_hour_when_clocks_go_back():
    calendar = WorkCalendar("night", "Europe/Berlin", (Shift(5, time(22), time(6)),))
    start = datetime(2026, 10, 24, 22, tzinfo=BERLIN)
    assert calendar.intervals(start, start.astimezone(UTC) + timedelta(hours=24)) == ((0, 9 * 60),)


def test_day_shift_on_the_spring_day_begins_an_hour_earlier_in_exact_time():
    calendar = WorkCalendar("sunday", "Europe/Berlin", (Shift(6, time(8), time(16)),))
    midnight = datetime(2026, 3, 29, tzinfo=BERLIN)
    assert calendar.intervals(midnight, midnight.astimezone(UTC) + timedelta(hours=23)) == hours((7, 15))


def test_shift_that_starts_in_the_missing_hour_is_not_negative():
    calendar = WorkCalendar("gap", "Europe/Berlin", (Shift(6, time(2, 30), time(6)),))
    midnight = datetime(2026, 3, 29, tzinfo=BERLIN)
    # 02:30 does not exist; it is read as 03:30, so three wall hours less half an hour remain.
    assert calendar.intervals(midnight, midnight.astimezone(UTC) + timedelta(hours=23)) == hours((2.5, 5))


def test_always_has_no_seam_at_midnight_nor_at_a_clock_change():
    start = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    until = start.astimezone(UTC) + timedelta(days=3)
    assert always("24x7", "Europe/Berlin").intervals(start, until) == ((0, 3 * 1440),)


def test_holiday_cuts_and_overtime_opens_and_the_later_exception_wins():
    monday = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    at = lambda hour: monday + timedelta(hours=hour)  # noqa: E731
    calendar = WorkCalendar(
        "x",
        "Asia/Shanghai",
        (Shift(0, time(8), time(16)),),
        (
            Period(at(10), at(20), is_working=False, reason="保养"),
            Period(at(14), at(18), is_working=True, reason="加班"),
            Period(at(15), at(16), is_working=False),
        ),
    )
    assert calendar.intervals(monday, at(24)) == hours((8, 10), (14, 15), (16, 18))


def test_night_shift_of_the_day_before_is_seen():
    calendar = WorkCalendar("night", "Asia/Shanghai", (Shift(6, time(20), time(4)),))
    monday = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    assert calendar.intervals(monday, monday + timedelta(days=1)) == hours((0, 4))


def test_origin_in_another_zone_gives_the_same_instants():
    calendar = weekly("day", range(7), [("08:00", "16:00")])
    origin = datetime(2026, 11, 22, 16, tzinfo=UTC)  # midnight in Shanghai
    assert calendar.intervals(origin, origin + timedelta(days=1)) == hours((8, 16))


def test_unknown_zone_is_named_with_its_mend():
    with pytest.raises(NotFound) as caught:
        zone_of("Mars/Olympus")
    assert "Mars/Olympus" in caught.value.message.zh
    assert caught.value.fix is not None


spans = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), max_size=8)


def points(items) -> set[int]:
    return {x for a, b in items for x in range(a, b)}


@given(spans)
def test_merge_keeps_the_points_and_is_sorted_and_disjoint(items):
    merged = merge(items)
    assert points(merged) == points(items)
    assert all(left[1] < right[0] for left, right in itertools.pairwise(merged))
    assert merge(merged) == merged


@given(spans, spans)
def test_subtract_and_intersect_are_set_algebra(a, b):
    assert points(subtract(a, b)) == points(a) - points(b)
    assert points(intersect(a, b)) == points(a) & points(b)
    assert merge([*subtract(a, b), *intersect(a, b)]) == merge(a)


@given(spans, st.integers(-50, 50), st.integers(-50, 50))
def test_clip_keeps_only_what_is_inside(items, start, end):
    assert points(clip(items, start, end)) == points(items) & set(range(start, end))


@given(st.integers(0, 364), st.integers(0, 23), st.integers(1, 23))
def test_expansion_does_not_depend_on_where_the_window_begins(day, hour, length):
    calendar = WorkCalendar(
        "any", "Europe/Berlin", tuple(Shift(d, time(hour), time((hour + length) % 24)) for d in range(7))
    )
    origin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    whole = calendar.intervals(origin, origin + timedelta(days=4))
    later = calendar.intervals(origin + timedelta(days=1), origin + timedelta(days=4))
    assert tuple((a + 1440, b + 1440) for a, b in later) == clip(whole, 1440, 4 * 1440)
