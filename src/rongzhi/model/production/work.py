"""Work: what orders become when bills are exploded and routings applied.

This is where decomposition by process step ends and planning begins. Instants are minutes after ``Work.origin``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A machine that can do an operation.

    Parameters
    ----------
    machine, work_centre, factory : str
    setup_min, run_min : int
        Set-up and run time of the whole lot on this machine, minutes, rounded up.
    cost : Decimal
        Price of the operation here, network currency, without transport and changeover.
    """

    machine: str
    work_centre: str
    factory: str
    setup_min: int
    run_min: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a machine (or a whole work centre or factory) cannot do an operation."""

    resource: str
    factory: str
    code: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Operation:
    """One process step of one lot.

    ``stays_with`` names an operation whose factory must do this one too. ``release_min`` is when the bought material
    used at this step is there; it may be later than the lot's release.
    """

    code: str
    lot: str
    step: int
    name: Text
    process: str
    family: str
    quantity: Decimal
    candidates: tuple[Candidate, ...]
    refusals: tuple[Refusal, ...] = ()
    may_span_breaks: bool = True
    stays_with: str = ""
    release_min: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """An operation that must wait for another.

    Parameters
    ----------
    before, after : str
        Operation codes.
    lag_min : int
        Least minutes from the end of ``before`` to the start of ``after``, transport not counted.
    max_lag_min : int or None
        Longest minutes allowed between them.
    transfer_fraction : float
        Share of the lot that must be done before ``after`` may start: 1 means all of it (no overlap).
    """

    before: str
    after: str
    lag_min: int = 0
    max_lag_min: int | None = None
    transfer_fraction: float = 1.0


@dataclass(frozen=True, slots=True)
class Lot:
    """A quantity of one item that goes through its routing together.

    ``feeds`` is the lot that consumes it; only the lot that fills the order line (it feeds none) carries the due date.
    """

    code: str
    order: str
    line: int
    item: str
    quantity: Decimal
    release_min: int
    due_min: int | None
    weight: float
    operations: tuple[str, ...]
    feeds: str = ""
    is_single_factory: bool = False
    preferred_factories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """All lots and operations of a set of orders over a network."""

    origin: datetime
    lots: tuple[Lot, ...] = ()
    operations: tuple[Operation, ...] = ()
    links: tuple[Link, ...] = ()
    material_needs: dict[str, Decimal] = field(default_factory=dict)

    @property
    def stuck(self) -> tuple[Operation, ...]:
        """Operations nobody in the network can do."""
        return tuple(operation for operation in self.operations if not operation.candidates)
