"""Flexible job shops with arbitrary precedence (assembly and disassembly), as in Birgin et al. (2014).

The first line gives operations, arcs and machines; then one line for each arc (``before after``, counted from 0);
then for each operation the number of machines and pairs of machine and duration. Operations that hang together are
one job.

References
----------
Birgin, E. G., Feofiloff, P., Fernandes, C. G., de Melo, E. L., Oshiro, M. T. I., Ronconi, D. P. (2014). A MILP model
for an extended version of the flexible job shop problem. Optimization Letters 8, 1417-1431.
"""

from __future__ import annotations

from rongzhi.engines.scheduling.io.fjs import count_lines
from rongzhi.engines.scheduling.io.shop import FACTORY, Choice, demand, first_index
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
from rongzhi.kernel.text import Text

Arc = tuple[int, int]


def read_assembly(text: str, name: str = "assembly") -> Problem:
    """Read a flexible job shop with arbitrary precedence.

    Raises
    ------
    Rejected
        With line numbers, if the text does not keep the format.
    """
    source = Source(text, name)
    header = source.header(3)
    operations, arcs, machines = (int(value) for value in header[:3]) if header else (0, 0, 0)
    source.demand(1 + arcs + operations)
    links = [arc for row in range(1, arcs + 1) if (arc := _arc(source, row, operations)) is not None]
    used: dict[int, int] = {}
    choices = [_choices(source, row, used) for row in range(arcs + 1, arcs + operations + 1)]
    first = first_index(source, used, machines)
    if header:
        count_lines(source, 1 + arcs + operations)
    source.findings.raise_if_any()
    codes = [f"M{number + 1}" for number in range(machines)]
    made = [
        Operation(f"O{number}", tuple(Mode(codes[machine - first], duration) for machine, duration in options))
        for number, options in enumerate(choices, start=1)
    ]
    return Problem(
        jobs=tuple(
            Job(f"J{number}", tuple(made[member] for member in members))
            for number, members in enumerate(_components(operations, links), start=1)
        ),
        machines=tuple(Machine(code, FACTORY) for code in codes),
        factories=(Factory(FACTORY),),
        precedences=tuple(Precedence(made[before].code, made[after].code) for before, after in links),
        objective=Objective.only(Term.MAKESPAN),
        name=name,
    )


def _arc(source: Source, row: int, operations: int) -> Arc | None:
    values = source.ints(row)
    if len(values) == 2 and all(0 <= value < operations for value in values):
        return values[0], values[1]
    if values:
        source.error(
            "bad-arc",
            row,
            Text(
                zh=f"先后关系应为两个 0 到 {operations - 1} 的编号",
                en=f"an arc is two indices from 0 to {operations - 1}",
            ),
            Text(zh="写“前 后”，工序从 0 起编号", en="write 'before after', operations counted from 0"),
        )
    return None


def _choices(source: Source, row: int, used: dict[int, int]) -> list[Choice]:
    values = source.ints(row)
    if not values or source.negative(row, values):
        return []
    if len(values) != 1 + 2 * values[0]:
        source.error(
            "wrong-width",
            row,
            Text(
                zh=f"{values[0]} 台机器应有 {1 + 2 * values[0]} 个数，实有 {len(values)} 个",
                en=f"{values[0]} machines need {1 + 2 * values[0]} numbers, {len(values)} are given",
            ),
            Text(zh="每台可选机器写编号和时间", en="give index and duration of each machine"),
        )
        return []
    for machine in values[1::2]:
        used.setdefault(machine, row)
    return list(zip(values[1::2], values[2::2], strict=True))


def _components(count: int, arcs: list[Arc]) -> list[list[int]]:
    """Return the operations that hang together, each group and the groups in the order of the file."""
    root = list(range(count))

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for before, after in arcs:
        one, two = find(before), find(after)
        root[max(one, two)] = min(one, two)
    groups: dict[int, list[int]] = {}
    for node in range(count):
        groups.setdefault(find(node), []).append(node)
    return list(groups.values())


def write_assembly(problem: Problem) -> str:
    """Write a flexible job shop with arbitrary precedence, machines counted from 0.

    Raises
    ------
    Rejected
        If the problem has more than the format can say.
    """
    demand(problem, {"modes", "order"}, "fajsp")
    machine = {each.code: number for number, each in enumerate(problem.machines)}
    row = {operation.code: number for number, (_, operation) in enumerate(problem.operations())}
    lines = [f"{len(row)} {len(problem.precedences)} {len(machine)}"]
    lines += [f"{row[link.before]} {row[link.after]}" for link in problem.precedences]
    for _, operation in problem.operations():
        words = [len(operation.modes)]
        for mode in operation.modes:
            words += [machine[mode.machine], mode.run]
        lines.append(" ".join(map(str, words)))
    return "\n".join(lines) + "\n"
