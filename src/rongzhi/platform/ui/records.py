"""The record page: state and next acts, tabs, facts and people at the side, the timeline at the end."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.events.models import Event
from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.page import Page
from rongzhi.platform.ui.parts import Badge, Button, Fact, Label, Tab

MAX_EVENTS = 11  # one more than a page shows, to know whether there are more


class RecordPage(Page):
    """One record.

    Subclasses implement `get_object` (raising NotFound for what the actor may not see) and give what they have of
    `title_of`, `state`, `facts`, `people`, `tabs`, `buttons`, `subject`.
    """

    template_name: ClassVar[str] = "ui/record.html"
    kind: ClassVar[Label] = ""

    def get_object(self, actor: Actor, **kwargs: Any) -> Any:
        """Return the record, with what the page needs; raise NotFound for what the actor may not see."""
        raise NotImplementedError

    def title_of(self, obj: Any) -> Label:
        """Return the title line."""
        return str(obj)

    def state(self, obj: Any) -> Badge | None:
        """Return the state shown beside the title."""
        return None

    def facts(self, obj: Any) -> Sequence[Fact]:
        """Return the facts at the side."""
        return ()

    def people(self, obj: Any) -> Sequence[Fact]:
        """Return who has to do with it: parties and persons, at the side."""
        return ()

    def tabs(self, obj: Any, actor: Actor) -> Sequence[Tab]:
        """Return the tabs; the first opens by itself."""
        return ()

    def buttons(self, obj: Any, actor: Actor) -> Sequence[Button]:
        """Return the next acts; what is refused now is shown disabled with its reason."""
        return ()

    def subject(self, obj: Any) -> str:
        """Return ``thing/code`` of the record's events, or nothing for no timeline."""
        return ""

    def related_events(self, obj: Any) -> Q:
        """Return which events of other things belong to the record's history; none by default."""
        return Q(pk__in=())

    def more(self, obj: Any, actor: Actor) -> dict[str, Any]:
        """Return further context for the page's own template."""
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show the record."""
        obj = self.get_object(self.actor, **kwargs)
        tabs = list(self.tabs(obj, self.actor))
        tab = next((t for t in tabs if t.key == request.GET.get("tab")), tabs[0] if tabs else None)
        context: dict[str, Any] = {
            "object": obj,
            "kind": plain(self.kind) if self.kind else "",
            "page_title": plain(self.title_of(obj)),
            "state": self.state(obj),
            "facts": self.facts(obj),
            "people": self.people(obj),
            "buttons": self.buttons(obj, self.actor),
            "tabs": tabs,
            "tab": tab,
            "events": self._events(obj),
            **self.more(obj, self.actor),
        }
        if tab is not None and tab.context is not None:
            context.update(tab.context(obj, self.actor))
        return self.show(context)

    def _events(self, obj: Any) -> list[Event]:
        subject = self.subject(obj)
        if not subject:
            return []
        seen = Event.objects.visible_to(self.actor).filter(Q(subject=subject) | self.related_events(obj))
        return list(seen.select_related("organisation").order_by("-sequence")[:MAX_EVENTS])
