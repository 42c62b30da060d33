"""Checks of what a problem stands on: places, calendars, changeovers, machines, resources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from rongzhi.engines.scheduling.model import Calendar, Changeover, Machine, Problem, Transport
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

MAX_TIME = 10**12
"""Largest single time or duration; sums then stay far from the end of 64-bit integers."""

MAX_MONEY = 1e15
"""Largest weight, rate or cost."""


def check_network(problem: Problem, findings: Findings) -> None:
    """Check everything but jobs, precedences and pins."""
    unique(findings, "factories", [each.code for each in problem.factories])
    unique(findings, "machines", [each.code for each in problem.machines])
    unique(findings, "calendars", [each.code for each in problem.calendars])
    unique(findings, "changeovers", [each.code for each in problem.changeovers])
    unique(findings, "resources", [each.code for each in problem.resources])
    for row, calendar in enumerate(problem.calendars):
        _calendar(calendar, f"calendars[{row}]", findings)
    for row, table in enumerate(problem.changeovers):
        _changeover(table, f"changeovers[{row}]", findings)
    _transport(problem.transport, findings)
    _machines(problem, findings)
    _resources(problem, findings)


def unique(findings: Findings, where: str, codes: Sequence[str]) -> None:
    """Report codes that occur twice."""
    seen: set[str] = set()
    for row, code in enumerate(codes):
        if code in seen:
            findings.error(
                "duplicate-code",
                f"{where}[{row}].code",
                Text(zh=f"代码“{code}”重复", en=f"code '{code}' is used twice"),
                Text(zh="每个代码只用一次", en="use every code once"),
            )
        seen.add(code)


def known(findings: Findings, where: str, kind: Text, code: str | None, codes: Iterable[str]) -> bool:
    """Report a reference to something that does not exist; return whether it exists."""
    if code is None or code in codes:
        return True
    findings.error(
        f"unknown-{kind.en}",
        where,
        Text(zh=f"未知的{kind.zh}“{code}”", en=f"unknown {kind.en} '{code}'"),
        Text(zh=f"先定义该{kind.zh}，或改正代码", en=f"define the {kind.en} or correct the code"),
    )
    return False


def in_range(findings: Findings, where: str, value: int, low: int = 0) -> None:
    """Report a time below a limit or too large to add up."""
    if low <= value <= MAX_TIME:
        return
    findings.error(
        "time-out-of-range",
        where,
        Text(zh=f"时间 {value} 不在 {low} 到 {MAX_TIME} 之间", en=f"time {value} is not between {low} and {MAX_TIME}"),
        Text(zh="检查数值和时间单位", en="check the number and the time unit"),
    )


def price(findings: Findings, where: str, value: float) -> None:
    """Report a cost that is no number or too large to add up."""
    if abs(value) <= MAX_MONEY:  # false for NaN too
        return
    findings.error(
        "bad-cost",
        where,
        Text(zh=f"成本 {value} 不是有限数或太大", en=f"cost {value} is not finite or too large"),
        Text(zh="给出有限的成本", en="give a finite cost"),
    )


def is_weight(value: float) -> bool:
    """Return whether a value can be a weight or a rate: not negative, and small enough to add up."""
    return 0 <= value <= MAX_MONEY


def _calendar(calendar: Calendar, where: str, findings: Findings) -> None:
    fix = Text(zh="把区间改为有序、不重叠、起点早于终点", en="make the intervals sorted, disjoint and start < end")
    for row, (start, end) in enumerate(calendar.intervals):
        if start >= end:
            message = Text(zh=f"区间 ({start}, {end}) 为空", en=f"interval ({start}, {end}) is empty")
            findings.error("bad-interval", f"{where}.intervals[{row}]", message, fix)
    for row, (one, two) in enumerate(pairwise(calendar.intervals)):
        if one[1] > two[0]:
            message = Text(zh=f"区间 {two} 早于 {one} 的终点", en=f"interval {two} begins before {one} ends")
            findings.error("bad-interval", f"{where}.intervals[{row + 1}]", message, fix)
    if not any(end > max(start, 0) for start, end in calendar.intervals):
        findings.error(
            "calendar-without-time",
            where,
            Text(zh=f"日历“{calendar.code}”没有工作时间", en=f"calendar '{calendar.code}' has no working time"),
            Text(zh="加入工作区间", en="add working intervals"),
        )
        return
    _overtime(calendar, where, findings)
    until = calendar.until if calendar.until is not None else calendar.intervals[-1][1]
    if calendar.cycle is not None and not 0 < calendar.cycle <= until - min(0, calendar.intervals[0][0]):
        findings.error(
            "bad-cycle",
            f"{where}.cycle",
            Text(zh=f"循环 {calendar.cycle} 不在 1 到 {until} 之间", en=f"cycle {calendar.cycle} is not in 1..{until}"),
            Text(zh="循环是显式部分末尾的一段", en="the cycle is a stretch at the end of the explicit part"),
        )


def _overtime(calendar: Calendar, where: str, findings: Findings) -> None:
    last = -(10**18)
    for row, each in enumerate(calendar.overtime):
        if each.start >= each.end or each.start < last:
            findings.error(
                "bad-interval",
                f"{where}.overtime[{row}]",
                Text(
                    zh=f"加班区间 ({each.start}, {each.end}) 为空或与前一个重叠",
                    en=f"overtime ({each.start}, {each.end}) is empty or begins before the one before ends",
                ),
                Text(zh="把区间改为有序、不重叠", en="make the stretches sorted and disjoint"),
            )
        if not is_weight(each.rate):
            findings.error(
                "bad-rate",
                f"{where}.overtime[{row}].rate",
                Text(
                    zh=f"加班费率 {each.rate} 为负、太大或不是数",
                    en=f"rate {each.rate} is negative, too large or no number",
                ),
                Text(zh="费率取 0 或正数", en="use 0 or a positive rate"),
            )
        last = max(last, each.end)


def _is_square(rows: Sequence[Sequence[object]], size: int) -> bool:
    return len(rows) == size and all(len(row) == size for row in rows)


def _changeover(table: Changeover, where: str, findings: Findings) -> None:
    unique(findings, f"{where}.families", table.families)
    if not _is_square(table.times, len(table.families)):
        findings.error(
            "matrix-not-square",
            f"{where}.times",
            Text(
                zh=f"换型表“{table.code}”不是 {len(table.families)} 阶方阵",
                en=f"changeover table '{table.code}' is not square of size {len(table.families)}",
            ),
            Text(zh="每个产品族一行一列", en="give one row and one column to each family"),
        )
        return
    for i, row in enumerate(table.times):
        for k, value in enumerate(row):
            in_range(findings, f"{where}.times[{i}][{k}]", value)


def _transport(transport: Transport, findings: Findings) -> None:
    unique(findings, "transport.places", transport.places)
    size = len(transport.places)
    is_bad_cost = bool(transport.costs) and not _is_square(transport.costs, size)
    if not _is_square(transport.times, size) or is_bad_cost:
        findings.error(
            "matrix-not-square",
            "transport.costs" if is_bad_cost else "transport.times",
            Text(zh=f"运输矩阵不是 {size} 阶方阵", en=f"the transport matrix is not square of size {size}"),
            Text(zh="每个地点一行一列", en="give one row and one column to each place"),
        )
        return
    for i, row in enumerate(transport.times):
        for k, value in enumerate(row):
            in_range(findings, f"transport.times[{i}][{k}]", value)
    for i, costs in enumerate(transport.costs):
        for k, cost in enumerate(costs):
            price(findings, f"transport.costs[{i}][{k}]", cost)


def _machines(problem: Problem, findings: Findings) -> None:
    factories = {each.code for each in problem.factories}
    calendars = {each.code for each in problem.calendars}
    tables = {each.code: set(each.families) for each in problem.changeovers}
    places = set(problem.transport.places)
    for row, factory in enumerate(problem.factories):
        known(findings, f"factories[{row}].place", Text(zh="地点", en="place"), factory.place, places)
    for row, machine in enumerate(problem.machines):
        where = f"machines[{row}]"
        known(findings, f"{where}.factory", Text(zh="工厂", en="factory"), machine.factory, factories)
        known(findings, f"{where}.calendar", Text(zh="日历", en="calendar"), machine.calendar, calendars)
        known(findings, f"{where}.place", Text(zh="地点", en="place"), machine.place, places)
        table = Text(zh="换型表", en="changeover")
        if known(findings, f"{where}.changeover", table, machine.changeover, tables) and machine.initial_family:
            families = tables.get(machine.changeover or "", {machine.initial_family})
            known(findings, f"{where}.initial_family", Text(zh="产品族", en="family"), machine.initial_family, families)
        _machine_features(machine, where, findings)


def _machine_features(machine: Machine, where: str, findings: Findings) -> None:
    if machine.batch is not None and machine.batch.capacity < 1:
        findings.error(
            "no-capacity",
            f"{where}.batch.capacity",
            Text(
                zh=f"批处理机“{machine.code}”的装量为 {machine.batch.capacity}",
                en=f"batch machine '{machine.code}' has a capacity of {machine.batch.capacity}",
            ),
            Text(zh="装量至少为 1", en="give a capacity of at least 1"),
        )
    if machine.batch is not None and machine.is_unlimited:
        findings.error(
            "unlimited-with-batch",
            f"{where}.batch",
            Text(
                zh=f"机器“{machine.code}”不能既无限能力又成批",
                en=f"machine '{machine.code}' cannot be unlimited and work in batches",
            ),
            Text(zh="二者取一", en="choose one of the two"),
        )
    if machine.batch is not None and not machine.batch.is_family_pure and machine.changeover is not None:
        findings.error(
            "mixed-batch-with-changeover",
            f"{where}.batch.is_family_pure",
            Text(
                zh=f"批处理机“{machine.code}”有换型表，一批须同族",
                en=f"batch machine '{machine.code}' has changeovers, so a batch must have one family",
            ),
            Text(zh="要求同族，或去掉换型表", en="make batches family-pure or leave out the changeover table"),
        )
    if machine.is_unlimited and machine.changeover is not None:
        findings.error(
            "unlimited-with-changeover",
            f"{where}.changeover",
            Text(
                zh=f"无限能力机器“{machine.code}”不能有换型",
                en=f"unlimited machine '{machine.code}' has no changeovers",
            ),
            Text(zh="去掉换型表", en="leave out the changeover table"),
        )


def _resources(problem: Problem, findings: Findings) -> None:
    calendars = {each.code for each in problem.calendars}
    for row, resource in enumerate(problem.resources):
        where = f"resources[{row}]"
        known(findings, f"{where}.calendar", Text(zh="日历", en="calendar"), resource.calendar, calendars)
        if resource.capacity < 1:
            findings.error(
                "no-capacity",
                f"{where}.capacity",
                Text(
                    zh=f"资源“{resource.code}”的能力为 {resource.capacity}", en=f"resource '{resource.code}' has none"
                ),
                Text(zh="能力至少为 1", en="give a capacity of at least 1"),
            )
