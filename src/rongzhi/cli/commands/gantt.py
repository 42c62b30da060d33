"""``rongzhi gantt``: a plan as a picture."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from rongzhi.kernel.errors import Unavailable
from rongzhi.kernel.text import Text

_DRAWING = "rongzhi.engines.scheduling.gantt"


def run(plan_path: Path, output: Path) -> None:
    """Draw a plan file as SVG or HTML."""
    del plan_path, output
    if importlib.util.find_spec(_DRAWING) is None:
        raise Unavailable(
            Text(zh="此版本尚不能画甘特图", en="this version cannot draw Gantt charts yet"),
            fix=Text(zh="在网页中查看计划", en="look at the plan on the site"),
        )
