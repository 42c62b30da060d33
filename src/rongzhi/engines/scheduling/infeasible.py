"""Why no plan can exist: a smallest set of rules that cannot all be kept, found by leaving out one after the other.

A set of rules is held against a problem by propagation of earliest ends first, and in small problems by CP-SAT; only
what these prove counts. Rules that can go while the proof stands are left out, first in groups, then one by one: none
of those that stay can be missed (a deletion filter).

References
----------
Chinneck (2008), Feasibility and Infeasibility in Optimization, section 6.2.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import exact
from rongzhi.engines.scheduling.arrays import Ints, Tables
from rongzhi.engines.scheduling.compile import Compiled, compile_problem
from rongzhi.engines.scheduling.fixed import fixed_rows
from rongzhi.engines.scheduling.infeasible_rules import KINDS, Rule, rules_of, without, words
from rongzhi.engines.scheduling.model import FOREVER, Problem
from rongzhi.engines.scheduling.native import native
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text

MOST_OPERATIONS = 20_000  # of problems that are looked into
TRIES = 400  # proofs asked for at most
DETERMINISTIC_S = 0.5  # of CP-SAT for one proof
NAMED = 12  # rules told one by one


@dataclass(frozen=True)
class Conflict:
    """Rules no plan can keep together.

    Parameters
    ----------
    rules : tuple of Rule
    is_smallest : bool
        Whether every one of them is needed for the proof; else time ran out.
    """

    rules: tuple[Rule, ...]
    is_smallest: bool


def find_conflict(
    problem: Problem, *, seconds: float | None = None, should_stop: Callable[[], bool] | None = None
) -> Conflict | None:
    """Return a smallest set of rules that cannot be kept together, None if no impossibility can be proven.

    Parameters
    ----------
    problem : Problem
        Well formed.
    seconds : float or None
        Wall time; without it the number of proofs alone is limited, and the answer is always the same.
    should_stop : callable or None
    """
    if problem.operation_count > MOST_OPERATIONS:
        return None
    return _Filter(problem, seconds, should_stop).run()


class _Filter:
    def __init__(self, problem: Problem, seconds: float | None, should_stop: Callable[[], bool] | None) -> None:
        self._problem, self._should_stop = problem, should_stop
        self._until = float("inf") if seconds is None else time.perf_counter() + seconds
        self._tries = 0
        self._all = rules_of(problem)
        self._left: list[Rule] = list(self._all)
        self._needs_exact = True

    def run(self) -> Conflict | None:
        self._needs_exact = not _is_impossible_alone(self._problem)
        if self._needs_exact and not _is_impossible_exactly(self._problem):
            return None
        for kind in KINDS:  # a whole kind at once often goes
            group = [rule for rule in self._left if rule.kind == kind]
            if group:
                self._drop(group)
        size = max(1, len(self._left) // 2)
        while True:
            place = 0
            while place < len(self._left):
                if self._is_over():
                    return Conflict(tuple(self._left), is_smallest=False)
                if not self._drop(self._left[place : place + size]):
                    place += size
            if size == 1:
                return Conflict(tuple(self._left), is_smallest=True)
            size = max(1, size // 2)

    def _is_over(self) -> bool:
        is_stopped = self._should_stop is not None and self._should_stop()
        return is_stopped or self._tries >= TRIES or time.perf_counter() > self._until

    def _drop(self, group: list[Rule]) -> bool:
        """Leave out some rules if no plan is possible without them either."""
        kept = [rule for rule in self._left if rule not in group]
        self._tries += 1
        problem = without(self._problem, set(self._all) - set(kept))
        if _is_impossible_alone(problem) or (self._needs_exact and _is_impossible_exactly(problem)):
            self._left = kept
            return True
        return False


def _is_impossible_alone(problem: Problem) -> bool:
    """Return whether even operations that wait for no machine break a rule."""
    compiled = compile_problem(problem)
    return bool((compiled.tables.op[:, a.O_MODE0] >= compiled.tables.op[:, a.O_MODE1]).any()) or propagates_to_nothing(
        compiled, fixed_rows(compiled)
    )


def propagates_to_nothing(compiled: Compiled, fixed: Ints) -> bool:
    """Return whether earliest ends alone show that deadlines, fixed work or largest waits cannot be kept."""
    from rongzhi.engines.scheduling.kernel_bounds import earliest_ends

    t = compiled.tables
    if not len(t.op):
        return False
    ends = earliest_ends(native(t), fixed)
    if (ends >= a.NEVER // 2).any():
        return True
    last = np.full(len(t.job), -FOREVER)
    np.maximum.at(last, t.op[:, a.O_JOB], ends)
    if (last > t.job[:, a.J_DEADLINE]).any():
        return True
    return _presses_on_fixed(t, ends, {int(row[0]): (int(row[2]), int(row[3])) for row in fixed})


def _presses_on_fixed(t: Tables, ends: Ints, at: dict[int, tuple[int, int]]) -> bool:
    """Return whether work ends too late for fixed work behind it, or cannot follow fixed work soon enough."""
    work = t.mode[:, a.M_SETUP] + t.mode[:, a.M_RUN]
    way = int(t.place_time.max(initial=0))
    for b, f, link, lag, wait in t.edge.tolist():
        if f in at and b not in at and link != a.START_START:
            latest = at[f][0] if link == a.FINISH_START else at[f][1]
            if ends[b] + lag > latest:
                return True
        if b in at and f not in at and wait >= 0:
            modes = slice(t.op[f, a.O_MODE0], t.op[f, a.O_MODE1])
            has_calendar = (t.mode[modes, a.M_CALENDAR] >= 0).any()
            if not has_calendar and ends[f] - work[modes].max() > at[b][1] + way + wait:
                return True
    return False


def _is_impossible_exactly(problem: Problem) -> bool:
    """Return whether CP-SAT proves that there is no plan; only small problems are asked."""
    from ortools.sat.python import cp_model

    from rongzhi.engines.scheduling.exact_model import ExactModel, TooLong

    compiled = compile_problem(problem)
    if not exact.is_small(compiled):
        return False
    try:
        model = ExactModel(compiled, fixed_rows(compiled), np.zeros(a.V_COUNT))
    except TooLong:
        return False
    solver = cp_model.CpSolver()
    solver.parameters.catch_sigint_signal = False
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = DETERMINISTIC_S
    return bool(solver.solve(model.model) == cp_model.INFEASIBLE)


def findings_of(problem: Problem, conflict: Conflict) -> list[Finding]:
    """Return a conflict in words: every rule of it with its times, and what would loosen them."""
    told = [words(problem, rule) for rule in conflict.rules]
    count = len(told)
    if not count:
        said = Text("只凭先后关系和加工时间就没有可行计划", "precedences and run times alone leave no plan")
        fix = Text("检查工艺路线和已固定的工序", "look at the routings and the fixed operations")
        return [Finding("rules-collide", "precedences", said, fix)]
    rest = Text("", "") if conflict.is_smallest else Text("（时间不足，可能更少）", " (perhaps fewer: time ran out)")
    more = Text("", "") if count <= NAMED else Text(f"；另有 {count - NAMED} 条", f"; and {count - NAMED} more")
    zh, en = (pick([message for message, _ in told[:NAMED]]) for pick in (_zh, _en))
    said = Text(
        f"以下 {count} 条规则不能同时满足{rest.zh}：{zh}{more.zh}",
        f"these {count} rules cannot all be kept{rest.en}: {en}{more.en}",
    )
    fixes = list(dict.fromkeys(fix for _, fix in told))
    code = "deadlines-collide" if any(rule.kind == "deadline" for rule in conflict.rules) else "rules-collide"
    return [Finding(code, conflict.rules[0].where, said, Text(_zh(fixes), _en(fixes)))]


def _zh(texts: list[Text]) -> str:
    return "；".join(text.zh for text in texts)


def _en(texts: list[Text]) -> str:
    return "; ".join(text.en for text in texts)


def suspected() -> Finding:
    """Return the finding that says that nothing is proven."""
    return Finding(
        "only-suspected",
        "problem",
        Text(
            "在给定时间内没有找到满足全部规则的计划，但未证明其不存在",
            "no plan that keeps all rules was found in the time given; that none exists is not proven",
        ),
        Text("给更多计算时间，或放宽下列规则", "allow more time, or loosen the rules named here"),
    )
