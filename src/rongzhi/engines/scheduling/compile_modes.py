"""The modes of a problem as a table: which may be used under pins, allowed factories and the one-factory rule."""

from __future__ import annotations

from itertools import chain

import numpy as np
import numpy.typing as npt

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Floats, Ints
from rongzhi.engines.scheduling.calendars import CalendarBook
from rongzhi.engines.scheduling.model import Mode, Operation, Pin, Problem

Flags = npt.NDArray[np.bool_]


def mode_table(
    problem: Problem, operations: list[Operation], aside_at: dict[str, int], book: CalendarBook
) -> tuple[Ints, Floats, Ints, Ints]:
    """Return the rows of all usable modes, their costs, the first row of every operation, and the needs.

    Parameters
    ----------
    problem : Problem
    operations : list of Operation
        In the order of the tables.
    aside_at : dict of str to int
        Rows of machines for operations without length.
    book : CalendarBook
    """
    factory_at = {factory.code: row for row, factory in enumerate(problem.factories)}
    machine_at = {machine.code: row for row, machine in enumerate(problem.machines)}
    factory_of = np.array([factory_at[machine.factory] for machine in problem.machines], dtype=np.int64)
    calendar_of = np.array([book.of(machine.calendar) for machine in problem.machines], dtype=np.int64)
    sizes = np.array([len(operation.modes) for operation in operations], dtype=np.int64)
    owner = np.repeat(np.arange(len(operations)), sizes)
    modes = list(chain.from_iterable([operation.modes for operation in operations]))
    machine = np.array([machine_at[mode.machine] for mode in modes], dtype=np.int64)
    first = np.cumsum(sizes) - sizes
    kept = np.flatnonzero(_is_usable(problem, operations, machine_at, machine, owner, factory_of[machine]))
    table = np.zeros((len(kept), 8), dtype=np.int64)
    machine, owner = machine[kept], owner[kept]
    table[:, a.M_MACHINE] = machine
    table[:, a.M_SETUP] = np.array([mode.setup for mode in modes], dtype=np.int64)[kept]
    table[:, a.M_RUN] = np.array([mode.run for mode in modes], dtype=np.int64)[kept]
    table[:, a.M_CALENDAR] = calendar_of[machine]
    table[:, a.M_INDEX] = kept - first[owner]
    table[:, a.M_FACTORY] = factory_of[machine]
    need = _needs(problem, [modes[row] for row in kept.tolist()], table, book)
    if aside_at:
        aside = np.arange(len(problem.machines))
        for code, row in aside_at.items():
            aside[machine_at[code]] = row
        is_short = (table[:, a.M_SETUP] == 0) & (table[:, a.M_RUN] == 0)
        table[is_short, a.M_MACHINE] = aside[machine[is_short]]
    cost = np.array([mode.cost for mode in modes], dtype=np.float64)[kept]
    return table, cost, np.searchsorted(owner, np.arange(len(operations) + 1)).astype(np.int64), need


def _is_usable(  # noqa: PLR0917
    problem: Problem,
    operations: list[Operation],
    machine_at: dict[str, int],
    machine: Ints,
    owner: Ints,
    factory: Ints,
) -> Flags:
    """Return which modes may be used: those on a pinned machine, else those in the factories a job may go to."""
    pinned = _pinned_machines(problem.pins, operations, machine_at)[owner]
    is_pinned, is_there = pinned >= 0, (pinned < 0) | (pinned == machine)
    sizes = np.array([len(job.operations) for job in problem.jobs], dtype=np.int64)
    job_of = np.repeat(np.arange(len(problem.jobs)), sizes)
    width, job = len(problem.factories), job_of[owner]
    usable: Flags = is_there.copy()
    limited = [row for row, each in enumerate(problem.jobs) if each.factories is not None]
    if limited:
        factory_at = {each.code: row for row, each in enumerate(problem.factories)}
        allowed = [row * width + factory_at[code] for row in limited for code in problem.jobs[row].factories or ()]
        is_limited = np.zeros(len(problem.jobs), dtype=np.bool_)
        is_limited[limited] = True
        usable &= is_pinned | ~is_limited[job] | np.isin(job * width + factory, allowed)
    is_single = np.array([each.single_factory for each in problem.jobs], dtype=np.bool_)
    if is_single.any():
        # a factory will do when as many operations of the job have a mode there as the job has
        able = usable | (is_pinned & is_there)
        pairs = np.unique(owner[able] * width + factory[able])
        places = job_of[pairs // width] * width + pairs % width
        found, count = np.unique(places, return_counts=True)
        common = found[count == sizes[found // width]]
        usable &= is_pinned | ~is_single[job] | np.isin(job * width + factory, common)
    return usable


def _pinned_machines(pins: tuple[Pin, ...], operations: list[Operation], machine_at: dict[str, int]) -> Ints:
    """Return the machine every operation is pinned to, -1 none."""
    found = np.full(len(operations), -1, dtype=np.int64)
    if pins:
        at = {operation.code: row for row, operation in enumerate(operations)}
        for pin in pins:
            if pin.machine is not None:
                found[at[pin.operation]] = machine_at[pin.machine]
    return found


def _needs(problem: Problem, modes: list[Mode], table: Ints, book: CalendarBook) -> Ints:
    """Fill in the rows of needs and the calendars they are shared with; return the rows."""
    resource_at = {resource.code: row for row, resource in enumerate(problem.resources)}
    rows: list[tuple[int, int]] = []
    count = np.array([len(mode.needs) for mode in modes], dtype=np.int64)
    table[:, a.M_NEED1] = np.cumsum(count)
    table[:, a.M_NEED0] = table[:, a.M_NEED1] - count
    calendar = {machine.code: machine.calendar for machine in problem.machines}
    for row in np.flatnonzero(count).tolist():
        mode = modes[row]
        rows.extend((resource_at[need.resource], need.amount) for need in mode.needs)
        table[row, a.M_CALENDAR] = book.joint(
            [calendar[mode.machine], *(problem.resources[resource_at[n.resource]].calendar for n in mode.needs)]
        )
    return np.array(rows, dtype=np.int64).reshape(-1, 2)
