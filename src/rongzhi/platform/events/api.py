"""The event log over the API, as it is kept and as CloudEvents."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from rongzhi.platform.events.cloud import as_cloud_event
from rongzhi.platform.events.queries import event_for, events_for
from rongzhi.platform.rest import Instant, Page, Paging, page_of

router = Router(tags=["events"])


class EventQuery(Paging):
    """Which events are wanted."""

    type: str = Field("", description="事件类型，可用 plan.* / type, may end in *")
    subject: str = Field("", description="对象，可用 order/* / subject, may end in *")
    actor: str = Field("", description="操作人 / who did it")
    since: Instant | None = None
    until: Instant | None = None


class CloudEvent(Schema):
    """A CloudEvents 1.0 event with our extensions: place in the log, doer, organisation, hashes of the chain."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    data: dict[str, Any]
    label: str = Field(description="发生了什么，用请求的语言 / what happened, in the language of the request")
    sequence: str
    actor: str
    organisation: str
    previoushash: str
    hash: str


@router.get("/events", response=Page[CloudEvent], summary="事件日志 / The event log")
def events(request: HttpRequest, query: Query[EventQuery]) -> dict[str, Any]:
    found = events_for(
        request.actor,  # type: ignore[attr-defined]
        type_=query.type.removeprefix("rongzhi."),
        subject=query.subject,
        by=query.actor,
        since=query.since,
        until=query.until,
    )
    page = page_of(found, query)
    return page | {"items": [as_cloud_event(event) for event in page["items"]]}


@router.get("/events/{sequence}", response=CloudEvent, summary="一条事件 / One event")
def event(request: HttpRequest, sequence: int) -> dict[str, Any]:
    return as_cloud_event(event_for(request.actor, sequence))  # type: ignore[attr-defined]
