"""Two plans side by side."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions.publishing import present_findings
from rongzhi.business.sharing.models import Plan
from rongzhi.business.sharing.queries import plans as queries
from rongzhi.business.sharing.queries.compare import compare_plans
from rongzhi.business.sharing.views.parts import BOARD, LEAF, PLANS
from rongzhi.business.sharing.weights import WEIGHTS
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.i18n import current_language, say, speak
from rongzhi.platform.ui.format import FORMATS, NOTHING
from rongzhi.platform.ui.pages import (
    Page,
)

ORDERS_UNIT = say("单", "orders")
COMPARED = {
    "orders": (say("订单", "Orders"), "int", ORDERS_UNIT),
    "operations": (say("工序", "Operations"), "int", say("道", "operations")),
    "late_orders": (say("拖期订单", "Late orders"), "int", ORDERS_UNIT),
    "tardiness_min": (say("拖期合计", "Tardiness"), "duration_min", ""),
    "weighted_tardiness": (say("加权拖期", "Weighted tardiness"), "number", say("加权分钟", "weighted minutes")),
    "cost": (say("加工成本", "Processing cost"), "money", ""),
    "transport_cost": (say("运输成本", "Transport cost"), "money", ""),
    "changeover_min": (say("换型", "Changeovers"), "duration_min", ""),
    "makespan_min": (say("完工时间", "Makespan"), "duration_min", ""),
    "transports": (say("运输次数", "Shipments"), "int", say("次", "shipments")),
}


def signed(value: float | None, kind: str) -> str:
    """Return a difference with its sign; nothing for none, = for no difference."""
    if value is None:
        return NOTHING
    if not value:
        return "="
    return f"{'+' if value > 0 else '−'}{FORMATS[kind](abs(value))}"


def aims(a: Plan, b: Plan) -> list[tuple[str, str, str, bool]]:
    """Return what both plans were made for: each weight with its unit, in either plan, and whether they differ."""
    rows = []
    for each in WEIGHTS:
        pair = [plan.weights.get(each.key, each.default) for plan in (a, b)]
        label = (
            f"{speak(each.name)}（{speak(each.unit)}）"
            if current_language() != "en"
            else (f"{speak(each.name)} ({speak(each.unit)})")
        )
        rows.append((label, f"{pair[0]:g}", f"{pair[1]:g}", pair[0] != pair[1]))
    return rows


class PlanCompare(Page):
    """Two plans side by side."""

    template_name = "sharing/plan_compare.html"
    title = say("比较计划", "Compare plans")
    lead = say("左为对照，右为被比较的计划", "The first is the reference, the second is held against it")
    leaf = LEAF
    parents = (BOARD, PLANS)

    def may(self, actor: Actor) -> Verdict:
        """The operator."""
        return policy.may_plan(actor)

    def get_context(self) -> dict[str, Any]:
        """Return both plans and what differs."""
        plans = list(queries.plan_list(self.actor)[:100])
        codes = [self.request.GET.get(name, "") for name in ("a", "b")]
        context: dict[str, Any] = {
            "plans": plans,
            "a_code": codes[0],
            "b_code": codes[1],
            "language": current_language(),
        }
        if not all(codes):
            return context
        a, b = (queries.find_plan(self.actor, code) for code in codes)
        found = compare_plans(self.actor, a, b)
        rows = []
        for name, *pair in found.figures:
            label, kind, unit = COMPARED[name]
            x, y = (int(v) if kind == "int" and v is not None else v for v in pair)
            difference = None if x is None or y is None else y - x
            tone = "" if not difference or name in {"orders", "operations"} else "ok" if difference < 0 else "warn"
            rows.append((label, unit, FORMATS[kind](x), FORMATS[kind](y), signed(difference, kind), tone))
        gantt = reverse("sharing:plan-data", kwargs={"code": b.code, "kind": "gantt"})
        overlay = reverse("sharing:plan-data", kwargs={"code": a.code, "kind": "gantt"})
        return {
            **context, "a": a, "b": b, "found": found, "rows": rows, "gantt_url": gantt, "overlay_url": overlay,
            "moved": [(each, signed(each.shift_min, "duration_min")) for each in found.moved[:200]],
            "orders": [
                (each, signed(each.shift_min, "duration_min"), signed(each.late_change_min, "duration_min"))
                for each in found.orders[:200]
            ],
            "aims": (weights := aims(a, b)), "has_other_aims": any(differs for *_, differs in weights),
            "unfit": [(plan, list(present_findings(plan))) for plan in (a, b) if plan.is_draft],
        }  # fmt: skip
