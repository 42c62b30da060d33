"""A Gantt chart as a PNG picture: the SVG drawn pixel by pixel by resvg (package ``resvg-py``, optional)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from importlib import import_module

from rongzhi.engines.scheduling.gantt.svg import to_svg
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Plan
from rongzhi.kernel.errors import Unavailable
from rongzhi.kernel.text import Text


def to_png(
    problem: Problem,
    plan: Plan,
    *,
    origin: datetime | None = None,
    jobs: Collection[str] | None = None,
    machines: Collection[str] | None = None,
    width: int | None = None,
    zoom: float = 2.0,
    title: str = "",
) -> bytes:
    """Return a plan as a PNG picture, drawn with the fonts of the system.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    origin : datetime, optional
        Moment 0; the axis shows dates then.
    jobs, machines : collection of str, optional
        Only these.
    width : int, optional
        Width of the drawing before ``zoom``, as for `to_svg`.
    zoom : float
        Pixels of the picture for each pixel of the drawing.
    title : str, optional

    Raises
    ------
    Unavailable
        The package ``resvg-py`` is not installed.
    """
    try:
        resvg = import_module("resvg_py")
    except ImportError as missing:
        raise Unavailable(
            Text("生成 PNG 需要 resvg-py", "PNG pictures need resvg-py"),
            fix=Text(
                "安装 resvg-py（pip install 'rongzhi[chart]'），或改用 SVG",
                "install resvg-py (pip install 'rongzhi[chart]'), or draw an SVG",
            ),
        ) from missing
    drawing = to_svg(problem, plan, origin=origin, jobs=jobs, machines=machines, width=width, title=title)
    return bytes(resvg.svg_to_bytes(svg_string=drawing, zoom=zoom, background="#ffffff"))
