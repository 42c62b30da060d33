"""Reads: the network and the items as documents, the directory, counts and open hours. Constant numbers of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import CharField, Count, Q, QuerySet, Value

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.kinds import HAS_OWN_STATE, KINDS, Kind
from rongzhi.elements.resources.policy import may_read, may_read_network, may_see_cost
from rongzhi.model.base import Document, Name
from rongzhi.model.production.calendars import open_intervals
from rongzhi.model.production.items import BomLine, Item, Routing
from rongzhi.model.production.network import Network
from rongzhi.platform.access.actor import SYSTEM, Actor

NETWORK_TABLES = tuple(table for table, kind in KINDS.items() if not kind.is_item)
ITEM_TABLES = tuple(table for table, kind in KINDS.items() if kind.is_item)


def active_rows(kind: Kind, actor: Actor) -> QuerySet[Any]:
    """Return the visible records that stand in documents: without those deactivated for good."""
    rows = kind.rows(actor)
    if kind.is_soft and kind.table not in HAS_OWN_STATE:
        rows = rows.filter(is_active=True)
    parents = {
        "work_centres": ("factory",),
        "machines": ("work_centre", "work_centre__factory"),
        "open_capacity": ("work_centre", "work_centre__factory"),
        "bom": ("parent", "component"),
        "routings": ("item",),
    }
    return rows.filter(**{f"{path}__is_active": True for path in parents.get(kind.table, ())})


def documents(table: str, actor: Actor = SYSTEM) -> tuple[Any, ...]:
    """Return one table's records as documents, in the order of their keys."""
    kind = KINDS[table]
    return tuple(kind.read(record) for record in active_rows(kind, actor))


def network_document(actor: Actor = SYSTEM) -> Network:
    """Return the network: all of it for the operator and the system, a member factory's own part for the factory."""
    may_read_network(actor).enforce()
    park = records.Park.objects.filter(pk=1).first()
    name = Name(zh=park.name_zh, en=park.name_en) if park else Name(zh="园区网络", en="Park network")
    return Network(
        name=name,
        currency=park.currency if park else "CNY",
        **{table: documents(table, actor) for table in NETWORK_TABLES},
    )


def items_documents(
    codes: Collection[str] | None = None, actor: Actor = SYSTEM
) -> tuple[tuple[Item, ...], tuple[BomLine, ...], tuple[Routing, ...]]:
    """Return items, bill lines and routings.

    With ``codes`` only of these items and of everything they are made of, to any depth; the number of queries does not
    depend on how many items there are. Unit cost is left out where the actor may not see it.
    """
    wanted = None if codes is None else closure(codes)
    item_rows = active_rows(KINDS["items"], actor)
    bom_rows = active_rows(KINDS["bom"], actor)
    routing_rows = active_rows(KINDS["routings"], actor)
    if wanted is not None:
        item_rows = item_rows.filter(code__in=wanted)
        bom_rows = bom_rows.filter(parent__code__in=wanted)
        routing_rows = routing_rows.filter(item__code__in=wanted)
    return (
        tuple(cast("Item", read_for(actor, KINDS["items"], row)) for row in item_rows),
        tuple(KINDS["bom"].read(row) for row in bom_rows),
        tuple(KINDS["routings"].read(row) for row in routing_rows),
    )


def read_for(actor: Actor, kind: Kind, record: Any) -> Document:
    """Return a record as document, without the cost the actor may not see."""
    document: Document = kind.read(record)
    if kind.table == "items" and not may_see_cost(actor, record.organisation):
        return document.model_copy(update={"unit_cost": Item.model_fields["unit_cost"].default})
    return document


def closure(codes: Iterable[str]) -> set[str]:
    """Return the codes and all components below them (one query)."""
    below: dict[str, list[str]] = {}
    for parent, component in records.BomLine.objects.values_list("parent__code", "component__code"):
        below.setdefault(parent, []).append(component)
    found: set[str] = set()
    todo = list(codes)
    while todo:
        code = todo.pop()
        if code not in found:
            found.add(code)
            todo.extend(below.get(code, ()))
    return found


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """What every member may know of a factory: its name, place, processes and valid certificates."""

    code: str
    name: str
    organisation: str
    place: str
    place_name: str
    region: str
    processes: tuple[str, ...]
    certificates: tuple[tuple[str, Any], ...]


def directory(actor: Actor) -> list[DirectoryEntry]:
    """Return the directory of active factories: never rates, calendars or machines."""
    rows = records.Factory.objects.listed_for(actor).select_related("place", "organisation")
    processes: dict[int, set[str]] = {}
    capabilities = records.Capability.objects.filter(
        machine__is_active=True, machine__work_centre__is_active=True, machine__work_centre__factory__in=rows
    )
    for factory, process in capabilities.values_list("machine__work_centre__factory", "process").distinct():
        processes.setdefault(factory, set()).add(process)
    return [
        DirectoryEntry(
            row.code,
            row.name,
            row.organisation.name,
            row.place.code,
            row.place.name,
            row.place.region,
            tuple(sorted(processes.get(row.pk, ()))),
            tuple((item.code, item.valid_until) for item in row.certificates.all()),
        )
        for row in rows.prefetch_related("certificates")
    ]


def counts(actor: Actor) -> dict[str, int]:
    """Return how many active records of each table the actor sees, for the home map; one query."""
    parts = []
    for table, kind in KINDS.items():
        if table == "factories":
            rows: QuerySet[Any] = records.Factory.objects.listed_for(actor)
        elif may_read(actor, kind):
            rows = kind.model.objects.visible_to(actor)  # type: ignore[attr-defined]
            rows = rows.filter(is_active=True) if kind.is_soft else rows
        else:
            continue
        named = rows.order_by().annotate(table_name=Value(table, output_field=CharField()))
        parts.append(named.values("table_name").annotate(number=Count("pk")).values_list("table_name", "number"))
    if not parts:
        return {}
    seen = {table for table, kind in KINDS.items() if table == "factories" or may_read(actor, kind)}
    return dict.fromkeys(seen, 0) | dict(parts[0].union(*parts[1:], all=True))


def machine_counts(actor: Actor) -> dict[str, int]:
    """Return the number of active machines by factory code, of the factories the actor sees."""
    rows = records.Factory.objects.visible_to(actor).annotate(
        machines=Count("work_centres__machines", filter=Q(work_centres__machines__is_active=True))
    )
    return {row.code: row.machines for row in rows}


def open_minutes(origin: datetime, until: datetime, actor: Actor = SYSTEM) -> dict[str, int]:
    """Return how many machine minutes each work centre opens to the network between two instants."""
    network = network_document(actor)
    total = {centre.code: 0 for centre in network.work_centres}
    for machine in network.machines:
        if machine.is_active:
            total[machine.work_centre] += sum(b - a for a, b in open_intervals(network, machine, origin, until))
    return total
