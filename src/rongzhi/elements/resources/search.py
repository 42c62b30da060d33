"""What the search finds here: factories, machines and items one may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse

from rongzhi.elements.resources import models as records
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.search import Hit, register


def _named(rows: Any, text: str, limit: int) -> Any:
    """Return the rows whose code or name holds every word; whole codes first."""
    for word in text.split():
        rows = rows.filter(Q(code__icontains=word) | Q(name_zh__icontains=word) | Q(name_en__icontains=word))
    return sorted(rows[: limit * 4], key=lambda row: (row.code.casefold() != text.casefold(), row.code))[:limit]


def factories(actor: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find factories of the directory."""
    rows = records.Factory.objects.listed_for(actor).select_related("place")
    for row in _named(rows, text, limit):
        yield Hit(f"{row.name} {row.code}", reverse("resources:factory", args=[row.code]), row.place.name)


def machines(actor: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find machines the actor sees."""
    rows = records.Machine.objects.visible_to(actor).filter(is_active=True).select_related("work_centre__factory")
    for row in _named(rows, text, limit):
        detail = f"{row.work_centre.factory.name} · {row.work_centre.name}"
        yield Hit(f"{row.name} {row.code}", reverse("resources:machine", args=[row.code]), detail)


def items(actor: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find items the actor sees."""
    for row in _named(records.Item.objects.visible_to(actor).filter(is_active=True), text, limit):
        made = Text("自制", "made here") if row.is_made else Text("外购", "bought")
        yield Hit(f"{row.name} {row.code}", reverse("resources:item", args=[row.code]), made)


def register_all() -> None:
    """Add the providers."""
    register("factory", say("工厂", "Factories"), factories, order=30)
    register("machine", say("机床", "Machines"), machines, order=31)
    register("item", say("物料", "Items"), items, order=32)
