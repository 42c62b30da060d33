"""Resource-constrained projects: PSPLIB ``.sm`` / ``.mm`` files and Patterson's ``.rcp``.

Activities are operations of one job on a machine without limit; renewable resources are `Resource`; the modes of an
activity differ in duration and needs.

References
----------
Kolisch, R., Sprecher, A. (1997). PSPLIB - a project scheduling problem library. European Journal of Operational
Research 96, 205-216.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rongzhi.engines.scheduling.io.shop import FACTORY, demand, features
from rongzhi.engines.scheduling.io.text import Source, Words
from rongzhi.engines.scheduling.model import (
    Factory,
    Job,
    Machine,
    Mode,
    Need,
    Objective,
    Operation,
    Precedence,
    Problem,
    Resource,
    Term,
)
from rongzhi.kernel.text import Text

SITE = "SITE"
"""The machine without limit on which activities are done."""

Way = tuple[int, list[int]]
"""Duration and the need of each resource."""


def project(
    ways: Sequence[Sequence[Way]], after: Sequence[Sequence[int]], capacities: Sequence[int], name: str
) -> Problem:
    """Return the problem of a project; activities are ``A1`` ... and resources ``R1`` ..., counted from 1.

    Parameters
    ----------
    ways : sequence of sequence of Way
        The modes of each activity.
    after : sequence of sequence of int
        Successors of each activity, counted from 1.
    capacities : sequence of int
        Units of each resource.
    """
    operations = tuple(
        Operation(
            f"A{number}",
            tuple(
                Mode(SITE, duration, needs=tuple(Need(f"R{k}", amount) for k, amount in enumerate(needs, 1) if amount))
                for duration, needs in options
            ),
        )
        for number, options in enumerate(ways, start=1)
    )
    return Problem(
        jobs=(Job("P1", operations),),
        machines=(Machine(SITE, FACTORY, is_unlimited=True),),
        factories=(Factory(FACTORY),),
        precedences=tuple(
            Precedence(f"A{before}", f"A{successor}") for before, row in enumerate(after, 1) for successor in row
        ),
        resources=tuple(Resource(f"R{number}", capacity) for number, capacity in enumerate(capacities, 1)),
        objective=Objective.only(Term.MAKESPAN),
        name=name,
    )


def read_patterson(text: str, name: str = "rcp") -> Problem:
    """Read a project in Patterson's format.

    Parameters
    ----------
    text : str
        ``activities resources``, the capacities, then for each activity duration, needs, number of successors and
        the successors counted from 1; lines may be broken anywhere.
    name : str

    Raises
    ------
    Rejected
        With line numbers, if the text does not keep the format.
    """
    source = Source(text, name)
    words = Words(source)
    head = words.take(2) or [0, 0]
    if source.negative(0, head):
        source.findings.raise_if_any()
    capacities = words.take(head[1]) or []
    ways: list[list[Way]] = []
    after: list[list[int]] = []
    for _ in range(head[0] if source.findings.is_clean else 0):
        row = words.row
        values = words.take(head[1] + 2)
        if values is None or source.negative(row, values):
            break
        following = words.take(values[-1])
        if following is None:
            break
        _known(source, row, following, head[0])
        ways.append([(values[0], values[1:-1])])
        after.append(following)
    _rest(source, words)
    source.findings.raise_if_any()
    return project(ways, after, capacities, name)


def _rest(source: Source, words: Words) -> None:
    rest = sum(1 for _ in words)
    if rest and source.findings.is_clean:
        source.error(
            "too-many-values",
            words.row,
            Text(zh=f"还多出 {rest} 个数", en=f"{rest} numbers are left over"),
            Text(zh="改正首行中的数目", en="correct the counts in the first line"),
        )


def _known(source: Source, row: int, successors: list[int], count: int) -> None:
    for successor in successors:
        if not 1 <= successor <= count:
            source.error(
                "unknown-activity",
                row,
                Text(zh=f"后续活动 {successor} 不在 1 到 {count}", en=f"successor {successor} is not in 1..{count}"),
                Text(zh="改正编号", en="correct the number"),
            )


def read_psplib(text: str, name: str = "sm") -> Problem:
    """Read a project in the PSPLIB format, one or several modes for each activity.

    Raises
    ------
    Rejected
        With line numbers, if the text does not keep the format; also when it has nonrenewable resources.
    """
    source = Source(text, name)
    renewable = _count(source, r"-\s*renewable\s*:\s*(\d+)")
    if _count(source, r"-\s*nonrenewable\s*:\s*(\d+)", optional=True):
        source.error(
            "not-supported-nonrenewable",
            0,
            Text(zh="不支持不可再生资源", en="nonrenewable resources cannot be planned"),
            Text(zh="去掉不可再生资源", en="leave out nonrenewable resources"),
        )
    order = _section(source, "PRECEDENCE RELATIONS")
    requests = _section(source, "REQUESTS/DURATIONS")
    available = _section(source, "RESOURCEAVAILABILITIES")
    source.findings.raise_if_any()
    after = [_successors(source, row, len(order)) for row in order]
    ways = _ways(source, requests, len(order), renewable)
    capacities = source.ints(available[0]) if available else []
    if len(capacities) < renewable:
        source.ends_early(available[0] if available else len(source))
    source.findings.raise_if_any()
    return project(ways, after, capacities[:renewable], name)


def _count(source: Source, pattern: str, *, optional: bool = False) -> int:
    for line in source.rows:
        found = re.match(pattern, line)
        if found:
            return int(found[1])
    if not optional:
        _missing(source, "- renewable")
    return 0


def _missing(source: Source, what: str) -> None:
    source.error(
        "section-missing",
        len(source),
        Text(zh=f"缺少“{what}”", en=f"'{what}' is missing"),
        Text(zh="检查是否为 PSPLIB 文件", en="check that this is a PSPLIB file"),
    )


def _section(source: Source, title: str) -> list[int]:
    """Return the rows of numbers below a title."""
    begin = next((row for row, line in enumerate(source.rows) if line.upper().startswith(title)), None)
    if begin is None:
        _missing(source, title)
        return []
    rows = []
    for row in range(begin + 1, len(source)):
        if source.rows[row].startswith("*"):
            break
        if source.rows[row][0].isdigit():
            rows.append(row)
    return rows


def _successors(source: Source, row: int, count: int) -> list[int]:
    values = source.ints(row)
    if len(values) < 3 or len(values) != 3 + values[2]:
        if values:
            source.ends_early(row)
        return []
    _known(source, row, values[3:], count)
    return values[3:]


def _ways(source: Source, rows: list[int], count: int, resources: int) -> list[list[Way]]:
    ways: list[list[Way]] = []
    for row in rows:
        values = source.ints(row)
        if len(values) == resources + 3 and values[0] == len(ways) + 1:
            ways.append([])
            values = values[1:]
        if len(values) != resources + 2 or not ways:
            source.error(
                "wrong-width",
                row,
                Text(zh=f"应为：模式、工期和 {resources} 项需求", en=f"mode, duration and {resources} needs are due"),
                Text(zh="按 PSPLIB 格式补全", en="complete the line as PSPLIB asks"),
            )
            continue
        source.negative(row, values)
        ways[-1].append((values[1], values[2:]))
    if len(ways) != count and source.findings.is_clean:
        source.ends_early(len(source))
    return ways


def write_patterson(problem: Problem) -> str:
    """Write a project of one job in Patterson's format.

    Raises
    ------
    Rejected
        If the problem has more than the format can say: limited machines, several modes, dates ...
    """
    also = features(problem) - {"resources", "order"}
    if all(machine.is_unlimited for machine in problem.machines):
        also.discard("machines")
    else:
        also.add("machines")
    demand(problem, set(), "Patterson", also)
    operations = [operation for _, operation in problem.operations()]
    row = {operation.code: number for number, operation in enumerate(operations, start=1)}
    after: dict[str, list[int]] = {code: [] for code in row}
    for link in problem.precedences:
        after[link.before].append(row[link.after])
    lines = [f"{len(row)} {len(problem.resources)}", " ".join(str(each.capacity) for each in problem.resources)]
    for operation in operations:
        mode = operation.modes[0]
        asked = {need.resource: need.amount for need in mode.needs}
        words = [mode.run, *(asked.get(each.code, 0) for each in problem.resources)]
        lines.append(" ".join(map(str, [*words, len(after[operation.code]), *after[operation.code]])))
    return "\n".join(lines) + "\n"
