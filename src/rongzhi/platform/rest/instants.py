"""Instants a request may name: with their zone, and in a time every database and calendar can hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(2200, 1, 1, tzinfo=UTC)

Instant = Annotated[AwareDatetime, Field(ge=FIRST, le=LAST)]


def instant(text: str) -> datetime | None:
    """Return an instant written in ISO 8601 (without a zone: local time), or None when it is none or out of reach."""
    from django.utils import timezone

    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else timezone.make_aware(moment)
        return moment if FIRST <= moment <= LAST else None
    except (ValueError, OverflowError):
        return None
