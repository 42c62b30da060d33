"""Why a plan is as it is: why a job is late, why a machine was chosen, what would help; all computed from the plan.

>>> reason = why_late(problem, plan, "J1")  # doctest: +SKIP
>>> print(reason.text.en)  # doctest: +SKIP
"""

from rongzhi.engines.scheduling.explain.advice import Advice
from rongzhi.engines.scheduling.explain.choice import Choice, MachineChoice
from rongzhi.engines.scheduling.explain.explainer import (
    Explainer,
    advise,
    what_would_help,
    why_factory,
    why_late,
    why_machine,
)
from rongzhi.engines.scheduling.explain.helping import Help
from rongzhi.engines.scheduling.explain.lateness import Blocker, Cause, LateReason

__all__ = [
    "Advice",
    "Blocker",
    "Cause",
    "Choice",
    "Explainer",
    "Help",
    "LateReason",
    "MachineChoice",
    "advise",
    "what_would_help",
    "why_factory",
    "why_late",
    "why_machine",
]
