"""The budget of a run: wall time, iterations, or both."""

from __future__ import annotations

import time
from dataclasses import dataclass

DEFAULT_TIME_S = 10.0


@dataclass
class Budget:
    """How long a run may take.

    Parameters
    ----------
    started : float
        ``time.perf_counter()`` at the start, seconds.
    time_limit_s : float or None
    iteration_limit : int or None
    """

    started: float
    time_limit_s: float | None = None
    iteration_limit: int | None = None

    def __post_init__(self) -> None:
        if self.time_limit_s is None and self.iteration_limit is None:
            self.time_limit_s = DEFAULT_TIME_S

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def left_s(self) -> float:
        """Seconds left; infinite without a time limit."""
        return float("inf") if self.time_limit_s is None else self.time_limit_s - self.elapsed_s

    def fraction(self, iterations: int) -> float:
        """Share of the budget that is used, 0..1."""
        used = 0.0
        if self.time_limit_s is not None:
            used = 1.0 if self.time_limit_s <= 0 else self.elapsed_s / self.time_limit_s
        if self.iteration_limit is not None:
            used = max(used, 1.0 if self.iteration_limit <= 0 else iterations / self.iteration_limit)
        return min(1.0, used)
