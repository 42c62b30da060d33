"""A calendar's week on a page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from rongzhi.elements.resources.kinds import KINDS
from rongzhi.elements.resources.pictures import week_of
from rongzhi.elements.resources.views.base import page_url

FIRST, LAST = date(1990, 1, 8), date(2099, 12, 20)


def week_for(request: HttpRequest, calendar: Any) -> dict[str, Any]:
    """Return the week the address asks for (``week=2026-11-23``), this week by default, and the exceptions around."""
    today = timezone.localdate()
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        day = today
    day = min(max(day, FIRST), LAST)
    document = KINDS["calendars"].read(calendar)
    week = week_of(document, day, today)
    query = request.GET.copy()

    def at(monday: date) -> str:
        query["week"] = monday.isoformat()
        return f"?{query.urlencode()}"

    return {
        "week": week,
        "calendar": calendar,
        "calendar_url": page_url("calendars", calendar.code),
        "earlier": at(week.earlier),
        "later": at(week.later),
        "now": at(today),
        "sunday": week.monday + timedelta(days=6),
        "document": document,
        "exceptions": calendar.exceptions.all(),
    }
