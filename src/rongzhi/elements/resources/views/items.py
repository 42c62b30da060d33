"""Pages of items, their bills and their routings."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.kinds import KINDS
from rongzhi.elements.resources.pictures import flow_of, tree_of
from rongzhi.elements.resources.policy import may_see_cost, may_write
from rongzhi.elements.resources.queries import closure
from rongzhi.elements.resources.views.base import KindList, KindRecord, NewRecord, page_url
from rongzhi.elements.resources.views.network import ACTIVE
from rongzhi.model.production.items import Routing
from rongzhi.model.production.processes import PROCESSES
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say, speak, term_label
from rongzhi.platform.ui.pages import Badge, Column, Empty, Fact, Tab, YesNo
from rongzhi.platform.ui.parts import Label

MADE = YesNo("is_made", say("自制", "Made here"))


class Items(KindList):
    """The items the actor may see: the own ones and the park's catalogue."""

    table = "items"
    lead = say(
        "零件、部件和材料；每种自制件有物料清单和工艺路线。",
        "Parts, assemblies and materials, with bills and routings.",
    )
    columns = (
        Column("code", say("代码", "Code"), link=lambda row: page_url("items", row.code), sort="code"),
        Column("name", say("名称", "Name"), sort="name_zh"),
        Column("is_made", say("自制", "Made here"), "bool", sort="is_made"),
        Column("unit", term_label("unit_of_measure")),
        Column("material", say("材料", "Material"), sort="material"),
        Column("step_count", say("工序数", "Steps"), "int", sort="step_count"),
        Column("component_count", say("组件数", "Components"), "int", sort="component_count"),
        Column("lead_time_min", term_label("lead_time"), "duration_min", sort="lead_time_min", is_hidden=True),
        Column("max_lot", say("最大批量", "Largest lot"), "number", is_hidden=True),
        Column("organisation.name", say("归属", "Belongs to"), sort="organisation__name_zh", is_hidden=True),
        Column(
            "gap",
            say("提示", "Note"),
            value=lambda row: (
                Badge(say("缺工艺路线", "no routing"), "warn")
                if row.is_active and row.is_made and not row.step_count
                else None
            ),
        ),
    )
    search_fields = ("code", "name_zh", "name_en", "material")
    filters = (ACTIVE, MADE)
    empty = Empty(
        say("还没有物料", "No items yet"), say("逐条添加，或从 CSV、XLSX 导入。", "Add them, or import CSV or XLSX.")
    )

    def queryset(self, actor: Actor) -> Any:
        """Return items with the size of their bills and routings."""
        rows = super().queryset(actor)
        steps = Count("routings__steps", filter=Q(routings__is_active=True), distinct=True)
        return rows.annotate(step_count=steps, component_count=Count("bill", distinct=True))


