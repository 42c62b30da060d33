"""One run of the solver: the best plan so far, and the stages that make it better."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import (
    bounds,
    construct,
    first_dispatch,
    general,
    general_projects,
    infeasible,
    objective,
)
from rongzhi.engines.scheduling.arrays import Floats, Ints
from rongzhi.engines.scheduling.batches import meeting
from rongzhi.engines.scheduling.budget import Budget
from rongzhi.engines.scheduling.checks import broken_rules, no_plan_found
from rongzhi.engines.scheduling.compile import HARD_WEIGHT, Compiled, compile_problem
from rongzhi.engines.scheduling.distributed import DistributedSearch, can_distribute
from rongzhi.engines.scheduling.exact import can_prove, heuristic_share, prove
from rongzhi.engines.scheduling.lane import RemovalLane
from rongzhi.engines.scheduling.makespan import MakespanSearch, can_split, is_plain
from rongzhi.engines.scheduling.model import Problem, Term
from rongzhi.engines.scheduling.native import native
from rongzhi.engines.scheduling.result import Bound, Callbacks, Plan, Result, Status, TracePoint
from rongzhi.engines.scheduling.split import SplitSearch
from rongzhi.kernel.findings import Finding

CHUNK_S = 0.15
DETERMINISTIC_S = 1.0  # deterministic seconds of the exact solver when the budget counts iterations
LARGE_MODES = 60_000
SPREAD_WORK, SPREAD_POWER = 3e7, 64.0  # modes times sweeps of spreading jobs over factories
WHY_S = (0.3, 3.0)  # for the reasons why there is no plan
PRICE_WORK = 1e8  # modes times rounds of the priced bound
WIDE_SHARE, WIDE_PATIENCE = 0.4, 40  # of dispatching, where other searches follow
MOST_TABU = 30_000  # operations, above which tabu search on the whole shop is too slow
FIXED_CHUNK = 250  # iterations between looks at the callbacks when the budget is counted in iterations


class Run:
    """The state of solving one problem.

    Parameters
    ----------
    problem : Problem
        Checked.
    seed : int
    budget : Budget
    callbacks : Callbacks
    former : Plan or None
    compiled : Compiled or None
        The problem's tables if they are there already.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        seed: int,
        budget: Budget,
        callbacks: Callbacks,
        former: Plan | None = None,
        compiled: Compiled | None = None,
    ) -> None:
        from rongzhi.engines.scheduling.fixed import fixed_rows

        self.problem, self.seed, self.budget, self.callbacks, self.former = problem, seed, budget, callbacks, former
        self.compiled: Compiled = compiled or compile_problem(problem, former)
        self.fixed: Ints = fixed_rows(self.compiled)
        self.state = construct.start_state(self.compiled, self.fixed, seed)
        self.best: Ints | None = None
        self.best_value: Floats = np.full(a.V_COUNT, np.inf)
        self.best_total = np.inf
        self.caps: Floats = np.full(a.V_COUNT, np.inf)
        self.iterations = 0
        self.trace: list[TracePoint] = []
        self.bound: Bound = bounds.quick(self.compiled, self.fixed)
        self.wide: first_dispatch.DispatchSearch | None = None  # very large plain shops
        self.is_proven_infeasible = False
        self.is_proven = False  # every term of a lexicographic order
        self.meet: Callable[[], None] | None = None  # takes in what searches side by side have found
        self._is_heard = type(callbacks).on_improved is not Callbacks.on_improved

    # -- keeping the best -------------------------------------------------------------------------------------------

    def keep(self, rows: Ints, value: Floats, total: float) -> bool:
        """Keep a plan if it is the best so far; return whether it is."""
        if total >= self.best_total - 1e-9 or bool((value > self.caps + 1e-9).any()):
            return False
        self.best, self.best_value, self.best_total = rows.copy(), value.copy(), total
        self.note()
        return True

    def replace(self, rows: Ints, value: Floats) -> None:
        """Go on from a plan that is as good as the best."""
        self.best, self.best_value = rows.copy(), value.copy()

    def note(self) -> None:
        """Write the best total into the trace and tell the caller."""
        self.trace.append(TracePoint(self.budget.elapsed_s, self.iterations, self._soft(self.best_total)))
        if self._is_heard and self.best is not None:
            self.callbacks.on_improved(self.plan())

    @property
    def soft_total(self) -> float:
        """The best total without what broken rules cost."""
        return self._soft(self.best_total)

    def _soft(self, total: float) -> float:
        hard = float(self.best_value[a.V_HARD]) * float(self.compiled.tables.weight[a.V_HARD])
        return float(total) - hard

    def is_over(self) -> bool:
        """Meet the other searches, report progress; return whether to stop."""
        if self.meet is not None:
            self.meet()
        fraction = self.budget.fraction(self.iterations)
        self.callbacks.on_progress(fraction, self._soft(self.best_total), self.bound.value)
        if self.callbacks.should_stop() or fraction >= 1.0:
            return True
        return self.is_met()

    def is_met(self) -> bool:
        """Return whether the best plan reaches the bound."""
        is_met = self.best_value[a.V_HARD] == 0 and self.best_total <= self.bound.value * (1 + 1e-12) + 1e-9
        return bool(is_met) and not self.problem.objective.order

    def least_makespan(self) -> int:
        """Return the makespan that the bound proves to be the least, time units; only where nothing else counts."""
        return int(np.ceil(self.bound.value / self.compiled.tables.weight[a.V_MAKESPAN] - 1e-9))

    # -- first plans ------------------------------------------------------------------------------------------------

    def construct(self, start_from: Plan | None = None) -> None:
        """Build first plans by several rules and keep the best."""
        from rongzhi.engines.scheduling import kernel_construct as k

        ranks = construct.Ranks(self.compiled)
        worth = construct.worths(self.compiled)
        plans = [plan for plan in (start_from, self.former) if plan is not None]
        for plan in plans:
            self.follow(plan, worth)
        self.wide = first_dispatch.begin(self)
        if self.wide is not None:
            return
        is_large = len(self.compiled.tables.mode) > LARGE_MODES
        wish, only = self._spread()
        for number, (_, rank) in enumerate(ranks.named()):
            self._simulate(rank, wish, only * 0 - 1, worth)
            if wish.max(initial=-1) >= 0:
                self._simulate(rank, wish, only, worth)
            if not is_large:
                self._try(k.dispatch(native(self.compiled.tables), native(self._empty()), rank, worth, 0.0))
            if number == 0:
                self.build(k.order_by_rank(native(self.compiled.tables), ranks.of_jobs()), worth)
            if self.best is not None and (self.budget.left_s() <= 0 or self.callbacks.should_stop()):
                return
        general.first_plans(self, ranks, worth)

    def build(self, order: Ints, worth: Floats) -> None:
        """Place the units one by one where they fit first; keep the plan if it is better."""
        from rongzhi.engines.scheduling import kernel_construct as k

        self._try(k.serial(native(self.compiled.tables), native(self._empty()), order, worth, 0.0))

    def _spread(self) -> tuple[Ints, Ints]:
        """Return a factory for every one-factory job and a mode for each of its operations, balanced by load."""
        from rongzhi.engines.scheduling.kernel_simulate import spread_jobs

        t = self.compiled.tables
        only = np.full(len(t.op), -1, dtype=np.int64)
        if not t.job[:, a.J_SINGLE].any():
            return np.full(len(t.job), -1, dtype=np.int64), only
        sweeps = int(np.clip(SPREAD_WORK / max(1, len(t.mode)), 20, 150))
        return spread_jobs(native(t), sweeps, SPREAD_POWER, only), only

    def _simulate(self, rank: Floats, wish: Ints, only: Ints, worth: Floats) -> None:
        """Simulate the shop under a rule and place the operations in the order and on the machines it found."""
        from rongzhi.engines.scheduling.kernel_simulate import simulate

        t = self.compiled.tables
        start, mode = np.zeros(len(t.op), dtype=np.int64), np.zeros(len(t.op), dtype=np.int64)
        simulate(native(t), rank[t.op[:, a.O_UNIT]], wish, only, self.fixed, start, mode)
        self.place(start, mode, worth)

    def place(self, start: Ints, mode: Ints, worth: Floats) -> None:
        """Place all operations in order of given starts and in given modes (-1 free); keep the plan if it is better."""
        from rongzhi.engines.scheduling import kernel_construct as k

        t = self.compiled.tables
        rank = start[t.unit_op[t.unit_first[:-1]]].astype(np.float64)
        state = self._empty()
        state.keep[:] = mode
        failed = k.serial(native(t), native(state), k.order_by_rank(native(t), rank), worth, 0.0)
        state.keep[:] = -1
        self._try(failed)

    def take(self, rows: Ints) -> None:
        """Keep a complete plan, given as state rows, as it stands if it is better."""
        from rongzhi.engines.scheduling.kernel_value import evaluate

        construct.load(self.compiled, self.state, rows)
        total = evaluate(native(self.compiled.tables), native(self.state), self.state.value)
        self.keep(self.state.op, self.state.value, total)

    def adopt(self, rows: Ints) -> None:
        """Keep a plan of another search if it is better, under a lexicographic order term by term."""
        from rongzhi.engines.scheduling.kernel_value import evaluate

        order = self.problem.objective.order
        if not order or self.best is None:
            self.take(rows)
            return
        construct.load(self.compiled, self.state, rows)
        total = evaluate(native(self.compiled.tables), native(self.state), self.state.value)
        places = [a.V_HARD, *(list(Term).index(term) for term in order)]
        pairs = [(float(self.state.value[place]), float(self.best_value[place])) for place in places]
        first = next(((new, old) for new, old in pairs if abs(new - old) > 1e-9), None)
        if first is not None and first[0] < first[1]:
            self.best, self.best_value, self.best_total = self.state.op.copy(), self.state.value.copy(), total
            self.note()

    def follow(self, plan: Plan, worth: Floats) -> None:
        """Rebuild a given plan: same machines where they are still allowed, same order; new work comes after."""
        from rongzhi.engines.scheduling import kernel_construct as k

        t, at = self.compiled.tables, {code: row for row, code in enumerate(self.compiled.operation_codes)}
        machine_at = {code: row for row, code in enumerate(self.compiled.machine_codes)}
        rank = np.full(len(t.unit_first) - 1, float(plan.makespan) + 1.0)
        begin = np.zeros(len(t.op), dtype=np.int64)
        state = self._empty()
        for code, machine, start in zip(plan.operation, plan.machine, plan.start.tolist(), strict=True):
            o = at.get(code)
            if o is None:
                continue
            rank[t.op[o, a.O_UNIT]] = min(rank[t.op[o, a.O_UNIT]], start)
            begin[o] = start
            for mode in range(t.op[o, a.O_MODE0], t.op[o, a.O_MODE1]):
                if t.mode[mode, a.M_MACHINE] == machine_at.get(machine):
                    state.keep[o] = mode
                    break
        for is_kept in (True, False):
            if not is_kept:
                state = self._empty()
                state.keep[:] = -1
            with meeting(t, begin, state.keep):
                self._try(k.serial(native(t), native(state), k.order_by_rank(native(t), rank), worth, 0.0))
        state.keep[:] = -1

    def _empty(self) -> a.State:
        construct.restart(self.compiled, self.state, self.fixed)
        return self.state

    def _try(self, failed: int) -> None:
        from rongzhi.engines.scheduling.kernel_value import evaluate

        if failed == 0:
            total = evaluate(native(self.compiled.tables), native(self.state), self.state.value)
            self.keep(self.state.op, self.state.value, total)

    # -- improvement ------------------------------------------------------------------------------------------------

    def improve(self) -> None:
        """Spend the budget on search."""
        if self.best is None and can_prove(self) and not self.is_over():
            prove(self, self.budget.left_s() if self.budget.iteration_limit is None else DETERMINISTIC_S)
        if self.best is None or self.compiled.problem.operation_count < 2:
            return
        order = self.problem.objective.order
        if not order:
            self._sharpen()
            self._search_and_prove(0.0, 1.0)
            return
        proofs = []
        for number, term in enumerate(order):
            self._aim_at(term)
            proofs.append(self._search_and_prove(number / len(order), (number + 1) / len(order)))
            self.caps[list(Term).index(term)] = self.best_value[list(Term).index(term)]
        self.is_proven = all(proofs)

    def search_only(self) -> None:
        """Spend the budget on search, without proofs."""
        if self.problem.objective.order:
            self.improve()
        elif self.best is not None and not self.is_over():
            self._search(1.0)

    def _search_and_prove(self, begin: float, until: float) -> bool:
        """Search, and prove what is small enough; return whether nothing better exists."""
        if not can_prove(self):
            self._search(until)
            return False
        self._search(begin + heuristic_share(self) * (until - begin))
        is_proven = False
        if not self.is_over():
            share = (until - self.budget.fraction(self.iterations)) * (self.budget.time_limit_s or 0.0)
            is_proven = prove(self, share if self.budget.iteration_limit is None else DETERMINISTIC_S)
        if not is_proven:
            self._search(until)
        return is_proven

    def _sharpen(self) -> None:
        """Find a better bound before the search, which then knows when to stop."""
        if self.budget.fraction(self.iterations) >= 1.0:
            return
        rounds = int(np.clip(PRICE_WORK / max(1, len(self.compiled.tables.mode)), 40, 600))
        priced = bounds.priced(self.compiled, self.fixed, float(self.best_value[a.V_MAKESPAN]), rounds)
        if priced is not None and priced.value > self.bound.value:
            self.bound = priced

    def _aim_at(self, term: Term) -> None:
        weight = self.compiled.tables.weight
        weight[:] = 0.0
        weight[list(Term).index(term)] = 1.0
        weight[a.V_HARD] = HARD_WEIGHT
        self.best_total = float(self.best_value @ weight)

    def _search(self, until: float) -> None:
        begin = self.budget.fraction(self.iterations)
        if self.wide is not None and self._search_wide(begin, until):
            return
        is_shop = is_plain(self.compiled.tables, self.fixed)
        if general_projects.is_project(self.compiled.tables, self.fixed):
            general_projects.ProjectSearch(self, until).rounds()
            return
        if not is_shop and general.is_suited(self.compiled.tables):
            general.GeneralSearch(self, begin, until).rounds()
            return
        lane = RemovalLane(self, 0, begin, until)
        if is_shop:
            if can_split(self.compiled.tables):
                if can_distribute(self.compiled.tables):
                    DistributedSearch(self).rounds(until)
                else:
                    self._search_split(lane, until)
                return
            MakespanSearch(self, lane).rounds(until)
            return
        while not self.is_over() and self.budget.fraction(self.iterations) < until:
            lane.follow()
            lane.work(CHUNK_S, FIXED_CHUNK)
            lane.offer()

    def _search_wide(self, begin: float, until: float) -> bool:
        """Dispatch again and again; return whether there is nothing left to do after that."""
        assert self.wide is not None
        is_single = len(self.compiled.tables.mode) == len(self.compiled.tables.op)
        if is_single and len(self.compiled.tables.op) > MOST_TABU:
            self.wide.rounds(until, 10**9)
            return True
        self.wide.rounds(begin + WIDE_SHARE * (until - begin), WIDE_PATIENCE)
        return self.is_over()

    def _search_split(self, lane: RemovalLane, until: float) -> None:
        """Search factory by factory; in networks that are not too large also across factories."""
        split = SplitSearch(self)
        is_large = len(self.compiled.tables.mode) > LARGE_MODES
        while not self.is_over() and self.budget.fraction(self.iterations) < until:
            split.round()
            if not is_large:
                lane.follow()
                lane.work(2 * CHUNK_S, FIXED_CHUNK)
                lane.offer()

    # -- the result -------------------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """Return the best plan."""
        assert self.best is not None
        construct.load(self.compiled, self.state, self.best)  # brings the changeovers up to date
        return self.compiled.plan(self.state.op)

    def _why_not(self, broken: list[Finding]) -> tuple[Status, tuple[Finding, ...]]:
        """Return what is known of a problem without a valid plan: the rules the best plan breaks, and why."""
        seconds = float(np.clip(self.budget.left_s(), *WHY_S)) if self.budget.time_limit_s is not None else None
        conflict = infeasible.find_conflict(self.problem, seconds=seconds, should_stop=self.callbacks.should_stop)
        if conflict is not None:
            return Status.INFEASIBLE, (*broken, *infeasible.findings_of(self.problem, conflict))
        status = Status.INFEASIBLE if self.is_proven_infeasible else Status.UNKNOWN
        return status, (*broken, *([] if self.is_proven_infeasible else [infeasible.suspected()]))

    def result(self) -> Result:
        """Return what is known."""
        seconds = self.budget.elapsed_s
        common = {"seed": self.seed, "iterations": self.iterations, "seconds": seconds, "trace": tuple(self.trace)}
        if self.best is None:
            status, said = self._why_not([no_plan_found()])
            return Result(status, None, bound=self.bound, explanation=said, **common)  # type: ignore[arg-type]
        plan = self.plan()
        found = objective.values(self.problem, plan, self.former)
        total = objective.total(self.problem.objective, found)
        status = Status.FEASIBLE
        explanation: tuple[Finding, ...] = ()
        if self.best_value[a.V_HARD] > 0:
            status, explanation = self._why_not(broken_rules(self.problem, plan))
        elif total <= self.bound.value + 1e-9 * max(1.0, abs(total)):
            status = Status.OPTIMAL
        bound = Bound(self.bound.name, min(self.bound.value, total))
        if self.is_proven and status is Status.FEASIBLE:
            status, bound = Status.OPTIMAL, Bound("cp-sat", total)
        elif len(self.problem.objective.order) > 1 and status is Status.OPTIMAL:
            status = Status.FEASIBLE  # only the first term is proven
        return Result(status, plan, found, total, bound, explanation=explanation, **common)  # type: ignore[arg-type]
