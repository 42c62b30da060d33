"""The checker: a right plan passes, and each rule broken on purpose is named with operation and times."""

from __future__ import annotations

import dataclasses

import pytest

from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.model import (
    Batch,
    Calendar,
    Changeover,
    Factory,
    Job,
    Link,
    Machine,
    Mode,
    Need,
    Operation,
    Pin,
    Precedence,
    Problem,
    Resource,
    Term,
    Transport,
)
from rongzhi.engines.scheduling.result import Assignment, Plan


def two_factories() -> Problem:
    """Two jobs over two factories 30 apart; the second factory works [0, 60) of every 100."""
    return Problem(
        jobs=(
            Job(
                "A",
                (Operation("A1", (Mode("m1", 20, 5, cost=10.0),), family="red"), Operation("A2", (Mode("m2", 30),))),
                due=100,
            ),
            Job("B", (Operation("B1", (Mode("m1", 10),), family="blue"),), release=5, due=40, weight=2.0),
        ),
        machines=(Machine("m1", "F1", changeover="paint"), Machine("m2", "F2", calendar="day")),
        factories=(Factory("F1", "P1"), Factory("F2", "P2")),
        precedences=(Precedence("A1", "A2"),),
        calendars=(Calendar("day", ((0, 60),), cycle=100, until=100),),
        changeovers=(Changeover("paint", ("red", "blue"), ((0, 7), (9, 0))),),
        transport=Transport(("P1", "P2"), ((0, 30), (30, 0)), ((0.0, 4.0), (4.0, 0.0))),
    )


RIGHT = (
    Assignment("A1", "m1", 0, 0, 5, 25),
    Assignment("A2", "m2", 0, 55, 55, 125),  # 5 of work before the break at 60, 25 after 100
    Assignment("B1", "m1", 0, 32, 32, 42, changeover=7),
)


def rules(problem: Problem, *rows: Assignment) -> set[str]:
    return {violation.rule for violation in check(problem, Plan.of(rows)).violations}


def changed(operation: str, **fields: object) -> tuple[Assignment, ...]:
    return tuple(dataclasses.replace(row, **fields) if row.operation == operation else row for row in RIGHT)  # type: ignore[arg-type]


def test_right_plan_passes_and_is_valued() -> None:
    verification = check(two_factories(), Plan.of(RIGHT))
    assert verification.is_valid, str(verification)
    assert verification.values == {
        Term.TARDINESS: 25 + 2 * 2,
        Term.LATE_JOBS: 2,
        Term.MAKESPAN: 125,
        Term.FLOW_TIME: 125 + 37,
        Term.COST: 10,
        Term.TRANSPORT_COST: 4,
        Term.CHANGEOVER: 7,
        Term.MOVED_MACHINES: 0,
        Term.MOVED_STARTS: 0,
        Term.OVERTIME_COST: 0,
    }


@pytest.mark.parametrize(
    ("operation", "fields", "rule"),
    [
        ("B1", {"start": 31, "setup_end": 31, "end": 41}, "no-time-for-changeover"),
        ("B1", {"start": 20, "setup_end": 20, "end": 30}, "machine-overlap"),
        ("B1", {"changeover": 0}, "changeover-misstated"),
        ("A2", {"start": 54, "setup_end": 54, "end": 124}, "precedence"),
        ("A2", {"end": 130}, "wrong-length"),
        ("A2", {"start": 70, "setup_end": 70, "end": 130}, "starts-while-closed"),
        ("A1", {"setup_end": 4}, "wrong-set-up"),
        ("A1", {"machine": "m2"}, "not-a-mode"),
        ("A1", {"mode": 1}, "not-a-mode"),
    ],
)
def test_each_broken_rule_is_named(operation: str, fields: dict[str, object], rule: str) -> None:
    assert rule in rules(two_factories(), *changed(operation, **fields))


def test_missing_unknown_and_doubled_operations() -> None:
    problem = two_factories()
    assert rules(problem, *RIGHT[1:]) == {"missing-operation"}
    assert rules(problem, *RIGHT, dataclasses.replace(RIGHT[0], operation="X")) == {"unknown-operation"}
    assert rules(problem, *RIGHT, RIGHT[0]) == {"doubled-operation"}


def test_release_deadline_and_factories() -> None:
    problem = two_factories()
    a, b = problem.jobs
    early = dataclasses.replace(problem, jobs=(dataclasses.replace(a, release=1), b))
    assert rules(early, *RIGHT) == {"too-early"}
    deadline = dataclasses.replace(problem, jobs=(dataclasses.replace(a, deadline=124), b))
    assert rules(deadline, *RIGHT) == {"past-deadline"}
    alone = dataclasses.replace(problem, jobs=(dataclasses.replace(a, single_factory=True), b))
    assert rules(alone, *RIGHT) == {"several-factories"}
    only = dataclasses.replace(problem, jobs=(dataclasses.replace(a, factories=("F1",)), b))
    assert rules(only, *RIGHT) == {"factory-not-allowed"}


