"""Sampling plans against the published tables, the shape of the tables, and the operating characteristic."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.quality import (
    Inspection,
    acceptance_of_lot,
    acceptance_probability,
    code_letter,
    operating_curve,
    quality_at,
    sampling_plan,
    sampling_tables,
)
from rongzhi.engines.quality.sampling import follow
from rongzhi.kernel.errors import Rejected

TABLES = sampling_tables()
LETTERS = "ABCDEFGHJKLMNPQR"

# Plans that the columns of tables 2-A, 2-B and 2-C lead to, arrows followed: letter, n, Ac for the letters A to R.
PUBLISHED = {
    ("normal", "0.65"): "F20/0 F20/0 F20/0 F20/0 F20/0 F20/0 F20/0 J80/1 J80/1 K125/2 L200/3 M315/5 N500/7 P800/10 "
    "Q1250/14 R2000/21",
    ("normal", "1.0"): "E13/0 E13/0 E13/0 E13/0 E13/0 E13/0 H50/1 H50/1 J80/2 K125/3 L200/5 M315/7 N500/10 P800/14 "
    "Q1250/21 Q1250/21",
    ("normal", "2.5"): "C5/0 C5/0 C5/0 C5/0 F20/1 F20/1 G32/2 H50/3 J80/5 K125/7 L200/10 M315/14 N500/21 N500/21 "
    "N500/21 N500/21",
    ("tightened", "1.0"): "F20/0 F20/0 F20/0 F20/0 F20/0 F20/0 J80/1 J80/1 J80/1 K125/2 L200/3 M315/5 N500/8 P800/12 "
    "Q1250/18 Q1250/18",
    ("tightened", "2.5"): "D8/0 D8/0 D8/0 D8/0 G32/1 G32/1 G32/1 H50/2 J80/3 K125/5 L200/8 M315/12 N500/18 N500/18 "
    "N500/18 N500/18",
    ("tightened", "0.025"): "P800/0 P800/0 P800/0 P800/0 P800/0 P800/0 P800/0 P800/0 P800/0 P800/0 P800/0 P800/0 "
    "P800/0 P800/0 S3150/1 S3150/1",
    ("reduced", "1.0"): "E5/0 E5/0 E5/0 E5/0 E5/0 E5/0 J32/1 J32/1 J32/1 K50/2 L80/3 M125/5 N200/6 P315/8 Q500/10 "
    "Q500/10",
    ("reduced", "2.5"): "C2/0 C2/0 C2/0 C2/0 G13/1 G13/1 G13/1 H20/2 J32/3 K50/5 L80/6 M125/8 N200/10 N200/10 N200/10 "
    "N200/10",
    ("reduced", "0.025"): "N200/0 N200/0 N200/0 N200/0 N200/0 N200/0 N200/0 N200/0 N200/0 N200/0 N200/0 N200/0 N200/0 "
    "N200/0 N200/0 N200/0",
    ("reduced", "250"): "A2/10 B2/10 C2/10 D3/14 E5/21 E5/21 E5/21 E5/21 E5/21 E5/21 E5/21 E5/21 E5/21 E5/21 E5/21 "
    "E5/21",
    ("normal", "1000"): "A2/30 B3/44 B3/44 B3/44 B3/44 B3/44 B3/44 B3/44 B3/44 B3/44 B3/44 B3/44 B3/44 B3/44 B3/44 "
    "B3/44",
}


@pytest.mark.parametrize(("severity", "aql"), PUBLISHED)
def test_columns_of_the_published_tables(severity: str, aql: str) -> None:
    inspection = Inspection(severity)
    found = []
    for letter in LETTERS:
        used, accept = follow(letter, Decimal(aql), inspection)
        found.append(f"{used}{TABLES.sizes[inspection][used]}/{accept}")
    assert found == PUBLISHED[severity, aql].split()


@pytest.mark.parametrize(
    ("lot", "letter", "n", "accept"), [(1000, "J", 80, 2), (2000, "K", 125, 3), (5000, "L", 200, 5)]
)
def test_plans_everybody_knows(lot: int, letter: str, n: int, accept: int) -> None:
    plan = sampling_plan(lot, "1.0")
    assert (plan.letter, plan.sample_size, plan.accept, plan.reject) == (letter, n, accept, accept + 1)


@pytest.mark.parametrize(
    ("lot", "letters"),
    [(2, "AAAAAAB"), (90, "BBCCCEF"), (91, "BBCDDFG"), (1200, "CCEFGJK"), (1201, "CDEGHKL"), (500_001, "DEHKNQR")],
)
def test_code_letters_by_level(lot: int, letters: str) -> None:
    assert "".join(code_letter(lot, level) for level in TABLES.levels) == letters


def test_every_level_asks_for_more_with_the_lot_and_with_the_level() -> None:
    rows = [letters for _, letters in TABLES.lots]
    for upper, lower in pairwise(rows):
        assert all(LETTERS.index(a) <= LETTERS.index(b) for a, b in zip(upper, lower, strict=True))
    for row in rows:
        general = [LETTERS.index(each) for each in row[4:]]
        assert general == sorted(general)


@pytest.mark.parametrize(
    ("severity", "numbers", "small"),
    [
        ("normal", {14: 0, 17: 1, 18: 2, 19: 3, 20: 5, 21: 7, 22: 10, 23: 14, 24: 21}, {25: 30, 26: 44}),
        ("tightened", {15: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 8, 23: 12, 24: 18}, {25: 27, 26: 41}),
        ("reduced", {14: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 6, 23: 8, 24: 10}, {25: 14, 26: 21}),
    ],
)
def test_equal_products_of_size_and_aql_have_equal_numbers(
    severity: str, numbers: dict[int, int], small: dict[int, int]
) -> None:
    """Sizes and limits are two geometric series, so Ac depends on the sum of row and column only."""
    for row, letter in enumerate(LETTERS):
        if severity == "reduced" and row < 2:
            continue  # n stays 2 there
        cells = TABLES.cells[Inspection(severity)][letter]
        for column, cell in enumerate(cells):
            want = numbers.get(row + column, small.get(row + column) if row <= 4 else None)
            assert cell == str(want) if want is not None else cell in {"v", "^"}, (letter, column)


def test_reduced_a_and_b_have_the_numbers_of_normal_a() -> None:
    reduced, normal = TABLES.cells[Inspection.REDUCED], TABLES.cells[Inspection.NORMAL]
    assert reduced["A"][17:] == reduced["B"][17:] == normal["A"][17:]


@given(
    st.integers(2, 2_000_000),
    st.sampled_from(TABLES.aql),
    st.sampled_from(TABLES.levels),
    st.sampled_from(list(Inspection)),
)
def test_every_plan_can_be_carried_out(lot: int, aql: Decimal, level: str, inspection: Inspection) -> None:
    plan = sampling_plan(lot, aql, level=level, inspection=inspection)
    assert 1 <= plan.sample_size <= lot
    assert plan.reject == plan.accept + 1
    assert plan.is_full == (plan.sample_size == lot)
    assert plan.accepts(plan.accept)
    assert not plan.accepts(plan.reject)


@given(st.integers(2, 500_000), st.sampled_from(TABLES.aql[5:16]))
def test_tightened_never_accepts_more_easily(lot: int, aql: Decimal) -> None:
    normal, tightened = (sampling_plan(lot, aql, inspection=each) for each in ("normal", "tightened"))
    percent = float(aql)
    assert (
        acceptance_probability(tightened.sample_size, tightened.accept, percent)
        <= acceptance_probability(normal.sample_size, normal.accept, percent) + 1e-12
        or tightened.is_full
    )


def test_words_tell_the_way() -> None:
    plan = sampling_plan(100, "0.25")
    assert plan.words.zh == (
        "批量 100、检验水平 II：字码 F，箭头指向字码 H；正常检验（表 2-A）、AQL 0.25：n = 50，Ac = 0，Re = 1"
    )
    assert plan.words.en == (
        "lot of 100 at level II: letter F, the arrow leads to letter H; normal inspection (table 2-A), AQL 0.25: "
        "n = 50, Ac = 0, Re = 1"
    )


def test_small_lots_are_inspected_in_full() -> None:
    plan = sampling_plan(20, "0.10")
    assert (plan.sample_size, plan.is_full, plan.accept) == (20, True, 0)


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(Rejected) as caught:
        sampling_plan(1, "1.2", level="IV", inspection="lax")
    assert [(each.code, each.where) for each in caught.value.findings] == [
        ("lot-too-small", "lot_size"),
        ("unknown-level", "level"),
        ("unknown-aql", "aql"),
        ("unknown-inspection", "inspection"),
    ]
    assert caught.value.findings[2].fix.en == "use one of: 0.65, 1.0, 1.5"


def test_operating_points_of_80_2() -> None:
    """The 95 % and 10 % points the standard prints for letter J, AQL 1.0."""
    assert round(quality_at(80, 2, 0.95), 2) == 1.03
    assert round(quality_at(80, 2, 0.10), 2) == 6.52
    assert round(acceptance_probability(80, 2, 1.0), 4) == 0.9534


def test_poisson_points_of_80_2() -> None:
    """np of the unity-value table for Ac 2: 0.818 at 95 %, 5.322 at 10 %."""
    assert round(quality_at(80, 2, 0.95, "nonconformities") * 0.8, 3) == 0.818
    assert round(quality_at(80, 2, 0.10, "nonconformities") * 0.8, 3) == 5.322
    assert round(acceptance_probability(80, 2, 1.0, "nonconformities"), 4) == 0.9526


def test_one_lot_is_hypergeometric() -> None:
    assert acceptance_of_lot(10, 1, 10, 0) == 0.0
    assert acceptance_of_lot(10, 1, 2, 0) == pytest.approx(0.8)


def test_the_curve_falls_from_certainty() -> None:
    curve = operating_curve(sampling_plan(1000, "1.0"))
    assert len(curve) == 41
    assert curve[0].acceptance == 1.0
    assert curve[-1].acceptance == pytest.approx(0.01)
    assert all(a.acceptance > b.acceptance for a, b in pairwise(curve))
