"""What a cost build-up starts from: plain data, amounts in one currency, every number exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rongzhi.kernel.text import Text

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Material:
    """A material used for every piece that is started.

    Parameters
    ----------
    code : str
    name : Text
    use : Decimal
        Quantity in one piece, in the unit.
    unit : str
    price : Decimal
        Currency for one unit.
    scrap : Decimal
        Share of the bought quantity that is lost in cutting, 0..1.
    """

    code: str
    name: Text
    use: Decimal
    unit: str
    price: Decimal
    scrap: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Outside:
    """Price of an operation that somebody else does.

    Parameters
    ----------
    per_piece : Decimal
        Currency for one piece that enters the operation.
    minimum : Decimal
        Least charge for an order, currency.
    fixed : Decimal
        Charge for an order beside the pieces, currency.
    breaks : tuple of (int, Decimal)
        Pieces from which another price holds for all of them, and that price; quantities grow.
    """

    per_piece: Decimal
    minimum: Decimal = ZERO
    fixed: Decimal = ZERO
    breaks: tuple[tuple[int, Decimal], ...] = ()

    def price(self, pieces: int) -> Decimal:
        """Return the price of one piece when so many are ordered, currency."""
        return next((price for quantity, price in reversed(self.breaks) if pieces >= quantity), self.per_piece)


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of the routing.

    Parameters
    ----------
    code : str
    name : Text
    rate : Decimal
        Currency for one hour of set-up or run.
    setup_min : Decimal
        Minutes for one set-up.
    run_min : Decimal
        Minutes for one piece.
    scrap : Decimal
        Share of the pieces entering that are lost here, 0..1.
    tooling : Decimal
        Tools and fixtures for one order, currency.
    tooling_per_piece : Decimal
        Tool wear, currency for one piece that enters.
    secondary_per_piece : Decimal
        Deburring, washing, packing ... after it, currency for one piece that enters.
    batch : int
        Pieces for one set-up; 0 for one set-up in an order.
    outside : Outside or None
        Price asked by somebody else, in place of set-up and run.
    """

    code: str
    name: Text
    rate: Decimal = ZERO
    setup_min: Decimal = ZERO
    run_min: Decimal = ZERO
    scrap: Decimal = ZERO
    tooling: Decimal = ZERO
    tooling_per_piece: Decimal = ZERO
    secondary_per_piece: Decimal = ZERO
    batch: int = 0
    outside: Outside | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A transport between factories or to the customer.

    Parameters
    ----------
    code : str
    name : Text
    fixed : Decimal
        Currency for one trip.
    km : Decimal
    per_km : Decimal
        Currency for one kilometre.
    kg_per_piece : Decimal
    per_kg : Decimal
        Currency for one kilogram.
    """

    code: str
    name: Text
    fixed: Decimal = ZERO
    km: Decimal = ZERO
    per_km: Decimal = ZERO
    kg_per_piece: Decimal = ZERO
    per_kg: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge for the order as a whole: programming, first article, quality documents.

    Parameters
    ----------
    code : str
    name : Text
    amount : Decimal
        Currency.
    """

    code: str
    name: Text
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """Shares that turn cost into a price, as agreed with the platform.

    Parameters
    ----------
    currency : str
    overhead : Decimal
        Share of set-up and run added for overhead not in the hourly rate.
    margin : Decimal
        Share of cost added for risk and profit.
    fee : Decimal
        Share of the platform.
    fee_on : {"price", "cost"}
        Whether the fee is a share of the net price (it is part of that price) or of cost with margin.
    tax : Decimal
        Share of the net price added as value-added tax.
    step : Decimal
        Smallest amount of money; every line is rounded half up to it.
    """

    currency: str = "CNY"
    overhead: Decimal = ZERO
    margin: Decimal = ZERO
    fee: Decimal = ZERO
    fee_on: Literal["price", "cost"] = "price"
    tax: Decimal = ZERO
    step: Decimal = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be made.

    Parameters
    ----------
    code : str
    quantity : int
        Good pieces to deliver.
    materials : tuple of Material
        For every piece that enters the first operation.
    operations : tuple of Operation
        In the order of the routing.
    legs : tuple of Leg
    charges : tuple of Charge
    """

    code: str
    quantity: int
    materials: tuple[Material, ...] = ()
    operations: tuple[Operation, ...] = ()
    legs: tuple[Leg, ...] = ()
    charges: tuple[Charge, ...] = ()
