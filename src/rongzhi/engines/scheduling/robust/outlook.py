"""What many runs of a plan say: how surely each date is kept, when jobs end, and which operations it hangs on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rongzhi.engines.scheduling.arrays import NEVER, Floats, Ints
from rongzhi.engines.scheduling.model import Job, Problem
from rongzhi.engines.scheduling.result import Plan
from rongzhi.engines.scheduling.robust.network import Woven
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text

Z95 = 1.959963984540054  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """A probability estimated from runs, with its 95 % confidence interval (Wilson).

    Parameters
    ----------
    hits, runs : int
    """

    hits: int
    runs: int

    @property
    def value(self) -> float:
        """Hits over runs."""
        return self.hits / self.runs

    @property
    def low(self) -> float:
        """Lower end of the confidence interval."""
        return max(0.0, self._middle() - self._half()) if self.hits else 0.0

    @property
    def high(self) -> float:
        """Upper end of the confidence interval."""
        return min(1.0, self._middle() + self._half()) if self.hits < self.runs else 1.0

    def _middle(self) -> float:
        return (self.value + Z95**2 / (2 * self.runs)) / (1 + Z95**2 / self.runs)

    def _half(self) -> float:
        spread = self.value * (1 - self.value) / self.runs + Z95**2 / (4 * self.runs**2)
        return Z95 * math.sqrt(spread) / (1 + Z95**2 / self.runs)

    def __str__(self) -> str:
        return f"{self.value:.0%} ({self.low:.0%} - {self.high:.0%})"


@dataclass(frozen=True, slots=True)
class JobOutlook:
    """How a job fares over the runs; times in time units.

    Parameters
    ----------
    job : str
    due : int or None
    planned : int
        Completion in the plan.
    on_time : Share or None
        Completion not after the due date; None without one.
    as_planned : Share
        Completion not after the planned one.
    mean : float
        Mean completion.
    tardiness : float
        Mean of ``max(0, completion - due)``, not weighted; 0 without a due date.
    """

    job: str
    due: int | None
    planned: int
    on_time: Share | None
    as_planned: Share
    mean: float
    tardiness: float


@dataclass(frozen=True, slots=True)
class Critical:
    """How much hangs on an operation.

    Parameters
    ----------
    operation, machine : str
    criticality : float
        Share of the runs in which it lies on the chain that decides the end of all work.
    late_share : float
        Share of the runs in which it lies on the chain of a late job.
    tardiness : float
        Mean weighted tardiness of the jobs whose chain goes through it, weight times time units per run. The sum over
        operations is larger than the plan's, because a chain has many operations.
    start_kept : float
        Share of the runs in which it starts not later than planned.
    delay : float
        Mean delay of its start, time units.
    """

    operation: str
    machine: str
    criticality: float
    late_share: float
    tardiness: float
    start_kept: float
    delay: float


@dataclass(frozen=True)
class Outlook:
    """The runs of a plan.

    Parameters
    ----------
    runs : int
    completion : ndarray (jobs, runs), time units
        `arrays.NEVER` (4e15) where a calendar ends before the work is done.
    sums : ndarray (operations, 5)
    broken_waits : ndarray (runs,)
        Largest waits (no-wait, time windows between operations) that were exceeded: nobody can know beforehand how
        long work will take, so a late machine may break them.
    starts : ndarray (operations, runs) or None
    """

    problem: Problem
    plan: Plan
    woven: Woven
    runs: int
    completion: Ints
    sums: Floats
    broken_waits: Ints
    starts: Ints | None

    @classmethod
    def of(  # noqa: PLR0917
        cls,
        problem: Problem,
        plan: Plan,
        woven: Woven,
        completion: Ints,
        sums: Floats,
        broken: Ints,
        starts: Ints | None,
    ) -> Outlook:
        """Gather what the kernel gave."""
        return cls(problem, plan, woven, completion.shape[1], completion, sums, broken, starts)

    @cached_property
    def _row(self) -> dict[str, int]:
        return {job.code: row for row, job in enumerate(self.problem.jobs)}

    @cached_property
    def _planned(self) -> dict[str, int]:
        return self.plan.completion(self.problem)

    def completions(self, job: str) -> Ints:
        """Return the completion of a job in every run (runs,), time units.

        Raises
        ------
        NotFound
            If the problem has no such job.
        """
        if job not in self._row:
            raise NotFound(Text(f"没有作业“{job}”", f"there is no job '{job}'"), where=job)
        found: Ints = self.completion[self._row[job]]
        return found

    def quantile(self, job: str, probability: float) -> int:
        """Return the earliest date a job kept in at least this share of the runs, time units."""
        rank = max(1, math.ceil(probability * self.runs - 1e-9))
        return int(np.partition(self.completions(job), rank - 1)[rank - 1])

    def probability(self, job: str, moment: int) -> Share:
        """Return how surely a job ends not after a moment (time units)."""
        return Share(int((self.completions(job) <= moment).sum()), self.runs)

    def job(self, code: str) -> JobOutlook:
        """Return how a job fares."""
        ends = self.completions(code)
        job: Job = self.problem.jobs[self._row[code]]
        late: Ints = np.maximum(0, ends - job.due) if job.due is not None else np.zeros(1, dtype=np.int64)
        return JobOutlook(
            code,
            job.due,
            self._planned[code],
            None if job.due is None else self.probability(code, job.due),
            self.probability(code, self._planned[code]),
            _mean(ends),
            _mean(late, ends),
        )

    @property
    def jobs(self) -> tuple[JobOutlook, ...]:
        """Every job, in the order of the problem."""
        return tuple(self.job(job.code) for job in self.problem.jobs)

    @cached_property
    def tardiness(self) -> Floats:
        """Weighted tardiness of every run (runs,), weight times time units."""
        total = np.zeros(self.runs)
        for row, job in enumerate(self.problem.jobs):
            if job.due is not None:
                late = np.maximum(0, self.completion[row] - job.due).astype(np.float64)
                total += job.weight * np.where(self.completion[row] >= NEVER, np.inf, late)
        return total

    @property
    def mean_tardiness(self) -> float:
        """Mean weighted tardiness, weight times time units."""
        return float(self.tardiness.mean())

    @property
    def mean_tardiness_error(self) -> float:
        """Standard error of `mean_tardiness`."""
        if self.runs < 2 or not np.isfinite(self.tardiness).all():
            return math.inf
        return float(self.tardiness.std(ddof=1) / math.sqrt(self.runs))

    @cached_property
    def makespan(self) -> Ints:
        """Latest completion of every run (runs,), time units."""
        found: Ints = self.completion.max(axis=0, initial=0)
        return found

    @property
    def late_jobs(self) -> float:
        """Mean number of late jobs."""
        dated = [(row, job.due) for row, job in enumerate(self.problem.jobs) if job.due is not None]
        return float(sum((self.completion[row] > due).mean() for row, due in dated))

    def critical(self, count: int | None = None) -> tuple[Critical, ...]:
        """Return operations by how much tardiness hangs on them, then by criticality; the first ``count``."""
        share = self.sums / self.runs
        order = np.lexsort((-share[:, 0], -share[:, 2]))[: len(share) if count is None else count]
        return tuple(self._critical(int(o), share[o]) for o in order)

    def operation(self, code: str) -> Critical:
        """Return how much hangs on one operation.

        Raises
        ------
        NotFound
            If the problem has no such operation.
        """
        for o, operation in enumerate(self.woven.operations):
            if operation.code == code:
                return self._critical(o, self.sums[o] / self.runs)
        raise NotFound(Text(f"没有工序“{code}”", f"there is no operation '{code}'"), where=code)

    def _critical(self, o: int, share: Floats) -> Critical:
        operation, machine = self.woven.operations[o].code, self.woven.machines[o]
        return Critical(operation, machine, *(float(each) for each in share))


def _mean(values: Ints, ends: Ints | None = None) -> float:
    looked = values if ends is None else ends
    return math.inf if (looked >= NEVER).any() else float(values.mean())
