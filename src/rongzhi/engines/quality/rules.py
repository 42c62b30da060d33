"""Run rules of control charts by number: Nelson's eight and the four of Western Electric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rongzhi.engines.quality.charts import Panel
from rongzhi.kernel.text import Text

Family = Literal["nelson", "western-electric"]


@dataclass(frozen=True, slots=True)
class RunRule:
    """A run rule.

    Parameters
    ----------
    family : str
    number : int
        As its authors count it.
    window : int
        Points looked at together.
    words : Text
    breaks : callable of window -> bool
        Looks at standardised values (distance from the centre line in standard deviations).
    """

    family: Family
    number: int
    window: int
    words: Text
    breaks: Callable[[Sequence[float]], bool]


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule broken by a window of points.

    Parameters
    ----------
    rule : RunRule
    points : tuple of int
        Indices of the window's points, the last one completes the pattern.
    """

    rule: RunRule
    points: tuple[int, ...]

    @property
    def at(self) -> int:
        """Index of the point that completes the pattern."""
        return self.points[-1]

    @property
    def words(self) -> Text:
        """The rule with its number and the points."""
        name = {"nelson": "Nelson", "western-electric": "Western Electric"}[self.rule.family]
        first, last = self.points[0] + 1, self.points[-1] + 1
        zh = f"第 {last} 点" if first == last else f"第 {first} 至 {last} 点"
        en = f"point {last}" if first == last else f"points {first} to {last}"
        number, rule = self.rule.number, self.rule.words
        return Text(f"{name} 判异准则 {number}：{rule.zh}（{zh}）", f"{name} rule {number}: {rule.en} ({en})")


def _beyond(least: int, distance: float) -> Callable[[Sequence[float]], bool]:
    """Return whether the newest point and so many in all lie beyond a distance on its side."""

    def breaks(z: Sequence[float]) -> bool:
        up = sum(each > distance for each in z)
        down = sum(each < -distance for each in z)
        return (up >= least and z[-1] > distance) or (down >= least and z[-1] < -distance)

    return breaks


def _one_side(z: Sequence[float]) -> bool:
    return all(each > 0 for each in z) or all(each < 0 for each in z)


def _trend(z: Sequence[float]) -> bool:
    steps = [b - a for a, b in pairwise(z)]
    return all(each > 0 for each in steps) or all(each < 0 for each in steps)


def _alternating(z: Sequence[float]) -> bool:
    steps = [b - a for a, b in pairwise(z)]
    return all(a * b < 0 for a, b in pairwise(steps))


def _hugging(z: Sequence[float]) -> bool:
    return all(abs(each) < 1 for each in z)


def _avoiding(z: Sequence[float]) -> bool:
    return all(abs(each) > 1 for each in z)


_OUTSIDE = Text("1 点超出 3σ", "one point beyond 3σ")
_TWO_OF_THREE = Text("连续 3 点中有 2 点在同侧 2σ 以外", "two of three points in a row beyond 2σ on one side")
_FOUR_OF_FIVE = Text("连续 5 点中有 4 点在同侧 1σ 以外", "four of five points in a row beyond 1σ on one side")

NELSON: tuple[RunRule, ...] = (
    RunRule("nelson", 1, 1, _OUTSIDE, _beyond(1, 3)),
    RunRule("nelson", 2, 9, Text("连续 9 点在中心线同侧", "nine points in a row on one side of the centre"), _one_side),
    RunRule("nelson", 3, 6, Text("连续 6 点递增或递减", "six points in a row rising or falling"), _trend),
    RunRule(
        "nelson", 4, 14, Text("连续 14 点上下交替", "fourteen points in a row alternating up and down"), _alternating
    ),
    RunRule("nelson", 5, 3, _TWO_OF_THREE, _beyond(2, 2)),
    RunRule("nelson", 6, 5, _FOUR_OF_FIVE, _beyond(4, 1)),
    RunRule("nelson", 7, 15, Text("连续 15 点在 1σ 以内", "fifteen points in a row within 1σ"), _hugging),
    RunRule(
        "nelson",
        8,
        8,
        Text("连续 8 点在 1σ 以外（两侧皆可）", "eight points in a row beyond 1σ, either side"),
        _avoiding,
    ),
)
"""L. S. Nelson, The Shewhart control chart: tests for special causes, J. Quality Technology 16 (1984), 237-239."""

WESTERN_ELECTRIC: tuple[RunRule, ...] = (
    RunRule("western-electric", 1, 1, _OUTSIDE, _beyond(1, 3)),
    RunRule("western-electric", 2, 3, _TWO_OF_THREE, _beyond(2, 2)),
    RunRule("western-electric", 3, 5, _FOUR_OF_FIVE, _beyond(4, 1)),
    RunRule(
        "western-electric",
        4,
        8,
        Text("连续 8 点在中心线同侧", "eight points in a row on one side of the centre"),
        _one_side,
    ),
)
"""Western Electric Company, Statistical Quality Control Handbook (1956)."""


def signals(panel: Panel, rules: Sequence[RunRule] = NELSON) -> tuple[Signal, ...]:
    """Return what breaks the rules in a panel, in the order of the points, then of the rules.

    Points are standardised by their own standard deviation, so that the rules also hold for p and u charts with
    samples of different sizes. A panel without variation breaks nothing.
    """
    if all(each.sigma == 0 for each in panel.points):
        return ()
    z = [(each.value - panel.centre) / each.sigma if each.sigma > 0 else 0.0 for each in panel.points]
    found = []
    for end in range(1, len(z) + 1):
        for rule in rules:
            begin = end - rule.window
            if begin >= 0 and rule.breaks(z[begin:end]):
                found.append(Signal(rule, tuple(panel.points[at].index for at in range(begin, end))))
    return tuple(found)
