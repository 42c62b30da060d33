"""The park as documents: the network and the items, read once and kept until a record of them changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any

from django.db.models import Count, Max, Sum

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.queries import items_documents, network_document
from rongzhi.model import production
from rongzhi.model.production import Network, OrderBook, Work
from rongzhi.model.production.calendars import open_intervals

_KEPT_IN = (
    records.Place, records.Calendar, records.Factory, records.WorkCentre, records.Machine, records.OpenCapacity,
    records.Changeover, records.Transport, records.Item, records.BomLine, records.Routing,
)  # fmt: skip


@dataclass(frozen=True)
class Park:
    """The network and the items as documents.

    Parameters
    ----------
    network : Network
    book : OrderBook
        Items, bills and routings; no orders.
    digest : str
        Changes when anything planning depends on changes.
    """

    network: Network
    book: OrderBook
    digest: str
    _gaps: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def machines(self) -> dict[str, production.Machine]:
        """Active machines by code."""
        return {machine.code: machine for machine in self.network.machines if machine.is_active}

    @cached_property
    def factory_of(self) -> dict[str, str]:
        """Factory code of every machine."""
        centre = {each.code: each.factory for each in self.network.work_centres}
        return {machine.code: centre[machine.work_centre] for machine in self.network.machines}

    @cached_property
    def place_of(self) -> dict[str, str]:
        """Place code of every factory."""
        return {factory.code: factory.place for factory in self.network.factories}

    @cached_property
    def transport(self) -> dict[tuple[str, str], production.Transport]:
        """Door-to-door times and costs by pair of places."""
        return {(each.origin, each.destination): each for each in self.network.transports}

    def decompose(self, orders: Sequence[production.Order], origin: datetime) -> Work:
        """Turn orders into lots, operations and links."""
        from rongzhi.engines.decomposition import decompose

        return decompose(self.network, self.book_for(orders), origin=origin, orders=orders)

    def book_for(self, orders: Sequence[production.Order]) -> OrderBook:
        """Return the items, bills and routings the orders need: what is unfinished elsewhere stops nobody's order."""
        needed = self._needed({line.item for order in orders for line in order.lines})
        return self.book.model_copy(
            update={
                "items": tuple(each for each in self.book.items if each.code in needed),
                "bom": tuple(each for each in self.book.bom if each.parent in needed),
                "routings": tuple(each for each in self.book.routings if each.item in needed),
            }
        )

    def unfinished(self, item: str) -> list[str]:
        """Return what of an item and its parts is made here and has no active routing, so that nobody can make it."""
        return sorted(code for code in self._needed({item}) if code in self._without_routing)

    @cached_property
    def _without_routing(self) -> set[str]:
        routed = {each.item for each in self.book.routings if each.is_active}
        return {each.code for each in self.book.items if each.is_made and each.code not in routed}

    def _needed(self, items: set[str]) -> set[str]:
        needed, waiting = set[str](), items
        while waiting:
            needed |= waiting
            waiting = {part for item in waiting for part in self._parts.get(item, ())} - needed
        return needed

    @cached_property
    def _parts(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for each in self.book.bom:
            found.setdefault(each.parent, []).append(each.component)
        return found

    def working(self, machine: str, origin: datetime, until: datetime) -> tuple[tuple[int, int], ...]:
        """Return when a machine works for the network, minutes from ``origin``."""
        key = (machine, origin, until)
        if key not in self._gaps:
            if len(self._gaps) > 2000:
                self._gaps.clear()
            found = self.machines.get(machine)
            self._gaps[key] = open_intervals(self.network, found, origin, until) if found else ()
        return self._gaps[key]  # type: ignore[no-any-return]


_lock = Lock()
_last: list[tuple[tuple[Any, ...], Park]] = []


def load_park() -> Park:
    """Return the park; read anew only when a record changed since the last time."""
    stamp = _stamp()
    with _lock:
        if _last and _last[0][0] == stamp:
            return _last[0][1]
    network = network_document()
    items, bom, routings = items_documents()
    book = OrderBook(items=items, bom=bom, routings=routings)
    text = network.model_dump_json() + book.model_dump_json()
    park = Park(network, book, hashlib.sha256(text.encode()).hexdigest())
    with _lock:
        _last[:] = [(stamp, park)]
    return park


def _stamp() -> tuple[Any, ...]:
    """Return what changes with every change of a record: how many there are, their versions, the last change."""
    found: list[Any] = []
    for model in _KEPT_IN:
        row = model.objects.aggregate(n=Count("pk"), v=Sum("version"), at=Max("changed_at"), pk=Max("pk"))
        found.append((row["n"], row["v"], row["at"], row["pk"]))
    return tuple(found)
