"""Money divided to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.settling import apportion, to_cents

D = Decimal


def test_a_cent_goes_to_the_largest_remainder_then_to_the_first() -> None:
    assert apportion(D("100.00"), [1, 1, 1]) == (D("33.34"), D("33.33"), D("33.33"))
    assert apportion(D("0.05"), [3, 1, 1]) == (D("0.03"), D("0.01"), D("0.01"))
    assert apportion(D("1.00"), [2, 1, 4]) == (D("0.29"), D("0.14"), D("0.57"))
    assert apportion(D("-100.00"), [1, 1, 1]) == (D("-33.33"), D("-33.33"), D("-33.34"))
    assert apportion(D("10"), [0, 0]) == (D("5.00"), D("5.00"))


def test_what_cannot_be_divided_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of"):
        apportion(D("0.001"), [1])
    with pytest.raises(ValueError, match="negative"):
        apportion(D("1"), [1, -1])
    with pytest.raises(ValueError, match="at least one"):
        apportion(D("1"), [])
    with pytest.raises(ValueError, match="sum of the amounts"):
        to_cents([Fraction(1)], D(2))


@given(
    st.decimals(-1_000_000, 1_000_000, places=2),
    st.lists(st.decimals(0, 1000, places=4), min_size=1, max_size=12),
)
def test_parts_sum_to_the_whole_and_move_by_less_than_a_cent(total: Decimal, weights: list[Decimal]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    whole = sum(map(Fraction, weights)) or 1
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(total) * Fraction(weight) / whole if any(weights) else Fraction(total) / len(weights)
        assert abs(Fraction(part) - exact) < Fraction(1, 100)
