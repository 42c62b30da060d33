"""``manage.py verify_ledger``: recompute the ledger against its lines and the event log; exit 1 and name the faults."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rongzhi.foundation.ledger.verification import verify


class Command(BaseCommand):
    """Verifies the service ledger."""

    help = "Verify the service ledger: balanced, vouched for by the event log, sums equal to their lines."

    def handle(self, *_: Any, **__: Any) -> None:
        """Verify."""
        report = verify()
        for fault in report.faults:
            self.stderr.write(f"{fault.where}: {fault.message}")
        if not report.is_whole:
            msg = f"service ledger broken: {len(report.faults)} faults / 服务台账有 {len(report.faults)} 处错误"
            raise CommandError(msg)
        words = f"{report.entries} entries, {report.lines} lines"
        self.stdout.write(f"service ledger whole: {words} / 服务台账完整：{report.entries} 笔，{report.lines} 行")
