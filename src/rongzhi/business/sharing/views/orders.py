"""Orders: the list, one order's whole trip, cancelling."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions import orders as actions
from rongzhi.business.sharing.actions.decomposition import decompose_orders
from rongzhi.business.sharing.models import OperationState, Order, OrderState, WorkOperation
from rongzhi.business.sharing.queries import orders as queries
from rongzhi.business.sharing.queries.reasons import explained, spoken
from rongzhi.business.sharing.queries.sight import seen_work
from rongzhi.business.sharing.views.parts import (
    BOARD,
    LEAF,
    ORDER_TONES,
    ORDERS,
    late_badge,
    order_badge,
    order_url,
    short,
)
from rongzhi.kernel.text import counted
from rongzhi.model.production.processes import PROCESSES
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.address import address
from rongzhi.platform.i18n import say, speak, term_label
from rongzhi.platform.plain import whole
from rongzhi.platform.ui.format import moment as write_moment
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
    RecordPage,
    Since,
    Tab,
    YesNo,
)

NEW = Button(say("新建订单", "New order"), address("sharing:order-new"), style="primary")


def _chip(condition: Any) -> Any:
    def apply(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(condition) if value == "1" else rows.exclude(condition)

    return apply


class Orders(ListPage):
    """Orders the actor may see."""

    title = say("订单", "Orders")
    lead = say("客户订单，以及现行计划对每个订单的安排", "Customer orders, and what the published plan does with each")
    leaf = LEAF
    parents = (BOARD,)
    columns = (
        Column("code", term_label("order"), link=lambda row: order_url(row.code), sort="code"),
        Column("organisation", say("客户", "Customer"), value=lambda row: row.organisation.name),
        Column("first_item", term_label("item"), sort="first_item"),
        Column("first_quantity", term_label("quantity"), "number", sort="first_quantity"),
        Column("line_count", say("行数", "Lines"), "int", is_hidden=True),
        Column("due", term_label("due_date"), "datetime", sort="due"),
        Column("planned_end", say("计划完成", "Planned end"), "datetime", sort="planned_end"),
        Column("standing", say("交期状况", "Standing"), "badge", value=late_badge),
        Column("tardiness_min", say("拖期", "Late by"), "duration_min", value=lambda row: row.tardiness_min or None,
               sort="tardiness_min"),
        Column("state", say("状态", "State"), "badge", tones=ORDER_TONES, sort="state"),
        Column("priority", term_label("priority"), "int", sort="priority", is_hidden=True),
        Column("promised_at", term_label("promise_date"), "datetime", sort="promised_at", is_hidden=True),
        Column("note", say("备注", "Note"), is_hidden=True),
    )  # fmt: skip
    search_fields = ("code", "customer_label", "organisation__name_zh", "organisation__name_en", "lines__item__code")
    filters = (
        Filter("state", say("状态", "State"), OrderState.choices),
        YesNo("late", say("将拖期", "Will be late"), apply=_chip(queries.LATE)),
        YesNo("risk", say("余量不足一天", "Under a day of slack"), apply=_chip(queries.AT_RISK)),
        YesNo("unplanned", say("未排产", "Not planned"), apply=_chip(queries.UNPLANNED)),
        Since("due_from", say("交期自", "Due from"), path="due"),
        Since("due_to", say("交期至", "Due to"), path="due", edge="lte"),
    )
    order = "due"
    file_name = "orders"
    empty = Empty(
        say("还没有订单", "No orders yet"),
        say("新建一个订单，或上传 CSV / XLSX 订单表。", "Make one, or upload a CSV or XLSX sheet of orders."),
        NEW,
    )

    def queryset(self, actor: Actor) -> QuerySet[Order]:
        """Return the visible orders with what the plan says."""
        return queries.order_list(actor)

    def narrowed(self, rows: Any) -> Any:
        """Narrow; a search over lines finds an order once."""
        found = super().narrowed(rows)
        return found.distinct() if self.request.GET.get("q") else found

    def tone(self, row: Any) -> str:
        """Mark late orders."""
        return "bad" if row.tardiness_min and row.state != OrderState.DONE else ""

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return promise, upload and new, for whoever may order."""
        verdict = policy.may_order(actor)
        return (
            Button(say("询交期", "Ask for a date"), reverse("sharing:promise-new"), verdict=verdict),
            Button(say("上传订单表", "Upload orders"), reverse("sharing:order-import"), verdict=verdict),
            Button(NEW.label, reverse("sharing:order-new"), style="primary", verdict=verdict),
        )


