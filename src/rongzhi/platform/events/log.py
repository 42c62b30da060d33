"""Writing to the event log and verifying it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.events.models import ChainHead, Event
from rongzhi.platform.plain import plain

GENESIS = "0" * 64


def emit(
    actor: Actor,
    type_: str,
    subject: str,
    data: dict[str, Any] | None = None,
    *,
    source: str = "",
    organisation: Organisation | None = None,
) -> Event:
    """Append one event inside the running transaction.

    Emit last in an action: the end of the chain is locked from here to the end of the transaction.

    Parameters
    ----------
    actor : Actor
    type_ : str
        ``thing.happened`` in the past tense, such as ``plan.published``.
    subject : str
        ``thing/code`` it happened to.
    data : dict, optional
        JSON-ready facts; never secrets.
    source : str, optional
        Where it came from; pages and tokens are told apart when nothing is given.
    organisation : Organisation, optional
        Who may read it besides the operator; the actor's own by default.
    """
    if not transaction.get_connection().in_atomic_block:
        msg = "emit() must run inside the transaction of the change it records"
        raise RuntimeError(msg)
    head, _ = ChainHead.objects.select_for_update().get_or_create(pk=1)
    event = Event(
        sequence=head.sequence + 1,
        type=type_,
        source=source or ("rongzhi/api" if actor.scopes is not None else "rongzhi"),
        subject=subject[:160],
        time=timezone.now(),
        actor=actor.name,
        organisation=organisation or actor.organisation,
        data=plain(data or {}),
        previous_hash=head.hash,
    )
    event.hash = digest(event)
    event.save()
    head.sequence, head.hash = event.sequence, event.hash
    head.save(update_fields=["sequence", "hash"])
    return event


def digest(event: Event) -> str:
    """Return the SHA-256 of an event's content and of the hash before it."""
    body = {
        "sequence": event.sequence,
        "id": str(event.id_text),
        "type": event.type,
        "source": event.source,
        "subject": event.subject,
        "time": event.time.isoformat(),
        "actor": event.actor,
        "organisation": event.organisation_id,
        "data": event.data,
        "previous": event.previous_hash,
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What verification found: how many events, and the first broken one (0 when the chain holds)."""

    count: int
    broken_at: int = 0
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is broken."""
        return self.broken_at == 0


def verify() -> ChainReport:
    """Recompute the whole chain and compare it with what is stored, to its head; events may be added meanwhile.

    An event and the head that names it become visible together, so a head read first promises every event up
    to it, and no event may stand beyond a head read last.
    """
    head, previous, count = _head(), GENESIS, 0
    for event in Event.objects.filter(sequence__lte=head.sequence).order_by("sequence").iterator(chunk_size=2000):
        count += 1
        reason = _fault(event, count, previous)
        if reason:
            return ChainReport(count, count, reason)
        previous = event.hash
    if count < head.sequence:
        return ChainReport(count, count + 1, "events at the end are missing")
    last = Event.objects.aggregate(last=Max("sequence"))["last"] or 0
    if head.hash != previous or last > _head().sequence:
        return ChainReport(count, count + 1, "the head of the chain was changed")
    return ChainReport(count)


def _head() -> ChainHead:
    return ChainHead.objects.filter(pk=1).first() or ChainHead()


def _fault(event: Event, expected: int, previous: str) -> str:
    if event.sequence != expected:
        return f"event {expected} is missing"
    if event.previous_hash != previous:
        return "it does not follow the event before it"
    if digest(event) != event.hash:
        return "its content was changed"
    return ""
