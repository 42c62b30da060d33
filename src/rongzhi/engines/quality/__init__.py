"""Quality: sampling plans by attributes, control charts with run rules, capability, and the decision of a gate."""

from rongzhi.engines.quality.capability import Capability, Index, capability, one_sided_index, two_sided_index
from rongzhi.engines.quality.characteristics import CLASSES, Characteristic, Reading, Verdict, check_plan, judge
from rongzhi.engines.quality.charts import (
    Chart,
    ChartPoint,
    Panel,
    c_chart,
    individuals,
    np_chart,
    p_chart,
    u_chart,
    xbar_r,
    xbar_s,
)
from rongzhi.engines.quality.constants import ChartConstants, chart_constants
from rongzhi.engines.quality.gate import Decision, GateResult, decide_first_article, decide_lot
from rongzhi.engines.quality.operating import (
    OperatingPoint,
    acceptance_of_lot,
    acceptance_probability,
    operating_curve,
    quality_at,
)
from rongzhi.engines.quality.rules import NELSON, WESTERN_ELECTRIC, RunRule, Signal, signals
from rongzhi.engines.quality.sampling import (
    Inspection,
    Plan,
    SamplingTables,
    code_letter,
    sampling_plan,
    sampling_tables,
)
from rongzhi.engines.quality.switching import LotResult, Severity, next_severity, resumed, severity_after

__all__ = [
    "CLASSES",
    "NELSON",
    "WESTERN_ELECTRIC",
    "Capability",
    "Characteristic",
    "Chart",
    "ChartConstants",
    "ChartPoint",
    "Decision",
    "GateResult",
    "Index",
    "Inspection",
    "LotResult",
    "OperatingPoint",
    "Panel",
    "Plan",
    "Reading",
    "RunRule",
    "SamplingTables",
    "Severity",
    "Signal",
    "Verdict",
    "acceptance_of_lot",
    "acceptance_probability",
    "c_chart",
    "capability",
    "chart_constants",
    "check_plan",
    "code_letter",
    "decide_first_article",
    "decide_lot",
    "individuals",
    "judge",
    "next_severity",
    "np_chart",
    "one_sided_index",
    "operating_curve",
    "p_chart",
    "quality_at",
    "resumed",
    "sampling_plan",
    "sampling_tables",
    "severity_after",
    "signals",
    "two_sided_index",
    "u_chart",
    "xbar_r",
    "xbar_s",
]
