"""Hand a problem to PyJobShop, if it is installed, and take its solution back as a plan."""

from __future__ import annotations

from typing import Any

from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.io.foreign import plan_from_times
from rongzhi.engines.scheduling.model import Calendar, Job, Link, Mode, Operation, Precedence, Problem, Term
from rongzhi.engines.scheduling.result import Plan
from rongzhi.kernel.errors import Unavailable
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

_WEIGHTS = {
    Term.MAKESPAN: "weight_makespan",
    Term.TARDINESS: "weight_total_tardiness",
    Term.LATE_JOBS: "weight_tardy_jobs",
    Term.FLOW_TIME: "weight_total_flow_time",
    Term.CHANGEOVER: "weight_total_setup_time",
}
SCALE = 1000
"""Weights are multiplied by it when they are not whole; PyJobShop takes whole weights only."""


def pyjobshop() -> Any:
    """Return the package PyJobShop.

    Raises
    ------
    Unavailable
        If it is not installed.
    """
    try:
        import pyjobshop as package
    except ImportError as error:
        raise Unavailable(
            Text(zh="未安装 PyJobShop", en="PyJobShop is not installed"),
            where="pyjobshop",
            fix=Text(zh="运行 pip install pyjobshop", en="run: pip install pyjobshop"),
        ) from error
    return package


def to_pyjobshop(problem: Problem, *, horizon: int = 10**6) -> Any:
    """Return the problem as a PyJobShop model.

    Parameters
    ----------
    problem : Problem
    horizon : int
        Calendars are written out as breaks so far; time units.

    Returns
    -------
    pyjobshop.Model

    Raises
    ------
    Unavailable
        If PyJobShop is not installed.
    Rejected
        With one finding for each feature that PyJobShop cannot say.
    """
    package = pyjobshop()
    _lost(problem).raise_if_any()
    return _Builder(problem, package, horizon).build()


def plan_from_pyjobshop(problem: Problem, model: Any, solution: Any) -> Plan:
    """Return a PyJobShop solution as a plan.

    Parameters
    ----------
    problem : Problem
    model : pyjobshop.Model
        Made of the problem by `to_pyjobshop`.
    solution : pyjobshop.Solution

    Returns
    -------
    Plan
    """
    times = {}
    for task in solution.tasks:
        code, _, number = model.modes[task.mode].name.rpartition("#")
        times[code] = (int(number), int(task.start), int(task.end))
    return plan_from_times(problem, times)


