"""Take a problem over from a PyJobShop model."""

from __future__ import annotations

from typing import Any

from rongzhi.engines.scheduling.io.pyjobshop_write import pyjobshop
from rongzhi.engines.scheduling.io.shop import FACTORY
from rongzhi.engines.scheduling.model import (
    FOREVER,
    Calendar,
    Changeover,
    Factory,
    Job,
    Link,
    Machine,
    Mode,
    Need,
    Objective,
    Operation,
    Precedence,
    Problem,
    Resource,
)
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

ANYWHERE = "ANYWHERE"
"""The machine without limit of modes that hold no machine."""

_LINKS = {
    "end_before_start": Link.FINISH_START,
    "start_before_start": Link.START_START,
    "end_before_end": Link.FINISH_FINISH,
}
_TAKEN = {*_LINKS, "start_before_end", "setup_times"}


def from_pyjobshop(model: Any, name: str = "pyjobshop") -> Problem:
    """Return a PyJobShop model (or its data) as a problem.

    Parameters
    ----------
    model : pyjobshop.Model or pyjobshop.ProblemData
    name : str

    Returns
    -------
    Problem
        Names are kept where they are unique, else ``job-1``, ``task-1`` ... stand for them.

    Raises
    ------
    Unavailable
        If PyJobShop is not installed.
    Rejected
        With one finding for each thing the model cannot say (optional tasks, consumables, no-idle machines ...).
    """
    package = pyjobshop()
    data = model.data() if isinstance(model, package.Model) else model
    reader = _Reader(data, package)
    problem = reader.problem(name)
    reader.findings.raise_if_any()
    return problem


def _codes(items: list[Any], kind: str) -> list[str]:
    names = [item.name for item in items]
    if all(names) and len(set(names)) == len(names):
        return [str(each) for each in names]
    return [f"{kind}-{number}" for number in range(1, len(items) + 1)]


