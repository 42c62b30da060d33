"""The compiled form of a problem and of a plan in the making: a few integer tables and the names of their columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

NEVER = 4 * 10**15  # a time that means "does not fit"
NONE = -(10**17)  # no value, where any time is possible

# operations, grouped by job
O_JOB, O_MODE0, O_MODE1, O_PRED0, O_PRED1, O_SUCC0, O_SUCC1, O_EST = range(8)
O_SPAN, O_LOSS, O_FAMILY, O_FIXED, O_FORMER_START, O_FORMER_MACHINE, O_UNIT, O_SIZE, O_WIDTH = range(8, 17)

# modes, grouped by operation
M_MACHINE, M_SETUP, M_RUN, M_CALENDAR, M_NEED0, M_NEED1, M_INDEX, M_FACTORY = range(8)

# precedences, grouped by the operation after
E_BEFORE, E_AFTER, E_LINK, E_LAG, E_MAX_LAG = range(5)
FINISH_START, START_START, FINISH_FINISH, OVERLAP = range(4)

# machines; capacity of a batch (0: no batches), rows of overtime, rows of the modes that may go into a batch
K_CALENDAR, K_PLACE, K_FACTORY, K_CHANGEOVER, K_SLOT0, K_FAMILY, K_UNLIMITED = range(7)
K_BATCH, K_PURE, K_OVERTIME0, K_OVERTIME1, K_BATCHED0, K_BATCHED1, K_WIDTH = range(7, 14)

# calendars and their intervals
C_LOW, C_HIGH, C_UNTIL, C_CYCLE, C_CYCLE_WORK, C_TOTAL = range(6)
I_START, I_END, I_BEFORE = range(3)

# jobs
J_RELEASE, J_DUE, J_DEADLINE, J_OP0, J_OP1, J_SINGLE = range(6)

# secondary resources
R_CAPACITY, R_SLOT0 = range(2)
N_RESOURCE, N_AMOUNT = range(2)

# the state of an operation in a plan
S_MODE, S_START, S_END, S_CHANGEOVER = range(4)

# values of the objective, in the order of `Term`, and the sum of broken hard rules
(
    V_TARDINESS,
    V_LATE,
    V_MAKESPAN,
    V_FLOW,
    V_COST,
    V_TRANSPORT,
    V_CHANGEOVER,
    V_MOVED_MACHINES,
    V_MOVED_STARTS,
    V_OVERTIME,
    V_HARD,
) = range(11)
V_COUNT = 11


class Tables(NamedTuple):
    """A problem as tables; see the column names above. Never changed after compiling."""

    op: Ints
    mode: Ints
    mode_cost: Floats
    edge: Ints
    edge_share: Floats
    succ: Ints  # edge numbers grouped by the operation before
    machine: Ints
    changeover: Ints  # (table, family, family)
    calendar: Ints
    interval: Ints
    place_time: Ints
    place_cost: Floats
    job: Ints
    job_weight: Floats
    resource: Ints
    need: Ints
    unit_first: Ints  # units: operations that must be placed together, grouped
    unit_op: Ints
    weight: Floats  # of the objective's values
    overtime: Ints  # calendars of overtime, grouped by the calendar they belong to
    overtime_rate: Floats
    batched: Ints  # operation and mode, grouped by batch machine


class State(NamedTuple):
    """A plan in the making: what is placed where. Changed in place by the kernels."""

    op: Ints
    slot: Small  # operations of each machine in order of time
    filled: Ints  # placed operations of each machine
    use: Small  # operations of each resource in order of start
    use_count: Ints
    job_factory: Ints  # factory of the job's placed operations, -1 none
    job_placed: Ints
    job_end: Ints
    wish: Ints  # factory the job shall go to, -1 any
    keep: Ints  # mode the operation shall have, -1 any
    value: Floats
    rng: Words


class Scratch(NamedTuple):
    """Working arrays of the removal search."""

    mark: Ints  # units: 1 while taken out
    out: Ints  # units taken out
    keys: Floats  # units: order of putting back
    job_key: Floats  # jobs: the same, -1 unset
    is_touched: Ints  # jobs
    touched: Ints
    old: Ints  # operation, mode, start, end before
    changed: Ints  # operations that differ from the best plan
    is_changed: Ints
