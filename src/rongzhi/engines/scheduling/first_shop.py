"""Shops for the quick dispatcher: from tables and a choice of modes, with their mirror images and dispatching rules."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Floats, Ints, Small, Tables
from rongzhi.engines.scheduling.kernel_dispatch import (
    Shop,
    chain_counts,
    chain_lengths,
    dispatch_shop,
    raise_keys,
    sequence_shop,
)

FORWARD, MIRRORED = 0, 1
LISTED = 2  # the order of a list is kept on the machines


class Site:
    """A shop, its mirror image, and what rules need to know.

    Parameters
    ----------
    tables : Tables
    mode : ndarray (n,)
        Mode of every operation.
    part : ndarray (n,)
        Parts of the shop that hang together with no other (0, 1, ...).
    """

    def __init__(self, tables: Tables, mode: Ints, part: Ints) -> None:
        rows = tables.mode[mode]
        machine = rows[:, a.M_MACHINE]
        lag = tables.edge[:, a.E_LAG] + _ways(tables, machine)
        room = np.bincount(machine, minlength=len(tables.machine))
        is_unlimited = tables.machine[machine, a.K_UNLIMITED] != 0
        row: Small = np.where(is_unlimited, -1, machine).astype(np.int32)
        work = rows[:, a.M_SETUP] + rows[:, a.M_RUN]
        count, parts = (
            len(tables.edge),
            int(max(part.max(initial=0), tables.machine[:, a.K_FACTORY].max(initial=0))) + 1,
        )
        before = (np.append(tables.op[:, a.O_PRED0], count), tables.edge[:, a.E_BEFORE].astype(np.int32), lag)
        after = (
            np.append(tables.op[:, a.O_SUCC0], count),
            tables.edge[tables.succ, a.E_AFTER].astype(np.int32),
            lag[tables.succ],
        )
        rest = (np.append(0, np.cumsum(room)), np.zeros(parts, dtype=np.int64))
        small = part.astype(np.int32)
        release = tables.op[:, a.O_EST].copy()
        self.shops = (
            Shop(row, work, release, small, *before, *after, *rest),
            Shop(row, work, np.zeros_like(release), small, *after, *before, *rest),
        )
        self.work, self.part, self.parts, self._tables = work, part, parts, tables
        self._job = tables.op[:, a.O_JOB]

    @cached_property
    def order(self) -> Ints:
        """Operations in an order that agrees with the precedences."""
        from rongzhi.engines.scheduling.kernel_construct import order_by_rank
        from rongzhi.engines.scheduling.native import native

        return order_by_rank(native(self._tables), np.zeros(len(self.work)))

    @cached_property
    def topo(self) -> Ints:
        """Position of every operation in that order."""
        position = np.empty(len(self.work), dtype=np.int64)
        position[self.order] = np.arange(len(self.work))
        return position

    @cached_property
    def chains(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Work before and after every operation on its longest path, and the same in numbers of operations."""
        order = self.order
        back: Ints = order[::-1].copy()
        forward, mirrored = self.shops
        return (
            chain_lengths(forward, order),
            chain_lengths(mirrored, back),
            chain_counts(forward, order),
            chain_counts(mirrored, back),
        )

    def dispatch(self, direction: int, rank: Floats) -> tuple[Ints, Ints]:
        """Return starts and the ends of all parts; those of the mirror image when mirrored."""
        shop = self.shops[direction]
        shop = shop._replace(ends=np.zeros_like(shop.ends))
        start = np.zeros(len(self.work), dtype=np.int64)
        dispatch_shop(shop, rank, start)
        return start, shop.ends

    def sequence(self, key: Floats | Ints) -> tuple[Ints, Ints]:
        """Return starts and ends of parts when the machines work in the order of a key, as far as precedences allow."""
        shop = self.shops[FORWARD]
        shop = shop._replace(ends=np.zeros_like(shop.ends))
        start, raised = np.zeros(len(self.work), dtype=np.int64), key.astype(np.float64)
        raise_keys(shop, self.order, raised)
        sequence_shop(shop, np.lexsort((self.topo, raised)).astype(np.int64), start)
        return start, shop.ends

    def turned(self, start: Ints) -> tuple[Ints, Ints]:
        """Return starts and ends of parts of the shop from a plan of its mirror image."""
        return self.sequence(-start - self.work)

    def rules(self) -> list[tuple[int, Floats]]:
        """Return rules as direction (or `LISTED`) and rank, the best ones for most shops first."""
        head, tail, done, left = self.chains
        whole = self._longest(head + self.work + tail)
        work: Floats = np.maximum(self.work, 1).astype(np.float64)
        found: list[tuple[int, Floats]] = []
        both = ((FORWARD, tail, left), (MIRRORED, head, done))
        for direction, rest, _ in both:
            found.append((direction, -(rest + work) / work))
            found.append((direction, -rest.astype(np.float64)))
        for direction, rest, count in both:
            found.append((direction, -(count + 1.0) / work))
            found.append((direction, -(rest + 0.5 * work)))
            found.append((direction, -(rest - work)))
            found.append((direction, -(rest + work)))
            found.append((direction, -(rest + work) / whole))
            found.append((direction, -(count + 1).astype(np.float64)))
            found.append((direction, np.asarray(work * np.maximum(whole - rest - work, 1.0), dtype=np.float64)))
            found.append((direction, work))
            found.append((direction, (whole - rest - work).astype(np.float64)))
        middle = head + 0.5 * work
        found.append((LISTED, middle / whole))
        found.append((LISTED, middle - 0.5 * whole))
        found.append((LISTED, head.astype(np.float64)))
        return found

    def _longest(self, path: Ints) -> Floats:
        """Return for every operation the longest path in its job."""
        longest = np.ones(len(self._tables.job))
        np.maximum.at(longest, self._job, path)
        return longest[self._job]


def _ways(tables: Tables, machine: Ints) -> Ints:
    """Return the transport time of every precedence."""
    place = tables.machine[machine, a.K_PLACE]
    x, y = place[tables.edge[:, a.E_BEFORE]], place[tables.edge[:, a.E_AFTER]]
    if not tables.place_time.size:
        return np.zeros(len(tables.edge), dtype=np.int64)
    ways: Ints = np.where((x >= 0) & (y >= 0), tables.place_time[np.maximum(x, 0), np.maximum(y, 0)], 0)
    return ways
