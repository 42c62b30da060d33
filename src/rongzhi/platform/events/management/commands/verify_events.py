"""``manage.py verify_events``: recompute the hash chain; exit 1 and name the place when it is broken."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from rongzhi.platform.events import guard
from rongzhi.platform.events.log import verify


class Command(BaseCommand):
    """Verifies the event log."""

    help = "Verify the hash chain of the event log and the triggers that protect it."

    def handle(self, *_: Any, **__: Any) -> None:
        """Verify."""
        report = verify()
        if not report.is_whole:
            place = report.broken_at
            msg = f"event log broken at event {place}: {report.reason} / 事件日志在第 {place} 条断裂"
            raise CommandError(msg)
        if not guard.is_installed(connection):
            msg = (
                "the chain is whole, but the triggers that protect the event log are missing / 缺少保护事件日志的触发器"
            )
            raise CommandError(msg)
        self.stdout.write(f"event log whole: {report.count} events / 事件日志完整：{report.count} 条")
