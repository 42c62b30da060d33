"""Speaking to a person at a terminal: the language, findings as a table, sentences."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rongzhi.kernel.findings import Finding, Severity
from rongzhi.kernel.text import Text

if TYPE_CHECKING:
    from rich.console import Console

MOST_SHOWN = 50
_MINUTES, _MONEY, _NONE = "min", "money", ""
_TERMS: dict[str, tuple[str, str]] = {  # term of the objective -> glossary key, unit
    "weighted_tardiness": ("weighted_tardiness", _MINUTES),
    "makespan": ("makespan", _MINUTES),
    "flow_time": ("flow_time", _MINUTES),
    "cost": ("cost", _MONEY),
    "transport_cost": ("transport_cost", _MONEY),
    "changeover_time": ("changeover_time", _MINUTES),
}
_COUNTS = {
    "late_jobs": Text("拖期批次数", "late lots"),
    "moved_machines": Text("换了机床的工序数", "operations on another machine"),
    "moved_starts": Text("开工时间移动之和", "starts moved by, in all"),
    "overtime_cost": Text("加班费用", "overtime cost"),
}
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


def show_table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str = "", *, whole: int = 0) -> None:
    """Print a table on the standard output; the first ``whole`` columns hold codes and figures, which never break."""
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", pad_edge=False, box=SIMPLE_HEAD)
    kept = [list(row) for row in rows]
    for at, heading in enumerate(headings):
        width = max([cell_len(heading), *(cell_len(row[at]) for row in kept)]) if at < whole else None
        table.add_column(heading, overflow="fold", no_wrap=at < whole, min_width=width)
    for row in kept:
        table.add_row(*(plain(cell) for cell in row))
    console().print(table)


def show_values(values: Mapping[str, float], time_unit: str = "", currency: str = "") -> None:
    """Print every term of the objective that is not 0, by its label and with its unit."""
    from rongzhi.model.glossary import term

    units = {_MINUTES: time_unit or say("分钟", "min"), _MONEY: currency, _NONE: ""}
    for name, value in sorted(values.items()):
        if value:
            key, kind = _TERMS.get(name, ("", _NONE))
            label = term(key).label if key else _COUNTS.get(name, Text(name, name))
            number = f"{value:,.2f}" if kind == _MONEY or value != int(value) else f"{value:,.0f}"
            console().print(f"  {plain(label.in_(language()))}{say('：', ': ')}{number} {units[kind]}".rstrip())


def plain(text: str) -> str:
    """Return text whose brackets are not taken for colours."""
    from rich.markup import escape

    return escape(text)


def _known(name: str) -> str:
    return "en" if name.lower().startswith("en") else "zh"
