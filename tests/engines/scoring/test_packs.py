"""Score packs as data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from rongzhi.engines.scoring import load_pack, pack_codes, read_pack
from rongzhi.kernel.errors import NotFound, Rejected

TEXT = (files("rongzhi.engines.scoring") / "packs" / "us-practice.toml").read_text(encoding="utf-8")


def test_packs_say_whose_they_are_and_where_from() -> None:
    assert pack_codes() == ("eu-practice", "us-practice")
    for code in pack_codes():
        pack = load_pack(code)
        assert pack.code == code
        assert pack.since == date(2026, 11, 22)
        assert pack.status.en.startswith("ours, after published practice")
        assert pack.status.zh.startswith("本平台编制，参照公开的平台惯例")
        assert pack.sources
        assert all(each.address.startswith("https://") and each.noted >= date(2026, 1, 1) for each in pack.sources)
        assert sum(each.weight for each in pack.criteria) == 100


def test_published_figures_of_the_us_practice() -> None:
    pack = load_pack("us-practice")
    assert [(each.code, each.at_least) for each in pack.grades] == [("A", 90), ("B", 80), ("C", 70), ("D", 60)]
    assert (pack.days, pack.jobs, pack.longest_days) == (30, 10, 180)
    assert [each.key for each in pack.criteria] == ["on_time", "quality", "communication", "engagement"]
    assert [each.above or each.below for each in pack.thresholds] == [Decimal("0.95"), Decimal("0.01")]


def test_published_figures_of_the_eu_practice() -> None:
    pack = load_pack("eu-practice")
    assert (pack.days, pack.jobs, pack.most) == (90, 10, 5)
    assert [each.key for each in pack.criteria] == ["timing", "quality", "packing", "communication"]
    assert [(each.at_least, each.at_most, each.points_at_most) for each in pack.rules] == [
        (Decimal("0.20"), None, 3),
        (None, Decimal("0.50"), 2),
    ]


def test_unknown_packs_name_the_known_ones() -> None:
    with pytest.raises(NotFound, match="eu-practice, us-practice"):
        load_pack("moon")


def test_faults_of_a_pack_are_reported_together() -> None:
    broken = TEXT.replace('code = "us-practice"', "").replace("weight = 25", 'weight = "x"', 1).replace("days = 30", "")
    with pytest.raises(Rejected) as caught:
        read_pack(broken)
    assert [(each.code, each.where) for each in caught.value.findings] == [
        ("missing", "code"),
        ("missing", "window.days"),
        ("wrong-kind", "criteria[0].weight"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("[[0, 0], [1, 100]]", "[[0, 0], [1, 101]]", "criteria[0].curve"),
        ("[[0, 0], [1, 100]]", "[[0.1, 0], [1, 100]]", "criteria[0].curve"),
        ('needs = ["on_time", "quality"]', 'needs = ["speed"]', "evidence.needs[0]"),
        ("at_least = 90", "at_least = 75", "grades"),
        ("weight = 25", "weight = 0", "criteria[0].weight"),
        ("jobs = 3", "jobs = 0", "evidence.jobs"),
        ("longest_days = 180", "longest_days = 10", "window"),
        ('key = "quality"', 'key = "on_time"', "criteria"),
        ("above = 0.95", "above = 0.95\nbelow = 1", "thresholds[0].above"),
        ('per = "jobs"', 'per = "moons"', "thresholds[1].per"),
    ],
)
def test_packs_that_cannot_be_are_refused(old: str, new: str, where: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_pack(TEXT.replace(old, new, 1))
    assert where in [each.where for each in caught.value.findings]
