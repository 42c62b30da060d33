"""Whatever is written is read back exactly, for any problem."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rongzhi.engines.scheduling import Factory, Job, Machine, Mode, Objective, Operation, Problem, Term, chain, io
from rongzhi.kernel.errors import Rejected
from tests.engines.scheduling.random_problems import random_problem

CODES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1).filter(
    lambda code: not set(code) & set(";|:\ufeff")
)
CHOICES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 10**9)), min_size=1, max_size=3, unique_by=lambda c: c[0]
)
SHOPS = st.lists(st.lists(CHOICES, min_size=1, max_size=4), min_size=1, max_size=4)


def shop(jobs: list[list[list[tuple[int, int]]]]) -> Problem:
    """Return a flexible job shop with the codes that readers give."""
    made = []
    for j, steps in enumerate(jobs, start=1):
        operations = [
            Operation(f"J{j}-{k}", tuple(Mode(f"M{machine + 1}", run) for machine, run in choices))
            for k, choices in enumerate(steps, start=1)
        ]
        made.append(Job(f"J{j}", tuple(operations)))
    return Problem(
        jobs=tuple(made),
        machines=tuple(Machine(f"M{number}", "F1") for number in range(1, 6)),
        factories=(Factory("F1"),),
        precedences=tuple(link for job in made for link in chain(*job.operations)),
        objective=Objective.only(Term.MAKESPAN),
        name="x",
    )


@given(SHOPS, st.sampled_from([0, 1]))
def test_flexible_shops(jobs: list[list[list[tuple[int, int]]]], first_machine: int) -> None:
    problem = shop(jobs)
    text = io.write_fjs(problem, first_machine)
    if first_machine == 1 or " 0 " in text:  # otherwise the file may count from 0 or from 1: names shift together
        read = io.read_fjs(text, "x")
        assert [[len(each.modes) for each in job.operations] for job in read.jobs] == [
            [len(each.modes) for each in job.operations] for job in problem.jobs
        ]
    assert io.read_fjs(io.write_fjs(problem, 1), "x") == problem
    assert io.read_json(io.write_json(problem)) == problem


@given(CODES, CODES, st.floats(0, 1e12), st.integers(-(10**12), 10**12))
def test_tables_keep_any_code_and_number(job: str, operation: str, weight: float, due: int) -> None:
    steps = (Operation(operation, (Mode("M", 5, cost=weight),), name=job),)
    problem = Problem((Job(job, steps, due=due, weight=weight),), (Machine("M", "F"),), (Factory("F"),))
    assert io.read_tables(io.tables_of(problem)) == problem
    assert io.read_json(io.write_json(problem)) == problem


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_problems_of_every_feature(seed: int) -> None:
    problem = random_problem(seed)
    assert io.read_json(io.write_json(problem)) == problem
    assert io.read_tables(io.tables_of(problem)) == replace(problem)


def is_read_or_refused(text: str) -> None:
    """No text makes a reader fail in any other way than by findings with a place."""
    for reader in io.FORMATS.values():
        places = ["none"]
        try:
            reader(text, "any")
        except Rejected as rejected:
            places = [finding.where for finding in rejected.findings]
        assert all(places)
    io.sniff(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    is_read_or_refused(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.integers(-3, 9), max_size=9), max_size=8))
def test_any_numbers_are_read_or_refused(rows: list[list[int]]) -> None:
    is_read_or_refused("\n".join(" ".join(map(str, row)) for row in rows))
