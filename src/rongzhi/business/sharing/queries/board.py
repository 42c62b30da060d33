"""What needs a person today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.urls import reverse

from rongzhi.business.sharing.models import Plan, PlanState
from rongzhi.business.sharing.queries.orders import stuck_operations
from rongzhi.business.sharing.queries.work import work_counts
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Role
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.parts import Badge, Figure, Task

DUE, OVERDUE = "?when=today&state=released", "?when=overdue"


def tasks_for(actor: Actor, counts: Mapping[str, int]) -> list[Task]:
    """Return the actor's tasks, the most urgent first."""
    found: list[Task] = []
    if actor.has_role(Role.FACTORY) and not actor.is_operator:
        found.extend(_factory(actor))
    if actor.is_operator:
        found.extend(_operator(actor, counts))
    if counts["late"]:
        found.append(
            Task(
                say(f"{counts['late']} 个订单将拖期", f"{counts['late']} orders will be late"),
                reverse("sharing:orders") + "?late=1",
                say("每个都说明卡在哪里", "Each says what holds it"),
                Badge(say("拖期", "Late"), "bad"),
            )
        )
    return found


def _operator(actor: Actor, counts: Mapping[str, int]) -> Iterator[Task]:
    stuck = stuck_operations(actor).count()
    if stuck:
        yield Task(
            say(f"{stuck} 道工序没有工厂能做", f"{stuck} operations no factory can do"),
            reverse("sharing:stuck"),
            say("缺能力、证书、尺寸或开放产能", "A capability, certificate, size or open capacity is missing"),
            Badge(say("受阻", "Blocked"), "bad"),
        )
    if counts["unplanned"]:
        yield Task(
            say(f"{counts['unplanned']} 个订单未排产", f"{counts['unplanned']} orders not planned"),
            reverse("sharing:plan-new"),
            say("开始一次排产", "Start a planning run"),
            Badge(say("待排产", "To plan"), "warn"),
        )
    draft = Plan.objects.visible_to(actor).filter(state=PlanState.DRAFT).order_by("-created_at").first()
    if draft:
        yield Task(
            say(f"草案 {draft.code} 等待决定", f"Draft {draft.code} awaits a decision"),
            reverse("sharing:plan", kwargs={"code": draft.code}),
            say("比较后发布或丢弃", "Compare, then publish or discard"),
            Badge(say("草案", "Draft"), "info"),
        )


def _factory(actor: Actor) -> Iterator[Task]:
    due = work_counts(actor)["due"]
    if due:
        yield Task(
            say(f"到今天为止有 {due} 道工序该开工", f"{due} operations are to start by today"),
            reverse("sharing:work") + DUE,
            badge=Badge(say("待开工", "To start"), "info"),
        )


def work_figures(actor: Actor) -> list[Figure]:
    """Return how a factory's own operations stand; each figure opens the list it counts."""
    counts, url = work_counts(actor), reverse("sharing:work")
    due, late = counts["due"], counts["overdue"]
    return [
        Figure(say("未完工工序", "Open operations"), counts["open"], url=f"{url}?when=all"),
        Figure(say("今天该开工", "To start by today"), due, tone="warn" if due else "ok", url=url + DUE),
        Figure(say("超过计划完工", "Past the planned end"), late, tone="bad" if late else "ok", url=url + OVERDUE),
    ]
