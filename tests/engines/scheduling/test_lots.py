"""Divided lots: against every division on tiny cases, the checker's rules, and everything that works on plans."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from rongzhi.engines.scheduling import (
    Assignment,
    Calendar,
    Explainer,
    Factory,
    Job,
    LateMaterial,
    LongerRun,
    Machine,
    Mode,
    Objective,
    Operation,
    Pin,
    Plan,
    Precedence,
    Problem,
    Promiser,
    Split,
    Status,
    Term,
    Transport,
    Uncertainty,
    as_parts,
    chain,
    gantt_data,
    lots,
    read_plan,
    repair,
    simulate,
    solve,
    write_plan,
    write_plan_csv,
)
from rongzhi.engines.scheduling.checker import check

MAKESPAN = Objective.only(Term.MAKESPAN)
HALVES = Split(2, 20)
A, B, WELD = Machine("a", "F1"), Machine("b", "F1"), Machine("w", "F1")


def cut(run: int = 100, setup: int = 10, *, code: str = "cut", split: Split | None = HALVES) -> Operation:
    return Operation(code, (Mode("a", run, setup, cost=50.0), Mode("b", run, setup, cost=50.0)), split=split)


def shop(*jobs: Job, **fields: object) -> Problem:
    links = tuple(link for job in jobs for link in chain(*job.operations))
    return Problem(jobs, (A, B, WELD), (Factory("F1"),), **{"precedences": links, "objective": MAKESPAN, **fields})  # type: ignore[arg-type]


def one() -> Problem:
    return shop(Job("J", (cut(), Operation("weld", (Mode("w", 20),)))))


def rules(problem: Problem, *rows: Assignment) -> set[str]:
    return {violation.rule for violation in check(problem, Plan.of(rows)).violations}


RIGHT = (
    Assignment("cut", "a", 0, 0, 10, 70, part=1, run=60),
    Assignment("cut", "b", 1, 0, 10, 50, part=2, run=40),
    Assignment("weld", "w", 0, 70, 70, 90),
)


def test_a_lot_is_divided_over_two_machines() -> None:
    result = solve(one(), iteration_limit=200)
    assert result.status is Status.OPTIMAL
    assert result.plan is not None
    assert check(one(), result.plan).is_valid
    rows = [(row.machine, row.start, row.setup_end, row.end, row.run) for row in result.plan.parts("cut")]
    assert sorted(rows) == [("a", 0, 10, 60, 50), ("b", 0, 10, 60, 50)]
    assert result.total == 80.0  # whole: 110 + 20
    assert result.values["cost"] == 50.0


def test_set_ups_may_cost_more_than_a_division_gains() -> None:
    other = Job("K", (Operation("other", (Mode("b", 90),)),))
    result = solve(shop(Job("J", (cut(40, 30),)), other), iteration_limit=200)
    assert result.plan is not None
    assert not result.plan.is_divided
    assert result.total == 90.0


def test_shares_follow_what_the_machines_have_left() -> None:
    """The second machine is busy until 40: 10 + 80 on the first and 10 + 20 behind it both end at 90 or before."""
    problem = shop(Job("J", (cut(100, 10, split=Split(2, 5)),)), pins=(Pin("busy", "b", 0, 40),), precedences=())
    problem = replace(problem, jobs=(*problem.jobs, Job("K", (Operation("busy", (Mode("b", 40),)),))))
    result = solve(problem, iteration_limit=2000)
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
    assert result.total <= 82.0  # 80 at best: 10 + 70 on a, 40 + 10 + 30 on b; equal shares give 100


def whole(problem: Problem) -> Problem:
    jobs = tuple(
        replace(job, operations=tuple(replace(each, split=None) for each in job.operations)) for job in problem.jobs
    )
    return replace(problem, jobs=jobs)


def best_division(problem: Problem, operations: list[Operation], steps: int) -> float:
    """Return the least makespan over all numbers of equal parts, each division proven by the exact mode."""
    best = float("inf")
    counts: list[dict[str, tuple[Fraction, ...]]] = [{}]
    for operation in operations:
        options = [None, *(lots.equal(parts) for parts in range(2, steps + 1))]
        counts = [
            division if shares is None else {**division, operation.code: shares}
            for division in counts
            for shares in options
            if shares is None or lots.is_allowed(operation, shares)
        ]
    for division in counts:
        result = solve(whole(lots.divide(problem, division)), iteration_limit=100)
        assert result.status is Status.OPTIMAL
        best = min(best, result.total)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_not_worse_than_all_equal_divisions_of_tiny_cases(seed: int) -> None:
    one_, two = cut(30 + 7 * seed, 3, code="1"), cut(50 - 5 * seed, 4, code="2", split=Split(3, 8))
    after = Operation("3", (Mode("w", 10 + seed),))
    problem = shop(Job("J", (one_, after)), Job("K", (two,), release=2 * seed))
    result = solve(problem, iteration_limit=1500, seed=seed)
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
    assert result.bound is not None
    assert result.bound.value <= result.total
    assert result.total <= best_division(problem, [one_, two], 3)


def test_same_seed_and_iterations_give_the_same_division() -> None:
    jobs = tuple(Job(f"J{n}", (cut(60 + n, 5, code=f"{n}", split=Split(3, 10)),), due=40) for n in range(4))
    plans = [solve(shop(*jobs, objective=Objective()), iteration_limit=400, seed=3).plan for _ in range(2)]
    assert plans[0] is not None
    assert plans[1] is not None
    assert list(plans[0]) == list(plans[1])


def test_parts_come_from_different_places() -> None:
    machines = (A, replace(B, factory="F2"), WELD)
    far = Transport(("P1", "P2"), ((0, 30), (30, 0)), ((0.0, 9.0), (9.0, 0.0)))
    problem = replace(one(), machines=machines, factories=(Factory("F1", "P1"), Factory("F2", "P2")), transport=far)
    result = solve(problem, iteration_limit=600)
    assert result.plan is not None
    verification = check(problem, result.plan)
    assert verification.is_valid, str(verification)
    assert verification.values == pytest.approx(dict(result.values))
    assert result.total < 115  # 10 + 65 + 20 with the smaller part 30 away
    single = replace(problem, jobs=(replace(problem.jobs[0], single_factory=True),))
    kept = solve(single, iteration_limit=300)
    assert kept.plan is not None
    assert len({machine for machine in kept.plan.machine if machine != "w"}) == 1


def test_what_fits_into_no_shift_whole_may_fit_in_parts() -> None:
    day = Calendar("day", ((0, 70),), cycle=100, until=100)
    machines = (replace(A, calendar="day"), replace(B, calendar="day"), WELD)
    long = replace(cut(), may_span_breaks=False)
    problem = Problem((Job("J", (long,)),), machines, (Factory("F1"),), calendars=(day,), objective=MAKESPAN)
    result = solve(problem, iteration_limit=100)
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
    assert result.total == 60.0


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"run": 59, "end": 69}, "parts-are-not-the-lot"),
        ({"run": 80, "end": 90}, "parts-are-not-the-lot"),
        ({"run": 10, "end": 20}, "part-too-short"),
        ({"run": 160, "end": 170}, "part-too-long"),
        ({"part": 3}, "parts-misnumbered"),
        ({"end": 75}, "wrong-length"),
        ({"setup_end": 5}, "wrong-set-up"),
        ({"machine": "b", "mode": 1}, "machine-overlap"),
        ({"start": 5, "setup_end": 15, "end": 75}, "precedence"),
    ],
)
def test_each_broken_rule_of_parts_is_named(change: dict[str, int], rule: str) -> None:
    assert rules(one(), *RIGHT) == set()
    assert rule in rules(one(), replace(RIGHT[0], **change), *RIGHT[1:])  # type: ignore[arg-type]


def test_what_may_not_be_divided() -> None:
    whole = shop(Job("J", (cut(split=None), Operation("weld", (Mode("w", 20),)))))
    assert rules(whole, *RIGHT) == {"not-divisible"}
    assert "not-divisible" in rules(replace(one(), pins=(Pin("cut", "a"),)), *RIGHT)
    three = (
        replace(RIGHT[0], run=30, end=40),
        RIGHT[1],
        replace(RIGHT[0], start=40, setup_end=50, end=80, part=3, run=30),
    )
    assert "too-many-parts" in rules(one(), *three, replace(RIGHT[2], start=80, setup_end=80, end=100))
    assert rules(one(), *RIGHT[1:]) >= {"parts-misnumbered"}


def test_plans_with_parts_travel() -> None:
    plan = Plan.of(RIGHT)
    again = read_plan(write_plan(plan))
    assert list(again) == list(plan)
    assert "part" not in json.loads(write_plan(plan))["assignments"][2]
    assert write_plan_csv(plan).splitlines()[:2] == [
        "operation,machine,mode,start,setup_end,end,changeover,part,run", "cut,a,0,0,10,70,0,1,60",
    ]  # fmt: skip
    assert plan["cut"].end == 70
    assert plan["cut#2"].machine == "b"
    assert plan.completion(one()) == {"J": 90}
    assert "cut" in plan


def test_a_divided_plan_is_drawn_explained_promised_over_and_repaired() -> None:
    problem = shop(Job("J", one().jobs[0].operations, due=60))
    plan = Plan.of(RIGHT)
    bars = {(bar["operation"], bar["part"]): bar for bar in gantt_data(problem, plan)["bars"]}
    assert bars["cut", 2]["name"] == "cut #2"
    assert bars["cut", 1]["cost"] == 30.0
    reason = Explainer(problem, plan).why_late("J")
    assert reason.lateness == 30
    assert {cause.operation for cause in reason.causes} == {"cut#1", "weld"}
    quote = Promiser(problem, plan).quote([Job("N", (Operation("n", (Mode("b", 15),)),))])
    assert quote.completion == 65
    done = repair(problem, plan, 20, [LongerRun("cut", 7), LateMaterial("weld", 80)])
    assert check(done.problem, done.plan).is_valid
    assert done.plan["cut#1"].end == 77
    assert done.plan["weld"].start == 80


def test_parts_can_be_planned_on_as_operations() -> None:
    problem, plan = as_parts(one(), Plan.of(RIGHT))
    assert check(problem, plan).is_valid
    assert [operation.code for _, operation in problem.operations()] == ["cut#1", "cut#2", "weld"]
    assert Precedence("cut#2", "weld") in problem.precedences
    result = solve(replace(problem, pins=(Pin("cut#1", "a", 0, 70),)), iteration_limit=50, former=plan)
    assert result.total == 90.0


def test_a_former_division_is_kept_when_only_changes_cost() -> None:
    problem = replace(one(), objective=Objective(makespan=0.0, moved_machines=1e6, moved_starts=1e3))
    former = Plan.of(RIGHT)
    result = solve(problem, iteration_limit=60, former=former)
    assert result.plan is not None
    assert list(result.plan) == list(RIGHT)
    assert check(problem, result.plan, former).values == pytest.approx(dict(result.values))


def test_a_divided_plan_is_simulated() -> None:
    outlook = simulate(one(), Plan.of(RIGHT), Uncertainty(), runs=3)
    assert outlook.completions("J").tolist() == [90, 90, 90]
