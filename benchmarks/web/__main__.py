"""How fast pages and API routes answer on the sample park, against the bare framework in the same server.

    python -m benchmarks.web [--rounds 30] [--keep-data FOLDER]

Makes a scratch data base with the sample park and its plan, starts the server as `./run` does, asks every address in
turn, and prints median and 95th percentile in milliseconds. The ratio is against the log-out redirect page, which
does nothing but pass the middleware: what a page costs beyond the framework.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from rongzhi.business.sharing.samplepark import PASSWORD

ROOT = Path(__file__).parents[2]
TARGET_MS = 200
FLOOR = "/accounts/login/"


class Visitor:
    """Somebody with a cookie jar."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> tuple[int, bytes, float]:
        """Ask for an address; return status, body and milliseconds."""
        began = time.perf_counter()
        with self.opener.open(self.base + path, timeout=60) as answer:
            body = answer.read()
        return answer.status, body, 1000 * (time.perf_counter() - began)

    def log_in(self, name: str, password: str) -> None:
        """Log in through the page."""
        self.get(FLOOR)
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        form = {"username": name, "password": password, "csrfmiddlewaretoken": token or ""}
        request = urllib.request.Request(
            self.base + FLOOR, urllib.parse.urlencode(form).encode(), {"Referer": self.base + FLOOR}
        )
        with self.opener.open(request, timeout=60) as answer:
            if FLOOR in answer.url:
                sys.exit("log-in failed")


def prepare(folder: Path) -> dict[str, str]:
    """Make the data base; return the environment of the server."""
    environment = {**os.environ, "RONGZHI_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "rongzhi.web.settings"}
    subprocess.run([sys.executable, str(ROOT / "manage.py"), "up", "--no-serve"], env=environment, check=True)
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "collectstatic", "--noinput", "-v0"], env=environment, check=True
    )
    return environment


def serve(environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    """Start the server on a free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--no-access-log", "--log-level", "warning", "rongzhi.web.wsgi:application"]
    server = subprocess.Popen(command, env=environment)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    server.kill()
    sys.exit("the server did not start")


def addresses(visitor: Visitor) -> list[str]:
    """Return the pages and routes to measure, with a real order and plan."""
    order = json.loads(visitor.get("/api/v1/sharing/orders?limit=1")[1])["items"][0]["code"]
    plan = json.loads(visitor.get("/api/v1/sharing/plans?limit=1")[1])["items"][0]["code"]
    pages = ["/", "/search?q=M01", "/terms/", "/resources/", "/resources/factories/", "/resources/machines/",
             "/resources/items/", "/resources/machines/M01/", "/sharing/orders/", f"/sharing/orders/{order}/",
             "/sharing/plans/", f"/sharing/plans/{plan}/", "/platform/jobs/", "/platform/events/"]  # fmt: skip
    routes = ["/api/v1/resources/machines", "/api/v1/resources/items", "/api/v1/sharing/orders",
              f"/api/v1/sharing/orders/{order}", f"/api/v1/sharing/plans/{plan}", f"/api/v1/sharing/plans/{plan}/gantt",
              "/api/v1/terms", "/api/v1/events"]  # fmt: skip
    return pages + routes


def measure(visitor: Visitor, paths: list[str], rounds: int) -> list[tuple[str, float, float, int]]:
    """Ask every address in turn, round by round, so that a slow moment hits all alike."""
    times: dict[str, list[float]] = {path: [] for path in [FLOOR, *paths]}
    sizes: dict[str, int] = {}
    for round_ in range(rounds + 2):
        for path, found in times.items():
            _, body, milliseconds = visitor.get(path)
            sizes[path] = len(body)
            if round_ >= 2:  # the first two warm caches
                found.append(milliseconds)
    return [
        (path, statistics.median(found), statistics.quantiles(found, n=20)[-1], sizes[path])
        for path, found in times.items()
    ]


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--keep-data", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        environment = prepare(options.keep_data or Path(scratch))
        server, base = serve(environment)
        try:
            visitor = Visitor(base)
            visitor.log_in("operator", PASSWORD)
            rows = measure(visitor, addresses(visitor), options.rounds)
        finally:
            server.terminate()
            server.wait(timeout=10)
    floor = rows[0][1]
    print(f"{'address':60} {'median ms':>10} {'p95 ms':>8} {'/ floor':>8} {'kB':>7}")
    for path, median, high, size in rows:
        mark = "" if median < TARGET_MS else "  over 200 ms"
        print(f"{path:60} {median:10.1f} {high:8.1f} {median / floor:8.1f} {size / 1000:7.1f}{mark}")


if __name__ == "__main__":
    main()
