"""Scheduling over many factories: plain data in, checked plan with bound and gap out.

The whole public face is here: state and `solve` a problem, `check` a plan, promise dates beside it, explain, draw and
repair it, read and write the field's formats. What solving does not need is imported when it is first asked for.

>>> from rongzhi.engines import scheduling
>>> problem = scheduling.read_problem("orders.fjs")  # doctest: +SKIP
>>> result = scheduling.solve(problem, time_limit_s=10)  # doctest: +SKIP
>>> scheduling.check(problem, result.plan).is_valid  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rongzhi.engines.scheduling.checks import check_problem
from rongzhi.engines.scheduling.model import (
    FOREVER,
    Batch,
    Calendar,
    Changeover,
    Factory,
    Interval,
    Job,
    Link,
    Machine,
    Mode,
    Need,
    Objective,
    Operation,
    Overtime,
    Pin,
    Precedence,
    Problem,
    Resource,
    Split,
    Term,
    TimeUnit,
    Transport,
    chain,
)
from rongzhi.engines.scheduling.result import (
    Assignment,
    Bound,
    Callbacks,
    Plan,
    Result,
    Status,
    TracePoint,
)
from rongzhi.engines.scheduling.solve import solve

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.checker import Verification, Violation, check
    from rongzhi.engines.scheduling.explain import (
        Advice,
        Blocker,
        Cause,
        Choice,
        Explainer,
        Help,
        LateReason,
        MachineChoice,
        advise,
        what_would_help,
        why_factory,
        why_late,
        why_machine,
    )
    from rongzhi.engines.scheduling.from_work import LineRow, PlanRow, WorkProblem, build_problem, line_rows, plan_rows
    from rongzhi.engines.scheduling.gantt import gantt_data, to_html, to_png, to_svg
    from rongzhi.engines.scheduling.io import (
        json_schema,
        read_csv,
        read_json,
        read_plan,
        read_problem,
        read_tables,
        write_csv,
        write_json,
        write_plan,
        write_plan_csv,
    )
    from rongzhi.engines.scheduling.lots import as_parts
    from rongzhi.engines.scheduling.promise import (
        Allocation,
        Alternative,
        Cost,
        Displacement,
        Order,
        Promiser,
        Quote,
        Ready,
        Step,
        Wait,
    )
    from rongzhi.engines.scheduling.replan import (
        CalendarChange,
        DueChanged,
        Event,
        Expedite,
        LateMaterial,
        LongerRun,
        MachineDown,
        MachineUp,
        OrderCancelled,
        QuantityChanged,
        Repair,
        RushOrder,
        Scrap,
        Shifted,
        Stability,
        repair,
    )
    from rongzhi.engines.scheduling.robust import (
        Averaged,
        Breakdowns,
        Buffered,
        Critical,
        Exactly,
        Exponential,
        Histogram,
        JobOutlook,
        Lognormal,
        Outlook,
        SafeDate,
        Share,
        Spread,
        Uncertainty,
        read_histograms,
        safe_dates,
        simulate,
        with_buffers,
    )
    from rongzhi.engines.scheduling.warm import warm_up

_AT_NEED = {
    "checker": "Verification Violation check",
    "explain": (
        "Advice Blocker Cause Choice Explainer Help LateReason MachineChoice advise what_would_help why_factory "
        "why_late why_machine"
    ),
    "from_work": "LineRow PlanRow WorkProblem build_problem line_rows plan_rows",
    "gantt": "gantt_data to_html to_png to_svg",
    "io": (
        "json_schema read_csv read_json read_plan read_problem read_tables "
        "write_csv write_json write_plan write_plan_csv"
    ),
    "promise": "Allocation Alternative Cost Displacement Order Promiser Quote Ready Step Wait",
    "replan": (
        "CalendarChange DueChanged Event Expedite LateMaterial LongerRun MachineDown MachineUp OrderCancelled "
        "QuantityChanged Repair RushOrder Scrap Shifted Stability repair"
    ),
    "robust": (
        "Averaged Breakdowns Buffered Critical Exactly Exponential Histogram JobOutlook Lognormal Outlook SafeDate "
        "Share Spread Uncertainty read_histograms safe_dates simulate with_buffers"
    ),
    "lots": "as_parts",
    "warm": "warm_up",
}
_HOME = {name: module for module, names in _AT_NEED.items() for name in names.split()}

__all__ = [
    "FOREVER",
    "Advice",
    "Allocation",
    "Alternative",
    "Assignment",
    "Averaged",
    "Batch",
    "Blocker",
    "Bound",
    "Breakdowns",
    "Buffered",
    "Calendar",
    "CalendarChange",
    "Callbacks",
    "Cause",
    "Changeover",
    "Choice",
    "Cost",
    "Critical",
    "Displacement",
    "DueChanged",
    "Event",
    "Exactly",
    "Expedite",
    "Explainer",
    "Exponential",
    "Factory",
    "Help",
    "Histogram",
    "Interval",
    "Job",
    "JobOutlook",
    "LateMaterial",
    "LateReason",
    "LineRow",
    "Link",
    "Lognormal",
    "LongerRun",
    "Machine",
    "MachineChoice",
    "MachineDown",
    "MachineUp",
    "Mode",
    "Need",
    "Objective",
    "Operation",
    "Order",
    "OrderCancelled",
    "Outlook",
    "Overtime",
    "Pin",
    "Plan",
    "PlanRow",
    "Precedence",
    "Problem",
    "Promiser",
    "QuantityChanged",
    "Quote",
    "Ready",
    "Repair",
    "Resource",
    "Result",
    "RushOrder",
    "SafeDate",
    "Scrap",
    "Share",
    "Shifted",
    "Split",
    "Spread",
    "Stability",
    "Status",
    "Step",
    "Term",
    "TimeUnit",
    "TracePoint",
    "Transport",
    "Uncertainty",
    "Verification",
    "Violation",
    "Wait",
    "WorkProblem",
    "advise",
    "as_parts",
    "build_problem",
    "chain",
    "check",
    "check_problem",
    "gantt_data",
    "json_schema",
    "line_rows",
    "plan_rows",
    "read_csv",
    "read_histograms",
    "read_json",
    "read_plan",
    "read_problem",
    "read_tables",
    "repair",
    "safe_dates",
    "simulate",
    "solve",
    "to_html",
    "to_png",
    "to_svg",
    "warm_up",
    "what_would_help",
    "why_factory",
    "why_late",
    "why_machine",
    "with_buffers",
    "write_csv",
    "write_json",
    "write_plan",
    "write_plan_csv",
]


def __getattr__(name: str) -> Any:
    if name in _AT_NEED:
        return import_module(f"{__name__}.{name}")
    if name not in _HOME:
        message = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(message)
    found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_AT_NEED})
