"""How run times spread around what was planned: distributions of the ratio real time over planned time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np

from rongzhi.engines.scheduling.arrays import Floats
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

_EXPLICIT_DRAWS = 32  # an average of more draws is taken from the distribution it comes close to


@runtime_checkable
class Spread(Protocol):
    """A distribution of the ratio of real to planned time (1 is as planned; no unit)."""

    @property
    def mean(self) -> float:
        """Mean ratio."""
        ...

    @property
    def cv(self) -> float:
        """Coefficient of variation: standard deviation over mean."""
        ...

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Return so many independent ratios."""
        ...


@dataclass(frozen=True, slots=True)
class Exactly:
    """Always the same ratio."""

    ratio: float = 1.0

    @property
    def mean(self) -> float:
        """Mean ratio."""
        return self.ratio

    @property
    def cv(self) -> float:
        """Coefficient of variation."""
        return 0.0

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Return the ratio so many times."""
        del rng
        return np.full(count, self.ratio)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A ratio that is lognormal.

    Parameters
    ----------
    cv : float
        Coefficient of variation, at least 0.
    mean : float
        Mean ratio.
    """

    cv: float
    mean: float = 1.0

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Return so many independent ratios."""
        variance = math.log1p(self.cv**2)
        return rng.lognormal(math.log(self.mean) - variance / 2, math.sqrt(variance), count)


@dataclass(frozen=True, slots=True)
class Exponential:
    """A ratio that is exponential; the coefficient of variation is 1.

    Parameters
    ----------
    mean : float
    """

    mean: float = 1.0

    @property
    def cv(self) -> float:
        """Coefficient of variation."""
        return 1.0

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Return so many independent ratios."""
        return rng.exponential(self.mean, count)


@dataclass(frozen=True)
class Histogram:
    """A ratio (or a time) by classes, even within a class.

    Parameters
    ----------
    low, high : tuple of float
        Bounds of the classes, ``low <= high``.
    weight : tuple of float
        Share or count of each class; need not sum to 1.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    weight: tuple[float, ...]

    @classmethod
    def of_values(cls, values: Sequence[float]) -> Histogram:
        """Return the histogram that draws exactly the values that were seen."""
        return cls(tuple(values), tuple(values), (1.0,) * len(values))

    @cached_property
    def _steps(self) -> Floats:
        share = np.cumsum(np.array(self.weight, dtype=np.float64))
        return np.asarray(share / share[-1], dtype=np.float64)

    @cached_property
    def mean(self) -> float:
        """Mean, in the unit of the bounds."""
        middle = (np.array(self.low) + np.array(self.high)) / 2
        return float(np.average(middle, weights=self.weight))

    @cached_property
    def cv(self) -> float:
        """Coefficient of variation."""
        low, high = np.array(self.low), np.array(self.high)
        square = float(np.average((low**2 + low * high + high**2) / 3, weights=self.weight))
        return math.sqrt(max(0.0, square - self.mean**2)) / self.mean if self.mean else 0.0

    def over(self, planned: float | None = None) -> Histogram:
        """Return the histogram of the ratio to a planned value; to its own mean without one."""
        scale = self.mean if planned is None else planned
        return Histogram(tuple(x / scale for x in self.low), tuple(x / scale for x in self.high), self.weight)

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Return so many independent values."""
        at = np.searchsorted(self._steps, rng.random(count), side="right")
        at = np.minimum(at, len(self.low) - 1)
        low, high = np.array(self.low)[at], np.array(self.high)[at]
        found: Floats = low + (high - low) * rng.random(count)
        return found


