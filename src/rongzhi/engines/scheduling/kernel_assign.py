# mypy: disable-error-code="no-any-return"
# ruff: noqa: PLR0917 - compiled code passes tables and avoids helpers
"""Even loads for jobs that each stay in one factory: annealing over factories of jobs and machines of operations.

What is kept small is the sum over machines of (load - aim) squared; aims below the bound by the machine's price make
dear machine time count as such (Lagrangian of the pooled-capacity bound).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    J_OP0,
    J_OP1,
    M_FACTORY,
    M_MACHINE,
    M_RUN,
    M_SETUP,
    O_JOB,
    O_MODE0,
    O_MODE1,
    Floats,
    Ints,
    Tables,
    Words,
)
from rongzhi.engines.scheduling.kernel_random import random_unit


class Loads(NamedTuple):
    """Modes of operations and what they add up to on the machines."""

    chosen: Ints  # mode of each operation
    load: Floats  # of each machine
    aim: Floats
    member: Ints  # operations on each machine, from room[machine] on
    filled: Ints  # how many
    room: Ints
    place: Ints  # position of each operation in ``member``
    old: Ints  # operation, mode before the move
    figure: Ints  # 0: changes of this move


@kernel
def shift(p: Tables, x: Loads, o: int, mode: int) -> float:
    """Give an operation another mode; return by how much the sum of squares grows."""
    before = x.chosen[o]
    m, n = p.mode[before, M_MACHINE], p.mode[mode, M_MACHINE]
    w = p.mode[before, M_SETUP] + p.mode[before, M_RUN]
    grown = w * (w - 2.0 * (x.load[m] - x.aim[m]))
    x.load[m] -= w
    w = p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
    grown += w * (w + 2.0 * (x.load[n] - x.aim[n]))
    x.load[n] += w
    x.chosen[o] = mode
    x.old[x.figure[0], 0], x.old[x.figure[0], 1] = o, before
    x.figure[0] += 1
    return grown


@kernel
def keep_lists(p: Tables, x: Loads) -> None:
    """Bring the lists of the machines up to date after a move."""
    for i in range(x.figure[0]):
        o = x.old[i, 0]
        m, n = p.mode[x.old[i, 1], M_MACHINE], p.mode[x.chosen[o], M_MACHINE]
        last = x.member[x.room[m] + x.filled[m] - 1]
        x.member[x.place[o]], x.place[last] = last, x.place[o]
        x.filled[m] -= 1
        x.place[o] = x.room[n] + x.filled[n]
        x.member[x.place[o]] = o
        x.filled[n] += 1


@kernel
def undo(p: Tables, x: Loads) -> None:
    """Take a move back."""
    for i in range(x.figure[0] - 1, -1, -1):
        o, mode = x.old[i]
        now = x.chosen[o]
        x.load[p.mode[now, M_MACHINE]] -= p.mode[now, M_SETUP] + p.mode[now, M_RUN]
        x.load[p.mode[mode, M_MACHINE]] += p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
        x.chosen[o] = mode


@kernel
def other_mode(p: Tables, x: Loads, o: int, factory: int, rng: Words) -> int:
    """Return a random mode of an operation in a factory other than its own, -1 if there is none."""
    found, seen = -1, 0
    for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
        if p.mode[mode, M_FACTORY] == factory and mode != x.chosen[o]:
            seen += 1
            if seen == 1 or random_unit(rng) * seen < 1.0:
                found = mode
    return found


@kernel
def move_job(p: Tables, x: Loads, j: int, factory: int, heat: float, rng: Words) -> float:
    """Move a job to a factory, each operation where it adds least, with some chance; inf if it cannot go there."""
    grown = 0.0
    for o in range(p.job[j, J_OP0], p.job[j, J_OP1]):
        best, least = -1, np.inf
        for mode in range(p.op[o, O_MODE0], p.op[o, O_MODE1]):
            if p.mode[mode, M_FACTORY] == factory:
                m, w = p.mode[mode, M_MACHINE], p.mode[mode, M_SETUP] + p.mode[mode, M_RUN]
                grows = w * (w + 2.0 * (x.load[m] - x.aim[m])) + heat * random_unit(rng)
                if grows < least:
                    best, least = mode, grows
        if best < 0:
            return np.inf
        grown += shift(p, x, o, best)
    return grown


@kernel
def try_job(p: Tables, x: Loads, o: int, heat: float, rng: Words) -> float:
    """Move the job of an operation to another factory, half of the time against a job from there."""
    modes = p.op[o, O_MODE1] - p.op[o, O_MODE0]
    here = p.mode[x.chosen[o], M_FACTORY]
    mode = p.op[o, O_MODE0] + int(random_unit(rng) * modes)
    there = p.mode[mode, M_FACTORY]
    if here == there:
        return np.inf
    grown = 0.0
    m = p.mode[mode, M_MACHINE]
    if x.filled[m] > 0 and random_unit(rng) < 0.5:
        back = x.member[x.room[m] + int(random_unit(rng) * x.filled[m])]
        grown = move_job(p, x, p.op[back, O_JOB], here, heat, rng)
    return grown + (move_job(p, x, p.op[o, O_JOB], there, heat, rng) if grown < np.inf else 0.0)


@kernel
def try_operation(p: Tables, x: Loads, o: int, rng: Words) -> float:
    """Move an operation to another machine of its factory, half of the time against one from there."""
    factory = p.mode[x.chosen[o], M_FACTORY]
    mode = other_mode(p, x, o, factory, rng)
    if mode < 0:
        return np.inf
    m, grown = p.mode[mode, M_MACHINE], 0.0
    if x.filled[m] > 0 and random_unit(rng) < 0.7:
        back = x.member[x.room[m] + int(random_unit(rng) * x.filled[m])]
        away = other_mode(p, x, back, factory, rng)
        if away < 0:
            return np.inf
        grown = shift(p, x, back, away)
    return grown + shift(p, x, o, mode)


@entry
def even_loads(
    p: Tables, chosen: Ints, aim: Floats, hot: float, cold: float, steps: int, share: float, rng: Words
) -> Floats:
    """Change modes, and with them factories of jobs, so that loads come near their aims; return the loads.

    Parameters
    ----------
    chosen : ndarray (n,), modes; changed in place
    aim : ndarray (machines,), time units
    hot, cold : float
        Temperatures at the first and the last step, squared time units.
    share : float
        Of steps that move single operations, 0..1.
    """
    n, machines, longest = len(chosen), len(p.machine), 1
    for j in range(len(p.job)):
        longest = max(longest, p.job[j, J_OP1] - p.job[j, J_OP0])
    room = np.zeros(machines + 1, dtype=np.int64)
    for mode in range(len(p.mode)):
        room[p.mode[mode, M_MACHINE] + 1] += 1
    for m in range(machines):
        room[m + 1] += room[m]
    x = Loads(
        chosen,
        np.zeros(machines),
        aim,
        np.zeros(len(p.mode), dtype=np.int64),
        np.zeros(machines, dtype=np.int64),
        room,
        np.zeros(n, dtype=np.int64),
        np.zeros((2 * longest + 2, 2), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )
    for o in range(n):
        m = p.mode[chosen[o], M_MACHINE]
        x.load[m] += p.mode[chosen[o], M_SETUP] + p.mode[chosen[o], M_RUN]
        x.place[o] = room[m] + x.filled[m]
        x.member[x.place[o]] = o
        x.filled[m] += 1
    heat, cooling = hot, (cold / hot) ** (1.0 / max(1, steps))
    for _ in range(steps):
        heat *= cooling
        x.figure[0] = 0
        o = int(random_unit(rng) * n)
        grown = try_operation(p, x, o, rng) if random_unit(rng) < share else try_job(p, x, o, heat, rng)
        if grown <= 0.0 or (grown < np.inf and random_unit(rng) < np.exp(-grown / heat)):
            keep_lists(p, x)
        else:
            undo(p, x)
    return x.load
