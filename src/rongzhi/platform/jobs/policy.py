"""Who may see and stop which job: the organisation it works for, and the operator."""

from __future__ import annotations

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import ALLOW, Verdict, all_of, deny, needs_login, needs_scope
from rongzhi.platform.jobs.models import Job


def may_steer(actor: Actor, job: Job) -> Verdict:
    """People of the organisation the job works for, and the operator, may stop and retry it."""
    own = actor.organisation is not None and job.organisation_id == actor.organisation.pk
    owner = (
        ALLOW if own or actor.is_operator else deny("这是其他单位的任务", "this job belongs to another organisation")
    )
    scope = ALLOW if actor.has_scope("plan") else needs_scope(actor, "write")
    return all_of(needs_login(actor), owner, scope)
