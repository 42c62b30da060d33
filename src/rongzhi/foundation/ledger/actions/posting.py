"""Posting and reversing: the only ways anything gets into the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from rongzhi.foundation.ledger.actions.turns import take_turn
from rongzhi.foundation.ledger.chart import chart_on
from rongzhi.foundation.ledger.checks import FIRST_DAY, LAST_DAY, check_entry, say_closed
from rongzhi.foundation.ledger.digests import digest_of
from rongzhi.foundation.ledger.drafts import EntryDraft, LineDraft, period_of
from rongzhi.foundation.ledger.models import Entry, EntryKind, Line
from rongzhi.foundation.ledger.policy import may_post_for, may_reverse_by_hand
from rongzhi.foundation.ledger.queries import closed_periods, entry_for
from rongzhi.kernel.errors import Conflict, NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.kernel.units import unit
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action, once
from rongzhi.platform.events.log import emit
from rongzhi.platform.events.models import Event
from rongzhi.platform.plain import plain


@action
def post(actor: Actor, draft: EntryDraft, *, idempotency_key: str) -> Entry:
    """A balanced entry is posted once per key; whether it may be is the rule of the action that calls this."""
    return _once(actor, draft, idempotency_key, is_by_hand=False)


@action
def post_by_hand(actor: Actor, draft: EntryDraft, *, idempotency_key: str) -> Entry:
    """An administrator posts an entry into the books of the own organisation."""
    may_post_for(actor, {line.organisation for line in draft.lines}).enforce()
    return _once(actor, draft, idempotency_key, is_by_hand=True)


@action
def reverse(actor: Actor, code: str, *, reason: str, date: dt.date | None = None) -> Entry:
    """An entry is reversed once, by lines of the opposite amounts; whether it may be is the caller's rule."""
    found = Entry.objects.filter(code=code).first()
    if found is None:
        raise NotFound(Text(f"没有账目“{code}”", f"there is no entry '{code}'"), where=f"ledger/{code}")
    return _reverse(actor, found, reason, date)


@action
def reverse_by_hand(actor: Actor, code: str, *, reason: str, date: dt.date | None = None) -> Entry:
    """An administrator reverses what was posted by hand into the own books."""
    entry = entry_for(actor, code)
    owners = set(entry.lines.values_list("organisation__code", flat=True))
    may_reverse_by_hand(actor, entry, owners).enforce()
    return _reverse(actor, entry, reason, date)


def _once(actor: Actor, draft: EntryDraft, key: str, *, is_by_hand: bool) -> Entry:
    if not key.strip():
        findings = Findings()
        findings.error(
            "missing-idempotency-key",
            "Idempotency-Key",
            Text("记账须带幂等键", "posting needs an idempotency key"),
            Text("用业务记录的编号，如 invoice/INV-7", "use the record's own code, such as invoice/INV-7"),
        )
        findings.raise_if_any()

    def make() -> Entry:
        return write_entry(actor, draft, key, is_by_hand=is_by_hand)

    return once(actor, "ledger.post", key, draft.model_dump_json(), make)


def write_entry(actor: Actor, draft: EntryDraft, key: str, *, is_by_hand: bool) -> Entry:
    """Check a draft and write it; inside an action that has settled who may and that it is the first time."""
    codes = {code for line in draft.lines for code in (line.organisation, line.party) if code}
    parties = {each.code: each for each in Organisation.objects.filter(code__in=codes)}
    findings = check_entry(draft, parties)
    if draft.cause is not None and not Event.objects.filter(pk=draft.cause).exists():
        findings.error(
            "unknown-event",
            "cause",
            Text(f"没有事件 {draft.cause}", f"there is no event {draft.cause}"),
            Text("填写事件日志中的序号，或留空", "give a number of the event log, or leave it out"),
        )
    findings.raise_if_any()
    number = take_turn()
    entry = Entry(
        date=draft.date,
        period=draft.period,
        kind=draft.kind,
        subject=draft.subject,
        cause_id=draft.cause,
        memo=draft.memo,
        calculation=plain(draft.calculation),
        chart=chart_on(draft.date).version,
        is_by_hand=is_by_hand,
        key=key,
    )
    return _write(actor, entry, [_line(each, parties) for each in draft.lines], number, "ledger.posted")


