"""A plan of another problem is refused by everything that reads plans, with every row that does not fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from rongzhi.engines.scheduling import (
    Assignment,
    Calendar,
    Factory,
    Job,
    Machine,
    Mode,
    Operation,
    Plan,
    Problem,
    Promiser,
    check,
    gantt_data,
    to_svg,
    why_late,
)  # fmt: skip
from rongzhi.kernel.errors import Rejected

PROBLEM = Problem(
    (Job("J", (Operation("A", (Mode("M", 5),)), Operation("B", (Mode("M", 3),)))),),
    (Machine("M", "F", calendar="day"),),
    (Factory("F"),),
    calendars=(Calendar("day", ((0, 10),), cycle=20, until=20),),
)


def row(operation: str, mode: int, start: int, end: int) -> Assignment:
    return Assignment(operation, "M", mode, start, start, end)


FOREIGN = Plan.of([row("X", 0, 0, 5), row("A", 7, 0, 5), row("B", 0, -8, -5)])


@pytest.mark.parametrize("read", [gantt_data, to_svg, Promiser, lambda problem, plan: why_late(problem, plan, "J")])
def test_every_row_that_does_not_fit_is_named(read: Callable[[Problem, Plan], object]) -> None:
    with pytest.raises(Rejected) as caught:
        read(PROBLEM, FOREIGN)
    assert {(each.code, each.where) for each in caught.value.findings} == {
        ("plan-does-not-fit", "X"), ("plan-does-not-fit", "A"), ("plan-does-not-fit", "B"),
    }  # fmt: skip


def test_a_plan_that_fits_is_read() -> None:
    plan = Plan.of([row("A", 0, 0, 5), row("B", 0, 5, 8)])
    assert len(gantt_data(PROBLEM, plan)["bars"]) == 2
    assert check(PROBLEM, plan).is_valid


def test_the_checker_refuses_times_without_measure_at_once() -> None:
    far = dataclasses.replace(PROBLEM, name="far")
    plan = Plan.of([row("A", 0, 0, 5), row("B", 0, 10**13, 10**13 + 3)])
    assert [each.rule for each in check(far, plan).violations] == ["time-out-of-range"]
