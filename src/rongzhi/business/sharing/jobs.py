"""Long work of shared manufacturing: planning and replay.

What planning needs is imported when a job runs, so that starting the site does not wait for it.
"""

from __future__ import annotations

import time
from datetime import datetime
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone

from rongzhi.business.sharing.actions.progress import store_reports
from rongzhi.business.sharing.actions.replaying import set_clock
from rongzhi.business.sharing.models import ParkClock
from rongzhi.business.sharing.replaying import facts_as_reports
from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text
from rongzhi.platform.jobs.run import JobContext, job_kind


@job_kind("sharing.plan")
def plan_job(context: JobContext, **params: Any) -> dict[str, Any]:
    """Decompose what is new, solve, verify, keep as a draft; see `planrun.run_plan`."""
    from rongzhi.business.sharing.planrun import run_plan

    return run_plan(context, **params)


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
