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
from rongzhi.business.sharing.queries.promises import find_promise, promise_list
from rongzhi.platform.rest import Page, Paging, idempotency_key, page_of

router = Router()


@router.get("/promises", response=Page[s.PromiseOut], summary="承诺 / Promises")
def list_promises(request: HttpRequest, query: Query[Paging]) -> dict[str, Any]:
    return page_of(promise_list(actor_of(request)), query)


@router.post("/promises", response={201: s.PromiseOut}, summary="询交期 / Ask for a date and a price")
def ask_promise(request: HttpRequest, body: s.PromiseIn) -> Any:
    actor = actor_of(request)
    owner = party_named(actor, body.organisation)
    made = promising.ask_promise(actor, body.plain(), organisation=owner, idempotency_key=idempotency_key(request))
    return Status(201, made)


@router.get("/promises/{promise_id}", response=s.PromiseOut, summary="一个承诺 / One promise")
def get_promise(request: HttpRequest, promise_id: UUID) -> Any:
    return find_promise(actor_of(request), promise_id)


@router.post("/promises/{promise_id}/accept", response=s.OrderOut, summary="接受承诺 / Accept a promise")
def accept_promise(request: HttpRequest, promise_id: UUID, body: s.AcceptIn) -> Any:
    actor = actor_of(request)
    order = promising.accept_promise(actor, find_promise(actor, promise_id), variant=body.variant)
    return order_data(find_order(actor, order.code))
