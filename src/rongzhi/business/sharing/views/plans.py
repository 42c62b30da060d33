"""Plans: the list, one plan, publishing, downloads."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions import planning, publishing
from rongzhi.business.sharing.exports import HEADS, plan_document, plan_rows
from rongzhi.business.sharing.models import Plan, PlanState
from rongzhi.business.sharing.queries import plans as queries
from rongzhi.business.sharing.queries.gantt import Window, gantt_data
from rongzhi.business.sharing.queries.load import flow_data, load_data
from rongzhi.business.sharing.queries.reasons import main_cause, spoken
from rongzhi.business.sharing.queries.sight import sees_machine_of
from rongzhi.business.sharing.views.parts import BOARD, LEAF, PLAN_TONES, PLANS, plan_url, short, short_money
from rongzhi.business.sharing.words import bound_name
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.address import address
from rongzhi.platform.i18n import say, speak, term_label
from rongzhi.platform.plain import whole
from rongzhi.platform.rest.instants import instant
from rongzhi.platform.ui.export import csv_response, exact, xlsx_response
from rongzhi.platform.ui.pages import (
    ActPage,
    Badge,
    Button,
    Column,
    Empty,
    Fact,
    Figure,
    Filter,
    ListPage,
    Page,
    RecordPage,
    Tab,
)

PAGE = 25
START = Button(say("开始排产", "Plan"), address("sharing:plan-new"), style="primary")


class Plans(ListPage):
    """Plans the actor may open."""

    title = say("计划", "Plans")
    lead = say(
        "草案由运营方比较后发布；同一时刻只有一份现行计划",
        "Drafts are compared, then published; one plan holds at a time",
    )
    leaf = LEAF
    parents = (BOARD,)
    columns = (
        Column("code", term_label("plan"), link=lambda row: plan_url(row.code), sort="code"),
        Column("state", say("状态", "State"), "badge", tones=PLAN_TONES, sort="state"),
        Column("created_at", say("生成时间", "Made"), "datetime", sort="created_at"),
        Column("orders", say("订单", "Orders"), "int", value=lambda row: row.figures.get("orders")),
        Column("operations", say("工序", "Operations"), "int", value=lambda row: row.figures.get("operations")),
        Column("late", say("拖期订单", "Late orders"), "int", value=lambda row: row.figures.get("late_orders")),
        Column("cost", say("加工成本", "Processing cost"), "money", value=lambda row: row.figures.get("cost")),
        Column("gap", say("与下界差距", "Gap to the bound"), "percent", sort="gap"),
        Column("published_at", say("发布时间", "Published"), "datetime", sort="published_at"),
        Column("created_by", say("生成人", "Made by"), is_hidden=True),
        Column("horizon_end", say("计划终点", "Ends"), "datetime", is_hidden=True),
    )
    filters = (Filter("state", say("状态", "State"), PlanState.choices),)
    order = "-created_at"
    file_name = "plans"
    empty = Empty(
        say("还没有计划", "No plans yet"),
        say("订单录入后即可排产，通常一分钟内得到草案。", "Once there are orders, a draft takes about a minute."),
        START,
    )

    def queryset(self, actor: Actor) -> QuerySet[Plan]:
        """Return the plans."""
        return queries.plan_list(actor)

    def shown_columns(self) -> list[Column]:
        """Figures of the whole park are the operator's."""
        hidden = set() if self.actor.is_operator else {"orders", "operations", "late", "cost", "gap"}
        return [column for column in super().shown_columns() if column.key not in hidden]

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Plan."""
        return (Button(START.label, reverse("sharing:plan-new"), style="primary", verdict=policy.may_plan(actor)),)


class PlanPage(RecordPage):
    """One plan: figures, Gantt, load, flows, orders, downloads."""

    template_name = "sharing/plan.html"
    kind = term_label("plan")
    leaf = LEAF
    parents = (BOARD, PLANS)

    def get_object(self, actor: Actor, **kwargs: Any) -> Plan:
        """Return the plan."""
        return queries.find_plan(actor, kwargs["code"])

    def title_of(self, obj: Plan) -> str:
        """Its number."""
        return obj.code

    def state(self, obj: Plan) -> Badge:
        """Its state."""
        return Badge(obj.get_state_display(), PLAN_TONES[obj.state])

    def facts(self, obj: Plan) -> Sequence[Fact]:
        """How it was made and how good it is."""
        facts = [
            Fact(say("从", "From"), obj.origin, "datetime"),
            Fact(say("到", "To"), obj.horizon_end, "datetime"),
        ]
        if self.actor.is_operator:
            facts += [
                Fact(say("目标值", "Objective"), obj.total, "number"),
                Fact(say("下界", "Lower bound"), obj.bound_value, "number"),
                Fact(say("下界来自", "Bound from"), speak(bound_name(obj.bound_name)) if obj.bound_name else None),
                Fact(say("差距", "Gap"), obj.gap, "percent"),
                Fact(say("独立核验", "Independent check"), Badge(say("无违反", "No violation"), "ok")),
                Fact(say("搜索", "Search"), obj.seconds, "number", unit=say("秒", "s")),
                Fact(say("迭代", "Iterations"), obj.iterations, "int"),
                Fact(say("随机种子", "Seed"), obj.seed, "int"),
                Fact(say("冻结至", "Frozen until"), obj.frozen_until, "datetime"),
                Fact(
                    say("对照计划", "Measured against"),
                    obj.base_plan.code if obj.base_plan else None,
                    url=plan_url(obj.base_plan.code) if obj.base_plan else "",
                ),
            ]
        return facts

    def people(self, obj: Plan) -> Sequence[Fact]:
        """Who made and published it."""
        people = [Fact(say("生成", "Made by"), obj.created_by)]
        if obj.published_at:
            people += [
                Fact(say("发布", "Published by"), obj.published_by),
                Fact(say("发布时间", "Published"), obj.published_at, "datetime"),
            ]
        return people

    def buttons(self, obj: Plan, actor: Actor) -> Sequence[Button]:
        """Compare, publish, discard."""
        current = queries.published()
        key = {"code": obj.code}
        buttons = []
        if actor.is_operator:
            other = current if current and current.pk != obj.pk else obj.base_plan
            if other:
                url = f"{reverse('sharing:plan-compare')}?a={other.code}&b={obj.code}"
                buttons.append(Button(say(f"与 {other.code} 比较", f"Compare with {other.code}"), url))
        if obj.is_draft:
            buttons += [
                Button(
                    say("丢弃草案", "Discard"), reverse("sharing:plan-discard", kwargs=key), "post", "danger",
                    verdict=policy.may_discard(actor, obj), confirm=say("确定丢弃这份草案？", "Discard this draft?"),
                ),
                Button(
                    say("发布计划", "Publish plan"), reverse("sharing:plan-publish", kwargs=key), "post", "primary",
                    verdict=policy.may_publish(actor, obj),
                    confirm=say("发布后各工厂按此执行。确定发布？", "The factories work by it then. Publish?"),
                    fields={"version": obj.version, "replacing": current.code if current else ""},
                ),
            ]  # fmt: skip
        return buttons

    def tabs(self, obj: Plan, actor: Actor) -> Sequence[Tab]:
        """The pictures and tables."""
        tabs = [Tab("gantt", say("甘特图", "Gantt"), "sharing/plan_gantt.html", self._gantt)]
        if actor.is_operator or actor.has_role("factory"):
            tabs.append(Tab("load", say("负荷与产能", "Load"), "sharing/plan_load.html", self._load))
        tabs += [
            Tab("flows", say("工厂间流动", "Flows"), "sharing/plan_flows.html", self._flows),
            Tab("orders", say("订单", "Orders"), "sharing/plan_orders.html", self._orders),
        ]
        if obj.figures.get("left_out") and actor.is_operator:
            tabs.append(Tab("left", say("未排入", "Left out"), "sharing/plan_left.html", self._left))
        return tabs

    def subject(self, obj: Plan) -> str:
        """Its events."""
        return f"plan/{obj.code}"

    def more(self, obj: Plan, actor: Actor) -> dict[str, Any]:
        """Figures above the tabs, and the present fit of a draft."""
        figures = obj.figures
        shown: list[Figure] = []
        if actor.is_operator:
            late = figures.get("late_orders", 0)
            shown = [
                Figure(say("订单", "Orders"), figures.get("orders")),
                Figure(say("工序", "Operations"), figures.get("operations")),
                Figure(say("拖期订单", "Late orders"), late, tone="bad" if late else "ok",
                       note=say("合计", "In all") + " " + _minutes(figures.get("tardiness_min"))),
                Figure(say("加工成本", "Processing cost"), short_money(figures.get("cost", 0)), "text",
                       note=f"¥{float(figures.get('cost', 0)):,.2f}"),
                Figure(say("运输", "Shipments"), figures.get("transports"),
                       note=f"¥{float(figures.get('transport_cost', 0)):,.2f}"),
                Figure(say("换型", "Changeovers"), figures.get("changeover_min"), "duration_min"),
            ]  # fmt: skip
        present = list(publishing.present_findings(obj)) if obj.is_draft and actor.is_operator else []
        downloads = [
            (kind.upper(), reverse("sharing:plan-download", kwargs={"code": obj.code, "form": kind}))
            for kind in ("csv", "xlsx", "json")
        ]
        return {"figures": shown, "present": present, "downloads": downloads, "plan": obj}

    def _gantt(self, obj: Plan, actor: Actor) -> Mapping[str, Any]:
        rows = queries.assignments(actor, obj).order_by("start", "pk")
        page = max(1, whole(self.request.GET.get("page", "")) or 1)
        order = self.request.GET.get("order", "")
        if order:
            rows = rows.filter(order__code=order)
        total = rows.count()
        found = [
            {
                "row": row,
                "machine": row.machine_code if sees_machine_of(actor, row) else "",
                "start": short(row.start),
                "end": short(row.end),
            }
            for row in rows[(page - 1) * PAGE : page * PAGE]
        ]
        overlay = self.request.GET.get("overlay", "")
        url = reverse("sharing:plan-data", kwargs={"code": obj.code, "kind": "gantt"})
        return {
            "url": url,
            "overlay_url": reverse("sharing:plan-data", kwargs={"code": overlay, "kind": "gantt"}) if overlay else "",
            "assignments": found,
            "total": total,
            "page_number": page,
            "pages": -(-total // PAGE),
            "query": urlencode({"tab": "gantt", "order": order}),
            "order": order,
        }

    def _load(self, obj: Plan, actor: Actor) -> Mapping[str, Any]:
        url = reverse("sharing:plan-data", kwargs={"code": obj.code, "kind": "load"})
        return {"url": url, "data": load_data(actor, obj, by="factory")}

    def _flows(self, obj: Plan, actor: Actor) -> Mapping[str, Any]:
        url = reverse("sharing:plan-data", kwargs={"code": obj.code, "kind": "flows"})
        data = flow_data(actor, obj)
        names = {place["code"]: place["name"] for place in data["places"]}
        flows = [
            {**flow, "origin": names.get(flow["from"], flow["from"]), "target": names.get(flow["to"], flow["to"])}
            for flow in data["flows"]
        ]
        return {"url": url, "data": data, "flows": flows}

    def _orders(self, obj: Plan, actor: Actor) -> Mapping[str, Any]:
        found = queries.plan_orders(actor, obj)
        page = max(1, whole(self.request.GET.get("page", "")) or 1)
        total = found.count()
        rows = list(found[(page - 1) * PAGE : page * PAGE])
        told = [(row, spoken(actor, row.order.code, row.reasons)) for row in rows if row.tardiness_min]
        late = [(row, chain, main_cause(chain)) for row, chain in told]
        pages = -(-total // PAGE)
        numbers = {"total": total, "page_number": page, "pages": pages, "query": "tab=orders"}
        return {"rows": rows, "late": late, **numbers}

    def _left(self, obj: Plan, actor: Actor) -> Mapping[str, Any]:
        return {"left_out": obj.figures["left_out"].items()}


def _minutes(value: Any) -> str:
    from rongzhi.platform.ui.format import minutes

    return minutes(value)


class PlanData(Page):
    """The pictures' data in the language of the page."""

    title = say("图数据", "Data of a picture")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Return JSON."""
        plan = queries.find_plan(self.actor, kwargs["code"])
        if kwargs["kind"] == "load":
            days = whole(request.GET.get("days", ""))
            by = "factory" if request.GET.get("by") == "factory" else "machine"
            bucket = 7 if days is None else max(1, min(90, days))
            return JsonResponse(load_data(self.actor, plan, bucket_days=bucket, by=by))
        if kwargs["kind"] == "flows":
            return JsonResponse(flow_data(self.actor, plan))
        if kwargs["kind"] != "gantt":
            raise NotFound(Text(f"没有图“{kwargs['kind']}”", f"there is no picture '{kwargs['kind']}'"))
        return JsonResponse(gantt_data(self.actor, plan, self._window(request)))

    def _window(self, request: HttpRequest) -> Window:
        def given(name: str) -> str:
            return str(request.GET.get(name, ""))

        factory, machine, order = given("factory"), given("machine"), given("order")
        return Window(instant(given("start")), instant(given("end")), factory, machine, order)


class PlanDownload(Page):
    """A plan as CSV, XLSX or JSON, as far as the actor may see it."""

    title = say("下载计划", "Download a plan")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Return the file."""
        plan = queries.find_plan(self.actor, kwargs["code"])
        heads = [str(head) for head in HEADS]
        rows = ([exact(value) for value in row] for row in plan_rows(self.actor, plan))
        if kwargs["form"] == "csv":
            return csv_response(plan.code, heads, rows)
        if kwargs["form"] == "xlsx":
            return xlsx_response(plan.code, plan.code, heads, rows)
        text = json.dumps(plan_document(self.actor, plan), ensure_ascii=False, indent=1)
        response = HttpResponse(text, content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{plan.code}.json"'
        return response


class PlanPublish(ActPage):
    """Publish a draft."""

    def act(self, actor: Actor, **kwargs: Any) -> Plan:
        """Publish it over the plan that was seen."""
        plan = queries.find_plan(actor, kwargs["code"])
        return publishing.publish_plan(
            actor,
            plan,
            version=whole(self.request.POST.get("version", "")),
            replacing=self.request.POST.get("replacing", ""),
        )

    def done(self, result: Plan) -> Any:
        """Say so."""
        return say(f"计划 {result.code} 已发布，工序已下达各工厂", f"Plan {result.code} is published; work is released")

    def next_url(self, result: Plan) -> str:
        """Stay on the plan."""
        return plan_url(result.code)


class PlanDiscard(ActPage):
    """Discard a draft."""

    def act(self, actor: Actor, **kwargs: Any) -> None:
        """Discard it."""
        planning.discard_plan(actor, queries.find_plan(actor, kwargs["code"]))

    def done(self, result: Any) -> Any:
        """Say so."""
        return say("草案已丢弃", "The draft is discarded")

    def next_url(self, result: Any) -> str:
        """Go to the list."""
        return reverse("sharing:plans")
