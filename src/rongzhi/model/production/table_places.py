"""Where the parts of a document stand in the tables it was read from, so that findings name the row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rongzhi.kernel.findings import Finding, Findings
from rongzhi.model.production.tables import Record

_PLAIN = (
    "places",
    "factories",
    "work_centres",
    "machines",
    "open_capacity",
    "changeovers",
    "transports",
    "items",
    "bom",
)
_NESTED: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    # table, key columns, list of parents, list of children
    ("calendars", ("code",), "calendars", "shifts"),
    ("routing_steps", ("item", "version"), "routings", "steps"),
    ("orders", ("code",), "orders", "lines"),
)


def places_of(tables: Mapping[str, Sequence[Record]]) -> dict[str, str]:
    """Return the row of every part: ``orders[0].lines[2]`` -> ``orders.csv:4``."""
    places: dict[str, str] = {}
    for key in _PLAIN:
        for index, record in enumerate(tables.get(key, ())):
            places[f"{key}[{index}]"] = record.place
    for key, columns, parents, children in _NESTED:
        at: dict[tuple[object, ...], int] = {}
        counts: dict[int, int] = {}
        for record in tables.get(key, ()):
            index = at.setdefault(tuple(record.values.get(column, "") for column in columns), len(at))
            child = counts.get(index, 0)
            counts[index] = child + 1
            places.setdefault(f"{parents}[{index}]", record.place)
            places[f"{parents}[{index}].{children}[{child}]"] = record.place
    _owned(places, tables, "capabilities", column="machine", owners="machines", children="capabilities")
    _owned(places, tables, "calendar_exceptions", column="calendar", owners="calendars", children="exceptions")
    return places


def placed(findings: Iterable[Finding], places: Mapping[str, str]) -> Findings:
    """Return findings with the row and column in place of the path where the part came from a table."""
    return Findings(replace(finding, where=_row_of(finding.where, places)) for finding in findings)


def _owned(
    places: dict[str, str], tables: Mapping[str, Sequence[Record]], key: str, *, column: str, owners: str, children: str
) -> None:
    codes = list(dict.fromkeys(record.values.get("code") for record in tables.get(owners, ())))
    counts: dict[object, int] = {}
    for record in tables.get(key, ()):
        owner = record.values.get(column)
        if owner in codes:
            child = counts.get(owner, 0)
            counts[owner] = child + 1
            places[f"{owners}[{codes.index(owner)}].{children}[{child}]"] = record.place


def _row_of(where: str, places: Mapping[str, str]) -> str:
    path = where
    while path:
        if path in places:
            rest = re.sub(r"\[.*", "", where[len(path) :].lstrip("."))
            return f"{places[path]}:{rest}" if rest else places[path]
        path = path[: max(path.rfind("."), 0)]
    return where
