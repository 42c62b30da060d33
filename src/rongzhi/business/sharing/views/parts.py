"""What the pages of shared manufacturing share: addresses, tones, small helpers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from rongzhi.business.sharing.models import OperationState, Order, OrderState, PlanState
from rongzhi.platform.address import address
from rongzhi.platform.i18n import current_language, say
from rongzhi.platform.ui.pages import Badge, Link
from rongzhi.platform.ui.parts import Tone

LEAF = "3.4"

ORDER_TONES: Mapping[str, Tone] = {
    OrderState.DRAFT: "neutral",
    OrderState.OPEN: "warn",
    OrderState.PLANNED: "info",
    OrderState.IN_PROGRESS: "info",
    OrderState.DONE: "ok",
    OrderState.CANCELLED: "neutral",
}
OPERATION_TONES: Mapping[str, Tone] = {
    OperationState.PLANNED: "neutral",
    OperationState.RELEASED: "info",
    OperationState.RUNNING: "warn",
    OperationState.DONE: "ok",
}
PLAN_TONES: Mapping[str, Tone] = {PlanState.DRAFT: "warn", PlanState.PUBLISHED: "ok", PlanState.SUPERSEDED: "neutral"}

BOARD = Link(say("共享制造看板", "Shared manufacturing"), address("sharing:board"))
ORDERS = Link(say("订单", "Orders"), address("sharing:orders"))
PLANS = Link(say("计划", "Plans"), address("sharing:plans"))
PROMISES = Link(say("承诺", "Promises"), address("sharing:promises"))


def order_url(code: str) -> str:
    """Return an order's page."""
    return reverse("sharing:order", kwargs={"code": code})


def plan_url(code: str) -> str:
    """Return a plan's page."""
    return reverse("sharing:plan", kwargs={"code": code})


def order_badge(order: Order) -> Badge:
    """Return an order's state in a word and a colour."""
    return Badge(order.get_state_display(), ORDER_TONES[OrderState(order.state)])


def short(moment: datetime | None) -> str | None:
    """Return a moment short enough for a figure; the full one stands in its note."""
    return f"{timezone.localtime(moment):%m-%d %H:%M}" if moment else None


SIZES = {
    "en": ((1e9, " B", 2), (1e6, " M", 2), (1e4, " k", 1)),
    "zh": ((1e8, " 亿", 2), (1e4, " 万", 1)),
}


def short_money(value: Any) -> str:
    """Return an amount short enough for a figure: ¥221.5 万, or ¥2.22 M in English; the full one stands in its note."""
    amount = float(value or 0)
    for size, name, digits in SIZES["en" if current_language() == "en" else "zh"]:
        if abs(amount) >= size:
            return f"¥{amount / (1e3 if name == ' k' else size):,.{digits}f}{name}"
    return f"¥{amount:,.0f}"


def late_badge(row: Any) -> Badge | None:
    """Return how an order (of `order_list`) stands against its due date."""
    if row.state in {OrderState.DONE, OrderState.CANCELLED}:
        return None
    if row.planned_end is None:
        return Badge(say("未排产", "Not planned"), "warn")
    if row.tardiness_min:
        return Badge(say("将拖期", "Will be late"), "bad")
    if row.slack_min is not None and row.slack_min < 1440:
        return Badge(say("余量不足一天", "Under a day of slack"), "warn")
    return Badge(say("按期", "On time"), "ok")
