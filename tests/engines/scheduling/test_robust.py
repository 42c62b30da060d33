"""Runs of a plan: as planned without uncertainty, as formulas say with it, and never against a calendar."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rongzhi.engines.scheduling import Assignment, Calendar, Factory, Job, Machine, Mode, Operation, Plan, Problem
from rongzhi.engines.scheduling.arrays import NEVER
from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.model import Batch, Changeover, Need, Pin, Precedence, Resource, chain
from rongzhi.engines.scheduling.robust import (
    Averaged,
    Breakdowns,
    Exactly,
    Exponential,
    Histogram,
    Lognormal,
    Uncertainty,
    safe_dates,
    simulate,
    with_buffers,
)
from rongzhi.engines.scheduling.robust.outlook import Share
from rongzhi.engines.scheduling.solve import solve
from rongzhi.kernel.errors import NotFound, Rejected
from tests.engines.scheduling.random_problems import random_problem


def line(*runs: int, due: int | None = None, calendar: Calendar | None = None) -> tuple[Problem, Plan]:
    """One job whose operations follow each other on one machine, as early as possible."""
    operations = tuple(Operation(f"o{k}", (Mode("m", run),)) for k, run in enumerate(runs))
    problem = Problem(
        (Job("J", operations, due=due),),
        (Machine("m", "F", calendar=calendar.code if calendar else None),),
        (Factory("F"),),
        chain(*operations),
        calendars=(calendar,) if calendar else (),
    )
    clock, moment, rows = Clock(calendar), 0, []
    for operation, run in zip(operations, runs, strict=True):
        start = clock.open_from(moment)
        moment = clock.finish(start, run) or 0
        rows.append(Assignment(operation.code, "m", 0, start, start, moment))
    return problem, Plan.of(rows)


@pytest.mark.parametrize("seed", range(12))
def test_without_uncertainty_the_plan_happens(seed: int) -> None:
    problem = random_problem(seed)
    plan = solve(problem, iteration_limit=20, seed=seed).plan
    assert plan is not None
    outlook = simulate(problem, plan, Uncertainty(runs=Exactly()), runs=2, with_starts=True)
    assert outlook.starts is not None
    assert outlook.starts.tolist() == [[start, start] for start in plan.start.tolist()]
    ends = plan.completion(problem)
    assert outlook.completion.tolist() == [[ends[job.code]] * 2 for job in problem.jobs]
    assert outlook.broken_waits.tolist() == [0, 0]
    assert all(each.as_planned == Share(2, 2) for each in outlook.jobs)


def without_losses(problem: Problem) -> Problem:
    """A loss at every resumption makes work end later that starts earlier; without it nothing does."""
    jobs = tuple(
        replace(job, operations=tuple(replace(each, resume_loss=0) for each in job.operations)) for job in problem.jobs
    )
    return replace(problem, jobs=jobs)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_starts_before_it_may(seed: int) -> None:
    problem = without_losses(random_problem(seed))
    plan = solve(problem, iteration_limit=20, seed=seed).plan
    assert plan is not None
    shaken = Uncertainty(runs=Lognormal(0.5), setups=Lognormal(0.5))
    held = simulate(problem, plan, shaken, runs=40, with_starts=True)
    eager = simulate(problem, plan, shaken, runs=40, with_starts=True, may_start_early=True)
    assert held.starts is not None
    assert eager.starts is not None
    assert (held.starts >= plan.start[:, None]).all()
    assert (eager.completion <= held.completion).all()  # the same draws, only fewer floors
    calendars = {each.code: each for each in problem.calendars}
    machines = {each.code: each for each in problem.machines}
    for o, (_, operation) in enumerate(problem.operations()):
        clock = Clock(calendars.get(machines[plan[operation.code].machine].calendar or ""))
        mode = operation.modes[plan[operation.code].mode]
        if mode.run + mode.setup > 6:  # less may be drawn as nothing, which needs no working time
            assert all(clock.open_from(start) == start for start in held.starts[o].tolist())


def test_sum_of_exponentials_is_erlang() -> None:
    problem, plan = line(1000, 1000, 1000, due=4000)
    outlook = simulate(problem, plan, Uncertainty(runs=Exponential()), runs=4000, seed=3, may_start_early=True)
    exact = 1 - math.exp(-4) * (1 + 4 + 8)
    share = outlook.job("J").on_time
    assert share is not None
    assert share.low < exact < share.high
    assert abs(outlook.job("J").mean - 3000) < 4 * 1000 * math.sqrt(3 / 4000)


def test_one_lognormal_operation() -> None:
    problem, plan = line(10_000, due=12_000)
    outlook = simulate(problem, plan, Uncertainty(by_machine={"m": Lognormal(0.3)}), runs=4000, seed=1)
    sigma = math.sqrt(math.log(1.09))
    exact = 0.5 * (1 + math.erf((math.log(1.2) + sigma**2 / 2) / sigma / math.sqrt(2)))
    share = outlook.job("J").on_time
    assert share is not None
    assert share.low < exact < share.high
    assert outlook.quantile("J", 0.95) == pytest.approx(10_000 * math.exp(1.6449 * sigma - sigma**2 / 2), rel=0.02)


def test_a_starting_time_is_waited_for() -> None:
    # Right shift: the second operation is planned at 200, so it starts at max(200, end of the first).
    problem, plan = line(100, 100, due=310)
    rows = [*plan]
    late = Plan.of([rows[0], Assignment("o1", "m", 0, 200, 200, 300)])
    seen = Histogram.of_values([1.0, 3.0])
    outlook = simulate(problem, late, Uncertainty(by_operation={"o0": seen}), runs=2000, seed=5)
    assert set(outlook.completions("J").tolist()) == {300, 400}
    share = outlook.job("J").on_time
    assert share is not None
    assert share.low < 0.5 < share.high
    assert outlook.job("J").tardiness == pytest.approx(90 * (1 - share.value))
    assert outlook.mean_tardiness == outlook.job("J").tardiness
    assert outlook.late_jobs == pytest.approx(1 - share.value)
    second, first = outlook.operation("o1"), outlook.operation("o0")
    assert (second.criticality, second.late_share) == (1.0, 1 - share.value)
    assert first.criticality == first.late_share == 1 - share.value  # only when late does it decide the end
    assert (second.start_kept, second.delay) == (share.value, pytest.approx(100 * (1 - share.value)))


def test_work_that_is_drawn_too_long_goes_on_after_the_night() -> None:
    day = Calendar("day", ((0, 100),), cycle=200, until=200)
    problem, plan = line(60, 40, calendar=day)
    outlook = simulate(problem, plan, Uncertainty(by_operation={"o0": Exactly(1.5)}), runs=1)
    assert outlook.completions("J").tolist() == [230]  # 90, then 10 before and 30 after the night
    unbroken = Problem(
        tuple(
            Job("J", tuple(Operation(each.code, each.modes, may_span_breaks=False) for each in job.operations))
            for job in problem.jobs
        ),
        problem.machines,
        problem.factories,
        problem.precedences,
        problem.calendars,
    )
    assert simulate(unbroken, plan, Uncertainty(by_operation={"o0": Exactly(1.5)}), runs=1).completions("J")[0] == 240
    longer_than_a_day = Uncertainty(by_operation={"o0": Exactly(2.0)})
    assert simulate(unbroken, plan, longer_than_a_day, runs=1).completions("J")[0] == 260


def test_a_calendar_that_ends_leaves_work_undone() -> None:
    problem, plan = line(60, due=80, calendar=Calendar("once", ((0, 100),)))
    outlook = simulate(problem, plan, Uncertainty(runs=Exactly(2.0)), runs=3)
    assert (outlook.completions("J") >= NEVER).all()
    assert outlook.mean_tardiness == math.inf
    assert outlook.job("J").on_time == Share(0, 3)
    (date,) = safe_dates(problem, plan, Uncertainty(runs=Exactly(2.0)), runs=3)
    assert (date.date, date.kept) == (None, None)


def test_changeovers_resources_batches_and_pins() -> None:
    wash = Changeover("c", ("a", "b"), ((0, 10), (10, 0)))
    jobs = (
        Job("A", (Operation("A", (Mode("m", 20, 5, needs=(Need("tool"),)),), family="a"),)),
        Job("B", (Operation("B", (Mode("m", 20),), family="b"),)),
        Job("C", (Operation("C", (Mode("n", 10, needs=(Need("tool"),)),)),)),
        Job("D", (Operation("D", (Mode("oven", 30),)),)),
        Job("E", (Operation("E", (Mode("oven", 30),)),)),
        Job("F", (Operation("F", (Mode("n", 8),)),)),
    )
    problem = Problem(
        jobs,
        (Machine("m", "F", changeover="c"), Machine("n", "F"), Machine("oven", "F", batch=Batch(2))),
        (Factory("F"),),
        (Precedence("C", "E", lag=5),),
        changeovers=(wash,),
        resources=(Resource("tool", 1),),
        pins=(Pin("F", "n", start=-4, end=4, is_started=True),),
    )
    plan = Plan.of(
        [
            Assignment("A", "m", 0, 0, 5, 25),
            Assignment("B", "m", 0, 35, 35, 55, 10),
            Assignment("C", "n", 0, 25, 25, 35),
            Assignment("D", "oven", 0, 40, 40, 70),
            Assignment("E", "oven", 0, 40, 40, 70),
            Assignment("F", "n", 0, -4, -4, 4),
        ]
    )
    assert check(problem, plan).is_valid
    slow = Uncertainty(by_operation={"A": Exactly(2.0), "F": Exactly(1.5), "D": Exactly(1.1)})
    outlook = simulate(problem, plan, slow, runs=1, with_starts=True)
    assert outlook.starts is not None
    #  A 0-45, changeover to B, tool to C, C and its wait to the batch that D makes longer, F runs 4 more
    assert outlook.starts[:, 0].tolist() == [0, 55, 45, 60, 60, -4]
    assert outlook.completion[:, 0].tolist() == [45, 75, 55, 93, 93, 8]


def test_no_wait_that_cannot_be_kept_is_counted() -> None:
    first, second = Operation("a", (Mode("m", 10),)), Operation("b", (Mode("n", 10),))
    problem = Problem(
        (Job("J", (first, second)), Job("K", (Operation("k", (Mode("n", 10),)),))),
        (Machine("m", "F"), Machine("n", "F")),
        (Factory("F"),),
        (Precedence("a", "b", max_lag=0),),
    )
    plan = Plan.of(
        [Assignment("a", "m", 0, 0, 0, 10), Assignment("b", "n", 0, 10, 10, 20), Assignment("k", "n", 0, 0, 0, 10)]
    )
    outlook = simulate(problem, plan, Uncertainty(by_operation={"k": Exactly(1.5)}), runs=2)
    assert outlook.broken_waits.tolist() == [1, 1]
    calm = with_buffers(problem, plan, Uncertainty(by_operation={"k": Exactly(1.5)}), runs=2)
    assert calm.buffers == {"a": 5, "b": 5}
    assert check(problem, calm.plan).is_valid


def test_breakdowns_cost_their_share() -> None:
    problem, plan = line(*[1000] * 10)
    down = Breakdowns(mean_between=500, mean_repair=100)
    assert down.availability == pytest.approx(5 / 6)
    outlook = simulate(problem, plan, Uncertainty(breakdowns={"m": down}), runs=500, seed=2)
    # 20 failures on average, each repaired in 100: the variance of the sum is 20 * 2 * 100^2
    assert abs(outlook.job("J").mean - 12_000) < 4 * math.sqrt(20 * 2 * 100**2 / 500)
    fixed = simulate(problem, plan, Uncertainty(breakdowns={"m": Breakdowns(500, 100, 0)}), runs=50)
    assert set((fixed.completions("J") % 100).tolist()) == {0}


@pytest.mark.parametrize(
    "spread",
    [
        Exactly(1.2),
        Lognormal(0.3, 1.1),
        Exponential(0.8),
        Histogram((0.5, 1.0), (1.0, 2.0), (1, 3)),
        Averaged(Exponential(), 4),
        Averaged(Exponential(), 50),
    ],
)
def test_draws_have_the_stated_mean_and_variation(spread: Lognormal) -> None:
    drawn = spread.draw(np.random.default_rng(1), 40_000)
    assert drawn.mean() == pytest.approx(spread.mean, rel=0.03)
    assert drawn.std() / drawn.mean() == pytest.approx(spread.cv, rel=0.03, abs=1e-12)


def test_the_same_seed_gives_an_operation_the_same_draws_in_any_plan() -> None:
    shaken = Uncertainty(runs=Lognormal(0.5))
    short, long = line(1000), line(1000, 1)
    one = simulate(*short, shaken, runs=300, seed=7).completions("J")
    other = simulate(*long, Uncertainty(by_operation={"o0": Lognormal(0.5)}), runs=300, seed=7).completions("J")
    assert (other == np.maximum(one, 1000) + 1).all()  # the second operation is planned at 1000
    assert (simulate(*short, shaken, runs=300, seed=7).completions("J") == one).all()
    assert (simulate(*short, shaken, runs=300, seed=8).completions("J") != one).any()


def test_safe_dates_hold_on_fresh_runs() -> None:
    problem, plan = line(1000, 1000, due=2100)
    (date,) = safe_dates(problem, plan, Uncertainty(runs=Lognormal(0.2)), service_level=0.9, runs=1000)
    assert date.date is not None
    assert date.kept is not None
    assert date.extra == date.date - 2000 > 0
    assert not date.is_due_safe
    assert date.kept.low < 0.9 < date.kept.high


def test_buffers_keep_starts() -> None:
    problem, plan = line(*[100] * 5)
    shaken = Uncertainty(runs=Lognormal(0.3))
    calm = with_buffers(problem, plan, shaken, service_level=0.9, runs=400)
    assert check(problem, calm.plan).is_valid
    assert list(calm.buffers) == ["o1", "o2", "o3", "o4"]
    assert calm.start_kept_before < 0.65 < 0.85 < calm.start_kept_after
    only = with_buffers(problem, plan, shaken, service_level=0.9, operations=["o4"], runs=400)
    assert list(only.buffers) == ["o4"]


def test_most_specific_spread_counts() -> None:
    given = Uncertainty(
        runs=Exactly(2),
        by_machine={"m": Exactly(3)},
        by_operation={"o": Exactly(4)},
        by_pair={("m", "o"): Exactly(5), ("m", "red"): Exactly(6)},
    )
    found = [given.of_run(*each) for each in (("o", "m", None), ("p", "m", "red"), ("o", "n", None), ("p", "m", None))]
    assert found == [Exactly(5), Exactly(6), Exactly(4), Exactly(3)]
    assert given.of_run("p", "n", None) == Exactly(2)


def test_bad_input_is_collected() -> None:
    problem, plan = line(10)
    bad = Uncertainty(
        runs=Lognormal(-1),
        by_machine={"m": Histogram((1,), (0,), (1,)), "n": Averaged(Exactly(), 0)},
        breakdowns={"m": Breakdowns(0, 1)},
    )
    with pytest.raises(Rejected) as caught:
        simulate(problem, plan, bad, runs=0)
    assert [each.code for each in caught.value.findings] == [
        "bad-spread",
        "bad-histogram",
        "bad-spread",
        "bad-breakdowns",
        "no-runs",
    ]
    with pytest.raises(Rejected, match="not in the plan"):
        simulate(problem, Plan.of([]), Uncertainty())
    with pytest.raises(Rejected, match="service level"):
        safe_dates(problem, plan, Uncertainty(), service_level=1.0)
    with pytest.raises(NotFound):
        simulate(problem, plan, Uncertainty(), runs=1).job("nobody")
    with pytest.raises(NotFound):
        simulate(problem, plan, Uncertainty(), runs=1).operation("nothing")


def test_stopping_keeps_what_is_done() -> None:
    problem, plan = line(*[10] * 3)
    outlook = simulate(problem, plan, Uncertainty(runs=Lognormal(0.2)), runs=10_000, should_stop=lambda: True)
    assert outlook.runs == 256


def test_wilson_interval() -> None:
    # Wilson 1927; 81 of 263 is the worked example of Newcombe 1998, table I: 0.2553 to 0.3662.
    share = Share(81, 263)
    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)
    assert (Share(0, 10).low, Share(10, 10).high) == (0.0, 1.0)
    assert str(Share(83, 100)) == "83% (74% - 89%)"
