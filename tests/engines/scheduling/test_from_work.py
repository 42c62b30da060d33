"""Work becomes a problem and a plan becomes rows again, on a network computed by hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from rongzhi.engines.decomposition import decompose
from rongzhi.engines.scheduling import Assignment, Link, Objective, Pin, Plan, Status, check_problem, solve
from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.from_work import WorkProblem, build_problem, line_rows, plan_rows
from rongzhi.kernel.errors import Rejected
from rongzhi.model.production import Network, OrderBook
from tests.model.production.build_production import ORIGIN, book, network

MONDAY = datetime.fromisoformat(ORIGIN)


def built(net: Network | None = None, documents: OrderBook | None = None, **options: object) -> WorkProblem:
    net = net or network()
    work = decompose(net, documents or book(), origin=MONDAY)
    return build_problem(work, net, **options)  # type: ignore[arg-type]


def test_one_job_for_each_order_line_with_release_due_and_weight() -> None:
    made = built()
    (job,) = made.problem.jobs
    assert (job.code, job.release, job.due, job.weight, job.single_factory) == ("SO1-1", 0, 4 * 1440 + 540, 4.0, False)
    assert {each.code: each.earliest_start for each in job.operations} == {
        "SO1-1:10": 0,
        "SO1-1:20": 600,
        "SO1-1/SHAFT:10": 60,
        "SO1-1/SHAFT:20": 60,
    }
    assert check_problem(made.problem).is_clean
    assert (made.jobs_of_line, made.line_of_job) == ({("SO1", 1): ("SO1-1",)}, {"SO1-1": ("SO1", 1)})


def test_links_calendars_changeovers_and_transport() -> None:
    problem = built().problem
    overlap = next(each for each in problem.precedences if each.before == "SO1-1/SHAFT:10")
    assert (overlap.link, overlap.share, overlap.after) == (Link.OVERLAP, 0.25, "SO1-1/SHAFT:20")
    wait = next(each for each in problem.precedences if each.before == "SO1-1/SHAFT:20")
    assert (wait.link, wait.lag, wait.after) == (Link.FINISH_START, 30, "SO1-1:10")
    (calendar,) = problem.calendars
    assert calendar.intervals[:3] == ((0, 240), (300, 540), (1440, 1680))
    assert calendar.cycle == 7 * 1440
    (table,) = problem.changeovers
    assert (table.families, table.times) == (("x", "y"), ((0, 15), (25, 0)))
    assert (problem.transport.places, problem.transport.times) == (("PA", "PB"), ((0, 120), (120, 0)))
    assert problem.transport.costs[0][1] == 200.0


def hand_plan() -> Plan:
    """T2 turns 09:00-10:20 with a set-up of 20 min; the shafts arrive at 12:20 and are milled 13:00-14:20."""
    return Plan.of(
        [
            Assignment("SO1-1/SHAFT:10", "T2", 1, 60, 80, 140),
            Assignment("SO1-1/SHAFT:20", "M1", 0, 300, 300, 380),
            Assignment("SO1-1:10", "H1", 0, 410, 410, 482),
            Assignment("SO1-1:20", "H1", 0, 1440, 1440, 1458),
        ]
    )


def test_a_plan_computed_by_hand_keeps_every_rule_and_reads_well() -> None:
    made = built()
    verification = check(made.problem, hand_plan())
    assert verification.violations == ()
    rows = plan_rows(hand_plan(), made)
    assert [(row.machine, row.factory, f"{row.start:%d %H:%M}", f"{row.end:%d %H:%M}") for row in rows] == [
        ("T2", "FA", "02 09:00", "02 10:20"),
        ("M1", "FB", "02 13:00", "02 14:20"),
        ("H1", "FB", "02 14:50", "02 16:02"),
        ("H1", "FB", "03 08:00", "03 08:18"),
    ]
    assert (rows[0].run_start.isoformat(), rows[0].cost) == ("2026-03-02T09:20:00+08:00", Decimal("106.67"))
    assert (rows[0].order, rows[0].lot, rows[0].step, rows[0].name.zh) == ("SO1", "SO1-1/SHAFT", 10, "车")
    (line,) = line_rows(hand_plan(), made)
    assert (line.late_min, line.factories) == (0, ("FB", "FA"))
    assert line.end == datetime.fromisoformat("2026-03-03T08:18:00+08:00")
    assert line.cost == Decimal("106.67") + Decimal("133.33") + Decimal("48.00") + Decimal("12.00")


def test_lateness_is_that_of_the_line() -> None:
    made = built(documents=book(**{"orders.0.lines.0.due": "2026-03-03T08:00:00+08:00"}))
    assert [row.late_min for row in plan_rows(hand_plan(), made)] == [18, 18, 18, 18]


def test_the_solver_finds_a_plan_the_checker_accepts() -> None:
    made = built(documents=book(**{"orders.0.lines.0.quantity": 45}))
    result = solve(made.problem, iteration_limit=20)
    assert result.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert result.plan is not None
    assert check(made.problem, result.plan).violations == ()
    assert len(plan_rows(result.plan, made)) == 12


def test_steps_that_stay_together_are_a_job_in_one_factory() -> None:
    changes = {
        "routings.1.steps.1.is_subcontractable": False,
        "routings.0.steps.1.is_subcontractable": False,
        "routings.0.steps.1.process": "turning",
    }
    made = built(documents=book(**changes))
    shape = {job.code: (len(job.operations), job.single_factory, job.due is None) for job in made.problem.jobs}
    assert shape == {
        "SO1-1@SO1-1:10": (2, True, False),
        "SO1-1@SO1-1/SHAFT:10": (2, True, True),
    }
    assert made.line_of_job["SO1-1@SO1-1:10"] == ("SO1", 1)


def test_an_order_for_one_factory_with_two_lines_goes_to_the_cheapest() -> None:
    line = {"number": 2, "item": "SHAFT", "quantity": 5, "due": "2026-03-06T17:00:00+08:00"}
    changes = {
        "orders.0.is_single_factory": True,
        "orders.0.lines.0.item": "SHAFT",
        "orders.0.lines.1": line,
        "routings.0.steps.1.process": "turning",
    }
    dear = {
        "code": "T9", "name": {"zh": "贵"}, "work_centre": "B-MILL", "capabilities": [{"process": "turning"}],
        "hourly_rate": "500",
    }  # fmt: skip
    made = built(network(**{"machines.4": dear}), book(**changes))
    assert [(job.code, job.single_factory, job.factories) for job in made.problem.jobs] == [
        ("SO1-1", True, ("FA",)),
        ("SO1-2", True, ("FA",)),
    ]


def test_a_line_nobody_can_make_is_left_out_with_the_reason() -> None:
    made = built(documents=book(**{"routings.0.steps.1.process": "casting"}))
    assert made.problem.jobs == ()
    (finding,) = made.findings
    assert (finding.code, finding.where) == ("left-out", "orders.SO1.lines.1")
    assert finding.message.en == "not planned: no machine can do SO1-1/SHAFT:20 铣 (cannot do casting)"
    (line,) = line_rows(Plan.of([]), made)
    assert (line.end, line.late_min) == (None, 0)


def test_places_without_transport_cannot_share_an_order() -> None:
    made = built(network(transports=[]))
    assert made.problem.jobs == ()
    assert "no transport" in next(iter(made.findings)).message.en
    one_way = network(transports=network().model_dump()["transports"][:1])
    assert len(built(one_way).problem.jobs) == 1


def test_a_share_makes_its_own_calendar() -> None:
    made = built(network(**{"open_capacity.1.share": 0.5}))
    calendars = {machine.code: machine.calendar for machine in made.problem.machines}
    assert calendars == {"T1": "day", "T2": "day", "M1": "day*0.5", "H1": "day"}
    half = next(each for each in made.problem.calendars if each.code == "day*0.5")
    assert half.intervals[:2] == ((120, 240), (420, 540))


def test_a_holiday_past_the_horizon_is_not_repeated() -> None:
    far = {"start": "2026-06-01T00:00", "end": "2026-06-02T00:00"}
    (calendar,) = built(network(**{"calendars.0.exceptions": [far]}), horizon_days=14).problem.calendars
    assert calendar.until is not None
    assert calendar.until > 92 * 1440
    holiday = 91 * 1440 - 480
    assert not any(start < holiday + 1440 and end > holiday for start, end in calendar.intervals)


def test_pins_weights_and_preferences() -> None:
    made = built(
        documents=book(**{"orders.0.preferred_factories": ["FB"]}),
        frozen=(Pin("SO1-1/SHAFT:10", machine="T1"), Pin("gone", machine="T1")),
        weights={"cost": 2},
    )
    assert [pin.operation for pin in made.problem.pins] == ["SO1-1/SHAFT:10"]
    assert made.problem.objective == Objective(0, 0, 0, 0, 2.0, 0, 0, 0, 0)
    costs = {mode.machine: mode.cost for job in made.problem.jobs for each in job.operations for mode in each.modes}
    assert costs["T1"] == pytest.approx(143.0)  # 130 and a tenth, as FA is not preferred
    assert costs["M1"] == pytest.approx(133.33)
    with pytest.raises(Rejected) as error:
        built(weights={"tardyness": 1, "cost": -1})
    assert [finding.where for finding in error.value.findings] == ["weights.tardyness", "weights.cost"]


def test_an_ordered_bought_item_is_done_when_it_arrives() -> None:
    made = built(documents=book(**{"orders.0.lines.0.item": "SEAL"}))
    assert made.problem.jobs == ()
    (line,) = line_rows(Plan.of([]), made)
    assert line.end == datetime.fromisoformat("2026-03-02T18:00:00+08:00")
