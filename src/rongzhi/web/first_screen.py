"""What the home page says first, by role: figures of the park, what needs this person today, next acts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime

from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import Plan
from rongzhi.business.sharing.queries import orders as order_queries
from rongzhi.business.sharing.queries import plans as plan_queries
from rongzhi.business.sharing.queries.board import DUE, OVERDUE, work_figures
from rongzhi.business.sharing.queries.closed import closed_hits
from rongzhi.business.sharing.queries.load import load_data
from rongzhi.business.sharing.queries.work import work_counts
from rongzhi.elements.resources import queries as resources
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Role
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.format import day
from rongzhi.platform.ui.home import FirstScreen, contribute
from rongzhi.platform.ui.parts import Badge, Button, Figure, Task

LOAD_KEPT_S = 600
NEAR_WEEKS = 4
FULL = 0.95
PARTIES = (Role.OPERATOR, Role.FACTORY, Role.CUSTOMER, Role.PROVIDER)


def address(name: str, query: str = "", **kwargs: Any) -> str:
    """Return the address of a page, or nothing while it is not installed."""
    try:
        return reverse(name, kwargs=kwargs or None) + query
    except NoReverseMatch:
        return ""


def park(actor: Actor) -> FirstScreen:
    """Return the park's part of the first screen."""
    if not actor.has_role(*PARTIES):
        return FirstScreen()
    counts = order_queries.order_counts(actor)
    return FirstScreen(list(figures(actor, counts)), list(tasks(actor, counts)), list(acts(actor)))


def figures(actor: Actor, counts: dict[str, int]) -> Iterator[Figure]:
    """Return the park's figures as far as the actor may see them."""
    if actor.has_role(Role.FACTORY) and not actor.is_operator:
        yield from work_figures(actor)
        plan = plan_queries.published(actor)
        if plan is not None:
            yield from _load(actor, plan)
        return
    open_orders = counts["total"] - counts["done"]
    orders_url = address("sharing:orders")
    yield Figure(say("在手订单", "Open orders"), open_orders, note=_of(counts["total"]), url=orders_url)
    plan = plan_queries.published(actor)
    late_note = say(f"按计划 {plan.code}", f"by plan {plan.code}") if plan else say("还没有发布的计划", "no plan yet")
    late_tone: Any = "bad" if counts["late"] else "ok" if plan and open_orders else "neutral"
    late = counts["late"] if plan else None
    yield Figure(
        say("将拖期", "Will be late"), late, note=late_note, tone=late_tone, url=address("sharing:orders", "?late=1")
    )
    if not actor.has_role(Role.OPERATOR, Role.FACTORY):
        yield Figure(say("有风险", "At risk"), counts["at_risk"], note=say("距交期不足一天", "under a day of slack"))
        return
    parts = resources.counts(actor)
    yield Figure(say("工厂", "Factories"), parts.get("factories"), url=address("resources:factories"))
    yield Figure(say("设备", "Machines"), parts.get("machines"), url=address("resources:machines"))
    if plan is not None:
        yield from _load(actor, plan)


def _of(total: int) -> Any:
    return say(f"共 {total:,} 张", f"of {total:,}")


def _load(actor: Actor, plan: Plan) -> Iterator[Figure]:
    """Return load against the capacity opened to the network in the weeks from today; the line is every such week."""
    owner = "all" if actor.is_operator else actor.organisation.code if actor.organisation else ""
    now = park_now()
    key = f"home-load:{plan.code}:{owner}:{localtime(now):%Y%m%d}"
    weeks: list[tuple[float, float]] | None = cache.get(key)
    if weeks is None:
        rows = load_data(actor, plan, by="factory", since=now)["rows"]
        weeks = [
            (sum(load), sum(capacity))
            for load, capacity in zip(
                zip(*(row["load_h"] for row in rows), strict=True),
                zip(*(row["capacity_h"] for row in rows), strict=True),
                strict=True,
            )
        ]
        cache.set(key, weeks, LOAD_KEPT_S)
    near = weeks[:NEAR_WEEKS]
    capacity = sum(week[1] for week in near)
    if not capacity:
        return
    share = sum(week[0] for week in near) / capacity
    yield Figure(
        say(f"未来 {NEAR_WEEKS} 周负荷", f"Load, next {NEAR_WEEKS} weeks"),
        share,
        "percent",
        note=say("占开放产能", "of open capacity"),
        trend=tuple(load / max(cap, 1) for load, cap in weeks),
        tone="warn" if share > FULL else "neutral",
        url=address("sharing:load"),
    )


def tasks(actor: Actor, counts: dict[str, int]) -> Iterator[Task]:
    """Return what needs the actor today, the most urgent first."""
    if actor.has_role(Role.OPERATOR):
        yield from _operator_tasks(actor, counts)
    if actor.has_role(Role.FACTORY) and not actor.is_operator:
        yield from _factory_tasks(actor)
    if actor.has_role(Role.CUSTOMER, Role.PROVIDER) and not actor.is_operator:
        yield from _order_tasks(counts)


