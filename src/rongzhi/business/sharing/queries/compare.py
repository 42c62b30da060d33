"""Two plans side by side, and a plan beside what really happened."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rongzhi.business.sharing.models import OperationState, Plan, PlanAssignment, PlanOrder
from rongzhi.business.sharing.queries.plans import assignments
from rongzhi.platform.access.actor import Actor

FIGURES = ("orders", "operations", "late_orders", "tardiness_min", "weighted_tardiness", "cost", "transport_cost",
           "changeover_min", "makespan_min", "transports")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moved:
    """An operation two plans treat differently."""

    operation: str
    order: str
    machine_a: str
    machine_b: str
    start_a: datetime
    start_b: datetime

    @property
    def shift_min(self) -> int:
        """How much later the second plan starts it, minutes."""
        return round((self.start_b - self.start_a).total_seconds() / 60)

    @property
    def is_other_machine(self) -> bool:
        """Whether the second plan does it elsewhere."""
        return self.machine_a != self.machine_b


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What changes for one order."""

    order: str
    end_a: datetime | None
    end_b: datetime | None
    late_a: int | None
    late_b: int | None

    @property
    def shift_min(self) -> int | None:
        """How much later it ends in the second plan, minutes."""
        if self.end_a is None or self.end_b is None:
            return None
        return round((self.end_b - self.end_a).total_seconds() / 60)

    @property
    def late_change_min(self) -> int | None:
        """How much later than its due date it gets by the second plan, minutes."""
        return None if self.gain_min is None else -self.gain_min

    @property
    def gain_min(self) -> int | None:
        """How much less late it is in the second plan, minutes."""
        return None if self.late_a is None or self.late_b is None else self.late_a - self.late_b


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two plans side by side; ``only_a`` and ``only_b`` are operations the other does not have."""

    figures: list[tuple[str, float | None, float | None]]
    moved: list[Moved]
    orders: list[OrderChange]
    common: int
    only_a: int
    only_b: int

    @property
    def machine_changes(self) -> int:
        """How many operations are done on another machine."""
        return sum(each.is_other_machine for each in self.moved)


def compare_plans(actor: Actor, a: Plan, b: Plan) -> Comparison:
    """Return what differs between two plans the actor may see."""
    rows_a, rows_b = _rows(actor, a), _rows(actor, b)
    common = rows_a.keys() & rows_b.keys()
    moved = [
        Moved(code, rows_a[code][0], rows_a[code][1], rows_b[code][1], rows_a[code][2], rows_b[code][2])
        for code in common
        if rows_a[code][1:] != rows_b[code][1:]
    ]
    moved.sort(key=lambda each: (not each.is_other_machine, -abs(each.shift_min), each.operation))
    return Comparison(
        figures=[(key, _number(a.figures.get(key)), _number(b.figures.get(key))) for key in FIGURES],
        moved=moved,
        orders=_order_changes(actor, a, b),
        common=len(common),
        only_a=len(rows_a) - len(common),
        only_b=len(rows_b) - len(common),
    )


def _rows(actor: Actor, plan: Plan) -> dict[str, tuple[str, str, datetime]]:
    rows = PlanAssignment.objects.visible_to(actor).filter(plan=plan)
    found = rows.values_list("operation__code", "order__code", "machine_code", "start")
    return {code: (order, machine, start) for code, order, machine, start in found}


def _order_changes(actor: Actor, a: Plan, b: Plan) -> list[OrderChange]:
    rows = PlanOrder.objects.visible_to(actor).filter(plan__in=[a, b])
    ends: dict[str, dict[int, tuple[datetime, int]]] = {}
    for code, plan, end, late in rows.values_list("order__code", "plan_id", "end", "tardiness_min"):
        ends.setdefault(code, {})[plan] = (end, late)
    empty = (None, None)
    changes = [
        OrderChange(
            code,
            found.get(a.pk, empty)[0],
            found.get(b.pk, empty)[0],
            found.get(a.pk, empty)[1],
            found.get(b.pk, empty)[1],
        )
        for code, found in ends.items()
        if found.get(a.pk) != found.get(b.pk)
    ]
    changes.sort(key=_by_weight_of_change)
    return changes


def _by_weight_of_change(change: OrderChange) -> tuple[int, int, str]:
    """Put what is in one plan only first, then what gets late or is late no more, then what ends at another time."""
    if change.gain_min is None:
        return -(10**9), 0, change.order
    return -abs(change.gain_min), -abs(change.shift_min or 0), change.order


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


# -- plan and reality ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deviation:
    """Planned and real times of one operation that has begun."""

    operation: str
    order: str
    name: str
    machine_planned: str
    machine_real: str
    start_planned: datetime
    start_real: datetime
    end_planned: datetime
    end_real: datetime | None
    state: str

    @property
    def start_dev_min(self) -> int:
        """How much later it began than planned, minutes."""
        return round((self.start_real - self.start_planned).total_seconds() / 60)

    @property
    def end_dev_min(self) -> int | None:
        """How much later it ended than planned, minutes; None while it runs."""
        return None if self.end_real is None else round((self.end_real - self.end_planned).total_seconds() / 60)


def deviations(actor: Actor, plan: Plan) -> list[Deviation]:
    """Return planned against real times of every operation of a plan that has begun."""
    rows = assignments(actor, plan).filter(operation__state__in=[OperationState.RUNNING, OperationState.DONE])
    return [
        Deviation(
            row.operation.code,
            row.order.code,
            row.operation.name,
            row.machine_code,
            row.operation.actual_machine,
            row.start,
            row.operation.actual_start,
            row.end,
            row.operation.actual_end,
            row.operation.state,
        )
        for row in rows.order_by("operation__actual_start", "pk")
        if row.operation.actual_start is not None
    ]


def histogram(values: list[int], *, width_min: int = 1440, reach: int = 14) -> list[dict[str, Any]]:
    """Return how many values fall into each class of ``width_min``; the outer classes take everything beyond."""
    counts = dict.fromkeys(range(-reach, reach + 1), 0)
    for value in values:
        counts[max(-reach, min(reach, round(value / width_min)))] += 1
    return [{"class": index, "from_min": (index - 0.5) * width_min, "count": n} for index, n in counts.items()]


def deviation_summary(found: list[Deviation]) -> dict[str, Any]:
    """Return count, median and mean absolute deviation of starts and ends, minutes, and both histograms."""
    starts = [each.start_dev_min for each in found]
    ends = [each.end_dev_min for each in found if each.end_dev_min is not None]
    return {
        "begun": len(starts),
        "ended": len(ends),
        "start_median_min": statistics.median(starts) if starts else None,
        "end_median_min": statistics.median(ends) if ends else None,
        "start_mean_abs_min": statistics.fmean(map(abs, starts)) if starts else None,
        "end_mean_abs_min": statistics.fmean(map(abs, ends)) if ends else None,
        "other_machine": sum(each.machine_real != each.machine_planned for each in found),
        "starts": histogram(starts),
        "ends": histogram(ends),
    }
