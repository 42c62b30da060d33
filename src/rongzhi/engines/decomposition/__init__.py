"""Decomposition by process step (按工序分解): orders become lots, operations and links, each with who can do it."""

from rongzhi.engines.decomposition.decompose import decompose
from rongzhi.engines.decomposition.explain import explain_operation, explain_refusals, explain_work
from rongzhi.engines.decomposition.rules import PRIORITY_WEIGHTS, Rules
from rongzhi.model.production.calendars import open_intervals, work_calendar

__all__ = [
    "PRIORITY_WEIGHTS",
    "Rules",
    "decompose",
    "explain_operation",
    "explain_refusals",
    "explain_work",
    "open_intervals",
    "work_calendar",
]
