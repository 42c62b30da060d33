"""Short words: money for figures, durations, names of bounds."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from rongzhi.business.sharing.views.parts import short_money
from rongzhi.business.sharing.words import bound_name, duration, named


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (2_215_227.9, "¥221.5 万", "¥2.22 M"),
        ("123456789", "¥1.23 亿", "¥123.46 M"),
        (45_600, "¥4.6 万", "¥45.6 k"),
        (9_999, "¥9,999", "¥9,999"),
        (None, "¥0", "¥0"),
    ],
)
def test_money_is_short_as_people_write_it(amount, zh, en):
    with override("zh-hans"):
        assert short_money(amount) == zh
    with override("en"):
        assert short_money(amount) == en


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [(0, "0 分", "0 min"), (59, "59 分", "59 min"), (60, "1 小时", "1 h"), (135, "2 小时 15 分", "2 h 15 min"),
     (2880, "2 天", "2 d")],
)  # fmt: skip
def test_durations(minutes, zh, en):
    assert (duration(minutes).zh, duration(minutes).en) == (zh, en)


def test_many_codes_are_cut_and_bounds_have_names():
    assert named("abcdef").en == "a, b, c, d and 2 more"
    assert named("aab").zh == "a、b"
    assert bound_name("job-length").en == "longest routing"
    assert bound_name("unheard").zh == "unheard"
