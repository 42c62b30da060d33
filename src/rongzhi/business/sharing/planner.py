"""Planning without writing: what is planned, the problem it makes, the solved and verified answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rongzhi.business.sharing.models import Order, Plan, PlanAssignment
from rongzhi.business.sharing.models.orders import LIVE_STATES
from rongzhi.business.sharing.park import Park, load_park
from rongzhi.business.sharing.problem import Frozen, as_it_is, begun, frozen_pins, horizon_days, with_past
from rongzhi.business.sharing.workbook import StoredWork, load_work, minutes_from
from rongzhi.engines import scheduling
from rongzhi.engines.scheduling.from_work import build_problem
from rongzhi.kernel.errors import Conflict, Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.model.production import Work

TERMS = {str(term) for term in scheduling.Term}


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
    real : dict
        Operation code -> machine of begun work that holds no machine in the problem.
    """

    park: Park
    stored: StoredWork
    work: Work
    problem: scheduling.Problem
    orders: dict[str, Order]
    left_out: dict[str, list[str]]
    former: scheduling.Plan | None
    frozen: dict[str, Frozen]
    real: dict[str, str]


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
    whole = as_it_is(stored.work, stored.operations, park)
    kept = _base_rows(base, set(stored.operations))
    frozen = _frozen(kept, stored, origin, frozen_until)
    past = begun(whole, stored.operations, park)
    built = build_problem(
        whole,
        park.network,
        horizon_days=horizon_days(whole),
        frozen=(*past.pins, *frozen_pins(whole, frozen, past)),
        weights={key: value for key, value in weights.items() if key in TERMS},
    )
    known = {each.code for _, each in built.problem.operations()}
    left_out: dict[str, list[str]] = {}
    for operation in whole.operations:
        if operation.code not in known:
            order = stored.operations[operation.code].lot.order.code
            left_out.setdefault(order, [])
            if not operation.candidates:
                left_out[order].append(operation.code)
    work = without(whole, known)
    problem, real = with_past(built.problem, past, park)
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
        real,
    )


def without(work: Work, known: set[str]) -> Work:
    """Return the work of the known operations only."""
    operations = tuple(operation for operation in work.operations if operation.code in known)
    if len(operations) == len(work.operations):
        return work
    used = {operation.lot for operation in operations}
    lots = tuple(lot for lot in work.lots if lot.code in used)
    links = tuple(link for link in work.links if link.before in known and link.after in known)
    return Work(work.origin, lots, operations, links, work.material_needs)


def verified(task: Task, result: scheduling.Result) -> Mapping[str, float]:
    """Return the terms of a task's result as the independent checker recomputes them; see `verify`."""
    return verify(task.problem, result, task.former)[1]


def verify(
    problem: scheduling.Problem, result: scheduling.Result, former: scheduling.Plan | None
) -> tuple[scheduling.Plan, Mapping[str, float]]:
    """Hold a result against the independent checker; return its plan and the recomputed terms.

    Raises
    ------
    Conflict
        If no plan was found.
    Rejected
        If the plan breaks a rule; such a plan is never stored nor promised.
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
    verification = check(problem, result.plan, former)
    broken: list[Finding] = [violation.as_finding() for violation in verification.violations]
    if broken:
        raise Rejected(broken)
    return result.plan, verification.values


def _frozen(
    kept: Mapping[str, PlanAssignment], stored: StoredWork, origin: datetime, until: datetime | None
) -> dict[str, Frozen]:
    """Return what the base plan starts before a moment and nobody has begun yet."""
    if until is None:
        return {}
    return {
        code: Frozen(row.machine_code, minutes_from(origin, row.start), minutes_from(origin, row.end))
        for code, row in kept.items()
        if row.start < until and not stored.operations[code].is_started
    }


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
