"""Values of a wrong kind, out of all proportion or without end are findings, each with its place, before any search."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rongzhi.engines import scheduling as s
from rongzhi.engines.scheduling.checks import check_structure
from rongzhi.kernel.errors import Rejected
from tests.engines.scheduling.random_problems import random_problem

BREAKS = s.Calendar("c", ((0, 10),), cycle=20, until=20)


def _problem(mode: s.Mode, **fields: object) -> s.Problem:
    job = s.Job("A", (replace(s.Operation("A1", (mode,)), **fields),))
    return s.Problem((job,), (s.Machine("a", "F", calendar="c"),), (s.Factory("F"),), calendars=(BREAKS,))


def _found(problem: s.Problem) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in check_structure(problem)]


def test_values_of_a_wrong_kind_are_all_named() -> None:
    bad = replace(
        _problem(s.Mode("a", 2.5), family=["red"]),  # type: ignore[arg-type]
        precedences=(s.Precedence("A1", "A1", "overlap", lag="x"),),  # type: ignore[arg-type]
        time_unit="h",  # type: ignore[arg-type]
        pins=None,  # type: ignore[arg-type]
    )
    assert _found(bad) == [
        ("wrong-kind", "jobs[0].operations[0].modes[0].run"),
        ("wrong-kind", "jobs[0].operations[0].family"),
        ("wrong-kind", "precedences[0].link"),
        ("wrong-kind", "precedences[0].lag"),
        ("wrong-kind", "pins"),
        ("wrong-kind", "time_unit"),
    ]
    assert all(each.message.zh and each.fix and each.fix.zh for each in check_structure(bad))


def test_numbers_beyond_the_tables_are_named() -> None:
    assert _found(_problem(s.Mode("a", 1), size=2**63)) == [("time-out-of-range", "jobs[0].operations[0].size")]


@pytest.mark.parametrize("seed", range(30))
def test_sound_problems_stay_sound(seed: int) -> None:
    assert _found(random_problem(seed)) == []


def test_times_that_would_repeat_a_calendar_millions_of_times_are_refused() -> None:
    problem = _problem(s.Mode("a", 10**7), earliest_start=20 * 10**6)
    assert _found(problem) == []  # a million turns each
    problem = _problem(s.Mode("a", 10**7 + 1), earliest_start=20 * 10**6 + 1)
    where = "jobs[0].operations[0]"
    assert _found(problem) == [
        ("time-out-of-range", f"{where}.earliest_start"),
        ("time-out-of-range", f"{where}.modes[0].run"),
    ]


def test_a_loss_no_interval_makes_good_is_refused() -> None:
    assert _found(_problem(s.Mode("a", 25), resume_loss=9)) == []
    found = _found(_problem(s.Mode("a", 25), resume_loss=10))
    assert found == [("loss-without-end", "jobs[0].operations[0].resume_loss")]
    assert _found(_problem(s.Mode("a", 5), resume_loss=10, may_span_breaks=False)) == []


def test_money_and_weights_must_add_up() -> None:
    infinite = float("inf")
    problem = replace(
        _problem(s.Mode("a", 1, cost=-1e300)),
        objective=s.Objective(makespan=1e308),
        transport=s.Transport(("p",), ((0,),), ((infinite,),)),
    )
    assert _found(problem) == [
        ("bad-cost", "transport.costs[0][0]"),
        ("bad-cost", "jobs[0].operations[0].modes[0].cost"),
        ("bad-weight", "objective.makespan"),
    ]


def test_a_transfer_share_lost_in_rounding_is_refused() -> None:
    problem = _problem(s.Mode("a", 1))
    job = s.Job("A", (*problem.jobs[0].operations, s.Operation("A2", (s.Mode("a", 1),))))
    link = s.Precedence("A1", "A2", s.Link.OVERLAP, share=1e-300)
    assert _found(replace(problem, jobs=(job,), precedences=(link,))) == [("bad-share", "precedences[0].share")]


def test_limits_that_are_no_numbers_are_all_named() -> None:
    with pytest.raises(Rejected) as refused:
        s.solve(
            _problem(s.Mode("a", 1)),
            time_limit_s=float("nan"),
            iteration_limit=1.5,  # type: ignore[arg-type]
            seed=-1,
            workers="two",  # type: ignore[arg-type]
        )
    assert [each.where for each in refused.value.findings] == ["time_limit_s", "iteration_limit", "workers", "seed"]
