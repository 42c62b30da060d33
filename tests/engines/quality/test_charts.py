"""Control charts against published constants and examples; run rules one by one; capability."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.quality import (
    NELSON,
    WESTERN_ELECTRIC,
    Panel,
    c_chart,
    capability,
    chart_constants,
    individuals,
    np_chart,
    one_sided_index,
    p_chart,
    signals,
    two_sided_index,
    u_chart,
    xbar_r,
    xbar_s,
)
from rongzhi.engines.quality.charts import ChartPoint
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.text import Text

# n: d2 d3 c4 A2 A3 B3 B4 D3 D4, as textbooks print them
TABLE = {
    2: (1.128, 0.853, 0.7979, 1.880, 2.659, 0, 3.267, 0, 3.267),
    3: (1.693, 0.888, 0.8862, 1.023, 1.954, 0, 2.568, 0, 2.574),
    4: (2.059, 0.880, 0.9213, 0.729, 1.628, 0, 2.266, 0, 2.282),
    5: (2.326, 0.864, 0.9400, 0.577, 1.427, 0, 2.089, 0, 2.114),
    6: (2.534, 0.848, 0.9515, 0.483, 1.287, 0.030, 1.970, 0, 2.004),
    7: (2.704, 0.833, 0.9594, 0.419, 1.182, 0.118, 1.882, 0.076, 1.924),
    8: (2.847, 0.820, 0.9650, 0.373, 1.099, 0.185, 1.815, 0.136, 1.864),
    9: (2.970, 0.808, 0.9693, 0.337, 1.032, 0.239, 1.761, 0.184, 1.816),
    10: (3.078, 0.797, 0.9727, 0.308, 0.975, 0.284, 1.716, 0.223, 1.777),
}


@pytest.mark.parametrize("size", TABLE)
def test_constants_are_the_printed_ones(size: int) -> None:
    k = chart_constants(size)
    computed = (k.d2, k.d3, k.c4, k.a2, k.a3, k.b3, k.b4, k.big_d3, k.big_d4)
    assert computed == pytest.approx(TABLE[size], abs=0.001)


def test_constants_with_a_closed_form() -> None:
    """n = 2: d2 = 2/√π, d3 = √(2 - 4/π), c4 = √(2/π); n = 3: d2 = 3/√π."""
    k = chart_constants(2)
    assert k.d2 == pytest.approx(2 / math.sqrt(math.pi), abs=1e-9)
    assert k.d3 == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-5)
    assert k.c4 == pytest.approx(math.sqrt(2 / math.pi), abs=1e-12)
    assert chart_constants(3).d2 == pytest.approx(3 / math.sqrt(math.pi), abs=1e-9)


def test_individuals_of_the_nist_handbook() -> None:
    """NIST/SEMATECH e-Handbook 6.3.2.2: ten flow rates; it rounds d2 to 1.128."""
    chart = individuals([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    location, moving = chart.panels
    assert location.centre == pytest.approx(50.81)
    assert moving.centre == pytest.approx(1.8778, abs=1e-4)
    assert location.upper == pytest.approx(55.8041, abs=0.002)
    assert location.lower == pytest.approx(45.8159, abs=0.002)
    assert moving.points[0].index == 1
    assert moving.lower == 0


def test_counts_of_the_nist_handbook() -> None:
    """NIST/SEMATECH e-Handbook 6.3.3.1: 400 nonconformities on 25 wafers, limits 16 ± 12."""
    panel = c_chart([16] * 25).panels[0]
    assert (panel.lower, panel.centre, panel.upper) == (4, 16, 28)


def test_shares_of_a_textbook() -> None:
    """Montgomery, frozen orange juice: 347 of 30 samples of 50; limits .0524 and .4102."""
    panel = p_chart([12] * 17 + [11] * 13, [50] * 30).panels[0]
    assert panel.centre == pytest.approx(0.2313, abs=5e-5)
    assert (panel.lower, panel.upper) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.4102, abs=5e-5))


def test_means_and_ranges() -> None:
    chart = xbar_r([[1, 3, 5, 7, 9], [3, 5, 7, 9, 11]])
    means, ranges = chart.panels
    assert (means.centre, ranges.centre) == (6, 8)
    assert means.upper == pytest.approx(6 + 0.577 * 8, abs=0.005)
    assert ranges.upper == pytest.approx(2.1145 * 8, abs=0.005)
    assert ranges.lower == 0
    assert chart.sigma_within == pytest.approx(8 / 2.326, abs=0.001)


def test_means_and_deviations() -> None:
    chart = xbar_s([[1, 3, 5, 7, 9], [3, 5, 7, 9, 11]])
    means, deviations = chart.panels
    assert deviations.centre == pytest.approx(math.sqrt(10))
    assert means.upper == pytest.approx(6 + 1.427 * math.sqrt(10), abs=0.005)
    assert deviations.upper == pytest.approx(2.089 * math.sqrt(10), abs=0.005)


def test_np_and_p_say_the_same() -> None:
    counts = [3, 5, 0, 2, 8]
    shares, numbers = p_chart(counts, [40] * 5).panels[0], np_chart(counts, 40).panels[0]
    assert [each.upper * 40 for each in shares.points] == pytest.approx([each.upper for each in numbers.points])


def test_u_has_limits_for_every_size() -> None:
    points = u_chart([4, 8], [1, 4]).panels[0].points
    assert [each.value for each in points] == [4, 2]
    assert points[0].sigma == pytest.approx(math.sqrt(2.4))
    assert points[1].sigma == pytest.approx(math.sqrt(0.6))
    assert points[0].lower == 0


def panel_of(z: list[float]) -> Panel:
    return Panel(Text("", ""), 0, tuple(ChartPoint(at, value, -3, 3, 1) for at, value in enumerate(z)), Text("", ""))


QUIET = [0.1, -0.2, 0.3, 0.2, -0.4, 0.1]
PATTERNS = {
    1: [*QUIET, 3.1],
    2: [-0.1, *[0.5, 0.2, 0.6, 0.1, 0.4, 0.3, 0.7, 0.2, 0.5]],
    3: [0.2, -1.2, -0.6, -0.1, 0.4, 0.9, 1.4],
    4: [0.5 * (-1) ** at for at in range(14)],
    5: [*QUIET, 2.2, 0.3, 2.4],
    6: [*QUIET, 1.2, 1.4, -0.2, 1.5, 1.1],
    7: [0.5, 0.4, -0.5, -0.6, 0.3, 0.6, -0.7, -0.2, 0.1, 0.7, -0.3, -0.8, 0.5, 0.2, -0.1],
    8: [1.2, 1.5, -1.3, -1.2, 1.4, 1.8, -1.1, -1.7],
}


@pytest.mark.parametrize("number", PATTERNS)
def test_each_nelson_rule_is_broken_by_its_pattern_and_not_before(number: int) -> None:
    rule = NELSON[number - 1]
    assert rule.number == number
    z = PATTERNS[number]
    found = signals(panel_of(z), [rule])
    assert [each.at for each in found] == [len(z) - 1]
    assert found[0].points == tuple(range(len(z) - rule.window, len(z)))
    assert signals(panel_of([-each for each in z]), [rule])[0].at == len(z) - 1


def test_western_electric_needs_eight_on_one_side() -> None:
    found = signals(panel_of([0.5, 0.2, 0.6, 0.1, 0.4, 0.3, 0.7, 0.2]), WESTERN_ELECTRIC)
    assert [each.rule.number for each in found] == [4]
    assert found[0].words.zh == "Western Electric 判异准则 4：连续 8 点在中心线同侧（第 1 至 8 点）"
    assert found[0].words.en == (
        "Western Electric rule 4: eight points in a row on one side of the centre (points 1 to 8)"
    )


def test_two_of_three_must_be_on_one_side_and_new() -> None:
    rule = [NELSON[4]]
    assert signals(panel_of([2.2, 0.1, -2.2]), rule) == ()
    assert signals(panel_of([2.2, 2.4, 0.1]), rule) == ()  # told at the second point only with three points behind it
    assert [each.at for each in signals(panel_of([0, 2.2, 2.4, 0.1]), rule)] == [2]


def test_points_without_variation_break_nothing() -> None:
    assert signals(individuals([5.0] * 20).panels[0]) == ()


def test_capability_of_the_nist_handbook() -> None:
    """NIST/SEMATECH e-Handbook 6.1.6: limits 8 and 20, mean 16, sigma 2 gives Cp 1.0 and Cpk 0.6667."""
    cp = two_sided_index(8, 20, 2, freedom=49, confidence=0.95)
    cpk = one_sided_index(16, (8, 20), 2, 50, 49, confidence=0.95)
    assert cp is not None
    assert cp.value == 1.0
    assert (round(cp.low, 3), round(cp.high, 3)) == (0.802, 1.197)
    assert round(cpk.value, 4) == 0.6667
    half = 1.959964 * math.sqrt(1 / 450 + 0.6667**2 / 98)
    assert cpk.high - cpk.value == pytest.approx(half, abs=1e-4)


def test_capability_within_and_overall() -> None:
    drifting = [[10.0 + shift + step for step in (-0.1, 0, 0.1)] for shift in (-0.3, 0, 0.3)]
    found = capability(drifting, lower=9, upper=11)
    assert found.cp is not None
    assert found.pp is not None
    assert found.cp.value > 2 * found.pp.value
    assert found.cpk.value == pytest.approx(found.cp.value)
    assert found.mean == pytest.approx(10)
    assert (found.observed, found.count) == (0, 9)
    assert [each.code for each in found.notes] == ["few-values"]


def test_one_limit_has_no_cp() -> None:
    rng = Random(7)
    found = capability([rng.gauss(5, 1) for _ in range(60)], upper=8)
    assert found.cp is None
    assert found.pp is None
    assert found.ppk.value == pytest.approx((8 - found.mean) / (3 * found.sigma_overall))
    assert found.ppk.low < found.ppk.value < found.ppk.high
    assert found.notes == ()


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=30), st.floats(0.5, 3), st.floats(-50, 50))
def test_indices_do_not_depend_on_the_unit(values: list[float], scale: float, shift: float) -> None:
    if max(values) - min(values) < 0.01:
        return
    a = capability(values, lower=-150, upper=150)
    b = capability([scale * x + shift for x in values], lower=-150 * scale + shift, upper=150 * scale + shift)
    assert b.ppk.value == pytest.approx(a.ppk.value, rel=1e-6)


def test_equal_values_within_every_subgroup_give_no_index() -> None:
    with pytest.raises(Rejected) as caught:
        capability([[1.0, 1.0], [2.0, 2.0]], upper=9)
    assert [each.code for each in caught.value.findings] == ["no-variation"]


def test_bad_data_is_refused_with_everything_at_once() -> None:
    with pytest.raises(Rejected) as caught:
        xbar_r([[1, 2], [1, 2, 3], [float("nan"), 1]])
    assert [(each.code, each.where) for each in caught.value.findings] == [
        ("unequal-subgroups", "subgroups[1]"),
        ("not-a-number", "subgroups[2][0]"),
    ]
    with pytest.raises(Rejected) as caught:
        p_chart([1, 60, -1], [50, 50, 0])
    assert [each.code for each in caught.value.findings] == ["count-impossible", "size-not-positive"]
    with pytest.raises(Rejected) as caught:
        capability([5.0, 5.0, 5.0], lower=9, upper=1)
    assert [each.code for each in caught.value.findings] == ["limits-reversed", "no-variation"]
