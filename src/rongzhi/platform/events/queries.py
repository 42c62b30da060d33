"""Reading the event log."""

from __future__ import annotations

from datetime import datetime

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.events.models import Event, EventQuerySet


def events_for(
    actor: Actor,
    *,
    type_: str = "",
    subject: str = "",
    by: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> EventQuerySet:
    """Return the events the actor may see, newest first; a type or subject ending in ``*`` matches its beginning."""
    found = Event.objects.all().visible_to(actor).select_related("organisation")
    for field, wanted in (("type", type_), ("subject", subject)):
        if wanted.endswith("*"):
            found = found.filter(**{f"{field}__startswith": wanted[:-1]})
        elif wanted:
            found = found.filter(**{field: wanted})
    if by:
        found = found.filter(actor=by)
    if since is not None:
        found = found.filter(time__gte=since)
    if until is not None:
        found = found.filter(time__lt=until)
    return found


def event_for(actor: Actor, sequence: int) -> Event:
    """Return one event the actor may see."""
    event = events_for(actor).filter(sequence=sequence).first()
    if event is None:
        raise NotFound(Text(f"没有事件 {sequence}", f"no event {sequence}"), where=f"event/{sequence}")
    return event