def test_breaks_that_may_not_be_spanned() -> None:
    problem = two_factories()
    a, b = problem.jobs
    stiff = dataclasses.replace(
        a, operations=(a.operations[0], dataclasses.replace(a.operations[1], may_span_breaks=False))
    )
    assert rules(dataclasses.replace(problem, jobs=(stiff, b)), *RIGHT) == {"spans-a-break"}


def test_resume_loss_counts_in_each_interval_after_a_break() -> None:
    problem = two_factories()
    a, b = problem.jobs
    slow = dataclasses.replace(a, operations=(a.operations[0], dataclasses.replace(a.operations[1], resume_loss=3)))
    lossy = dataclasses.replace(problem, jobs=(slow, b))
    assert rules(lossy, *RIGHT) == {"wrong-length"}
    assert rules(lossy, *changed("A2", end=128)) == set()


def test_pins() -> None:
    problem = two_factories()
    pinned = dataclasses.replace(problem, pins=(Pin("B1", machine="m1", start=33),))
    assert rules(pinned, *RIGHT) == {"pinned-start"}
    running = dataclasses.replace(problem, pins=(Pin("A1", machine="m1", start=-10, is_started=True, remaining=25),))
    assert rules(running, *changed("A1", start=-10, setup_end=-10)) == set()
    elsewhere = dataclasses.replace(problem, pins=(Pin("A1", machine="m2"),))
    assert rules(elsewhere, *RIGHT) == {"pinned-machine"}


def test_overlap_by_transfer_batches() -> None:
    problem = Problem(
        jobs=(Job("J", (Operation("a", (Mode("m1", 40, 4),)), Operation("b", (Mode("m2", 20),)))),),
        machines=(Machine("m1", "F"), Machine("m2", "F")),
        factories=(Factory("F"),),
        precedences=(Precedence("a", "b", Link.OVERLAP, share=0.25),),
    )
    first = Assignment("a", "m1", 0, 0, 4, 44)
    assert rules(problem, first, Assignment("b", "m2", 0, 29, 29, 49)) == set()  # 5 of b after 44
    assert rules(problem, first, Assignment("b", "m2", 0, 28, 28, 48)) == {"overlap-too-short"}
    assert rules(problem, first, Assignment("b", "m2", 0, 13, 13, 33)) == {"overlap-too-early", "overlap-too-short"}


def test_longest_wait_lag_and_start_start() -> None:
    base = Problem(
        jobs=(Job("J", (Operation("a", (Mode("m1", 10),)), Operation("b", (Mode("m2", 10),)))),),
        machines=(Machine("m1", "F"), Machine("m2", "F")),
        factories=(Factory("F"),),
        precedences=(Precedence("a", "b", lag=3, max_lag=5),),
    )
    a = Assignment("a", "m1", 0, 0, 0, 10)

    def b(start: int) -> Assignment:
        return Assignment("b", "m2", 0, start, start, start + 10)

    assert rules(base, a, b(12)) == {"precedence"}
    assert rules(base, a, b(13)) == set()
    assert rules(base, a, b(16)) == {"waits-too-long"}
    start_start = dataclasses.replace(base, precedences=(Precedence("a", "b", Link.START_START, lag=2),))
    assert rules(start_start, a, b(1)) == {"precedence"}
    assert rules(start_start, a, b(2)) == set()
    finish_finish = dataclasses.replace(base, precedences=(Precedence("a", "b", Link.FINISH_FINISH, lag=2),))
    assert rules(finish_finish, a, b(1)) == {"precedence"}
    assert rules(finish_finish, a, b(2)) == set()


def test_batches_and_resources() -> None:
    oven = Problem(
        jobs=tuple(
            Job(name, (Operation(name, (Mode("oven", run),), family=family, size=2),))
            for name, run, family in (("x", 10, "t"), ("y", 12, "t"), ("z", 10, "u"))
        ),
        machines=(Machine("oven", "F", batch=Batch(4)),),
        factories=(Factory("F"),),
    )
    together = [Assignment(name, "oven", 0, 0, 0, 12) for name in ("x", "y")]
    assert rules(oven, *together, Assignment("z", "oven", 0, 12, 12, 22)) == set()
    assert rules(oven, *together, Assignment("z", "oven", 0, 0, 0, 12)) == {"batch-too-full", "batch-mixed"}
    assert rules(oven, *together, Assignment("z", "oven", 0, 11, 11, 21)) == {"machine-overlap"}
    tool = Problem(
        jobs=tuple(
            Job(name, (Operation(name, (Mode(machine, 10, needs=(Need("mould"),)),)),))
            for name, machine in (("x", "m1"), ("y", "m2"))
        ),
        machines=(Machine("m1", "F"), Machine("m2", "F")),
        factories=(Factory("F"),),
        resources=(Resource("mould", 1),),
    )
    x = Assignment("x", "m1", 0, 0, 0, 10)
    assert rules(tool, x, Assignment("y", "m2", 0, 9, 9, 19)) == {"resource-overused"}
    assert rules(tool, x, Assignment("y", "m2", 0, 10, 10, 20)) == set()
