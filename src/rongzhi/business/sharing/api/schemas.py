"""What goes in and out over the API."""
# Annotations are evaluated here.

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator

from rongzhi.business.sharing.figures import cents, trimmed
from rongzhi.platform.rest import Instant

Cents = Annotated[Decimal, AfterValidator(cents)]
"""Money as it is paid: with two decimals."""

Quantity = Annotated[Decimal, AfterValidator(trimmed)]
"""A quantity without zeros that say nothing."""


class LineIn(Schema):
    """A line of an order; times with their zone."""

    number: int | None = None
    item: str
    quantity: Decimal | str
    unit: str = "pcs"
    due: datetime | str
    earliest_start: datetime | str | None = None


class OrderIn(Schema):
    """An order; an empty ``code`` gets the next number, ``organisation`` is for the operator."""

    code: str = ""
    organisation: str = ""
    customer_label: str = ""
    priority: int = 5
    required_certificates: list[str] = []
    preferred_factories: list[str] = []
    excluded_factories: list[str] = []
    is_single_factory: bool = False
    note: str = ""
    lines: list[LineIn]

    def plain(self) -> dict[str, Any]:
        """Return what the actions take: lines numbered, the organisation left out."""
        data = self.model_dump(exclude={"organisation"})
        for index, line in enumerate(data["lines"], start=1):
            line["number"] = line["number"] or index
            for name in ("due", "earliest_start"):
                if isinstance(line[name], datetime):
                    line[name] = line[name].isoformat()
        return data


class OrderChange(OrderIn):
    """A changed order, from the version that was read."""

    version: int


class LineOut(Schema):
    """A line of an order."""

    number: int
    item: str
    item_name: str
    quantity: Quantity
    unit: str
    due: datetime
    earliest_start: datetime | None


class OrderOut(Schema):
    """An order with its lines; send ``version`` back when changing it."""

    code: str
    organisation: str
    customer_label: str
    priority: int
    required_certificates: list[str]
    preferred_factories: list[str]
    excluded_factories: list[str]
    is_single_factory: bool
    note: str
    state: str
    version: int
    promised_at: datetime | None
    created_at: datetime
    changed_at: datetime
    lines: list[LineOut]


class OrderRow(Schema):
    """An order in a list, with what the published plan says."""

    code: str
    organisation: str
    customer_label: str
    state: str
    priority: int
    due: datetime | None
    first_item: str | None
    first_quantity: Quantity | None
    line_count: int
    planned_end: datetime | None
    tardiness_min: int | None
    slack_min: int | None
    promised_at: datetime | None
    version: int

    @staticmethod
    def resolve_organisation(obj: Any) -> str:
        return str(obj.organisation.code)


class OrdersIn(Schema):
    """Orders to take all at once or not at all."""

    organisation: str = ""
    orders: list[OrderIn]


class ImportOut(Schema):
    """An import of orders."""

    id: int
    name: str
    orders: list[str]
    created_at: datetime


class CancelIn(Schema):
    """Why an order is cancelled, from which version."""

    reason: str = ""
    version: int | None = None


class OperationOut(Schema):
    """An operation of a lot, with who can do it, who cannot and why, and what the published plan does with it."""

    code: str
    step: int
    name: str
    process: str
    quantity: Quantity
    state: str
    good_quantity: Quantity
    scrap_quantity: Quantity
    actual_start: datetime | None
    actual_end: datetime | None
    is_stuck: bool
    candidates: list[dict[str, Any]]
    refusals: list[dict[str, Any]]
    factory: str | None
    machine: str | None
    start: datetime | None
    end: datetime | None


class LotOut(Schema):
    """A lot with its operations."""

    code: str
    line: int
    item: str
    quantity: Quantity
    release_at: datetime
    due: datetime | None
    feeds: str
    operations: list[OperationOut]


class DecomposeIn(Schema):
    """Orders to decompose; none names all that need it."""

    orders: list[str] | None = None
    again: bool = False


class DecompositionOut(Schema):
    """What decomposing did."""

    orders: int
    lots: int
    operations: int
    stuck: list[str]


