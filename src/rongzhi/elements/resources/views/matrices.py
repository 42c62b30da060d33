"""Transport and changeover as matrices, the process taxonomy, and the front page of the resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.kinds import KINDS
from rongzhi.elements.resources.policy import may_create, may_import, may_read, may_read_network, may_write
from rongzhi.elements.resources.queries import counts
from rongzhi.elements.resources.views.base import HOME, LEAF, OfKind, page_url, titled, transfer_buttons
from rongzhi.model.production.processes import PROCESSES
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, needs_login
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.ui.pages import Button, Figure, Link, Page
from rongzhi.platform.ui.parts import Label


class MatrixPage(OfKind, Page):
    """A table whose rows and columns are the same things."""

    template_name = "resources/matrix.html"

    @property
    def parents(self) -> Sequence[Link]:  # type: ignore[override]
        """The resources."""
        return (Link(HOME, reverse("resources:home")),)

    @property
    def title(self) -> Label:  # type: ignore[override]
        """The name of the table."""
        return titled(self.what.plural)

    def may(self, actor: Actor) -> Verdict:
        """Whoever may read the table."""
        return may_read(actor, self.what)

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return import, export and add."""
        buttons = transfer_buttons(actor, self.table)
        if may_create(actor, self.what):
            words = say(f"新建{self.what.label.zh}", f"New {self.what.label.en}")
            buttons.append(Button(words, page_url(self.table, verb="new"), style="primary"))
        return buttons

    def cell_url(self, record: Any, key: str, query: dict[str, str], *, may_edit: bool, may_add: bool) -> str:
        """Return where a cell leads: to its change, or to adding it."""
        if record is not None:
            return page_url(self.table, key, "edit") if may_edit else ""
        return f"{page_url(self.table, verb='new')}?{urlencode(query)}" if may_add else ""


class Transports(MatrixPage):
    """Door-to-door minutes and cost from place to place."""

    table = "transports"
    lead = say(
        "门到门时间与每批费用。空格表示不可直达，工序不能在这两地之间流转。",
        "Door-to-door time and cost a shipment. An empty cell cannot be travelled.",
    )

    def get_context(self) -> dict[str, Any]:
        """Return the matrix."""
        rows = KINDS["transports"].rows(self.actor)
        found = {(row.origin.code, row.destination.code): row for row in rows}
        places = list(records.Place.objects.visible_to(self.actor).filter(is_active=True))
        may = bool(may_write(self.actor, self.what, None))
        lines = []
        for origin in places:
            cells = []
            for end in places:
                record = found.get((origin.code, end.code))
                query = {"origin": origin.code, "destination": end.code}
                url = self.cell_url(record, f"{origin.code}~{end.code}", query, may_edit=may, may_add=may)
                cells.append({"record": record, "url": url, "is_self": origin == end, "to": end.name})
            lines.append({"name": origin.name, "cells": cells})
        return {"heads": [place.name for place in places], "lines": lines, "is_transport": True}


class Changeovers(MatrixPage):
    """Minutes from family to family, one matrix at a time."""

    table = "changeovers"
    lead = say(
        "同一台机床从一个换型族换到另一个所需的分钟数；机床按矩阵代码引用。",
        "Minutes to change a machine from one family to another; machines name the matrix they use.",
    )

    def get_context(self) -> dict[str, Any]:
        """Return the chosen matrix."""
        rows = list(KINDS["changeovers"].rows(self.actor))
        names = sorted({row.matrix for row in rows})
        wanted = self.request.GET.get("matrix", "")
        chosen = wanted if wanted in names else names[0] if names else ""
        here = [row for row in rows if row.matrix == chosen]
        found = {(row.from_family, row.to_family): row for row in here}
        families = sorted({family for pair in found for family in pair})
        owner = here[0].organisation if here else None
        may = bool(may_write(self.actor, self.what, owner))
        lines = []
        for start in families:
            cells = []
            for end in families:
                record = found.get((start, end))
                query = {"matrix": chosen, "from_family": start, "to_family": end}
                url = self.cell_url(record, f"{chosen}~{start}~{end}", query, may_edit=may, may_add=may)
                cells.append({"record": record, "url": url, "is_self": start == end, "to": end or "—"})
            lines.append({"name": start or "—", "cells": cells})
        machines = records.Machine.objects.visible_to(self.actor).filter(changeover_matrix=chosen) if chosen else ()
        return {
            "heads": [family or "—" for family in families],
            "lines": lines,
            "names": names,
            "chosen": chosen,
            "machines": [(row.name, page_url("machines", row.code)) for row in machines],
        }


class Processes(Page):
    """The process taxonomy, with how many factories and machines can do each."""

    title = say("工艺分类", "Process taxonomy")
    lead = say(
        "工序要什么工艺、机床会什么工艺，都用这里的代码；会上级工艺的机床也能做下级。",
        "Routing steps and machines use these codes; who can do a parent can do its children.",
    )
    leaf = LEAF
    template_name = "resources/processes.html"

    @property
    def parents(self) -> Sequence[Link]:  # type: ignore[override]
        """The resources."""
        return (Link(HOME, reverse("resources:home")),)

    def get_context(self) -> dict[str, Any]:
        """Return the tree."""
        able = records.Capability.objects.filter(
            machine__is_active=True,
            machine__work_centre__factory__in=records.Factory.objects.listed_for(self.actor),
        )
        found = {
            row["process"]: row["factories"]
            for row in able.values("process").annotate(factories=Count("machine__work_centre__factory", distinct=True))
        }

        def below(parent: str | None) -> list[dict[str, Any]]:
            return [
                {
                    "code": item.code,
                    "name": speak(item.name),
                    "factories": found.get(item.code, 0),
                    "url": f"{page_url('factories')}?process={item.code}" if found.get(item.code) else "",
                    "below": below(item.code),
                }
                for item in PROCESSES.values()
                if item.parent == parent
            ]

        return {"tree": below(None)}


class ResourcesHome(Page):
    """The front page of the resources: what there is, and what one can do with all of it."""

    title = HOME
    lead = say("谁能做、用什么做、何时能做、做什么。", "Who makes, with what, when, and what is made.")
    leaf = LEAF
    template_name = "resources/home.html"

    def may(self, actor: Actor) -> Verdict:
        """Every member."""
        return needs_login(actor)

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return import and export of everything."""
        buttons = []
        if may_import(actor):
            buttons.append(Button(say("导入工作簿", "Import a workbook"), reverse("resources:import", args=["all"])))
        if may_read_network(actor):
            for kind, words in (("xlsx", say("导出 XLSX", "Export XLSX")), ("json", say("导出 JSON", "Export JSON"))):
                buttons.append(Button(words, reverse("resources:export", args=["all", kind])))
        return buttons

    def get_context(self) -> dict[str, Any]:
        """Return the tables with their counts, in three groups."""
        found = counts(self.actor)
        groups = (
            (say("谁来做", "Who makes"), ("factories", "places", "work_centres", "machines", "open_capacity")),
            (say("何时能做、怎样流转", "When, and from where to where"), ("calendars", "transports", "changeovers")),
            (say("做什么", "What is made"), ("items", "routings")),
        )
        tiles = []
        for words, tables in groups:
            figures = [
                Figure(titled(KINDS[table].plural), found[table], url=page_url(table))
                for table in tables
                if table in found
            ]
            if figures:
                tiles.append((words, figures))
        return {"groups": tiles, "process_count": len(PROCESSES)}
