"""Verifying the ledger: balanced, vouched for by the event log, nothing missing, sums equal to their lines."""

# ruff: noqa: S608 - the statements hold only names written here

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from rongzhi.foundation.ledger import guard
from rongzhi.foundation.ledger.digests import digest_of
from rongzhi.foundation.ledger.models import Entry, Line
from rongzhi.kernel.text import Text
from rongzhi.platform.events.models import ChainHead, Event

CHUNK = 500
MOST_FAULTS = 100
POSTING = ("ledger.posted", "ledger.reversed")

_KEYS = "organisation_id, period, account, currency, nature, business_type, unit"
_SUMS = f"""SELECT {_KEYS} FROM (
    SELECT {_KEYS}, debit_cents, credit_cents, quantity_milli, line_count FROM ledger_balance
    UNION ALL SELECT {_KEYS}, -CASE WHEN amount_cents > 0 THEN amount_cents ELSE 0 END,
    -CASE WHEN amount_cents < 0 THEN -amount_cents ELSE 0 END, -quantity_milli, -1 FROM ledger_line) AS each_line
    GROUP BY {_KEYS} HAVING sum(debit_cents) <> 0 OR sum(credit_cents) <> 0 OR sum(quantity_milli) <> 0
    OR sum(line_count) <> 0"""
_UNBALANCED = """SELECT entry_id, organisation_id, currency FROM ledger_line
    GROUP BY entry_id, organisation_id, currency HAVING sum(amount_cents) <> 0"""
_ORPHANS = """SELECT DISTINCT line.entry_id FROM ledger_line AS line
    LEFT JOIN ledger_entry AS entry ON entry.event_id = line.entry_id WHERE entry.event_id IS NULL"""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the ledger that cannot be right."""

    where: str
    message: Text


@dataclass(slots=True)
class LedgerReport:
    """What verification found, at most `MOST_FAULTS` faults."""

    entries: int = 0
    lines: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def say(self, where: str, zh: str, en: str) -> None:
        """Add a fault."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(where, Text(zh, en)))


def verify() -> LedgerReport:
    """Check every entry posted up to now; entries may be added meanwhile."""
    report = LedgerReport()
    if not guard.is_installed(connection):
        report.say("guard", "缺少保护台账的触发器", "triggers that protect the ledger are missing")
    head = ChainHead.objects.filter(pk=1).first()
    last = head.sequence if head else 0
    for entries in _chunks(last):
        _check_chunk(entries, report)
    for sequence, subject in _unposted(last):
        report.say(subject, f"事件 {sequence} 所记的账不存在", f"the entry that event {sequence} recorded is missing")
    for entry, organisation, currency in _rows(_UNBALANCED):
        report.say(
            f"event/{entry}",
            f"单位 {organisation} 的 {currency} 借贷不平",
            f"organisation {organisation} does not balance in {currency}",
        )
    for (entry,) in _rows(_ORPHANS):
        report.say(f"event/{entry}", "有分录而没有账目", "there are lines without their entry")
    for row in _rows(_SUMS):
        report.say(
            f"balance/{'/'.join(str(each) for each in row)}",
            "汇总数与分录不一致",
            "the sum kept differs from its lines",
        )
    return report


def _chunks(last: int) -> Iterator[list[Entry]]:
    after = 0
    while True:
        rows = Entry.objects.filter(pk__gt=after, pk__lte=last).select_related("event", "reverses").order_by("pk")
        found = list(rows[:CHUNK])
        if not found:
            return
        yield found
        after = found[-1].pk


def _check_chunk(entries: list[Entry], report: LedgerReport) -> None:
    originals = [entry.reverses_id for entry in entries if entry.reverses_id]
    lines: dict[int, list[Line]] = defaultdict(list)
    wanted = [*(entry.pk for entry in entries), *originals]
    for line in Line.objects.filter(entry_id__in=wanted).order_by("entry_id", "number"):
        lines[line.entry_id].append(line)
    for entry in entries:
        report.entries += 1
        report.lines += len(lines[entry.pk])
        _check_entry(entry, lines, report)


def _check_entry(entry: Entry, lines: dict[int, list[Line]], report: LedgerReport) -> None:
    own, event = lines[entry.pk], entry.event
    if len(own) != entry.line_count:
        report.say(entry.code, f"应有 {entry.line_count} 行，实有 {len(own)} 行", "lines are missing or were added")
    if any(line.period != entry.period for line in own) or entry.period != f"{entry.date:%Y-%m}":
        report.say(entry.code, "期间与日期不一致", "the period does not fit the date")
    if digest_of(entry, own) != entry.digest:
        report.say(entry.code, "内容与摘要不符", "its content was changed: the digest differs")
    is_vouched = event.type in POSTING and event.subject == f"ledger/{entry.code}"
    if not is_vouched or event.data.get("digest") != entry.digest:
        report.say(entry.code, f"事件 {event.pk} 未证实这笔账", f"event {event.pk} does not vouch for it")
    if entry.reverses_id is not None and _tagged(own, -1) != _tagged(lines[entry.reverses_id], 1):
        report.say(entry.code, "冲销与原账不对应", "it is not the opposite of the entry it reverses")


def _tagged(lines: list[Line], sign: int) -> list[Any]:
    return sorted(
        (
            line.organisation_id,
            line.account,
            sign * line.amount_cents,
            line.currency,
            line.nature,
            line.business_type,
            line.contract,
            line.order,
            line.party_id or 0,
            line.region,
            sign * line.quantity_milli,
            line.unit,
        )
        for line in lines
    )


def _unposted(last: int) -> Iterator[tuple[int, str]]:
    """Return the events that recorded an entry which is not there."""
    posted = Event.objects.filter(type__in=POSTING, sequence__lte=last).order_by("sequence")
    yield from posted.exclude(pk__in=Entry.objects.values("pk")).values_list("sequence", "subject")[:MOST_FAULTS]


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchmany(MOST_FAULTS))
