"""What the benchmark formats have in common: jobs of steps on numbered machines, the makespan to be small."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rongzhi.engines.scheduling.io.text import Source
from rongzhi.engines.scheduling.model import (
    Factory,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Precedence,
    Problem,
    Term,
)
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

Choice = tuple[int, int]
"""Machine (counted as in the file) and duration."""

FACTORY = "F1"


def shop(jobs: Sequence[Sequence[Sequence[Choice]]], machines: int, name: str, first_machine: int = 0) -> Problem:
    """Return the problem of jobs whose steps follow each other; codes are ``J1-1``, ``M1``, counted from 1."""
    codes = [f"M{index + 1}" for index in range(machines)]
    modes: dict[Choice, Mode] = {}  # equal modes share one object: large files have few different ones
    made: list[Job] = []
    links: list[Precedence] = []
    for number, steps in enumerate(jobs, start=1):
        operations = []
        for position, choices in enumerate(steps, start=1):
            for choice in choices:
                if choice not in modes:
                    modes[choice] = Mode(codes[choice[0] - first_machine], choice[1])
            operations.append(Operation(f"J{number}-{position}", tuple([modes[choice] for choice in choices])))
        made.append(Job(f"J{number}", tuple(operations)))
        links.extend(Precedence(before.code, after.code) for before, after in pairwise(operations))
    return Problem(
        jobs=tuple(made),
        machines=tuple(Machine(code, FACTORY) for code in codes),
        factories=(Factory(FACTORY),),
        precedences=tuple(links),
        objective=Objective.only(Term.MAKESPAN),
        name=name,
    )


def first_index(source: Source, used: dict[int, int], machines: int) -> int:
    """Return whether the file counts machines from 0 or 1; report an index outside either count.

    Parameters
    ----------
    used : dict of int to int
        Machine index to the first row that names it.
    """
    if not used:
        return 0
    low, high = min(used), max(used)
    first = int(low >= 1)
    if low < 0 or high > machines - 1 + first:
        odd = low if low < 0 else high
        source.error(
            "unknown-machine",
            used[odd],
            Text(zh=f"机器编号 {odd} 超出 {machines} 台", en=f"machine {odd} is outside the {machines} machines"),
            Text(zh="机器从 0 或 1 起编号", en="machines count from 0 or from 1"),
        )
    return first


_FEATURES = {
    "calendars": Text("日历", "calendars"),
    "changeovers": Text("换型", "changeovers"),
    "transport": Text("运输", "transport times"),
    "resources": Text("辅助资源", "secondary resources"),
    "pins": Text("固定工序", "pins"),
    "modes": Text("多种加工方式", "alternative modes"),
    "set-ups": Text("准备时间", "set-up times"),
    "costs": Text("成本", "costs"),
    "dates": Text("下达、交期、最后期限或权重", "releases, due dates, deadlines or weights"),
    "waits": Text("等待、重叠或无等待", "waits, overlap or other links than finish-start"),
    "order": Text("不是一条链的先后次序", "an order that is not a chain in each job"),
    "machines": Text("无限或批处理机器", "unlimited or batching machines"),
    "factories": Text("多个工厂", "several factories"),
    "split": Text("拆批", "lots that may be split"),
}


def features(problem: Problem) -> set[str]:
    """Return what a problem has beyond a plain job shop, by name."""
    operations = [operation for _, operation in problem.operations()]
    modes = [mode for operation in operations for mode in operation.modes]
    used = {
        "calendars": any(machine.calendar for machine in problem.machines),
        "changeovers": any(machine.changeover for machine in problem.machines),
        "transport": any(any(row) for row in problem.transport.times),
        "resources": any(mode.needs for mode in modes),
        "pins": bool(problem.pins),
        "modes": any(len(operation.modes) != 1 for operation in operations),
        "set-ups": any(mode.setup for mode in modes),
        "costs": any(mode.cost for mode in modes),
        "dates": any(job.release or job.due is not None or job.deadline is not None for job in problem.jobs)
        or any(operation.earliest_start for operation in operations),
        "waits": any(
            link.lag or link.max_lag is not None or link.link != "finish-start" for link in problem.precedences
        ),
        "order": not is_chained(problem),
        "machines": any(machine.is_unlimited or machine.batch for machine in problem.machines),
        "factories": len(problem.factories) > 1,
        "split": any(operation.split for operation in operations),
    }
    return {name for name, is_used in used.items() if is_used}


def is_chained(problem: Problem) -> bool:
    """Return whether the precedences are just each job's operations in their order."""
    wanted = {(before.code, after.code) for job in problem.jobs for before, after in pairwise(job.operations)}
    return {(link.before, link.after) for link in problem.precedences} == wanted


def demand(problem: Problem, allowed: set[str], target: str, also: set[str] | None = None) -> None:
    """Refuse to write what a format cannot say.

    Parameters
    ----------
    allowed : set of str
        Names of features the format has.
    target : str
        Name of the format, for the message.
    also : set of str, optional
        Features found by the caller.

    Raises
    ------
    Rejected
        With one finding for each feature that would be lost.
    """
    findings = Findings()
    for name in sorted((features(problem) if also is None else also) - allowed):
        label = _FEATURES[name]
        findings.error(
            "cannot-be-written",
            name,
            Text(zh=f"{target} 格式不能表示{label.zh}", en=f"the format {target} cannot say {label.en}"),
            Text(zh="用 JSON 或 CSV 保存", en="write JSON or CSV"),
        )
    findings.raise_if_any()
