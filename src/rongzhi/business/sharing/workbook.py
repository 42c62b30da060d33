"""Work between rows and documents: stored lots, operations and links as the document planning takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from rongzhi.business.sharing.models import Order, WorkLink, WorkLot, WorkOperation
from rongzhi.kernel.text import Text
from rongzhi.model.production import Candidate, Link, Lot, Operation, Refusal, Work


@dataclass(frozen=True, slots=True)
class StoredWork:
    """Stored work as a document, with the rows it came from by code."""

    work: Work
    operations: dict[str, WorkOperation]
    lots: dict[str, WorkLot]


def candidate_row(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as plain data."""
    return {
        "machine": candidate.machine,
        "work_centre": candidate.work_centre,
        "factory": candidate.factory,
        "setup_min": candidate.setup_min,
        "run_min": candidate.run_min,
        "cost": str(candidate.cost),
    }


def candidate_of(row: dict[str, Any]) -> Candidate:
    """Return a candidate from plain data."""
    return Candidate(**{**row, "cost": Decimal(row["cost"])})


def refusal_row(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as plain data."""
    return {
        "resource": refusal.resource,
        "factory": refusal.factory,
        "code": refusal.code,
        "zh": refusal.reason.zh,
        "en": refusal.reason.en,
    }


def refusal_of(row: dict[str, Any]) -> Refusal:
    """Return a refusal from plain data."""
    return Refusal(row["resource"], row["factory"], row["code"], Text(row["zh"], row["en"]))


def load_work(orders: Sequence[Order], origin: datetime) -> StoredWork:
    """Return the current work of orders, its times counted in minutes from ``origin``."""
    codes = {order.pk: order for order in orders}
    lots = list(
        WorkLot.objects.filter(order__in=codes, is_current=True)
        .select_related("item", "order")
        .order_by("order__code", "position")
    )
    rows = list(
        WorkOperation.objects.filter(lot__in=lots, is_current=True)
        .defer("refusals")
        .select_related("lot", "lot__order")
        .order_by("lot__order__code", "lot__position", "position")
    )
    of_lot: dict[int, list[str]] = {}
    for row in rows:
        of_lot.setdefault(row.lot_id, []).append(row.code)
    links = (
        WorkLink.objects.filter(order__in=codes, before__is_current=True, after__is_current=True)
        .order_by("id")
        .values_list("before__code", "after__code", "lag_min", "max_lag_min", "transfer_fraction")
    )
    work = Work(
        origin=origin,
        lots=tuple(_lot(lot, of_lot.get(lot.pk, []), origin) for lot in lots),
        operations=tuple(operation_document(row, origin) for row in rows),
        links=tuple(Link(*link) for link in links),
    )
    return StoredWork(work, {row.code: row for row in rows}, {lot.code: lot for lot in lots})


def operation_document(row: WorkOperation, origin: datetime) -> Operation:
    """Return a stored operation as a document, without its refusals."""
    return Operation(
        code=row.code,
        lot=row.lot.code,
        step=row.step,
        name=Text(row.name_zh, row.name_en or row.name_zh),
        process=row.process,
        family=row.family,
        quantity=row.quantity,
        candidates=tuple(candidate_of(each) for each in row.candidates),
        may_span_breaks=row.may_span_breaks,
        stays_with=row.stays_with,
        release_min=max(0, minutes_from(origin, row.release_at)) if row.release_at else 0,
    )


def minutes_from(origin: datetime, moment: datetime) -> int:
    """Return whole minutes from ``origin`` to a moment, rounded down."""
    return int((moment - origin).total_seconds() // 60)


def _lot(lot: WorkLot, operations: list[str], origin: datetime) -> Lot:
    return Lot(
        code=lot.code,
        order=lot.order.code,
        line=lot.line,
        item=lot.item.code,
        quantity=lot.quantity,
        release_min=max(0, minutes_from(origin, lot.release_at)),
        due_min=None if lot.due is None else minutes_from(origin, lot.order.due_to_keep(lot.due)),
        weight=lot.weight,
        operations=tuple(operations),
        feeds=lot.feeds,
        is_single_factory=lot.is_single_factory,
        preferred_factories=tuple(lot.preferred_factories),
    )
