"""What people can find: pages of the framework, orders, plans, resources of the park, terms of the glossary."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import NoReverseMatch, reverse

from rongzhi.business.sharing.models import Order, Plan
from rongzhi.elements.resources.kinds import KINDS
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import current_language, say
from rongzhi.platform.ui.format import day
from rongzhi.platform.ui.search import Hit, register
from rongzhi.web.framework import Leaf, framework

RESOURCES = ("factories", "machines", "items", "work_centres", "routings")


def leaves(actor: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find leaves by number, name or purpose, and their pages by name; leading matches first."""
    wanted = text.casefold()
    ranked = [(rank, leaf) for leaf in framework().leaves.values() if (rank := _leaf_rank(leaf, wanted)) is not None]
    if not actor.is_public:
        for leaf in framework().leaves.values():
            for page in leaf.pages_for(actor):
                if wanted in page.name.casefold():
                    yield Hit(page.name, page.url, f"{leaf.number} {leaf.name}")
    for _rank, leaf in sorted(ranked, key=lambda pair: pair[0])[:limit]:
        yield Hit(f"{leaf.number} {leaf.name}", leaf.url, leaf.state_words)


def _leaf_rank(leaf: Leaf, wanted: str) -> int | None:
    names = (leaf.number, leaf.title.zh, leaf.title.en.casefold())
    tests = (
        any(name.startswith(wanted) for name in names),
        any(wanted in name for name in names),
        wanted in f"{leaf.aim.zh} {leaf.aim.en}".casefold(),
    )
    return next((rank for rank, is_met in enumerate(tests) if is_met), None)


def terms(_: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find terms of the glossary."""
    from rongzhi.model import glossary

    for found in glossary.search(text, current_language())[:limit]:
        url = _address("terms:detail", found.key)
        if url:
            yield Hit(found.label, url, found.definition)


def orders(actor: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find orders by number, the customer's own label or customer."""
    names = Q(organisation__name_zh__icontains=text) | Q(organisation__name_en__icontains=text)
    found = Q(code__icontains=text) | Q(customer_label__icontains=text) | names
    rows = Order.objects.visible_to(actor).filter(found).select_related("organisation")
    for row in _leading(rows, text).order_by("search_rank", "code")[:limit]:
        yield Hit(row.code, _address("sharing:order", row.code), f"{row.organisation.name} · {day(row.due)}")


def plans(actor: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find plans by number, the newest first."""
    for row in Plan.objects.visible_to(actor).filter(code__icontains=text).order_by("-created_at")[:limit]:
        yield Hit(row.code, _address("sharing:plan", row.code), row.get_state_display())


def resources(table: str, actor: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find records of the network or items by code or name."""
    kind = KINDS[table]
    named = hasattr(kind.model, "name_zh")
    code = kind.key_paths[0]
    found = Q(**{f"{code}__icontains": text})
    if named:
        found |= Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    rows: Any = kind.model.objects.visible_to(actor)  # type: ignore[attr-defined]
    if kind.related:
        rows = rows.select_related(*kind.related)
    for row in _leading(rows.filter(found), text, code).order_by("search_rank", code)[:limit]:
        key = kind.key_of(row)
        yield Hit(key, _address(f"resources:{kind.name}", key), row.name if named else "")


def _leading(rows: Any, text: str, code: str = "code") -> Any:
    """Rank rows whose code begins with the text before the others."""
    begins = When(**{f"{code}__istartswith": text}, then=Value(0))
    return rows.annotate(search_rank=Case(begins, default=Value(1), output_field=IntegerField()))


def _address(name: str, key: str) -> str:
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""


def register_all() -> None:
    """Add the providers."""
    register("page", say("页面", "Pages"), leaves, order=10)
    register("order", say("订单", "Orders"), orders, order=20)
    register("plan", say("计划", "Plans"), plans, order=30)
    for position, table in enumerate(RESOURCES):
        plural = KINDS[table].plural
        register(table, plural, partial(resources, table), order=40 + position)
    register("term", say("术语", "Terms"), terms, order=90)
