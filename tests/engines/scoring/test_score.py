"""Scores from evidence, after both packs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.scoring import Evidence, load_pack, score, window_begin
from rongzhi.kernel.errors import Rejected

D = Decimal
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
US, EU = load_pack("us-practice"), load_pack("eu-practice")


def day(ago: float) -> datetime:
    return NOW - timedelta(days=ago)


def job(name: str, ago: float, **values: float) -> list[Evidence]:
    """One delivered job with a record for each measure, on time and accepted unless said otherwise."""
    found = {"delivered": 1, "on_time": 1, "accepted": 1, "answered": 1, "engaged": 1, "packed": 1, **values}
    return [
        Evidence(f"{name}/{measure}", "F1", name, measure, day(ago), D(str(value))) for measure, value in found.items()
    ]


def jobs(count: int, *, ago: float = 5, late: int = 0, bad: int = 0, claims: int = 0) -> list[Evidence]:
    rows = []
    for n in range(count):
        values = {"on_time": float(n >= late), "accepted": float(n >= bad)}
        if n < claims:
            values["claim"] = 1.0
        rows += job(f"J{n:03}", ago, **values)
    return rows


def test_everything_good_is_full_marks() -> None:
    card = score(US, "F1", jobs(10), NOW)
    assert (card.score, card.grade) == (D("100.0"), "A")
    assert score(EU, "F1", jobs(10), NOW).score == D("5.0")


def test_nothing_delivered_is_no_score_and_never_a_good_one() -> None:
    empty = score(US, "F1", [], NOW)
    assert (empty.score, empty.grade, empty.jobs) == (None, "", ())
    assert empty.reason.zh == "窗口内只交付 0 单，至少 3 单才有分"
    friendly = [Evidence(f"e{n}", "F1", "", "answered", day(n)) for n in range(20)]
    assert score(US, "F1", friendly, NOW).score is None
    assert score(US, "F1", jobs(2), NOW).score is None
    assert score(US, "F1", jobs(3), NOW).score == D("100.0")


def test_no_score_without_the_criteria_that_matter() -> None:
    some = [each for each in jobs(5) if each.measure != "accepted"]
    card = score(US, "F1", some, NOW)
    assert card.score is None
    assert card.reason.en == "no score without records of quality"


def test_weights_of_criteria_without_records_go_to_the_others() -> None:
    some = [each for each in jobs(10, late=4) if each.measure not in {"engaged", "answered"}]
    card = score(US, "F1", some, NOW)
    assert card.score == D("80.0")
    assert [each.weight for each in card.criteria] == [D("0.5"), D("0.5"), D(0), D(0)]
    assert card.criteria[3].words.en == "no record, its weight goes to the others"


@pytest.mark.parametrize(
    ("late", "bad", "value", "grade"),
    [(0, 0, "100.0", "A"), (4, 0, "90.0", "A"), (5, 0, "87.5", "B"), (8, 0, "80.0", "B"), (8, 1, "77.5", "C"),
     (8, 5, "67.5", "D"), (10, 10, "50.0", "")],
)  # fmt: skip
def test_grades(late: int, bad: int, value: str, grade: str) -> None:
    card = score(US, "F1", jobs(10, late=late, bad=bad), NOW)
    assert (card.score, card.grade) == (D(value), grade)


def test_the_card_can_be_recomputed_by_hand() -> None:
    card = score(US, "F1", jobs(10, late=5), NOW)
    assert card.reason.zh == "0.25 × 50.00 + 0.25 × 100.00 + 0.25 × 100.00 + 0.25 × 100.00 = 87.5，等级 B"
    assert card.reason.en == "0.25 × 50.00 + 0.25 × 100.00 + 0.25 × 100.00 + 0.25 × 100.00 = 87.5, grade B"
    first = card.criteria[0]
    assert (first.share, first.points) == (D("0.5"), D(50))
    assert first.words.en == "10 records, 50.0 % on average, 50.00 points"
    assert {each.code for each in first.records} == {f"J{n:03}/on_time" for n in range(10)}


@pytest.mark.parametrize(("claims", "points"), [(0, "5"), (1, "4.6"), (2, "3"), (4, "3"), (9, "1.4")])
def test_claims_on_a_fifth_of_the_orders_leave_three_points(claims: int, points: str) -> None:
    card = score(EU, "F1", jobs(10, bad=claims, claims=claims), NOW)
    quality = card.criteria[1]
    assert quality.points == D(points)
    assert bool(quality.caps) == (claims in {2, 4})


@pytest.mark.parametrize(("late", "points"), [(4, "3.4"), (5, "2"), (6, "2"), (9, "1.4")])
def test_half_delayed_leaves_two_points(late: int, points: str) -> None:
    assert score(EU, "F1", jobs(10, late=late), NOW).criteria[0].points == D(points)


def test_thresholds_are_strict_and_change_nothing() -> None:
    shown = {each.threshold.measure: each.is_met for each in score(US, "F1", jobs(20, late=1), NOW).thresholds}
    assert shown == {"on_time": False, "claim": True}  # 95 % is not more than 95 %
    shown = {each.threshold.measure: each.is_met for each in score(US, "F1", jobs(100, claims=1), NOW).thresholds}
    assert shown == {"on_time": True, "claim": False}
    assert {each.is_met for each in score(US, "F1", [], NOW).thresholds} == {None}


def test_the_window_reaches_back_for_enough_jobs_but_not_too_far() -> None:
    assert window_begin(US, [], NOW) == day(30)
    many = [each for n in range(12) for each in job(f"J{n}", 2 * n)]
    assert window_begin(US, many, NOW) == day(30)
    slow = [each for n in range(12) for each in job(f"J{n}", 12 * n)]
    assert window_begin(US, slow, NOW) == day(108)
    old = [each for n in range(12) for each in job(f"J{n}", 40 * n)]
    assert window_begin(US, old, NOW) == day(180)
    card = score(US, "F1", old, NOW)
    assert card.jobs == ("J0", "J1", "J2", "J3", "J4")
    assert {each.reason.en for each in card.excluded} == {"before the window", "the pack does not look at packed"}


def test_what_does_not_count_is_shown_with_the_reason() -> None:
    rows = jobs(4, late=1)
    appealed = [replace(each, set_aside="appeal 7") if each.code == "J000/on_time" else each for each in rows]
    future = Evidence("later", "F1", "J9", "on_time", NOW + timedelta(hours=1), D(0))
    other = Evidence("theirs", "F2", "J9", "on_time", day(1), D(0))
    card = score(US, "F1", [*appealed, future, other], NOW)
    assert card.score == D("100.0")
    reasons = {each.evidence.code: each.reason.zh for each in card.excluded if each.evidence.measure != "packed"}
    assert reasons == {"J000/on_time": "已撤除：appeal 7", "later": "晚于评分时刻"}


def test_equal_inputs_have_equal_digests() -> None:
    rows = jobs(5)
    shuffled = rows.copy()
    Random(1).shuffle(shuffled)
    first, again = score(US, "F1", rows, NOW), score(US, "F1", shuffled, NOW)
    assert first == again
    changed = [replace(rows[1], value=D(0)), rows[0], *rows[2:]]
    others = [
        score(US, "F1", changed, NOW),
        score(US, "F1", rows, NOW + timedelta(minutes=1)),
        score(replace(US, version="2"), "F1", rows, NOW),
    ]
    assert len({first.digest, *(each.digest for each in others)}) == 4


records = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["on_time", "accepted", "answered", "engaged", "claim", "delivered"]),
              st.integers(0, 400), st.integers(0, 4)),
    max_size=60,
)  # fmt: skip


@given(records, st.sampled_from([US, EU]))
def test_scores_stay_on_the_scale_and_need_deliveries(rows: list[tuple[int, str, int, int]], pack: object) -> None:
    assert pack in (US, EU)
    used = US if pack is US else EU
    evidence = [
        Evidence(f"e{n}", "F1", f"J{number}", measure, day(ago), D(quarter) / 4)
        for n, (number, measure, ago, quarter) in enumerate(rows)
    ]
    card = score(used, "F1", evidence, NOW)
    assert card.score is None or used.least <= card.score <= used.most
    assert card.score is None or len(card.jobs) >= used.jobs_needed
    assert len(card.excluded) + len({e.code for e in evidence} - {each.evidence.code for each in card.excluded}) == len(
        evidence
    )
    if card.score is not None:
        total = sum(c.weight * c.points for c in card.criteria if c.points is not None)
        assert abs(total - card.score) <= D("0.051")


def test_bad_records_are_refused_together() -> None:
    rows = [
        Evidence("a", "F1", "J", "on_time", datetime(2026, 1, 1), D(2)),
        Evidence("a", "F1", "J", "on_time", NOW),
    ]
    with pytest.raises(Rejected) as caught:
        score(US, "F1", rows, datetime(2026, 1, 2))
    assert [each.code for each in caught.value.findings] == ["no-zone", "value", "no-zone", "twice"]
