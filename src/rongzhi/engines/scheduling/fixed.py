"""Fixed operations: where started and frozen work stands."""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Ints
from rongzhi.engines.scheduling.compile import Compiled
from rongzhi.engines.scheduling.model import Pin


def fixed_rows(compiled: Compiled) -> Ints:
    """Return the rows operation, mode, start, end (k, 4) of the fixed operations, in order of start."""
    t = compiled.tables
    at = {code: row for row, code in enumerate(compiled.operation_codes)}
    rows = []
    for pin in compiled.problem.pins:
        o = at[pin.operation]
        if t.op[o, a.O_FIXED]:
            mode = int(t.op[o, a.O_MODE0])
            start, end = fixed_times(compiled, o, mode, pin)
            rows.append((o, mode, start, end))
    rows = _closed_together(compiled, rows)
    rows.sort(key=lambda row: (row[2], row[3]))
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _closed_together(compiled: Compiled, rows: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return the rows with a common end for fixed batches whose end is not given."""
    t, pins = compiled.tables, {pin.operation: pin for pin in compiled.problem.pins}
    last: dict[tuple[int, int], int] = {}
    for _, mode, start, end in rows:
        key = int(t.mode[mode, a.M_MACHINE]), start
        last[key] = max(end, last.get(key, end))
    found = []
    for o, mode, start, end in rows:
        machine = int(t.mode[mode, a.M_MACHINE])
        is_open = t.machine[machine, a.K_BATCH] > 0 and pins[compiled.operation_codes[o]].end is None
        found.append((o, mode, start, last[machine, start] if is_open else end))
    return found


def fixed_times(compiled: Compiled, o: int, mode: int, pin: Pin) -> tuple[int, int]:
    """Return start and end of a fixed operation in a mode, time units."""
    from rongzhi.engines.scheduling.kernel_calendar import finish

    t = compiled.tables
    start = pin.start if pin.start is not None else 0
    if pin.end is not None:
        return start, pin.end
    begin, work = start, int(t.mode[mode, a.M_SETUP] + t.mode[mode, a.M_RUN])
    if pin.remaining is not None:
        begin, work = max(0, start), pin.remaining
    calendar, span, loss = int(t.mode[mode, a.M_CALENDAR]), int(t.op[o, a.O_SPAN]), int(t.op[o, a.O_LOSS])
    if calendar >= 0 and pin.remaining is not None:
        # Running work goes on in working time whatever the rule for breaks says: it cannot be moved any more.
        return start, int(finish(t.calendar, t.interval, calendar, begin, work, 1, loss))
    return start, int(finish(t.calendar, t.interval, calendar, begin, work, span, loss))
