"""How nervous a change of plan is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Plan, Times

HALF_LIFE = {"min": 1440, "s": 86_400}
"""A day: how far ahead a change has to be to count half as much as one right now, time units."""


@dataclass(frozen=True, slots=True)
class Shifted:
    """A job that ends at another time than before.

    Parameters
    ----------
    job : str
    before, after : int
        Completion, time units.
    due : int or None
        After the change.
    """

    job: str
    before: int
    after: int
    due: int | None

    @property
    def delay(self) -> int:
        """Time units later (negative: earlier)."""
        return self.after - self.before

    @property
    def lateness(self) -> int | None:
        """Completion minus due date afterwards, time units; None without due date."""
        return None if self.due is None else self.after - self.due


@dataclass(frozen=True, slots=True)
class Stability:
    """What changed between two plans.

    Parameters
    ----------
    operations : int
        How many operations both plans have.
    moved : int
        With another start or machine.
    moved_machines : int
    shift_total, shift_max : int
        Of the starts, time units.
    jobs_moved : int
        Jobs of both plans with another completion.
    newly_late : tuple of str
        Jobs that were on time and no longer are.
    tardiness_before, tardiness_after : float
        Weighted; before by the old due dates, after by the new.
    added, removed : int
        Operations only one plan has.
    near_share : float
        Share of moved operations, each weighted by how near its old start was: half for each day ahead of now.
    near_shift : float
        Mean shift of the starts weighted in the same way, time units.
    shifted : tuple of Shifted
        Jobs that end at another time, largest delay first.
    """

    operations: int
    moved: int
    moved_machines: int
    shift_total: int
    shift_max: int
    jobs_moved: int
    newly_late: tuple[str, ...]
    tardiness_before: float
    tardiness_after: float
    added: int = 0
    removed: int = 0
    near_share: float = 0.0
    near_shift: float = 0.0
    shifted: tuple[Shifted, ...] = ()

    @property
    def share_moved(self) -> float:
        """Moved operations over all operations."""
        return self.moved / self.operations if self.operations else 0.0

    @property
    def shift_mean(self) -> float:
        """Mean shift of the starts over all operations, time units."""
        return self.shift_total / self.operations if self.operations else 0.0


def measure(
    problem: Problem, before: Plan, after: Plan, *, changed: Problem | None = None, now: int = 0, half_life: int = 0
) -> Stability:
    """Compare two plans.

    Parameters
    ----------
    problem : Problem
        Of the plan before.
    before, after : Plan
    changed : Problem, optional
        Of the plan after, if it is another.
    now : int
        From which nearness counts, time units.
    half_life : int
        Distance at which a change counts half, time units; 0 is a day.
    """
    first, second = _rows(before, after)
    starts, shifts = before.start[first], np.abs(after.start[second] - before.start[first])
    machines = _other_machine(before, after, first, second)
    is_moved = (shifts > 0) | machines
    ahead = np.maximum(0, starts - now) / (half_life or HALF_LIFE[problem.time_unit])
    weight = 0.5 ** np.minimum(ahead, 1000)
    total = float(weight.sum()) or 1.0
    old, new = before.completion(problem), after.completion(changed or problem)
    jobs = {job.code: job for job in (changed or problem).jobs}
    known = [(job, jobs[job.code]) for job in problem.jobs if job.code in jobs]
    shifted = [
        Shifted(job.code, old[job.code], new[job.code], then.due)
        for job, then in known
        if old[job.code] != new[job.code]
    ]
    return Stability(
        operations=len(first),
        moved=int(is_moved.sum()),
        moved_machines=int(machines.sum()),
        shift_total=int(shifts.sum()),
        shift_max=int(shifts.max(initial=0)),
        jobs_moved=len(shifted),
        newly_late=tuple(
            job.code
            for job, then in known
            if (job.due is None or old[job.code] <= job.due) and then.due is not None and new[job.code] > then.due
        ),
        tardiness_before=_tardiness(problem, old),
        tardiness_after=_tardiness(changed or problem, new),
        added=len(after) - len(second),
        removed=len(before) - len(first),
        near_share=float((weight * is_moved).sum()) / total,
        near_shift=float((weight * shifts).sum()) / total,
        shifted=tuple(sorted(shifted, key=lambda each: (-each.delay, each.job))),
    )


def _rows(before: Plan, after: Plan) -> tuple[Times, Times]:
    """Return the rows of the operations both plans have."""
    if before.operation == after.operation:
        same = np.arange(len(before), dtype=np.int64)
        return same, same
    at = {code: row for row, code in enumerate(after.operation)}
    pairs = [(row, at[code]) for row, code in enumerate(before.operation) if code in at]
    first, second = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True)) if pairs else ([], [])
    return np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)


def _other_machine(before: Plan, after: Plan, first: Times, second: Times) -> np.ndarray:
    if before.machine == after.machine and len(first) == len(before.machine):
        return np.zeros(len(first), dtype=np.bool_)
    old, new = np.array(before.machine, dtype=object), np.array(after.machine, dtype=object)
    return np.asarray(old[first] != new[second], dtype=np.bool_)


def _tardiness(problem: Problem, ends: dict[str, int]) -> float:
    return float(sum(job.weight * max(0, ends[job.code] - job.due) for job in problem.jobs if job.due is not None))
