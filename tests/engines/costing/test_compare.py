"""Alternatives side by side."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rongzhi.engines.costing import Alternative, compare
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.text import Text

D = Decimal


def way(code: str, price: int, days: int, co2: int | None = None) -> Alternative:
    return Alternative(code, Text(code, code), D(price), D(days), None if co2 is None else D(co2))


def test_merits_best_and_words() -> None:
    base, near, slow = compare([way("base", 1000, 10, 50), way("near", 1100, 7, 40), way("slow", 900, 15)])
    assert (base.words.zh, base.merits) == ("基准方案", ())
    assert near.merits == ("faster", "greener")
    assert near.best == ("days", "co2")
    assert near.words == Text("贵 100 CNY，快 3 天，少 10 kg CO₂", "100 CNY dearer, 3 days faster, 10 kg CO₂ less")
    assert slow.merits == ("cheaper",)
    assert slow.best == ("price",)
    assert slow.co2_change is None
    assert slow.words.en == "100 CNY cheaper, 5 days slower, emissions not known"


def test_unknown_emissions_are_never_better() -> None:
    known, unknown = compare([way("known", 100, 5, 10), way("unknown", 100, 5)])
    assert (known.beaten_by, unknown.beaten_by) == ((), ())
    assert known.best == ("price", "days", "co2")
    assert unknown.best == ("price", "days")
    cheaper, base = compare([way("cheaper", 90, 5), way("base", 100, 5, 10)], base="base")
    assert base.beaten_by == ()  # it might be greener
    assert cheaper.price_change == -10


def test_beaten_alternatives_name_who_beats_them() -> None:
    found = compare([way("a", 100, 5, 10), way("b", 100, 6, 10), way("c", 99, 5, 9)])
    assert [each.beaten_by for each in found] == [("c",), ("a", "c"), ()]


def test_faults() -> None:
    with pytest.raises(Rejected) as caught:
        compare([way("a", 1, 1), way("a", 2, 2)], base="z")
    assert [each.code for each in caught.value.findings] == ["alternatives", "unknown-base"]
    with pytest.raises(Rejected):
        compare([])
