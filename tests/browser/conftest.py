"""A running platform and a real browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def park_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the park keeps its data; ``RONGZHI_TEST_PARK_DATA`` names that of a park already running."""
    given = os.environ.get("RONGZHI_TEST_PARK_DATA")
    return Path(given) if given else tmp_path_factory.mktemp("park")


@pytest.fixture(scope="session")
def park(park_data: Path) -> Iterator[str]:
    """The sample park as ``./run`` serves it, with its worker, on a free port of the loopback interface.

    While writing tests, ``RONGZHI_TEST_PARK`` names a park already running, such as ``http://127.0.0.1:8000``.
    """
    running = os.environ.get("RONGZHI_TEST_PARK")
    if running:
        yield running.rstrip("/")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "RONGZHI_DATA_DIR": str(park_data)}
    environment.pop("RONGZHI_DATABASE_URL", None)
    command = [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if "http://127.0.0.1" in line:
            break
    else:
        pytest.fail("the park did not start:\n" + "".join(said[-30:]))
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        process.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Visitor:
    """Somebody at a browser; collects what the page complains about."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def log_in(self, name: str, password: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.fill("main input[name=username]", name)
        self.page.fill("main input[name=password]", password)
        self.page.click("main form button[type=submit]")
        self.page.wait_for_url(lambda address: "/login/" not in address)


def visit(browser: Browser, park: str, language: str = "zh-hans", width: int = 1440, height: int = 900) -> Visitor:
    """Open a browser window on the park in a language."""
    context = browser.new_context(base_url=park, viewport={"width": width, "height": height}, locale="zh-CN")
    context.add_cookies([{"name": "django_language", "value": language, "url": park}])
    return Visitor(context)
