"""How values are written for people."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from rongzhi.platform.ui.format import minutes


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        (None, "—", "—"),
        (0, "0 分", "0 min"),
        (0.4, "0 分", "0 min"),
        (-0.4, "0 分", "0 min"),
        (59.6, "1 小时", "1 h"),
        (90, "1 小时 30 分", "1 h 30 min"),
        (-90, "−1 小时 30 分", "−1 h 30 min"),
        (47 * 60 + 59, "47 小时 59 分", "47 h 59 min"),
        (48 * 60, "2 天", "2 d"),
        (48 * 60 + 29, "2 天", "2 d"),
        (48 * 60 + 30, "2 天 1 小时", "2 d 1 h"),
        (3 * 1440 - 1, "3 天", "3 d"),
        (1234 * 1440, "1,234 天", "1,234 d"),
    ],
)
def test_durations_have_two_units_and_are_rounded(given, zh, en):
    with override("zh-hans"):
        assert minutes(given) == zh
    with override("en"):
        assert minutes(given) == en