class ItemPage(KindRecord):
    """An item: its bill to any depth, where it is used, how it is made."""

    table = "items"

    def facts(self, obj: records.Item) -> Sequence[Fact]:
        """Return what it is."""
        sizes = (
            (say("长", "Length"), obj.length_mm),
            (say("宽", "Width"), obj.width_mm),
            (say("高", "Height"), obj.height_mm),
            (say("直径", "Diameter"), obj.diameter_mm),
        )
        facts = [
            Fact(say("来源", "Source"), say("自制", "made here") if obj.is_made else say("外购", "bought")),
            Fact(term_label("unit_of_measure"), obj.unit, term="unit_of_measure"),
            *(Fact(label, value, "number", unit="mm") for label, value in sizes if value is not None),
        ]
        if obj.mass_kg is not None:
            facts.append(Fact(say("质量", "Mass"), obj.mass_kg, "number", unit="kg"))
        if obj.material:
            facts.append(Fact(say("材料", "Material"), obj.material))
        if obj.max_lot is not None:
            facts.append(Fact(say("最大批量", "Largest lot"), obj.max_lot, "number", unit=obj.unit))
        if obj.lead_time_min:
            facts.append(Fact(term_label("lead_time"), obj.lead_time_min, "duration_min", term="lead_time"))
        if may_see_cost(self.actor, obj.organisation):
            facts.append(Fact(say("单位成本", "Unit cost"), obj.unit_cost, "money"))
        facts.append(Fact(say("归属", "Belongs to"), obj.organisation.name))
        return facts

    def tabs(self, obj: records.Item, actor: Actor) -> Sequence[Tab]:
        """Return routing, bill and where-used."""
        return (
            Tab("routing", term_label("routing"), "resources/item_routing.html", self._routing),
            Tab("bill", term_label("bill_of_materials"), "resources/item_bill.html", self._bill),
            Tab("used", say("用在哪里", "Where used"), "resources/item_used.html", self._used),
        )

    def _routing(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        rows = KINDS["routings"].rows(actor).filter(item=obj)
        may = may_write(actor, KINDS["routings"], obj.organisation)
        return {
            "routings": [routing_context(row) for row in rows],
            "new": f"{page_url('routings', verb='new')}?item={obj.code}" if may else "",
            "may": bool(may),
        }

    def _bill(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        codes = closure([obj.code])
        rows = records.BomLine.objects.filter(parent__code__in=codes).select_related("parent", "component")
        lines = [KINDS["bom"].read(row) for row in rows]
        known = {row.code: (row.name, row.unit) for row in records.Item.objects.filter(code__in=codes)}
        visible = set(records.Item.objects.visible_to(actor).filter(code__in=codes).values_list("code", flat=True))
        may = may_write(actor, KINDS["bom"], obj.organisation)
        return {
            "tree": tree_of(obj.code, lines, known, visible),
            "new": f"{page_url('bom', verb='new')}?parent={obj.code}" if may else "",
            "may": bool(may),
        }

    def _used(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        lines = records.BomLine.objects.visible_to(actor).filter(component=obj, parent__is_active=True)
        return {"lines": lines.select_related("parent")}


def routing_context(record: records.Routing) -> dict[str, Any]:
    """Return a routing with its flow and its steps in words."""
    document: Routing = KINDS["routings"].read(record)
    key = KINDS["routings"].key_of(record)
    steps = [
        {
            "step": step,
            "name": speak(step.name.text),
            "process": speak(PROCESSES[step.process].name) if step.process in PROCESSES else step.process,
            "after": "" if step.after is None else ", ".join(map(str, step.after)) or "—",
            "certificates": ", ".join(step.certificates),
            "machines": ", ".join(item.machine for item in step.alternatives),
        }
        for step in sorted(document.steps, key=lambda step: step.number)
    ]
    return {
        "record": record,
        "document": document,
        "key": key,
        "url": page_url("routings", key),
        "edit": page_url("routings", key, "edit"),
        "flow": flow_of(document.steps),
        "steps": steps,
    }


class Routings(KindList):
    """The routings of the items the actor may see."""

    table = "routings"
    lead = say("每种自制件按什么工序、用多少时间做出来。", "By which operations, in what time, each item is made.")
    columns = (
        Column("item.code", term_label("item"), link=lambda row: page_url("routings", _key(row)), sort="item__code"),
        Column("item.name", say("名称", "Name"), sort="item__name_zh"),
        Column("version_name", say("版本", "Version"), sort="version_name"),
        Column("rank", say("优先级", "Rank"), "int", sort="rank"),
        Column("step_count", say("工序数", "Steps"), "int", sort="step_count"),
        Column(
            "is_active",
            say("状态", "State"),
            value=lambda row: None if row.is_active else Badge(say("已停用", "deactivated"), "warn"),
        ),
    )
    search_fields = ("item__code", "item__name_zh", "item__name_en", "version_name")
    filters = (ACTIVE,)
    empty = Empty(say("还没有工艺路线", "No routings yet"), say("先有物料，再编工艺路线。", "Items come first."))

    def queryset(self, actor: Actor) -> Any:
        """Return routings with their number of steps."""
        rows = records.Routing.objects.visible_to(actor).select_related("item")
        return rows.annotate(step_count=Count("steps"))


def _key(row: records.Routing) -> str:
    return f"{row.item.code}~{row.version_name}"


class RoutingPage(KindRecord):
    """A routing: its flow and its steps."""

    table = "routings"

    def title_of(self, obj: records.Routing) -> Label:
        """Return item and version."""
        return say(f"{obj.item.name} · 版本 {obj.version_name}", f"{obj.item.name} · version {obj.version_name}")

    def facts(self, obj: records.Routing) -> Sequence[Fact]:
        """Return what it makes."""
        return (
            Fact(term_label("item"), obj.item.code, url=page_url("items", obj.item.code), term="item"),
            Fact(say("优先级", "Rank"), obj.rank, "int"),
        )

    def tabs(self, obj: records.Routing, actor: Actor) -> Sequence[Tab]:
        """Return the steps."""
        return (Tab("steps", term_label("operation"), "resources/routing.html", self._steps),)

    def _steps(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        return {"routing": routing_context(obj)}


class NewRouting(NewRecord):
    """A new routing; begins as a copy of the item's present one when it has one."""

    table = "routings"

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Begin with the steps of the item's routing, under the next version."""
        rows = KINDS["routings"].rows(actor).filter(item__code=self.request.GET.get("item", ""))
        latest = rows.order_by("rank").first()
        if latest is None:
            return {"version": "1", "rank": 1, "is_active": True, "steps": [{"number": 10}]}
        copied = self.form_class.initial_of(KINDS["routings"].read(latest))
        taken = set(rows.values_list("version_name", flat=True))
        version = next(str(number) for number in range(2, len(taken) + 3) if str(number) not in taken)
        return {**copied, "version": version, "rank": max(row.rank for row in rows) + 1}
