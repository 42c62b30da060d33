"""Pages of the event log."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.address import address
from rongzhi.platform.events.cloud import as_cloud_event
from rongzhi.platform.events.models import Event
from rongzhi.platform.events.names import name_of
from rongzhi.platform.events.queries import event_for, events_for
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.ui.pages import Column, Empty, Fact, Filter, Link, ListPage, RecordPage, Since, Tab

MOST_OPTIONS = 200


def _distinct(field: str) -> Any:
    def options(actor: Actor) -> list[tuple[str, str]]:
        found = events_for(actor).order_by(field).values_list(field, flat=True).distinct()[:MOST_OPTIONS]
        return [(value, value) for value in found]

    return options


def _types(actor: Actor) -> list[tuple[str, str]]:
    return [(value, speak(name_of(value))) for value, _ in _distinct("type")(actor)]


class Events(ListPage):
    """Who did what to which thing, when."""

    title = say("事件日志", "Event log")
    lead = say("只追加、哈希相连，不能更改", "Append-only, chained by hashes, never changed")
    columns = (
        Column(
            "sequence",
            say("序号", "No."),
            "int",
            link=lambda e: reverse("platform:event", args=[e.pk]),
            sort="sequence",
        ),
        Column("time", say("时间", "Time"), "datetime", sort="sequence"),
        Column("type", say("事件", "Event"), value=lambda e: speak(e.label), sort="type"),
        Column("code", say("类型", "Type"), value=lambda e: e.type, is_hidden=True, sort="type"),
        Column("subject", say("对象", "Subject"), sort="subject"),
        Column("actor", say("操作人", "By"), sort="actor"),
        Column("organisation", say("单位", "Organisation"), value=lambda e: str(e.organisation or "")),
        Column("source", say("来源", "Source"), is_hidden=True, sort="source"),
    )
    search_fields = ("subject", "type")
    filters = (
        Filter("type", say("事件", "Event"), _types),
        Filter("actor", say("操作人", "By"), _distinct("actor")),
        Since("since", say("自", "From"), path="time"),
        Since("until", say("至", "To"), path="time", edge="lte"),
    )
    order = "-sequence"
    file_name = "events"
    empty = Empty(say("还没有事件", "No events yet"), say("每一次更改都会记在这里", "Every change is written here"))

    def queryset(self, actor: Actor) -> QuerySet[Event]:
        """Return the events the actor may see."""
        return events_for(actor)


class EventPage(RecordPage):
    """One event with its data and its place in the chain."""

    kind = say("事件", "Event")
    parents = (Link(say("事件日志", "Event log"), address("platform:events")),)

    def get_object(self, actor: Actor, **kwargs: Any) -> Event:
        """Return the event."""
        return event_for(actor, kwargs["sequence"])

    def title_of(self, obj: Event) -> str:
        """Return its number and type."""
        return f"#{obj.sequence} {speak(obj.label)}"

    def facts(self, obj: Event) -> Sequence[Fact]:
        """Return who, what, when."""
        return (
            Fact(say("对象", "Subject"), obj.subject),
            Fact(say("类型", "Type"), obj.type),
            Fact(say("时间", "Time"), obj.time, "datetime"),
            Fact(say("操作人", "By"), obj.actor),
            Fact(say("单位", "Organisation"), str(obj.organisation or "")),
            Fact(say("来源", "Source"), obj.source),
        )

    def tabs(self, obj: Event, actor: Actor) -> Sequence[Tab]:
        """Show it as CloudEvents JSON."""
        return (Tab("json", say("内容", "Content"), "events/_json.html", self._json),)

    def _json(self, obj: Event, actor: Actor) -> dict[str, Any]:
        return {"text": json.dumps(as_cloud_event(obj), ensure_ascii=False, indent=2)}
