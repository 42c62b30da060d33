"""What the scheduling engine takes: factories, machines, calendars, jobs, operations and how they hang together.

All times are integers in one unit (`Problem.time_unit`), counted from the start of planning (0). Things refer to each
other by code. The data classes hold no rules of search; the meaning of every field is stated here once, and the
solver, the checker and the documentation all follow it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Literal

Interval = tuple[int, int]
TimeUnit = Literal["min", "s"]

FOREVER = 10**15
"""A time no plan reaches; the end of a calendar that never closes."""


@dataclass(frozen=True, slots=True)
class Overtime:
    """A stretch of a calendar in which a machine's working time is dearer.

    Parameters
    ----------
    start, end : int
        Half open. Only what is working time of the calendar counts.
    rate : float
        Money for one time unit in which the machine is set up or runs, on top of `Mode.cost`.
    """

    start: int
    end: int
    rate: float


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a machine or a resource works.

    Parameters
    ----------
    code : str
    intervals : tuple of (start, end)
        Working time, sorted and disjoint, half open. Times before the first interval are closed.
    cycle : int or None
        When given, the span ``[until - cycle, until)`` repeats for ever after ``until``. When None, nothing is
        worked after the last interval.
    until : int or None
        End of the explicit part; None means the end of the last interval.
    overtime : tuple of Overtime
        Sorted and disjoint; repeated with the cycle. Paid for machines (not for resources) from the start to the end
        of what they do, once for a batch, and for each operation on an unlimited machine; changeovers are not paid.
    """

    code: str
    intervals: tuple[Interval, ...]
    cycle: int | None = None
    until: int | None = None
    overtime: tuple[Overtime, ...] = ()

    @classmethod
    def always(cls, code: str = "always") -> Calendar:
        """Return a calendar that never closes (from 0 on)."""
        return cls(code, ((0, FOREVER),))