class _Builder:
    def __init__(self, problem: Problem, package: Any, horizon: int) -> None:
        self.problem, self.horizon = problem, horizon
        self.model, self.never = package.Model(), package.MAX_VALUE
        self.tasks: dict[str, Any] = {}
        self.modes: dict[str, list[tuple[str, Any]]] = {}  # by operation: factory and mode
        self.machines: dict[str, Any] = {}
        self.factory_of = {machine.code: machine.factory for machine in problem.machines}

    def build(self) -> Any:
        calendars = {calendar.code: calendar for calendar in self.problem.calendars}
        for machine in self.problem.machines:
            breaks = self._breaks(calendars.get(machine.calendar or ""))
            if not machine.is_unlimited:
                self.machines[machine.code] = self.model.add_machine(breaks=breaks, name=machine.code)
        resources = {
            each.code: self.model.add_renewable(
                each.capacity, self._breaks(calendars.get(each.calendar or "")), name=each.code
            )
            for each in self.problem.resources
        }
        pins = {pin.operation: pin.machine for pin in self.problem.pins}
        for job in self.problem.jobs:
            self._job(job, resources, pins)
        for link in self.problem.precedences:
            self._link(link)
        self._changeovers()
        self._objective()
        return self.model

    def _breaks(self, calendar: Calendar | None) -> list[tuple[int, int]]:
        return [] if calendar is None else Clock(calendar).gaps(0, self.horizon)

    def _job(self, job: Job, resources: dict[str, Any], pins: dict[str, str | None]) -> None:
        due = self.never if job.due is None else job.due  # the package wants due dates on all jobs or none
        dates: dict[str, Any] = {"due_date": due, "release_date": job.release}
        if job.deadline is not None:
            dates["deadline"] = job.deadline
        made = self.model.add_job(weight=int(job.weight), name=job.code, **dates)
        for operation in job.operations:
            task = self.model.add_task(
                made,
                earliest_start=max(operation.earliest_start, job.release),
                allow_breaks=operation.may_span_breaks,
                name=operation.code,
            )
            self.tasks[operation.code] = task
            self._modes(job, operation, task, resources, pins.get(operation.code))
        if job.single_factory:
            self._stay(job)

    def _modes(self, job: Job, operation: Operation, task: Any, resources: dict[str, Any], pinned: str | None) -> None:
        rows = self.modes.setdefault(operation.code, [])
        for number, mode in enumerate(operation.modes):
            factory = self.factory_of[mode.machine]
            is_allowed = job.factories is None or factory in job.factories
            if is_allowed and pinned in {None, mode.machine}:
                name = f"{operation.code}#{number}"
                rows.append((factory, self._mode(task, mode, resources, name)))

    def _mode(self, task: Any, mode: Mode, resources: dict[str, Any], name: str) -> Any:
        held = [self.machines[mode.machine]] if mode.machine in self.machines else []
        demands = [0] * len(held)
        for need in mode.needs:
            held.append(resources[need.resource])
            demands.append(need.amount)
        return self.model.add_mode(task, held, mode.setup + mode.run, demands, name=name)

    def _stay(self, job: Job) -> None:
        for one, two in zip(job.operations, job.operations[1:], strict=False):
            for factory, mode in self.modes[one.code]:
                others = [other for place, other in self.modes[two.code] if place == factory]
                if others:
                    self.model.add_mode_dependency(mode, others)

    def _link(self, link: Precedence) -> None:
        before, after = self.tasks[link.before], self.tasks[link.after]
        if link.link is Link.START_START:
            self.model.add_start_before_start(before, after, link.lag)
        elif link.link is Link.FINISH_FINISH:
            self.model.add_end_before_end(before, after, link.lag)
        else:
            self.model.add_end_before_start(before, after, link.lag)
            if link.max_lag is not None:
                self.model.add_start_before_end(after, before, -link.max_lag)

    def _changeovers(self) -> None:
        tables = {table.code: table for table in self.problem.changeovers}
        users: dict[str, list[tuple[str, Any]]] = {}
        for _, operation in self.problem.operations():
            for machine in {mode.machine for mode in operation.modes}:
                if operation.family is not None:
                    users.setdefault(machine, []).append((operation.family, self.tasks[operation.code]))
        for each in self.problem.machines:
            table = tables.get(each.changeover or "")
            if table is None:
                continue
            row = {family: number for number, family in enumerate(table.families)}
            for before, one in users.get(each.code, []):
                for after, two in users[each.code]:
                    time = table.times[row[before]][row[after]]
                    if time and one is not two:
                        self.model.add_setup_time(self.machines[each.code], one, two, time)

    def _objective(self) -> None:
        weights = {name: self.problem.objective.weight(term) for term, name in _WEIGHTS.items()}
        scale = 1 if all(value == int(value) for value in weights.values()) else SCALE
        self.model.set_objective(**{name: round(value * scale) for name, value in weights.items()})


def _lost(problem: Problem) -> Findings:
    """Return a finding for each feature that PyJobShop cannot say."""
    goal = problem.objective
    moved = any(any(row) for row in problem.transport.times)
    other = [term for term in Term if term not in _WEIGHTS and goal.weight(term) > 0]
    weights = {job.weight for job in problem.jobs}
    is_unequal = weights - {1.0} and (goal.late_jobs or goal.flow_time)
    lost = {
        "transport": moved and not all(job.single_factory for job in problem.jobs),
        "precedences": any(link.link is Link.OVERLAP for link in problem.precedences),
        "pins": any(pin.start is not None or pin.is_started for pin in problem.pins),
        "operations": any(each.resume_loss or each.split for _, each in problem.operations()),
        "machines": any(machine.batch or machine.initial_family for machine in problem.machines),
        "changeovers": any(machine.changeover and machine.calendar for machine in problem.machines),
        "objective": bool(goal.order or other or is_unequal) or any(weight != int(weight) for weight in weights),
    }
    findings = Findings()
    for where, is_lost in lost.items():
        if is_lost:
            findings.error(
                "cannot-be-handed-over",
                where,
                Text(zh=f"PyJobShop 不能表示：{_WHAT[where].zh}", en=f"PyJobShop cannot say: {_WHAT[where].en}"),
                Text(zh="去掉该内容，或用本引擎求解", en="leave it out, or solve it here"),
            )
    return findings


_WHAT = {
    "transport": Text("随所选机器而定的运输时间", "transport times that depend on the machines chosen"),
    "precedences": Text("转移批重叠", "overlap by transfer batches"),
    "pins": Text("固定的时间", "fixed times"),
    "operations": Text("恢复损失或拆批", "resume losses or split lots"),
    "machines": Text("批处理或初始产品族", "batching machines or initial families"),
    "changeovers": Text("只在工作时间进行的换型", "changeovers that need working time"),
    "objective": Text(
        "此目标（成本、稳定性、字典序、小数权重）", "this objective (cost, stability, an order, fractions)"
    ),
}
