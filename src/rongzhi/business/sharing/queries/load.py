"""Load against capacity by machine and bucket, and the flow of work between places."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from rongzhi.business.sharing.models import Plan, PlanAssignment, PlanTransport
from rongzhi.business.sharing.park import Park, load_park
from rongzhi.elements.resources.models import Factory, Machine, Place
from rongzhi.kernel.calendars import intersect
from rongzhi.platform.access.actor import Actor

MAX_BUCKETS = 200


def load_data(
    actor: Actor,
    plan: Plan,
    *,
    bucket_days: int = 7,
    by: str = "machine",
    factory: str = "",
    since: datetime | None = None,
) -> dict[str, Any]:
    """Return hours of work and of open capacity for each active machine (or factory) and bucket of the plan.

    Machines without work are there too, so that capacity is all that is open.
    An operation counts in a bucket with the working time it takes there; a machine's changeovers count before it.
    Buckets begin on the Monday before the plan, or on the day of ``since``.
    """
    begin = timezone.localtime(plan.origin).replace(hour=0, minute=0, second=0, microsecond=0)
    begin -= timedelta(days=begin.weekday() if bucket_days == 7 else 0)
    if since is not None:
        begin = timezone.localtime(since).replace(hour=0, minute=0, second=0, microsecond=0)
    size = timedelta(days=max(1, bucket_days))
    count = min(MAX_BUCKETS, max(1, -(-(plan.horizon_end - begin) // size)))
    park, width = load_park(), int(size.total_seconds() // 60)
    rows = PlanAssignment.objects.visible_to(actor).filter(plan=plan)
    if not actor.is_operator:
        rows = rows.filter(organisation=actor.organisation)
    if factory:
        rows = rows.filter(factory_code=factory)
    table: dict[tuple[str, str], _Row] = {
        key: _Row(park.working(key[1], begin, begin + size * count), count, width)
        for key in machines_shown(actor, park)
        if not factory or key[0] == factory
    }
    for row in rows.values_list("factory_code", "machine_code", "start", "end", "changeover_min"):
        key = (row[0], row[1])
        if key not in table:
            table[key] = _Row(park.working(row[1], begin, begin + size * count), count, width)
        table[key].add(row[2], row[3], row[4], begin, width)
    names = {each.code: each.name for each in Machine.objects.filter(code__in={key[1] for key in table})}
    factories = {each.code: each.name for each in Factory.objects.filter(code__in={key[0] for key in table})}
    lines = [
        {
            "factory": key[0],
            "factory_name": factories.get(key[0], key[0]),
            "machine": key[1],
            "machine_name": names.get(key[1], key[1]),
            **row.hours(),
        }
        for key, row in sorted(table.items())
    ]
    return {
        "plan": plan.code,
        "bucket_days": bucket_days,
        "buckets": [f"{begin + size * index:%Y-%m-%d}" for index in range(count)],
        "rows": [_paired(row) for row in (_by_factory(lines) if by == "factory" else lines)],
    }


def machines_shown(actor: Actor, park: Park) -> list[tuple[str, str]]:
    """Return factory and code of every active machine the actor may see by name, in that order."""
    own = actor.organisation.code if actor.organisation else ""
    owner = {each.code: each.organisation for each in park.network.factories}
    found = [(park.factory_of[code], code) for code in park.machines]
    return sorted(key for key in found if actor.is_operator or (own and owner.get(key[0]) == own))


def _paired(row: dict[str, Any]) -> dict[str, Any]:
    """Add load beside capacity, bucket by bucket, for tables."""
    return row | {"pairs": list(zip(row["load_h"], row["capacity_h"], strict=True))}


class _Row:
    """Minutes of one machine by bucket."""

    def __init__(self, spans: tuple[tuple[int, int], ...], count: int, width: int) -> None:
        self.spans = spans
        self.load = [0.0] * count
        self.capacity = [0.0] * count
        for start, end in spans:
            _spread(self.capacity, start, end, width)

    def add(self, start: datetime, end: datetime, changeover_min: int, begin: datetime, width: int) -> None:
        """Count one operation."""
        first = int((start - begin).total_seconds() // 60)
        last = int((end - begin).total_seconds() // 60)
        worked = intersect(_near(self.spans, first, last), [(first, last)]) or ((first, last),)
        for a, b in worked:
            _spread(self.load, a, b, width)
        if changeover_min:
            _spread(self.load, first, first + changeover_min, width)

    def hours(self) -> dict[str, list[float]]:
        """Return both columns in hours."""
        return {
            "capacity_h": [round(value / 60, 2) for value in self.capacity],
            "load_h": [round(value / 60, 2) for value in self.load],
        }


def _near(spans: tuple[tuple[int, int], ...], start: int, end: int) -> tuple[tuple[int, int], ...]:
    from bisect import bisect_left

    first = max(0, bisect_left(spans, (start, start)) - 1)
    return spans[first : bisect_left(spans, (end, end))]


def _spread(buckets: list[float], start: int, end: int, width: int) -> None:
    """Add the minutes of an interval to the buckets it touches."""
    for index in range(max(0, start // width), min(len(buckets) - 1, (end - 1) // width) + 1):
        buckets[index] += max(0, min(end, (index + 1) * width) - max(start, index * width))


def _by_factory(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        row = found.setdefault(
            line["factory"],
            {key: line[key] for key in ("factory", "factory_name")}
            | {"machine": "", "machine_name": "", "capacity_h": [], "load_h": []},
        )
        for name in ("capacity_h", "load_h"):
            before = row[name] or [0.0] * len(line[name])
            row[name] = [round(a + b, 2) for a, b in zip(before, line[name], strict=True)]
    return list(found.values())


def flow_data(actor: Actor, plan: Plan) -> dict[str, Any]:
    """Return what moves between places: shipments, hours on the road, cost; and the work done at each place."""
    park = load_park()
    places = {each.code: each for each in Place.objects.all()}
    load: dict[str, float] = {}
    operations: dict[str, int] = {}
    for factory, start, end in (
        PlanAssignment.objects.visible_to(actor).filter(plan=plan).values_list("factory_code", "start", "end")
    ):
        place = park.place_of.get(factory, "")
        load[place] = load.get(place, 0.0) + (end - start).total_seconds() / 3600
        operations[place] = operations.get(place, 0) + 1
    flows: dict[tuple[str, str], dict[str, Any]] = {}
    for origin, target, depart, arrive, cost, after in (
        PlanTransport.objects.visible_to(actor).filter(plan=plan)
        .values_list("from_place", "to_place", "depart", "arrive", "cost", "after_id")
    ):  # fmt: skip
        flow = flows.setdefault((origin, target), {"shipments": 0, "after": set(), "hours": 0.0, "cost": Decimal(0)})
        flow["shipments"] += 1
        flow["after"].add(after)
        flow["hours"] += (arrive - depart).total_seconds() / 3600
        flow["cost"] += cost
    used = set(load) | {code for pair in flows for code in pair}
    return {
        "plan": plan.code,
        "places": [
            {
                "code": code,
                "name": places[code].name,
                "lat": places[code].latitude,
                "lon": places[code].longitude,
                "load": round(load.get(code, 0.0), 1),
                "operations": operations.get(code, 0),
            }
            for code in sorted(used)
            if code in places
        ],
        "flows": [
            {
                "from": pair[0],
                "to": pair[1],
                "shipments": flow["shipments"],
                "operations": len(flow["after"]),
                "hours": round(flow["hours"], 1),
                "cost": float(flow["cost"]),
            }
            for pair, flow in sorted(flows.items())
        ],
    }
