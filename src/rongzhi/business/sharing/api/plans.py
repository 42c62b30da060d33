"""Plans: starting, progress, publishing, comparing, and the pictures' data."""
# Annotations are evaluated here.

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions import planning, publishing
from rongzhi.business.sharing.api import schemas as s
from rongzhi.business.sharing.api.orders import actor_of
from rongzhi.business.sharing.models import Plan, PlanningPreference, PlanState
from rongzhi.business.sharing.queries import plans as queries
from rongzhi.business.sharing.queries.compare import compare_plans, deviation_summary, deviations
from rongzhi.business.sharing.queries.gantt import MAX_BARS, Window, gantt_data
from rongzhi.business.sharing.queries.load import flow_data, load_data
from rongzhi.business.sharing.queries.reasons import explained, spoken
from rongzhi.business.sharing.queries.sight import sees_machine_of
from rongzhi.business.sharing.weights import DEFAULTS
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.rest import Instant, Page, Paging, idempotency_key, needs, page_of

router = Router()


def plan_out(actor: Actor, plan: Plan) -> dict[str, Any]:
    """Return a plan as far as the actor may see it: how it was made is the operator's business."""
    names = [name for name in s.PlanOut.model_fields if name != "base_plan"]
    data = {name: getattr(plan, name) for name in names}
    data["base_plan"] = plan.base_plan.code if plan.base_plan else None
    if not actor.is_operator:
        data |= {"figures": {}, "values": {}, "weights": {}, "total": None, "bound_value": None, "gap": None}
    return data


class PlanQuery(Paging):
    """Which plans are wanted."""

    state: PlanState | None = None


class Part(Paging):
    """Which part of a plan is wanted."""

    start: Instant | None = None
    end: Instant | None = None
    factory: str = ""
    machine: str = ""
    order: str = ""

    def window(self, limit: int, offset: int) -> Window:
        """Return the part as the queries take it."""
        return Window(self.start, self.end, self.factory, self.machine, self.order, limit, offset)


class PictureQuery(Schema):
    """Which part of a plan a chart shows."""

    start: Instant | None = None
    end: Instant | None = None
    factory: str = ""
    machine: str = ""
    order: str = ""
    limit: int = Field(MAX_BARS, ge=1, le=MAX_BARS)
    offset: int = Field(0, ge=0, le=10_000_000)


@router.get("/plans", response=Page[s.PlanOut], summary="计划 / Plans")
def list_plans(request: HttpRequest, query: Query[PlanQuery]) -> dict[str, Any]:
    actor = actor_of(request)
    rows = queries.plan_list(actor)
    page = page_of(rows.filter(state=query.state) if query.state else rows, query)
    return page | {"items": [plan_out(actor, plan) for plan in page["items"]]}


@router.post("/plans", response={202: s.JobRef}, auth=needs("plan"), summary="排产 / Start planning")
def start_planning(request: HttpRequest, body: s.PlanIn) -> Any:
    actor = actor_of(request)
    job = planning.start_planning(
        actor,
        weights=body.weights,
        scope=body.orders,
        time_limit_s=body.time_limit_s,
        seed=body.seed,
        frozen_until=body.frozen_until,
        base=queries.find_plan(actor, body.base) if body.base else None,
        idempotency_key=idempotency_key(request),
    )
    job.refresh_from_db()
    return Status(202, job)


@router.get("/planning/preference", response=s.PreferenceOut, auth=needs("plan"), summary="排产偏好 / Preference")
def get_preference(request: HttpRequest) -> Any:
    actor = actor_of(request)
    policy.may_prefer(actor).enforce()
    found = PlanningPreference.objects.filter(organisation=actor.organisation).first()
    return found or {"weights": DEFAULTS}


@router.put("/planning/preference", response=s.PreferenceOut, auth=needs("plan"), summary="设偏好 / Set preference")
def set_preference(request: HttpRequest, body: s.PreferenceIn) -> Any:
    return planning.set_preference(
        actor_of(request), weights=body.weights, time_limit_s=body.time_limit_s, seed=body.seed
    )


@router.get("/plans/compare", response=dict[str, Any], summary="比较两份计划 / Compare two plans")
def compare(request: HttpRequest, a: str, b: str) -> Any:
    actor = actor_of(request)
    found = compare_plans(actor, queries.find_plan(actor, a), queries.find_plan(actor, b))
    return {
        "figures": [{"name": name, "a": x, "b": y} for name, x, y in found.figures] if actor.is_operator else [],
        "common": found.common,
        "only_a": found.only_a,
        "only_b": found.only_b,
        "machine_changes": found.machine_changes,
        "moved": [
            {
                "operation": each.operation,
                "order": each.order,
                "machine_a": each.machine_a if actor.is_operator else "",
                "machine_b": each.machine_b if actor.is_operator else "",
                "start_a": each.start_a,
                "start_b": each.start_b,
                "shift_min": each.shift_min,
            }
            for each in found.moved
        ],
        "orders": [
            {
                "order": each.order,
                "end_a": each.end_a,
                "end_b": each.end_b,
                "late_a": each.late_a,
                "late_b": each.late_b,
            }
            for each in found.orders
        ],
    }


