"""Constants of control charts for normal data, computed from their definitions instead of typed from a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class ChartConstants:
    """Constants for subgroups of one size.

    Parameters
    ----------
    size : int
        Values in a subgroup, at least 2.
    d2, d3 : float
        Mean and standard deviation of the range, in standard deviations of the process.
    c4 : float
        Mean of the sample standard deviation, in standard deviations of the process.
    """

    size: int
    d2: float
    d3: float
    c4: float

    @property
    def a2(self) -> float:
        """A2 = 3 / (d2 √n): limits of means from the mean range."""
        return 3 / (self.d2 * math.sqrt(self.size))

    @property
    def a3(self) -> float:
        """A3 = 3 / (c4 √n): limits of means from the mean standard deviation."""
        return 3 / (self.c4 * math.sqrt(self.size))

    @property
    def b3(self) -> float:
        """B3 = max(0, 1 - 3 √(1 - c4²) / c4): lower limit of standard deviations."""
        return max(0.0, 1 - 3 * math.sqrt(1 - self.c4**2) / self.c4)

    @property
    def b4(self) -> float:
        """B4 = 1 + 3 √(1 - c4²) / c4: upper limit of standard deviations."""
        return 1 + 3 * math.sqrt(1 - self.c4**2) / self.c4

    @property
    def big_d3(self) -> float:
        """D3 = max(0, 1 - 3 d3 / d2): lower limit of ranges."""
        return max(0.0, 1 - 3 * self.d3 / self.d2)

    @property
    def big_d4(self) -> float:
        """D4 = 1 + 3 d3 / d2: upper limit of ranges."""
        return 1 + 3 * self.d3 / self.d2

    @property
    def e2(self) -> float:
        """E2 = 3 / d2: limits of individual values from the mean moving range."""
        return 3 / self.d2


@lru_cache(maxsize=128)
def chart_constants(size: int) -> ChartConstants:
    """Return the constants for subgroups of a size.

    The range of n standard normal values has mean ``∫ 1 - Fⁿ - (1-F)ⁿ`` and second moment
    ``2 ∬ 1 - F(y)ⁿ - (1-F(x))ⁿ + (F(y)-F(x))ⁿ`` over ``x < y``; the standard deviation of n values has mean
    ``c4 = √(2/(n-1)) Γ(n/2) / Γ((n-1)/2)``.

    References
    ----------
    L. H. C. Tippett, On the extreme individuals and the range of samples, Biometrika 17 (1925), 364-387.
    """
    import numpy as np
    from scipy import special

    grid = np.linspace(-8, 8, 401)
    step = grid[1] - grid[0]
    below = special.ndtr(grid)
    mean = float(np.sum(1 - below**size - (1 - below) ** size) * step)
    upper, lower = below[None, :], below[:, None]
    inner = np.triu(1 - upper**size - (1 - lower) ** size + np.maximum(upper - lower, 0) ** size)
    # trapezoid rule up to the diagonal, where the slope integrates to 1: its first correction is step² / 12
    square = 2 * float((inner.sum() - np.trace(inner) / 2) * step * step - step**2 / 12)
    c4 = math.sqrt(2 / (size - 1)) * math.exp(math.lgamma(size / 2) - math.lgamma((size - 1) / 2))
    return ChartConstants(size, mean, math.sqrt(square - mean**2), c4)
