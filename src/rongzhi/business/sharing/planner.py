"""Planning without writing: what is planned, the problem it makes, the solved and verified answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rongzhi.business.sharing.models import Order, Plan, PlanAssignment
from rongzhi.business.sharing.models.orders import LIVE_STATES
from rongzhi.business.sharing.park import Park, load_park
from rongzhi.business.sharing.problem import Frozen, build
from rongzhi.business.sharing.workbook import StoredWork, load_work, minutes_from
from rongzhi.engines import scheduling
from rongzhi.kernel.errors import Conflict, Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.model.production import Work


@dataclass(frozen=True)
class Task:
    """Everything a planning run needs.

    Parameters
    ----------
    orders : dict
        Orders that are planned, by code.
    left_out : dict
        Order code -> operations of it nobody can do; such orders are not planned.
    former : scheduling.Plan or None
        The plan that changes are measured against, restricted to what is planned.
    """

    park: Park
    stored: StoredWork
    work: Work
    problem: scheduling.Problem
    orders: dict[str, Order]
    left_out: dict[str, list[str]]
    former: scheduling.Plan | None
    frozen: dict[str, Frozen]


def live_orders(codes: Sequence[str] | None = None) -> list[Order]:
    """Return the orders planning takes, only those of ``codes`` if given."""
    rows = Order.objects.filter(state__in=LIVE_STATES).select_related("organisation")
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    return list(rows.order_by("code"))


def prepare(
    orders: Sequence[Order],
    *,
    origin: datetime,
    weights: Mapping[str, float],
    base: Plan | None = None,
    frozen_until: datetime | None = None,
) -> Task:
    """Return the planning task of orders from ``origin`` on; decomposed work is taken as it is stored."""
    park = load_park()
    stored = load_work(orders, origin)
    left_out: dict[str, list[str]] = {}
    for operation in stored.work.stuck:
        left_out.setdefault(stored.operations[operation.code].lot.order.code, []).append(operation.code)
    work = without(stored.work, set(left_out))
    known = {operation.code for operation in work.operations}
    kept = _base_rows(base, known)
    frozen: dict[str, Frozen] = {}
    if frozen_until is not None:
        frozen = {
            code: Frozen(row.machine_code, minutes_from(origin, row.start), minutes_from(origin, row.end))
            for code, row in kept.items()
            if row.start < frozen_until and row.machine_code in park.machines and not stored.operations[code].is_started
        }
    problem = build(
        work,
        park,
        rows={code: stored.operations[code] for code in known},
        frozen=frozen,
        objective=objective_of(weights),
    )
    planned = {lot.order for lot in work.lots}
    return Task(
        park,
        stored,
        work,
        problem,
        {order.code: order for order in orders if order.code in planned},
        left_out,
        _former(kept, origin, problem) if kept else None,
        frozen,
    )


def objective_of(weights: Mapping[str, float]) -> scheduling.Objective:
    """Return the engine's objective with the weights of the terms it knows."""
    known = {str(term): weights.get(str(term), 0.0) for term in scheduling.Term}
    return scheduling.Objective(**known)  # type: ignore[arg-type]


def without(work: Work, orders: set[str]) -> Work:
    """Return the work without some orders."""
    if not orders:
        return work
    lots = tuple(lot for lot in work.lots if lot.order not in orders)
    kept = {lot.code for lot in lots}
    operations = tuple(operation for operation in work.operations if operation.lot in kept)
    codes = {operation.code for operation in operations}
    links = tuple(link for link in work.links if link.before in codes and link.after in codes)
    return Work(work.origin, lots, operations, links, work.material_needs)


def verified(task: Task, result: scheduling.Result) -> Mapping[str, float]:
    """Hold a result against the independent checker; return the recomputed terms.

    Raises
    ------
    Conflict
        If no plan was found.
    Rejected
        If the plan breaks a rule; such a plan is never stored.
    """
    from rongzhi.engines.scheduling.checker import check

    if result.plan is None:
        reasons = result.explanation
        first = reasons[0].message if reasons else Text("时限内没有找到可行计划", "no plan was found in the time given")
        raise Conflict(
            Text(f"排产没有得到计划：{first.zh}", f"planning gave no plan: {first.en}"),
            where=reasons[0].where if reasons else "",
            fix=reasons[0].fix if reasons else Text("增加时限后重试", "try again with more time"),
        )
    verification = check(task.problem, result.plan, task.former)
    broken: list[Finding] = [violation.as_finding() for violation in verification.violations]
    if broken:
        raise Rejected(broken)
    return verification.values


def _base_rows(base: Plan | None, known: set[str]) -> dict[str, PlanAssignment]:
    if base is None:
        return {}
    rows = PlanAssignment.objects.filter(plan=base).select_related("operation")
    return {row.operation.code: row for row in rows if row.operation.code in known}


def _former(
    kept: Mapping[str, PlanAssignment], origin: datetime, problem: scheduling.Problem
) -> scheduling.Plan | None:
    """Return the base plan in minutes from the new origin, as far as its machines can still do the operations."""
    found = []
    for _, operation in problem.operations():
        row = kept.get(operation.code)
        mode = next((i for i, each in enumerate(operation.modes) if row and each.machine == row.machine_code), None)
        if row is None or mode is None:
            continue
        found.append(
            scheduling.Assignment(
                operation.code,
                row.machine_code,
                mode,
                minutes_from(origin, row.start),
                minutes_from(origin, row.setup_end),
                minutes_from(origin, row.end),
                row.changeover_min,
            )
        )
    return scheduling.Plan.of(found) if found else None
