"""Batch machines: against every way to form and order batches on tiny cases, and each rule on its own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import pytest

from rongzhi.engines.scheduling import (
    Assignment,
    Batch,
    Calendar,
    Changeover,
    Explainer,
    Factory,
    Job,
    LateMaterial,
    Machine,
    Mode,
    Need,
    Objective,
    Operation,
    Overtime,
    Pin,
    Plan,
    Precedence,
    Problem,
    Promiser,
    Resource,
    Term,
    chain,
    gantt_data,
    repair,
    solve,
)
from rongzhi.engines.scheduling.checker import check

MAKESPAN = Objective.only(Term.MAKESPAN)
OVEN = Machine("oven", "F1", batch=Batch(2))


def op(code: str, run: int, **fields: object) -> Operation:
    needs = fields.pop("needs", ())
    return Operation(code, (Mode("oven", run, needs=needs),), **fields)  # type: ignore[arg-type]


def lots(*operations: Operation, **fields: object) -> tuple[Job, ...]:
    return tuple(Job(f"J{each.code}", (each,), **fields) for each in operations)  # type: ignore[arg-type]


def planned(problem: Problem, **options: object) -> Plan:
    result = solve(problem, **{"iteration_limit": 300, **options})  # type: ignore[arg-type]
    assert result.plan is not None
    answer = check(problem, result.plan)
    assert answer.is_valid, str(answer)
    return result.plan


def times(plan: Plan, *codes: str) -> list[tuple[int, int]]:
    return [(plan[code].start, plan[code].end) for code in codes]


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for found in partitions(rest):
        yield [[first], *found]
        for place in range(len(found)):
            yield [*found[:place], [first, *found[place]], *found[place + 1 :]]


def best_of_all(problem: Problem) -> float:
    """Return the least weighted tardiness plus makespan over all ways to batch and order the lots of one oven."""
    machine, best = problem.machines[0], float("inf")
    assert machine.batch is not None
    table = problem.changeovers[0]
    jobs = problem.jobs
    for batches in partitions(list(range(len(jobs)))):
        members = [[jobs[j].operations[0] for j in batch] for batch in batches]
        if any(sum(each.size for each in batch) > machine.batch.capacity for batch in members):
            continue
        if any(len({each.family for each in batch}) > 1 for batch in members):
            continue
        for order in permutations(range(len(batches))):
            now, total, family = 0, 0.0, machine.initial_family
            for place in order:
                head = members[place][0].family
                if family is not None and head is not None:
                    now += table.times[table.families.index(family)][table.families.index(head)]
                family = head
                now = max([now, *(jobs[j].release for j in batches[place])])
                now += max(each.modes[0].run + each.modes[0].setup for each in members[place])
                total += sum(jobs[j].weight * max(0, now - (jobs[j].due or 0)) for j in batches[place])
            best = min(best, total + 0.25 * now)
    return best


def small(seed: int) -> Problem:
    rng = random.Random(seed)
    jobs = tuple(
        Job(
            f"J{n}",
            (op(f"{n}", rng.choice((10, 20, 35)), family=rng.choice(("hot", "cold")), size=rng.randint(1, 2)),),
            release=rng.choice((0, rng.randint(0, 30))),
            due=rng.randint(10, 70),
            weight=float(rng.randint(1, 3)),
        )
        for n in range(5)
    )
    machine = Machine("oven", "F1", changeover="heat", initial_family="cold", batch=Batch(rng.randint(2, 4)))
    return Problem(
        jobs,
        (machine,),
        (Factory("F1"),),
        changeovers=(Changeover("heat", ("hot", "cold"), ((0, 7), (12, 0))),),
        objective=Objective(weighted_tardiness=1.0, makespan=0.25),
    )


@pytest.mark.parametrize("seed", range(12))
def test_tiny_cases_are_solved_as_well_as_by_trying_everything(seed: int) -> None:
    problem = small(seed)
    result = solve(problem, iteration_limit=3000, seed=1)
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
    assert result.total == pytest.approx(best_of_all(problem))


def test_a_batch_takes_as_long_as_its_longest_lot() -> None:
    plan = planned(Problem(lots(op("1", 10), op("2", 25)), (OVEN,), (Factory("F1"),), objective=MAKESPAN))
    assert times(plan, "1", "2") == [(0, 25), (0, 25)]


def test_sizes_fill_the_oven() -> None:
    big, small_, third = op("1", 10, size=3), op("2", 10, size=1), op("3", 10, size=2)
    oven = replace(OVEN, batch=Batch(4))
    plan = planned(Problem(lots(big, small_, third), (oven,), (Factory("F1"),), objective=MAKESPAN))
    assert plan.makespan == 20


def test_families_are_kept_apart_unless_the_oven_takes_all() -> None:
    jobs = lots(op("1", 10, family="a"), op("2", 10, family="b"))
    assert planned(Problem(jobs, (OVEN,), (Factory("F1"),), objective=MAKESPAN)).makespan == 20
    mixed = replace(OVEN, batch=Batch(2, is_family_pure=False))
    assert planned(Problem(jobs, (mixed,), (Factory("F1"),), objective=MAKESPAN)).makespan == 10


def test_breaks_are_each_lots_own() -> None:
    calendar = Calendar("day", ((0, 30), (40, 100)))
    oven = replace(OVEN, calendar="day")
    whole, long = op("1", 20, may_span_breaks=False), op("2", 35, resume_loss=2)
    problem = Problem(lots(whole, long), (oven,), (Factory("F1"),), calendars=(calendar,), objective=MAKESPAN)
    assert times(planned(problem), "1", "2") == [(0, 47), (0, 47)]  # 20 before the break; 30, then 2 lost and 5


def test_needs_are_held_until_the_batch_ends() -> None:
    trays = Resource("tray", 2)
    held = op("1", 10, needs=(Need("tray", 2),))
    other = Operation("3", (Mode("bench", 5, needs=(Need("tray"),)),), earliest_start=0)
    problem = Problem(
        lots(held, op("2", 30), replace(other)),
        (OVEN, Machine("bench", "F1")),
        (Factory("F1"),),
        resources=(trays,),
        pins=(Pin("1", "oven", 0, 30), Pin("2", "oven", 0, 30)),
        objective=MAKESPAN,
    )
    assert times(planned(problem), "3") == [(30, 35)]


def test_free_lots_join_a_fixed_batch_if_they_are_done_in_time() -> None:
    oven = replace(OVEN, batch=Batch(3))
    problem = Problem(
        lots(op("1", 20), op("2", 20), op("3", 30)),
        (oven,),
        (Factory("F1"),),
        pins=(Pin("1", "oven", start=5),),
        objective=Objective.only(Term.FLOW_TIME),
    )
    assert times(planned(problem), "1", "2", "3") == [(5, 25), (5, 25), (25, 55)]


def test_followers_wait_for_the_whole_batch() -> None:
    short, long, after = op("1", 10), op("2", 40), Operation("3", (Mode("bench", 5),))
    jobs = (Job("A", (short, after)), Job("B", (long,)))
    problem = Problem(
        jobs, (OVEN, Machine("bench", "F1")), (Factory("F1"),), precedences=chain(short, after), objective=MAKESPAN
    )
    assert times(planned(problem), "3") == [(40, 45)]


def test_a_plan_with_batches_is_found_again_from_itself() -> None:
    problem = Problem(
        tuple(Job(f"J{n}", (op(f"{n}", 60),), release=10 * n) for n in range(8)),
        (OVEN,),
        (Factory("F1"),),
        objective=MAKESPAN,
    )
    first = solve(problem, iteration_limit=2000)
    assert first.total == 10 + 4 * 60
    again = solve(problem, iteration_limit=0, start_from=first.plan)
    assert again.total == first.total


def test_overtime_is_paid_once_for_a_batch() -> None:
    calendar = Calendar("day", ((0, 100),), overtime=(Overtime(0, 50, 2.0),))
    problem = Problem(
        lots(op("1", 40), op("2", 40), due=40),
        (replace(OVEN, calendar="day"),),
        (Factory("F1"),),
        calendars=(calendar,),
        objective=Objective(weighted_tardiness=10.0, overtime_cost=1.0),
    )
    result = solve(problem, iteration_limit=200)
    assert result.values["overtime_cost"] == 80.0
    assert result.values["weighted_tardiness"] == 0.0
    later = solve(replace(problem, objective=Objective(weighted_tardiness=0.1, overtime_cost=1.0)), iteration_limit=200)
    assert later.plan is not None
    assert times(later.plan, "1", "2") == [(50, 90), (50, 90)]


def test_waiting_for_the_batch_is_said_and_drawn() -> None:
    jobs = (Job("A", (op("1", 20),), due=20), Job("B", (op("2", 60),), release=10, due=70))
    problem = Problem(jobs, (OVEN,), (Factory("F1"),), objective=MAKESPAN)
    plan = planned(problem)
    assert times(plan, "1", "2") == [(10, 70), (10, 70)]
    causes = [(each.kind, each.since, each.until, each.codes) for each in Explainer(problem, plan).why_late("A").causes]
    assert causes == [("batch", 0, 10, ("2",)), ("work", 10, 30, ()), ("batch", 30, 70, ("2",))]
    first, second = gantt_data(problem, plan)["bars"]
    assert first["batch"] == second["batch"] == 0
    assert {first["lane"], second["lane"]} == {0, 1}


def test_orders_are_promised_into_batches_with_room() -> None:
    problem = Problem(lots(op("1", 30)), (OVEN,), (Factory("F1"),), pins=(Pin("1", "oven", 10),), objective=MAKESPAN)
    promiser = Promiser(problem, planned(problem))
    quote = promiser.quote([Job("N", (op("n", 20),))])
    assert quote.completion == 40  # with lot 1; alone it would have to wait until then
    assert check(*promiser.plan_with(quote)).is_valid
    longer = promiser.quote([Job("M", (op("m", 40),))])
    assert longer.completion == 80


def test_a_batch_that_loses_its_longest_lot_is_made_anew() -> None:
    other = Machine("other", "F1")
    long = Operation("2", (Mode("oven", 60), Mode("other", 65)))
    problem = Problem(lots(op("1", 20), long, due=60), (OVEN, other), (Factory("F1"),))
    rows = (Assignment("1", "oven", 0, 0, 0, 60), Assignment("2", "oven", 0, 0, 0, 60))
    done = repair(problem, Plan.of(rows), 0, [LateMaterial("2", 30)])
    assert check(done.problem, done.plan).is_valid
    assert done.plan["2"].start >= 30


@pytest.mark.parametrize("seed", range(20))
def test_shops_with_ovens_keep_every_rule(seed: int) -> None:
    """Two ovens between cutting and packing; families, sizes, waits after the oven, tools, a calendar."""
    rng = random.Random(seed)
    jobs, links = [], []
    for n in range(14):
        family = rng.choice(("a", "b", None))
        heat = Operation(
            f"{n}-heat",
            tuple(
                Mode(oven, rng.choice((12, 20)), rng.choice((0, 2)), needs=(Need("rack"),) if n % 3 == 0 else ())
                for oven in rng.sample(("oven1", "oven2"), rng.randint(1, 2))
            ),
            family=family,
            size=rng.randint(1, 3),
            may_span_breaks=rng.random() < 0.7,
            resume_loss=rng.choice((0, 1)),
        )
        cut, pack = Operation(f"{n}-cut", (Mode("saw", rng.randint(1, 9)),)), Operation(f"{n}-pack", (Mode("pack", 4),))
        jobs.append(Job(f"J{n}", (cut, heat, pack), due=rng.randint(20, 120), weight=float(rng.randint(1, 3))))
        links += [Precedence(cut.code, heat.code), Precedence(heat.code, pack.code, max_lag=rng.choice((None, 60)))]
    problem = Problem(
        tuple(jobs),
        (
            Machine("saw", "F1"),
            Machine("oven1", "F1", calendar="day", changeover="heat", batch=Batch(4)),
            Machine("oven2", "F1", batch=Batch(3, is_family_pure=rng.random() < 0.5)),
            Machine("pack", "F1"),
        ),
        (Factory("F1"),),
        tuple(links),
        calendars=(Calendar("day", ((0, 50),), cycle=60, until=60, overtime=(Overtime(40, 50, 0.5),)),),
        changeovers=(Changeover("heat", ("a", "b"), ((0, 5), (3, 0))),),
        resources=(Resource("rack", 2),),
        objective=Objective(makespan=0.1, changeover_time=0.1, overtime_cost=0.2),
    )
    result = solve(problem, iteration_limit=400, seed=seed)
    assert result.plan is not None
    answer = check(problem, result.plan)
    assert answer.is_valid, str(answer)
    assert answer.values == pytest.approx(dict(result.values))
    ovens = [(row.machine, row.start) for row in result.plan if row.machine.startswith("oven")]
    assert len(set(ovens)) < len(ovens)  # something was batched
