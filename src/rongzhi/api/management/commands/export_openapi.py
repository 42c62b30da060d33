"""``manage.py export_openapi``: write the API reference to docs/reference/openapi.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from rongzhi.api.reference import openapi_text


class Command(BaseCommand):
    """Writes the reference."""

    help = "Write the OpenAPI document of the API."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        default = Path(settings.ROOT) / "docs" / "reference" / "openapi.json"
        parser.add_argument("--output", type=Path, default=default, help="where to write it, - for the terminal")

    def handle(self, *_: Any, output: Path, **__: Any) -> None:
        """Write it."""
        text = openapi_text()
        if str(output) == "-":
            self.stdout.write(text, ending="")
            return
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        self.stdout.write(f"{output}: {text.count('operationId')} operations")
