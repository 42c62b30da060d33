"""How nervous a change of plan is."""

from __future__ import annotations

from dataclasses import dataclass

from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Plan


@dataclass(frozen=True, slots=True)
class Stability:
    """What changed between two plans of the same operations.

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
        Jobs with another completion.
    newly_late : tuple of str
        Jobs that were on time and no longer are.
    tardiness_before, tardiness_after : float
        Weighted.
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

    @property
    def share_moved(self) -> float:
        """Moved operations over all operations."""
        return self.moved / self.operations if self.operations else 0.0


def measure(problem: Problem, before: Plan, after: Plan) -> Stability:
    """Compare two plans of a problem."""
    pairs = [(row, after[row.operation]) for row in before if row.operation in after]
    shifts = [abs(then.start - now.start) for then, now in pairs]
    first, second = before.completion(problem), after.completion(problem)
    dated = [(job, job.due) for job in problem.jobs if job.due is not None]
    return Stability(
        operations=len(pairs),
        moved=sum(then.start != now.start or then.machine != now.machine for then, now in pairs),
        moved_machines=sum(then.machine != now.machine for then, now in pairs),
        shift_total=sum(shifts),
        shift_max=max(shifts, default=0),
        jobs_moved=sum(first[job.code] != second[job.code] for job in problem.jobs),
        newly_late=tuple(job.code for job, due in dated if first[job.code] <= due < second[job.code]),
        tardiness_before=sum(job.weight * max(0, first[job.code] - due) for job, due in dated),
        tardiness_after=sum(job.weight * max(0, second[job.code] - due) for job, due in dated),
    )
