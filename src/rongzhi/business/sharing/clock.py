"""What time it is in the park: the real time, or the moment a replay has reached."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from rongzhi.business.sharing.models import ParkClock


def park_now() -> datetime:
    """Return the present moment of the park; a replay only ever runs ahead of the real clock."""
    moment = ParkClock.objects.filter(pk=1).values_list("moment", flat=True).first()
    now = timezone.now()
    return max(now, moment) if moment else now


def plan_origin() -> datetime:
    """Return minute 0 of a plan or a promise made now: the next full minute of the park's clock."""
    return park_now().replace(second=0, microsecond=0) + timedelta(minutes=1)
