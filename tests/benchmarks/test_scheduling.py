"""The benchmark's own parts: generators, peers and rules give what they say, tables compute the right gaps."""

from __future__ import annotations

import pytest

from benchmarks.scheduling import generate, report
from benchmarks.scheduling.measure import Outcome, engine
from benchmarks.scheduling.peers import cpsat
from benchmarks.scheduling.rules import RULES, dispatch
from benchmarks.scheduling.sets import GENERATED, SETS
from rongzhi.engines.scheduling import (
    Factory,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Problem,
    Term,
    check_problem,
    io,
)
from rongzhi.engines.scheduling.checker import check


def test_networks_are_seeded_and_as_described() -> None:
    problem = generate.network(5, 8, 52, candidates=4, seed=3)
    assert problem == generate.network(5, 8, 52, candidates=4, seed=3)
    assert problem != generate.network(5, 8, 52, candidates=4, seed=4)
    assert (problem.operation_count, len(problem.machines), len(problem.factories)) == (55, 40, 5)
    assert all(job.single_factory and len(job.operations) == 5 for job in problem.jobs)
    counts = {len(operation.modes) for _, operation in problem.operations()}
    assert counts <= {4, 8, 12}
    assert all(8 <= mode.run <= 125 for _, each in problem.operations() for mode in each.modes)
    assert check_problem(problem).is_clean


def test_the_pooled_bound_of_two_factories() -> None:
    """Four units of work for F1 (two machines), or three for F2 (one machine): 12 units over 2/4 + 1/3 a unit time."""
    jobs = tuple(
        Job(f"J{n}", (Operation(f"J{n}", (Mode("a", 4), Mode("b", 5), Mode("c", 3))),), single_factory=True)
        for n in range(5)
    )
    problem = Problem(
        jobs, (Machine("a", "F1"), Machine("b", "F1"), Machine("c", "F2")), (Factory("F1"), Factory("F2"))
    )
    assert generate.pooled_bound(problem) == pytest.approx(5 / (2 / 4 + 1 / 3))


@pytest.fixture(scope="module")
def park() -> Problem:
    return generate.park(150, seed=1)


@pytest.mark.parametrize("rule", RULES)
def test_rules_keep_every_rule_of_the_park(rule: str, park: Problem) -> None:
    problem = park
    verdict = check(problem, dispatch(problem, RULES[rule]))
    assert verdict.is_valid, str(verdict)


def test_the_park_has_what_the_rules_are_tried_on(park: Problem) -> None:
    assert park.operation_count >= 150
    assert park.calendars
    assert any(machine.changeover for machine in park.machines)
    assert any(any(row) for row in park.transport.times)
    assert park.objective == Objective.only(Term.TARDINESS)


def test_plain_cpsat_proves_a_shop_with_set_up_times() -> None:
    problem = io.read_setups("2 2\n2 1 1 5 1 2 4\n1 2 1 3 2 6\n9 1 2\n3 9 4\n5 6 9\n0 7 8\n1 0 2\n3 4 0\n")
    answer = cpsat(problem, 5.0, 1, 0)
    assert answer.plan is not None
    verdict = check(problem, answer.plan)
    assert verdict.is_valid, str(verdict)
    # J2 on M2 ends at 6 and J1-2 would wait 4 more for the set-up; J2 on M1 after J1-1 ends at 5 + 2 + 3 = 10.
    assert verdict.values[Term.MAKESPAN] == answer.bound == 10.0


def test_cpsat_says_what_it_does_not_model(park: Problem) -> None:
    assert cpsat(park, 1.0, 1, 0).note == "calendars are not modelled"


def test_measuring_holds_the_engine_against_the_checker() -> None:
    out = engine(io.read_fjs("2 2\n2 1 1 5 2 1 3 2 4\n1 2 1 6 2 2\n"), 0.2, 0)
    assert (out.value, out.broken, out.method) == (8.0, [], "rongzhi")


def record(value: float | None, best: float | None, broken: tuple[str, ...] = ()) -> dict[str, object]:
    outcome = vars(Outcome("rongzhi", 1, value=value, bound=80.0, broken=list(broken)))
    return {
        "instance": "x",
        "operations": 10,
        "best": best,
        "lower": None,
        "published": {},
        "outcomes": [outcome],
    }


def test_gaps_are_against_the_best_known_value_or_else_the_bound() -> None:
    assert report.gap(record(110.0, 100.0), "rongzhi") == pytest.approx(0.10)
    assert report.gap(record(100.0, None), "rongzhi") == pytest.approx(0.25)
    assert report.gap(record(None, 100.0), "rongzhi") is None
    assert report.gap(record(90.0, 100.0, broken=("machine-overlap",)), "rongzhi") is None


def test_wrong_plans_are_shown() -> None:
    shown = report.table({"records": [record(90.0, 100.0, broken=("machine-overlap: a, b",))]})
    assert "| rongzhi | 0/1 | - | - | 0 | - |" in shown
    assert "- **x, rongzhi, seed 1**: machine-overlap: a, b" in shown


def test_generated_sets_need_no_files() -> None:
    assert set(SETS) >= GENERATED
