"""Each feature of the problem on an example small enough to plan by hand."""

from __future__ import annotations

import pytest

from rongzhi.engines.scheduling import (
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
    Plan,
    Precedence,
    Problem,
    Resource,
    Term,
    Transport,
    chain,
    solve,
)

MAKESPAN = Objective.only(Term.MAKESPAN)
FAR = Transport(("P1", "P2"), ((0, 30), (40, 0)))
SHOP = {"factories": (Factory("F1", "P1"), Factory("F2", "P2")), "transport": FAR, "objective": MAKESPAN}


def op(code: str, *modes: Mode, **fields: object) -> Operation:
    return Operation(code, modes, **fields)  # type: ignore[arg-type]


def plan_of(problem: Problem, **options: object) -> Plan:
    result = solve(problem, iteration_limit=300, **options)  # type: ignore[arg-type]
    assert result.plan is not None
    return result.plan


def times(plan: Plan, *codes: str) -> list[tuple[int, int]]:
    return [(plan[code].start, plan[code].end) for code in codes]


def test_alternatives_balance_the_load() -> None:
    jobs = tuple(Job(f"J{k}", (op(f"{k}", Mode("a", 10), Mode("b", 10)),)) for k in range(4))
    plan = plan_of(Problem(jobs, (Machine("a", "F1"), Machine("b", "F1")), **SHOP))
    assert plan.makespan == 20


def test_transport_decides_where_the_next_operation_is_done() -> None:
    a, b = op("1", Mode("a", 10)), op("2", Mode("a2", 25), Mode("b", 5))
    machines = (Machine("a", "F1"), Machine("a2", "F1"), Machine("b", "F2"))
    plan = plan_of(Problem((Job("J", (a, b)),), machines, precedences=chain(a, b), **SHOP))
    assert plan["2"].machine == "a2"  # 10 + 25 = 35 beats 10 + 30 + 5 = 45
    assert plan.makespan == 35


def test_a_one_factory_job_stays_together() -> None:
    a, b = op("1", Mode("a", 10), Mode("b", 1)), op("2", Mode("a", 10))
    machines = (Machine("a", "F1"), Machine("b", "F2"))
    plan = plan_of(Problem((Job("J", (a, b), single_factory=True),), machines, precedences=chain(a, b), **SHOP))
    assert set(plan.machine) == {"a"}


@pytest.mark.parametrize(
    ("may_span", "loss", "expected"),
    [(True, 0, (5, 27)), (True, 2, (5, 29)), (False, 0, (20, 32))],
)
def test_breaks(may_span: bool, loss: int, expected: tuple[int, int]) -> None:
    work = op("1", Mode("a", 12), may_span_breaks=may_span, resume_loss=loss, earliest_start=5)
    calendar = Calendar("day", ((0, 10), (20, 40)))  # 5 done by 10, 7 (and the loss) from 20
    plan = plan_of(Problem((Job("J", (work,)),), (Machine("a", "F1", "day"),), calendars=(calendar,), **SHOP))
    assert times(plan, "1") == [expected]


def test_changeovers_are_done_before_and_kept_few() -> None:
    jobs = tuple(Job(f"J{k}", (op(f"{k}", Mode("a", 10), family=("red", "blue")[k % 2]),)) for k in range(4))
    table = Changeover("paint", ("red", "blue"), ((0, 7), (5, 0)))
    machine = Machine("a", "F1", changeover="paint", initial_family="blue")
    plan = plan_of(Problem(jobs, (machine,), changeovers=(table,), **SHOP))
    assert plan.makespan == 45  # blue, blue, 5, red, red
    assert sorted(plan.changeover.tolist()) == [0, 0, 0, 5]


def test_a_changeover_waits_for_working_time_but_not_for_the_material() -> None:
    first, second = op("1", Mode("a", 10), family="red"), op("2", Mode("a", 10), family="blue", earliest_start=26)
    calendar = Calendar("day", ((0, 12), (20, 100)))
    table = Changeover("paint", ("red", "blue"), ((0, 6), (6, 0)))
    machine = Machine("a", "F1", "day", changeover="paint")
    plan = plan_of(
        Problem(
            (Job("A", (first,)), Job("B", (second,))), (machine,), calendars=(calendar,), changeovers=(table,), **SHOP
        )
    )
    assert times(plan, "1", "2") == [(0, 10), (26, 36)]  # 2 before the break, 4 after it: ready at 24


