"""Promises: asking, the answer explained step by step, accepting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions import promising
from rongzhi.business.sharing.models import Order, Promise, PromiseState
from rongzhi.business.sharing.queries import plans as plan_queries
from rongzhi.business.sharing.queries.parties import party_named
from rongzhi.business.sharing.queries.promises import as_seen, find_promise, promise_list
from rongzhi.business.sharing.views.order_forms import LinesPage, OrderForm
from rongzhi.business.sharing.views.parts import BOARD, LEAF, PROMISES, order_url, plan_url, short
from rongzhi.business.sharing.words import duration
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, deny
from rongzhi.platform.address import address
from rongzhi.platform.i18n import current_language, say, term_label
from rongzhi.platform.ui.format import moment as write_moment
from rongzhi.platform.ui.pages import ActPage, Badge, Button, Column, Empty, Fact, Figure, ListPage, RecordPage

ASK = Button(say("询交期", "Ask for a date"), address("sharing:promise-new"), style="primary")


def promise_url(promise: Promise) -> str:
    """Return a promise's page."""
    return reverse("sharing:promise", kwargs={"promise_id": promise.pk})


FASTEST_WAY, CHEAPEST_WAY = say("更快的做法", "A faster way"), say("更省的做法", "A cheaper way")


def items_of(promise: Promise) -> str:
    """Return the items a date was asked for."""
    return "、".join(str(line.get("item")) for line in promise.draft.get("lines", []))


def promise_badge(promise: Promise) -> Badge:
    """Return a promise's state in a word and a colour."""
    if promise.state == PromiseState.ACCEPTED:
        return Badge(promise.get_state_display(), "ok")
    if not promise.is_open:
        return Badge(say("已过期", "expired"), "neutral")
    return Badge(promise.get_state_display(), "info")


