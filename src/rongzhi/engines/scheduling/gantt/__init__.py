"""Gantt charts of plans: as plain data, as SVG or PNG, and as one interactive HTML file without third-party code.

>>> from rongzhi.engines.scheduling.gantt import to_html  # doctest: +SKIP
>>> Path("plan.html").write_text(to_html(problem, plan), encoding="utf-8")  # doctest: +SKIP
"""

from rongzhi.engines.scheduling.gantt.data import gantt_data
from rongzhi.engines.scheduling.gantt.page import to_html
from rongzhi.engines.scheduling.gantt.png import to_png
from rongzhi.engines.scheduling.gantt.svg import to_svg

__all__ = ["gantt_data", "to_html", "to_png", "to_svg"]
