"""Batches when a plan is rebuilt: operations of a batch wait until it opened in that plan, so that they meet again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Ints, Tables


@contextmanager
def meeting(tables: Tables, start: Ints, keep: Ints) -> Iterator[None]:
    """Hold operations kept on batch machines back to their known starts for as long as the context lasts.

    Parameters
    ----------
    tables : Tables
    start : ndarray (n,), known starts, time units
    keep : ndarray (n,), mode every operation shall have, -1 any
    """
    kept = np.flatnonzero(keep >= 0)
    if len(tables.batched):
        kept = kept[tables.machine[tables.mode[keep[kept], a.M_MACHINE], a.K_BATCH] > 0]
    if not len(tables.batched) or not len(kept):
        yield
        return
    earliest = tables.op[kept, a.O_EST].copy()
    tables.op[kept, a.O_EST] = np.maximum(earliest, start[kept])
    try:
        yield
    finally:
        tables.op[kept, a.O_EST] = earliest
