"""Process capability and performance: Cp, Cpk, Pp, Ppk with confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from rongzhi.engines.quality.chart_checks import check_individuals, check_limits, check_subgroups
from rongzhi.engines.quality.charts import individuals, xbar_r
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Index:
    """A capability index with its confidence interval.

    Parameters
    ----------
    value, low, high : float
        Without unit.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Capability:
    """What a process can hold and what it held.

    Parameters
    ----------
    count : int
        Values.
    mean, sigma_within, sigma_overall : float
        In the unit of the values.
    lower, upper : float or None
        Specification limits.
    cp, pp : Index or None
        None with a one-sided limit.
    cpk, ppk : Index
    confidence : float
    expected_percent : float
        Percent beyond the limits if values are normal with the overall standard deviation.
    observed : int
        Values beyond the limits.
    notes : tuple of Finding
        What weakens the figures.
    """

    count: int
    mean: float
    sigma_within: float
    sigma_overall: float
    lower: float | None
    upper: float | None
    cp: Index | None
    cpk: Index
    pp: Index | None
    ppk: Index
    confidence: float
    expected_percent: float
    observed: int
    notes: tuple[Finding, ...]


def capability(
    values: Sequence[float] | Sequence[Sequence[float]],
    *,
    lower: float | None = None,
    upper: float | None = None,
    confidence: float = 0.95,
) -> Capability:
    """Return Cp, Cpk (within subgroups) and Pp, Ppk (overall) of measured values.

    Parameters
    ----------
    values : sequence of float, or of subgroups
        In the order they were made; single values take the moving range of two for the spread within.
    lower, upper : float or None
        Specification limits in the unit of the values.
    confidence : float
        Of the two-sided intervals, 0..1.

    Raises
    ------
    Rejected
        With everything that is wrong at once, also if the values do not vary.

    References
    ----------
    NIST/SEMATECH e-Handbook of Statistical Methods, 6.1.6. Intervals: Cp by chi-square, Cpk after Bissell (1990).
    """
    grouped, flat = _flat(values)
    findings = _check(grouped, flat, check_limits(lower, upper))
    findings.raise_if_any()
    freedom, sigma_within, overall = *_within(grouped, flat), stdev(flat)
    _doubt(len(flat), findings)
    mean = fmean(flat)
    limits = lower, upper
    outside = sum((lower is not None and x < lower) or (upper is not None and x > upper) for x in flat)
    return Capability(
        count=len(flat),
        mean=mean,
        sigma_within=sigma_within,
        sigma_overall=overall,
        lower=lower,
        upper=upper,
        cp=two_sided_index(lower, upper, sigma_within, freedom, confidence),
        cpk=one_sided_index(mean, limits, sigma_within, len(flat), freedom, confidence=confidence),
        pp=two_sided_index(lower, upper, overall, len(flat) - 1, confidence),
        ppk=one_sided_index(mean, limits, overall, len(flat), len(flat) - 1, confidence=confidence),
        confidence=confidence,
        expected_percent=_expected(mean, overall, lower, upper),
        observed=outside,
        notes=tuple(findings),
    )


def two_sided_index(
    lower: float | None, upper: float | None, sigma: float, freedom: int, confidence: float
) -> Index | None:
    """Return (upper - lower) / 6 sigma with its chi-square interval; None unless both limits are given."""
    from scipy import special

    if lower is None or upper is None:
        return None
    value = (upper - lower) / (6 * sigma)
    tail = (1 - confidence) / 2
    low, high = (value * math.sqrt(2 * float(special.gammaincinv(freedom / 2, q)) / freedom) for q in (tail, 1 - tail))
    return Index(value, low, high)


def one_sided_index(
    mean: float,
    limits: tuple[float | None, float | None],
    sigma: float,
    count: int,
    freedom: int,
    *,
    confidence: float,
) -> Index:
    """Return the distance to the nearer limit over 3 sigma with its normal interval."""
    from scipy import special

    lower, upper = limits
    sides = [(mean - lower) / (3 * sigma)] if lower is not None else []
    sides += [(upper - mean) / (3 * sigma)] if upper is not None else []
    value = min(sides)
    half = float(special.ndtri(0.5 + confidence / 2)) * math.sqrt(1 / (9 * count) + value**2 / (2 * freedom))
    return Index(value, value - half, value + half)


def _flat(values: Sequence[float] | Sequence[Sequence[float]]) -> tuple[list[list[float]], list[float]]:
    """Return the subgroups (none for single values) and all values."""
    grouped = [list(each) for each in values if isinstance(each, Sequence)]
    singles = [float(each) for each in values if not isinstance(each, Sequence)]
    return grouped, [x for each in grouped for x in each] or singles


def _check(grouped: Sequence[Sequence[float]], flat: Sequence[float], findings: Findings) -> Findings:
    faults = check_subgroups(grouped, largest=25) if grouped else check_individuals(flat, least=3)
    findings.extend(faults)
    if faults.is_clean and all(max(each) == min(each) for each in grouped or [flat]):
        findings.error(
            "no-variation",
            "values",
            Text("数值没有变化，算不出能力指数", "the values do not vary, no index can be computed"),
            Text("检查量具的分辨力", "check the resolution of the gauge"),
        )
    return findings


def _within(grouped: Sequence[Sequence[float]], flat: Sequence[float]) -> tuple[int, float]:
    """Return degrees of freedom and the standard deviation within subgroups, or from moving ranges."""
    if grouped:
        return len(grouped) * (len(grouped[0]) - 1), xbar_r(grouped).sigma_within or 0.0
    return len(flat) - 1, individuals(flat).sigma_within or 0.0


def _doubt(count: int, findings: Findings) -> None:
    if count < 50:
        findings.warning(
            "few-values",
            "values",
            Text(f"只有 {count} 个值，区间较宽", f"{count} values only: mind the wide intervals"),
            Text("能力研究一般取 50 个值以上", "take 50 values or more for a capability study"),
        )


def _expected(mean: float, sigma: float, lower: float | None, upper: float | None) -> float:
    below = 0.0 if lower is None else _normal_tail((mean - lower) / sigma)
    above = 0.0 if upper is None else _normal_tail((upper - mean) / sigma)
    return 100 * (below + above)


def _normal_tail(z: float) -> float:
    return math.erfc(z / math.sqrt(2)) / 2
