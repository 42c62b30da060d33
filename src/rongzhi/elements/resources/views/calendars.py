"""Pages of calendars."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.policy import may_create
from rongzhi.elements.resources.uses import uses_of
from rongzhi.elements.resources.views.base import KindList, KindRecord, NewRecord, page_url
from rongzhi.elements.resources.views.network import ACTIVE
from rongzhi.elements.resources.views.weeks import week_for
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.pages import Button, Column, Empty, Fact, Tab


def owner_words(row: Any) -> Any:
    """Return whose it is."""
    return row.organisation.name if row.organisation else say("园区公用", "the park's")


class Calendars(KindList):
    """The calendars the actor may use."""

    table = "calendars"
    lead = say("每周班次，以及放假、检修和加班。", "The ordinary week, and holidays, maintenance and overtime.")
    columns = (
        Column("code", say("代码", "Code"), link=lambda row: page_url("calendars", row.code), sort="code"),
        Column("name", say("名称", "Name"), sort="name_zh"),
        Column("owner", say("归属", "Belongs to"), value=owner_words, sort="organisation__name_zh"),
        Column("factory_count", say("工厂", "Factories"), "int", sort="factory_count"),
        Column("machine_count", say("机床", "Machines"), "int", sort="machine_count"),
        Column("exception_count", say("例外", "Exceptions"), "int", sort="exception_count"),
        Column("timezone", say("时区", "Time zone"), is_hidden=True),
    )
    search_fields = ("code", "name_zh", "name_en")
    filters = (ACTIVE,)
    empty = Empty(
        say("还没有日历", "No calendars yet"), say("工厂和机床都要有日历。", "Factories and machines need one.")
    )

    def queryset(self, actor: Actor) -> Any:
        """Return calendars with what uses them."""
        rows = records.Calendar.objects.visible_to(actor).select_related("organisation")
        return rows.annotate(
            factory_count=Count("factories", distinct=True),
            machine_count=Count("machines", distinct=True),
            exception_count=Count("exceptions", distinct=True),
        )


class CalendarPage(KindRecord):
    """A calendar: its week, its exceptions, what uses it."""

    table = "calendars"

    def facts(self, obj: records.Calendar) -> Sequence[Fact]:
        """Return whose it is and its zone."""
        return (
            Fact(say("归属", "Belongs to"), owner_words(obj)),
            Fact(say("时区", "Time zone"), obj.timezone),
        )

    def tabs(self, obj: records.Calendar, actor: Actor) -> Sequence[Tab]:
        """Return the week and the uses."""
        return (
            Tab("week", say("一周", "The week"), "resources/week.html", self._week),
            Tab("uses", say("被谁使用", "Used by"), "resources/uses.html", self._uses),
        )

    def buttons(self, obj: Any, actor: Actor) -> Sequence[Button]:
        """Return change, deactivate, and a copy of one's own."""
        buttons = list(super().buttons(obj, actor))
        if may_create(actor, self.what):
            url = f"{page_url('calendars', verb='new')}?copy={obj.code}"
            buttons.insert(0, Button(say("另建一份", "Make a copy"), url))
        return buttons

    def _week(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        return week_for(self.request, obj)

    def _uses(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        shown = uses_of(self.what, obj) if actor.is_operator or obj.organisation == actor.organisation else []
        return {"uses": shown}


class NewCalendar(NewRecord):
    """A new calendar, perhaps as a copy of another."""

    table = "calendars"

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Begin with a copy when one is asked for."""
        code = self.request.GET.get("copy", "")
        if not code:
            return super().initial(actor)
        copied = self.form_class.initial_of(self.what.read(self.what.find(self.what.rows(actor), code)))
        return {**copied, "code": ""}
