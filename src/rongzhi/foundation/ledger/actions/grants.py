"""Opening one's ledger to a reader, such as an evaluator, and closing it again."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from rongzhi.foundation.ledger.models import Grant
from rongzhi.foundation.ledger.policy import may_keep_books
from rongzhi.kernel.errors import Conflict, NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import organisation_of
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action, once
from rongzhi.platform.events.log import emit

LONGEST_DAYS = 3 * 366


@action
def grant_reading(actor: Actor, reader: str, until: dt.date, *, idempotency_key: str = "") -> Grant:
    """An administrator opens the own ledger to another organisation until a day."""
    may_keep_books(actor).enforce()
    home = organisation_of(actor)
    other = Organisation.objects.filter(code=reader, is_active=True).exclude(pk=home.pk).first()
    findings = Findings()
    if other is None:
        findings.error(
            "unknown-organisation",
            "reader",
            Text(f"没有可授权的单位“{reader}”", f"there is no other organisation '{reader}'"),
            Text("填写对方单位的代码", "give the code of the other organisation"),
        )
    today = timezone.localdate()
    if not today <= until <= today + dt.timedelta(days=LONGEST_DAYS):
        findings.error(
            "date-out-of-range",
            "until",
            Text(f"到期日 {until} 不在今天起三年内", f"the day {until} is not within three years from today"),
            Text("填写今天之后、三年之内的日期", "give a day within three years from today"),
        )
    findings.raise_if_any()
    assert other is not None

    def make() -> Grant:
        grant = Grant.objects.create(organisation=home, reader=other, until=until, given_by=actor.name)
        emit(actor, "ledger.grant-given", f"ledger-grant/{grant.pk}", {"reader": reader, "until": until.isoformat()})
        return grant

    return once(actor, "ledger.grant", idempotency_key, f"{reader} {until}", make)


@action
def revoke_reading(actor: Actor, grant_id: int) -> Grant:
    """An administrator withdraws a reader's access before its day."""
    may_keep_books(actor).enforce()
    found = Grant.objects.select_for_update().filter(pk=grant_id, organisation=organisation_of(actor)).first()
    if found is None:
        raise NotFound(Text(f"没有授权 {grant_id}", f"there is no grant {grant_id}"), where=f"ledger-grant/{grant_id}")
    if found.revoked_at is not None:
        raise Conflict(
            Text("授权已撤回", "the grant is withdrawn already"),
            where=f"ledger-grant/{grant_id}",
            fix=Text("需要时重新授权", "grant anew if need be"),
        )
    found.revoked_at = timezone.now()
    found.save(update_fields=["revoked_at"])
    emit(actor, "ledger.grant-revoked", f"ledger-grant/{grant_id}", {"grant": grant_id})
    return found
