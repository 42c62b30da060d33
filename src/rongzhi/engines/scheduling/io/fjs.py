"""FJSPLIB: flexible job shops, one line for each job.

The first line gives jobs, machines and sometimes a third number (machines per operation), which says nothing new.
Every other line gives the number of steps, then for each step the number of machines and pairs of machine and
duration. Files count machines from 0 or from 1; both are read.
"""

from __future__ import annotations

from rongzhi.engines.scheduling.io.shop import Choice, demand, first_index, shop
from rongzhi.engines.scheduling.io.text import Source
from rongzhi.engines.scheduling.model import Problem
from rongzhi.kernel.text import Text


def read_fjs(text: str, name: str = "fjs") -> Problem:
    """Read a flexible job shop in the FJSPLIB format.

    Parameters
    ----------
    text : str
    name : str
        Name of the problem, and of the file in findings.

    Raises
    ------
    Rejected
        With line numbers, if the text does not keep the format.
    """
    source = Source(text, name)
    parsed = read_jobs(source)
    source.findings.raise_if_any()
    jobs, machines, first = parsed
    count_lines(source, 1 + len(jobs))
    source.findings.raise_if_any()
    return shop(jobs, machines, name, first)


def read_jobs(source: Source) -> tuple[list[list[list[Choice]]], int, int]:
    """Return the jobs of the first lines, the number of machines and the index of the first machine."""
    header = source.header(2)
    count, machines = (int(value) for value in header[:2]) if header else (0, 0)
    used: dict[int, int] = {}
    jobs = []
    for row in range(1, count + 1):
        if row >= len(source):
            source.ends_early(row)
            break
        jobs.append(_steps(source, row, used))
    return jobs, machines, first_index(source, used, machines)


def count_lines(source: Source, wanted: int) -> None:
    """Report lines after the last one the format asks for."""
    if len(source) > wanted:
        source.error(
            "too-many-lines",
            wanted,
            Text(
                zh=f"数据应为 {wanted} 行，实有 {len(source)} 行", en=f"{wanted} lines are due, {len(source)} are given"
            ),
            Text(zh="改正首行中的数目，或删去多余的行", en="correct the counts in the first line or remove the rest"),
        )


def _steps(source: Source, row: int, used: dict[int, int]) -> list[list[Choice]]:
    values = source.ints(row)
    if not values or source.negative(row, values):
        return []
    steps: list[list[Choice]] = []
    at = 1
    for _ in range(values[0]):
        if at >= len(values) or at + 2 * values[at] >= len(values):
            _short(source, row, values[0], len(steps))
            return []
        machines = values[at + 1 : at + 1 + 2 * values[at] : 2]
        durations = values[at + 2 : at + 2 + 2 * values[at] : 2]
        for machine in machines:
            used.setdefault(machine, row)
        steps.append(list(zip(machines, durations, strict=True)))
        at += 1 + 2 * values[at]
    if at != len(values):
        source.error(
            "line-too-long",
            row,
            Text(
                zh=f"{values[0]} 道工序后还多出 {len(values) - at} 个数",
                en=f"{len(values) - at} numbers are left after {values[0]} steps",
            ),
            Text(zh="改正工序数或可选机器数", en="correct the number of steps or of machines"),
        )
    return steps


def _short(source: Source, row: int, wanted: int, found: int) -> None:
    source.error(
        "line-too-short",
        row,
        Text(
            zh=f"应有 {wanted} 道工序，第 {found + 1} 道不完整",
            en=f"{wanted} steps are due; step {found + 1} is cut off",
        ),
        Text(zh="改正工序数或可选机器数", en="correct the number of steps or of machines"),
    )


def write_fjs(problem: Problem, first_machine: int = 1) -> str:
    """Write a flexible job shop in the FJSPLIB format.

    Parameters
    ----------
    problem : Problem
    first_machine : int
        Index of the first machine: 1 as in FJSPLIB, or 0.

    Raises
    ------
    Rejected
        If the problem has more than the format can say (calendars, changeovers, due dates ...).
    """
    demand(problem, {"modes"}, "FJSPLIB")
    return "\n".join(job_lines(problem, first_machine)) + "\n"


def job_lines(problem: Problem, first_machine: int) -> list[str]:
    """Return the first line and the lines of the jobs."""
    index = {machine.code: number for number, machine in enumerate(problem.machines, start=first_machine)}
    modes = sum(len(operation.modes) for _, operation in problem.operations())
    mean = modes / max(1, problem.operation_count)
    lines = [f"{len(problem.jobs)} {len(problem.machines)} {mean:.2f}"]
    for job in problem.jobs:
        words = [len(job.operations)]
        for operation in job.operations:
            words.append(len(operation.modes))
            for mode in operation.modes:
                words += [index[mode.machine], mode.run]
        lines.append(" ".join(map(str, words)))
    return lines
