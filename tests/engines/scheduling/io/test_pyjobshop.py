"""Problems handed to PyJobShop and taken over from it; without the package both say how to get it."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import pytest

from rongzhi.engines.scheduling import Changeover, Job, Link, Machine, Objective, Precedence, Problem, Term, io
from rongzhi.engines.scheduling.checker import check
from rongzhi.kernel.errors import Rejected, Unavailable
from tests.engines.scheduling.io import instances

IS_INSTALLED = importlib.util.find_spec("pyjobshop") is not None


def rich() -> Problem:
    """A shop with due dates, a wait, a changeover table and a largest wait."""
    plain = io.read_setups(instances.SETUPS)
    return replace(
        plain,
        jobs=(replace(plain.jobs[0], due=9, release=1), replace(plain.jobs[1], deadline=50)),
        precedences=(Precedence("J1-1", "J1-2", lag=2, max_lag=30),),
        objective=Objective(weighted_tardiness=2.0, makespan=1.0),
    )


def test_without_the_package_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyjobshop", None)
    with pytest.raises(Unavailable, match="pip install pyjobshop"):
        io.to_pyjobshop(rich())
    with pytest.raises(Unavailable, match="pip install pyjobshop"):
        io.from_pyjobshop(object())


def test_a_problem_goes_there_and_comes_back() -> None:
    if not IS_INSTALLED:
        with pytest.raises(Unavailable):
            io.to_pyjobshop(rich())
        return
    problem = rich()
    again = io.from_pyjobshop(io.to_pyjobshop(problem))
    assert [machine.code for machine in again.machines] == ["M1", "M2"]
    assert again.precedences == (Precedence("J1-1", "J1-2", Link.FINISH_START, 2, 30),)
    assert again.objective == problem.objective
    assert [(job.code, job.release, job.due, job.deadline) for job in again.jobs] == [
        ("J1", 1, 9, None),
        ("J2", 0, None, 50),
    ]
    assert again.changeovers[0] == Changeover("M1-setup", ("J1-1", "J1-2", "J2-1"), ((0, 0, 2), (0, 0, 0), (5, 0, 0)))
    # Pairs that can never follow each other on a machine are not handed over: J1-2 only runs on M2.


def test_a_solution_comes_back_as_a_plan_that_keeps_the_rules() -> None:
    if not IS_INSTALLED:
        with pytest.raises(Unavailable):
            io.to_pyjobshop(rich())
        return
    problem = rich()
    model = io.to_pyjobshop(problem)
    result = model.solve(time_limit=5, display=False, num_workers=1)
    plan = io.plan_from_pyjobshop(problem, model, result.best)
    verdict = check(problem, plan)
    assert verdict.is_valid, str(verdict)
    worth = 2 * verdict.values[Term.TARDINESS] + verdict.values[Term.MAKESPAN]
    assert worth == result.objective


def test_what_pyjobshop_cannot_say_is_named() -> None:
    if not IS_INSTALLED:
        with pytest.raises(Unavailable):
            io.to_pyjobshop(instances.EVERYTHING)
        return
    with pytest.raises(Rejected) as error:
        io.to_pyjobshop(instances.EVERYTHING)
    assert {finding.where for finding in error.value.findings} == {
        "transport",
        "precedences",
        "pins",
        "operations",
        "machines",
        "changeovers",
        "objective",
    }
    unlike = Problem((Job("J", ()),), (Machine("M", "F"),), (), objective=Objective(cost=1.0))
    with pytest.raises(Rejected):
        io.to_pyjobshop(unlike)


def test_what_cannot_be_taken_over_is_named() -> None:
    if not IS_INSTALLED:
        with pytest.raises(Unavailable):
            io.from_pyjobshop(object())
        return
    import pyjobshop

    model = pyjobshop.Model()
    one, two = model.add_machine(), model.add_machine(no_idle=True)
    task = model.add_task(optional=True)
    model.add_mode(task, [one, two], 3)
    other = model.add_task()
    model.add_mode(other, one, 2)
    model.add_consecutive(task, other)
    with pytest.raises(Rejected) as error:
        io.from_pyjobshop(model)
    assert {finding.where for finding in error.value.findings} == {
        "constraints.consecutive",
        "tasks[0]",
        "modes[0]",
        "resources[1]",
    }
