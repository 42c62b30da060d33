"""A Gantt chart as one HTML file that works without a network: zoom, pan, details, filter, both languages."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from html import escape
from importlib.resources import files

from rongzhi.engines.scheduling.gantt.data import gantt_data
from rongzhi.engines.scheduling.gantt.svg import COLOURS, LATE, PALE
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Plan


def to_html(
    problem: Problem,
    plan: Plan,
    *,
    origin: datetime | None = None,
    jobs: Collection[str] | None = None,
    machines: Collection[str] | None = None,
    title: str = "",
    language: str = "zh",
) -> str:
    """Return a plan as a self-contained interactive page.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    origin : datetime, optional
        Moment 0; dates are shown then.
    jobs, machines : collection of str, optional
        Only these.
    title : str, optional
    language : str
        What the page opens in; it can be switched there.
    """
    data = gantt_data(problem, plan, origin=origin, jobs=jobs, machines=machines)
    data |= {"title": title or problem.name, "language": "en" if language.startswith("en") else "zh"}
    data |= {"colours": COLOURS, "late": LATE, "pale": sorted(PALE)}
    folder = files("rongzhi.engines.scheduling.gantt")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    page = (folder / "page.html").read_text(encoding="utf-8")
    for mark, value in (
        ("@TITLE@", escape(data["title"] or "排产计划 Plan")),
        ("@LANG@", "en" if data["language"] == "en" else "zh-Hans"),
        ("@STYLE@", (folder / "page.css").read_text(encoding="utf-8")),
        ("@SCRIPT@", (folder / "page.js").read_text(encoding="utf-8")),
        ("@DATA@", text),
    ):
        page = page.replace(mark, value)  # the data comes last: nothing in it is taken for a mark
    return page
