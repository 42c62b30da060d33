"""An event in the shape of CloudEvents 1.0, JSON format."""

from __future__ import annotations

from typing import Any

from rongzhi.platform.events.models import Event
from rongzhi.platform.i18n import speak


def as_cloud_event(event: Event) -> dict[str, Any]:
    """Return an event as a CloudEvents 1.0 JSON object; extension names are lower case as the format asks."""
    return {
        "specversion": "1.0",
        "id": str(event.id_text),
        "source": f"/{event.source}",
        "type": f"rongzhi.{event.type}",
        "subject": event.subject,
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": event.data,
        "label": speak(event.label),
        "sequence": str(event.sequence),
        "actor": event.actor,
        "organisation": event.organisation.code if event.organisation else "",
        "previoushash": event.previous_hash,
        "hash": event.hash,
    }
