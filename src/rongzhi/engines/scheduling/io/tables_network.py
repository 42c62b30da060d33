"""The CSV tables of the network: machines, factories, calendars, changeovers, transport, resources, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import cast, get_args

from rongzhi.engines.scheduling.io.cells import Row, Table
from rongzhi.engines.scheduling.model import (
    Batch,
    Calendar,
    Changeover,
    Factory,
    Interval,
    Machine,
    Objective,
    Overtime,
    Resource,
    Term,
    TimeUnit,
    Transport,
)
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``problem.csv`` says."""

    name: str | None
    time_unit: TimeUnit | None
    objective: Objective


def settings(table: Table) -> Settings:
    """Read name, time unit and objective: rows of ``key`` and ``value``, a weight under the name of its term."""
    weights: dict[str, float] = {}
    order: list[Term] = []
    name: str | None = None
    unit: TimeUnit | None = None
    terms = {field.name for field in fields(Objective)} - {"order"}
    for row in table.rows():
        key = row.code("key")
        if key == "name":
            name = row.text("value")
        elif key == "time_unit" and row.text("value") in get_args(TimeUnit):
            unit = cast(TimeUnit, row.text("value"))
        elif key == "order":
            order = [Term(each) for each in row.many("value") if each in set(Term)]
        elif key in terms:
            weights[key] = row.number("value")
        else:
            table.error(row.line, "key", Text(f"未知的项“{key}”", f"unknown key or value '{key}'"))
    return Settings(name, unit, Objective(**weights, order=tuple(order)))


def machines(table: Table, factory_of: Mapping[str, str]) -> tuple[Machine, ...]:
    """Return the machines of the table, then those that only operations name."""
    named = {row.code("machine"): row for row in table.rows()}
    found = [_machine(code, row, factory_of) for code, row in named.items()]
    found += [Machine(code, factory) for code, factory in factory_of.items() if code not in named]
    return tuple(found)


def _machine(code: str, row: Row, factory_of: Mapping[str, str]) -> Machine:
    capacity = row.text("batch_capacity")
    batch = Batch(row.whole("batch_capacity"), row.flag("batch_is_family_pure", default=True)) if capacity else None
    return Machine(
        code=code,
        factory=row.text("factory", factory_of.get(code, "F1")),
        calendar=row.maybe("calendar"),
        changeover=row.maybe("changeover"),
        initial_family=row.maybe("initial_family"),
        place=row.maybe("place"),
        is_unlimited=row.flag("is_unlimited"),
        batch=batch,
        name=row.text("name"),
    )


def factories(table: Table, used: tuple[Machine, ...]) -> tuple[Factory, ...]:
    """Return the factories of the table, then those that only machines name."""
    found = {
        code: Factory(code, row.maybe("place"), row.text("name"))
        for row in table.rows()
        if (code := row.code("factory"))
    }
    for machine in used:
        found.setdefault(machine.factory, Factory(machine.factory))
    return tuple(found.values())


def calendars(table: Table) -> tuple[Calendar, ...]:
    """Return the calendars: a row for each interval, cycle and end of the explicit part on any row.

    A row with a rate of overtime adds no working time: it says what working time between its start and end costs more.
    """
    spans: dict[str, list[Interval]] = {}
    overtime: dict[str, list[Overtime]] = {}
    cycle: dict[str, int | None] = {}
    until: dict[str, int | None] = {}
    for row in table.rows():
        code = row.code("calendar")
        spans.setdefault(code, [])
        start, end = row.maybe_time("start"), row.maybe_time("end")
        if start is not None and end is not None and row.text("overtime_rate"):
            overtime.setdefault(code, []).append(Overtime(start, end, row.number("overtime_rate")))
        elif start is not None and end is not None:
            spans[code].append((start, end))
        elif (start is None) != (end is None):
            table.error(row.line, "end", Text("区间不完整", "an interval needs start and end"))
        cycle[code] = cycle.get(code) or row.maybe_time("cycle")
        until[code] = until.get(code) or row.maybe_time("until")
    return tuple(
        Calendar(code, tuple(rows), cycle[code], until[code], tuple(overtime.get(code, ())))
        for code, rows in spans.items()
    )


def changeovers(table: Table) -> tuple[Changeover, ...]:
    """Return the changeover tables: a row for each pair of families; pairs not named take no time."""
    pairs: dict[str, dict[tuple[str, str], int]] = {}
    families: dict[str, dict[str, None]] = {}
    for row in table.rows():
        code, before, after = row.code("changeover"), row.code("from"), row.code("to")
        families.setdefault(code, {}).update({before: None, after: None})
        pairs.setdefault(code, {})[before, after] = row.time("time")
    return tuple(
        Changeover(code, tuple(names), tuple(tuple(pairs[code].get((a, b), 0) for b in names) for a in names))
        for code, names in families.items()
    )


def transport(table: Table) -> Transport:
    """Return times and costs between places: a row for each pair; pairs not named take no time."""
    times: dict[tuple[str, str], int] = {}
    costs: dict[tuple[str, str], float] = {}
    places: dict[str, None] = {}
    for row in table.rows():
        before, after = row.code("from"), row.code("to")
        places.update({before: None, after: None})
        times[before, after] = row.time("time")
        costs[before, after] = row.number("cost")
    return Transport(
        tuple(places),
        tuple(tuple(times.get((a, b), 0) for b in places) for a in places),
        tuple(tuple(costs.get((a, b), 0.0) for b in places) for a in places) if "cost" in table and places else (),
    )


def resources(table: Table, used: Mapping[str, int]) -> tuple[Resource, ...]:
    """Return the resources of the table, then those that only operations name, as few units as will do."""
    found = {
        code: Resource(code, row.whole("capacity", 1), row.maybe("calendar"))
        for row in table.rows()
        if (code := row.code("resource"))
    }
    for code, amount in used.items():
        found.setdefault(code, Resource(code, amount))
    return tuple(found.values())
