"""Safety for a wished service level: dates that are kept surely enough, and time left free before operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling.arrays import NEVER, Ints
from rongzhi.engines.scheduling.lots import as_parts
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Plan
from rongzhi.engines.scheduling.robust.network import weave
from rongzhi.engines.scheduling.robust.outlook import Outlook, Share
from rongzhi.engines.scheduling.robust.simulate import Blocks, check_input, run_network, simulate
from rongzhi.engines.scheduling.robust.spreads import Uncertainty
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.kernel_robust import Flags

_ROUNDS = 200  # how often what largest waits tie together is put off in turn


@dataclass(frozen=True, slots=True)
class SafeDate:
    """A date that may be quoted for a job.

    Parameters
    ----------
    job : str
    planned : int
        Completion in the plan, time units.
    date : int or None
        Earliest date kept in at least the wished share of the runs, time units; None if no date is.
    extra : int
        ``date - planned``: the least extra time for the service level, time units (negative if the plan is slack).
    kept : Share or None
        How surely the date is kept in runs with another seed, which had no part in choosing it.
    due : int or None
    is_due_safe : bool
        Whether the due date is not before the safe date (or there is none).
    """

    job: str
    planned: int
    date: int | None
    extra: int
    kept: Share | None
    due: int | None
    is_due_safe: bool


@dataclass(frozen=True, slots=True)
class Buffered:
    """A plan with time left free before operations.

    Parameters
    ----------
    plan : Plan
        Valid for the same problem; starts are never earlier than before.
    buffers : mapping of str to int
        By operation: time units its planned start was put off; only those that were.
    before, after : Outlook
        Of the plan without and with buffers, both with the checking seed.
    """

    plan: Plan
    buffers: dict[str, int]
    before: Outlook
    after: Outlook

    @property
    def start_kept_before(self) -> float:
        """Mean share of operations that start as planned, without buffers."""
        return _kept(self.before)

    @property
    def start_kept_after(self) -> float:
        """Mean share of operations that start as planned, with buffers."""
        return _kept(self.after)


def safe_dates(
    problem: Problem,
    plan: Plan,
    uncertainty: Uncertainty,
    *,
    service_level: float = 0.95,
    runs: int = 200,
    seed: int = 0,
    may_start_early: bool = False,
) -> tuple[SafeDate, ...]:
    """Return for each job the earliest date it keeps with a wished probability, checked on fresh runs.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        Complete and valid.
    uncertainty : Uncertainty
    service_level : float
        Wished probability, above 0 and below 1.
    runs, seed : int
        The dates are chosen with ``seed`` and checked with ``seed + 1``.
    may_start_early : bool
        As for `simulate`.
    """
    _check_level(service_level)
    outlook = simulate(problem, plan, uncertainty, runs=runs, seed=seed, may_start_early=may_start_early)
    fresh = run_network(problem, plan, outlook.woven, uncertainty, runs=runs, seed=seed + 1)
    planned = plan.completion(problem)
    found = []
    for job in problem.jobs:
        date = outlook.quantile(job.code, service_level)
        if date >= NEVER:
            found.append(SafeDate(job.code, planned[job.code], None, 0, None, job.due, is_due_safe=job.due is None))
            continue
        found.append(
            SafeDate(
                job.code,
                planned[job.code],
                date,
                date - planned[job.code],
                fresh.probability(job.code, date),
                job.due,
                is_due_safe=job.due is None or date <= job.due,
            )
        )
    return tuple(found)


def with_buffers(
    problem: Problem,
    plan: Plan,
    uncertainty: Uncertainty,
    *,
    service_level: float = 0.8,
    operations: Sequence[str] | None = None,
    runs: int = 200,
    seed: int = 0,
) -> Buffered:
    """Put off planned starts so that operations start as planned with a wished probability.

    Each start goes to the quantile of its starts over the runs, given the buffers before it, so that people,
    material and transport are called for a moment that will most probably be kept. Jobs do not get safer by waiting:
    the gain is calm on the shop floor, the price is that planned completions are later.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        Complete and valid.
    uncertainty : Uncertainty
    service_level : float
        Wished probability of each start, above 0 and below 1.
    operations : sequence of str, optional
        Leave time before these only (for instance ``[each.operation for each in outlook.critical(20)]``).
    runs, seed : int
        Buffers are chosen with ``seed`` and checked with ``seed + 1``.
    """
    _check_level(service_level)
    check_input(problem, plan, uncertainty, runs)
    problem, plan = as_parts(problem, plan)
    chosen = set(operations) if operations is not None else None
    wanted = np.array([chosen is None or each.code in chosen for _, each in problem.operations()], dtype=np.bool_)
    moved = _moved(problem, plan, uncertainty, wanted, service_level, runs, seed)
    before = simulate(problem, plan, uncertainty, runs=runs, seed=seed + 1)
    after = simulate(problem, moved, uncertainty, runs=runs, seed=seed + 1)
    buffers = {
        code: int(late)
        for code, late in zip(plan.operation, (moved.start - plan.start).tolist(), strict=True)
        if late > 0
    }
    return Buffered(moved, buffers, before, after)


def _moved(  # noqa: PLR0917
    problem: Problem, plan: Plan, uncertainty: Uncertainty, wanted: Flags, level: float, runs: int, seed: int
) -> Plan:
    """Return the plan with starts put off and everything after them moved along."""
    from rongzhi.engines.scheduling.kernel_robust import D_AFTER, D_BEFORE, D_MAX_WAIT, P_FLOOR, Draws, put_off

    woven = weave(problem, plan, may_start_early=False)
    net, n = woven.network, len(woven.operations)
    draws, rank = Blocks(woven, uncertainty, seed).first(runs), max(1, int(np.ceil(level * runs - 1e-9))) - 1
    none, nothing = np.full(n, -1, dtype=np.int64), np.zeros((0, 1))
    usual = Draws(none, nothing, none, nothing, none, nothing)
    start, end, when, done = (np.zeros((n, size), dtype=np.int64) for size in (runs, runs, 1, 1))
    tied = net.edge[net.edge[:, D_MAX_WAIT] >= 0]
    for _ in range(_ROUNDS):
        put_off(net, draws, usual, wanted, rank, start, end, when, done)
        over = when[tied[:, D_AFTER], 0] - done[tied[:, D_BEFORE], 0] - tied[:, D_MAX_WAIT]
        if not (over > 0).any():
            return _rewritten(problem, plan, when[:, 0], done[:, 0])
        for row in np.flatnonzero(over > 0):  # what must not wait longer is put off as well
            before = tied[row, D_BEFORE]
            net.op[before, P_FLOOR] = when[before, 0] + over[row]
    return plan


def _rewritten(problem: Problem, plan: Plan, start: Ints, end: Ints) -> Plan:
    """Return a plan with other times; the end of each set-up follows."""
    from rongzhi.engines.scheduling.promise.board import Board

    board = Board(problem, plan)
    at = {operation.code: row for row, (_, operation) in enumerate(problem.operations())}
    rows = []
    for row in plan:
        o = at[row.operation]
        if start[o] == row.start and end[o] == row.end:
            rows.append(row)
            continue
        way = board.way(board.operations[row.operation], row.mode)
        new = way.assignment(int(start[o]), int(end[o]))
        rows.append(type(row)(new.operation, new.machine, new.mode, new.start, new.setup_end, new.end, row.changeover))
    return Plan.of(rows)


def _kept(outlook: Outlook) -> float:
    from rongzhi.engines.scheduling.kernel_robust import T_KEPT

    return float(outlook.sums[:, T_KEPT].mean() / outlook.runs) if len(outlook.sums) else 1.0


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise Rejected(
            [
                Finding(
                    "bad-service-level",
                    "service_level",
                    Text(f"服务水平 {level:g} 不在 0 与 1 之间", f"service level {level:g} is not between 0 and 1"),
                    Text("例如填 0.95", "give, for instance, 0.95"),
                )
            ]
        )
