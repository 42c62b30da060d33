"""Why an order ends when it does: the chain of what each operation waited for, back to its beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rongzhi.business.sharing.planner import Task
from rongzhi.engines import scheduling
from rongzhi.kernel.text import Text

LONGEST_CHAIN = 60
MOST_NAMED = 5


class Chains:
    """Follows a plan backwards from the end of an order; built once for a plan.

    Parameters
    ----------
    task : Task
    plan : scheduling.Plan
    """

    def __init__(self, task: Task, plan: scheduling.Plan) -> None:
        self.task, self.plan = task, plan
        self.rows = {row.operation: row for row in plan}
        self.operations = {each.code: each for _, each in task.problem.operations()}
        self.job_of = {each.code: job for job, each in task.problem.operations()}
        self.before_on_machine: dict[str, str] = {}
        self.lanes = plan.by_machine()
        for lane in self.lanes.values():
            for earlier, later in pairwise(lane):
                self.before_on_machine[later.operation] = earlier.operation
        self.links: dict[str, list[scheduling.Precedence]] = {}
        for link in task.problem.precedences:
            self.links.setdefault(link.after, []).append(link)
        self.calendars = {each.code: each for each in task.problem.calendars}
        self.transport = self._transport(task.problem.transport)
        self.fixed = {pin.operation for pin in task.problem.pins if pin.start is not None or pin.is_started}

    def of(self, operations: Sequence[str]) -> list[dict[str, Any]]:
        """Return the chain of an order's operations, last first; each step says what it waited for and how long."""
        code: str | None = max(operations, key=lambda each: self.rows[each].end)
        chain: list[dict[str, Any]] = []
        while code is not None and len(chain) < LONGEST_CHAIN:
            step, code = self._step(code)
            chain.append(step)
        return chain

    def _step(self, code: str) -> tuple[dict[str, Any], str | None]:
        row = self.rows[code]
        ready, cause, link_from = self._ready(code)
        machine_free, previous = self._machine_free(row)
        step: dict[str, Any] = {
            "operation": code,
            "order": self._order(code),
            "machine": row.machine,
            "start_min": row.start,
            "end_min": row.end,
            "work_min": self._work(row),
            "closed_min": max(0, row.end - row.start - self._work(row)),
        }
        if code in self.fixed:
            return step | _said("fixed", Text("已开工或已冻结", "has begun or is frozen")), None
        if previous is not None and machine_free > ready:
            step |= self._blocked(row, ready)
            step["wait_min"] = max(0, row.start - ready)
            return step, link_from
        if row.start - max(ready, machine_free) > 0:
            step |= _said(
                "calendar",
                Text(f"设备 {row.machine} 此前不开班", f"machine {row.machine} has no shift before"),
            )
            step["wait_min"] = row.start - max(ready, machine_free)
            return step, link_from
        return step | cause, link_from

    def _blocked(self, row: scheduling.Assignment, ready: int) -> dict[str, Any]:
        """Say which orders a machine does while an operation waits for it, the last first."""
        lane = [each for each in self.lanes[row.machine] if ready < each.end and each.start < row.start]
        orders = list(dict.fromkeys(self._order(each.operation) for each in reversed(lane)))
        shown = "、".join(orders[:MOST_NAMED]) + ("…" if len(orders) > MOST_NAMED else "")
        named = ", ".join(orders[:MOST_NAMED]) + (" ..." if len(orders) > MOST_NAMED else "")
        changed = Text(f"，换型 {row.changeover} 分", f", then {row.changeover} min of changeover")
        if not row.changeover:
            changed = Text("", "")
        return _said(
            "machine",
            Text(
                f"设备 {row.machine} 先做 {len(orders)} 个订单（{shown}）{changed.zh}",
                f"machine {row.machine} does {len(orders)} orders first ({named}){changed.en}",
            ),
        )

    def _ready(self, code: str) -> tuple[int, dict[str, Any], str | None]:
        """Return when the material of an operation is there, why then, and which operation it comes from."""
        operation = self.operations[code]
        ready = max(operation.earliest_start, self.job_of[code].release, 0)
        cause = _said("release", Text("最早开工时间或来料", "earliest start or material"))
        if ready == 0:
            cause = _said("first", Text("计划一开始就做", "begins with the plan"))
        source: str | None = None
        for link in self.links.get(code, ()):
            arrival, text = self._arrival(link, self.rows[code])
            if arrival >= ready:
                ready, source, cause = arrival, link.before, text
        return ready, cause, source

    def _arrival(self, link: scheduling.Precedence, row: scheduling.Assignment) -> tuple[int, dict[str, Any]]:
        before = self.rows[link.before]
        moved = self.transport.get((self._factory(before.machine), self._factory(row.machine)), 0)
        end = before.end
        if link.link is scheduling.Link.OVERLAP:
            end = min(before.end, before.setup_end + round((before.end - before.setup_end) * link.share))
        name = self.operations[link.before].name
        text = Text(f"等前道工序 {name}", f"waits for the operation before, {link.before}")
        if moved:
            text = Text(f"{text.zh}，运输 {moved} 分", f"{text.en}, then {moved} min of transport")
        return end + link.lag + moved, _said("transport" if moved else "predecessor", text)

    def _machine_free(self, row: scheduling.Assignment) -> tuple[int, str | None]:
        previous = self.before_on_machine.get(row.operation)
        return (self.rows[previous].end + row.changeover, previous) if previous else (0, None)

    def _work(self, row: scheduling.Assignment) -> int:
        modes = self.operations[row.operation].modes
        mode = modes[row.mode] if 0 <= row.mode < len(modes) else modes[0]
        return mode.setup + mode.run

    def _order(self, code: str) -> str:
        return self.task.stored.operations[code].lot.order.code

    def _factory(self, machine: str) -> str:
        return self.task.park.place_of.get(self.task.park.factory_of.get(machine, ""), "")

    @staticmethod
    def _transport(transport: scheduling.Transport) -> Mapping[tuple[str, str], int]:
        places = transport.places
        return {(a, b): transport.times[i][j] for i, a in enumerate(places) for j, b in enumerate(places) if i != j}


def _said(cause: str, text: Text) -> dict[str, Any]:
    return {"cause": cause, "zh": text.zh, "en": text.en, "wait_min": 0}
