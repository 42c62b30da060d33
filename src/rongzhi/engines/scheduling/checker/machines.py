"""Machines: one operation (or one batch) at a time, and time for the changeover in between."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from rongzhi.engines.scheduling.checker.context import Context
from rongzhi.engines.scheduling.checker.report import Violation
from rongzhi.engines.scheduling.checker.times import ends_with_its_work
from rongzhi.engines.scheduling.model import Batch, Machine
from rongzhi.engines.scheduling.result import Assignment
from rongzhi.kernel.text import Text

Group = list[Assignment]


def check(context: Context) -> Iterator[Violation]:
    """Yield overlaps, batches that are too full or mixed, and changeovers without time."""
    lanes: dict[str, Group] = {}
    for assignment in context.assignments.values():
        lanes.setdefault(assignment.machine, []).append(assignment)
    for code, lane in lanes.items():
        machine = context.machines[code]
        if machine.is_unlimited:
            continue
        lane.sort(key=lambda each: (each.start, each.end))
        groups = _groups(context, machine, lane)
        if not groups:
            continue
        if machine.batch is not None:
            for group in groups:
                yield from _batch(context, machine.batch, group)
        yield from _first(context, machine, groups)
        latest: Group = []
        for before, after in pairwise(groups):
            latest = before if not latest or before[0].end >= latest[0].end else latest
            yield from _follow(context, machine, latest, before, after)


def _groups(context: Context, machine: Machine, lane: Group) -> list[Group]:
    if machine.changeover is not None or machine.batch is not None:  # what takes no time has no place in the row
        lane = [each for each in lane if _has_length(context, each.operation)]
    if machine.batch is None:
        return [[assignment] for assignment in lane]
    return [list(group) for _, group in groupby(lane, key=lambda each: (each.start, each.end))]


def _has_length(context: Context, operation: str) -> bool:
    mode = context.mode(operation)
    return mode.setup + mode.run > 0


def _batch(context: Context, batch: Batch, group: Group) -> Iterator[Violation]:
    codes = tuple(each.operation for each in group)
    if all(code in context.fixed for code in codes):
        return
    size = sum(context.operations[code].size for code in codes)
    if size > batch.capacity:
        yield Violation(
            "batch-too-full", codes, Text(f"装量 {size} 超过 {batch.capacity}", f"size {size} exceeds {batch.capacity}")
        )
    families = {context.operations[code].family for code in codes}
    if batch.is_family_pure and len(families) > 1:
        yield Violation("batch-mixed", codes, Text("同炉不同族", "mixes families in one batch"))
    if not any(code in context.fixed or ends_with_its_work(context, code) for code in codes):
        yield Violation(
            "batch-length",
            codes,
            Text(
                f"到 {group[0].end} 才结束，各工序都已更早完成",
                f"ends at {group[0].end}, when all its operations have been done for some time",
            ),
        )


def _first(context: Context, machine: Machine, groups: list[Group]) -> Iterator[Violation]:
    first = groups[0][0]
    if machine.initial_family is None or first.operation in context.fixed:
        return
    wanted = changeover(context, machine, machine.initial_family, context.operations[first.operation].family)
    yield from _time_for(context, machine, ("", first.operation), 0, groups[0], wanted)


def _follow(context: Context, machine: Machine, latest: Group, before: Group, after: Group) -> Iterator[Violation]:
    a, b = latest[0], after[0]
    if a.operation in context.fixed and b.operation in context.fixed:
        return
    if b.start < a.end:
        yield Violation(
            "machine-overlap",
            (a.operation, b.operation),
            Text(
                f"设备 {machine.code}：[{a.start}, {a.end}) 与 [{b.start}, {b.end}) 重叠",
                f"on {machine.code}: [{a.start}, {a.end}) and [{b.start}, {b.end}) overlap",
            ),
        )
        return
    previous = before[0]
    if previous.operation in context.fixed and b.operation in context.fixed:
        return
    families = context.operations[previous.operation].family, context.operations[b.operation].family
    wanted = changeover(context, machine, *families)
    yield from _time_for(context, machine, (previous.operation, b.operation), previous.end, after, wanted)


def _time_for(  # noqa: PLR0917
    context: Context, machine: Machine, codes: tuple[str, str], end: int, group: Group, wanted: int
) -> Iterator[Violation]:
    start = group[0].start
    given = context.machine_clock(machine.code).worked(end, start)
    if given < wanted:
        yield Violation(
            "no-time-for-changeover",
            tuple(code for code in codes if code),
            Text(
                f"设备 {machine.code}：换型需 {wanted}，在 {end} 与 {start} 之间只有 {given}",
                f"on {machine.code}: the changeover needs {wanted} but {end} to {start} has {given} of working time",
            ),
        )
    stated = sum(each.changeover for each in group)
    if stated != wanted:
        yield Violation(
            "changeover-misstated",
            (codes[1],),
            Text(f"计划写换型 {stated}，应为 {wanted}", f"states a changeover of {stated} where {wanted} is due"),
        )


def changeover(context: Context, machine: Machine, before: str | None, after: str | None) -> int:
    """Return the changeover time between two families on a machine, working time units."""
    if machine.changeover is None or before is None or after is None:
        return 0
    table = context.changeovers[machine.changeover]
    if before not in table.families or after not in table.families:
        return 0
    return table.times[table.families.index(before)][table.families.index(after)]
