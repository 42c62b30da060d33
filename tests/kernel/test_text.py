"""Bilingual text, and English nouns after a number."""

from __future__ import annotations

import pytest

from rongzhi.kernel.text import Text, counted


@pytest.mark.parametrize(("tag", "said"), [("zh-hans", "订单"), ("en", "order"), ("en-gb", "order"), ("fr", "订单")])
def test_text_is_told_in_the_language_asked_for(tag, said):
    assert Text("订单", "order").in_(tag) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 factories"), (1, "1 factory"), (2, "2 factories"), (12_000, "12,000 factories")]
)
def test_a_number_takes_its_noun(count, said):
    assert counted(count, "factory", "factories") == said
    assert counted(1, "line") == "1 line"
    assert counted(3, "line") == "3 lines"
