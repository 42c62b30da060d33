"""Working arrays of the general search, by reference for compiled functions."""
# ruff: noqa: PLR0917 - one argument for each array

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
from numba import types
from numba.experimental import structref

from rongzhi.engines.scheduling._jit import entry
from rongzhi.engines.scheduling.arrays import V_COUNT, Floats, Ints, Tables

N_OUT, N_ROWS, N_JOBS, N_CHANGED = range(4)


class General(NamedTuple):
    """Working arrays of the general search."""

    mark: Ints  # units: 0 in place, 1 taken out, 2 put back
    out: Ints  # units taken out
    key: Floats  # units: order of putting back
    job_key: Floats  # jobs: the same, -1 unset
    floor: Ints  # jobs: their work is not to start earlier than it did and this much later
    is_touched: Ints  # jobs
    touched: Ints
    old: Ints  # operation, mode, start, end before
    is_old: Ints  # operations: 1 when noted in ``old``
    changed: Ints  # operations that differ from the best plan
    is_changed: Ints
    share: Floats  # jobs: running sums of blame
    before: Floats  # the state's values before an iteration
    tally: Ints  # N_OUT, N_ROWS, N_JOBS, N_CHANGED


@structref.register
class GeneralType(types.StructRef):
    """Type of a reference to `General`."""


class GeneralRef(structref.StructRefProxy):
    """Reference to the arrays of `General`."""


structref.define_proxy(GeneralRef, GeneralType, list(General._fields))  # type: ignore[no-untyped-call]


@entry
def _general(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any, i: Any, j: Any,
             k: Any, m: Any, n: Any, o: Any) -> Any:  # fmt: skip
    return GeneralRef(a, b, c, d, e, f, g, h, i, j, k, m, n, o)  # type: ignore[no-untyped-call]


def new_scratch(tables: Tables, most: int) -> General:
    """Return empty working arrays; at most ``most`` units are out at a time."""
    units, n, jobs = len(tables.unit_first) - 1, len(tables.op), len(tables.job)
    return General(
        mark=np.zeros(units, dtype=np.int64),
        out=np.zeros(most, dtype=np.int64),
        key=np.zeros(units),
        job_key=np.full(jobs, -1.0),
        floor=np.zeros(jobs, dtype=np.int64),
        is_touched=np.zeros(jobs, dtype=np.int64),
        touched=np.zeros(jobs + 1, dtype=np.int64),
        old=np.zeros((n, 4), dtype=np.int64),
        is_old=np.zeros(n, dtype=np.int64),
        changed=np.zeros(n + 1, dtype=np.int64),
        is_changed=np.zeros(n, dtype=np.int64),
        share=np.zeros(jobs),
        before=np.zeros(V_COUNT),
        tally=np.zeros(4, dtype=np.int64),
    )


def by_reference(scratch: General) -> General:
    """Return a reference to the arrays; only compiled functions can use it."""
    return cast("General", _general(*scratch))
