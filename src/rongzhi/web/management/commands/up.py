"""``manage.py up``: bring the data base up to date, do the main job on the sample park once, serve the site."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

LAST_TRIED = 20
MOST_RESTARTS, RESTARTS_WITHIN_S = 5, 120.0


class Command(BaseCommand):
    """Start everything a person needs, with one command."""

    help = "Migrate, load and plan the sample park once, then serve the site with its worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--no-serve", action="store_true", help="stop after the main job")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_: Any, **options: Any) -> None:
        """Go through the steps, saying each."""
        self._step("更新数据库", "bringing the data base up to date")
        call_command("migrate", verbosity=0, interactive=False)
        if settings.SAMPLE_PARK:
            self._step("载入样例园区", "loading the sample park")
            call_command("load_sample")
            self._step(
                "主任务：接单、按工序分解、多工厂排产、承诺交期",
                "the main job: orders in, decomposed, planned, promised",
            )
            call_command("plan_sample")
        if options["no_serve"]:
            return
        self._step("收集静态文件", "collecting static files")
        call_command("collectstatic", interactive=False, verbosity=0)
        self._serve(options["host"], self._free_port(options["host"], options["port"]))

    def _step(self, zh: str, en: str) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(f"▸ {zh} / {en}"))
        self.stdout.flush()

    def _free_port(self, host: str, wanted: int) -> int:
        for port in range(wanted, wanted + LAST_TRIED):
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((host, port))
                except PermissionError as error:
                    msg = f"端口 {port} 需要更高权限 / port {port} needs more rights: --port 8000"
                    raise CommandError(msg) from error
                except OSError:
                    continue
            if port != wanted:
                self.stdout.write(f"  端口 {wanted} 已被占用，改用 {port} / port {wanted} is taken, using {port}")
            return port
        msg = f"端口 {wanted}–{wanted + LAST_TRIED - 1} 均被占用 / all taken: --port"
        raise CommandError(msg)

    def _serve(self, host: str, port: int) -> None:
        manage = Path(sys.argv[0]).resolve()
        server = ["-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1"]
        server += [
            "--blocking-threads",
            "4",
            "--no-access-log",
            "--log-level",
            "warning",
            "rongzhi.web.wsgi:application",
        ]
        commands = {"worker": [str(manage), "worker"], "server": server}
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "rongzhi.web.settings"}
        children = {
            name: subprocess.Popen([sys.executable, *command], env=environment)  # noqa: S603
            for name, command in commands.items()
        }
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            self._wait_until_served(host, port, children["server"])
            name = f"[{host}]" if ":" in host else host
            self._step(
                f"已就绪：http://{name}:{port}/（Ctrl-C 结束）", f"ready: http://{name}:{port}/ (Ctrl-C to stop)"
            )
            self._watch(children, lambda: subprocess.Popen(commands["worker"], env=environment))  # noqa: S603
        except KeyboardInterrupt:
            pass
        finally:
            self._end(children)

    def _wait_until_served(self, host: str, port: int, server: subprocess.Popen[bytes]) -> None:
        for _ in range(300):
            if server.poll() is not None:
                msg = "服务器未能启动 / the server did not start"
                raise CommandError(msg)
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
                if probe.connect_ex((host, port)) == 0:
                    return
            time.sleep(0.1)

    def _watch(self, children: dict[str, subprocess.Popen[bytes]], another: Callable[[], Any]) -> None:
        """Start the worker again when it was lost: the site goes on, and its job can be retried."""
        lost: list[float] = []
        while True:
            if (code := children["server"].poll()) is not None:
                msg = f"服务器意外结束 / the server ended unexpectedly ({code})"
                raise CommandError(msg)
            if (code := children["worker"].poll()) is not None:
                now = time.monotonic()
                lost = [*(when for when in lost if now - when < RESTARTS_WITHIN_S), now]
                if len(lost) > MOST_RESTARTS:
                    msg = f"工作进程反复意外结束 / the worker keeps ending unexpectedly ({code})"
                    raise CommandError(msg)
                self._step("工作进程意外结束，重新启动", f"the worker ended unexpectedly ({code}); starting it again")
                children["worker"] = another()
            time.sleep(0.5)

    def _end(self, children: dict[str, subprocess.Popen[bytes]]) -> None:
        for child in children.values():
            child.terminate()
        for child in children.values():
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
