"""Job shops: the standard text (pairs of machine and duration, one line for each job) and Taillard's two matrices.

In the standard text jobs may differ in length and visit a machine more than once (reentrant shops).
"""

from __future__ import annotations

from rongzhi.engines.scheduling.io.fjs import count_lines
from rongzhi.engines.scheduling.io.shop import Choice, demand, first_index, shop
from rongzhi.engines.scheduling.io.text import Source
from rongzhi.engines.scheduling.model import Problem
from rongzhi.kernel.text import Text

END = [-1, -1]
"""Da Col and Teppan's large instances close each line with it."""


def read_jobshop(text: str, name: str = "jobshop") -> Problem:
    """Read a job shop in the standard text.

    Parameters
    ----------
    text : str
        ``jobs machines``, then for each job a line of ``machine duration`` pairs, closed by ``-1 -1`` or not.
    name : str

    Raises
    ------
    Rejected
        With line numbers, if the text does not keep the format.
    """
    source = Source(text, name)
    header = source.header(2)
    count, machines = (int(value) for value in header[:2]) if header else (0, 0)
    used: dict[int, int] = {}
    jobs: list[list[list[Choice]]] = []
    for row in range(1, count + 1):
        if row >= len(source):
            source.ends_early(row)
            break
        values = source.ints(row)
        if values[-2:] == END:
            values = values[:-2]
        if len(values) % 2:
            _odd(source, row, len(values))
        elif not source.negative(row, values):
            for machine in set(values[::2]).difference(used):
                used[machine] = row
            jobs.append([[pair] for pair in zip(values[::2], values[1::2], strict=True)])
    first = first_index(source, used, machines)
    if header:
        count_lines(source, count + 1)
    source.findings.raise_if_any()
    return shop(jobs, machines, name, first)


def _odd(source: Source, row: int, count: int) -> None:
    source.error(
        "odd-number-of-values",
        row,
        Text(zh=f"{count} 个数不成对", en=f"{count} numbers do not make pairs"),
        Text(zh="每道工序写机器和时间", en="give a machine and a duration for each step"),
    )


def read_taillard(text: str, name: str = "taillard") -> Problem:
    """Read a job shop as Taillard gives it: a matrix of times, then a matrix of machines.

    Parameters
    ----------
    text : str
        Lines of words (``Times``, ``Machines`` ...) are headings and say nothing.
    name : str

    Raises
    ------
    Rejected
        With line numbers, if the text does not keep the format.
    """
    source = Source(text, name)
    kept = [row for row, line in enumerate(source.rows) if not any(sign.isalpha() for sign in line)]
    source.numbers = [source.numbers[row] for row in kept]
    source.rows = [source.rows[row] for row in kept]
    header = source.header(2)
    count, machines = (int(value) for value in header[:2]) if header else (0, 0)
    source.demand(1 + 2 * count)
    times = [_matrix_row(source, row, machines) for row in range(1, count + 1)]
    routes = [_matrix_row(source, row, machines) for row in range(count + 1, 2 * count + 1)]
    used: dict[int, int] = {}
    for row, route in enumerate(routes, start=count + 1):
        for machine in route:
            used.setdefault(machine, row)
    first = first_index(source, used, machines)
    if header:
        count_lines(source, 2 * count + 1)
    source.findings.raise_if_any()
    jobs = [[[pair] for pair in zip(route, row, strict=True)] for route, row in zip(routes, times, strict=True)]
    return shop(jobs, machines, name, first)


def _matrix_row(source: Source, row: int, width: int) -> list[int]:
    values = source.ints(row)
    if values and len(values) != width:
        source.error(
            "wrong-width",
            row,
            Text(
                zh=f"应有 {width} 个数，实有 {len(values)} 个", en=f"{width} numbers are due, {len(values)} are given"
            ),
            Text(zh="矩阵每行写全部机器", en="each row of a matrix names every machine"),
        )
    source.negative(row, values)
    return values


def write_jobshop(problem: Problem) -> str:
    """Write a job shop in the standard text, machines counted from 0.

    Raises
    ------
    Rejected
        If the problem has more than the format can say.
    """
    demand(problem, set(), "job shop")
    index = {machine.code: number for number, machine in enumerate(problem.machines)}
    lines = [f"{len(problem.jobs)} {len(problem.machines)}"]
    for job in problem.jobs:
        modes = [operation.modes[0] for operation in job.operations]
        lines.append(" ".join(f"{index[mode.machine]} {mode.run}" for mode in modes))
    return "\n".join(lines) + "\n"


def write_taillard(problem: Problem) -> str:
    """Write a job shop as Taillard gives it; every job must have as many steps as there are machines.

    Raises
    ------
    Rejected
        If the problem has more than the format can say.
    """
    is_square = all(len(job.operations) == len(problem.machines) for job in problem.jobs)
    demand(problem, set(), "Taillard")
    if not is_square:
        demand(problem, set(), "Taillard", {"order"})
    index = {machine.code: number for number, machine in enumerate(problem.machines, start=1)}
    lines = ["Nb of jobs, Nb of Machines", f"{len(problem.jobs)} {len(problem.machines)}", "Times"]
    lines += [" ".join(str(operation.modes[0].run) for operation in job.operations) for job in problem.jobs]
    lines.append("Machines")
    lines += [" ".join(str(index[operation.modes[0].machine]) for operation in job.operations) for job in problem.jobs]
    return "\n".join(lines) + "\n"