def _operator_tasks(actor: Actor, counts: dict[str, int]) -> Iterator[Task]:
    if hits := len(closed_hits()):
        yield Task(
            say(f"重排：{hits:,} 道工序落在停工时间", f"Replan: {hits:,} operations in closed time"),
            address("sharing:plan-new") or "/framework/3.4/",
            say("日历改了，现行计划没有改", "calendars changed after the plan was made"),
            Badge(say("待重排", "Replan"), "bad"),
        )
    stuck = order_queries.stuck_operations(actor).count()
    if stuck:
        yield Task(
            say(f"{stuck:,} 道工序没有工厂能做", f"{stuck:,} operations no factory can do"),
            address("sharing:stuck") or address("sharing:orders") or "/framework/3.4/",
            say("看缺哪项能力、证书或尺寸", "see which capability, certificate or size is missing"),
            Badge(say("受阻", "blocked"), "bad"),
        )
    yield from _order_tasks(counts)
    if counts["unplanned"]:
        yield Task(
            say(f"{counts['unplanned']:,} 张订单尚未排入计划", f"{counts['unplanned']:,} orders not planned yet"),
            address("sharing:plan-new") or address("sharing:plans") or "/framework/3.4/",
            say("启动一次排产", "start a planning run"),
            Badge(say("待排", "to plan"), "warn"),
        )
    published = plan_queries.published()
    drafts = Plan.objects.visible_to(actor).filter(state="draft")
    if published is not None:
        drafts = drafts.filter(created_at__gt=published.created_at)
    draft = drafts.order_by("-created_at").first()
    if draft is not None:
        late = draft.figures.get("late_orders", 0)
        yield Task(
            say(f"计划草案 {draft.code} 等待决定", f"Draft plan {draft.code} awaits a decision"),
            address("sharing:plan", code=draft.code) or "/framework/3.4/",
            say(f"拖期 {late} 张，比较后发布或弃用", f"{late} late; compare, then publish or discard"),
            Badge(say("草案", "draft"), "info"),
        )


def _order_tasks(counts: dict[str, int]) -> Iterator[Task]:
    url = address("sharing:orders", "?late=1") or "/framework/3.4/"
    if counts["late"]:
        yield Task(
            say(f"{counts['late']:,} 张订单将拖期", f"{counts['late']:,} orders will be late"),
            url,
            say("每张都写明卡在哪台设备、哪个班次、哪道前序", "each says which machine, shift or predecessor holds it"),
            Badge(say("拖期", "late"), "bad"),
        )
    if counts["at_risk"]:
        yield Task(
            say(f"{counts['at_risk']:,} 张订单余量不足一天", f"{counts['at_risk']:,} orders with under a day of slack"),
            address("sharing:orders", "?risk=1") or "/framework/3.4/",
            say("一有偏差就会迟", "any deviation makes them late"),
            Badge(say("有风险", "at risk"), "warn"),
        )


def _factory_tasks(actor: Actor) -> Iterator[Task]:
    counts = work_counts(actor)
    if counts["due"]:
        yield Task(
            say(f"到今天为止有 {counts['due']:,} 道工序该开工", f"{counts['due']:,} operations are to start by today"),
            address("sharing:work", DUE) or "/framework/3.4/",
            say(f"到 {day(park_now())} 为止", f"up to {day(park_now())}"),
            Badge(say("待开工", "To start"), "info"),
        )
    if counts["overdue"]:
        yield Task(
            say(
                f"{counts['overdue']:,} 道工序超过计划完工时间",
                f"{counts['overdue']:,} operations are past their planned end",
            ),
            address("sharing:work", OVERDUE) or "/framework/3.4/",
            say("报完工，或说明原因", "report the end, or say why"),
            Badge(say("超时", "Overdue"), "bad"),
        )


def acts(actor: Actor) -> Iterator[Button]:
    """Return the next acts of the actor's role."""
    wishes = []
    if actor.has_role(Role.OPERATOR, Role.CUSTOMER, Role.PROVIDER):
        wishes.append((say("新建订单", "New order"), address("sharing:order-new")))
    if actor.has_role(Role.OPERATOR):
        wishes.append((say("排产", "Plan"), address("sharing:plan-new") or address("sharing:plans")))
    if actor.has_role(Role.FACTORY) and not actor.is_operator:
        wishes.append((say("报工", "Report work"), address("sharing:work")))
    for index, (label, url) in enumerate(wish for wish in wishes if wish[1]):
        yield Button(label, url, style="plain" if index else "primary")


def contribute_all() -> None:
    """Put the park on the first screen."""
    contribute("park", park, order=10)
