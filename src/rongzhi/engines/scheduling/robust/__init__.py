"""How surely a plan keeps its dates: run times spread, machines fail, and the plan is run many times.

>>> outlook = simulate(problem, plan, Uncertainty(runs=Lognormal(cv=0.3)), runs=500)  # doctest: +SKIP
>>> print(outlook.job("A").on_time)  # doctest: +SKIP
83% (79% - 86%)
"""

from rongzhi.engines.scheduling.robust.buffers import Buffered, SafeDate, safe_dates, with_buffers
from rongzhi.engines.scheduling.robust.histograms import read_histograms
from rongzhi.engines.scheduling.robust.outlook import Critical, JobOutlook, Outlook, Share
from rongzhi.engines.scheduling.robust.simulate import simulate
from rongzhi.engines.scheduling.robust.spreads import (
    Averaged,
    Breakdowns,
    Exactly,
    Exponential,
    Histogram,
    Lognormal,
    Spread,
    Uncertainty,
)

__all__ = [
    "Averaged",
    "Breakdowns",
    "Buffered",
    "Critical",
    "Exactly",
    "Exponential",
    "Histogram",
    "JobOutlook",
    "Lognormal",
    "Outlook",
    "SafeDate",
    "Share",
    "Spread",
    "Uncertainty",
    "read_histograms",
    "safe_dates",
    "simulate",
    "with_buffers",
]
