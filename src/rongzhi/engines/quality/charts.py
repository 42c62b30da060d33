"""Control charts: X̄-R, X̄-S, individuals with moving range, p, np, c and u."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, stdev
from typing import Literal

from rongzhi.engines.quality.chart_checks import check_counts, check_individuals, check_subgroups
from rongzhi.engines.quality.constants import chart_constants
from rongzhi.kernel.text import Text

Kind = Literal["xbar-r", "xbar-s", "i-mr", "p", "np", "c", "u"]


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One point with the limits that hold for it.

    Parameters
    ----------
    index : int
        Place of the subgroup, from 0.
    value : float
        Same unit as the data (shares for p).
    lower, upper : float
        Control limits at three standard deviations.
    sigma : float
        One standard deviation of the plotted value.
    """

    index: int
    value: float
    lower: float
    upper: float
    sigma: float

    @property
    def is_outside(self) -> bool:
        """Whether the point lies beyond its limits."""
        return not self.lower <= self.value <= self.upper


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the panels of a chart: means, ranges, shares ...

    Parameters
    ----------
    title : Text
    centre : float
    points : tuple of ChartPoint
    formula : Text
        Limits in words.
    """

    title: Text
    centre: float
    points: tuple[ChartPoint, ...]
    formula: Text

    @property
    def lower(self) -> float:
        """Lower control limit of the last point (all points, if subgroups are equal)."""
        return self.points[-1].lower

    @property
    def upper(self) -> float:
        """Upper control limit of the last point."""
        return self.points[-1].upper


@dataclass(frozen=True, slots=True)
class Chart:
    """A control chart.

    Parameters
    ----------
    kind : str
    panels : tuple of Panel
        Location first, then spread if there is one.
    sigma_within : float or None
        Standard deviation within subgroups, for charts of measured values.
    """

    kind: Kind
    panels: tuple[Panel, ...]
    sigma_within: float | None = None


def xbar_r(subgroups: Sequence[Sequence[float]]) -> Chart:
    """Return the chart of means and ranges of equal subgroups of 2 to 25 values."""
    check_subgroups(subgroups, largest=25).raise_if_any()
    k = chart_constants(len(subgroups[0]))
    means, ranges = [fmean(each) for each in subgroups], [max(each) - min(each) for each in subgroups]
    grand, spread = fmean(means), fmean(ranges)
    location = _panel(
        Text("均值图", "means"),
        means,
        grand,
        k.a2 * spread / 3,
        Text("x̿ ± A2·R̄", "x̿ ± A2·R̄"),
    )
    variation = _panel(
        Text("极差图", "ranges"),
        ranges,
        spread,
        k.d3 * spread / k.d2,
        Text("D3·R̄ 至 D4·R̄", "D3·R̄ to D4·R̄"),
        floor=0.0,
    )
    return Chart("xbar-r", (location, variation), spread / k.d2)


def xbar_s(subgroups: Sequence[Sequence[float]]) -> Chart:
    """Return the chart of means and standard deviations of equal subgroups of at least 2 values."""
    check_subgroups(subgroups, largest=1000).raise_if_any()
    k = chart_constants(len(subgroups[0]))
    means, deviations = [fmean(each) for each in subgroups], [stdev(each) for each in subgroups]
    grand, spread = fmean(means), fmean(deviations)
    location = _panel(Text("均值图", "means"), means, grand, k.a3 * spread / 3, Text("x̿ ± A3·S̄", "x̿ ± A3·S̄"))
    variation = _panel(
        Text("标准差图", "standard deviations"),
        deviations,
        spread,
        spread * math.sqrt(1 - k.c4**2) / k.c4,
        Text("B3·S̄ 至 B4·S̄", "B3·S̄ to B4·S̄"),
        floor=0.0,
    )
    return Chart("xbar-s", (location, variation), spread / k.c4)


def individuals(values: Sequence[float]) -> Chart:
    """Return the chart of single values and of the moving range of two."""
    check_individuals(values).raise_if_any()
    k = chart_constants(2)
    moves = [abs(b - a) for a, b in pairwise(values)]
    centre, spread = fmean(values), fmean(moves)
    location = _panel(
        Text("单值图", "individual values"),
        values,
        centre,
        spread / k.d2,
        Text("x̄ ± 3·MR̄/d2", "x̄ ± 3·MR̄/d2"),
    )
    variation = _panel(
        Text("移动极差图", "moving ranges"),
        moves,
        spread,
        k.d3 * spread / k.d2,
        Text("0 至 D4·MR̄", "0 to D4·MR̄"),
        floor=0.0,
        first=1,
    )
    return Chart("i-mr", (location, variation), spread / k.d2)


def p_chart(nonconforming: Sequence[int], sizes: Sequence[int]) -> Chart:
    """Return the chart of shares nonconforming; every sample has its own limits."""
    check_counts(nonconforming, sizes, is_items=True).raise_if_any()
    share = sum(nonconforming) / sum(sizes)
    values = [found / size for found, size in zip(nonconforming, sizes, strict=True)]
    sigmas = [math.sqrt(share * (1 - share) / size) for size in sizes]
    words = Text("p̄ ± 3·√(p̄(1-p̄)/n)", "p̄ ± 3·√(p̄(1-p̄)/n)")
    return Chart(
        "p", (_panel(Text("不合格品率", "share nonconforming"), values, share, sigmas, words, floor=0.0, ceiling=1.0),)
    )


def np_chart(nonconforming: Sequence[int], size: int) -> Chart:
    """Return the chart of counts nonconforming in samples of one size."""
    check_counts(nonconforming, [size] * len(nonconforming), is_items=True).raise_if_any()
    share = sum(nonconforming) / (size * len(nonconforming))
    sigma = math.sqrt(size * share * (1 - share))
    words = Text("np̄ ± 3·√(np̄(1-p̄))", "np̄ ± 3·√(np̄(1-p̄))")
    title = Text("不合格品数", "items nonconforming")
    return Chart("np", (_panel(title, nonconforming, size * share, sigma, words, floor=0.0, ceiling=float(size)),))


def c_chart(nonconformities: Sequence[int]) -> Chart:
    """Return the chart of nonconformities in units of one size."""
    check_counts(nonconformities, [1] * len(nonconformities), is_items=False).raise_if_any()
    centre = fmean(nonconformities)
    title, words = Text("不合格数", "nonconformities"), Text("c̄ ± 3·√c̄", "c̄ ± 3·√c̄")
    return Chart("c", (_panel(title, nonconformities, centre, math.sqrt(centre), words, floor=0.0),))


def u_chart(nonconformities: Sequence[int], sizes: Sequence[float]) -> Chart:
    """Return the chart of nonconformities per unit; every sample has its own limits."""
    check_counts(nonconformities, sizes, is_items=False).raise_if_any()
    centre = sum(nonconformities) / sum(sizes)
    values = [found / size for found, size in zip(nonconformities, sizes, strict=True)]
    sigmas = [math.sqrt(centre / size) for size in sizes]
    title, words = Text("单位不合格数", "nonconformities per unit"), Text("ū ± 3·√(ū/n)", "ū ± 3·√(ū/n)")
    return Chart("u", (_panel(title, values, centre, sigmas, words, floor=0.0),))


def _panel(
    title: Text,
    values: Sequence[float],
    centre: float,
    sigma: float | Sequence[float],
    formula: Text,
    *,
    floor: float = -math.inf,
    ceiling: float = math.inf,
    first: int = 0,
) -> Panel:
    sigmas = list(sigma) if isinstance(sigma, Sequence) else [sigma] * len(values)
    points = tuple(
        ChartPoint(first + index, float(value), max(floor, centre - 3 * each), min(ceiling, centre + 3 * each), each)
        for index, (value, each) in enumerate(zip(values, sigmas, strict=True))
    )
    return Panel(title, centre, points, formula)
