"""Invoices divided by contract rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.settling import (
    Contract,
    Defects,
    Delivered,
    Fee,
    Lateness,
    Price,
    read_contract,
    settle,
)
from rongzhi.kernel.errors import Rejected

D = Decimal

TEXT = """
code = "C-1"
version = "1"
since = 2026-01-01

[fee]
party = "platform"
share = 0.05
least = 50
most = 500

[[prices]]
operation = "10"
party = "A"
per_piece = 18.50
fixed = 650

[[prices]]
operation = "20"
party = "B"
per_piece = 4.00

[lateness]
malus_per_day = 0.01
malus_cap = 0.05
grace_days = 1
bonus_per_day = 0.005
bonus_cap = 0.02

[defects]
allowed = 0.02
malus_per_piece = 10
malus_cap = 0.10
bonus = 0.01

[remainder]
platform = 1
"""
CONTRACT = read_contract(TEXT)


def test_a_contract_read_from_text() -> None:
    assert (
        Contract(
            "C-1",
            "1",
            date(2026, 1, 1),
            Fee("platform", D("0.05"), D(50), D(500)),
            (Price("10", "A", D("18.50"), D(650)), Price("20", "B", D("4.00"))),
            Lateness(D("0.01"), D("0.05"), 1, D("0.005"), D("0.02")),
            Defects(D("0.02"), D(10), D("0.10"), D("0.01")),
            {"platform": D(1)},
        )
        == CONTRACT
    )


def test_prices_malus_bonus_and_what_is_left() -> None:
    """A: 650 + 100 × 18.50 = 2,500, 3 days late, 1 is free: 2 %. B: 96 × 4 = 384, 4 defective of 100, 2 free."""
    found = settle(CONTRACT, D("3200.00"), [Delivered("10", 100, 0, 3), Delivered("20", 96, 4, -2)])
    parts = {share.party: {part.code: part.amount for part in share.parts} for share in found.shares}
    assert parts["A"] == {"work:10": D("2500.00"), "late:10": D("-50.00"), "flawless:10": D("25.00")}
    assert parts["B"] == {"work:20": D("384.00"), "early:20": D("3.84"), "defects:20": D("-20.00")}
    assert parts["platform"] == {"fee": D("160.00"), "remainder": D("197.16")}
    assert (found.of("A"), found.of("B"), found.of("platform")) == (D("2475.00"), D("367.84"), D("357.16"))
    assert found.of("nobody") == 0
    assert found.notes == ()


def test_every_part_says_why() -> None:
    found = settle(CONTRACT, D("3200.00"), [Delivered("10", 100, 5, 9)])
    assert [part.words.zh for share in found.shares for part in share.parts] == [
        "平台费：发票 3,200.00 的 5 %",
        "余额 695.00 的 100 %",
        "工序 10：合格 100 件 × 18.50 + 固定 650 = 2,500.00",
        "工序 10 迟交 9 天（宽限 1 天）：扣 5 %（每天 1 %，上限 5 %）",
        "工序 10 不合格 5 件（允许 2 件）：3 件 × 10，上限 10 %",
    ]
    late = found.shares[1].parts[1]
    assert late.words.en == "operation 10 9 days late (grace 1): 5 % off (1 % a day, 5 % at most)"
    assert late.amount == D("-125.00")


@pytest.mark.parametrize(("invoice", "fee"), [("100.00", "50.00"), ("2000.00", "100.00"), ("90000.00", "500.00")])
def test_the_fee_has_limits(invoice: str, fee: str) -> None:
    found = settle(replace(CONTRACT, remainder={"A": D(1)}), D(invoice), [])
    assert found.of("platform") == D(fee)


def test_caps_hold() -> None:
    found = settle(CONTRACT, D("3200.00"), [Delivered("10", 100, 100, 99)])
    parts = {part.code: part.amount for part in found.shares[1].parts}
    assert parts == {"work:10": D("2500.00"), "late:10": D("-125.00"), "defects:10": D("-250.00")}


def test_a_shortfall_is_borne_and_named() -> None:
    found = settle(CONTRACT, D("1000.00"), [Delivered("10", 100)])
    assert found.of("platform") == D("-1525.00")
    assert found.of("A") == D("2525.00")
    assert [each.code for each in found.notes] == ["shortfall", "party-pays"]
    pro_rata = settle(replace(CONTRACT, remainder={}), D("1000.00"), [Delivered("10", 100)])
    assert (pro_rata.of("platform"), pro_rata.of("A")) == (D("50.00"), D("950.00"))


def test_without_rules_for_the_rest_parties_share_by_what_they_earned() -> None:
    found = settle(replace(CONTRACT, remainder={}), D("4000.00"), [Delivered("10", 50, 1), Delivered("20", 393, 1)])
    a, b = D(1575), D(1572)
    left = 4000 - 200 - a - b
    assert found.of("A") == a + round(left * a / (a + b), 2)
    assert found.of("A") + found.of("B") + found.of("platform") == D("4000.00")


def test_rounding_is_a_part_of_its_own() -> None:
    even = replace(CONTRACT, remainder={"A": D(1), "B": D(1), "platform": D(1)})
    found = settle(even, D("100.00"), [])
    rest = {share.party: [part.code for part in share.parts if part.amount] for share in found.shares}
    assert sum(share.amount for share in found.shares) == D("100.00")
    assert found.of("A") == D("16.67")
    assert rest == {"platform": ["fee", "remainder"], "A": ["remainder"], "B": ["remainder", "rounding"]}


deliveries = st.lists(
    st.builds(
        Delivered, st.sampled_from(["10", "20"]), st.integers(0, 5000), st.integers(0, 300), st.integers(-20, 40)
    ),
    max_size=6,
)


@given(
    st.decimals(0, 500_000, places=2),
    deliveries,
    st.dictionaries(st.sampled_from(["A", "B", "platform", "customer"]), st.decimals(D("0.1"), 9, places=1)),
    st.decimals(0, 100, places=4),
    st.decimals(0, 1, places=5),
)
def test_shares_always_sum_to_the_invoice_and_parts_to_their_share(
    invoice: Decimal, done: list[Delivered], remainder: dict[str, Decimal], price: Decimal, malus: Decimal
) -> None:
    contract = replace(
        CONTRACT,
        remainder=remainder,
        prices=(Price("10", "A", price, D("0.333")), Price("20", "B", D("1.0001"))),
        lateness=Lateness(malus, D("0.77777"), 2, malus / 7, D("0.3")),
    )
    found = settle(contract, invoice, done)
    assert sum((share.amount for share in found.shares), D(0)) == invoice
    for share in found.shares:
        assert sum((part.amount for part in share.parts), D(0)) == share.amount
        assert share.amount == round(share.amount, 2)
    again = settle(contract, invoice, done)
    assert again.shares == found.shares


def test_the_order_of_deliveries_changes_no_amount() -> None:
    done = [Delivered("10", 33, 1, 3), Delivered("20", 77, 0, -1), Delivered("10", 11, 0, 0)]
    forward, backward = settle(CONTRACT, D("999.99"), done), settle(CONTRACT, D("999.99"), done[::-1])
    assert {s.party: s.amount for s in forward.shares} == {s.party: s.amount for s in backward.shares}


def test_a_late_day_never_earns_more() -> None:
    amounts = [settle(CONTRACT, D("9000.00"), [Delivered("10", 100, 3, days)]).of("A") for days in range(-10, 15)]
    assert amounts == sorted(amounts, reverse=True)
    assert Fraction(amounts[0]) > Fraction(amounts[-1])


def test_faults_of_a_settlement_are_reported_together() -> None:
    bad = replace(CONTRACT, prices=(*CONTRACT.prices, Price("10", "C", D(-1))), remainder={"A": D(0)})
    with pytest.raises(Rejected) as caught:
        settle(bad, D("1.001"), [Delivered("30", 1), Delivered("10", -1)])
    assert [(each.code, each.where) for each in caught.value.findings] == [
        ("out-of-range", "prices[2].per_piece"),
        ("priced-twice", "prices[2].operation"),
        ("remainder", "remainder"),
        ("invoice", "invoice"),
        ("no-price", "delivered[0].operation"),
        ("negative-count", "delivered[1]"),
    ]


def test_binary_floats_are_refused() -> None:
    bad = replace(CONTRACT, prices=(Price("10", "A", 0.1),))  # type: ignore[arg-type]
    with pytest.raises(Rejected) as caught:
        settle(bad, 1.5, [])  # type: ignore[arg-type]
    assert [(each.code, each.where) for each in caught.value.findings] == [
        ("wrong-kind", "prices[0].per_piece"),
        ("invoice", "invoice"),
    ]


def test_faults_of_a_contract_text_are_reported_together() -> None:
    text = TEXT.replace('code = "C-1"', "cod = 1").replace("share = 0.05", 'share = "5 %"').replace("fixed", "fix")
    with pytest.raises(Rejected) as caught:
        read_contract(text)
    assert [(each.code, each.where) for each in caught.value.findings] == [
        ("unknown-key", "cod"),
        ("missing", "code"),
        ("wrong-kind", "fee.share"),
        ("unknown-key", "prices[0].fix"),
    ]
    with pytest.raises(Rejected) as caught:
        read_contract(TEXT.replace("bonus = 0.01", "bonus = 1.5").replace("most = 500", "most = 5"))
    assert [each.code for each in caught.value.findings] == ["out-of-range", "fee-limits"]
    with pytest.raises(Rejected) as caught:
        read_contract("= 1")
    assert [each.code for each in caught.value.findings] == ["not-toml"]
    with pytest.raises(Rejected) as caught:
        read_contract("since = 5\nfee = 3\n[[prices]]\nper_piece = 1")
    assert [each.where for each in caught.value.findings] == [
        "code", "version", "since", "fee", "prices[0].operation", "prices[0].party",
    ]  # fmt: skip
