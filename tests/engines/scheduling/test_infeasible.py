"""Why no plan exists: the smallest set of rules that collide, proven, in words with times."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rongzhi.engines.scheduling import (
    Calendar,
    Factory,
    Job,
    Machine,
    Mode,
    Need,
    Operation,
    Pin,
    Precedence,
    Problem,
    Resource,
    Status,
    solve,
)
from rongzhi.engines.scheduling.infeasible import Conflict, find_conflict, findings_of
from rongzhi.engines.scheduling.infeasible_rules import Rule, rules_of, without
from tests.engines.scheduling.random_problems import random_problem


def op(code: str, run: int, machine: str = "m", *, needs: tuple[Need, ...] = ()) -> Operation:
    return Operation(code, (Mode(machine, run, needs=needs),))


def crowd() -> Problem:
    """Four jobs of 5 on one machine; three of them have to end by 14, the fourth has time."""
    jobs = tuple(Job(f"J{n}", (op(f"J{n}", 5),), deadline=14) for n in range(3))
    late = Job("J3", (op("J3", 5),), deadline=90, factories=("F",))
    return Problem((*jobs, late), (Machine("m", "F"),), (Factory("F"),), resources=(Resource("r", 3),))


def names(conflict: Conflict | None) -> set[tuple[str, str]]:
    assert conflict is not None
    return {(rule.kind, rule.key) for rule in conflict.rules}


def test_only_the_rules_that_collide_are_named() -> None:
    conflict = find_conflict(crowd())
    assert names(conflict) == {("deadline", "J0"), ("deadline", "J1"), ("deadline", "J2"), ("machine", "m")}
    assert conflict is not None
    assert conflict.is_smallest


def test_every_rule_of_a_conflict_is_needed() -> None:
    problem = crowd()
    conflict = find_conflict(problem)
    assert conflict is not None
    others = [rule for rule in rules_of(problem) if rule not in conflict.rules]
    assert find_conflict(without(problem, others)) is not None
    for rule in conflict.rules:
        assert find_conflict(without(problem, [*others, rule])) is None


def test_the_words_have_codes_and_times() -> None:
    result = solve(crowd(), iteration_limit=50)
    assert result.status is Status.INFEASIBLE
    finding = result.explanation[-1]
    assert (finding.code, finding.where) == ("deadlines-collide", "jobs[0].deadline")
    assert finding.message.en.startswith("these 4 rules cannot all be kept: job 'J0' must end by 14; ")
    assert "machine 'm' works on one operation at a time" in finding.message.en
    assert "作业“J2”须在 14 前完成" in finding.message.zh


def test_resources_waits_calendars_and_pins_can_be_the_reason() -> None:
    tool = (Need("tool"),)
    machines, factories = (Machine("a", "F"), Machine("b", "F")), (Factory("F"),)
    pair = tuple(Job(c, (op(c, 6, c, needs=tool),), deadline=10) for c in "ab")
    shared = Problem(pair, machines, factories, resources=(Resource("tool", 1),))
    assert names(find_conflict(shared)) == {("deadline", "a"), ("deadline", "b"), ("resource", "tool")}

    job = Job("x", (op("x1", 4, "a"), op("x2", 4, "b")), deadline=50)
    wait = Problem(
        (job,), machines, factories, (Precedence("x1", "x2", max_lag=3),), pins=(Pin("x1", "a", 0), Pin("x2", "b", 20))
    )
    assert find_conflict(wait) is None  # between fixed operations nothing is asked
    wait = replace(wait, pins=(Pin("x1", "a", 0),), jobs=(replace(job, operations=(job.operations[0], replace(
        job.operations[1], earliest_start=12))),))  # fmt: skip
    assert names(find_conflict(wait)) == {("wait", "0"), ("pin", "x1")}

    night = replace(machines[0], calendar="night")
    closed = Problem(
        (Job("y", (op("y", 4, "a"),), deadline=20),), (night,), factories, calendars=(Calendar("night", ((18, 30),)),)
    )
    assert names(find_conflict(closed)) == {("deadline", "y"), ("calendar", "night")}


def test_no_time_still_names_rules_that_collide() -> None:
    conflict = find_conflict(crowd(), seconds=0.0)
    assert conflict is not None
    assert not conflict.is_smallest
    said = findings_of(crowd(), conflict)[0].message
    assert "time ran out" in said.en
    assert find_conflict(crowd(), should_stop=lambda: True) is not None


def test_a_conflict_without_rules_and_one_with_many() -> None:
    assert findings_of(crowd(), Conflict((), is_smallest=True))[0].code == "rules-collide"
    many = tuple(Rule("machine", "m", f"machines[{n}]") for n in range(20))
    assert "and 8 more" in findings_of(crowd(), Conflict(many, is_smallest=True))[0].message.en


@pytest.mark.parametrize("seed", range(6))
def test_problems_with_plans_have_no_conflict(seed: int) -> None:
    problem = random_problem(seed, jobs=3)
    plan = solve(problem, iteration_limit=0).plan
    assert plan is not None
    ends = plan.completion(problem)
    tight = replace(problem, jobs=tuple(replace(job, deadline=ends[job.code]) for job in problem.jobs))
    assert find_conflict(tight) is None
