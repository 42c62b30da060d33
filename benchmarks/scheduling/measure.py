"""Solve one instance, hold the plan against the checker, and note everything a table may need."""

from __future__ import annotations

import time
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.scheduling.generate import pooled_bound
from benchmarks.scheduling.peers import PEERS
from benchmarks.scheduling.rules import RULES, dispatch
from benchmarks.scheduling.sets import Case
from rongzhi.engines import scheduling
from rongzhi.engines.scheduling import Plan, Problem
from rongzhi.engines.scheduling.checker import check

FEW = 3
"""So many broken rules are kept of a wrong plan."""


@dataclass
class Outcome:
    """One method on one instance with one seed.

    Parameters
    ----------
    value : float or None
        Total objective of the plan, recomputed by the checker.
    bound : float or None
    bound_name : str
    seconds : float
        Wall time with building and checking left out for the engine, model building included for peers.
    first_s : float or None
        Seconds to the first plan.
    first_value : float or None
    broken : list of str
        Rules the plan breaks: must be empty.
    note : str
    """

    method: str
    seed: int
    value: float | None = None
    bound: float | None = None
    bound_name: str = ""
    status: str = ""
    seconds: float = 0.0
    first_s: float | None = None
    first_value: float | None = None
    iterations: int = 0
    broken: list[str] = field(default_factory=list)
    note: str = ""


@dataclass
class Record:
    """All outcomes of one instance."""

    instance: str
    operations: int
    modes: int
    best: float | None
    lower: float | None
    published: dict[str, float]
    outcomes: list[Outcome]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def record(
    case: Case,
    *,
    time_s: float,
    seeds: list[int],
    peers: list[str],
    workers: int,
    has_rules: bool,
    has_linear: bool,
    executor: Executor | None,
) -> Record:
    """Measure every method asked for on one instance."""
    problem = case.load()
    outcomes = [engine(problem, time_s, seed, executor) for seed in seeds]
    for name in peers:
        outcomes += [peer(name, problem, time_s, workers, seed) for seed in seeds]
    if has_rules:
        outcomes += [rule(name, problem) for name in RULES]
    lower = case.lower
    if has_linear:
        lower = max(lower or 0.0, pooled_bound(problem))
    modes = sum(len(operation.modes) for _, operation in problem.operations())
    return Record(case.name, problem.operation_count, modes, case.best, lower, case.published, outcomes)


def engine(problem: Problem, time_s: float, seed: int, executor: Executor | None = None) -> Outcome:
    """Measure this engine."""
    started = time.perf_counter()
    result = scheduling.solve(problem, time_limit_s=time_s, seed=seed, executor=executor)
    seconds = time.perf_counter() - started
    out = Outcome("rongzhi", seed, status=str(result.status), seconds=seconds, iterations=result.iterations)
    if result.bound is not None:
        out.bound, out.bound_name = result.bound.value, result.bound.name
    if result.trace:
        out.first_s, out.first_value = result.trace[0].seconds, result.trace[0].total
    _judge(out, problem, result.plan)
    if result.plan is not None and out.value is not None and abs(out.value - result.total) > 1e-6 * max(1, out.value):
        out.broken.append(f"total stated as {result.total}, checker says {out.value}")
    if out.bound is not None and out.value is not None and out.bound > out.value + 1e-6 * max(1, out.value):
        out.broken.append(f"bound {out.bound} above value {out.value}")
    return out


def peer(name: str, problem: Problem, time_s: float, workers: int, seed: int) -> Outcome:
    """Measure a peer."""
    answer = PEERS[name](problem, time_s, workers, seed)
    out = Outcome(name, seed, bound=answer.bound, seconds=answer.seconds, note=answer.note)
    _judge(out, problem, answer.plan)
    return out


def rule(name: str, problem: Problem) -> Outcome:
    """Measure a dispatching rule."""
    started = time.perf_counter()
    plan = dispatch(problem, RULES[name])
    out = Outcome(f"rule: {name}", 0, seconds=time.perf_counter() - started)
    _judge(out, problem, plan)
    return out


def _judge(out: Outcome, problem: Problem, plan: Plan | None) -> None:
    if plan is None:
        return
    verdict = check(problem, plan)
    out.broken += [f"{each.rule}: {', '.join(each.operations)}: {each.message.en}" for each in verdict.violations[:FEW]]
    goal = problem.objective
    if goal.order:
        out.value = verdict.values.get(goal.order[0])
    elif verdict.values:
        out.value = sum(goal.weight(term) * verdict.values[term] for term in scheduling.Term)
