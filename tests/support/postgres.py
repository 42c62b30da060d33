"""A private PostgreSQL server for the suite: made in a temporary folder, on a free port, gone afterwards.

``python -m tests.support.postgres COMMAND ...`` runs a command with ``RONGZHI_DATABASE_URL`` set to it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BIN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
_FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=60"]


def is_available() -> bool:
    """Whether the server's programs are installed and may be started by this user."""
    return bool(_BIN) and (os.geteuid() != 0 or shutil.which("runuser") is not None)


def _as_postgres(command: list[str], **kwargs: object) -> subprocess.CompletedProcess[str]:
    # The server refuses to run as root; Debian's own user for it exists wherever the package does.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return subprocess.run([*prefix, *command], check=True, capture_output=True, text=True, cwd="/", **kwargs)  # type: ignore[call-overload]


def free_port() -> int:
    """Return a TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server() -> Iterator[str]:
    """Start a server and give the address of an empty database in it."""
    programs = _BIN[-1]
    folder = Path(tempfile.mkdtemp(prefix="rongzhi-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", free_port()
    try:
        _as_postgres(
            [
                str(programs / "initdb"),
                "-D",
                str(data),
                "-A",
                "trust",
                "-U",
                "rongzhi",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ]
        )
        options = " ".join([*_FAST, "-c", "listen_addresses=127.0.0.1", "-k", str(folder), "-p", str(port)])
        start = [str(programs / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start"]
        _as_postgres(start)
        try:
            _as_postgres([str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "rongzhi", "rongzhi"])
            yield f"postgresql://rongzhi@127.0.0.1:{port}/rongzhi"
        finally:
            _as_postgres([str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    """Run a command with a server behind it."""
    if not is_available():
        sys.stderr.write("PostgreSQL is not installed: apt-get install postgresql\n")
        return 3
    # Being told to end must stop the server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as url:
        return subprocess.run(command, check=False, env={**os.environ, "RONGZHI_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
