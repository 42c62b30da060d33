"""Scores recomputed by other arithmetic, from the published pack file and plain records."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.scoring import Evidence, load_pack, score

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MEASURES = ["delivered", "on_time", "accepted", "answered", "engaged", "packed", "claim"]


def by_hand(code: str, rows: list[tuple[int, str, int, float]]) -> float | None:
    """Return the score with floats and loops; rows are job, measure, days ago, value."""
    pack = tomllib.loads((files("rongzhi.engines.scoring") / "packs" / f"{code}.toml").read_text(encoding="utf-8"))
    latest: dict[int, int] = {}
    for job, measure, ago, value in rows:
        if measure == "delivered" and value > 0:
            latest[job] = min(ago, latest.get(job, ago))
    reach = pack["window"]["days"]
    for count, ago in enumerate(sorted(latest.values()), 1):
        if count <= pack["window"]["jobs"]:
            reach = max(reach, ago)
    reach = min(reach, pack["window"]["longest_days"])
    inside = [row for row in rows if row[2] <= reach]
    done = {job for job, measure, _, value in inside if measure == "delivered" and value > 0}
    if len(done) < pack["evidence"]["jobs"]:
        return None
    top = weight = 0.0
    for criterion in pack["criteria"]:
        values = [value for _, measure, _, value in inside if measure == criterion["measure"]]
        if not values:
            if criterion["key"] in pack["evidence"]["needs"]:
                return None
            continue
        (_, low), (_, high) = criterion["curve"]
        points = low + (high - low) * sum(values) / len(values)
        for rule in pack.get("rules", []):
            if rule["criterion"] == criterion["key"]:
                points = limited(rule, points, inside, done)
        top, weight = top + criterion["weight"] * points, weight + criterion["weight"]
    return top / weight


def limited(rule: dict[str, object], points: float, inside: list[tuple[int, str, int, float]], done: set[int]) -> float:
    if rule["per"] == "jobs":
        claimed = {job for job, measure, _, value in inside if measure == rule["measure"] and value > 0 and job in done}
        bites = 5 * len(claimed) >= len(done)  # 20 % of the orders
    else:
        values = [value for _, measure, _, value in inside if measure == rule["measure"]]
        bites = 2 * sum(values) <= len(values)  # 50 % delayed
    return min(points, float(str(rule["points_at_most"]))) if bites else points


records = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(MEASURES), st.integers(0, 420), st.sampled_from([0.0, 0.5, 1.0])),
    max_size=80,
)


@given(records, st.sampled_from(["us-practice", "eu-practice"]))
def test_two_ways_of_reckoning_agree(rows: list[tuple[int, str, int, float]], code: str) -> None:
    evidence = [
        Evidence(f"e{n}", "F1", f"J{job}", measure, NOW - timedelta(days=ago), Decimal(str(value)))
        for n, (job, measure, ago, value) in enumerate(rows)
    ]
    found, expected = score(load_pack(code), "F1", evidence, NOW).score, by_hand(code, rows)
    assert (found is None) == (expected is None)
    if found is not None:
        assert float(found) == pytest.approx(expected, abs=0.0501)


def test_a_full_book_of_records() -> None:
    """11 jobs in 30 days: (8 + 7 + 7 + 8) / 44; 12 in 90 days: four times 8/12 of 1 to 5, quality 3 by the claims."""
    rows = [(n, m, 3 * n, float((n + len(m)) % 3 > 0)) for n in range(12) for m in MEASURES if m != "delivered"]
    rows += [(n, "delivered", 3 * n, 1.0) for n in range(12)]
    for code, expected in (("us-practice", "68.2"), ("eu-practice", "3.5")):
        evidence = [
            Evidence(f"e{n}", "F1", f"J{job}", measure, NOW - timedelta(days=ago), Decimal(str(value)))
            for n, (job, measure, ago, value) in enumerate(rows)
        ]
        card = score(load_pack(code), "F1", evidence, NOW)
        assert by_hand(code, rows) == pytest.approx(float(card.score or 0), abs=0.0501)
        assert str(card.score) == expected
