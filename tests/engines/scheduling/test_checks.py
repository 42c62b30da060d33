"""Bad input: every finding has its code and place, all are reported together, nothing is planned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rongzhi.engines.scheduling import (
    Batch,
    Calendar,
    Changeover,
    Factory,
    Job,
    Link,
    Machine,
    Mode,
    Need,
    Objective,
    Operation,
    Overtime,
    Pin,
    Precedence,
    Problem,
    Resource,
    Split,
    Status,
    Transport,
    check_problem,
    solve,
)
from rongzhi.kernel.errors import Rejected


def base() -> Problem:
    return Problem(
        jobs=(Job("A", (Operation("A1", (Mode("m1", 10),)), Operation("A2", (Mode("m2", 5), Mode("m1", 7))))),),
        machines=(Machine("m1", "F1"), Machine("m2", "F1", calendar="day")),
        factories=(Factory("F1"),),
        precedences=(Precedence("A1", "A2"),),
        calendars=(Calendar("day", ((0, 8),), cycle=24, until=24),),
    )


def job(*operations: Operation, **fields: object) -> tuple[Job, ...]:
    return (Job("A", operations, **fields),)  # type: ignore[arg-type]


A1, A2 = base().jobs[0].operations
M2 = base().machines[1]

CASES = {
    "no-mode": ({"jobs": job(A1, Operation("A2", ()))}, "jobs[0].operations[1].modes"),
    "unknown-machine": ({"jobs": job(A1, Operation("A2", (Mode("m9", 1),)))}, "jobs[0].operations[1].modes[0].machine"),
    "duplicate-code": ({"machines": (*base().machines, Machine("m1", "F1"))}, "machines[2].code"),
    "unknown-factory": ({"machines": (Machine("m1", "F9"), base().machines[1])}, "machines[0].factory"),
    "unknown-calendar": ({"machines": (Machine("m1", "F1", "night"), base().machines[1])}, "machines[0].calendar"),
    "unknown-place": ({"factories": (Factory("F1", "P1"),)}, "factories[0].place"),
    "cycle": ({"precedences": (Precedence("A1", "A2"), Precedence("A2", "A1"))}, "precedences"),
    "unknown-operation": ({"precedences": (Precedence("A1", "A9"),)}, "precedences[0].after"),
    "calendar-without-time": ({"calendars": (Calendar("day", ()),)}, "calendars[0]"),
    "bad-interval": ({"calendars": (Calendar("day", ((0, 8), (7, 9))),)}, "calendars[0].intervals[1]"),
    "bad-cycle": ({"calendars": (Calendar("day", ((0, 8),), cycle=25, until=24),)}, "calendars[0].cycle"),
    "time-out-of-range": (
        {"jobs": job(A2, Operation("A1", (Mode("m1", -1),)))},
        "jobs[0].operations[1].modes[0].run",
    ),
    "bad-weight": ({"objective": Objective(makespan=-1.0)}, "objective.makespan"),
    "matrix-not-square": ({"transport": Transport(("P1", "P2"), ((0, 1),))}, "transport.times"),
    "unknown-family": (
        {
            "jobs": job(Operation("A1", (Mode("m1", 1),), family="blue"), A2),
            "machines": (Machine("m1", "F1", changeover="paint"), base().machines[1]),
            "changeovers": (Changeover("paint", ("red",), ((0,),)),),
        },
        "jobs[0].operations[0].family",
    ),
    "need-exceeds-capacity": (
        {
            "jobs": job(Operation("A1", (Mode("m1", 1, needs=(Need("tool", 2),)),)), A2),
            "resources": (Resource("tool", 1),),
        },
        "jobs[0].operations[0].modes[0].needs[0].amount",
    ),
    "bad-wait": ({"precedences": (Precedence("A1", "A2", lag=5, max_lag=3),)}, "precedences[0].max_lag"),
    "bad-share": ({"precedences": (Precedence("A1", "A2", Link.OVERLAP, share=0.0),)}, "precedences[0].share"),
    "pin-machine": ({"pins": (Pin("A1", "m2", 0),)}, "pins[0].machine"),
    "pin-without-machine": ({"pins": (Pin("A2", start=0),)}, "pins[0].machine"),
    "pin-times": ({"pins": (Pin("A1", "m1", 5, 3),)}, "pins[0]"),
    "fixed-overlap": ({"pins": (Pin("A1", "m1", 0), Pin("A2", "m1", 9))}, "pins[1]"),
    "no-factory": ({"jobs": job(A1, A2, factories=())}, "jobs[0].operations[0]"),
    "no-capacity": (
        {"machines": (Machine("m1", "F1", batch=Batch(0)), base().machines[1])},
        "machines[0].batch.capacity",
    ),
    "unlimited-with-batch": (
        {"machines": (Machine("m1", "F1", is_unlimited=True, batch=Batch(3)), base().machines[1])},
        "machines[0].batch",
    ),
    "mixed-batch-with-changeover": (
        {
            "machines": (Machine("m1", "F1", changeover="paint", batch=Batch(3, is_family_pure=False)), M2),
            "changeovers": (Changeover("paint", ("red",), ((0,),)),),
        },
        "machines[0].batch.is_family_pure",
    ),
    "larger-than-batch": (
        {"machines": (Machine("m1", "F1", batch=Batch(3)), M2), "jobs": job(A1, replace(A2, size=4))},
        "jobs[0].operations[1].modes[1].machine",
    ),
    "bad-size": ({"jobs": job(A1, replace(A2, size=0))}, "jobs[0].operations[1].size"),
    "bad-split": ({"jobs": job(A1, replace(A2, split=Split(0)))}, "jobs[0].operations[1].split"),
    "split-on-batch-machine": (
        {"machines": (Machine("m1", "F1", batch=Batch(3)), M2), "jobs": job(A1, replace(A2, split=Split(2)))},
        "jobs[0].operations[1].split",
    ),
    "bad-rate": (
        {"calendars": (replace(base().calendars[0], overtime=(Overtime(0, 4, -1.0),)),)},
        "calendars[0].overtime[0].rate",
    ),
    "bad-interval overtime": (
        {"calendars": (replace(base().calendars[0], overtime=(Overtime(0, 4, 1.0), Overtime(3, 5, 1.0))),)},
        "calendars[0].overtime[1]",
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_each_error_is_found_where_it_is(code: str) -> None:
    changes, where = CASES[code]
    code = code.split(maxsplit=1)[0]
    problem = replace(base(), **changes)  # type: ignore[arg-type]
    found = {(finding.code, finding.where) for finding in check_problem(problem).errors}
    assert (code, where) in found
    with pytest.raises(Rejected):
        solve(problem, iteration_limit=0)


def test_a_good_problem_has_no_findings() -> None:
    assert list(check_problem(base())) == []


def test_all_errors_are_reported_together() -> None:
    problem = replace(base(), jobs=job(Operation("A1", ()), Operation("A1", (Mode("m9", -3),))))
    assert {finding.code for finding in check_problem(problem)} == {
        "no-mode", "duplicate-code", "unknown-machine", "time-out-of-range",
    }  # fmt: skip


def test_an_unreachable_deadline_is_a_warning_and_an_infeasible_result() -> None:
    problem = replace(base(), jobs=(replace(base().jobs[0], deadline=12),))
    warnings = [finding for finding in check_problem(problem) if finding.code == "deadline-unreachable"]
    assert [finding.where for finding in warnings] == ["jobs[0].deadline"]
    assert "before 17" in warnings[0].message.en  # 10 on m1 and 7 on m1; m2 opens again at 24
    result = solve(problem, iteration_limit=0)
    assert result.status is Status.INFEASIBLE
    assert result.plan is None
    assert [finding.code for finding in result.explanation] == ["deadline-unreachable"]


def test_an_operation_longer_than_every_shift_is_explained() -> None:
    long = Operation("A2", (Mode("m2", 9),), may_span_breaks=False)
    result = solve(replace(base(), jobs=job(A1, long)), iteration_limit=0)
    assert result.status is Status.INFEASIBLE
    assert [(each.code, each.where) for each in result.explanation] == [("no-working-time", "jobs[0].operations[1]")]
