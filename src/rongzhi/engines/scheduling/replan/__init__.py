"""Repair of a plan when reality differs: as little as possible is moved, and how much is said.

>>> result = repair(problem, plan, now=480, events=[MachineDown("m1", 480, 720)])  # doctest: +SKIP
>>> result.stability.share_moved  # doctest: +SKIP
"""

from rongzhi.engines.scheduling.replan.events import Event, LateMaterial, LongerRun, MachineDown
from rongzhi.engines.scheduling.replan.repair import Repair, repair
from rongzhi.engines.scheduling.replan.stability import Stability, measure

__all__ = ["Event", "LateMaterial", "LongerRun", "MachineDown", "Repair", "Stability", "measure", "repair"]
