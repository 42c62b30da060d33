"""Two plans side by side."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions.publishing import present_findings
from rongzhi.business.sharing.queries import plans as queries
from rongzhi.business.sharing.queries.compare import compare_plans
from rongzhi.business.sharing.views.parts import BOARD, LEAF, PLANS
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.i18n import current_language, say
from rongzhi.platform.ui.pages import (
    Page,
)

COMPARED = {
    "orders": (say("订单", "Orders"), "int"),
    "operations": (say("工序", "Operations"), "int"),
    "late_orders": (say("拖期订单", "Late orders"), "int"),
    "tardiness_min": (say("拖期合计", "Tardiness"), "duration_min"),
    "weighted_tardiness": (say("加权拖期", "Weighted tardiness"), "number"),
    "cost": (say("加工成本", "Processing cost"), "money"),
    "transport_cost": (say("运输成本", "Transport cost"), "money"),
    "changeover_min": (say("换型", "Changeovers"), "duration_min"),
    "makespan_min": (say("完工时间", "Makespan"), "duration_min"),
    "transports": (say("运输次数", "Shipments"), "int"),
}


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
        from rongzhi.platform.ui.format import FORMATS

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
            label, kind = COMPARED[name]
            x, y = (int(v) if kind == "int" and v is not None else v for v in pair)
            difference = None if x is None or y is None else y - x
            tone = "" if not difference or name in {"orders", "operations"} else "ok" if difference < 0 else "warn"
            write = FORMATS[kind]
            rows.append((label, write(x), write(y), write(difference) if difference else "=", tone))
        gantt = reverse("sharing:plan-data", kwargs={"code": b.code, "kind": "gantt"})
        overlay = reverse("sharing:plan-data", kwargs={"code": a.code, "kind": "gantt"})
        return {
            **context, "a": a, "b": b, "found": found, "rows": rows, "moved": found.moved[:200],
            "orders": found.orders[:200], "gantt_url": gantt, "overlay_url": overlay,
            "unfit": [(plan, list(present_findings(plan))) for plan in (a, b) if plan.is_draft],
        }  # fmt: skip
