"""Search for the numbers and shares of parts of divisible lots: each division tried as a problem of its own.

First the lots are planned whole. Then the division of lots whose job is late or ends last is changed, one or a few at a
time, and the plan repaired and searched for a moment; a division stays when its plan is better.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from rongzhi.engines.scheduling import checks, lots, objective
from rongzhi.engines.scheduling.budget import Budget
from rongzhi.engines.scheduling.lots import Division
from rongzhi.engines.scheduling.lots_bound import lower_bound
from rongzhi.engines.scheduling.model import Operation, Problem
from rongzhi.engines.scheduling.result import Assignment, Bound, Callbacks, Plan, Result, Status, TracePoint
from rongzhi.engines.scheduling.run import Run
from rongzhi.kernel.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_SHARE, LAST_SHARE = 0.2, 0.2  # of the budget for the first plan and for the best division in the end
TRIALS = 60  # divisions tried in the rest of the budget, if planning one takes no longer
LEAST_S = 0.05
MOST_AT_ONCE = 4
PATIENCE = 200  # divisions without success after which the rest of the budget goes into the plan


class _Trial(Run):
    """A short run: no proof, no better bound."""

    def _sharpen(self) -> None:
        return

    def _search_and_prove(self, begin: float, until: float) -> bool:  # noqa: ARG002
        self._search(until)
        return False


class _Heard(Callbacks):
    """Passes on what an inner run says, plans in the form of the whole problem."""

    def __init__(self, search: LotSearch, division: Division, share: float, *, is_trial: bool) -> None:
        self._search, self._division, self._is_trial = search, division, is_trial
        self._begin, self._share = search.fraction(), share

    def on_progress(self, fraction: float, best: float, bound: float) -> None:  # noqa: ARG002 - it knows divided lots only
        self._search.report(self._begin + fraction * self._share, float("inf") if self._is_trial else best)

    def on_improved(self, plan: Plan) -> None:
        if not self._is_trial:
            self._search.callbacks.on_improved(lots.joined(self._search.problem, self._division, plan))

    def should_stop(self) -> bool:
        return self._search.callbacks.should_stop()


class LotSearch:
    """One search of a problem with divisible lots.

    Parameters
    ----------
    problem : Problem
        Checked.
    seed : int
    budget : Budget
    callbacks : Callbacks
    former : Plan or None
    """

    def __init__(
        self, problem: Problem, *, seed: int, budget: Budget, callbacks: Callbacks, former: Plan | None
    ) -> None:
        self.problem, self.seed, self.budget, self.callbacks, self.former = problem, seed, budget, callbacks, former
        self._rng = random.Random(seed)  # noqa: S311 - not for secrets
        self._lots = {operation.code: operation for _, operation in lots.divisible(problem)}
        self._job_of = {operation.code: job for job, operation in problem.operations()}
        self._after = lots.links_of(problem)
        self.division: dict[str, tuple[Fraction, ...]] = {}
        self.best: Result | None = None
        self._plan: Plan | None = None  # of the divided problem
        self._iterations, self._told = 0, 0.0
        self._trace: list[TracePoint] = []
        self._bound = Bound("none", 0.0)

    def run(self, start_from: Plan | None) -> Result:
        """Plan, divide, plan again; return the best."""
        obstacles = checks.obstacles_of(self.problem)
        if obstacles:
            return self._infeasible(obstacles)
        self._bound = lower_bound(self.problem)
        self._begin(start_from)
        idle = 0
        while self._lots and idle < PATIENCE and not self._is_over(1.0 - LAST_SHARE):
            division = self._changed()
            is_better = division != self.division and self._try(division, self._start_for(division), is_trial=True)
            idle = 0 if is_better else idle + 1
        if not self._is_over(1.0):
            self._try(self.division, self._plan, is_trial=False)
        return self._result()

    def _begin(self, start_from: Plan | None) -> None:
        """Make the first plan: divided as in a given plan, else whole, else in as many parts as may be."""
        known = start_from or self.former
        given = lots.division_of(self.problem, known) if known is not None else {}
        self.division = {
            code: shares
            for code, shares in ((code, _normal(shares)) for code, shares in given.items())
            if code in self._lots and lots.is_allowed(self._lots[code], shares)
        }
        start = lots.renamed(start_from, self.division) if start_from is not None else None
        self._try(self.division, start, is_trial=False, share=FIRST_SHARE)
        if self.best is None or self.best.status in {Status.INFEASIBLE, Status.UNKNOWN}:
            most = {code: lots.equal(lots.most_parts(operation)) for code, operation in self._lots.items()}
            self._try({code: shares for code, shares in most.items() if len(shares) > 1}, None, is_trial=True)

    def fraction(self) -> float:
        """Return the share of the budget that is used, 0..1."""
        return self.budget.fraction(self._iterations)

    def report(self, fraction: float, best: float) -> None:
        """Tell the caller of progress; what is told never falls back."""
        self._told = max(self._told, min(1.0, fraction))
        known = self.best.total if self.best is not None else float("inf")
        self.callbacks.on_progress(self._told, min(best, known), self._bound.value)

    def _is_over(self, until: float) -> bool:
        fraction = self.fraction()
        best = self.best.total if self.best is not None else float("inf")
        self.report(fraction, best)
        is_met = best <= self._bound.value + 1e-9 and not self.problem.objective.order
        return self.callbacks.should_stop() or fraction >= until or is_met

    # -- trying a division --------------------------------------------------------------------------------------------

    def _try(
        self, division: dict[str, tuple[Fraction, ...]], start: Plan | None, *, is_trial: bool, share: float = 0.0
    ) -> bool:
        """Plan a division; keep it if its plan is the best so far, and return whether it is."""
        divided = lots.divide(self.problem, division)
        share = share or ((1.0 - FIRST_SHARE - LAST_SHARE) / TRIALS if is_trial else 1.0 - self.fraction())
        budget = self._slice(share)
        heard = _Heard(self, division, share, is_trial=is_trial)
        former = lots.renamed(self.former, division) if self.former is not None else None
        kind = _Trial if is_trial else Run
        run = kind(divided, seed=self.seed + self._iterations, budget=budget, callbacks=heard, former=former)
        if checks.find_obstacles(run.compiled, run.fixed):
            return False
        _construct(run, start, is_trial=is_trial)
        run.improve()
        self._iterations += max(run.iterations, budget.iteration_limit or 0) if is_trial else run.iterations
        result = run.result()
        if result.plan is None or (self.best is not None and self._rank(result) >= self._rank(self.best)):
            return False
        self.best, self._plan, self.division = result, result.plan, dict(division)
        self._trace.append(TracePoint(self.budget.elapsed_s, self._iterations, result.total))
        if is_trial:
            self.callbacks.on_improved(lots.joined(self.problem, division, result.plan))
        return True

    def _slice(self, share: float) -> Budget:
        """Return a part of the budget, at most what is left."""
        seconds, iterations = None, None
        if self.budget.time_limit_s is not None:
            seconds = max(0.0, min(self.budget.left_s(), max(LEAST_S, share * self.budget.time_limit_s)))
        if self.budget.iteration_limit is not None:
            left = max(0, self.budget.iteration_limit - self._iterations)
            iterations = min(left, max(1, round(share * self.budget.iteration_limit)))
        return Budget(time.perf_counter(), seconds, iterations)

    def _start_for(self, division: Division) -> Plan | None:
        """Return the best plan as a start for another division: the new parts where and when the lot is now."""
        if self._plan is None:
            return None
        rows: list[Assignment] = []
        for _, operation in self.problem.operations():
            code, now, then = operation.code, self.division.get(operation.code), division.get(operation.code)
            old = [f"{code}#{number}" for number in range(1, len(now) + 1)] if now else [code]
            new = [f"{code}#{number}" for number in range(1, len(then) + 1)] if then else [code]
            for place, name in enumerate(new):
                row = self._plan[old[min(place, len(old) - 1)]]
                machine = row.machine if place < len(old) else ""  # free to choose
                rows.append(replace(row, operation=name, machine=machine))
        return Plan.of(rows)

    # -- changing a division ------------------------------------------------------------------------------------------

    def _changed(self) -> dict[str, tuple[Fraction, ...]]:
        """Return the division with the shares of one or a few urgent lots changed."""
        urgent = self._urgent()
        count = 1 if self._rng.random() < 0.6 else self._rng.randint(2, MOST_AT_ONCE)
        found = dict(self.division)
        for _ in range(count):
            code = urgent[min(int(self._rng.expovariate(0.4)), len(urgent) - 1)]
            options = list(self._options(self._lots[code]))
            if options:
                shares = self._rng.choice(options)
                found.pop(code, None)
                if len(shares) > 1:
                    found[code] = shares
        return found

    def _options(self, operation: Operation) -> Iterator[tuple[Fraction, ...]]:
        """Yield other shares of a lot that are allowed."""
        now = self.division.get(operation.code, (Fraction(1),))
        parts, most = len(now), lots.most_parts(operation)
        found = [lots.equal(number) for number in {parts - 1, parts + 1, parts, most} if 1 <= number <= most]
        if parts == 1:
            found += [(Fraction(1, 3), Fraction(2, 3)), (Fraction(1, 4), Fraction(3, 4))]
        elif self._plan is not None:
            found += [self._level(operation, now)] * 2
        for shares in found:
            if shares != now and (len(shares) == 1 or lots.is_allowed(operation, shares)):
                yield shares

    def _level(self, operation: Operation, shares: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        """Return shares with some of the part that ends last given to the one that ends first."""
        assert self._plan is not None
        rows = [self._plan[f"{operation.code}#{number}"] for number in range(1, len(shares) + 1)]
        last = max(range(len(rows)), key=lambda place: rows[place].end)
        first = min(range(len(rows)), key=lambda place: rows[place].end)
        run = operation.modes[rows[last].mode].run
        moved = Fraction(max(1, (rows[last].end - rows[first].end) // self._rng.randint(2, 4)), run)
        moved = min(moved, shares[last] * Fraction(9, 10))
        found = list(shares)
        found[last] -= moved
        found[first] += moved
        return tuple(found)

    def _urgent(self) -> list[str]:
        """Return the divisible lots, those first that delay most: late weight of what follows, then length."""
        if self._plan is None:
            return list(self._lots)
        plan = lots.joined(self.problem, self.division, self._plan)
        ends, last = plan.completion(self.problem), max(1, plan.makespan)
        late: dict[str, float] = {}
        for _, operation in sorted(self.problem.operations(), key=lambda each: -plan[each[1].code].end):
            job = self._job_of[operation.code]
            own = job.weight * max(0, ends[job.code] - job.due) if job.due is not None else 0.0
            own = 1e3 * own + (ends[job.code] / last) ** 8
            after = (late.get(link.after, 0.0) for link in self._after.get(operation.code, ()))
            late[operation.code] = max([own, *after])
        longest = {code: plan[code].end - plan[code].start for code in self._lots}
        return sorted(self._lots, key=lambda code: -late[code] * (1 + longest[code]))

    # -- the result ---------------------------------------------------------------------------------------------------

    def _rank(self, result: Result) -> tuple[bool, tuple[float, ...]]:
        order = self.problem.objective.order
        values = tuple(round(result.values[term], 9) for term in order) if order else (round(result.total, 9),)
        return result.status in {Status.INFEASIBLE, Status.UNKNOWN}, values

    def _infeasible(self, obstacles: list[Finding]) -> Result:
        return Result(
            Status.INFEASIBLE, None, seed=self.seed, seconds=self.budget.elapsed_s, explanation=tuple(obstacles)
        )

    def _result(self) -> Result:
        common = {"seed": self.seed, "iterations": self._iterations, "seconds": self.budget.elapsed_s}
        if self.best is None or self._plan is None:
            said = (checks.no_plan_found(),)
            return Result(Status.UNKNOWN, None, bound=self._bound, explanation=said, **common)  # type: ignore[arg-type]
        plan = lots.joined(self.problem, self.division, self._plan)
        values = objective.values(self.problem, plan, self.former)
        total = objective.total(self.problem.objective, values)
        status: Status = Status.FEASIBLE
        explanation: tuple[Finding, ...] = ()
        if self.best.status in {Status.INFEASIBLE, Status.UNKNOWN}:
            status, explanation = Status.UNKNOWN, tuple(checks.broken_rules(self.problem, plan))
        elif total <= self._bound.value + 1e-9 * max(1.0, abs(total)) and len(self.problem.objective.order) <= 1:
            status = Status.OPTIMAL
        bound = Bound(self._bound.name, min(self._bound.value, total))
        return Result(status, plan, values, total, bound, trace=tuple(self._trace), explanation=explanation, **common)  # type: ignore[arg-type]


def _construct(run: Run, start: Plan | None, *, is_trial: bool) -> None:
    """Make first plans: for a trial only by following the start, if that gives one."""
    from rongzhi.engines.scheduling import construct

    if is_trial and start is not None:
        run.follow(start, construct.worths(run.compiled))
    if run.best is None or not is_trial:
        run.construct(start)


def _normal(shares: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    whole = sum(shares, Fraction(0))
    return tuple(share / whole for share in shares)