def test_overlap_by_transfer_batches() -> None:
    a, b = op("1", Mode("a", 40, setup=10)), op("2", Mode("b", 20))
    link = Precedence("1", "2", Link.OVERLAP, share=0.25)
    problem = Problem((Job("J", (a, b)),), (Machine("a", "F1"), Machine("b", "F1")), precedences=(link,), **SHOP)
    plan = plan_of(problem)
    # First batch done at 10 + 10 = 20; the last arrives at 50 and takes 5 more.
    assert plan["2"].start >= 20
    assert times(plan, "1", "2") == [(0, 50), (35, 55)]


def test_lags_and_no_wait() -> None:
    a, b, c = op("1", Mode("a", 10)), op("2", Mode("b", 10)), op("3", Mode("b", 30))
    links = (Precedence("1", "2", lag=3, max_lag=3),)
    problem = Problem(
        (Job("J", (a, b)), Job("K", (c,), due=0, weight=9.0)),
        (Machine("a", "F1"), Machine("b", "F1")),
        precedences=links,
        factories=(Factory("F1"),),
        objective=Objective(makespan=0.0),
    )
    plan = plan_of(problem)
    assert times(plan, "3", "1", "2") == [(0, 30), (17, 27), (30, 40)]


def test_resources_are_shared_between_machines() -> None:
    jobs = tuple(Job(f"J{k}", (op(f"{k}", Mode(f"m{k}", 10, needs=(Need("mould"),))),)) for k in range(3))
    machines = tuple(Machine(f"m{k}", "F1") for k in range(3))
    assert plan_of(Problem(jobs, machines, resources=(Resource("mould", 2),), **SHOP)).makespan == 20


def test_assembly_waits_for_all_parts() -> None:
    parts = tuple(Job(f"P{k}", (op(f"p{k}", Mode(f"m{k}", 10 * (k + 1))),)) for k in range(3))
    jobs = (*parts, Job("A", (op("assemble", Mode("m0", 5)),)))
    links = tuple(Precedence(f"p{k}", "assemble") for k in range(3))
    plan = plan_of(Problem(jobs, tuple(Machine(f"m{k}", "F1") for k in range(3)), precedences=links, **SHOP))
    assert times(plan, "assemble") == [(30, 35)]


def test_running_and_frozen_work_is_left_alone() -> None:
    running, frozen, free = op("1", Mode("a", 50)), op("2", Mode("a", 10)), op("3", Mode("a", 15))
    pins = (Pin("1", "a", start=-30, is_started=True, remaining=20), Pin("2", "a", start=40))
    jobs = tuple(Job(f"J{each.code}", (each,)) for each in (running, frozen, free))
    plan = plan_of(Problem(jobs, (Machine("a", "F1"),), pins=pins, **SHOP))
    assert times(plan, "1", "2", "3") == [(-30, 20), (40, 50), (20, 35)]


def test_priorities_decide_who_is_late() -> None:
    jobs = (Job("A", (op("1", Mode("a", 10)),), due=10), Job("B", (op("2", Mode("a", 10)),), due=10, weight=3.0))
    result = solve(Problem(jobs, (Machine("a", "F1"),), (Factory("F1"),)), iteration_limit=50)
    assert result.values["weighted_tardiness"] == 10.0
    assert result.plan is not None
    assert times(result.plan, "2", "1") == [(0, 10), (10, 20)]


def test_cost_against_time() -> None:
    job = Job("A", (op("1", Mode("slow", 30, cost=10.0), Mode("fast", 10, cost=50.0)),), due=10)
    machines = (Machine("slow", "F1"), Machine("fast", "F1"))

    def machine(**weights: float) -> str:
        return plan_of(Problem((job,), machines, (Factory("F1"),), objective=Objective(**weights)))["1"].machine

    assert machine(weighted_tardiness=1.0, cost=1.0) == "slow"  # 20 late costs less than 40 more
    assert machine(weighted_tardiness=3.0, cost=1.0) == "fast"


