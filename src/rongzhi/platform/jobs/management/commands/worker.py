"""``manage.py worker``: takes up background jobs, shows life while it works, and takes back jobs of lost workers."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connection
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands.db_worker import Worker

from rongzhi.platform.jobs.heartbeat import Heartbeat
from rongzhi.platform.jobs.run import worker_name

logger = logging.getLogger(__name__)
PAUSE_S = 2.0


class Command(BaseCommand):
    """Runs until interrupted; once to finish the running job, twice to leave it."""

    help = "Run background jobs until interrupted (one at a time; start several workers for more)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between looks at an empty queue")
        parser.add_argument("--batch", action="store_true", help="end when the queue is empty")
        parser.add_argument("--parent", type=int, default=0, help="end when this process is gone (used by ./run)")

    def handle(self, *_: Any, interval: float, batch: bool, parent: int, **__: Any) -> None:
        """Work."""
        heartbeat = Heartbeat()
        heartbeat.beat()
        heartbeat.start()
        if parent:
            threading.Thread(target=_follow, args=(parent,), daemon=True).start()
        worker = Worker(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=interval,
            batch=batch,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_name()[:64],
            excluded_queue_names=[],
        )
        worker.configure_signals()
        self.stdout.write(f"worker {worker_name()} ready")
        self.stdout.flush()
        try:
            _run(worker)
        finally:
            heartbeat.end()


def _run(worker: Worker) -> None:
    """Work on; a database that is locked or away for a while delays the work, it does not end it."""
    while True:
        try:
            return worker.run()
        except (OperationalError, InterfaceError):
            logger.warning("the database is not to be had; trying again in %s s", PAUSE_S, exc_info=True)
            worker.running_task = False
            connection.close()
            time.sleep(PAUSE_S)


def _follow(parent: int) -> None:
    """End this process when the one that started it is gone, so that no worker is left behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)
