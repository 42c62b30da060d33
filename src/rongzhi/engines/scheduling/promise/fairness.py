"""Who goes first when many orders ask at once: three rules, none of which moves what is planned or booked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

from rongzhi.engines.scheduling.promise.quote import Allocation, Order
from rongzhi.kernel.text import Text

Fairness = Literal["priority", "arrival", "max-min"]
"""How turns are given.

priority: higher priority first, then earlier due, then code. arrival: as the orders are given. max-min: the largest
weighted lateness (priority times time units late) is made as small as turns can make it, then the second largest ...
"""

Trial = Callable[[Sequence[Order]], tuple[Allocation, ...]]

_TRIALS = 40  # how many other sequences the max-min rule tries at most


def in_turn(orders: Sequence[Order], rule: Fairness, preview: Trial) -> list[Order]:
    """Return the orders in the order in which they are served.

    Parameters
    ----------
    orders : sequence of Order
    rule : 'priority', 'arrival' or 'max-min'
    preview : callable
        Serves orders in a given sequence, keeps nothing, and says what each got.
    """
    if rule == "arrival":
        return list(orders)
    turns = sorted(orders, key=lambda each: (-each.priority, each.due is None, each.due or 0, each.code))
    if rule == "priority" or len(turns) < 2:
        return turns
    given = preview(turns)
    best, tried = _pains(given), set[str]()
    for _ in range(_TRIALS):
        worst = _worst(given, tried)
        if worst is None or best[0] <= 0:
            break
        tried.add(worst.code)
        other = [worst, *(each for each in turns if each is not worst)]
        served = preview(other)
        pains = _pains(served)
        if pains < best:
            turns, given, best, tried = other, served, pains, set()
    return turns


def _worst(given: Sequence[Allocation], tried: set[str]) -> Order | None:
    late = [each for each in given if each.order.code not in tried and each.turn > 1 and pain(each) > 0]
    return max(late, key=pain).order if late else None


def _pains(given: Sequence[Allocation]) -> list[float]:
    return sorted((pain(each) for each in given), reverse=True)


def pain(given: Allocation) -> float:
    """Return the weighted lateness of an order, priority times time units; infinite when it got no date."""
    if not given.quote.is_feasible:
        return math.inf
    return given.order.priority * max(0, given.quote.lateness)


def turn(number: int, count: int, rule: Fairness, usual: Text) -> Text:
    """Return why an order was served at its turn; ``usual`` says it for the rule of priority."""
    if rule == "priority":
        return usual
    if rule == "arrival":
        return Text(f"第 {number}/{count} 个分配：按到达次序", f"served {number} of {count}: in order of arrival")
    return Text(
        f"第 {number}/{count} 个分配：使最大加权误期最小",
        f"served {number} of {count}: so that the worst off is least late",
    )
