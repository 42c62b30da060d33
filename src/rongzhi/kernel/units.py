"""Units: the ones people write in orders and routings, and how they convert.

Unknown units are an error with the nearest known ones named, never a guess.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from decimal import Decimal

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its dimension and how many base units it holds.

    Parameters
    ----------
    symbol : str
    dimension : str
        ``count``, ``time``, ``mass``, ``length``, ``energy`` or ``volume``.
    factor : Decimal
        Base units (piece, minute, kilogram, millimetre, kilowatt-hour, cubic metre) in one of this unit.
    name : Text
    """

    symbol: str
    dimension: str
    factor: Decimal
    name: Text


def _unit(symbol: str, dimension: str, factor: str, zh: str, en: str) -> Unit:
    return Unit(symbol, dimension, Decimal(factor), Text(zh, en))


UNITS: dict[str, Unit] = {
    unit.symbol: unit
    for unit in (
        _unit("pcs", "count", "1", "件", "piece"),
        _unit("set", "count", "1", "套", "set"),
        _unit("dozen", "count", "12", "打", "dozen"),
        _unit("min", "time", "1", "分钟", "minute"),
        _unit("s", "time", "0.01666666666666666666666666667", "秒", "second"),
        _unit("h", "time", "60", "小时", "hour"),
        _unit("d", "time", "1440", "天", "day"),
        _unit("kg", "mass", "1", "千克", "kilogram"),
        _unit("g", "mass", "0.001", "克", "gram"),
        _unit("t", "mass", "1000", "吨", "tonne"),
        _unit("mm", "length", "1", "毫米", "millimetre"),
        _unit("cm", "length", "10", "厘米", "centimetre"),
        _unit("m", "length", "1000", "米", "metre"),
        _unit("km", "length", "1000000", "千米", "kilometre"),
        _unit("kWh", "energy", "1", "千瓦时", "kilowatt-hour"),
        _unit("m3", "volume", "1", "立方米", "cubic metre"),
    )
}

_ALIASES = {
    "pc": "pcs", "piece": "pcs", "pieces": "pcs", "ea": "pcs", "件": "pcs", "个": "pcs", "只": "pcs", "套": "set",
    "打": "dozen", "minute": "min", "minutes": "min", "mins": "min", "分": "min", "分钟": "min", "sec": "s", "秒": "s",
    "hour": "h", "hours": "h", "hr": "h", "小时": "h", "时": "h", "day": "d", "days": "d", "天": "d", "千克": "kg",
    "公斤": "kg", "克": "g", "吨": "t", "毫米": "mm", "厘米": "cm", "米": "m", "公里": "km", "千米": "km", "kwh": "kWh",
    "度": "kWh", "立方米": "m3", "m³": "m3",
}  # fmt: skip


def unit(symbol: str, *, where: str = "") -> Unit:
    """Return the unit a person wrote.

    Raises
    ------
    NotFound
        If the symbol is not known; the message names the nearest known units.
    """
    known = UNITS.get(symbol.strip()) or UNITS.get(_ALIASES.get(symbol.strip().lower(), ""))
    if known is None:
        near = difflib.get_close_matches(symbol.strip().lower(), [*UNITS, *_ALIASES], n=3) or sorted(UNITS)
        options = ", ".join(near)
        raise NotFound(
            Text(zh=f"未知单位“{symbol}”", en=f"unknown unit '{symbol}'"),
            where=where,
            fix=Text(zh=f"请使用：{options}", en=f"use one of: {options}"),
        )
    return known


def convert(value: Decimal, source: str, target: str, *, where: str = "") -> Decimal:
    """Convert a value between two units of one dimension.

    Raises
    ------
    NotFound
        If a unit is unknown or the two measure different things.
    """
    a, b = unit(source, where=where), unit(target, where=where)
    if a.dimension != b.dimension:
        raise NotFound(
            Text(zh=f"单位 {a.symbol} 不能换算为 {b.symbol}", en=f"unit {a.symbol} cannot become {b.symbol}"),
            where=where,
            fix=Text(zh=f"请用 {b.symbol} 的同类单位", en=f"use a unit of the same kind as {b.symbol}"),
        )
    return value * a.factor / b.factor
