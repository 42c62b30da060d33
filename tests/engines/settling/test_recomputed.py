"""A settlement recomputed by other arithmetic: cents as whole numbers, party by party."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.settling import Delivered, read_contract, settle

CONTRACT = read_contract("""
code = "C-2"
version = "3"
since = 2026-01-01
[fee]
party = "platform"
share = 0.08
[[prices]]
operation = "10"
party = "A"
per_piece = 12.34
[[prices]]
operation = "20"
party = "B"
per_piece = 5.55
fixed = 100
[lateness]
malus_per_day = 0.02
malus_cap = 0.10
[defects]
malus_per_piece = 3
malus_cap = 0.05
[remainder]
platform = 3
A = 1
""")

counts = st.tuples(st.integers(0, 900), st.integers(0, 40), st.integers(-5, 12))


@given(st.integers(0, 5_000_000), counts, counts)
def test_amounts_are_within_a_cent_of_plain_arithmetic(cents: int, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    invoice = Decimal(cents) / 100
    found = settle(CONTRACT, invoice, [Delivered("10", *a), Delivered("20", *b)])
    earned = {}
    for party, (good, bad, late), price, fixed in (("A", a, 12.34, 0), ("B", b, 5.55, 100)):
        base = good * price + fixed
        earned[party] = base - base * min(0.02 * max(late, 0), 0.10) - min(3 * bad, base * 0.05)
    fee = float(invoice) * 0.08
    left = float(invoice) - fee - sum(earned.values())
    expected = {"platform": fee + left * 0.75, "A": earned["A"] + left * 0.25, "B": earned["B"]}
    for party, amount in expected.items():
        assert abs(float(found.of(party)) - amount) < 0.0101
    assert sum((share.amount for share in found.shares), Decimal(0)) == invoice
    assert any(note.code == "shortfall" for note in found.notes) == (round(left, 6) < 0)
