"""Figures as files and the API give them: money with two decimals, quantities without zeros that say nothing."""

from __future__ import annotations

from decimal import Decimal

from rongzhi.kernel.money import Money


def cents(amount: Decimal) -> Decimal:
    """Return an amount of money with two decimals, rounded half up."""
    return Money(Decimal(amount)).rounded().amount.quantize(Decimal("0.01"))


def trimmed(quantity: Decimal) -> Decimal:
    """Return a quantity without trailing zeros, never in powers of ten."""
    return Decimal(f"{Decimal(quantity).normalize():f}")
