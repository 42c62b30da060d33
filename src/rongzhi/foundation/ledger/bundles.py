"""Bundles: one price for several things, split by their stand-alone prices, exact to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a bundle.

    Parameters
    ----------
    name : str
    stand_alone : Decimal
        What it would cost alone; zero for what is never sold.
    """

    name: str
    stand_alone: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """What a part gets: its exact share, and the amount to the cent that adds up with the others."""

    name: str
    stand_alone: Decimal
    exact: Fraction
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """A bundle's price split over its parts; the amounts add up to the price."""

    price: Decimal
    shares: tuple[Share, ...]

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """The amounts in the order of the parts."""
        return tuple(share.amount for share in self.shares)

    def as_calculation(self) -> dict[str, Any]:
        """Return the whole calculation as plain data, kept with the entry."""
        total = sum((share.stand_alone for share in self.shares), Decimal())
        return {
            "method": "stand-alone-price",
            "rounding": "largest remainder, earlier part first on ties",
            "price": str(self.price),
            "stand_alone_total": str(total),
            "parts": [
                {
                    "name": share.name,
                    "stand_alone": str(share.stand_alone),
                    "exact": str(share.exact),
                    "amount": str(share.amount),
                }
                for share in self.shares
            ],
        }


def split_bundle(price: Decimal, parts: Sequence[Part]) -> Split:
    """Split the price of a bundle by the stand-alone prices of its parts.

    Shares are exact fractions, cut down to the cent; the cents left over go to the largest remainders, earlier parts
    first on ties, so that the amounts always add up to the price.

    Parameters
    ----------
    price : Decimal
        Price of the whole bundle, at least zero, at most two decimals.
    parts : sequence of Part

    Raises
    ------
    Rejected
        If a price is negative or finer than a cent, or no part has a stand-alone price; with every finding.
    """
    _check(price, parts)
    total = sum((Fraction(part.stand_alone) for part in parts), Fraction())
    cents = int(price / CENT)
    exact = [cents * Fraction(part.stand_alone) / total for part in parts]
    floors = [each.numerator // each.denominator for each in exact]
    order = sorted(range(len(parts)), key=lambda at: (floors[at] - exact[at], at))
    for at in order[: cents - sum(floors)]:
        floors[at] += 1
    shares = (
        Share(part.name, part.stand_alone, share / 100, (Decimal(amount) * CENT).quantize(CENT))
        for part, share, amount in zip(parts, exact, floors, strict=True)
    )
    return Split(price, tuple(shares))


def _check(price: Decimal, parts: Sequence[Part]) -> None:
    findings = Findings()
    _check_price(price, "price", findings, is_to_the_cent=True)
    for at, part in enumerate(parts):
        _check_price(part.stand_alone, f"parts[{at}].stand_alone", findings, is_to_the_cent=False)
    if findings.is_clean and not any(part.stand_alone for part in parts):
        findings.error(
            "no-stand-alone-price",
            "parts",
            Text("没有任何部分有单独售价", "no part has a stand-alone price"),
            Text("至少给一个部分填写单独售价", "give at least one part a stand-alone price"),
        )
    findings.raise_if_any()


def _check_price(price: Decimal, where: str, findings: Findings, *, is_to_the_cent: bool) -> None:
    is_good = price.is_finite() and 0 <= price <= LARGEST and (not is_to_the_cent or price == price.quantize(CENT))
    if not is_good:
        findings.error(
            "bad-price",
            where,
            Text(f"价格 {price} 不可用", f"the price {price} cannot be used"),
            Text("填写不小于零、最多两位小数的金额", "give an amount of at least zero with at most two decimals")
            if is_to_the_cent
            else Text("填写不小于零的金额", "give an amount of at least zero"),
        )
