"""Events that cannot be: things they name do not exist, spans are empty, shares are none."""

from __future__ import annotations

from collections.abc import Container, Sequence

from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.replan import events as e
from rongzhi.engines.scheduling.result import Plan
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

_FIX = Text("改正后再重排", "mend the event and repair again")


def check_events(problem: Problem, plan: Plan, events: Sequence[e.Event]) -> Findings:
    """Return what is wrong with events."""
    found = Findings()
    machines = {machine.code for machine in problem.machines}
    jobs = {job.code for job in problem.jobs}
    operations = {operation.code for _, operation in problem.operations()}
    missing = next((code for code in operations if code not in plan), None)
    if missing is not None:
        text = Text(f"计划中没有工序“{missing}”", f"operation '{missing}' is not in the plan")
        found.error("not-planned", "plan", text, Text("给出完整计划", "give a complete plan"))
    for number, event in enumerate(events):
        where = f"events[{number}]"
        if isinstance(event, e.MachineDown | e.MachineUp):
            _known(found, f"{where}.machine", event.machine, machines)
            _is_true(
                found, f"{where}.until", event.until > event.since, "结束须在开始之后", "it must end after it begins"
            )
        elif isinstance(event, e.CalendarChange):
            _known(found, f"{where}.machine", event.machine, machines)
        elif isinstance(event, e.LateMaterial | e.LongerRun):
            _known(found, f"{where}.operation", event.operation, operations)
        elif isinstance(event, e.Scrap):
            for code in (event.operation, *event.redo):
                _known(found, f"{where}.operation", code, operations)
            is_share = 0 < event.share <= 1
            _is_true(
                found, f"{where}.share", is_share, "份额须大于 0 且不超过 1", "the share must be above 0 and at most 1"
            )
        elif isinstance(event, e.RushOrder):
            _check_rush(found, where, event, jobs | operations, machines)
        else:
            _known(found, f"{where}.job", event.job, jobs)
            if isinstance(event, e.QuantityChanged):
                _is_true(found, f"{where}.factor", event.factor > 0, "倍数须大于 0", "the factor must be above 0")
    return found


def _check_rush(found: Findings, where: str, rush: e.RushOrder, taken: set[str], machines: set[str]) -> None:
    jobs = [job.code for job in rush.jobs]
    operations = [operation.code for job in rush.jobs for operation in job.operations]
    is_new = taken.isdisjoint(jobs + operations) and all(len(set(some)) == len(some) for some in (jobs, operations))
    _is_true(found, f"{where}.jobs", is_new, "作业与工序编码须是新的", "codes of jobs and operations must be new")
    for job in rush.jobs:
        for operation in job.operations:
            for mode in operation.modes:
                _known(found, f"{where}.{operation.code}", mode.machine, machines)


def _known(found: Findings, where: str, code: str, known: Container[str]) -> None:
    if code not in known:
        found.error("unknown-code", where, Text(f"没有“{code}”", f"there is no '{code}'"), _FIX)


def _is_true(found: Findings, where: str, is_right: bool, zh: str, en: str) -> None:
    if not is_right:
        found.error("bad-event", where, Text(zh, en), _FIX)
