"""Promises on random networks with every feature: the merged plan is valid and nothing planned has moved."""

from __future__ import annotations

import dataclasses
import random

import pytest

from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.model import Precedence, Problem
from rongzhi.engines.scheduling.promise import Promiser, Quote
from rongzhi.engines.scheduling.promise.board import Board
from rongzhi.engines.scheduling.result import Plan
from rongzhi.kernel.errors import Conflict
from tests.engines.scheduling.promise_cases import base_case, random_order


def reasons_add_up(quote: Quote) -> bool:
    return all(
        step.ready.moment + sum(wait.until - wait.since for wait in step.waits) == step.assignment.start
        and all(a.until == b.since for a, b in zip(step.waits, step.waits[1:], strict=False))
        for step in quote.steps
    )


def same_times(before: Plan, after: Plan) -> bool:
    return all(dataclasses.replace(after[row.operation], changeover=row.changeover) == row for row in before)


@pytest.mark.parametrize("seed", range(25))
def test_booked_orders_make_a_valid_plan(seed: int) -> None:
    rng = random.Random(seed)
    problem, plan = base_case(rng)
    promiser, booked, infeasible = Promiser(problem, plan), [], 0
    for number in range(12):
        jobs, links = random_order(rng, f"o{number}", [row.operation for row in plan])
        quote = promiser.quote(jobs, links, prefer=rng.choice(("fastest", "cheapest")), not_before=rng.choice((0, 20)))
        if not quote.is_feasible:
            infeasible += 1
            assert quote.explanation
            continue
        assert reasons_add_up(quote)
        booked.append(promiser.book(quote))
    assert len(booked) > infeasible
    merged = promiser.plan_with()
    verification = check(*merged)
    assert verification.is_valid, str(verification)
    assert same_times(plan, merged[1])
    again = Promiser(*merged)
    jobs, links = random_order(rng, "last", list(merged[1].operation))
    quote = again.quote(jobs, links)
    if quote.is_feasible:
        verification = check(*again.plan_with(quote))
        assert verification.is_valid, str(verification)
        for other in quote.alternatives:
            assert check(*again.plan_with(dataclasses.replace(quote, assignments=other.assignments))).is_valid


@pytest.mark.parametrize("seed", range(8))
def test_cancelling_gives_everything_back(seed: int) -> None:
    rng = random.Random(seed)
    problem, plan = base_case(rng)
    promiser = Promiser(problem, plan)
    for number in range(10):
        jobs, links = random_order(rng, f"o{number}", [])
        quote = promiser.quote(jobs, links)
        if quote.is_feasible:
            promiser.book(quote)
    codes = list(promiser.booked)
    rng.shuffle(codes)
    for code in codes:
        try:
            promiser.cancel(code)
        except Conflict:
            assert code in promiser.booked
        assert check(*promiser.plan_with()).is_valid
    for code in list(promiser.booked)[::-1]:
        promiser.cancel(code)
    after = promiser.plan_with()
    assert after[0] == problem
    assert list(after[1]) == list(plan)


def test_stale_quotes_are_refused_or_still_right() -> None:
    rng = random.Random(7)
    problem, plan = base_case(rng)
    promiser, refused = Promiser(problem, plan), 0
    quotes: list[Quote] = []
    for number in range(20):
        jobs, links = random_order(rng, f"o{number}", [])
        quotes.append(promiser.quote(jobs, [*links, *[Precedence("fixed-3", jobs[0].operations[0].code)]]))
    for quote in (each for each in quotes if each.is_feasible):
        try:
            promiser.book(quote)
        except Conflict:
            refused += 1
    assert refused > 0
    assert promiser.booked
    assert check(*promiser.plan_with()).is_valid


def restated(problem: Problem, plan: Plan) -> Plan:
    """Return a plan with the changeovers that are due; moved work leaves them open."""
    board = Board(problem, plan)
    rank = {row.operation: place for place, row in enumerate(plan)}
    stated = {code: time for machine in set(plan.machine) for code, time in board.changeovers(machine, rank).items()}
    return Plan.of(dataclasses.replace(row, changeover=stated[row.operation]) for row in plan)


def test_displacing_makes_valid_plans() -> None:
    found = 0
    for seed in range(12):
        rng = random.Random(seed)
        promiser = Promiser(*base_case(rng))
        for number in range(14):
            jobs, links = random_order(rng, f"o{number}", [])
            quote = promiser.quote(jobs, links, with_alternatives=False)
            if quote.is_feasible:
                promiser.book(quote)
        problem, plan = promiser.plan_with()
        promiser = Promiser(problem, plan)
        for number in range(4):
            jobs, links = random_order(rng, f"new{number}", [])
            quote = promiser.quote(jobs, links, with_alternatives=False)
            gain = promiser.what_would_help(quote)
            if gain is None:
                continue
            found += 1
            assert gain.gain == (quote.completion or 0) - gain.completion > 0
            merged, _ = promiser.plan_with(quote)
            moved = {row.operation: row for row in gain.moved}
            rows = [*(moved.get(row.operation, row) for row in plan), *gain.assignments]
            after = restated(merged, Plan.of(rows))
            assert check(merged, after).is_valid, str(check(merged, after))
        assert list(promiser.plan_with()[1]) == list(plan)
    assert found > 5
