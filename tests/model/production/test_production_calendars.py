"""A machine's hours for the network: calendar, fallback, exceptions and the opened share."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.kernel.calendars import always, subtract, weekly
from rongzhi.kernel.errors import NotFound
from rongzhi.model.production import Network
from rongzhi.model.production.calendars import open_intervals, share_of, work_calendar
from tests.model.production.build_production import ORIGIN, network

MONDAY = datetime.fromisoformat(ORIGIN)
TUESDAY = MONDAY + timedelta(days=1)


def hours(net: Network, until: datetime = TUESDAY, origin: datetime = MONDAY) -> tuple[tuple[int, int], ...]:
    return open_intervals(net, net.machines[0], origin, until)


def test_the_factorys_calendar_is_the_fallback() -> None:
    assert hours(network()) == ((0, 240), (300, 540))


def test_own_calendars_win_machine_then_opening() -> None:
    night = {"code": "night", "shifts": [{"days": [1], "start": "22:00", "end": "06:00"}]}
    noon = {"code": "noon", "shifts": [{"days": [1], "start": "12:00", "end": "13:00"}]}
    changes = {"calendars.1": night, "calendars.2": noon, "machines.0.calendar": "night"}
    assert hours(network(**changes)) == ((840, 1320),)
    assert hours(network(**changes, **{"open_capacity.0.calendar": "noon"})) == ((240, 300),)


def test_a_share_opens_the_last_part_of_each_shift() -> None:
    assert hours(network(**{"open_capacity.0.share": 0.25})) == ((180, 240), (480, 540))
    assert hours(network(**{"open_capacity.0.share": 0})) == ()


def test_a_share_is_of_the_whole_shift_though_planning_begins_inside_it() -> None:
    later = MONDAY + timedelta(hours=3, minutes=30)
    assert hours(network(**{"open_capacity.0.share": 0.25}), later + timedelta(hours=1), later) == ((0, 30),)


def test_not_opened_means_no_time_and_no_list_means_all_is_open() -> None:
    opened = network().open_capacity
    assert hours(network().model_copy(update={"open_capacity": opened[1:]})) == ()
    assert hours(network().model_copy(update={"open_capacity": ()})) == ((0, 240), (300, 540))


def test_exceptions_are_local_time() -> None:
    stop = {"start": "2026-03-02T09:00:00", "end": "2026-03-02T10:00:00", "kind": "maintenance"}
    extra = {"start": "2026-03-02T18:00:00", "end": "2026-03-02T19:00:00", "is_working": True, "kind": "overtime"}
    net = network(**{"calendars.0.exceptions": [stop, extra]})
    assert hours(net) == ((0, 60), (120, 240), (300, 540), (600, 660))
    half = net.model_copy(update={"open_capacity": (net.open_capacity[0].model_copy(update={"share": 0.5}),)})
    assert hours(half) == ((30, 60), (180, 240), (420, 540), (630, 660))


def test_round_the_clock_is_shared_day_by_day() -> None:
    spans = share_of(always("x", "UTC"), 0.5, datetime.fromisoformat("2026-03-02T00:00Z"), TUESDAY)
    assert spans[0] == (720, 1440)


def test_unknown_calendar_names_the_machine() -> None:
    with pytest.raises(NotFound) as error:
        hours(network(**{"machines.0.calendar": "gone"}))
    assert error.value.where == "machines.T1.calendar"


def test_weekdays_count_from_monday_one() -> None:
    assert {shift.weekday for shift in work_calendar(network().calendars[0]).shifts} == {0, 1, 2, 3, 4}


@given(st.floats(0.01, 0.99), st.integers(0, 3000), st.integers(1, 6000))
def test_a_share_is_inside_the_working_time_and_not_larger(share: float, shift: int, length: int) -> None:
    calendar = weekly("w", range(6), [("06:00", "14:00"), ("14:00", "22:00")])
    origin = MONDAY + timedelta(minutes=shift)
    until = origin + timedelta(minutes=length)
    opened, whole = share_of(calendar, share, origin, until), calendar.intervals(origin, until)
    assert subtract(opened, whole) == ()
    assert list(opened) == sorted(opened)
    week = share_of(calendar, share, MONDAY, MONDAY + timedelta(days=7))
    full = sum(b - a for a, b in calendar.intervals(MONDAY, MONDAY + timedelta(days=7)))
    assert share * full - 14 <= sum(b - a for a, b in week) <= share * full + 480