def _line(draft: LineDraft, parties: dict[str, Organisation]) -> Line:
    has_quantity = draft.quantity is not None
    return Line(
        organisation=parties[draft.organisation],
        account=draft.account,
        amount_cents=int((draft.debit - draft.credit).scaleb(2)),
        currency=draft.currency,
        nature=draft.nature,
        business_type=draft.business_type,
        contract=draft.contract,
        order=draft.order,
        party=parties.get(draft.party),
        region=draft.region,
        quantity_milli=int((draft.quantity or Decimal(0)).scaleb(3)),
        unit=unit(draft.unit).symbol if has_quantity else "",
        memo=draft.memo,
    )


def _reverse(actor: Actor, original: Entry, reason: str, date: dt.date | None) -> Entry:
    day = _day_of_reversal(original, reason, date)
    number = take_turn()
    _refuse_second(original)
    lines = list(original.lines.select_related("organisation", "party").order_by("number"))
    for line in lines:
        line.pk, line._state.adding = None, True
        line.amount_cents, line.quantity_milli = -line.amount_cents, -line.quantity_milli
    entry = Entry(
        date=day,
        period=period_of(day),
        kind=EntryKind.REVERSAL,
        subject=original.subject,
        reverses=original,
        memo=reason.strip()[:500],
        chart=original.chart,
        is_by_hand=original.is_by_hand,
        key=f"reverse/{original.code}",
    )
    return _write(actor, entry, lines, number, "ledger.reversed")


def _day_of_reversal(original: Entry, reason: str, date: dt.date | None) -> dt.date:
    day = date or max(original.date, timezone.localdate())
    findings = Findings()
    if not reason.strip():
        findings.error(
            "missing",
            "reason",
            Text("未写明冲销理由", "the reason of the reversal is missing"),
            Text("写明为什么冲销", "say why it is reversed"),
        )
    if not original.date <= day < LAST_DAY or day < FIRST_DAY:
        findings.error(
            "date-out-of-range",
            "date",
            Text(
                f"冲销日期 {day} 早于原账日期 {original.date}", f"the date {day} is before the entry's, {original.date}"
            ),
            Text("填写原账当日或之后的日期", "give the entry's day or a later one"),
        )
    findings.raise_if_any()
    return day


def _refuse_second(original: Entry) -> None:
    if original.reverses_id is not None:
        raise Conflict(
            Text("冲销账不能再冲销", "a reversal is not reversed"),
            where=f"ledger/{original.code}",
            fix=Text("重新记一笔正确的账", "post the right entry anew"),
        )
    done = Entry.objects.filter(reverses=original).first()
    if done is not None:
        raise Conflict(
            Text(f"已由 {done.code} 冲销", f"{done.code} has reversed it already"),
            where=f"ledger/{original.code}",
            fix=Text("重新记一笔正确的账", "post the right entry anew"),
        )


def _write(actor: Actor, entry: Entry, lines: Sequence[Line], number: int, type_: str) -> Entry:
    """Write event, lines and entry, in this order; the turn is taken, so that no period closes meanwhile."""
    _refuse_closed(entry, lines)
    entry.code = f"LE-{number:08d}"
    entry.line_count = len(lines)
    entry.owner = actor.organisation.code if actor.organisation else actor.name[:40]
    entry.posted_by = actor.name
    for at, line in enumerate(lines, start=1):
        line.entry_id, line.number, line.period = number, at, entry.period
    entry.digest = digest_of(entry, lines)
    data = {
        "entry": entry.code,
        "date": entry.date.isoformat(),
        "kind": entry.kind,
        "about": entry.subject,
        "lines": len(lines),
        "digest": entry.digest,
    }
    if entry.reverses is not None:
        data["reverses"] = entry.reverses.code
    books = {line.organisation for line in lines}
    owner = books.pop() if len(books) == 1 else None
    entry.event = emit(actor, type_, f"ledger/{entry.code}", data, organisation=owner)
    Line.objects.bulk_create(lines)
    entry.save()
    return entry


def _refuse_closed(entry: Entry, lines: Sequence[Line]) -> None:
    codes = {line.organisation.code for line in lines}
    findings = Findings()
    for code, period in sorted(closed_periods(codes, {entry.period})):
        say_closed(code, period, findings)
    findings.raise_if_any()
