"""Writing a verified plan: assignments, shipments and what it means for each order, all in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from rongzhi.business.sharing.models import Plan, PlanAssignment, PlanOrder, PlanTransport
from rongzhi.business.sharing.planner import Task
from rongzhi.business.sharing.reasons import Reasons
from rongzhi.elements.resources.models import Factory, Machine
from rongzhi.engines import scheduling
from rongzhi.model.production import Candidate, Operation

BATCH = 400


def fill_plan(plan: Plan, task: Task, found: scheduling.Plan) -> dict[str, Any]:
    """Write the rows of a plan that is stored already; return the figures people read first."""
    writer = _Writer(plan, task, as_really(task, found))
    PlanAssignment.objects.bulk_create(writer.assignments(), batch_size=BATCH)
    transports = writer.transports()
    PlanTransport.objects.bulk_create(transports, batch_size=BATCH)
    orders = writer.orders(transports)
    PlanOrder.objects.bulk_create(orders, batch_size=BATCH)
    return writer.figures(orders, transports)


def as_really(task: Task, found: scheduling.Plan) -> scheduling.Plan:
    """Return a plan with begun work on the machines it is really done on."""
    if not task.real:
        return found
    return scheduling.Plan.of(replace(row, machine=task.real.get(row.operation, row.machine)) for row in found)


class _Writer:
    def __init__(self, plan: Plan, task: Task, found: scheduling.Plan) -> None:
        self.plan, self.task, self.found = plan, task, found
        self.origin: datetime = task.work.origin
        self.rows = {row.operation: row for row in found}
        self.operations: dict[str, Operation] = {each.code: each for each in task.work.operations}
        self.lots = {lot.code: lot for lot in task.work.lots}
        self.machines = {each.code: each for each in Machine.objects.filter(code__in=set(found.machine))}
        self.factories = {each.code: each for each in Factory.objects.select_related("organisation")}
        self.pinned = {pin.operation for pin in task.problem.pins}
        self.cost_of = {code: self._cost(code) for code in self.rows}
        self.late_of = self._lateness()
        self.reasons = Reasons(task, found)

    def at(self, minutes: int) -> datetime:
        """Return the moment so many minutes after the origin."""
        return self.origin + timedelta(minutes=int(minutes))

    def assignments(self) -> list[PlanAssignment]:
        """Return one row for each operation."""
        made = []
        for code, row in self.rows.items():
            operation = self.task.stored.operations[code]
            factory = self.factories.get(self.task.park.factory_of.get(row.machine, ""))
            made.append(
                PlanAssignment(
                    plan=self.plan,
                    operation=operation,
                    order=operation.lot.order,
                    machine=self.machines.get(row.machine),
                    factory=factory,
                    organisation=factory.organisation if factory else None,
                    machine_code=row.machine,
                    factory_code=factory.code if factory else "",
                    start=self.at(row.start),
                    setup_end=self.at(row.setup_end),
                    end=self.at(row.end),
                    changeover_min=row.changeover,
                    cost=self.cost_of[code],
                    tardiness_min=max(0, self.late_of.get(self._top(operation.lot.code), 0)),
                    is_pinned=code in self.pinned,
                    choice=self.reasons.of_operation(code),
                )
            )
        return made

    def transports(self) -> list[PlanTransport]:
        """Return one row for each shipment between places."""
        made = []
        for link in self.task.stored.work.links:
            if link.before not in self.rows or link.after not in self.rows:
                continue
            before, after = self.rows[link.before], self.rows[link.after]
            origin, target = self._place(before.machine), self._place(after.machine)
            if origin == target or not origin or not target:
                continue
            way = self.task.park.transport.get((origin, target))
            minutes = way.minutes if way else 0
            is_whole = link.transfer_fraction >= 1
            depart = before.end if is_whole else max(before.start, min(before.end, after.start - minutes))
            made.append(
                PlanTransport(
                    plan=self.plan,
                    order=self.task.stored.operations[link.before].lot.order,
                    before=self.task.stored.operations[link.before],
                    after=self.task.stored.operations[link.after],
                    from_place=origin,
                    to_place=target,
                    depart=self.at(depart),
                    arrive=self.at(depart + minutes),
                    cost=way.cost if way else Decimal(0),
                )
            )
        return made

    def orders(self, transports: list[PlanTransport]) -> list[PlanOrder]:
        """Return one row for each order; late ones with the chain of reasons."""
        of_order: dict[str, list[str]] = {}
        for code, operation in self.operations.items():
            of_order.setdefault(self.lots[operation.lot].order, []).append(code)
        moved: dict[str, Decimal] = {}
        for each in transports:
            moved[each.order.code] = moved.get(each.order.code, Decimal(0)) + each.cost
        return [self._order(code, codes, moved) for code, codes in of_order.items()]

    def _order(self, code: str, codes: list[str], moved: Mapping[str, Decimal]) -> PlanOrder:
        tops = [lot for lot in self.lots.values() if lot.order == code and lot.code in self.late_of]
        worst = max(tops, key=lambda lot: self.late_of[lot.code], default=None)
        late = self.late_of[worst.code] if worst else 0
        why = self.reasons.of_order(codes) if late > 0 else {}
        return PlanOrder(
            plan=self.plan,
            order=self.task.orders[code],
            due=self.at(worst.due_min) if worst and worst.due_min is not None else None,
            end=self.at(max(self.rows[each].end for each in codes)),
            tardiness_min=max(0, late),
            slack_min=-late if worst else None,
            weight=worst.weight if worst else 1.0,
            cost=sum((self.cost_of[each] for each in codes), Decimal(0)),
            transport_cost=moved.get(code, Decimal(0)),
            **why,
        )

    def figures(self, orders: list[PlanOrder], transports: list[PlanTransport]) -> dict[str, Any]:
        """Return the figures of the whole plan."""
        late = [each for each in orders if each.tardiness_min]
        return {
            "orders": len(orders),
            "operations": len(self.rows),
            "factories": len({self.task.park.factory_of.get(each, "") for each in self.found.machine}),
            "machines": len(set(self.found.machine)),
            "late_orders": len(late),
            "tardiness_min": sum(each.tardiness_min for each in late),
            "weighted_tardiness": round(sum(each.tardiness_min * each.weight for each in late), 3),
            "cost": str(sum((each.cost for each in orders), Decimal(0))),
            "transport_cost": str(sum((each.transport_cost for each in orders), Decimal(0))),
            "transports": len(transports),
            "changeover_min": int(self.found.changeover.sum()),
            "makespan_min": self.found.makespan,
            "pinned": len(self.pinned),
            "left_out": self.task.left_out,
            "currency": self.task.park.network.currency,
        }

    def _cost(self, code: str) -> Decimal:
        row, operation = self.rows[code], self.operations[code]
        found: Candidate | None = next((each for each in operation.candidates if each.machine == row.machine), None)
        return found.cost if found else Decimal(0)

    def _lateness(self) -> dict[str, int]:
        """Return end minus due of every lot with a due date, over itself and the lots that feed it."""
        ends: dict[str, int] = {}
        for code, operation in self.operations.items():
            top = self._top(operation.lot)
            ends[top] = max(ends.get(top, 0), self.rows[code].end)
        return {
            code: ends[code] - lot.due_min
            for code, lot in self.lots.items()
            if lot.due_min is not None and code in ends
        }

    def _top(self, lot: str) -> str:
        while self.lots[lot].feeds in self.lots:
            lot = self.lots[lot].feeds
        return lot

    def _place(self, machine: str) -> str:
        return self.task.park.place_of.get(self.task.park.factory_of.get(machine, ""), "")
