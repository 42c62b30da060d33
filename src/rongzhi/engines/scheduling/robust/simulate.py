"""Running a plan under uncertainty, by a compiled kernel; the random streams are kept apart by cause and operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling.arrays import NEVER, Floats, Ints
from rongzhi.engines.scheduling.lots import as_parts
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Plan
from rongzhi.engines.scheduling.robust.network import Woven, weave
from rongzhi.engines.scheduling.robust.outlook import Outlook
from rongzhi.engines.scheduling.robust.spreads import Exactly, Spread, Uncertainty
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.streams import stream
from rongzhi.kernel.text import Text

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.kernel_robust import Draws

BLOCK = 256  # runs for which each operation has a stream of its own; part of what a seed means
_CELLS = 2_000_000  # operations times runs that are held at once


def simulate(
    problem: Problem,
    plan: Plan,
    uncertainty: Uncertainty,
    *,
    runs: int = 200,
    seed: int = 0,
    may_start_early: bool = False,
    with_starts: bool = False,
    should_stop: Callable[[], bool] | None = None,
) -> Outlook:
    """Run a plan many times with times that differ from the plan, and say which dates are kept.

    Every run keeps the plan's machines, the sequence on each of them and the order in which resources are handed on;
    what cannot start as planned starts as soon as it can (right shift), within calendars and after changeovers,
    transport and prescribed waits. An operation that may not span a break but is drawn longer than any working
    interval goes on after the break. Of running work the time left is uncertain, not its start.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        Complete and valid. Parts of divided lots are operations of their own (``code#1``).
    uncertainty : Uncertainty
    runs : int
        At least 1. The same seed gives the same draws to an operation whatever else is in the plan.
    seed : int
    may_start_early : bool
        Whether an operation may start before its planned start when all before it is done.
    with_starts : bool
        Keep the start of every operation in every run (operations times runs times 8 bytes).
    should_stop : callable, optional
        Asked now and then; the runs done so far count.

    Raises
    ------
    Rejected
        The uncertainty is not well formed, or the plan lacks operations.
    """
    check_input(problem, plan, uncertainty, runs)
    problem, plan = as_parts(problem, plan)
    woven = weave(problem, plan, may_start_early=may_start_early)
    return run_network(
        problem, plan, woven, uncertainty, runs=runs, seed=seed, with_starts=with_starts, should_stop=should_stop
    )


def run_network(
    problem: Problem,
    plan: Plan,
    woven: Woven,
    uncertainty: Uncertainty,
    *,
    runs: int,
    seed: int,
    with_starts: bool = False,
    should_stop: Callable[[], bool] | None = None,
) -> Outlook:
    """Run a network that was woven before; see `simulate`."""
    from rongzhi.engines.scheduling.kernel_robust import T_WIDTH, run_all, sum_up

    net, n = woven.network, len(woven.operations)
    step = int(np.clip(_CELLS // max(1, n), 8, BLOCK))
    due = np.array([NEVER if job.due is None else job.due for job in problem.jobs], dtype=np.int64)
    weight = np.array([job.weight for job in problem.jobs], dtype=np.float64)
    completion = np.repeat(np.array([[job.release] for job in problem.jobs], dtype=np.int64).reshape(-1, 1), runs, 1)
    sums, broken = np.zeros((n, T_WIDTH)), np.zeros(runs, dtype=np.int64)
    starts: Ints | None = np.zeros((n, runs), dtype=np.int64) if with_starts else None
    done, blocks = 0, Blocks(woven, uncertainty, seed)
    while done < runs and not (done and should_stop is not None and should_stop()):
        block, since = divmod(done, BLOCK)
        draws = blocks.draws(block)
        size = min(step, runs - done, BLOCK - since)
        start, end = np.zeros((n, size), dtype=np.int64), np.zeros((n, size), dtype=np.int64)
        why = np.full((n, size), -1, dtype=np.int32)
        run_all(net, draws, since, start, end, why, broken[done : done + size])
        part = completion[:, done : done + size].copy()
        sum_up(net, start, end, why, due, weight, part, sums)
        completion[:, done : done + size] = part
        if starts is not None:
            starts[:, done : done + size] = start
        done += size
    return Outlook.of(
        problem, plan, woven, completion[:, :done], sums, broken[:done], None if starts is None else starts[:, :done]
    )


class Blocks:
    """Draws for blocks of runs; the last block is kept."""

    def __init__(self, woven: Woven, uncertainty: Uncertainty, seed: int) -> None:
        self._woven, self._uncertainty, self._seed = woven, uncertainty, seed
        self._block = -1
        self._draws: Draws | None = None

    def draws(self, block: int) -> Draws:
        """Return the draws of a block."""
        if self._draws is None or block != self._block:
            self._block, self._draws = block, self._drawn(block)
        return self._draws

    def first(self, runs: int) -> Draws:
        """Return the draws of the first runs, side by side."""
        from rongzhi.engines.scheduling.kernel_robust import Draws

        parts = [self._drawn(block) for block in range(-(-runs // BLOCK))]
        run = np.hstack([part.run for part in parts])
        setup = np.hstack([part.setup for part in parts])
        lost = np.hstack([part.lost for part in parts])
        return Draws(parts[0].run_row, run, parts[0].setup_row, setup, parts[0].lost_row, lost)

    def _drawn(self, block: int) -> Draws:
        from rongzhi.engines.scheduling.kernel_robust import P_RUN, P_SETUP, Draws

        woven, given = self._woven, self._uncertainty
        planned = woven.network.op
        run_row, run = self._ratios("run", block, self._spreads(), planned[:, P_RUN])
        setups = [given.setups] * len(woven.operations)
        setup_row, setup = self._ratios("setup", block, setups, planned[:, P_SETUP])
        lost_row, lost = self._lost(block, run_row, run)
        return Draws(run_row, run, setup_row, setup, lost_row, lost)

    def _spreads(self) -> list[Spread | None]:
        find = self._uncertainty.of_run
        pairs = zip(self._woven.operations, self._woven.machines, strict=True)
        return [find(operation.code, machine, operation.family) for operation, machine in pairs]

    def _ratios(self, cause: str, block: int, spreads: list[Spread | None], planned: Ints) -> tuple[Ints, Floats]:
        row, found = np.full(len(spreads), -1, dtype=np.int64), list[Floats]()
        for o, spread in enumerate(spreads):
            if spread is None or not planned[o] or spread == Exactly():
                continue
            row[o] = len(found)
            found.append(spread.draw(stream(self._seed, cause, self._woven.operations[o].code, block), BLOCK))
        return row, np.array(found, dtype=np.float64).reshape(len(found), BLOCK)

    def _lost(self, block: int, run_row: Ints, run: Floats) -> tuple[Ints, Floats]:
        from rongzhi.engines.scheduling.kernel_robust import P_RUN, P_SETUP

        planned, downs = self._woven.network.op, self._uncertainty.breakdowns
        row, found = np.full(len(run_row), -1, dtype=np.int64), list[Floats]()
        for o, machine in enumerate(self._woven.machines):
            down = downs.get(machine)
            if down is None:
                continue
            ratio = run[run_row[o]] if run_row[o] >= 0 else np.ones(BLOCK)
            work = planned[o, P_SETUP] + planned[o, P_RUN] * ratio
            row[o] = len(found)
            found.append(down.draw(stream(self._seed, "breakdown", self._woven.operations[o].code, block), work))
        return row, np.array(found, dtype=np.float64).reshape(len(found), BLOCK)


def check_input(problem: Problem, plan: Plan, uncertainty: Uncertainty, runs: int) -> None:
    """Raise `Rejected` if the uncertainty is not well formed or the plan lacks operations."""
    findings = uncertainty.check()
    if runs < 1:
        findings.error(
            "no-runs", "runs", Text("至少需要 1 次模拟", "at least 1 run is needed"), Text("改正", "mend it")
        )
    missing = [operation.code for _, operation in problem.operations() if operation.code not in plan]
    findings.extend(
        Finding(
            "not-planned",
            code,
            Text(f"计划中没有工序“{code}”", f"operation '{code}' is not in the plan"),
            Text("给出完整计划", "give a complete plan"),
        )
        for code in missing[:20]
    )
    if not findings.is_clean:
        raise Rejected(list(findings))
