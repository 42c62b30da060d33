"""Search over everything a person may see: apps register providers, the search page and Ctrl-K ask them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.parts import Label


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found."""

    label: Label
    url: str
    detail: Label = ""

    @property
    def name(self) -> str:
        """The label in the language of the request."""
        return plain(self.label)

    @property
    def words(self) -> str:
        """The detail in the language of the request, or nothing."""
        return plain(self.detail) if self.detail else ""


Query = Callable[[Actor, str, int], Iterable[Hit]]
"""``(actor, text, limit) -> hits``, best first; reads only what the actor may see, with at most a few queries."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A kind of thing that can be found."""

    kind: str
    label: Label
    query: Query
    order: int

    @property
    def name(self) -> str:
        """The label in the language of the request."""
        return plain(self.label)


@dataclass(frozen=True, slots=True)
class Group:
    """What one provider found."""

    kind: str
    name: str
    hits: list[Hit]


_PROVIDERS: dict[str, Provider] = {}


def register(kind: str, label: Label, query: Query, *, order: int = 50) -> None:
    """Add a kind of thing to the search; called in ``AppConfig.ready``. Lower orders stand first."""
    _PROVIDERS[kind] = Provider(kind, label, query, order)


def find(actor: Actor, text: str, limit: int = 6, kinds: Iterable[str] = ()) -> list[Group]:
    """Return what every provider finds for a text, in the providers' order; empty groups are left out."""
    text = " ".join(text.split())[:120]
    if not text:
        return []
    wanted = set(kinds) or set(_PROVIDERS)
    groups = []
    for provider in sorted(_PROVIDERS.values(), key=lambda p: (p.order, p.kind)):
        if provider.kind in wanted:
            hits = [hit for hit in provider.query(actor, text, limit) if hit.url][:limit]
            if hits:
                groups.append(Group(provider.kind, provider.name, hits))
    return groups
