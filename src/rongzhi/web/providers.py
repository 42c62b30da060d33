"""What the web floor itself lets people find: pages of the framework and terms of the glossary."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse

from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import current_language, say
from rongzhi.platform.ui.search import Hit, register
from rongzhi.web.framework import framework


def leaves(_: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find leaves by number, name or purpose; whole and leading matches first."""
    wanted = text.casefold()
    ranked = []
    for leaf in framework().leaves.values():
        names = (leaf.number, leaf.title.zh, leaf.title.en.casefold())
        if any(name.startswith(wanted) for name in names):
            ranked.append((0, leaf))
        elif any(wanted in name for name in names):
            ranked.append((1, leaf))
        elif wanted in f"{leaf.aim.zh} {leaf.aim.en}".casefold():
            ranked.append((2, leaf))
    for _rank, leaf in sorted(ranked, key=lambda pair: pair[0])[:limit]:
        yield Hit(f"{leaf.number} {leaf.name}", leaf.url, leaf.state_words)


def terms(_: Actor, text: str, limit: int) -> Iterator[Hit]:
    """Find terms of the glossary."""
    from rongzhi.model import glossary

    for found in glossary.search(text, current_language())[:limit]:
        try:
            url = reverse("terms:detail", args=[found.key])
        except NoReverseMatch:
            continue
        yield Hit(Text(found.label.zh, found.label.en), url, found.definition)


def register_all() -> None:
    """Add the providers of the web floor."""
    register("page", say("页面", "Pages"), leaves, order=10)
    register("term", say("术语", "Terms"), terms, order=90)
