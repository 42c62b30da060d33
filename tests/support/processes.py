"""Real processes on a real database of their own: what two processes do to each other is tried with two processes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


_LOOP = """
import contextlib, io, json, sys, traceback
import django; django.setup()
names = {}
for line in sys.stdin:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), names)
        print(json.dumps([True, said.getvalue()]))
    except BaseException:
        print(json.dumps([False, traceback.format_exc()]))
"""


@dataclass
class Shell:
    """A Python process of an installation that runs what it is told."""

    process: subprocess.Popen[str]

    def do(self, code: str) -> str:
        """Run code and give what it printed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()
        is_good, said = json.loads(self.process.stdout.readline())
        assert is_good, said
        return str(said).strip()


@dataclass
class House:
    """An own installation: a data folder, a database, and processes started in it."""

    folder: Path
    database_url: str
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every process of this installation."""
        return {
            **os.environ,
            "RONGZHI_DATA_DIR": str(self.folder),
            "RONGZHI_DATABASE_URL": self.database_url,
            "RONGZHI_SECRET_KEY": "for-tests-only",
            "DJANGO_SETTINGS_MODULE": "rongzhi.web.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            **self.extra,
        }

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one management command to its end."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=120, check=False, cwd=self.folder
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def python(self, code: str, *, check: bool = True) -> str:
        """Run Python in the installation, Django ready, and give what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=self.folder,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def shell(self) -> Iterator[Shell]:
        """Start one Python that runs piece after piece: starting Django for each would take seconds."""
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", _LOOP],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield Shell(process)
        finally:
            process.kill()
            process.communicate()

    @contextmanager
    def started(self, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start a process and end it afterwards."""
        with (self.folder / "process.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                env=self.environment | environment,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a server's own children too
            process.wait(timeout=20)

    def log(self) -> str:
        """What the started processes said."""
        path = self.folder / "process.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def wait_for(question: Callable[[], object], seconds: float = 20, every: float = 0.1) -> object:
    """Ask until the answer is true, and give it; fail when it never is."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(every)
