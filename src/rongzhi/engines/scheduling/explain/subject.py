"""A plan under question: the live structure of a promise, plus who follows whom."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager

from rongzhi.engines.scheduling.lots import as_parts
from rongzhi.engines.scheduling.model import Job, Operation, Precedence, Problem
from rongzhi.engines.scheduling.promise.board import Board, Way
from rongzhi.engines.scheduling.promise.order import Route
from rongzhi.engines.scheduling.promise.placing import FASTEST, Placed, Placer
from rongzhi.engines.scheduling.promise.reasons import When
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text


class Subject:
    """A problem and its plan, ready for questions.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        Complete and valid; parts of divided lots are asked for as ``code#1``.
    when : callable
        Writes a moment (time units) for people.
    """

    def __init__(self, problem: Problem, plan: Plan, when: When = str) -> None:
        problem, plan = as_parts(problem, plan)
        self.problem = problem
        self.board = Board(problem, plan)
        self.when = when
        self.jobs = {job.code: job for job in problem.jobs}
        self.job_of = {operation.code: job for job in problem.jobs for operation in job.operations}
        self.pinned = {pin.operation: pin.machine for pin in problem.pins if pin.machine is not None}
        self.before: dict[str, list[Precedence]] = {}
        self.after: dict[str, list[Precedence]] = {}
        for link in problem.precedences:
            self.before.setdefault(link.after, []).append(link)
            self.after.setdefault(link.before, []).append(link)

    def job(self, code: str) -> Job:
        """Return a job, or raise NotFound."""
        if code not in self.jobs:
            raise NotFound(Text(f"没有作业“{code}”", f"there is no job '{code}'"), where=code)
        return self.jobs[code]

    def row(self, code: str) -> Assignment:
        """Return where an operation is planned, or raise NotFound."""
        if code not in self.board.planned:
            raise NotFound(Text(f"计划中没有工序“{code}”", f"operation '{code}' is not in the plan"), where=code)
        return self.board.planned[code]

    def placed(self, code: str) -> Placed:
        """Return way, start and end of a planned operation."""
        row = self.board.planned[code]
        return self.board.way(self.board.operations[code], row.mode), row.start, row.end

    def completion(self, job: Job) -> int:
        """Return the end of a job, time units."""
        return max((self.row(each.code).end for each in job.operations), default=job.release)

    @contextmanager
    def without(self, codes: Iterable[str]) -> Iterator[None]:
        """Take operations off the board for a while."""
        taken: list[tuple[Operation, Assignment]] = [(self.board.operations[c], self.board.planned[c]) for c in codes]
        for operation, row in taken:
            self.board.take(operation, row)
        try:
            yield
        finally:
            for operation, row in taken:
                self.board.put(operation, row)

    def again(
        self, job: Job, free: Iterable[str], ways: dict[str, list[Way]] | None = None
    ) -> dict[str, Placed] | None:
        """Return where some operations of a job would go if everything else stayed; None if nowhere.

        Parameters
        ----------
        job : Job
            As it is, or with other dates.
        free : iterable of str
            Operations to place anew; they must be off the board.
        ways : dict of str to list of Way, optional
            Allowed ways; those of the plan for operations not named.
        """
        codes = set(free)
        part = Job(
            job.code,
            tuple(each for each in job.operations if each.code in codes),
            job.release,
            None,
            job.deadline,
            job.weight,
            job.single_factory,
            job.factories,
        )
        links = [link for code in codes for link in self.before.get(code, ())]
        route = Route.of([part], links)
        if route is None:
            return None
        placer = Placer(self.board, route, 0)
        placer.ways = {code: (ways or {}).get(code) or [self.placed(code)[0]] for code in codes}
        placement = placer.place(FASTEST)
        if placement.stuck is not None:
            return None
        found = dict(placement.placed)
        placer.undo(placement)
        return found if self.keeps_followers(found) else None

    def keeps_followers(self, found: dict[str, Placed], moved: Container[str] = ()) -> bool:
        """Return whether all that is neither placed anew nor in ``moved`` is late enough after what was placed."""
        from rongzhi.engines.scheduling.promise.board import after_limits

        for code, placed in found.items():
            for link in self.after.get(code, ()):
                if link.after not in found and link.after not in moved:
                    way, start, end = self.placed(link.after)
                    earliest, latest, min_end = after_limits(self.board, link, placed, way)
                    if start < earliest or end < min_end or 0 <= latest < start:
                        return False
        return True

    def free_operations(self, job: Job) -> list[str]:
        """Return the operations of a job that are not started or frozen."""
        return [each.code for each in job.operations if each.code not in self.board.fixed]

    def ways(self, job: Job, code: str) -> list[Way]:
        """Return the ways an operation may take under allowed factories and pinned machines."""
        operation = self.board.operations[code]
        found = [self.board.way(operation, index) for index in range(len(operation.modes))]
        return [
            way
            for way in found
            if (job.factories is None or way.factory in job.factories)
            and self.pinned.get(code, way.mode.machine) == way.mode.machine
        ]
