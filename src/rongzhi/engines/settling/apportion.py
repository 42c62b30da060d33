"""Dividing money to the cent: the parts always add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from rongzhi.kernel.money import CENT


def to_cents(exact: Sequence[Fraction], total: Decimal, step: Decimal = CENT) -> tuple[Decimal, ...]:
    """Return amounts rounded to the step whose sum is the total, by the largest remainder.

    Every amount is rounded down, then the steps that are left go, one each, to the largest remainders; among equal
    remainders to the earlier party. No amount moves by a whole step or more when the exact amounts sum to the total.

    Parameters
    ----------
    exact : sequence of Fraction
        Amounts in currency; their sum is the total.
    total : Decimal
        A multiple of the step.
    step : Decimal
        Smallest amount of money.

    Raises
    ------
    ValueError
        If the total is not a multiple of the step, or not the sum of the exact amounts.
    """
    unit = Fraction(step)
    whole = Fraction(total) / unit
    if whole.denominator != 1 or sum(exact, Fraction(0)) != Fraction(total):
        msg = f"{total} is not the sum of the amounts, or not a multiple of {step}"
        raise ValueError(msg)
    scaled = [each / unit for each in exact]
    floors = [each.numerator // each.denominator for each in scaled]
    left = int(whole) - sum(floors)
    order = sorted(range(len(exact)), key=lambda at: (floors[at] - scaled[at], at))
    for at in order[:left]:
        floors[at] += 1
    return tuple(each * step for each in floors)


def apportion(total: Decimal, weights: Sequence[Decimal | Fraction | int], step: Decimal = CENT) -> tuple[Decimal, ...]:
    """Return a total divided in proportion to weights, to the cent; equal parts if all weights are 0.

    Raises
    ------
    ValueError
        If there is no weight, one is negative, or the total is not a multiple of the step.
    """
    exact = proportional(Fraction(total), [Fraction(each) for each in weights])
    return to_cents(exact, total, step)


def proportional(total: Fraction, weights: Sequence[Fraction]) -> list[Fraction]:
    """Return a total divided in proportion to weights, exactly; equal parts if all weights are 0."""
    if not weights or min(weights) < 0:
        msg = "at least one weight is needed and none may be negative"
        raise ValueError(msg)
    whole = sum(weights, Fraction(0))
    if whole == 0:
        return [total / len(weights)] * len(weights)
    return [total * each / whole for each in weights]