class Stuck(ListPage):
    """Operations nobody can do."""

    title = say("没有工厂能做的工序", "Operations no factory can do")
    lead = say(
        "这些工序挡住订单排产；点开看每台设备为何不能做", "They keep orders out of the plan; open one to see why"
    )
    leaf = LEAF
    parents = (BOARD, ORDERS)
    columns = (
        Column("code", term_label("operation"), link=lambda row: order_url(row.lot.order.code) + "?tab=work"),
        Column("name", say("名称", "Name")),
        Column("process", say("工艺", "Process")),
        Column("item", term_label("item"), value=lambda row: row.lot.item.code),
        Column("order", term_label("order"), value=lambda row: row.lot.order.code, sort="lot__order__code"),
    )
    order = "lot__order__code"
    empty = Empty(say("每道工序都有工厂能做", "Every operation can be done somewhere"))

    def queryset(self, actor: Actor) -> QuerySet[WorkOperation]:
        """Return the stuck operations."""
        return queries.stuck_operations(actor)


class OrderPage(RecordPage):
    """One order's whole trip: requirement, lots, operations by factory, plan, promise, progress."""

    template_name = "sharing/order.html"
    kind = term_label("order")
    leaf = LEAF
    parents = (BOARD, ORDERS)

    def get_object(self, actor: Actor, **kwargs: Any) -> Order:
        """Return the order with its plan."""
        order = queries.find_order(actor, kwargs["code"])
        self.plan = queries.order_plan(order)
        self.progress = queries.order_progress(order)
        return order

    def title_of(self, obj: Order) -> str:
        """Its number."""
        return obj.code

    def state(self, obj: Order) -> Badge:
        """Its state."""
        return order_badge(obj)

    def facts(self, obj: Order) -> Sequence[Fact]:
        """What it asks for, and what the plan says."""
        facts = [
            Fact(term_label("due_date"), obj.due, "datetime", term="due_date"),
            Fact(term_label("priority"), obj.priority, "int", term="priority"),
        ]
        if self.plan:
            late = self.plan.tardiness_min
            facts += [
                Fact(say("预计完成", "Expected end"), self.plan.end, "datetime"),
                Fact(
                    _against_label(obj),
                    Badge(say("拖期", "Late"), "bad") if late else Badge(say("按期", "On time"), "ok"),
                ),
                Fact(say("拖期", "Late by"), late, "duration_min")
                if late
                else Fact(_slack_label(obj), self.plan.slack_min, "duration_min"),
                Fact(say("加工成本", "Processing cost"), self.plan.cost, "money"),
                Fact(say("运输成本", "Transport cost"), self.plan.transport_cost, "money"),
            ]
            if self.plan.due and self.plan.due != obj.due:
                facts.append(Fact(say("余量所对的日期", "Date the slack is against"), self.plan.due, "datetime"))
        if obj.promised_at:
            facts.append(Fact(term_label("promise_date"), obj.promised_at, "datetime", term="promise_date"))
        if obj.required_certificates:
            facts.append(Fact(say("要求证书", "Certificates"), "、".join(obj.required_certificates)))
        if obj.preferred_factories:
            facts.append(Fact(say("优先工厂", "Preferred factories"), "、".join(obj.preferred_factories)))
        if obj.excluded_factories:
            facts.append(Fact(say("排除工厂", "Excluded factories"), "、".join(obj.excluded_factories)))
        if obj.is_single_factory:
            facts.append(Fact(say("单一工厂", "Single factory"), obj.is_single_factory, "bool"))
        if obj.note:
            facts.append(Fact(say("备注", "Note"), obj.note))
        return facts

    def people(self, obj: Order) -> Sequence[Fact]:
        """Who ordered it."""
        return (
            Fact(say("客户", "Customer"), obj.organisation.name),
            Fact(say("录入", "Taken by"), f"{obj.created_by or '—'}"),
        )

    def buttons(self, obj: Order, actor: Actor) -> Sequence[Button]:
        """Change, decompose, cancel."""
        edit = policy.may_edit_order(actor, obj)
        buttons = [
            Button(say("更改", "Change"), reverse("sharing:order-edit", kwargs={"code": obj.code}), verdict=edit)
        ]
        if obj.state == OrderState.DRAFT:
            url = reverse("sharing:order-submit", kwargs={"code": obj.code})
            buttons.append(Button(say("提交订单", "Place order"), url, "post", "primary", verdict=edit))
        if actor.is_operator and obj.is_live:
            url = reverse("sharing:order-decompose", kwargs={"code": obj.code})
            buttons.append(Button(say("按工序分解", "Decompose"), url, "post", verdict=policy.may_plan(actor)))
        if obj.state not in policy.CLOSED_STATES:
            buttons.append(
                Button(
                    say("取消订单", "Cancel order"),
                    reverse("sharing:order-cancel", kwargs={"code": obj.code}),
                    "post",
                    "danger",
                    verdict=policy.may_cancel_order(actor, obj),
                    confirm=say("确定取消这个订单？", "Cancel this order?"),
                    fields={"version": obj.version},
                )
            )
        return buttons

    def tabs(self, obj: Order, actor: Actor) -> Sequence[Tab]:
        """Trip, work, lateness."""
        late = bool(self.plan and self.plan.tardiness_min)
        tabs = [
            Tab("trip", say("全程", "Trip"), "sharing/order_trip.html", self._trip),
            Tab("work", say("工序分解", "Decomposition"), "sharing/order_work.html", self._work),
        ]
        if late or self.request.GET.get("tab") == "late":
            tabs.append(Tab("late", say("为何拖期", "Why late"), "sharing/order_late.html", self._late))
        return tabs

    def subject(self, obj: Order) -> str:
        """Its events."""
        return f"order/{obj.code}"

    def related_events(self, obj: Order) -> Q:
        """The publication of the plan it stands in, as told to its customer."""
        plan = self.plan.plan.code if self.plan else ""
        return Q(type="orders.planned", subject=f"plan/{plan}", organisation=obj.organisation_id)

    def more(self, obj: Order, actor: Actor) -> dict[str, Any]:
        """The strip of figures above the tabs."""
        done, total = self.progress[OperationState.DONE], sum(self.progress.values())
        end = self.plan.end if self.plan else None
        late = self.plan.tardiness_min if self.plan else 0
        return {
            "figures": [
                Figure(say("工序完成", "Operations done"), f"{done} / {total}", "text"),
                Figure(
                    say("预计完成", "Expected end"),
                    short(end),
                    "text",
                    tone="bad" if late else "ok" if end else "neutral",
                    note=f"{write_moment(end)}" if end else say("还没有排产", "Not planned yet"),
                ),
                Figure(term_label("due_date"), short(obj.due), "text", note=write_moment(obj.due)),
            ],
            "progress": self.progress,
        }

    def _trip(self, obj: Order, actor: Actor) -> Mapping[str, Any]:
        lots = queries.order_lots(actor, obj)
        return {"order": obj, "lots": lots, "plan": self.plan, "stages": self._stages(obj, lots)}

    def _stages(self, obj: Order, lots: list[Any]) -> list[tuple[str, str, bool]]:
        steps = sum(len(lot.steps) for lot in lots)
        done = self.progress[OperationState.DONE]
        plan = self.plan.plan.code if self.plan else "—"
        lines = len(obj.lines.all())
        return [
            (str(say("需求", "Requirement")), str(say(f"{lines} 行", counted(lines, "line"))), True),
            (str(say("批次", "Lots")), str(len(lots)), bool(lots)),
            (str(say("工序", "Operations")), str(steps), bool(steps)),
            (str(say("计划", "Plan")), plan, self.plan is not None),
            (str(say("承诺", "Promise")), short(obj.promised_at) or "—",
             obj.promised_at is not None),
            (str(say("进度", "Progress")), f"{done} / {steps}", done > 0),
            (str(say("完工", "Done")), "", obj.state == OrderState.DONE),
        ]  # fmt: skip

    def _work(self, obj: Order, actor: Actor) -> Mapping[str, Any]:
        lots = [seen_work(actor, lot) for lot in queries.order_lots(actor, obj)]
        for row in (row for lot in lots for row in lot["operations"]):
            count = len(row["candidates"])
            row["choices"] = say(f"{count} 个候选", counted(count, "candidate"))
            row["process_name"] = (
                speak(PROCESSES[row["process"]].name) if row["process"] in PROCESSES else row["process"]
            )
            row["refused"] = _by_reason(row["refusals"])
        return {"lots": lots, "order": obj}

    def _late(self, obj: Order, actor: Actor) -> Mapping[str, Any]:
        why = explained(actor, self.plan)
        for each in why.get("blockers", []):
            each["due_at"] = datetime.fromisoformat(each["due"]) if each["due"] else None
        return {
            "row": self.plan,
            "why": why,
            "least": datetime.fromisoformat(why["least"]) if why else None,
            "chain": spoken(actor, obj.code, self.plan.reasons if self.plan else []),
        }