@router.get("/plans/{code}", response=s.PlanOut, summary="一份计划 / One plan (or `published`)")
def get_plan(request: HttpRequest, code: str) -> Any:
    actor = actor_of(request)
    return plan_out(actor, queries.find_plan(actor, code))


@router.post("/plans/{code}/publish", response=s.PlanOut, auth=needs("plan"), summary="发布计划 / Publish a plan")
def publish(request: HttpRequest, code: str, body: s.PublishIn) -> Any:
    actor = actor_of(request)
    plan = queries.find_plan(actor, code)
    return plan_out(actor, publishing.publish_plan(actor, plan, version=body.version, replacing=body.replacing))


@router.delete("/plans/{code}", response={204: None}, auth=needs("plan"), summary="丢弃草案 / Discard a draft")
def discard(request: HttpRequest, code: str) -> Any:
    actor = actor_of(request)
    planning.discard_plan(actor, queries.find_plan(actor, code))
    return Status(204, None)


@router.get("/plans/{code}/assignments", response=Page[s.AssignmentOut], summary="派工 / Assignments")
def plan_assignments(request: HttpRequest, code: str, query: Query[Part]) -> Any:
    actor = actor_of(request)
    rows = queries.assignments(actor, queries.find_plan(actor, code))
    part = query.window(query.limit, query.offset).narrow(actor)
    page = page_of(rows.filter(part).order_by("start", "pk"), query)
    items = [
        {
            "operation": row.operation.code,
            "name": row.operation.name,
            "order": row.order.code,
            "lot": row.operation.lot.code,
            "factory": row.factory_code,
            "machine": row.machine_code if sees_machine_of(actor, row) else "",
            "start": row.start,
            "setup_end": row.setup_end,
            "end": row.end,
            "changeover_min": row.changeover_min,
            "cost": row.cost,
            "tardiness_min": row.tardiness_min,
            "is_pinned": row.is_pinned,
        }
        for row in page["items"]
    ]
    return page | {"items": items}


SAID = {"order", "reasons", "explained"}


@router.get("/plans/{code}/orders", response=Page[s.PlanOrderOut], summary="各订单结果 / What it means for orders")
def plan_orders(request: HttpRequest, code: str, query: Query[Paging], late: bool = False) -> Any:
    actor = actor_of(request)
    rows = queries.plan_orders(actor, queries.find_plan(actor, code))
    page = page_of(rows.filter(tardiness_min__gt=0) if late else rows, query)
    items = [
        {
            **{name: getattr(row, name) for name in s.PlanOrderOut.model_fields if name not in SAID},
            "order": row.order.code,
            "reasons": spoken(actor, row.order.code, row.reasons),
            "explained": explained(actor, row),
        }
        for row in page["items"]
    ]
    return page | {"items": items}


@router.get("/plans/{code}/transports", response=Page[s.TransportOut], summary="运输 / Shipments")
def plan_transports(request: HttpRequest, code: str, query: Query[Paging]) -> Any:
    actor = actor_of(request)
    page = page_of(queries.transports(actor, queries.find_plan(actor, code)), query)
    items = [
        {
            **{name: getattr(row, name) for name in ("from_place", "to_place", "depart", "arrive", "cost")},
            "order": row.order.code,
            "before": row.before.code,
            "after": row.after.code,
        }
        for row in page["items"]
    ]
    return page | {"items": items}


@router.get("/plans/{code}/gantt", response=dict[str, Any], summary="甘特图数据 / Gantt data")
def plan_gantt(request: HttpRequest, code: str, query: Query[PictureQuery]) -> Any:
    actor = actor_of(request)
    window = Window(**query.model_dump())
    return gantt_data(actor, queries.find_plan(actor, code), window)


@router.get("/plans/{code}/load", response=dict[str, Any], summary="负荷与产能 / Load against capacity")
def plan_load(
    request: HttpRequest,
    code: str,
    bucket_days: int = 7,
    by: Literal["machine", "factory"] = "machine",
    factory: str = "",
) -> Any:
    actor = actor_of(request)
    plan = queries.find_plan(actor, code)
    return load_data(actor, plan, bucket_days=max(1, min(bucket_days, 90)), by=by, factory=factory)


@router.get("/plans/{code}/flows", response=dict[str, Any], summary="地点间流动 / Flows between places")
def plan_flows(request: HttpRequest, code: str) -> Any:
    actor = actor_of(request)
    return flow_data(actor, queries.find_plan(actor, code))


@router.get("/plans/{code}/deviation", response=dict[str, Any], summary="计划与实际 / Plan and reality")
def plan_deviation(request: HttpRequest, code: str) -> Any:
    actor = actor_of(request)
    found = deviations(actor, queries.find_plan(actor, code))
    rows = [
        {
            "operation": each.operation,
            "order": each.order,
            "start_planned": each.start_planned,
            "start_real": each.start_real,
            "start_dev_min": each.start_dev_min,
            "end_planned": each.end_planned,
            "end_real": each.end_real,
            "end_dev_min": each.end_dev_min,
        }
        for each in found
    ]
    return {"summary": deviation_summary(found), "operations": rows}
