"""Decisions of quality gates."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rongzhi.engines.quality import (
    Characteristic,
    Decision,
    Reading,
    decide_first_article,
    decide_lot,
    judge,
    sampling_plan,
)
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.text import Text

BORE = Characteristic("D1", Text("孔径", "bore"), "mm", Decimal("9.98"), Decimal("10.02"), "critical")
LENGTH = Characteristic("L1", Text("长度", "length"), "mm", Decimal("49.9"), Decimal("50.1"))
BURR = Characteristic("V1", Text("毛刺", "burrs"), is_measured=False, weight="minor")
PLAN = sampling_plan(50, "2.5", level="S-4")  # n 5, Ac 0
LOOSE = sampling_plan(25, "15", level="I")  # n 3, Ac 1


def readings(items: int, **overrides: Decimal | bool) -> list[Reading]:
    good = {"D1": Decimal("10.00"), "L1": Decimal("50.0"), "V1": True}
    found = [Reading(code, f"{number}", value) for number in range(items) for code, value in good.items()]
    return [
        Reading(each.characteristic, each.item, overrides.get(f"{each.characteristic}_{each.item}", each.value))
        for each in found
    ]


def test_plans_used_here() -> None:
    assert (PLAN.sample_size, PLAN.accept) == (5, 0)
    assert (LOOSE.sample_size, LOOSE.accept) == (3, 1)


def test_a_good_sample_is_accepted_when_complete() -> None:
    whole = readings(5)
    assert decide_lot([BORE, LENGTH, BURR], whole, PLAN).decision is Decision.ACCEPT
    partial = decide_lot([BORE, LENGTH, BURR], whole[:-1], PLAN)
    assert partial.decision is Decision.UNDECIDED
    assert partial.missing == ("4:V1",)
    assert not partial.may_ship


def test_more_than_ac_rejects_before_the_sample_is_complete() -> None:
    found = decide_lot([BORE, LENGTH, BURR], readings(2, L1_1=Decimal("50.2")), PLAN)
    assert found.decision is Decision.REJECT
    assert found.nonconforming == ("1",)
    assert found.reasons[0].zh == "不合格品 1 件 ≥ Re 1：不接收"


def test_two_readings_outside_make_one_nonconforming_item() -> None:
    sample = [each for each in readings(3, L1_1=Decimal(60), V1_1=False) if each.characteristic != "D1"]
    found = decide_lot([LENGTH, BURR], sample, LOOSE)
    assert found.nonconforming == ("1",)
    assert found.decision is Decision.ACCEPT
    assert found.may_ship


def test_a_critical_reading_outside_rejects_whatever_ac() -> None:
    found = decide_lot([BORE, LENGTH, BURR], readings(3, D1_2=Decimal("10.03")), LOOSE)
    assert found.decision is Decision.REJECT
    assert (
        found.reasons[0].en == "critical characteristic D1 failed (2): 10.03 mm is outside 9.98 to 10.02 mm by 0.01 mm"
    )


def test_first_articles_need_everything_good() -> None:
    plan = [BORE, LENGTH, BURR]
    assert decide_first_article(plan, readings(1)).decision is Decision.ACCEPT
    assert decide_first_article(plan, readings(1)[:2]).decision is Decision.UNDECIDED
    assert decide_first_article(plan, readings(1, V1_0=False)).decision is Decision.REJECT
    assert decide_first_article(plan, readings(1), items=2).missing == ("#2:D1", "#2:L1", "#2:V1")


@pytest.mark.parametrize(
    ("value", "excess"), [("9.98", "0"), ("10.02", "0"), ("9.979", "0.001"), ("10.05", "0.03"), ("10.00", "0")]
)
def test_limits_belong_to_the_good_values(value: str, excess: str) -> None:
    found = judge(BORE, Reading("D1", "1", Decimal(value)))
    assert found.excess == Decimal(excess)
    assert found.is_good == (found.excess == 0)


def test_faults_are_reported_together() -> None:
    bad = Characteristic("D1", Text("孔径", "bore"), "mm", Decimal(2), Decimal(1))
    faults = [Reading("D1", "1", True), Reading("X", "1", True), Reading("D1", "1", Decimal(1))]
    with pytest.raises(Rejected) as caught:
        decide_lot([bad, bad, Characteristic("E", Text("", ""))], faults, PLAN)
    assert [each.code for each in caught.value.findings] == [
        "limits-reversed",
        "twice",
        "limits-reversed",
        "no-limits",
        "wrong-kind",
        "unknown-characteristic",
        "twice",
    ]


def test_more_items_than_the_sample_are_refused() -> None:
    with pytest.raises(Rejected) as caught:
        decide_lot([BORE, LENGTH, BURR], readings(6), PLAN)
    assert [each.code for each in caught.value.findings] == ["sample-too-large"]