def _by_reason(refusals: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return each reason once, with everything it is said of."""
    found: dict[str, list[str]] = {}
    for each in refusals:
        found.setdefault(each["reason"], []).append(each["resource"])
    return [(reason, ", ".join(dict.fromkeys(who))) for reason, who in found.items()]


def _slack_label(order: Order) -> Any:
    if len(order.lines.all()) > 1:
        return say("余量（最紧的一行）", "Slack (of the tightest line)")
    return say("余量", "Slack")


def _against_label(order: Order) -> Any:
    """Name the date an order is held against: the promised one where that is later than asked for."""
    if order.promised_at and order.promised_at > min(line.due for line in order.lines.all()):
        return say("与承诺交期相比", "Against the promised date")
    return say("与交期相比", "Against the due date")


class OrderAct(ActPage):
    """An act on one order."""

    def order(self, actor: Actor, **kwargs: Any) -> Order:
        """Return the order."""
        return queries.find_order(actor, kwargs["code"])

    def next_url(self, result: Any) -> str:
        """Go to the order."""
        return order_url(self.kwargs["code"])


class OrderCancel(OrderAct):
    """Cancel an order."""

    def act(self, actor: Actor, **kwargs: Any) -> Order:
        """Cancel it, from the version that was seen."""
        version = whole(self.request.POST.get("version", ""))
        return actions.cancel_order(actor, self.order(actor, **kwargs), version=version)

    def done(self, result: Order) -> Any:
        """Say so."""
        return say("订单已取消；所占产能在下次排产时释放", "Cancelled; its capacity falls free at the next planning")


class OrderSubmit(OrderAct):
    """Place a draft."""

    def act(self, actor: Actor, **kwargs: Any) -> Order:
        """Place it."""
        return actions.submit_order(actor, self.order(actor, **kwargs))


class OrderDecompose(OrderAct):
    """Decompose one order again."""

    def act(self, actor: Actor, **kwargs: Any) -> Any:
        """Decompose it."""
        return decompose_orders(actor, [self.order(actor, **kwargs).code], is_forced=True)

    def done(self, result: Any) -> Any:
        """Say what came out."""
        if not result.orders:
            return say("订单已开工或已结束，未重新分解", "Work has begun or the order is closed; left as it is")
        return say(
            f"分解为 {result.lots} 个批次、{result.operations} 道工序",
            f"{counted(result.lots, 'lot')}, {counted(result.operations, 'operation')}",
        )

    def next_url(self, result: Any) -> str:
        """Go to the decomposition."""
        return f"{order_url(self.kwargs['code'])}?tab=work"
