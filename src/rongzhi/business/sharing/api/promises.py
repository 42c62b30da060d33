"""Promises."""
# Annotations are evaluated here.

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from rongzhi.business.sharing.actions import promising
from rongzhi.business.sharing.api import schemas as s
from rongzhi.business.sharing.api.orders import actor_of
from rongzhi.business.sharing.queries.orders import find_order, order_data
from rongzhi.business.sharing.queries.parties import party_named
from rongzhi.business.sharing.queries.promises import as_seen, find_promise, promise_list
from rongzhi.platform.rest import Page, Paging, idempotency_key, page_of

router = Router()


@router.get("/promises", response=Page[s.PromiseOut], summary="承诺 / Promises")
def list_promises(request: HttpRequest, query: Query[Paging]) -> dict[str, Any]:
    actor = actor_of(request)
    page = page_of(promise_list(actor), query)
    return page | {"items": [as_seen(actor, each) for each in page["items"]]}


@router.post("/promises", response={201: s.PromiseOut}, summary="询交期 / Ask for a date and a price")
def ask_promise(request: HttpRequest, body: s.PromiseIn) -> Any:
    actor = actor_of(request)
    owner = party_named(actor, body.organisation)
    made = promising.ask_promise(actor, body.plain(), organisation=owner, idempotency_key=idempotency_key(request))
    return Status(201, as_seen(actor, made))


@router.get("/promises/{promise_id}", response=s.PromiseOut, summary="一个承诺 / One promise")
def get_promise(request: HttpRequest, promise_id: UUID) -> Any:
    actor = actor_of(request)
    return as_seen(actor, find_promise(actor, promise_id))


@router.post("/promises/{promise_id}/accept", response=s.OrderOut, summary="接受承诺 / Accept a promise")
def accept_promise(request: HttpRequest, promise_id: UUID, body: s.AcceptIn) -> Any:
    actor = actor_of(request)
    order = promising.accept_promise(actor, find_promise(actor, promise_id), variant=body.variant)
    return order_data(find_order(actor, order.code))
