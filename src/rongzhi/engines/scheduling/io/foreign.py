"""Plans of other solvers, which know only mode, start and end of each operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.model import Machine, Operation, Problem
from rongzhi.engines.scheduling.result import Assignment, Plan


def plan_from_times(problem: Problem, times: Mapping[str, tuple[int, int, int]]) -> Plan:
    """Return the plan that follows from times found elsewhere.

    Parameters
    ----------
    problem : Problem
    times : mapping of operation code to (mode, start, end)
        Times in the unit of the problem.

    Returns
    -------
    Plan
        With the end of each set-up and the changeover before each operation filled in.
    """
    machines = {machine.code: machine for machine in problem.machines}
    clocks = {calendar.code: Clock(calendar) for calendar in problem.calendars} | {"": Clock(None)}
    operations = {operation.code: operation for _, operation in problem.operations()}
    found: dict[str, Assignment] = {}
    lanes: dict[str, list[str]] = {}
    for code, (number, start, end) in times.items():
        mode = operations[code].modes[number]
        clock = clocks[machines[mode.machine].calendar or ""]
        setup_end = clock.finish(start, mode.setup)
        found[code] = Assignment(code, mode.machine, number, start, end if setup_end is None else setup_end, end)
        lanes.setdefault(mode.machine, []).append(code)
    for machine, lane in lanes.items():
        _changeovers(problem, machines[machine], lane, operations, found)
    return Plan.of(found[operation.code] for _, operation in problem.operations() if operation.code in found)


def _changeovers(
    problem: Problem,
    machine: Machine,
    lane: list[str],
    operations: Mapping[str, Operation],
    found: dict[str, Assignment],
) -> None:
    table = next((each for each in problem.changeovers if each.code == machine.changeover), None)
    if table is None:
        return
    family = machine.initial_family
    row = {name: number for number, name in enumerate(table.families)}
    for code in sorted(lane, key=lambda each: (found[each].start, found[each].end)):
        after = operations[code].family
        if family in row and after in row:
            found[code] = replace(found[code], changeover=table.times[row[family]][row[after]])
        family = after
