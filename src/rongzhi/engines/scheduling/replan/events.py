"""What may go differently than planned; all times are time units of the problem."""

from __future__ import annotations

from dataclasses import dataclass

from rongzhi.engines.scheduling.model import Calendar, Job, Precedence


@dataclass(frozen=True, slots=True)
class MachineDown:
    """A machine does not work over ``[since, until)``; running work goes on afterwards."""

    machine: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class MachineUp:
    """A machine works over ``[since, until)`` although its calendar says otherwise: up again early, or overtime."""

    machine: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """A machine works by another calendar from now on; None means always. Its code must be new or that of an equal."""

    machine: str
    calendar: Calendar | None


@dataclass(frozen=True, slots=True)
class LateMaterial:
    """An operation cannot start before a moment."""

    operation: str
    moment: int


@dataclass(frozen=True, slots=True)
class LongerRun:
    """An operation takes so much more (or, negative, less) working time than planned, on whatever machine."""

    operation: str
    extra: int


@dataclass(frozen=True, slots=True)
class Scrap:
    """Part or all of a lot must be made again, after the operation that spoilt it has ended and not before now.

    The remade work is an operation of its own with the code of the spoilt one and ``/again``: whole set-up, ``share``
    of the run (rounded up). What follows the spoilt operation and has not begun also follows the remade one.

    Parameters
    ----------
    operation : str
        The operation whose work is spoilt.
    share : float
        Of the lot, above 0 and at most 1.
    redo : tuple of str
        Earlier operations of the job that the remade share has to go through first.
    """

    operation: str
    share: float = 1.0
    redo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RushOrder:
    """A new order that goes first.

    It takes the earliest way it can find, before planned work of jobs with at most the weight of its heaviest job;
    running, frozen and heavier work keeps its place. What stood there moves later.

    Parameters
    ----------
    jobs : tuple of Job
        Codes of jobs and operations must be new.
    precedences : tuple of Precedence
    may_displace : bool
        If not, it goes into free time and displaces nobody.
    """

    jobs: tuple[Job, ...]
    precedences: tuple[Precedence, ...] = ()
    may_displace: bool = True


@dataclass(frozen=True, slots=True)
class Expedite:
    """A planned job goes first from now on, as a rush order would; ``weight`` is its new priority if given."""

    job: str
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """What has not begun of a job is dropped; running work ends as planned."""

    job: str


@dataclass(frozen=True, slots=True)
class QuantityChanged:
    """A job's lot is ``factor`` times as large: run times of what has not ended change so (rounded up)."""

    job: str
    factor: float


@dataclass(frozen=True, slots=True)
class DueChanged:
    """A job is due at another moment (None: not any more), perhaps with another priority."""

    job: str
    due: int | None
    weight: float | None = None


Event = (
    MachineDown
    | MachineUp
    | CalendarChange
    | LateMaterial
    | LongerRun
    | Scrap
    | RushOrder
    | Expedite
    | OrderCancelled
    | QuantityChanged
    | DueChanged
)
