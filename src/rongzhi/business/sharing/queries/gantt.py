"""The Gantt chart as data: rows of machines, bars of operations, shipments, orders; times in epoch milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import Plan, PlanAssignment, PlanTransport
from rongzhi.business.sharing.park import Park, load_park
from rongzhi.business.sharing.queries.load import machines_shown
from rongzhi.business.sharing.queries.plans import plan_orders
from rongzhi.elements.resources.models import Factory, Machine
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import current_language

MAX_BARS = 5000


@dataclass(frozen=True, slots=True)
class Window:
    """What part of a plan is asked for; empty means everything."""

    start: datetime | None = None
    end: datetime | None = None
    factory: str = ""
    machine: str = ""
    order: str = ""
    limit: int = MAX_BARS
    offset: int = 0

    def narrow(self, actor: Actor) -> Q:
        """Return the condition on assignments; a machine is only asked for where it is named."""
        found = Q()
        if self.start:
            found &= Q(end__gt=self.start)
        if self.end:
            found &= Q(start__lt=self.end)
        if self.factory:
            found &= Q(factory_code=self.factory)
        if self.machine:
            found &= Q(machine_code=self.machine) & (Q() if actor.is_operator else Q(organisation=actor.organisation))
        if self.order:
            found &= Q(order__code=self.order)
        return found


BAR_FIELDS = (
    "operation_id", "operation__code", "operation__name_zh", "operation__name_en", "operation__state",
    "operation__lot__code", "order__code", "machine_code", "factory_code", "start", "setup_end", "end",
    "changeover_min", "tardiness_min", "is_pinned", "organisation_id",
)  # fmt: skip


def gantt_data(actor: Actor, plan: Plan, window: Window) -> dict[str, Any]:
    """Return the chart of a plan as far as the actor may see it."""
    rows = PlanAssignment.objects.visible_to(actor).filter(plan=plan).filter(window.narrow(actor))
    total = rows.count()
    limit = min(window.limit, MAX_BARS)
    found = list(
        rows.order_by("start", "pk").values_list(*BAR_FIELDS, named=True)[window.offset : window.offset + limit]
    )
    language = current_language()
    hidden = _hidden(actor, found)
    bars = [_bar(row, language, hidden) for row in found]
    shown = {row.operation_id for row in found}
    park = load_park()
    pairs = {(row.factory_code, _row_id(row, hidden)) for row in found}
    if not window.order and not window.machine:  # idle machines have their row too
        pairs |= {key for key in machines_shown(actor, park) if not window.factory or key[0] == window.factory}
    begin = window.start or plan.origin
    end = window.end or plan.horizon_end + timedelta(days=1)
    return {
        "plan": plan.code,
        "origin": millis(plan.origin),
        "horizon_end": millis(plan.horizon_end),
        "now": millis(park_now()),
        "total": total,
        "offset": window.offset,
        "limit": limit,
        "rows": _rows(pairs, begin, end, park),
        "bars": bars,
        "transports": _transports(actor, plan, shown, window),
        "orders": _orders(actor, plan, {row.order__code for row in found}),
    }


def millis(moment: datetime) -> int:
    """Return epoch milliseconds."""
    return int(moment.timestamp() * 1000)


def _hidden(actor: Actor, rows: list[Any]) -> set[str]:
    """Return the factories whose machines are not named to the actor."""
    if actor.is_operator:
        return set()
    own = actor.organisation.pk if actor.organisation else None
    return {row.factory_code for row in rows if row.organisation_id != own}


def _row_id(row: Any, hidden: set[str]) -> str:
    """Return the row a bar stands in: its machine, or its factory where machines are not named."""
    return f"factory {row.factory_code}" if row.factory_code in hidden else str(row.machine_code)


def _bar(row: Any, language: str, hidden: set[str]) -> dict[str, Any]:
    name = (row.operation__name_en or row.operation__name_zh) if language == "en" else row.operation__name_zh
    return {
        "id": row.operation__code,
        "row": _row_id(row, hidden),
        "s": millis(row.start),
        "e": millis(row.end),
        "setup_e": millis(row.setup_end),
        "order": row.order__code,
        "lot": row.operation__lot__code,
        "op": row.operation__code,
        "label": name,
        "late_min": row.tardiness_min,
        "state": row.operation__state,
        "changeover_min": row.changeover_min,
        "pinned": row.is_pinned,
    }


def _rows(pairs: set[tuple[str, str]], begin: datetime, end: datetime, park: Park) -> list[dict[str, Any]]:
    """Return one row for each machine with the gaps in which it does not work for the network."""
    factories = {each.code: each.name for each in Factory.objects.filter(code__in={pair[0] for pair in pairs})}
    machines = {each.code: each.name for each in Machine.objects.filter(code__in={pair[1] for pair in pairs})}
    start = begin.replace(second=0, microsecond=0)
    return [
        {
            "id": row,
            "factory": factory,
            "factory_name": factories.get(factory, factory),
            "machine": row if row in machines else "",
            "machine_name": machines.get(row, factories.get(factory, factory)),
            "gaps": _gaps(park, row, start, end) if row in machines else [],
        }
        for factory, row in sorted(pairs)
    ]


def _gaps(park: Park, machine: str, begin: datetime, end: datetime) -> list[list[int]]:
    base, length = millis(begin), int((end - begin).total_seconds() // 60)
    at, gaps = 0, []
    for start, stop in park.working(machine, begin, end):
        if start > at:
            gaps.append([base + at * 60000, base + start * 60000])
        at = stop
    if at < length:
        gaps.append([base + at * 60000, base + length * 60000])
    return gaps


def _transports(actor: Actor, plan: Plan, shown: set[int], window: Window) -> list[dict[str, Any]]:
    rows = PlanTransport.objects.visible_to(actor).filter(plan=plan)
    if window.order:
        rows = rows.filter(order__code=window.order)
    if window.start:
        rows = rows.filter(arrive__gt=window.start)
    if window.end:
        rows = rows.filter(depart__lt=window.end)
    fields = ("before_id", "after_id", "before__code", "after__code", "depart", "arrive", "from_place", "to_place")
    return [
        {
            "from_op": row.before__code,
            "to_op": row.after__code,
            "s": millis(row.depart),
            "e": millis(row.arrive),
            "from_place": row.from_place,
            "to_place": row.to_place,
        }
        for row in rows.values_list(*fields, named=True)
        if row.before_id in shown or row.after_id in shown
    ]


def _orders(actor: Actor, plan: Plan, codes: set[str]) -> list[dict[str, Any]]:
    rows = plan_orders(actor, plan).values_list("order__code", "due", "end", "tardiness_min", "weight", named=True)
    return [
        {
            "code": row.order__code,
            "due": millis(row.due) if row.due else None,
            "end": millis(row.end),
            "late_min": row.tardiness_min,
            "weight": row.weight,
        }
        for row in rows
        if row.order__code in codes
    ]
