"""Factories that are alike in everything: the exact model need not look at plans that differ by their names only."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from rongzhi.engines.scheduling import arrays as a

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.arrays import Ints, Tables
    from rongzhi.engines.scheduling.exact_model import ExactModel


class Twins:
    """Groups of factories that may change names.

    Parameters
    ----------
    tables : Tables
    groups : list of list of int
        Factories that are alike.
    mode_in : dict
        Mode of an operation in another factory, by mode and factory.
    jobs : list of int
        One-factory jobs, the longest first.
    """

    def __init__(
        self, tables: Tables, groups: list[list[int]], mode_in: dict[tuple[int, int], int], jobs: list[int]
    ) -> None:
        self.groups, self._tables, self._mode_in, self._jobs = groups, tables, mode_in, jobs

    def order(self, model: Any, home: dict[tuple[int, int], Any]) -> None:
        """Let a job go to a factory only if an earlier one is in the twin before it."""
        for group in self.groups:
            for before, factory in pairwise(group):
                for place, j in enumerate(self._jobs):
                    earlier = [home[i, before] for i in self._jobs[:place]]
                    model.add_bool_or([~home[j, factory], *earlier])

    def renamed(self, rows: Ints) -> Ints:
        """Return state rows in which twin factories come up in the order of their names."""
        t = self._tables
        to: dict[int, int] = {}
        left = {id(group): list(group) for group in self.groups}
        group_of = {factory: group for group in self.groups for factory in group}
        for j in self._jobs:
            factory = int(t.mode[rows[t.job[j, a.J_OP0], a.S_MODE], a.M_FACTORY])
            if factory in group_of and factory not in to:
                to[factory] = left[id(group_of[factory])].pop(0)
        if not to:
            return rows
        found = rows.copy()
        for o, mode in enumerate(rows[:, a.S_MODE].tolist()):
            factory = int(t.mode[mode, a.M_FACTORY])
            found[o, a.S_MODE] = self._mode_in.get((mode, to.get(factory, factory)), mode)
        return found


def twin_factories(exact: ExactModel) -> Twins:
    """Find the factories that are alike; only where every job stays in one factory and nothing is fixed."""
    t = exact.tables
    none = Twins(t, [], {}, [])
    has_former = t.weight[a.V_MOVED_MACHINES] > 0
    jobs = np.flatnonzero(t.job[:, a.J_OP1] > t.job[:, a.J_OP0]).tolist()
    if len(exact.fixed) or has_former or len(t.resource) or not jobs or not t.job[jobs, a.J_SINGLE].all():
        return none
    count = int(t.machine[:, a.K_FACTORY].max()) + 1
    rank = np.zeros(len(t.machine), dtype=np.int64)  # number of a machine within its factory
    for factory in range(count):
        own = np.flatnonzero(t.machine[:, a.K_FACTORY] == factory)
        rank[own] = np.arange(len(own))
    faces: dict[int, list[Any]] = {factory: [] for factory in range(count)}
    by_key: dict[tuple[int, int, Any], list[int]] = {}
    for o in range(len(t.op)):
        for mode in range(t.op[o, a.O_MODE0], t.op[o, a.O_MODE1]):
            row, machine = t.mode[mode], t.mode[mode, a.M_MACHINE]
            key = (int(rank[machine]), int(row[a.M_SETUP]), int(row[a.M_RUN]), int(row[a.M_CALENDAR]),
                   float(t.mode_cost[mode]), *t.machine[machine, [a.K_PLACE, a.K_CHANGEOVER, a.K_FAMILY,
                   a.K_UNLIMITED, a.K_CALENDAR]].tolist())  # fmt: skip
            faces[int(row[a.M_FACTORY])].append((o, key))
            by_key.setdefault((o, int(row[a.M_FACTORY]), key), []).append(mode)
    alike: dict[Any, list[int]] = {}
    for factory, face in faces.items():
        if face:
            alike.setdefault(tuple(sorted(face)), []).append(factory)
    groups = [group for group in alike.values() if len(group) > 1]
    if not groups or any((j, f) not in exact.home for group in groups for f in group for j in jobs):
        return none
    mode_in = {
        (mode, other): by_key[o, other, key][place]
        for (o, factory, key), modes in by_key.items()
        for group in groups
        if factory in group
        for other in group
        for place, mode in enumerate(modes)
    }
    work = t.mode[:, a.M_SETUP] + t.mode[:, a.M_RUN]
    least = np.minimum.reduceat(work, t.op[:, a.O_MODE0])
    length = np.bincount(t.op[:, a.O_JOB], least, minlength=len(t.job))
    return Twins(t, groups, mode_in, sorted(jobs, key=lambda j: (-length[j], j)))