@dataclass(frozen=True, slots=True)
class Averaged:
    """The average of several independent draws, for lots whose units each take their own time.

    Parameters
    ----------
    of : Spread
        Of one unit.
    units : int
        Of the lot. Beyond 32 units the average is taken as lognormal with the same mean and variance.
    """

    of: Spread
    units: int

    @property
    def mean(self) -> float:
        """Mean ratio."""
        return self.of.mean

    @property
    def cv(self) -> float:
        """Coefficient of variation."""
        return self.of.cv / math.sqrt(self.units)

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Return so many independent ratios."""
        if self.units > _EXPLICIT_DRAWS:
            return Lognormal(self.cv, self.mean).draw(rng, count)
        drawn = self.of.draw(rng, count * self.units).reshape(count, self.units)
        found: Floats = np.asarray(drawn.mean(axis=1), dtype=np.float64)
        return found


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """A machine that fails while it works; the repair takes working time of the machine, then the work goes on.

    Parameters
    ----------
    mean_between : float
        Mean working time between two failures (exponential), time units.
    mean_repair : float
        Mean time to repair, time units of working time.
    repair_cv : float
        Coefficient of variation of the repair time (gamma; 1 is exponential, 0 always the mean).
    """

    mean_between: float
    mean_repair: float
    repair_cv: float = 1.0

    @property
    def availability(self) -> float:
        """Share of the time in which the machine works: mean between over mean between plus mean to repair."""
        return self.mean_between / (self.mean_between + self.mean_repair)

    def draw(self, rng: np.random.Generator, work: Floats) -> Floats:
        """Return the time lost during stretches of work, time units, same shape."""
        failures = rng.poisson(work / self.mean_between)
        if self.repair_cv <= 0:
            return np.asarray(failures * self.mean_repair, dtype=np.float64)
        shape = 1 / self.repair_cv**2
        lost: Floats = np.where(failures > 0, rng.gamma(np.maximum(failures, 1) * shape) * self.mean_repair / shape, 0)
        return lost


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What is uncertain about a plan; what is not named happens as planned.

    The spread of an operation's run is the first found of: ``by_pair`` of its machine and its code, of its machine and
    its family, ``by_operation``, ``by_machine``, ``runs``.

    Parameters
    ----------
    runs : Spread or None
        Of all run times.
    by_machine : mapping of str to Spread
        By machine code.
    by_operation : mapping of str to Spread
        By operation code.
    by_pair : mapping of (str, str) to Spread
        By machine code and operation code, or by machine code and family.
    setups : Spread or None
        Of all set-up times.
    breakdowns : mapping of str to Breakdowns
        By machine code.
    """

    runs: Spread | None = None
    by_machine: Mapping[str, Spread] = field(default_factory=dict)
    by_operation: Mapping[str, Spread] = field(default_factory=dict)
    by_pair: Mapping[tuple[str, str], Spread] = field(default_factory=dict)
    setups: Spread | None = None
    breakdowns: Mapping[str, Breakdowns] = field(default_factory=dict)

    def of_run(self, operation: str, machine: str, family: str | None) -> Spread | None:
        """Return the spread of an operation's run on a machine, None if it is certain."""
        if self.by_pair:
            found = self.by_pair.get((machine, operation)) or self.by_pair.get((machine, family or ""))
            if found is not None:
                return found
        return self.by_operation.get(operation) or self.by_machine.get(machine) or self.runs

    def check(self) -> Findings:
        """Return what is wrong with the numbers."""
        found = Findings()
        named: list[tuple[str, Spread | None]] = [("runs", self.runs), ("setups", self.setups)]
        named += [(f"by_machine[{code}]", each) for code, each in self.by_machine.items()]
        named += [(f"by_operation[{code}]", each) for code, each in self.by_operation.items()]
        named += [(f"by_pair[{pair[0]}, {pair[1]}]", each) for pair, each in self.by_pair.items()]
        for where, spread in named:
            if spread is not None:
                _check_spread(found, where, spread)
        for code, each in self.breakdowns.items():
            if not (each.mean_between > 0 and each.mean_repair >= 0 and each.repair_cv >= 0):
                found.error(
                    "bad-breakdowns",
                    f"breakdowns[{code}]",
                    Text(
                        "平均故障间隔须大于 0，修复时间不可为负", "mean_between must be above 0, repairs not negative"
                    ),
                    Text("改正数值", "mend the numbers"),
                )
        return found


def _check_spread(found: Findings, where: str, spread: Spread) -> None:
    if isinstance(spread, Averaged):
        if spread.units < 1:
            found.error(
                "bad-spread", where, Text("件数须至少为 1", "units must be at least 1"), Text("改正", "mend it")
            )
            return
        _check_spread(found, where, spread.of)
        return
    if isinstance(spread, Histogram):
        sizes = {len(spread.low), len(spread.high), len(spread.weight)}
        is_right = (
            len(sizes) == 1
            and min(spread.weight, default=-1.0) >= 0
            and sum(spread.weight) > 0
            and all(0 <= low <= high < math.inf for low, high in zip(spread.low, spread.high, strict=True))
        )
        if not is_right:
            found.error(
                "bad-histogram",
                where,
                Text("分组须有界、不为负，权重之和须大于 0", "classes must be finite, not negative, with some weight"),
                Text("检查各组的上下限与权重", "look at the bounds and weights of the classes"),
            )
            return
    if not (0 <= spread.mean < math.inf and 0 <= spread.cv < math.inf) or (
        isinstance(spread, Lognormal) and spread.mean <= 0
    ):
        found.error(
            "bad-spread",
            where,
            Text("均值与变异系数须为非负有限数", "mean and coefficient of variation must be finite and not negative"),
            Text("改正数值", "mend the numbers"),
        )
