"""The real server under a body that is far too large: it answers, it does not hang, it does not fill up."""

from __future__ import annotations

import http.client
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import free_port
from tests.support.processes import House, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

MB = 1024 * 1024


def is_up(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/v1/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.fixture
def server(house: House) -> Iterator[tuple[int, int]]:
    """Start the server and give its process and its port."""
    number = free_port()
    (house.folder / "static").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(number)]
    command += ["--workers", "1", "--blocking-threads", "2", "--no-access-log", "rongzhi.web.wsgi:application"]
    with house.started(*command) as process:
        wait_for(lambda: is_up(number), 60)
        yield process.pid, number


@pytest.fixture
def port(server: tuple[int, int]) -> int:
    return server[1]


def send(port: int, path: str, size: int, language: str = "zh") -> tuple[int, str, str]:
    """Send a form with a file of a size, as a browser does: all of it, then read the answer."""
    head = b'--sep\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
    tail = b"\r\n--sep--\r\n"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", path)
    connection.putheader("Content-Type", "multipart/form-data; boundary=sep")
    connection.putheader("Content-Length", str(len(head) + size + len(tail)))
    connection.putheader("Accept-Language", language)
    connection.endheaders()
    connection.send(head)
    for _ in range(size // MB):
        connection.send(b"x" * MB)
    connection.send(tail)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("Content-Type", ""), body


def family(pid: int) -> list[int]:
    """A process and everything it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def peak_mb(pid: int) -> float:
    """The most memory the server's processes have held, MB."""
    lines = [line for each in family(pid) for line in Path(f"/proc/{each}/status").read_text().splitlines()]
    return max(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def test_200_mb_is_answered_with_413(server, house):
    pid, port = server
    before = peak_mb(pid)
    began = time.monotonic()
    status, kind, body = send(port, "/api/v1/files", 200 * MB)
    assert (status, kind.split(";")[0]) == (413, "application/problem+json")
    assert "20 MB" in body
    status, kind, body = send(port, "/platform/files/new/", 200 * MB)
    assert (status, kind.split(";")[0]) == (413, "text/html")
    assert "上传内容超过 20 MB 的上限" in body
    assert time.monotonic() - began < 30
    assert peak_mb(pid) - before < 100, "the body was kept in memory"
    assert is_up(port)
    assert list(house.folder.rglob("*.upload*")) == []


def test_a_client_that_goes_away_in_the_middle_harms_nobody(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 209715200\r\n"
            b"Content-Type: multipart/form-data; boundary=sep\r\n\r\n--sep\r\n"
        )
    assert is_up(port)


def test_length_that_is_a_lie_or_nonsense(port):
    for length in (b"-5", b"many", b"9" * 30):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(
                b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + length + b"\r\n\r\n"
            )
            status = connection.recv(64).split(b" ")[1]
            assert status.startswith(b"4"), status
    assert is_up(port)
