"""A plan as a file: one JSON document, or the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rongzhi.business.sharing.figures import cents
from rongzhi.business.sharing.models import Plan
from rongzhi.business.sharing.queries.plans import assignments, plan_orders, transports
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say

HEADS = (
    say("订单", "Order"), say("批次", "Lot"), say("物料", "Item"), say("工序", "Operation"), say("名称", "Name"),
    say("工厂", "Factory"), say("机床", "Machine"), say("开工", "Start"), say("准备完", "Set-up end"),
    say("完工", "End"), say("换型（分钟）", "Changeover (min)"), say("成本（元）", "Cost (CNY)"),
    say("订单拖期（分钟）", "Order late (min)"),
)  # fmt: skip


def plan_rows(actor: Actor, plan: Plan) -> Iterator[list[Any]]:
    """Yield the visible assignments of a plan as rows under `HEADS`."""
    for row in assignments(actor, plan).order_by("start", "pk").iterator(chunk_size=1000):
        yield [
            row.order.code,
            row.operation.lot.code,
            row.operation.lot.item.code,
            row.operation.code,
            row.operation.name,
            row.factory_code,
            row.machine_code,
            row.start,
            row.setup_end,
            row.end,
            row.changeover_min,
            cents(row.cost),
            row.tardiness_min,
        ]


def plan_document(actor: Actor, plan: Plan) -> dict[str, Any]:
    """Return a plan, as far as the actor may see it, as one plain document."""
    return {
        "plan": plan.code,
        "state": plan.state,
        "origin": plan.origin.isoformat(),
        "horizon_end": plan.horizon_end.isoformat(),
        "solver": {
            "status": plan.solver_status,
            "objective": plan.total,
            "bound": plan.bound_value,
            "bound_name": plan.bound_name,
            "gap": plan.gap,
            "seed": plan.seed,
            "time_limit_s": plan.time_limit_s,
            "iterations": plan.iterations,
        },
        "weights": plan.weights,
        "values": plan.values,
        "figures": plan.figures if actor.is_operator else {},
        "orders": [
            {
                "order": row.order.code,
                "due": row.due.isoformat() if row.due else None,
                "end": row.end.isoformat(),
                "late_min": row.tardiness_min,
                "cost": str(cents(row.cost)),
                "transport_cost": str(cents(row.transport_cost)),
            }
            for row in plan_orders(actor, plan)
        ],
        "operations": [
            {
                "order": row.order.code,
                "lot": row.operation.lot.code,
                "operation": row.operation.code,
                "factory": row.factory_code,
                "machine": row.machine_code,
                "start": row.start.isoformat(),
                "setup_end": row.setup_end.isoformat(),
                "end": row.end.isoformat(),
                "changeover_min": row.changeover_min,
                "cost": str(cents(row.cost)),
            }
            for row in assignments(actor, plan).order_by("start", "pk")
        ],
        "transports": [
            {
                "before": row.before.code,
                "after": row.after.code,
                "from": row.from_place,
                "to": row.to_place,
                "depart": row.depart.isoformat(),
                "arrive": row.arrive.isoformat(),
                "cost": str(cents(row.cost)),
            }
            for row in transports(actor, plan)
        ],
    }
