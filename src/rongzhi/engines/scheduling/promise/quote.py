"""What is answered: a date with the plan behind it, what it costs, why it is not earlier, and what else there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rongzhi.engines.scheduling.model import Job, Precedence
from rongzhi.engines.scheduling.result import Assignment
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text

Preference = Literal["fastest", "cheapest"]
WaitKind = Literal["machine", "closed", "changeover", "resource", "short-gap", "held-back"]
ReadyKind = Literal["start", "release", "earliest-start", "not-before", "predecessor"]


@dataclass(frozen=True, slots=True)
class Wait:
    """A stretch of time in which an operation that is ready does not start.

    Parameters
    ----------
    kind : str
        ``machine`` busy, calendar ``closed``, ``changeover``, ``resource`` in use, ``short-gap`` (free, but too short
        before the next work or the next break), ``held-back`` (so that it does not end too early for its successors).
    since, until : int
        Time units.
    codes : tuple of str
        Operations the machine is busy with, or the resource.
    text : Text
    """

    kind: WaitKind
    since: int
    until: int
    codes: tuple[str, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Ready:
    """Why an operation could not start before a moment.

    Parameters
    ----------
    kind : str
    moment : int
        Earliest start, time units: ``origin + transport + lag`` after a predecessor.
    origin : int
        End (or start, for other links) of the predecessor, or the moment itself.
    predecessor : str
        Empty if none.
    transport, lag : int
        Time units.
    text : Text
    """

    kind: ReadyKind
    moment: int
    origin: int
    predecessor: str
    transport: int
    lag: int
    text: Text


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a quote with its reasons: ``ready.moment`` plus all waits is the start."""

    assignment: Assignment
    factory: str
    ready: Ready
    waits: tuple[Wait, ...]

    @property
    def text(self) -> Text:
        """Everything that decided the start, as one sentence."""
        parts = (self.ready.text, *(wait.text for wait in self.waits))
        return Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


@dataclass(frozen=True, slots=True)
class Cost:
    """Money: the modes' cost and the moves' cost."""

    operations: float = 0.0
    transport: float = 0.0

    @property
    def total(self) -> float:
        """Operations and transport together."""
        return self.operations + self.transport


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to make the order.

    Parameters
    ----------
    kind : 'fastest', 'cheapest' or 'factory'
    factory : str
        The one factory, for kind ``factory``.
    completion : int
        Time units.
    cost : Cost
    assignments : tuple of Assignment
    text : Text
        Against the quote: so much earlier or later, dearer or cheaper.
    """

    kind: str
    factory: str
    completion: int
    cost: Cost
    assignments: tuple[Assignment, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer to an inquiry.

    Parameters
    ----------
    code : str
    jobs, precedences
        What was asked.
    is_feasible : bool
    completion : int or None
        End of the last operation, time units; None when infeasible.
    due : int or None
    lateness : int
        Largest completion minus due date over the order; negative when early, 0 without due dates.
    assignments : tuple of Assignment
    steps : tuple of Step
    cost : Cost
    alternatives : tuple of Alternative
    explanation : tuple of Finding
        Why there is no date.
    text : Text
    version : int
        State of the live plan the quote was made on.
    not_before : int
        As asked, time units.
    """

    code: str
    jobs: tuple[Job, ...]
    precedences: tuple[Precedence, ...]
    is_feasible: bool
    completion: int | None
    due: int | None
    lateness: int
    assignments: tuple[Assignment, ...]
    steps: tuple[Step, ...]
    cost: Cost
    alternatives: tuple[Alternative, ...]
    explanation: tuple[Finding, ...]
    text: Text
    version: int
    not_before: int = 0

    @property
    def is_late(self) -> bool:
        """Whether a due date of the order is missed."""
        return self.lateness > 0

    def in_order(self) -> list[Assignment]:
        """Return the assignments in the order of the jobs' operations, as plans have them."""
        rows = {row.operation: row for row in self.assignments}
        return [rows[operation.code] for job in self.jobs for operation in job.operations]


@dataclass(frozen=True, slots=True)
class Order:
    """One inquiry among many, for `Promiser.promise_many`.

    Parameters
    ----------
    code : str
    jobs, precedences
    priority : float
        Larger goes first.
    due : int or None
        Among equals, earlier goes first; time units.
    not_before : int
    prefer : 'fastest' or 'cheapest'
    """

    code: str
    jobs: Sequence[Job]
    precedences: Sequence[Precedence] = ()
    priority: float = 1.0
    due: int | None = None
    not_before: int = 0
    prefer: Preference = "fastest"


@dataclass(frozen=True, slots=True)
class Allocation:
    """What an order got when many asked at once: its turn, its quote and why it had that turn."""

    order: Order
    turn: int
    quote: Quote
    text: Text


@dataclass(frozen=True, slots=True)
class Displacement:
    """What an order could gain by pushing planned work aside, and what that costs.

    Parameters
    ----------
    completion : int
        End of the order, time units.
    gain : int
        Time units earlier than the quote.
    assignments : tuple of Assignment
        The order's operations.
    moved : tuple of Assignment
        Planned operations at their new times and machines; everything else stays. Changeovers are left 0.
    jobs : tuple of (job, lateness before, lateness after)
        Jobs that would move; 0 for those without a due date.
    tardiness_cost : float
        Increase of weighted tardiness of the moved jobs.
    text : Text
    """

    completion: int
    gain: int
    assignments: tuple[Assignment, ...]
    moved: tuple[Assignment, ...]
    jobs: tuple[tuple[str, int, int], ...]
    tardiness_cost: float
    text: Text
