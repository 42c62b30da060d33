"""The tour of the documentation, executed: each page's steps in its order, in its language."""

import re

import pytest

from tests.browser import tour_steps
from tests.browser.conftest import ROOT
from tests.browser.tour import Tour

pytestmark = pytest.mark.browser

PAGES = {"zh-hans": "index.zh.md", "en": "index.md"}
HEADING = re.compile(r"^## .+$", re.MULTILINE)
STEP = re.compile(r"^## (.+)\n+<!-- step: ([a-z-]+) -->$", re.MULTILINE)


def steps_of(language):
    """Return the names of the steps in the order of the page; every heading is a step."""
    text = (ROOT / "docs" / "tour" / PAGES[language]).read_text(encoding="utf-8")
    found = STEP.findall(text)
    assert len(found) == len(HEADING.findall(text)), "a heading without a step"
    return [name for _, name in found]


def test_both_pages_walk_the_same_way():
    assert steps_of("zh-hans") == steps_of("en")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_tour(browser, park, park_data, language):
    tour = Tour(browser, park, park_data, language)
    try:
        for name in steps_of(language):
            try:
                getattr(tour_steps, name.replace("-", "_"))(tour)
            except BaseException:
                tour.shoot(f"{name}-failed")
                raise
            if name not in tour_steps.SHOT_INSIDE:
                tour.shoot(name)
            assert tour.complaints() == {}, f"{name}: the page complains"
    finally:
        tour.close()
