"""Closing and reopening the months of one's books."""

from __future__ import annotations

import re

from django.utils import timezone

from rongzhi.foundation.ledger.actions.turns import take_turn
from rongzhi.foundation.ledger.drafts import period_of
from rongzhi.foundation.ledger.models import PeriodMark
from rongzhi.foundation.ledger.policy import may_keep_books
from rongzhi.foundation.ledger.queries import closed_periods
from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import organisation_of
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit


@action
def close_period(actor: Actor, period: str) -> PeriodMark:
    """An administrator closes a month of the own books; nothing is posted into it from now on."""
    _check(actor, period)
    return _mark(actor, period, is_closed=True, reason="")


@action
def reopen_period(actor: Actor, period: str, reason: str) -> PeriodMark:
    """An administrator reopens a closed month and says why; both marks stay on record."""
    _check(actor, period)
    if not reason.strip():
        findings = Findings()
        findings.error(
            "missing",
            "reason",
            Text("未写明重开理由", "the reason of the reopening is missing"),
            Text("写明为什么重开", "say why it is reopened"),
        )
        findings.raise_if_any()
    return _mark(actor, period, is_closed=False, reason=reason.strip()[:500])


def _check(actor: Actor, period: str) -> None:
    may_keep_books(actor).enforce()
    findings = Findings()
    if not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", period):
        findings.error(
            "bad-period",
            "period",
            Text(f"“{period[:20]}”不是期间", f"'{period[:20]}' is no period"),
            Text("按 2026-11 填写", "write it as 2026-11"),
        )
    elif period > period_of(timezone.localdate()):
        findings.error(
            "period-not-begun",
            "period",
            Text(f"期间 {period} 尚未开始", f"period {period} has not begun"),
            Text("到期后再结账", "close it when it is over"),
        )
    findings.raise_if_any()


def _mark(actor: Actor, period: str, *, is_closed: bool, reason: str) -> PeriodMark:
    organisation = organisation_of(actor)
    take_turn()
    if bool(closed_periods({organisation.code}, {period})) == is_closed:
        raise Conflict(
            Text(f"期间 {period} 已结账", f"period {period} is closed already")
            if is_closed
            else Text(f"期间 {period} 未结账", f"period {period} is not closed"),
            where=f"period/{period}",
            fix=Text("刷新页面看现在的状态", "reload to see how it stands"),
        )
    mark = PeriodMark(organisation=organisation, period=period, is_closed=is_closed, reason=reason, by=actor.name)
    mark.save()
    subject, data = f"ledger-period/{organisation.code}/{period}", {"period": period, "reason": reason}
    if is_closed:
        emit(actor, "ledger.period-closed", subject, data)
    else:
        emit(actor, "ledger.period-reopened", subject, data)
    return mark