class PlanIn(Schema):
    """How to plan; what is left out is as the operator's preference says."""

    weights: dict[str, float] | None = None
    orders: list[str] | None = None
    time_limit_s: float | None = None
    seed: int | None = None
    frozen_until: Instant | None = None
    base: str | None = None


class PreferenceIn(Schema):
    """How the operator plans unless a run says otherwise."""

    weights: dict[str, float]
    time_limit_s: float = 20
    seed: int = 1


class PreferenceOut(PreferenceIn):
    """The preference, and who set it."""

    changed_at: datetime | None = None
    changed_by: str = ""


class JobRef(Schema):
    """A job that was started; follow it at ``/jobs/{id}``."""

    id: UUID
    kind: str
    state: str


class PublishIn(Schema):
    """The version of the draft and the published plan the decision was made against."""

    version: int | None = None
    replacing: str | None = None


class PlanOut(Schema):
    """A plan with what is known about how good it is; the figures are the operator's."""

    code: str
    state: str
    origin: datetime
    horizon_end: datetime
    frozen_until: datetime | None
    weights: dict[str, float]
    seed: int
    time_limit_s: float
    solver_status: str
    total: float | None
    values: dict[str, float]
    bound_name: str
    bound_value: float | None
    gap: float | None
    figures: dict[str, Any]
    base_plan: str | None
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str
    version: int


class AssignmentOut(Schema):
    """An operation in a plan; the machine is shown to the operator and to its factory."""

    operation: str
    name: str
    order: str
    lot: str
    factory: str
    machine: str
    start: datetime
    setup_end: datetime
    end: datetime
    changeover_min: int
    cost: Cents
    tardiness_min: int
    is_pinned: bool


class PlanOrderOut(Schema):
    """What a plan means for an order, with the chain of reasons when it is late."""

    order: str
    due: datetime | None
    end: datetime
    tardiness_min: int
    slack_min: int | None
    weight: float
    cost: Cents
    transport_cost: Cents
    reasons: list[dict[str, Any]]
    explained: dict[str, Any]


class TransportOut(Schema):
    """A shipment of a plan."""

    order: str
    before: str
    after: str
    from_place: str
    to_place: str
    depart: datetime
    arrive: datetime
    cost: Cents


class PromiseIn(OrderIn):
    """The order a date is asked for; it is not placed."""


class PromiseOut(Schema):
    """The earliest defensible date and the cost, step by step, with alternatives; it holds until it expires."""

    id: UUID
    state: str
    date: datetime
    cost: Cents
    currency: str
    breakdown: dict[str, Any]
    alternatives: list[dict[str, Any]]
    plan: str | None
    order: str | None
    seconds: float
    expires_at: datetime
    created_at: datetime

    @staticmethod
    def resolve_plan(obj: Any) -> str | None:
        return obj.plan.code if obj.plan else None

    @staticmethod
    def resolve_order(obj: Any) -> str | None:
        return obj.order.code if obj.order else None


class AcceptIn(Schema):
    """Which way to accept: empty for the one offered first."""

    variant: str = ""


class ReportIn(Schema):
    """A report from the shop floor; the same ``key`` again changes nothing, ``corrects`` names the key it replaces."""

    operation: str
    kind: str
    at: Instant
    good: Decimal = Decimal(0)
    scrap: Decimal = Decimal(0)
    machine: str = ""
    key: str = ""
    note: str = ""
    corrects: str = ""


class ReportOut(Schema):
    """A report that was taken."""

    operation: str
    kind: str
    at: datetime
    good: Quantity
    scrap: Quantity
    machine_code: str
    source: str
    key: str
    corrects: str
    operation_state: str

    @staticmethod
    def resolve_operation(obj: Any) -> str:
        return str(obj.operation.code)

    @staticmethod
    def resolve_corrects(obj: Any) -> str:
        return str(obj.corrects.key) if obj.corrects else ""

    @staticmethod
    def resolve_operation_state(obj: Any) -> str:
        return str(obj.operation.state)


class ReplayIn(Schema):
    """Up to which moment the log is played; 0 hours a second is as fast as it goes."""

    until: Instant
    hours_per_second: float = 0


class ClockOut(Schema):
    """What time it is in the park, and on which Monday the replayed log begins."""

    now: datetime
    log_start: date | None
