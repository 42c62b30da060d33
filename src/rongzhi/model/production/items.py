"""What is made: items, bills of materials and routings."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from rongzhi.model.base import Document, Name


class Item(Document):
    """A part, assembly or material.

    Dimensions are those of the finished part. ``max_lot`` splits larger quantities into lots of at most that size.
    A bought item has a lead time; a made item needs a routing.
    """

    code: str
    name: Name
    unit: str = "pcs"
    is_made: bool = True
    lead_time_min: int = Field(default=0, ge=0)
    unit_cost: Decimal = Field(default=Decimal(0), ge=0)
    length_mm: float | None = Field(default=None, gt=0)
    width_mm: float | None = Field(default=None, gt=0)
    height_mm: float | None = Field(default=None, gt=0)
    diameter_mm: float | None = Field(default=None, gt=0)
    mass_kg: float | None = Field(default=None, gt=0)
    material: str = ""
    max_lot: Decimal | None = Field(default=None, gt=0)


class BomLine(Document):
    """So much of a component goes into one unit of the parent, at a step of its routing (0: before the first)."""

    parent: str
    component: str
    quantity: Decimal = Field(gt=0)
    unit: str = "pcs"
    scrap_rate: Decimal = Field(default=Decimal(0), ge=0, lt=1)
    at_step: int = 0


class StepAlternative(Document):
    """Own times for a step on one machine, in place of the standard ones."""

    machine: str
    setup_min: float | None = Field(default=None, ge=0)
    run_min_per_unit: float | None = Field(default=None, ge=0)


class RoutingStep(Document):
    """One process step (工序) of a routing.

    Parameters
    ----------
    number : int
        10, 20, 30 ...; steps follow each other in this order unless ``after`` says otherwise.
    process : str
        Code in the taxonomy; machines are found by capability unless ``alternatives`` lists them.
    setup_min, run_min_per_unit : float
        Standard times, minutes.
    family : str
        Changeover family; equal families need no changeover.
    transfer_batch : Decimal or None
        With overlap, the next step may begin once so many units are done; None means the whole lot.
    minimum_batch : Decimal or None
        Lots below this are worked at the time of the minimum.
    wait_min, max_wait_min : int, int or None
        Least and longest time between this step's end and the next step's start.
    is_subcontractable : bool
        False keeps the step at the factory that does the steps before it.
    may_span_breaks : bool
        Whether work may stop at a break and go on after it.
    tolerance_mm : float or None
        Closest tolerance the step must hold.
    only_listed : bool
        True allows only the machines in ``alternatives``.
    """

    number: int = Field(gt=0)
    name: Name
    process: str
    setup_min: float = Field(default=0, ge=0)
    run_min_per_unit: float = Field(ge=0)
    family: str = ""
    after: tuple[int, ...] | None = None
    alternatives: tuple[StepAlternative, ...] = ()
    only_listed: bool = False
    transfer_batch: Decimal | None = Field(default=None, gt=0)
    minimum_batch: Decimal | None = Field(default=None, gt=0)
    wait_min: int = Field(default=0, ge=0)
    max_wait_min: int | None = Field(default=None, ge=0)
    is_subcontractable: bool = True
    may_span_breaks: bool = True
    tolerance_mm: float | None = Field(default=None, gt=0)
    certificates: tuple[str, ...] = ()


class Routing(Document):
    """How an item is made; of several versions the active one with the lowest ``rank`` is used."""

    item: str
    version: str = "1"
    rank: int = 1
    is_active: bool = True
    steps: tuple[RoutingStep, ...] = Field(min_length=1)
