"""``manage.py framework_docs``: write the framework's reference page, or check that it is up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rongzhi.web.framework import check, framework
from rongzhi.web.framework_docs import write


class Command(BaseCommand):
    """Write docs/reference/framework.md."""

    help = "从 framework.toml 生成 docs/reference/framework.md / write the page from the registry"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--check``."""
        parser.add_argument("--check", action="store_true", help="只检查是否最新 / only check")

    def handle(self, *_: Any, **options: Any) -> None:
        """Check the registry, then write or compare."""
        findings = check(framework())
        for finding in findings.errors:
            self.stderr.write(f"{finding.where}: {finding.message} ({finding.fix})")
        if findings.errors:
            msg = "framework.toml 有误 / framework.toml has errors"
            raise CommandError(msg)
        page, text = Path(settings.ROOT) / "docs" / "reference" / "framework.md", write(framework())
        if not options["check"]:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
        elif not page.exists() or page.read_text(encoding="utf-8") != text:
            msg = "docs/reference/framework.md 已过时，请运行 framework_docs / is out of date; run framework_docs"
            raise CommandError(msg)
