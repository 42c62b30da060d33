"""Orders and their work."""
# Annotations are evaluated here.

from typing import Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from rongzhi.business.sharing.actions import decomposition, importing
from rongzhi.business.sharing.actions import orders as actions
from rongzhi.business.sharing.api import schemas as s
from rongzhi.business.sharing.models import OrderState
from rongzhi.business.sharing.queries import orders as queries
from rongzhi.business.sharing.queries import plans as plan_queries
from rongzhi.business.sharing.queries.parties import party_named
from rongzhi.business.sharing.queries.reasons import why_factory, why_late
from rongzhi.business.sharing.queries.sight import seen_work, sees_machines
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.rest import Page, Paging, idempotency_key, needs, page_of

router = Router()


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


class OrderQuery(Paging):
    """Which orders are wanted."""

    q: str = ""
    state: OrderState | None = None
    chip: Literal["", "late", "at_risk", "unplanned"] = ""
    late: bool | None = None


CHIPS = {"late": queries.LATE, "at_risk": queries.AT_RISK, "unplanned": queries.UNPLANNED}


@router.get("/orders", response=Page[s.OrderRow], summary="订单 / Orders")
def list_orders(request: HttpRequest, query: Query[OrderQuery]) -> dict[str, Any]:
    rows = queries.order_list(actor_of(request)).order_by("due", "code")
    if query.q:
        rows = rows.filter(code__icontains=query.q)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.chip:
        rows = rows.filter(CHIPS[query.chip])
    if query.late is not None:
        rows = rows.filter(queries.LATE) if query.late else rows.exclude(queries.LATE)
    return page_of(rows, query)


@router.post("/orders", response={201: s.OrderOut}, summary="下单 / Place an order")
def create_order(request: HttpRequest, body: s.OrderIn) -> Any:
    actor = actor_of(request)
    order = actions.create_order(
        actor,
        body.plain(),
        organisation=party_named(actor, body.organisation),
        idempotency_key=idempotency_key(request),
    )
    return Status(201, queries.order_data(queries.find_order(actor, order.code)))


@router.post("/orders/import", response={201: s.ImportOut}, summary="批量下单 / Place many orders at once")
def import_orders(request: HttpRequest, body: s.OrdersIn) -> Any:
    actor = actor_of(request)
    rows = [order.plain() for order in body.orders]
    for row in rows:
        row["customer"] = row.pop("customer_label")
    return Status(201, importing.import_orders(actor, rows, organisation=party_named(actor, body.organisation)))


@router.post("/orders/import-file", response={201: s.ImportOut}, summary="上传订单表 / Upload a sheet of orders")
def import_order_file(request: HttpRequest, file: File[UploadedFile], organisation: Form[str] = "") -> Any:
    actor = actor_of(request)
    content, owner = file.read(), party_named(actor, organisation)
    return Status(201, importing.import_order_file(actor, content, file.name or "orders.csv", organisation=owner))


@router.get("/orders/{code}", response=s.OrderOut, summary="一个订单 / One order")
def get_order(request: HttpRequest, code: str) -> Any:
    return queries.order_data(queries.find_order(actor_of(request), code))


@router.put("/orders/{code}", response=s.OrderOut, summary="更改订单 / Change an order")
def update_order(request: HttpRequest, code: str, body: s.OrderChange) -> Any:
    actor = actor_of(request)
    data = body.plain()
    version = data.pop("version")
    order = actions.update_order(actor, queries.find_order(actor, code), data, version=version)
    return queries.order_data(queries.find_order(actor, order.code))


@router.post("/orders/{code}/cancel", response=s.OrderOut, summary="取消订单 / Cancel an order")
def cancel_order(request: HttpRequest, code: str, body: s.CancelIn) -> Any:
    actor = actor_of(request)
    actions.cancel_order(actor, queries.find_order(actor, code), reason=body.reason, version=body.version)
    return queries.order_data(queries.find_order(actor, code))


@router.get("/orders/{code}/work", response=list[s.LotOut], summary="分解结果 / The order's lots and operations")
def order_work(request: HttpRequest, code: str) -> Any:
    actor = actor_of(request)
    order = queries.find_order(actor, code)
    return [seen_work(actor, lot) for lot in queries.order_lots(actor, order)]


@router.get("/orders/{code}/why-late", response=list[dict[str, Any]], summary="为何拖期 / Why it is late")
def order_why_late(request: HttpRequest, code: str, plan: str = "published") -> Any:
    actor = actor_of(request)
    return why_late(actor, queries.find_order(actor, code), plan_queries.find_plan(actor, plan))


@router.post("/decompose", response=s.DecompositionOut, auth=needs("plan"), summary="按工序分解 / Decompose orders")
def decompose(request: HttpRequest, body: s.DecomposeIn) -> Any:
    return decomposition.decompose_orders(actor_of(request), body.orders, is_forced=body.again)


@router.get("/operations/{code}/why", response=dict[str, Any], summary="为何在此厂 / Why this factory")
def operation_why(request: HttpRequest, code: str) -> Any:
    actor = actor_of(request)
    found = why_factory(actor, queries.find_operation(actor, code))
    row = found.pop("assignment")
    shows = sees_machines(actor)
    return {
        **found,
        "factory": row.factory_code if row else None,
        "machine": row.machine_code if row and shows else None,
        "choices": [
            {
                "factory": each.factory,
                "machine": each.machine if shows else "",
                "setup_min": each.setup_min,
                "run_min": each.run_min,
                "cost": each.cost,
                "is_chosen": each.is_chosen,
            }
            for each in found["choices"]
        ],
    }
