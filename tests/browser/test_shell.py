"""The shell in a real browser: nothing complains, nothing is cut, everything can be reached by keyboard."""

import pytest

from tests.browser.conftest import visit

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/framework/2.1.4/",
    "/search?q=制造",
    "/terms/",
    "/resources/machines/",
    "/sharing/orders/",
    "/sharing/plans/",
    "/platform/events/",
)


@pytest.fixture
def operator(browser, park):
    """The operator of the sample park at a browser of a given size."""
    visitors = []

    def come(width: int = 1440, language: str = "zh-hans"):
        visitor = visit(browser, park, language, width, 844)
        visitors.append(visitor)
        visitor.log_in("operator", "rongzhi-sample")
        return visitor

    yield come
    for visitor in visitors:
        visitor.context.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [1440, 390, 360])
def test_nothing_complains_and_nothing_is_cut(operator, language, width):
    visitor = operator(width, language)
    for path in PATHS:
        visitor.page.goto(path)
        overflow = visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{path} is {overflow} px wider than the window"
    assert visitor.complaints == []


def test_sample_accounts_stand_on_the_log_in_page_and_one_press_enters(browser, park):
    visitor = visit(browser, park)
    visitor.page.goto("/accounts/login/")
    visitor.page.locator("tr", has_text="operator").locator("button").click()
    visitor.page.locator(".figures").wait_for()
    assert visitor.complaints == []
    visitor.context.close()


def test_palette_opens_by_keyboard_finds_and_goes(operator):
    visitor = operator()
    visitor.page.keyboard.press("Control+k")
    visitor.page.keyboard.type("2.1.4")
    visitor.page.locator("#palette .palette-hit.is-on").wait_for()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/framework/2.1.4/")
    assert visitor.complaints == []


def test_drawer_on_a_phone(operator):
    page = operator(390).page
    page.goto("/sharing/orders/")
    assert not page.locator("#tree").is_visible()
    page.locator(".drawer-open").click()
    assert page.locator("#tree [aria-current=page]").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#tree").is_visible()


def test_theme_is_remembered(operator):
    page = operator().page
    page.locator("[data-theme-toggle]").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_list_narrows_while_typing_without_reloading(operator):
    visitor = operator()
    visitor.page.goto("/sharing/orders/")
    visitor.page.evaluate("window.stays = true")
    visitor.page.fill("#list-q", "no-such-thing")
    visitor.page.locator(".empty").wait_for()
    assert "q=no-such-thing" in visitor.page.url
    assert visitor.page.evaluate("window.stays")
    assert visitor.complaints == []


def test_tile_tells_what_it_does(operator):
    page = operator().page
    page.goto("/")
    page.locator("[data-tile]").first.focus()
    assert "SKOS" in page.locator("[data-reading]").inner_text()
