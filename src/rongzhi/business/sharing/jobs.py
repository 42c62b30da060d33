"""Long work of shared manufacturing: planning and replay."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone

from rongzhi.business.sharing.actions.decomposition import decompose_orders
from rongzhi.business.sharing.actions.planning import keep_draft, published_plan
from rongzhi.business.sharing.actions.progress import store_reports
from rongzhi.business.sharing.actions.replaying import set_clock
from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import ParkClock, Plan
from rongzhi.business.sharing.planner import live_orders, prepare, verified
from rongzhi.business.sharing.replaying import facts_as_reports
from rongzhi.engines import scheduling
from rongzhi.engines.scheduling.solve import solve
from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text
from rongzhi.platform.jobs.run import JobContext, job_kind

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


@job_kind("sharing.plan")
def plan_job(
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
    result = solve(
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


def plan_origin() -> datetime:
    """Return minute 0 of a plan made now: the next full minute of the park's clock."""
    return park_now().replace(second=0, microsecond=0) + timedelta(minutes=1)


@job_kind("sharing.replay")
def replay_job(context: JobContext, *, until: str, hours_per_second: float = 0) -> dict[str, Any]:
    """Play the log's facts as progress reports up to a moment; started again it goes on where it stopped."""
    clock = ParkClock.objects.filter(pk=1).first()
    if clock is None or clock.log_start is None:
        raise Conflict(
            Text("没有可重放的日志", "there is no log to replay"),
            fix=Text("先装入样例园区", "load the sample park first"),
        )
    end = datetime.fromisoformat(until)
    reports = list(facts_as_reports(context.actor, clock.log_start, end))
    taken, done = 0, 0
    for day, batch in groupby(reports, key=lambda report: timezone.localtime(report.at).date()):
        if context.should_stop():
            break
        rows = list(batch)
        taken += store_reports(context.actor, rows)
        done += len(rows)
        set_clock(context.actor, rows[-1].at)
        share = done / max(1, len(reports))
        context.report(share, Text(f"重放至 {day:%m-%d}", f"replayed up to {day:%m-%d}"), {"reports": done})
        if hours_per_second > 0:
            time.sleep(min(5.0, 24 / hours_per_second))
    else:
        set_clock(context.actor, end)
    return {"reports": done, "new": taken, "until": until, "url": reverse("sharing:replay")}
