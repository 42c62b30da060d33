"""Capable-to-promise: earliest dates for new orders over a plan that stays as it is.

>>> promiser = Promiser(problem, plan)  # doctest: +SKIP
>>> quote = promiser.quote([Job("J9", operations)], chain(*operations))  # doctest: +SKIP
>>> promiser.book(quote)  # doctest: +SKIP
"""

from rongzhi.engines.scheduling.promise.promiser import Promiser
from rongzhi.engines.scheduling.promise.quote import (
    Allocation,
    Alternative,
    Cost,
    Displacement,
    Order,
    Quote,
    Ready,
    Step,
    Wait,
)

__all__ = ["Allocation", "Alternative", "Cost", "Displacement", "Order", "Promiser", "Quote", "Ready", "Step", "Wait"]