@dataclass(frozen=True, slots=True)
class Factory:
    """A plant of the network.

    Parameters
    ----------
    code : str
    place : str or None
        Place in `Transport.places`; None means that nothing has to be moved to or from it.
    name : str
    """

    code: str
    place: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """A machine that works several operations together, such as an oven.

    The operations of a batch start and end together. Each is done when set-up and run are over by its own calendar and
    its own rule for breaks; the batch ends when the last of them is done, and the others wait inside until then. So
    the batch takes the longest set-up and run of its operations where these are equal in the rest. Every operation
    holds its own needs of resources from the start to the end of the batch. Changeovers lie between batches.

    Parameters
    ----------
    capacity : int
        Largest sum of `Operation.size` in one batch.
    is_family_pure : bool
        Whether all operations of a batch must have the same family (or all none). Needed with changeovers.
    """

    capacity: int
    is_family_pure: bool = True


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine: it works on one operation at a time (or one batch, or any number if unlimited).

    Parameters
    ----------
    code, factory : str
    calendar : str or None
        None means always working.
    changeover : str or None
        Code of the `Changeover` table used on this machine.
    initial_family : str or None
        Family the machine is set to at the start of planning.
    place : str or None
        Own place when it differs from the factory's.
    is_unlimited : bool
        Any number of operations at once (a subcontractor, a storage, a drying area).
    batch : Batch or None
    name : str
    """

    code: str
    factory: str
    calendar: str | None = None
    changeover: str | None = None
    initial_family: str | None = None
    place: str | None = None
    is_unlimited: bool = False
    batch: Batch | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Changeover:
    """Sequence-dependent changeover times between families on a machine.

    The changeover from the operation directly before on the machine comes on top of `Mode.setup` and is done before
    it. It needs working time of the machine but neither the material nor the resources of the operation, so it may be
    done while the machine waits. An operation without a family needs no changeover before or after it.

    Parameters
    ----------
    code : str
    families : tuple of str
    times : tuple of tuple of int
        ``times[i][j]``: time units to change from family ``i`` to family ``j``; square.
    """

    code: str
    families: tuple[str, ...]
    times: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Transport:
    """How long and how dear it is to move work between places; transport runs at all hours.

    Parameters
    ----------
    places : tuple of str
    times : tuple of tuple of int
        ``times[i][j]`` time units from place ``i`` to place ``j``; square, the diagonal is usually 0.
    costs : tuple of tuple of float
        Money for one move along one precedence; empty means free.
    """

    places: tuple[str, ...] = ()
    times: tuple[tuple[int, ...], ...] = ()
    costs: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """A secondary resource shared by machines: a tool, a mould, workers with one skill.

    Parameters
    ----------
    code : str
    capacity : int
        How many units exist. A unit is held from the start to the end of an operation, breaks included.
    calendar : str or None
        When the resource can be used; None means always. Work goes on only while machine and resources all work.
    """

    code: str
    capacity: int
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """So many units of a resource, held from the start of the set-up to the end of the run."""

    resource: str
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do an operation.

    Without set-up and run the operation is a moment. On a machine without changeovers and batches it may not lie within
    another operation; on one that has them it takes no place in the sequence: it needs no changeover, leaves the
    machine's family as it is, and may lie anywhere.

    Parameters
    ----------
    machine : str
    run : int
        Working time units of the run.
    setup : int
        Working time units of the set-up directly before the run; the material must be there.
    cost : float
        Money for doing the operation this way (machine, people, outside work).
    needs : tuple of Need
    """

    machine: str
    run: int
    setup: int = 0
    cost: float = 0.0
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """A lot that may be divided over several machines.

    Every part is done in one of the operation's modes as an operation of its own: with the whole set-up and its share
    of the run (rounded up to whole time units) and of the cost. The parts may run at the same time on different
    machines or one after another, and together they make the whole lot. Every precedence of the operation holds for
    every part. An operation with a pin is not divided, nor is one that can be done on a batch machine.

    Parameters
    ----------
    max_parts : int
        Largest number of parts; 1 means undivided.
    min_run : int
        Shortest run of a part of a divided lot, time units.
    """

    max_parts: int
    min_run: int = 1


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a job, done in exactly one of its modes without interruption by other work.

    Parameters
    ----------
    code : str
        Unique in the whole problem.
    modes : tuple of Mode
    family : str or None
        For changeovers and batches.
    may_span_breaks : bool
        Whether work may stop when the calendar closes and go on when it opens. If not, set-up and run must fit into
        one working interval.
    resume_loss : int
        Working time units lost at the beginning of each interval in which the work goes on after a break.
    earliest_start : int
    size : int
        Share of a batch machine's capacity.
    split : Split or None
    name : str
    """

    code: str
    modes: tuple[Mode, ...]
    family: str | None = None
    may_span_breaks: bool = True
    resume_loss: int = 0
    earliest_start: int = 0
    size: int = 1
    split: Split | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """An order (or one lot of it): its operations and what is promised.

    Parameters
    ----------
    code : str
    operations : tuple of Operation
        Their order says nothing; see `Precedence` and `chain`.
    release : int
        No operation starts before.
    due : int or None
        Lateness after it is counted by the objective.
    deadline : int or None
        No operation may end after it.
    weight : float
        Priority; multiplies the tardiness.
    single_factory : bool
        Whether all operations must be done in one factory.
    factories : tuple of str or None
        Allowed factories; None means all.
    name : str
    """

    code: str
    operations: tuple[Operation, ...]
    release: int = 0
    due: int | None = None
    deadline: int | None = None
    weight: float = 1.0
    single_factory: bool = False
    factories: tuple[str, ...] | None = None
    name: str = ""


class Link(StrEnum):
    """How one operation follows another (``arrival`` adds the transport time between their machines' places).

    FINISH_START: start(after) >= end(before) + lag + transport.
    START_START: start(after) >= start(before) + lag + transport.
    FINISH_FINISH: end(after) >= end(before) + lag + transport.
    OVERLAP: transfer batches of ``share`` of the lot: ``after`` starts once the first batch (set-up and that share of
    the run, rounded up) is done and has arrived, and after the last batch has arrived (end(before) + lag + transport)
    the machine of ``after`` still has that share of its own run (rounded up, in working time) to do.
    """

    FINISH_START = "finish-start"
    START_START = "start-start"
    FINISH_FINISH = "finish-finish"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class Precedence:
    """One operation follows another, in the same job or across jobs (assembly).

    Parameters
    ----------
    before, after : str
        Operation codes.
    link : Link
    lag : int
        Smallest wait in elapsed time units (cooling, drying); for what is between, see `Link`.
    max_lag : int or None
        FINISH_START only: start(after) <= end(before) + transport + max_lag. 0 is no-wait.
    share : float
        OVERLAP only: transfer batch over lot, ``0 < share <= 1``.
    """

    before: str
    after: str
    link: Link = Link.FINISH_START
    lag: int = 0
    max_lag: int | None = None
    share: float = 1.0


def chain(*operations: str | Operation) -> tuple[Precedence, ...]:
    """Return plain finish-start precedences that put the operations one after the other."""
    codes = [operation if isinstance(operation, str) else operation.code for operation in operations]
    return tuple(Precedence(before, after) for before, after in pairwise(codes))


@dataclass(frozen=True, slots=True)
class Pin:
    """What is already decided about an operation.

    With ``start`` the operation is *fixed*: it is taken as it stands, whatever calendars, changeovers and other fixed
    operations say; only operations that are still free must fit around it. With ``machine`` alone only the choice of
    machine is decided.

    Parameters
    ----------
    operation : str
    machine : str or None
        Needed with ``start`` or ``is_started`` unless the operation has one mode.
    start : int or None
        May lie before 0 for work that has begun.
    end : int or None
        None means that it follows from start and mode (or from ``remaining``).
    is_started : bool
        Work has begun; it cannot be moved.
    remaining : int or None
        Working time units left from time 0 of work that is running.
    """

    operation: str
    machine: str | None = None
    start: int | None = None
    end: int | None = None
    is_started: bool = False
    remaining: int | None = None


class Term(StrEnum):
    """A term of the objective; all are to be small. Times in `Problem.time_unit`."""

    TARDINESS = "weighted_tardiness"  # sum of weight * max(0, completion - due)
    LATE_JOBS = "late_jobs"  # number of jobs with completion > due
    MAKESPAN = "makespan"  # latest end of all operations
    FLOW_TIME = "flow_time"  # sum of completion - release
    COST = "cost"  # sum of the modes' cost
    TRANSPORT_COST = "transport_cost"  # sum over precedences
    CHANGEOVER = "changeover_time"  # sum of changeover times
    MOVED_MACHINES = "moved_machines"  # operations on another machine than in the former plan
    MOVED_STARTS = "moved_starts"  # sum of |start - start in the former plan|
    OVERTIME_COST = "overtime_cost"  # sum of the machines' working time in overtime, times its rate


@dataclass(frozen=True, slots=True)
class Objective:
    """What a good plan is: a weighted sum, or one term after the other.

    Parameters
    ----------
    weighted_tardiness, late_jobs, ... : float
        Weight of the `Term` of that name (>= 0).
    order : tuple of Term
        When given, the terms are minimised one after the other in this order and the weights are not used.
    """

    weighted_tardiness: float = 1.0
    late_jobs: float = 0.0
    makespan: float = 0.01
    flow_time: float = 0.0
    cost: float = 0.0
    transport_cost: float = 0.0
    changeover_time: float = 0.0
    moved_machines: float = 0.0
    moved_starts: float = 0.0
    overtime_cost: float = 0.0
    order: tuple[Term, ...] = ()

    @classmethod
    def only(cls, term: Term) -> Objective:
        """Return the objective that minimises one term and nothing else."""
        weights = {str(each): 1.0 if each is term else 0.0 for each in Term}
        return cls(**weights)  # type: ignore[arg-type]

    def weight(self, term: Term) -> float:
        """Return the weight of a term."""
        return float(getattr(self, str(term)))


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the engine needs to know.

    Parameters
    ----------
    jobs : tuple of Job
    machines : tuple of Machine
    factories : tuple of Factory
    precedences : tuple of Precedence
    calendars, changeovers, resources : tuples
    transport : Transport
    pins : tuple of Pin
    objective : Objective
    time_unit : 'min' or 's'
        Unit of every time in the problem and in its plans.
    name : str
    """

    jobs: tuple[Job, ...]
    machines: tuple[Machine, ...]
    factories: tuple[Factory, ...]
    precedences: tuple[Precedence, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    changeovers: tuple[Changeover, ...] = ()
    resources: tuple[Resource, ...] = ()
    transport: Transport = field(default_factory=Transport)
    pins: tuple[Pin, ...] = ()
    objective: Objective = field(default_factory=Objective)
    time_unit: TimeUnit = "min"
    name: str = ""

    def operations(self) -> Iterator[tuple[Job, Operation]]:
        """Yield every operation with its job, in the order of the jobs; plans use the same order."""
        for job in self.jobs:
            for operation in job.operations:
                yield job, operation

    @property
    def operation_count(self) -> int:
        """How many operations the problem has."""
        return sum(len(job.operations) for job in self.jobs)
