"""What the scheduling engine gives: plans as columns, and results with bound, gap and trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rongzhi.engines.scheduling.model import Problem
from rongzhi.kernel.findings import Finding

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One operation in a plan, or one part of a divided lot.

    Parameters
    ----------
    operation, machine : str
    mode : int
        Index into `Operation.modes`.
    start : int
        Start of the set-up.
    setup_end : int
        Start of the run.
    end : int
    changeover : int
        Working time units the machine spends between the operation before and ``start``.
    part : int
        Number of the part of a divided lot, from 1; 0 for the whole operation.
    run : int or None
        Working time units of the part's run; None means all of `Mode.run`.
    """

    operation: str
    machine: str
    mode: int
    start: int
    setup_end: int
    end: int
    changeover: int = 0
    part: int = 0
    run: int | None = None

    @property
    def code(self) -> str:
        """The operation's code; for a part with its number: ``code#1``."""
        return f"{self.operation}#{self.part}" if self.part else self.operation


@dataclass(frozen=True)
class Plan:
    """Start, end and machine of every operation, as columns of equal length.

    The parts of a divided lot (`Split`) are rows of the same operation.

    Parameters
    ----------
    operation, machine : tuple of str
    mode : ndarray (n,), int
        Index into `Operation.modes`.
    start, setup_end, end : ndarray (n,), time units
    changeover : ndarray (n,), working time units before ``start``
    part : ndarray (n,) or None
        Number of the part, 0 for a whole operation; None when nothing is divided.
    run : ndarray (n,) or None
        Run of the part, working time units, -1 for a whole operation; None when nothing is divided.
    """

    operation: tuple[str, ...]
    machine: tuple[str, ...]
    mode: Times
    start: Times
    setup_end: Times
    end: Times
    changeover: Times
    part: Times | None = None
    run: Times | None = None

    @classmethod
    def of(cls, assignments: Iterable[Assignment]) -> Plan:
        """Build a plan from single assignments."""
        rows = list(assignments)
        is_divided = any(row.part for row in rows)

        def column(name: str) -> Times:
            return np.array([getattr(row, name) for row in rows], dtype=np.int64)

        return cls(
            operation=tuple(row.operation for row in rows),
            machine=tuple(row.machine for row in rows),
            mode=column("mode"),
            start=column("start"),
            setup_end=column("setup_end"),
            end=column("end"),
            changeover=column("changeover"),
            part=column("part") if is_divided else None,
            run=np.array([-1 if row.run is None else row.run for row in rows], dtype=np.int64) if is_divided else None,
        )

    @cached_property
    def _row(self) -> dict[str, int]:
        if self.part is None:
            return {code: row for row, code in enumerate(self.operation)}
        parts = zip(self.operation, self.part.tolist(), strict=True)
        return {f"{code}#{part}" if part else code: row for row, (code, part) in enumerate(parts)}

    @cached_property
    def _parts(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row, part in enumerate([] if self.part is None else self.part.tolist()):
            if part:
                found.setdefault(self.operation[row], []).append(row)
        return found

    @property
    def is_divided(self) -> bool:
        """Whether some operation is planned in parts."""
        return bool(self._parts)

    def __len__(self) -> int:
        return len(self.operation)

    def __contains__(self, operation: object) -> bool:
        return operation in self._row or operation in self._parts

    def __getitem__(self, operation: str) -> Assignment:
        """Return an operation, or a part (``code#1``); a divided operation from its first start to its last end."""
        if operation in self._parts:
            rows = self.parts(operation)
            last = max(rows, key=lambda each: (each.end, each.part))
            first = min(rows, key=lambda each: (each.start, each.part))
            return replace(last, start=first.start, setup_end=first.setup_end, part=0, run=None)
        return self.row(self._row[operation])

    def parts(self, operation: str) -> tuple[Assignment, ...]:
        """Return the parts of a divided operation, none of a whole one."""
        return tuple(self.row(row) for row in self._parts.get(operation, ()))

    def __iter__(self) -> Iterator[Assignment]:
        return (self.row(row) for row in range(len(self)))

    def row(self, row: int) -> Assignment:
        """Return the assignment at a position of the columns."""
        return Assignment(
            self.operation[row],
            self.machine[row],
            int(self.mode[row]),
            int(self.start[row]),
            int(self.setup_end[row]),
            int(self.end[row]),
            int(self.changeover[row]),
            0 if self.part is None else int(self.part[row]),
            None if self.run is None or self.run[row] < 0 else int(self.run[row]),
        )

    @property
    def makespan(self) -> int:
        """Latest end of all operations, 0 for an empty plan; time units."""
        return int(self.end.max(initial=0))

    def by_machine(self) -> dict[str, list[Assignment]]:
        """Return the assignments of each machine, sorted by start."""
        lanes: dict[str, list[Assignment]] = {}
        for row in np.lexsort((self.end, self.start)):
            assignment = self.row(int(row))
            lanes.setdefault(assignment.machine, []).append(assignment)
        return lanes

    def _end(self, operation: str) -> int:
        if operation in self._parts:
            return max(int(self.end[row]) for row in self._parts[operation])
        return int(self.end[self._row[operation]])

    def completion(self, problem: Problem) -> dict[str, int]:
        """Return the end of the last operation of every job, time units."""
        return {
            job.code: max((self._end(each.code) for each in job.operations), default=job.release)
            for job in problem.jobs
        }


class Status(StrEnum):
    """What is known about a result."""

    OPTIMAL = "optimal"  # proven
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"  # proven, or the explanation says which rule could not be kept
    UNKNOWN = "unknown"  # no plan found in the time given


@dataclass(frozen=True, slots=True)
class Bound:
    """A proven lower bound on the objective and where it comes from (``pooled-capacity``, ``cp-sat`` ...)."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class TracePoint:
    """The best total objective after so many iterations and seconds."""

    seconds: float
    iterations: int
    total: float


@dataclass(frozen=True, slots=True)
class Result:
    """A plan with what is known about it.

    Parameters
    ----------
    status : Status
    plan : Plan or None
    values : mapping of str to float
        Every `Term` of the objective by name, weighted or not.
    total : float
        Weighted sum; in lexicographic order the value of the first term.
    bound : Bound or None
        Best lower bound on ``total``.
    seed : int
    iterations : int
    seconds : float
        Wall time.
    trace : tuple of TracePoint
    explanation : tuple of Finding
        Why there is no plan, or which hard rules the plan had to break.
    """

    status: Status
    plan: Plan | None
    values: Mapping[str, float] = field(default_factory=dict)
    total: float = float("inf")
    bound: Bound | None = None
    seed: int = 0
    iterations: int = 0
    seconds: float = 0.0
    trace: tuple[TracePoint, ...] = ()
    explanation: tuple[Finding, ...] = ()

    @property
    def gap(self) -> float | None:
        """``total / bound - 1``; 0 when both are equal, None when unknown."""
        if self.bound is None or self.plan is None:
            return None
        if self.total <= self.bound.value:
            return 0.0
        return self.total / self.bound.value - 1 if self.bound.value > 0 else None


class Callbacks:
    """What a caller may listen to while a plan is sought; every method does nothing by default."""

    def on_progress(self, fraction: float, best: float, bound: float) -> None:
        """Hear of the work done (0..1), the best total so far and the best bound."""

    def on_improved(self, plan: Plan) -> None:
        """Receive a better plan."""

    def should_stop(self) -> bool:
        """Return True to stop and keep the best plan so far."""
        return False