def test_lexicographic_order() -> None:
    jobs = tuple(Job(f"J{k}", (op(f"{k}", Mode("a", 10, cost=5.0), Mode("b", 10, cost=1.0)),)) for k in range(2))
    machines = (Machine("a", "F1"), Machine("b", "F1"))

    def values(*order: Term) -> tuple[float, float]:
        result = solve(Problem(jobs, machines, (Factory("F1"),), objective=Objective(order=order)), iteration_limit=400)
        return result.values["makespan"], result.values["cost"]

    assert values(Term.MAKESPAN, Term.COST) == (10.0, 6.0)
    assert values(Term.COST, Term.MAKESPAN) == (20.0, 2.0)


def test_a_deadline_goes_before_everything() -> None:
    jobs = (
        Job("A", (op("1", Mode("a", 10)),), due=0, weight=100.0),
        Job("B", (op("2", Mode("a", 10)),), deadline=10),
    )
    plan = plan_of(Problem(jobs, (Machine("a", "F1"),), (Factory("F1"),)))
    assert times(plan, "2", "1") == [(0, 10), (10, 20)]


def test_deadlines_that_fight_are_said() -> None:
    jobs = tuple(Job(f"J{k}", (op(f"{k}", Mode("a", 10)),), deadline=15) for k in range(2))
    result = solve(Problem(jobs, (Machine("a", "F1"),), (Factory("F1"),)), iteration_limit=50)
    assert result.status != "feasible"
    assert {each.code for each in result.explanation} <= {"deadline-missed", "deadlines-collide"}
    assert result.explanation


def test_a_horizon_of_a_thousand_million() -> None:
    a, b = op("1", Mode("a", 10**9)), op("2", Mode("a", 10**9))
    plan = plan_of(Problem((Job("J", (a, b)),), (Machine("a", "F1"),), precedences=chain(a, b), **SHOP))
    assert plan.makespan == 2 * 10**9


def test_nothing_to_do_and_one_operation() -> None:
    machines = (Machine("a", "F1"),)
    assert len(plan_of(Problem((), machines, **SHOP))) == 0
    assert plan_of(Problem((Job("J", (op("1", Mode("a", 3)),)),), machines, **SHOP)).makespan == 3


def test_operations_without_length_take_no_place_among_changeovers() -> None:
    red, again = (op(code, Mode("a", 10), family="red") for code in "13")
    look = op("2", Mode("a", 0), family="blue")
    table = Changeover("paint", ("red", "blue"), ((0, 7), (5, 0)))
    machine = Machine("a", "F1", changeover="paint", initial_family="red")
    plan = plan_of(
        Problem(
            (Job("J", (red, look, again)),),
            (machine,),
            precedences=chain(red, look, again),
            changeovers=(table,),
            **SHOP,
        )
    )
    assert times(plan, "1", "2", "3") == [(0, 10), (10, 10), (10, 20)]
    assert plan.changeover.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("rate", "expected"), [(1.0, (60, 100)), (2.0, (200, 240))])
def test_overtime_is_used_as_far_as_it_pays(rate: float, expected: tuple[int, int]) -> None:
    """A second order would run in overtime from 60 to 100, or wait for the next shift at 200 and be 140 late."""
    jobs = (Job("A", (op("1", Mode("a", 60)),), due=60), Job("B", (op("2", Mode("a", 40)),), due=100))
    calendar = Calendar("day", ((0, 100),), 200, 200, overtime=(Overtime(50, 100, rate),))
    objective = Objective(weighted_tardiness=0.5, makespan=0.0, overtime_cost=1.0)
    problem = Problem(jobs, (Machine("a", "F1", "day"),), (Factory("F1"),), calendars=(calendar,), objective=objective)
    assert times(plan_of(problem), "2") == [expected]
