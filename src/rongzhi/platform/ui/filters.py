"""Filters of a list; each shows as a control above the table and as a chip when it is set."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.parts import Label

Options = Iterable[tuple[Any, Label]] | Callable[[Actor], Iterable[tuple[Any, Label]]]
Rows = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """One value out of several.

    Parameters
    ----------
    key : str
        Name in the address.
    label : Label
    options : iterable of (value, label), or callable(actor)
        What may be chosen (``JobState.choices``).
    path : str
        ORM look-up the value goes to; ``key`` by default.
    apply : callable, optional
        ``(queryset, value) -> queryset`` when a look-up does not do.
    """

    key: str
    label: Label
    options: Options = ()
    path: str = ""
    apply: Callable[[Rows, str], Rows] | None = None
    control = "select"

    @property
    def name(self) -> str:
        """The label in the language of the request."""
        return plain(self.label)

    def choices(self, actor: Actor) -> list[tuple[str, str]]:
        """Return what may be chosen, in words."""
        given = self.options(actor) if callable(self.options) else self.options
        return [(str(value), plain(label)) for value, label in given if value != ""]

    def narrow(self, rows: Rows, value: str, actor: Actor) -> Rows:
        """Return the rows that fit; a value that is no option fits nothing."""
        if value not in dict(self.choices(actor)):
            return rows.none()
        return self.apply(rows, value) if self.apply else rows.filter(**{self.path or self.key: value})

    def words(self, value: str, actor: Actor) -> str:
        """Return the chosen value in words, for its chip."""
        return dict(self.choices(actor)).get(value, value)


@dataclass(frozen=True, slots=True)
class YesNo(Filter):
    """A condition that holds or does not; ``path`` must be a boolean look-up."""

    def choices(self, actor: Actor) -> list[tuple[str, str]]:
        """Return yes and no."""
        return [("1", str(say("是", "yes"))), ("0", str(say("否", "no")))]

    def narrow(self, rows: Rows, value: str, actor: Actor) -> Rows:
        """Return the rows that fit."""
        if value not in {"0", "1"}:
            return rows.none()
        return self.apply(rows, value) if self.apply else rows.filter(**{self.path or self.key: value == "1"})


@dataclass(frozen=True, slots=True)
class Since(Filter):
    """A day from which on (``edge="gte"``) or until the end of which (``edge="lte"``)."""

    edge: str = "gte"
    control = "date"

    def narrow(self, rows: Rows, value: str, actor: Actor) -> Rows:
        """Return the rows that fit; what is no date fits nothing."""
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            return rows.none()
        if self.edge == "lte":
            day += dt.timedelta(days=1)
        begin = timezone.make_aware(dt.datetime.combine(day, dt.time.min))
        return rows.filter(**{f"{self.path or self.key}__{'lt' if self.edge == 'lte' else 'gte'}": begin})

    def words(self, value: str, actor: Actor) -> str:
        """Return the date itself."""
        return value


def chosen(filters: Iterable[Filter], query: Mapping[str, str]) -> list[tuple[Filter, str]]:
    """Return the filters that are set, with their values."""
    return [(item, query[item.key]) for item in filters if query.get(item.key)]
