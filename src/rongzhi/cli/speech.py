"""Speaking to a person at a terminal: the language, findings as a table, sentences."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rongzhi.kernel.findings import Finding, Severity
from rongzhi.kernel.text import Text

if TYPE_CHECKING:
    from rich.console import Console

MOST_SHOWN = 50
_chosen = ""


def language() -> str:
    """Return ``zh`` or ``en``: what ``--lang`` said, else the environment's, else Chinese."""
    if _chosen:
        return _chosen
    arguments = sys.argv[1:]
    for at, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return _known(argument.partition("=")[2])
        if argument == "--lang" and at + 1 < len(arguments):
            return _known(arguments[at + 1])
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return _known(os.environ[name])
    return "zh"


def choose(name: str) -> None:
    """Speak one language from now on; an empty name goes back to the environment's."""
    global _chosen  # noqa: PLW0603  (one process speaks one language)
    _chosen = _known(name) if name else ""


def say(zh: str, en: str) -> str:
    """Return the sentence in the language spoken."""
    return Text(zh, en).in_(language())


def console(*, stderr: bool = False) -> Console:
    """Return the console of the standard output or of errors."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def show_findings(findings: Iterable[Finding]) -> None:
    """Print findings as a table on the error stream, errors first."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    rows = sorted(findings, key=lambda finding: rank[finding.severity])
    if not rows:
        return
    names = {
        Severity.ERROR: say("错误", "error"),
        Severity.WARNING: say("警告", "warning"),
        Severity.NOTE: say("提示", "note"),
    }
    colours = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
    table = Table(show_lines=False, pad_edge=False, box=SIMPLE_HEAD)
    for heading in (say("级别", "level"), say("位置", "where")):
        table.add_column(heading, overflow="fold", no_wrap=True)
    for heading in (say("问题", "what"), say("办法", "what to do")):
        table.add_column(heading, overflow="fold")
    for finding in rows[:MOST_SHOWN]:
        words = finding.as_dict(language())
        table.add_row(
            f"[{colours[finding.severity]}]{names[finding.severity]}[/]",
            *(plain(words[key]) for key in ("where", "message", "fix")),
        )
    out = console(stderr=True)
    out.print(table)
    if len(rows) > MOST_SHOWN:
        more = len(rows) - MOST_SHOWN
        out.print(say(f"另有 {more} 条未显示", f"and {more} more"))


def show_table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table on the standard output."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", pad_edge=False, box=SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    console().print(table)


def plain(text: str) -> str:
    """Return text whose brackets are not taken for colours."""
    from rich.markup import escape

    return escape(text)


def _known(name: str) -> str:
    return "en" if name.lower().startswith("en") else "zh"
