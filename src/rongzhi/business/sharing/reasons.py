"""Why an order ends when it does, what would help it, and why each operation is on its machine.

All of it is computed by the scheduling engine from the plan itself when the plan is stored, and kept with its rows as
plain data in both languages; `queries.reasons` says what of it an actor may read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from rongzhi.business.sharing.words import CHOSEN, HELPS, named, reason_row
from rongzhi.engines import scheduling
from rongzhi.kernel.text import Text
from rongzhi.platform.ui.format import duration

if TYPE_CHECKING:
    from rongzhi.business.sharing.planner import Task

MOST_OTHERS = 5
MOST_BLOCKERS = 6
CHOICES_TIME_S = 20.0  # of very large plans the first operations are explained, the rest is shown by price and time
WAITING = frozenset({"closed", "break", "machine", "changeover", "resource", "short-gap", "held-back", "fixed"})


class Reasons:
    """Answers for one verified plan; built once when it is stored.

    Parameters
    ----------
    task : Task
    plan : scheduling.Plan
        Machines may be the real ones of begun work; see `planner.Task.real`.
    """

    def __init__(self, task: Task, plan: scheduling.Plan) -> None:
        self.task = task
        self.origin: datetime = task.work.origin
        self.real = {row.operation: row.machine for row in plan}
        self.operations = {each.code: each for _, each in task.problem.operations()}
        self.job_of = {each.code: job for job, each in task.problem.operations()}
        known = [self._as_asked(row) for row in plan if row.operation in self.operations]
        self.rows = {row.operation: row for row in known}
        self.explainer = scheduling.Explainer(task.problem, scheduling.Plan.of(known), when=self.when)
        self._until = monotonic() + CHOICES_TIME_S

    def when(self, minutes: int) -> str:
        """Return a moment as people write it."""
        return f"{timezone.localtime(self.at(minutes)):%m-%d %H:%M}"

    def at(self, minutes: int) -> datetime:
        """Return the moment so many minutes after the origin."""
        return self.origin + timedelta(minutes=int(minutes))

    def of_order(self, operations: Sequence[str]) -> dict[str, Any]:
        """Return ``reasons`` (the chain in order of time, adding up to the end) and ``explained`` of a late order."""
        found = self.explainer.why_late(self._latest(operations))
        due = found.due
        return {
            "reasons": list(self._chain(found.causes)),
            "explained": {
                "begin": self.at(found.begin).isoformat(),
                "completion": self.at(found.completion).isoformat(),
                "waiting_min": found.waiting,
                "slack_min": found.slack,
                "least": self.at(found.least).isoformat(),
                "is_impossible": due is not None and found.least > due,
                "blockers": self._blockers(found.blockers),
                "helps": [self._help(each, due) for each in self.explainer.what_would_help(found.job)],
            },
        }

    def of_operation(self, code: str) -> dict[str, Any]:
        """Return why an operation is on its machine, with the other ways and what they would mean."""
        if code not in self.operations or monotonic() > self._until:
            return {}
        found = self.explainer.why_machine(code)
        chosen, others = found.alternatives[0], found.alternatives[1:]
        return {
            "reasons": list(found.reasons),
            "zh": "；".join(CHOSEN[each].zh for each in found.reasons) or CHOSEN["balance"].zh,
            "en": "; ".join(CHOSEN[each].en for each in found.reasons) or CHOSEN["balance"].en,
            "others": [self._other(each, chosen) for each in others[:MOST_OTHERS]],
        }

    def _latest(self, operations: Sequence[str]) -> str:
        """Return the job that is latest against its due date; without due dates the one that ends last."""
        dues = {self.job_of[code].code: self.job_of[code].due for code in operations}
        ends: dict[str, int] = {}
        for code in operations:
            job = self.job_of[code].code
            ends[job] = max(ends.get(job, 0), self.rows[code].end)
        return max(ends, key=lambda job: (dues[job] is not None, ends[job] - (dues[job] or 0)))

    def _as_asked(self, row: scheduling.Assignment) -> scheduling.Assignment:
        """Return a row on the machine the problem knows it on."""
        modes = self.operations[row.operation].modes
        return row if modes[row.mode].machine == row.machine else replace(row, machine=modes[row.mode].machine)

    def _chain(self, causes: Sequence[scheduling.Cause]) -> Iterator[dict[str, Any]]:
        """Yield the causes with equal ones of an operation put together; their minutes still add up."""
        together: dict[tuple[str, str], list[scheduling.Cause]] = {}
        for cause in causes:
            together.setdefault((cause.operation, cause.kind), []).append(cause)
        for (code, kind), some in together.items():
            minutes = sum(cause.amount for cause in some)
            orders = [self._order(each) for cause in some for each in cause.codes if kind == "machine"]
            machine = self.real[code]
            yield {
                "operation": code,
                "order": self._order(code),
                "machine": machine,
                "cause": kind,
                "start": self.at(some[0].since).isoformat(),
                "end": self.at(some[-1].until).isoformat(),
                "wait_min": minutes if kind in WAITING else 0,
                **reason_row(kind, minutes, machine, orders),
            }

    def _blockers(self, blockers: Sequence[scheduling.Blocker]) -> list[dict[str, Any]]:
        """Return the orders that went first, each once, the longest first."""
        minutes: dict[str, int] = {}
        first: dict[str, scheduling.Blocker] = {}
        for each in blockers:
            order = self._order(each.operation)
            minutes[order] = minutes.get(order, 0) + each.amount
            first.setdefault(order, each)
        longest = sorted(minutes, key=lambda order: (-minutes[order], order))[:MOST_BLOCKERS]
        return [
            {
                "order": order,
                "minutes": minutes[order],
                "weight": first[order].weight,
                "due": self.at(due).isoformat() if (due := first[order].due) is not None else None,
            }
            for order in longest
        ]

    def _help(self, found: scheduling.Help, due: int | None) -> dict[str, Any]:
        late = max(0, found.completion - due) if due is not None else 0
        bare, full = self._help_words(found)
        gain, left = duration(found.gain), duration(late)
        effect = Text(
            f"{self.when(found.completion)} 完成，早 {gain.zh}，" + (f"仍晚 {left.zh}" if late else "按期"),
            f"ends {self.when(found.completion)}, {gain.en} earlier, "
            + (f"still {left.en} late" if late else "on time"),
        )
        return {
            "kind": found.kind,
            "completion": self.at(found.completion).isoformat(),
            "gain_min": found.gain,
            "late_min": late,
            "cost": f"{found.cost:.2f}",
            "zh": f"{full.zh}：{effect.zh}",
            "en": f"{full.en}: {effect.en}",
            "bare_zh": f"{bare.zh}：{effect.zh}",
            "bare_en": f"{bare.en}: {effect.en}",
        }

    def _help_words(self, found: scheduling.Help) -> tuple[Text, Text]:
        """Return what would be changed, without and with names."""
        bare = HELPS[found.kind]
        if found.kind == "extra-shift":
            span = f"{self.when(found.since)} – {self.when(found.until)}"
            bare = Text(f"{bare.zh} {span}", f"{bare.en} {span}")
            return bare, Text(f"机床 {found.machine} {bare.zh}", f"{bare.en} on {found.machine}")
        if found.moves:
            moves = named(f"{code} → {machine}" for code, machine in found.moves)
            return bare, Text(f"{bare.zh}（{moves.zh}）", f"{bare.en} ({moves.en})")
        return bare, bare

    def _other(self, other: scheduling.Choice, chosen: scheduling.Choice) -> dict[str, Any]:
        later = None if other.end is None or chosen.end is None else other.end - chosen.end
        done = None if other.completion is None or chosen.completion is None else other.completion - chosen.completion
        money = other.cost + other.transport_cost - chosen.cost - chosen.transport_cost
        return {
            "machine": other.machine,
            "factory": other.factory,
            "later_min": later,
            "order_later_min": done,
            "extra_cost": f"{money:.2f}",
        }

    def _order(self, code: str) -> str:
        return str(self.task.stored.operations[code].lot.order.code)
