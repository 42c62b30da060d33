"""The kinds of records: which document each mirrors, by which key, who owns it, and what it needs to be written.

Everything that is the same for all records (pages, API, import, actions) goes through this one list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from rongzhi.elements.resources import codec_items, codec_network
from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.refs import Refs
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document
from rongzhi.model.production import items, network
from rongzhi.platform.access.actor import Actor

JOINT = "~"
"""Stands between the parts of a key, so that every record has one word as its address; codes may not contain it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record.

    Parameters
    ----------
    name, table : str
        ``machine`` and ``machines``: singular in events, plural in addresses, sheets and the network document.
    label, plural : Text
    document : type of Document
    model : type of Model
    key_fields : tuple of str
        Fields of the document that are its key together.
    key_paths : tuple of str
        The ORM paths of the same parts.
    read : callable
        Record -> document.
    values : callable
        ``(document, refs) -> {model field: value}``.
    write_children : callable or None
        ``(document, record, refs)``: replaces the rows that hang on the record.
    related, nested : tuple of str
        What reading needs: select_related and prefetch_related.
    owner_path : str
        ORM path to the organisation that owns it; empty when the operator does.
    is_soft : bool
        Whether it is deactivated rather than removed, because plans may have used it.
    is_item : bool
        Whether it belongs to the items (else to the network).
    """

    name: str
    table: str
    label: Text
    plural: Text
    document: type[Document]
    model: type[Model]
    key_fields: tuple[str, ...]
    key_paths: tuple[str, ...]
    read: Callable[[Any], Any]
    values: Callable[[Any, Refs], dict[str, Any]]
    write_children: Callable[[Any, Any, Refs], None] | None = None
    related: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    owner_path: str = ""
    is_soft: bool = True
    is_item: bool = False

    def key(self, document: Document) -> str:
        """Return the key of a document."""
        return JOINT.join(str(getattr(document, field)) for field in self.key_fields)

    def key_of(self, record: Any) -> str:
        """Return the key of a record (read with `rows`)."""
        return JOINT.join(str(_follow(record, path)) for path in self.key_paths)

    def rows(self, actor: Actor) -> QuerySet[Any]:
        """Return the records the actor may see, with everything their documents need: a constant number of queries."""
        queryset: QuerySet[Any] = self.model.objects.visible_to(actor)  # type: ignore[attr-defined]
        if self.related:
            queryset = queryset.select_related(*self.related)
        return queryset.prefetch_related(*self.nested) if self.nested else queryset

    def with_keys(self, queryset: QuerySet[Any], keys: Collection[str]) -> QuerySet[Any]:
        """Narrow to records whose first key part is among those of the keys."""
        heads = {key.split(JOINT, 1)[0] for key in keys}
        return queryset.filter(Q(**{f"{self.key_paths[0]}__in": heads}))

    def find(self, queryset: QuerySet[Any], key: str) -> Any:
        """Return the record with a key.

        Raises
        ------
        NotFound
            If there is none among these rows.
        """
        parts = key.split(JOINT)
        numbers_fit = self.key_fields[-1] != "at_step" or parts[-1].isdecimal()
        if len(parts) == len(self.key_paths) and numbers_fit:
            found = queryset.filter(**dict(zip(self.key_paths, parts, strict=True))).first()
            if found is not None:
                return found
        raise NotFound(
            Text(zh=f"没有{self.label.zh}“{key}”", en=f"there is no {self.label.en} '{key}'"),
            where=f"{self.table}/{key}",
        )

    def owner(self, record: Any) -> Any:
        """Return the organisation that owns a record, or None."""
        return _follow(record, self.owner_path) if self.owner_path else None


def _follow(record: Any, path: str) -> Any:
    for part in path.split("__"):
        record = getattr(record, part)
    return record


_CALENDAR = ("calendar",)

_ALL: tuple[Kind, ...] = (
    Kind(
        "place", "places", Text("地点", "place"), Text("地点", "places"), network.Place, records.Place,
        ("code",), ("code",), codec_network.read_place, codec_network.place_values,
    ),
    Kind(
        "calendar", "calendars", Text("日历", "calendar"), Text("日历", "calendars"),
        network.CalendarDocument, records.Calendar, ("code",), ("code",),
        codec_network.read_calendar, codec_network.calendar_values, codec_network.write_calendar_children,
        ("organisation",), ("shifts", "exceptions"), "organisation",
    ),
    Kind(
        "factory", "factories", Text("工厂", "factory"), Text("工厂", "factories"), network.Factory, records.Factory,
        ("code",), ("code",), codec_network.read_factory, codec_network.factory_values,
        codec_network.write_certificates, ("organisation", "place", "calendar"), ("certificates",), "organisation",
    ),
    Kind(
        "work_centre", "work_centres", Text("工作中心", "work centre"), Text("工作中心", "work centres"),
        network.WorkCentre, records.WorkCentre, ("code",), ("code",),
        codec_network.read_work_centre, codec_network.work_centre_values, None,
        ("factory__organisation",), (), "factory__organisation",
    ),
    Kind(
        "machine", "machines", Text("机床", "machine"), Text("机床", "machines"), network.Machine, records.Machine,
        ("code",), ("code",), codec_network.read_machine, codec_network.machine_values,
        codec_network.write_capabilities, ("work_centre__factory__organisation", "calendar"), ("capabilities",),
        "work_centre__factory__organisation",
    ),
    Kind(
        "open_capacity", "open_capacity", Text("开放产能", "open capacity"), Text("开放产能", "open capacity"),
        network.OpenCapacity, records.OpenCapacity, ("work_centre",), ("work_centre__code",),
        codec_network.read_opening, codec_network.opening_values, None,
        ("work_centre__factory__organisation", "calendar"), (), "work_centre__factory__organisation", is_soft=False,
    ),
    Kind(
        "changeover", "changeovers", Text("换型", "changeover"), Text("换型时间", "changeovers"),
        network.Changeover, records.Changeover, ("matrix", "from_family", "to_family"),
        ("matrix", "from_family", "to_family"), codec_network.read_changeover, codec_network.changeover_values, None,
        ("organisation",), (), "organisation", is_soft=False,
    ),
    Kind(
        "transport", "transports", Text("运输", "transport"), Text("运输", "transports"),
        network.Transport, records.Transport, ("origin", "destination"), ("origin__code", "destination__code"),
        codec_network.read_transport, codec_network.transport_values, None, ("origin", "destination"), is_soft=False,
    ),
    Kind(
        "item", "items", Text("物料", "item"), Text("物料", "items"), items.Item, records.Item, ("code",), ("code",),
        codec_items.read_item, codec_items.item_values, None, ("organisation",), (), "organisation", is_item=True,
    ),
    Kind(
        "bom_line", "bom", Text("物料清单行", "bill line"), Text("物料清单", "bill of materials"),
        items.BomLine, records.BomLine, ("parent", "component", "at_step"),
        ("parent__code", "component__code", "at_step"), codec_items.read_bom_line, codec_items.bom_line_values, None,
        ("parent__organisation", "component"), (), "parent__organisation", is_soft=False, is_item=True,
    ),
    Kind(
        "routing", "routings", Text("工艺路线", "routing"), Text("工艺路线", "routings"),
        items.Routing, records.Routing, ("item", "version"), ("item__code", "version_name"),
        codec_items.read_routing, codec_items.routing_values, codec_items.write_steps,
        ("item__organisation",), ("steps__alternatives__machine",), "item__organisation", is_item=True,
    ),
)  # fmt: skip

KINDS: Mapping[str, Kind] = {kind.table: kind for kind in _ALL}
"""By table name, in the order they must be written: nothing refers to a later one."""

HAS_OWN_STATE = frozenset({"machines", "routings"})
"""Tables whose documents say themselves whether they are active; inactive others leave the documents."""


def kind_of(table: str) -> Kind:
    """Return a kind by the name of its table.

    Raises
    ------
    NotFound
        If there is no such table.
    """
    if table not in KINDS:
        names = ", ".join(KINDS)
        raise NotFound(
            Text(zh=f"没有名为“{table}”的表", en=f"there is no table '{table}'"),
            where=table,
            fix=Text(zh=f"可用：{names}", en=f"use one of {names}"),
        )
    return KINDS[table]
