"""Scheduling over many factories: plain data in, checked plan with bound and gap out.

>>> from rongzhi.engines import scheduling
>>> findings = scheduling.check_problem(problem)  # doctest: +SKIP
>>> result = scheduling.solve(problem, time_limit_s=10)  # doctest: +SKIP
"""

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

__all__ = [
    "FOREVER",
    "Assignment",
    "Batch",
    "Bound",
    "Calendar",
    "Callbacks",
    "Changeover",
    "Factory",
    "Interval",
    "Job",
    "Link",
    "Machine",
    "Mode",
    "Need",
    "Objective",
    "Operation",
    "Pin",
    "Plan",
    "Precedence",
    "Problem",
    "Resource",
    "Result",
    "Split",
    "Status",
    "Term",
    "TimeUnit",
    "TracePoint",
    "Transport",
    "chain",
    "check_problem",
    "solve",
]
