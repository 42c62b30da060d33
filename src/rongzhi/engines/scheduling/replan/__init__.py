"""Repair of a plan when reality differs: as little as possible is moved, and how much is said.

>>> result = repair(problem, plan, now=480, events=[MachineDown("m1", 480, 720)])  # doctest: +SKIP
>>> result.stability.share_moved  # doctest: +SKIP
"""

from rongzhi.engines.scheduling.replan.events import (
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
    RushOrder,
    Scrap,
)
from rongzhi.engines.scheduling.replan.repair import Repair, repair
from rongzhi.engines.scheduling.replan.stability import Shifted, Stability, measure

__all__ = [
    "CalendarChange",
    "DueChanged",
    "Event",
    "Expedite",
    "LateMaterial",
    "LongerRun",
    "MachineDown",
    "MachineUp",
    "OrderCancelled",
    "QuantityChanged",
    "Repair",
    "RushOrder",
    "Scrap",
    "Shifted",
    "Stability",
    "measure",
    "repair",
]