class Promises(ListPage):
    """Promises the actor may see."""

    title = say("交期承诺", "Promises")
    lead = say(
        "对未下的订单，按现行计划的空余给出最早可靠交期与成本",
        "Dates and costs of orders not placed yet, from what the plan leaves free",
    )
    leaf = LEAF
    parents = (BOARD,)
    columns = (
        Column("created_at", say("询价时间", "Asked"), "datetime", link=promise_url, sort="created_at"),
        Column("item", term_label("item"), value=items_of),
        Column("organisation", say("客户", "Customer"), value=lambda row: row.organisation.name),
        Column("date", term_label("promise_date"), "datetime", sort="date"),
        Column("cost", say("成本", "Cost"), "money", sort="cost"),
        Column("state", say("状态", "State"), "badge", value=promise_badge),
        Column("order", term_label("order"), value=lambda row: row.order.code if row.order else None,
               link=lambda row: order_url(row.order.code) if row.order else None),
    )  # fmt: skip
    order = "-created_at"
    file_name = "promises"
    empty = Empty(
        say("还没有询过交期", "No date was asked for yet"),
        say(
            "填写物料、数量与期望交期，一秒内得到答复。",
            "Give item, quantity and wished date; the answer takes a second.",
        ),
        ASK,
    )

    def queryset(self, actor: Actor) -> QuerySet[Promise]:
        """Return the promises."""
        return promise_list(actor)

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Ask."""
        return (Button(ASK.label, reverse("sharing:promise-new"), style="primary", verdict=policy.may_promise(actor)),)


class NewPromise(LinesPage):
    """Ask for a date."""

    title = say("询交期", "Ask for a date")
    lead = say(
        "按现行计划的空余给出最早可靠交期与成本，不影响任何已排订单",
        "From what the plan leaves free; no planned order is disturbed",
    )
    parents = (BOARD, PROMISES)
    submit = say("查询交期与成本", "Ask for date and cost")
    done = say("已给出交期与成本", "Here are date and cost")

    def may(self, actor: Actor) -> Verdict:
        """Whoever may ask."""
        return policy.may_promise(actor)

    def act(self, actor: Actor, form: OrderForm) -> Promise:
        """Ask."""
        owner = party_named(actor, form.cleaned_data.get("organisation", ""))
        data = {**form.head(), "lines": self.data_lines()}
        return promising.ask_promise(actor, data, organisation=owner, idempotency_key=self.idempotency_key)

    def success_url(self, result: Promise) -> str:
        """Show it."""
        return promise_url(result)

    def form_context(self, form: Any, findings: list[Any]) -> dict[str, Any]:
        """Say against which plan."""
        return {**super().form_context(form, findings), "plan": plan_queries.published(), "is_promise": True}


class PromisePage(RecordPage):
    """A promise: date, cost, every step, alternatives."""

    template_name = "sharing/promise.html"
    kind = say("交期承诺", "Promise")
    leaf = LEAF
    parents = (BOARD, PROMISES)

    def get_object(self, actor: Actor, **kwargs: Any) -> Promise:
        """Return the promise."""
        return as_seen(actor, find_promise(actor, kwargs["promise_id"]))

    def title_of(self, obj: Promise) -> str:
        """What it is for."""
        return "、".join(f"{line.get('item')} × {line.get('quantity')}" for line in obj.draft.get("lines", []))

    def state(self, obj: Promise) -> Badge:
        """Its state."""
        return promise_badge(obj)

    def facts(self, obj: Promise) -> Sequence[Fact]:
        """What it stands on."""
        plan = obj.plan.code if obj.plan else None
        return (
            Fact(say("依据计划", "Against plan"), plan, url=plan_url(plan) if plan else ""),
            Fact(say("加工", "Processing"), obj.breakdown.get("processing"), "money"),
            Fact(say("运输", "Transport"), obj.breakdown.get("transport"), "money"),
            Fact(say("有效至", "Holds until"), obj.expires_at, "datetime"),
            Fact(say("计算用时", "Answered in"), obj.seconds, "number", unit=say("秒", "s")),
        )

    def people(self, obj: Promise) -> Sequence[Fact]:
        """Who asked."""
        return (Fact(say("客户", "Customer"), obj.organisation.name), Fact(say("询价人", "Asked by"), obj.created_by))

    def buttons(self, obj: Promise, actor: Actor) -> Sequence[Button]:
        """Accept, or go to the order."""
        if obj.order:
            return (Button(say("查看订单", "Open the order"), order_url(obj.order.code), style="primary"),)
        verdict = policy.may_order(actor, obj.organisation)
        if verdict and not obj.is_open:
            verdict = deny("承诺已过期，请重新询交期", "it has expired; ask again")
        url = reverse("sharing:promise-accept", kwargs={"promise_id": obj.pk})
        ask = Button(say("重新询交期", "Ask again"), reverse("sharing:promise-new"))
        return (ask, Button(say("接受并下单", "Accept and order"), url, "post", "primary", verdict=verdict))

    def more(self, obj: Promise, actor: Actor) -> dict[str, Any]:
        """Figures, steps and alternatives."""
        tongue = current_language()
        wished = [line.get("due") for line in obj.draft.get("lines", []) if line.get("due")]
        due = max((datetime.fromisoformat(text) for text in wished), default=None)
        late = due is not None and obj.date > due
        return {
            "figures": [
                Figure(term_label("promise_date"), short(obj.date), "text", tone="warn" if late else "ok",
                       note=write_moment(obj.date)),
                Figure(say("成本", "Cost"), f"¥{obj.cost:,.0f}", "text"),
                Figure(say("期望交期", "Wished date"), short(due), "text", note=write_moment(due),
                       tone="warn" if late else "neutral"),
            ],
            "steps": spoken_steps(obj.breakdown.get("steps", []), tongue),
            "moves": _moves(obj.breakdown),
            "explanation": obj.breakdown.get("explanation", {}).get(tongue, ""),
            "behind": obj.breakdown.get("behind", 0),
            "reserve": _reserve(obj),
            "unplanned": obj.breakdown.get("unplanned_orders", 0),
            "alternatives": [
                {
                    **each,
                    "date": datetime.fromisoformat(each["date"]),
                    "steps": spoken_steps(each["steps"], tongue),
                    "title": _title(each, tongue),
                    "against": _against(each, tongue),
                }
                for each in obj.alternatives
            ],
            "accept_url": reverse("sharing:promise-accept", kwargs={"promise_id": obj.pk}),
            "can_accept": obj.is_open and bool(policy.may_order(actor, obj.organisation)),
        }  # fmt: skip

    def subject(self, obj: Promise) -> str:
        """Its events."""
        return f"promise/{obj.pk}"


def spoken_steps(steps: list[dict[str, Any]], tongue: str) -> list[dict[str, Any]]:
    """Return stored steps in the language of the request, with real times."""
    return [
        {
            **step,
            "name": step[tongue],
            "factory_name": step[f"factory_{tongue}"],
            "start": datetime.fromisoformat(step["start"]),
            "end": datetime.fromisoformat(step["end"]),
            "why": [{**row, "words": row[tongue]} for row in step.get("reasons", [])],
        }
        for step in steps
    ]


def _title(other: dict[str, Any], tongue: str) -> str:
    """Return what another way is: the fastest, the cheapest, or all in one factory."""
    if other["kind"] == "factory":
        name = "、".join(each[tongue] for each in other.get("factories", []))
        return str(say(f"全部在 {name}", f"All in {name}"))
    return str({"fastest": FASTEST_WAY, "faster": FASTEST_WAY}.get(other["kind"], CHEAPEST_WAY))


def _against(other: dict[str, Any], tongue: str) -> str:
    """Return how another way stands to the one offered."""
    delay, extra = other.get("delay_min", 0), Decimal(other.get("extra_cost", 0))
    spent = duration(delay).in_(tongue)
    zh, en = "日期相同", "The same date"
    if delay:
        zh, en = (f"晚 {spent}", f"{spent} later") if delay > 0 else (f"早 {spent}", f"{spent} earlier")
    money = f"¥{abs(extra):,.2f}"
    zh_cost, en_cost = "费用相同", "the same cost"
    if extra:
        zh_cost, en_cost = (f"贵 {money}", f"{money} dearer") if extra > 0 else (f"省 {money}", f"{money} cheaper")
    return str(say(f"与首选相比：{zh}，{zh_cost}", f"Against the first: {en}, {en_cost}"))


def _reserve(promise: Promise) -> str:
    """Say what is reserved, and until when."""
    if promise.order is None:
        return str(
            say(
                "报出的时段尚未预留：接受时重新核对，若已被他人占用会请您重新询价。",
                "These slots are not reserved yet: they are checked again when you accept, and if somebody else has "
                "taken them you are asked to ask anew.",
            )
        )
    return str(
        say(
            "这些时段已预留，之后的询价都会避开；下次排产按承诺交期安排，机床与时间可能改变。",
            "These slots are reserved and later promises keep clear of them. The next planning keeps the promised "
            "date; machines and times may change.",
        )
    )


def _moves(breakdown: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            **move,
            "origin": move["from"],
            "target": move["to"],
            "depart": datetime.fromisoformat(move["depart"]),
            "arrive": datetime.fromisoformat(move["arrive"]),
        }
        for move in breakdown.get("moves", [])
    ]


class PromiseAccept(ActPage):
    """Accept a promise."""

    def act(self, actor: Actor, **kwargs: Any) -> Order:
        """Turn it into an order."""
        promise = find_promise(actor, kwargs["promise_id"])
        return promising.accept_promise(actor, promise, variant=self.request.POST.get("variant", ""))

    def done(self, result: Order) -> Any:
        """Say so."""
        if result.state == "planned":
            return say("已下单，产能已在现行计划中预留", "Ordered; its slots are kept in the published plan")
        return say(
            "已下单，下次排产按承诺交期安排", "Ordered; the next planning takes the promised date as its due date"
        )

    def next_url(self, result: Order) -> str:
        """Go to the order."""
        return order_url(result.code)
