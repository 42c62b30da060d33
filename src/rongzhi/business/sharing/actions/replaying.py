"""The clock of a replayed park."""

from __future__ import annotations

from datetime import date, datetime

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.models import ParkClock
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit
from rongzhi.platform.jobs.models import Job
from rongzhi.platform.jobs.run import start_job

LONGEST_DAYS = 366


@action
def start_replay(actor: Actor, *, until: datetime, hours_per_second: float = 0) -> Job:
    """Play the log's own history as progress reports up to a moment; speed 0 is as fast as it goes."""
    policy.may_replay(actor).enforce()
    clock = ParkClock.objects.filter(pk=1).first()
    first = clock.log_start if clock is not None else None
    if first is not None and not 0 <= (until.date() - first).days <= LONGEST_DAYS:
        findings = Findings()
        findings.error(
            "out-of-range",
            "until",
            Text(
                f"重放止于 {until:%Y-%m-%d}，日志始于 {first}", f"{until:%Y-%m-%d} is not within the log from {first}"
            ),
            Text(f"填写 {first} 起一年之内的时间", f"give a time within a year from {first}"),
        )
        findings.raise_if_any()
    params = {"until": until.isoformat(), "hours_per_second": max(0.0, float(hours_per_second))}
    return start_job(actor, "sharing.replay", Text("重放生产日志", "Replaying the log"), params, subject="replay")


@action
def set_clock(actor: Actor, moment: datetime) -> None:
    """Set the park's present moment to where a replay has come."""
    policy.may_replay(actor).enforce()
    ParkClock.objects.update_or_create(pk=1, defaults={"moment": moment})


@action
def set_log_start(actor: Actor, monday: date) -> None:
    """Remember the Monday on which the sample's log begins."""
    policy.may_replay(actor).enforce()
    ParkClock.objects.update_or_create(pk=1, defaults={"log_start": monday})
    emit(actor, "sample.loaded", "park", {"log_start": monday.isoformat()}, organisation=actor.organisation)
