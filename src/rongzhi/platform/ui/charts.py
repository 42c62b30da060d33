"""Options of the usual charts, so that the same thing looks the same everywhere; ECharts draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.parts import Label, Series

Option = dict[str, Any]


def bars(
    categories: Sequence[str],
    series: Mapping[Label, Sequence[float | None]],
    *,
    unit: Label,
    limit: tuple[Label, Sequence[float | None]] | None = None,
    is_stacked: bool = False,
) -> Option:
    """Return bars over categories, with an optional limit as a stepped line (load against capacity).

    Parameters
    ----------
    categories : sequence of str
        Names along the horizontal axis.
    series : mapping of label to values
    unit : Label
        Unit of the values; stands at the axis.
    limit : (label, values), optional
    is_stacked : bool
    """
    made: list[Option] = [
        {"name": plain(name), "type": "bar", "data": list(values), "barMaxWidth": 36}
        | ({"stack": "all"} if is_stacked else {})
        for name, values in series.items()
    ]
    if limit is not None:
        line = {"name": plain(limit[0]), "type": "line", "step": "middle", "symbol": "none", "data": list(limit[1])}
        made.append({**line, "lineStyle": {"type": "dashed", "width": 2}})
    return {**_frame(unit, made), "xAxis": {"type": "category", "data": list(categories)}, "series": made}


def lines(categories: Sequence[str], series: Mapping[Label, Sequence[float | None]], *, unit: Label) -> Option:
    """Return lines over categories."""
    made: list[Option] = [{"name": plain(n), "type": "line", "data": list(v)} for n, v in series.items()]
    axis = {"type": "category", "data": list(categories), "boundaryGap": False}
    return {**_frame(unit, made), "xAxis": axis, "series": made}


def fan(
    categories: Sequence[str], low: Sequence[float], middle: Sequence[float], high: Sequence[float], *, unit: Label
) -> Option:
    """Return a middle line with its interval; never a bare mean."""
    band = [top - bottom for top, bottom in zip(high, low, strict=True)]
    hidden = {"type": "line", "stack": "band", "symbol": "none", "lineStyle": {"opacity": 0}}
    made: list[Option] = [
        {**hidden, "data": list(low), "tooltip": {"show": False}},
        {**hidden, "data": band, "areaStyle": {"opacity": 0.18}, "tooltip": {"show": False}},
        {"type": "line", "data": list(middle), "symbol": "none"},
    ]
    axis = {"type": "category", "data": list(categories), "boundaryGap": False}
    return {**_frame(unit, []), "xAxis": axis, "series": made}


def radar(axes: Sequence[tuple[Label, float]], series: Mapping[Label, Sequence[float]]) -> Option:
    """Return a radar; each axis is its name and its greatest value."""
    data = [{"name": plain(name), "value": list(values)} for name, values in series.items()]
    return {
        "tooltip": {},
        "legend": {} if len(data) > 1 else {"show": False},
        "radar": {"indicator": [{"name": plain(name), "max": top} for name, top in axes]},
        "series": [{"type": "radar", "data": data}],
    }


def table_of(heading: Label, categories: Sequence[str], series: Mapping[Label, Sequence[Any]]) -> Series:
    """Return the table that stands beside `bars` or `lines`."""
    return Series.of((heading, *series), zip(categories, *series.values(), strict=True))


def _frame(unit: Label, series: Sequence[Option]) -> Option:
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "right": 0} if len(series) > 1 else {"show": False},
        "yAxis": {"type": "value", "name": plain(unit)},
    }
