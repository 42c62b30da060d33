"""Promises: asking, the answer explained step by step, accepting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions import promising
from rongzhi.business.sharing.models import Order, Promise, PromiseState
from rongzhi.business.sharing.queries import plans as plan_queries
from rongzhi.business.sharing.queries.parties import party_named
from rongzhi.business.sharing.queries.promises import as_seen, find_promise, promise_list
from rongzhi.business.sharing.views.order_forms import LinesPage, OrderForm
from rongzhi.business.sharing.views.parts import BOARD, LEAF, PROMISES, order_url, plan_url, short
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, deny
from rongzhi.platform.address import address
from rongzhi.platform.i18n import current_language, say, term_label
from rongzhi.platform.ui.format import duration, number
from rongzhi.platform.ui.format import moment as write_moment
from rongzhi.platform.ui.pages import ActPage, Badge, Button, Column, Empty, Fact, Figure, ListPage, RecordPage

ASK = Button(say("询交期", "Ask for a date"), address("sharing:promise-new"), style="primary")


def promise_url(promise: Promise) -> str:
    """Return a promise's page."""
    return reverse("sharing:promise", kwargs={"promise_id": promise.pk})


FASTER_WAY, CHEAPER_WAY = say("更快的做法", "A faster way"), say("更省的做法", "A cheaper way")
BETTER_WAY, OTHER_WAY = say("更快也更省的做法", "A faster and cheaper way"), say("另一种做法", "Another way")
OFFERED = {
    "cheapest-in-time": say("期望交期之内最省的做法", "The cheapest way within the date you wish"),
    "best": say("期望交期来不及，这是最快的做法", "The date you wish cannot be kept; this is the fastest way"),
    "fastest": say("最快的做法：最早可靠交期", "The fastest way: the earliest date that can be kept"),
    "cheapest": say("最省的做法", "The cheapest way"),
    "factory": say("全部在一家工厂的做法", "All in one factory"),
}


def items_of(promise: Promise) -> str:
    """Return the items a date was asked for."""
    return "、".join(str(line.get("item")) for line in promise.draft.get("lines", []))


def promise_badge(promise: Promise) -> Badge:
    """Return a promise's state in a word and a colour."""
    if promise.state == PromiseState.ACCEPTED:
        return Badge(promise.get_state_display(), "ok")
    if not promise.is_open:
        return Badge(say("已过期", "Expired"), "neutral")
    return Badge(promise.get_state_display(), "info")


class Promises(ListPage):
    """Promises the actor may see."""

    title = say("交期承诺", "Promises")
    lead = say(
        "对未下的订单，按现行计划的空余给出可靠交期与成本",
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
        "按现行计划的空余给出可靠交期与成本，不影响任何已排订单",
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
        lines = obj.draft.get("lines", [])
        return "、".join(f"{line.get('item')} × {number(Decimal(str(line.get('quantity'))))}" for line in lines)

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
        lines = line_rows(obj)
        warning = _later(lines) if any(line["is_late"] for line in lines) else ""
        accept = Button(say("接受并下单", "Accept and order"), url, "post", "primary", verdict=verdict, confirm=warning)
        return (ask, accept)

    def more(self, obj: Promise, actor: Actor) -> dict[str, Any]:
        """Figures, steps and alternatives."""
        tongue = current_language()
        lines = line_rows(obj)
        late = any(line["is_late"] for line in lines)
        due = max((line["due_at"] for line in lines if line["due_at"]), default=None)
        return {
            "figures": [
                Figure(term_label("promise_date"), short(obj.date), "text", tone="warn" if late else "ok",
                       note=write_moment(obj.date)),
                Figure(say("成本", "Cost"), f"¥{obj.cost:,.0f}", "text"),
                Figure(say("期望交期", "Wished date"), short(due), "text", note=write_moment(due),
                       tone="warn" if late else "neutral"),
            ],
            "offered": _offered(obj, is_late=late),
            "lines": lines,
            "warning": str(_later(lines)) if late and obj.order is None else "",
            "many": len(lines) > 1,
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
                    "warning": _warning_of(each),
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


def line_rows(promise: Promise) -> list[dict[str, Any]]:
    """Return the lines of a promise with real times: item, quantity, wanted, promised, late or not."""
    rows = promise.breakdown.get("lines")
    if rows is None:  # offered before lines were kept one by one
        asked = promise.draft.get("lines", [])
        rows = [{"number": at, "end": promise.date.isoformat(), **line} for at, line in enumerate(asked, 1)]
    return _line_times(rows)


def _line_times(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        due = _instant(row.get("due"))
        end = _instant(row.get("end"))
        late = round((end - due).total_seconds() / 60) if due and end else 0
        times = {"due_at": due, "end_at": end, "is_late": late > 0, "late": late}
        found.append({**row, **times, "quantity": Decimal(str(row["quantity"]))})
    return found


def _instant(text: str | None) -> datetime | None:
    found = datetime.fromisoformat(text) if text else None
    return timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found


def _offered(promise: Promise, *, is_late: bool) -> str:
    """Return what the offered way is: the cheapest within the wished date, or the fastest if none keeps it."""
    variant = promise.breakdown.get("variant", "")
    if variant == "best" and not is_late:
        variant = "cheapest-in-time"
    if variant.startswith("factory:"):
        variant = "factory"
    return str(OFFERED.get(variant, ""))


def _later(lines: list[dict[str, Any]]) -> Any:
    """Say by how much a promise is later than asked for, and what accepting means."""
    worst = max(line["late"] for line in lines)
    spent = duration(worst)
    return say(
        f"承诺交期比期望交期晚 {spent.zh}。接受后订单保留您的期望交期，排产按承诺交期保证。",
        f"The promised date is {spent.en} later than the date you wish. If you accept, the order keeps the date you "
        "wish on record, and planning keeps the promised one.",
    )


def _warning_of(other: dict[str, Any]) -> str:
    lines = _line_times(other.get("lines", []))
    return str(_later(lines)) if any(line["is_late"] for line in lines) else ""


def _title(other: dict[str, Any], tongue: str) -> str:
    """Return what another way really is beside the one offered: faster, cheaper, both, or all in one factory."""
    if other["kind"] == "factory":
        name = "、".join(each[tongue] for each in other.get("factories", []))
        return str(say(f"全部在 {name}", f"All in {name}"))
    is_faster, is_cheaper = other.get("delay_min", 0) < 0, Decimal(other.get("extra_cost", 0)) < 0
    if is_faster and is_cheaper:
        return str(BETTER_WAY)
    return str(FASTER_WAY if is_faster else CHEAPER_WAY if is_cheaper else OTHER_WAY)


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
            "这些时段已预留，之后的询价都会避开；下次排产以期望交期与承诺交期中较晚的为准，机床与时间可能改变。",
            "These slots are reserved and later promises keep clear of them. The next planning aims at the date you "
            "wish or the promised one, whichever is later; machines and times may change.",
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
        return say("已下单，下次排产按承诺交期安排", "Ordered; the next planning keeps the promised date")

    def next_url(self, result: Order) -> str:
        """Go to the order."""
        return order_url(result.code)