class _Reader:
    def __init__(self, data: Any, package: Any) -> None:
        self.data, self.package = data, package
        self.findings = Findings()
        self.never = int(package.MAX_VALUE)
        self.task_codes = _codes(data.tasks, "task")
        self.resource_codes = _codes(data.resources, "resource")
        self.is_machine = [isinstance(each, package.Machine) for each in data.resources]
        self.families: dict[int, dict[tuple[int, int], int]] = {}
        for setup in data.constraints.setup_times:
            self.families.setdefault(setup.machine, {})[setup.task1, setup.task2] = setup.duration

    def problem(self, name: str) -> Problem:
        self._refuse()
        machines = [
            Machine(code, FACTORY, calendar=f"{code}-calendar" if each.breaks else None, changeover=self._table(index))
            for index, (code, each) in enumerate(zip(self.resource_codes, self.data.resources, strict=True))
            if self.is_machine[index]
        ]
        if any(not self._machines(mode) for mode in self.data.modes):
            machines.append(Machine(ANYWHERE, FACTORY, is_unlimited=True))
        return Problem(
            jobs=tuple(self._jobs()),
            machines=tuple(machines),
            factories=(Factory(FACTORY),),
            precedences=tuple(self._links()),
            calendars=tuple(self._calendars()),
            changeovers=tuple(self._changeover(index) for index in sorted(self.families)),
            resources=tuple(
                Resource(code, each.capacity, f"{code}-calendar" if each.breaks else None)
                for code, each, is_machine in zip(
                    self.resource_codes, self.data.resources, self.is_machine, strict=True
                )
                if not is_machine
            ),
            objective=self._objective(),
            name=name,
        )

    def _jobs(self) -> list[Job]:
        made = []
        members: dict[int | None, list[int]] = {}
        for index, task in enumerate(self.data.tasks):
            members.setdefault(task.job, []).append(index)
        for number, (code, job) in enumerate(zip(_codes(self.data.jobs, "job"), self.data.jobs, strict=True)):
            made.append(
                Job(
                    code,
                    tuple(self._operation(index) for index in members.get(number, [])),
                    release=job.release_date,
                    due=None if job.due_date is None or job.due_date >= self.never else job.due_date,
                    deadline=None if job.deadline >= self.never else job.deadline,
                    weight=float(job.weight),
                )
            )
        made += [Job(f"job-of-{self.task_codes[index]}", (self._operation(index),)) for index in members.get(None, [])]
        return made

    def _operation(self, index: int) -> Operation:
        task = self.data.tasks[index]
        modes = []
        for mode in (self.data.modes[number] for number in self.data.task2modes(index)):
            held = self._machines(mode)
            needs = tuple(
                Need(self.resource_codes[resource], amount)
                for resource, amount in zip(mode.resources, mode.demands, strict=True)
                if amount and not self.is_machine[resource]
            )
            modes.append(Mode(self.resource_codes[held[0]] if held else ANYWHERE, mode.duration, needs=needs))
        return Operation(
            self.task_codes[index],
            tuple(modes),
            family=self.task_codes[index] if self.families else None,
            may_span_breaks=task.allow_breaks,
            earliest_start=task.earliest_start,
        )

    def _machines(self, mode: Any) -> list[int]:
        return [resource for resource in mode.resources if self.is_machine[resource]]

    def _table(self, index: int) -> str | None:
        return f"{self.resource_codes[index]}-setup" if index in self.families else None

    def _changeover(self, index: int) -> Changeover:
        times, size = self.families[index], len(self.task_codes)
        rows = tuple(tuple(times.get((i, k), 0) for k in range(size)) for i in range(size))
        return Changeover(f"{self.resource_codes[index]}-setup", tuple(self.task_codes), rows)

    def _links(self) -> list[Precedence]:
        constraints = self.data.constraints
        latest = {(each.task2, each.task1): -each.delay for each in constraints.start_before_end}
        made = []
        for name, link in _LINKS.items():
            for each in getattr(constraints, name):
                if each.delay < 0:
                    self._no(name, Text("负的等待", "a negative delay"))
                wait = latest.pop((each.task1, each.task2), None) if link is Link.FINISH_START else None
                made.append(
                    Precedence(self.task_codes[each.task1], self.task_codes[each.task2], link, each.delay, wait)
                )
        if latest or any(wait < 0 for wait in (link.max_lag or 0 for link in made)):
            self._no("start_before_end", Text("没有对应先后关系的最长等待", "a largest wait without its precedence"))
        return made

    def _calendars(self) -> list[Calendar]:
        made = []
        for code, each in zip(self.resource_codes, self.data.resources, strict=True):
            if each.breaks:
                breaks = sorted(each.breaks)
                starts = [0, *(end for _, end in breaks)]
                ends = [*(start for start, _ in breaks), FOREVER]
                spans = tuple((start, end) for start, end in zip(starts, ends, strict=True) if start < end)
                made.append(Calendar(f"{code}-calendar", spans))
        return made

    def _objective(self) -> Objective:
        goal = self.data.objective
        if goal.weight_total_earliness or goal.weight_max_tardiness:
            self._no("objective", Text("提前或最大拖期", "earliness or the largest tardiness"))
        is_unequal = any(job.weight != 1 for job in self.data.jobs)
        if is_unequal and (goal.weight_tardy_jobs or goal.weight_total_flow_time):
            self._no("objective", Text("加权的误期数或流程时间", "weighted numbers of late jobs or flow times"))
        return Objective(
            weighted_tardiness=float(goal.weight_total_tardiness),
            late_jobs=float(goal.weight_tardy_jobs),
            makespan=float(goal.weight_makespan),
            flow_time=float(goal.weight_total_flow_time),
            changeover_time=float(goal.weight_total_setup_time),
        )

    def _refuse(self) -> None:
        data = self.data
        for name, given in vars(data.constraints).items():
            if given and name not in _TAKEN:
                self._no(f"constraints.{name}", Text(f"约束 {name}", f"the constraint {name}"))
        for index, task in enumerate(data.tasks):
            is_bound = task.latest_start < self.never or task.latest_end < self.never or task.earliest_end > 0
            if task.optional or task.allow_idle or is_bound:
                what = Text("可选、可空占或有时间窗的任务", "optional or idling tasks and time windows")
                self._no(f"tasks[{index}]", what)
        for index, mode in enumerate(data.modes):
            if len(self._machines(mode)) > 1:
                self._no(f"modes[{index}]", Text("一种方式占用几台机器", "a mode that holds several machines"))
        for index, each in enumerate(data.resources):
            if isinstance(each, self.package.Consumable) or getattr(each, "no_idle", False):
                self._no(f"resources[{index}]", Text("消耗性资源或不许空闲的机器", "consumables or no-idle machines"))

    def _no(self, where: str, what: Text) -> None:
        self.findings.error(
            "cannot-be-taken-over",
            where,
            Text(zh=f"不能接收：{what.zh}", en=f"cannot be taken over: {what.en}"),
            Text(zh="在 PyJobShop 模型中去掉该内容", en="leave it out of the PyJobShop model"),
        )
