"""What the tour's steps share: who is at the browser, what was found on the way, a picture of each step."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ROOT, Visitor, visit

ZONE = ZoneInfo("Asia/Shanghai")
PASSWORD = "rongzhi-sample"
PHONE = 390
PATIENCE_MS = 15_000
JOB_MS = 120_000


class Tour:
    """One walk through the platform in one language.

    Parameters
    ----------
    browser : Browser
    park : str
        Address of the running park.
    data : Path
        Folder of its data.
    language : str
        ``zh-hans`` or ``en``.
    """

    def __init__(self, browser: Browser, park: str, data: Path, language: str) -> None:
        self.browser, self.park, self.data, self.language = browser, park, data, language
        self.shots = ROOT / "test-results" / "tour" / language
        self.visitors: dict[tuple[str, int], Visitor] = {}
        self.stamp = f"{datetime.now(ZONE):%d%H%M%S}"
        self.known: dict[str, Any] = {}
        self.page: Page

    def t(self, zh: str, en: str) -> str:
        """Return the words of the walk's language."""
        return zh if self.language == "zh-hans" else en

    def open(self, width: int = 1440) -> Page:
        """Open a window nobody has logged in at yet."""
        visitor = visit(self.browser, self.park, self.language, width, 900 if width > PHONE else 844)
        visitor.page.set_default_timeout(PATIENCE_MS)
        self.visitors[("", width)] = visitor
        self.page = visitor.page
        return self.page

    def be(self, name: str, width: int = 1440) -> Page:
        """Go on as somebody; the first time by the sample account on the log-in page."""
        if (name, width) not in self.visitors:
            page = self.open(width)
            page.goto("/accounts/login/")
            self.enter(name)
        self.page = self.visitors[(name, width)].page
        return self.page

    def enter(self, name: str) -> None:
        """Press a sample account on the log-in page."""
        width = self.page.viewport_size["width"]  # type: ignore[index]
        row = self.page.locator("tr", has=self.page.locator("code", has_text=re.compile(f"^{name}$")))
        expect(row).to_contain_text(PASSWORD)
        row.get_by_role("button").click()
        self.page.locator(".topbar .menu .name").last.wait_for(state="attached")
        self.visitors[(name, width)] = self.visitors.pop(("", width))

    def button(self, zh: str, en: str) -> Locator:
        """Return the page's button or link of that name."""
        name = re.compile(rf"^\s*{re.escape(self.t(zh, en))}\s*$", re.IGNORECASE)
        main = self.page.locator("main")
        return main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first

    def press(self, zh: str, en: str) -> None:
        """Press it."""
        self.button(zh, en).click()

    def confirm(self) -> None:
        """Say yes to the question."""
        self.page.locator("#confirm button[value=yes]").click()

    def said(self, zh: str, en: str) -> None:
        """Hold that the platform said so."""
        expect(self.page.locator(".messages, .message, .notice").filter(has_text=self.t(zh, en)).first).to_be_visible()

    def fact(self, zh: str, en: str) -> str:
        """Return a fact of the rail."""
        name = self.page.locator(".rail dt").filter(
            has_text=re.compile(f"^\\s*{re.escape(self.t(zh, en))}", re.IGNORECASE)
        )
        return name.first.locator("xpath=following-sibling::dd[1]").inner_text().strip()

    def figure(self, zh: str, en: str) -> str:
        """Return the value of a figure."""
        name = re.compile(f"^{re.escape(self.t(zh, en))}$", re.IGNORECASE)
        box = self.page.locator(".figure").filter(has=self.page.locator(".figure-name", has_text=name))
        return box.locator(".figure-value").inner_text().strip()

    def drawn(self) -> Locator:
        """Wait until the picture is drawn and return it."""
        picture = self.page.locator(".island[data-drawn]").first
        picture.wait_for()
        expect(picture.locator("canvas").first).to_be_visible()
        return picture

    def title(self) -> str:
        """Return the code in the page's title line."""
        return self.page.locator("h1").first.evaluate("h => h.firstChild.textContent.trim()")

    def json(self, path: str) -> Any:
        """Ask the platform with the log-in of whoever is at the browser."""
        answer = self.page.request.get(path)
        assert answer.ok, f"{path}: {answer.status}"
        return answer.json()

    def clock(self) -> datetime:
        """Return what time it is in the park."""
        self.be("operator")
        return datetime.fromisoformat(self.json("/api/v1/sharing/clock")["now"]).astimezone(ZONE)

    def typed(self, days: float) -> str:
        """Return a moment so many days from the park's now, as a date field takes it."""
        return f"{self.clock() + timedelta(days=days):%Y-%m-%dT%H:00}"

    def shoot(self, name: str) -> None:
        """Take the step's picture."""
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(150)
        # the default hides the caret with an inline style, which the content security policy refuses
        self.page.screenshot(path=self.shots / f"{name}.png", caret="initial", timeout=60_000)

    def complaints(self) -> dict[str, list[str]]:
        """Return what pages complained about, by person."""
        return {f"{name} {width}": each.complaints for (name, width), each in self.visitors.items() if each.complaints}

    def close(self) -> None:
        """Leave."""
        for each in self.visitors.values():
            each.context.close()
