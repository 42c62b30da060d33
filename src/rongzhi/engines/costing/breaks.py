"""Quantity breaks, hourly rates and alternatives side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rongzhi.engines.costing.build import Build, build_cost
from rongzhi.engines.costing.model import ZERO, Job, Terms
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Break:
    """Price of one quantity.

    Parameters
    ----------
    quantity : int
    unit_price, price, gross : Decimal
        Currency: one piece net, the order net, the order with tax.
    build : Build
    """

    quantity: int
    unit_price: Decimal
    price: Decimal
    gross: Decimal
    build: Build


def price_breaks(job: Job, quantities: Iterable[int], terms: Terms | None = None) -> tuple[Break, ...]:
    """Return the price for each quantity, in growing order; every quantity is built up by itself."""
    found = []
    for quantity in sorted(set(quantities)):
        build = build_cost(replace(job, quantity=quantity), terms)
        found.append(Break(quantity, build.unit_price, build.price, build.gross, build))
    return tuple(found)


def shop_rate(yearly_cost: Decimal, productive_hours: Decimal, allowance: Decimal = ZERO) -> Decimal:
    """Return the hourly rate of a machine or shop, not rounded.

    Parameters
    ----------
    yearly_cost : Decimal
        Everything the shop costs in a year, currency.
    productive_hours : Decimal
        Hours sold in that year, above 0.
    allowance : Decimal
        Share added for profit and idle time.

    Raises
    ------
    Rejected
        If the hours are not above 0 or a number is negative.
    """
    findings = Findings()
    if productive_hours <= 0:
        findings.error(
            "hours",
            "productive_hours",
            Text(f"年工时 {productive_hours} 不是正数", f"{productive_hours} hours in a year are not above 0"),
            Text("填一年可售出的工时", "enter the hours sold in a year"),
        )
    for name, value in (("yearly_cost", yearly_cost), ("allowance", allowance)):
        if value < 0:
            findings.error(
                "negative", name, Text(f"{value} 为负", f"{value} is negative"), Text("填 0 或正数", "enter 0 or more")
            )
    findings.raise_if_any()
    return yearly_cost / productive_hours * (1 + allowance)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to make an order.

    Parameters
    ----------
    code : str
    name : Text
    price : Decimal
        Net, currency.
    lead_days : Decimal
        Days until delivery.
    co2_kg : Decimal or None
        Emissions of the order; None if not known.
    """

    code: str
    name: Text
    price: Decimal
    lead_days: Decimal
    co2_kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """An alternative beside the base.

    Parameters
    ----------
    alternative : Alternative
    price_change, days_change : Decimal
        Against the base, currency and days.
    co2_change : Decimal or None
        Kilograms; None if one of the two is not known.
    merits : tuple of str
        ``cheaper``, ``faster``, ``greener`` than the base.
    best : tuple of str
        ``price``, ``days``, ``co2`` in which nothing is better.
    beaten_by : tuple of str
        Alternatives that are no worse in anything known of both and better in something.
    words : Text
    """

    alternative: Alternative
    price_change: Decimal
    days_change: Decimal
    co2_change: Decimal | None
    merits: tuple[str, ...]
    best: tuple[str, ...]
    beaten_by: tuple[str, ...]
    words: Text


def compare(alternatives: Sequence[Alternative], base: str = "", currency: str = "CNY") -> tuple[Compared, ...]:
    """Return every alternative beside the base (the first unless named).

    What is not known is never best and makes nothing greener; an alternative is not beaten on unknown emissions by
    one whose emissions are not known either.

    Raises
    ------
    Rejected
        If there is none, a code comes twice, or the base is unknown.
    """
    findings = Findings()
    codes = [each.code for each in alternatives]
    if not alternatives or len(set(codes)) != len(codes):
        findings.error(
            "alternatives",
            "alternatives",
            Text("没有方案或代号重复", "there is no alternative, or a code comes twice"),
            Text("每个方案一个代号", "give each alternative its own code"),
        )
    if base and base not in codes:
        findings.error(
            "unknown-base",
            "base",
            Text(f"没有方案“{base}”", f"there is no alternative '{base}'"),
            Text(f"请使用：{'、'.join(codes)}", f"use one of: {', '.join(codes)}"),
        )
    findings.raise_if_any()
    origin = alternatives[codes.index(base)] if base else alternatives[0]
    return tuple(_beside(each, origin, alternatives, currency) for each in alternatives)


def _beside(each: Alternative, base: Alternative, all_of_them: Sequence[Alternative], currency: str) -> Compared:
    price, days = each.price - base.price, each.lead_days - base.lead_days
    co2 = each.co2_kg - base.co2_kg if each.co2_kg is not None and base.co2_kg is not None else None
    merits = [
        name
        for name, change in (("cheaper", price), ("faster", days), ("greener", co2))
        if change is not None and change < 0
    ]
    known = [other.co2_kg for other in all_of_them if other.co2_kg is not None]
    best = [
        name
        for name, is_best in (
            ("price", each.price == min(other.price for other in all_of_them)),
            ("days", each.lead_days == min(other.lead_days for other in all_of_them)),
            ("co2", each.co2_kg is not None and each.co2_kg == min(known)),
        )
        if is_best
    ]
    beaten = tuple(other.code for other in all_of_them if _beats(other, each))
    words = _words(each is base, price, days, co2, currency)
    return Compared(each, price, days, co2, tuple(merits), tuple(best), beaten, words)


def _beats(a: Alternative, b: Alternative) -> bool:
    pairs = [(a.price, b.price), (a.lead_days, b.lead_days)]
    if a.co2_kg is not None and b.co2_kg is not None:
        pairs.append((a.co2_kg, b.co2_kg))
    elif b.co2_kg is not None:
        return False
    return all(x <= y for x, y in pairs) and any(x < y for x, y in pairs)


def _words(is_base: bool, price: Decimal, days: Decimal, co2: Decimal | None, currency: str) -> Text:
    if is_base:
        return Text("基准方案", "the base")
    unit = Text("天", "day" if abs(days) == 1 else "days")
    parts = [
        _change(price, currency, ("便宜", "贵"), ("cheaper", "dearer"), Text("价格相同", "same price")),
        _change(days, unit, ("快", "慢"), ("faster", "slower"), Text("同日交付", "same day")),
        Text("碳排放未知", "emissions not known")
        if co2 is None
        else _change(co2, "kg CO₂", ("少", "多"), ("less", "more"), Text("排放相同", "same emissions")),
    ]
    return Text("，".join(each.zh for each in parts), ", ".join(each.en for each in parts))


def _change(change: Decimal, unit: str | Text, zh: tuple[str, str], en: tuple[str, str], same: Text) -> Text:
    if change == 0:
        return same
    name = unit if isinstance(unit, Text) else Text(unit, unit)
    at = 0 if change < 0 else 1
    return Text(f"{zh[at]} {abs(change)} {name.zh}", f"{abs(change)} {name.en} {en[at]}")
