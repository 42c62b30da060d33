"""Flexible job shops with sequence-dependent set-up times (FJSP-SDST).

The jobs stand as in FJSPLIB; then comes for each machine a square matrix over all operations: the time to set the
machine up for the operation of the column after the operation of the row. The machine can be set up before the
material is there. The diagonal is never used, and a machine needs no set-up before its first operation.
"""

from __future__ import annotations

from dataclasses import replace

from rongzhi.engines.scheduling.io.fjs import count_lines, job_lines, read_jobs
from rongzhi.engines.scheduling.io.shop import demand, features, shop
from rongzhi.engines.scheduling.io.text import Source
from rongzhi.engines.scheduling.model import Changeover, Problem
from rongzhi.kernel.text import Text


def read_setups(text: str, name: str = "sdst") -> Problem:
    """Read a flexible job shop with sequence-dependent set-up times.

    Every operation becomes a family of its own, every machine has its own `Changeover` table.

    Raises
    ------
    Rejected
        With line numbers, if the text does not keep the format.
    """
    source = Source(text, name)
    jobs, machines, first = read_jobs(source)
    source.findings.raise_if_any()
    count = sum(len(steps) for steps in jobs)
    begin = 1 + len(jobs)
    source.demand(begin + machines * count)
    tables = [
        tuple(_row(source, begin + machine * count + row, count) for row in range(count)) for machine in range(machines)
    ]
    count_lines(source, begin + machines * count)
    source.findings.raise_if_any()
    plain = shop(jobs, machines, name, first)
    families = tuple(operation.code for _, operation in plain.operations())
    return replace(
        plain,
        jobs=tuple(
            replace(job, operations=tuple(replace(each, family=each.code) for each in job.operations))
            for job in plain.jobs
        ),
        machines=tuple(replace(machine, changeover=f"{machine.code}-setup") for machine in plain.machines),
        changeovers=tuple(
            Changeover(f"{machine.code}-setup", families, times)
            for machine, times in zip(plain.machines, tables, strict=True)
        ),
    )


def _row(source: Source, row: int, width: int) -> tuple[int, ...]:
    values = source.ints(row)
    if values and len(values) != width:
        source.error(
            "wrong-width",
            row,
            Text(
                zh=f"应有 {width} 个数，实有 {len(values)} 个", en=f"{width} numbers are due, {len(values)} are given"
            ),
            Text(zh="每行写到全部工序的时间", en="each row names the time to every operation"),
        )
    source.negative(row, values)
    return tuple(values)


def write_setups(problem: Problem, first_machine: int = 1) -> str:
    """Write a flexible job shop with sequence-dependent set-up times.

    Raises
    ------
    Rejected
        If the problem has more than the format can say.
    """
    also = features(problem)
    if any(machine.initial_family for machine in problem.machines):
        also.add("set-ups")
    demand(problem, {"modes", "changeovers"}, "FJSP-SDST", also)
    tables = {table.code: table for table in problem.changeovers}
    families = [operation.family for _, operation in problem.operations()]
    lines = job_lines(problem, first_machine)
    for machine in problem.machines:
        table = tables.get(machine.changeover or "")
        place = {family: number for number, family in enumerate(table.families)} if table else {}
        rows = [place.get(family or "", -1) for family in families]
        lines.append("")
        for i in rows:
            times = [table.times[i][k] if table and i >= 0 and k >= 0 else 0 for k in rows]
            lines.append(" ".join(map(str, times)))
    return "\n".join(lines) + "\n"
