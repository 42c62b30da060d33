"""Operating characteristic of a sampling plan: how likely a lot of some quality is accepted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rongzhi.engines.quality.sampling import Plan

Basis = Literal["items", "nonconformities"]
"""Nonconforming items in a hundred (binomial), or nonconformities per hundred items (Poisson)."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """One point of the curve.

    Parameters
    ----------
    percent : float
        Quality of the lot: percent nonconforming, or nonconformities per 100 items.
    acceptance : float
        Probability that the lot is accepted, 0..1.
    """

    percent: float
    acceptance: float


def acceptance_probability(sample_size: int, accept: int, percent: float, basis: Basis = "items") -> float:
    """Return the probability that a long series of lots of this quality is accepted (type B curve).

    Parameters
    ----------
    sample_size, accept : int
        n and Ac of the plan.
    percent : float
        Percent nonconforming (0..100), or nonconformities per 100 items.
    basis : {"items", "nonconformities"}
    """
    from scipy import special

    share = percent / 100
    if basis == "items":
        return float(special.bdtr(min(accept, sample_size), sample_size, share))
    return float(special.pdtr(accept, sample_size * share))


def acceptance_of_lot(lot_size: int, nonconforming: int, sample_size: int, accept: int) -> float:
    """Return the probability that one finite lot with so many nonconforming items is accepted (type A curve)."""
    good = lot_size - nonconforming
    ways = sum(
        math.comb(nonconforming, found) * math.comb(good, sample_size - found)
        for found in range(min(accept, nonconforming, sample_size) + 1)
    )
    return ways / math.comb(lot_size, sample_size)


def quality_at(sample_size: int, accept: int, acceptance: float, basis: Basis = "items") -> float:
    """Return the quality (percent) that is accepted with a given probability.

    At 0.95 it is the producer's point, at 0.10 the consumer's risk quality.
    """
    from scipy import special

    if basis == "items":
        if accept >= sample_size:
            return 100.0
        return 100 * float(special.betaincinv(accept + 1, sample_size - accept, 1 - acceptance))
    return 100 * float(special.gammaincinv(accept + 1, 1 - acceptance)) / sample_size


def operating_curve(
    plan: Plan, basis: Basis = "items", percents: Sequence[float] | None = None
) -> tuple[OperatingPoint, ...]:
    """Return points of a plan's operating characteristic, 41 of them from 0 to where 1 % is accepted unless given."""
    n, accept = plan.sample_size, plan.accept
    if percents is None:
        end = quality_at(n, accept, 0.01, basis)
        percents = [end * index / 40 for index in range(41)]
    return tuple(OperatingPoint(each, acceptance_probability(n, accept, each, basis)) for each in percents)
