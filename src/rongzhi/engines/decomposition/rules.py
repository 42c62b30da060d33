"""Rules of decomposition as data, with the date from which they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

PRIORITY_WEIGHTS: Mapping[int, float] = {1: 16.0, 2: 8.0, 3: 4.0, 4: 2.0, 5: 1.0, 6: 0.5, 7: 0.25, 8: 0.125, 9: 0.0625}
"""Weight of one minute of tardiness by priority: each step up counts twice as much; 5 is the ordinary order."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a decomposition follows beside the documents.

    Parameters
    ----------
    weights : mapping of priority (1..9) to float
        Weight of tardiness.
    horizon_days : int
        A machine that does not work for the network within so many days is refused.
    longest_days : int
        A machine that would work longer than so many days on one operation is refused.
    max_lots : int
        More lots than this are taken for a slip of the pen (a tiny ``max_lot``) and rejected.
    source, valid_from : str, date
        Who set the rules, and since when.
    """

    weights: Mapping[int, float] = field(default_factory=lambda: dict(PRIORITY_WEIGHTS))
    horizon_days: int = 90
    longest_days: int = 366
    max_lots: int = 200_000
    source: str = "rongzhi"
    valid_from: date = date(2026, 1, 1)
