"""A planning run: decompose what is new, solve, verify, keep as a draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from rongzhi.business.sharing.actions.decomposition import decompose_orders
from rongzhi.business.sharing.actions.planning import keep_draft, published_plan
from rongzhi.business.sharing.clock import plan_origin
from rongzhi.business.sharing.models import Plan
from rongzhi.business.sharing.planner import live_orders, prepare, verified
from rongzhi.engines import scheduling
from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text
from rongzhi.platform.jobs.run import JobContext

PREPARED = 0.1
SOLVED = 0.9


class _Listener(scheduling.Callbacks):
    """Passes the solver's progress on to the job, and the person's wish to the solver."""

    def __init__(self, context: JobContext) -> None:
        self.context = context
        self.said = False

    def on_progress(self, fraction: float, best: float, bound: float) -> None:
        """Report the share of the time used and the best objective so far."""
        figures: dict[str, Any] = {"objective": round(best, 3) if best < float("inf") else None}
        figures["bound"] = round(bound, 3)
        self.context.report(
            PREPARED + (SOLVED - PREPARED) * fraction,
            Text("正在搜索更好的计划", "searching for a better plan"),
            figures,
        )

    def should_stop(self) -> bool:
        """Whether the person asked to stop and keep."""
        return self.context.should_stop()


def run_plan(
    context: JobContext,
    *,
    weights: dict[str, float],
    scope: list[str] | None = None,
    time_limit_s: float = 20,
    seed: int = 1,
    frozen_until: str | None = None,
    base: str | None = None,
) -> dict[str, Any]:
    """Decompose what is new, solve, verify, keep as a draft."""
    actor = context.actor
    context.report(0.01, Text("按工序分解新订单", "decomposing new orders"))
    done = decompose_orders(actor, scope)
    context.report(0.05, Text("准备排产问题", "preparing the problem"))
    orders = live_orders(scope)
    former = Plan.objects.filter(code=base).first() if base else published_plan()
    until = datetime.fromisoformat(frozen_until) if frozen_until else None
    origin = plan_origin()
    task = prepare(orders, origin=origin, weights=weights, base=former, frozen_until=until)
    if not task.problem.jobs:
        raise Conflict(
            Text("没有可排产的订单", "there is no order to plan"),
            fix=Text("先录入订单，或查看无法加工的工序", "take orders first, or look at the operations nobody can do"),
        )
    context.report(
        PREPARED, Text(f"共 {task.problem.operation_count} 道工序", f"{task.problem.operation_count} operations")
    )
    context.report(
        PREPARED, Text("装载求解器（首次需编译，约一分钟）", "loading the solver (compiles once, about a minute)")
    )
    scheduling.warm_up()
    result = scheduling.solve(
        task.problem,
        time_limit_s=time_limit_s,
        seed=seed,
        callbacks=_Listener(context),
        former=task.former,
        start_from=task.former,
    )
    context.report(SOLVED, Text("独立核验", "verifying independently"))
    values = verified(task, result)
    plan = keep_draft(
        actor,
        task,
        result,
        values,
        organisation=context.job.organisation,
        fields={
            "weights": weights,
            "scope": {"orders": scope} if scope is not None else {},
            "seed": seed,
            "time_limit_s": time_limit_s,
            "frozen_until": until,
            "base_plan": former,
            "job": context.job,
        },
    )
    url = reverse("sharing:plan", kwargs={"code": plan.code})
    return {"plan": plan.code, "url": url, "decomposed": done.orders, **plan.figures}
