"""Short makespans over a few factories: jobs change places between two factories, tabu search sets both in order.

Every factory is to end by a target just below the best makespan; what it ends too late is its excess. A move gives one
job to another factory or lets two jobs change places; both factories are searched anew from where they were, and the
move is kept when the excess of all factories does not rise (or by the chance of annealing). Two lanes run in threads.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Floats, Ints, Tables, Words
from rongzhi.engines.scheduling.native import native
from rongzhi.engines.scheduling.seeds import random_words

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.run import Run

MOST_OPERATIONS = 1_200
LANES = 2
ROUND_S = 0.4
FIXED_MOVES, FIXED_STEPS = 3, 100  # moves of a lane and iterations counted in a round when iterations are counted
SHORT, LONG = 12, 60  # steps of tabu search per operation of a factory: to look at a move, to settle it
HOPE = 1.04  # a factory within this factor of the target after a short look is searched longer


def can_distribute(tables: Tables) -> bool:
    """Return whether a network of separate jobs is small enough for this search."""
    factories = np.unique(tables.machine[:, a.K_FACTORY])
    return 1 < len(factories) <= 16 and len(tables.op) <= MOST_OPERATIONS


class Shops:
    """What never changes: the jobs' work in every factory and how an operation would be done there.

    Parameters
    ----------
    tables : Tables
    goal : int
        Proven bound on the makespan, time units.
    heads : ndarray (n,)
        Earliest end of every operation, time units.
    """

    def __init__(self, tables: Tables, goal: int, heads: Ints) -> None:
        t = self.tables = tables
        self.native, self.goal, self.heads = native(tables), goal, heads
        self.count = int(t.machine[:, a.K_FACTORY].max()) + 1
        self.work: Ints = t.mode[:, a.M_SETUP] + t.mode[:, a.M_RUN]
        self.is_limited = t.machine[t.mode[:, a.M_MACHINE], a.K_UNLIMITED] == 0
        self.ops = [np.arange(row[a.J_OP0], row[a.J_OP1]) for row in t.job]
        self.modes: list[dict[int, Ints]] = []
        load = np.where(self.is_limited, self.work, 0)
        for row in t.op:
            here = np.arange(row[a.O_MODE0], row[a.O_MODE1])
            places = t.mode[here, a.M_FACTORY]
            self.modes.append({int(f): here[places == f] for f in np.unique(places)})
        jobs = len(t.job)
        self.load: Floats = np.full((jobs, self.count), np.inf)  # least work of a job in a factory
        self.length = np.zeros(jobs, dtype=np.int64)
        for j, ops in enumerate(self.ops):
            for f in range(self.count):
                if all(f in self.modes[o] for o in ops):
                    self.load[j, f] = sum(int(load[self.modes[o][f]].min()) for o in ops)
            self.length[j] = max((int(heads[o]) for o in ops), default=0)
        own = [(t.machine[:, a.K_FACTORY] == f) & (t.machine[:, a.K_UNLIMITED] == 0) for f in range(self.count)]
        self.room = np.array([max(1, int(mask.sum())) for mask in own])


class Lane:
    """A plan of its own, changed job by job.

    Parameters
    ----------
    shops : Shops
    rows : ndarray (n, 4)
        A complete plan.
    seed : list of int
    """

    def __init__(self, shops: Shops, rows: Ints, seed: list[int]) -> None:
        self._shops = shops
        self._random = np.random.default_rng(seed)
        self._words: Words = random_words(*seed)
        self.heat = 0.0
        self.moves = 0
        self.follow(rows)

    def follow(self, rows: Ints) -> None:
        """Go on from a plan."""
        t, shops = self._shops.tables, self._shops
        self.start, self.mode = rows[:, a.S_START].copy(), rows[:, a.S_MODE].copy()
        self.factory = np.full(len(t.job), -1, dtype=np.int64)
        for j, ops in enumerate(shops.ops):
            if len(ops):
                self.factory[j] = t.mode[self.mode[ops[0]], a.M_FACTORY]
        self.ends = np.array([self._end(f) for f in range(shops.count)])
        self.best, self.length = rows, int(self.ends.max())

    def _group(self, f: int, factory: Ints) -> Ints:
        ops = [self._shops.ops[j] for j in np.flatnonzero(factory == f)]
        return np.concatenate(ops) if ops else np.zeros(0, dtype=np.int64)

    def _end(self, f: int) -> int:
        group = self._group(f, self.factory)
        return int((self.start[group] + self._shops.work[self.mode[group]]).max(initial=0))

    def search(self, seconds: float, moves: int | None) -> None:
        """Move for about so long, or exactly so many moves."""
        begin, done = time.perf_counter(), 0
        while self.length > self._shops.goal:
            if (moves is not None and done >= moves) or (moves is None and time.perf_counter() - begin > seconds):
                return
            self.step()
            done += 1

    def step(self) -> None:
        """Try one move."""
        target = self.length - 1
        excess = np.maximum(0, self.ends - target)
        f = int(self._random.choice(len(excess), p=excess / excess.sum()))
        self.moves += 1
        factory = self._propose(f, target)
        if factory is None:
            self._try(self.factory, [f], target, LONG)
            return
        changed = np.flatnonzero(factory != self.factory)
        self._try(factory, sorted({*self.factory[changed].tolist(), *factory[changed].tolist()}), target, SHORT)

    def _propose(self, f: int, target: int) -> Ints | None:
        """Return another division of the jobs that takes one off a factory and may put one on it."""
        shops, factory = self._shops, self.factory
        own = np.flatnonzero(factory == f)
        load = np.zeros(shops.count)
        has_ops = factory >= 0
        np.add.at(load, factory[has_ops], shops.load[np.flatnonzero(has_ops), factory[has_ops]])
        found: list[tuple[float, int, int, int]] = []
        for g in range(shops.count):
            if g == f:
                continue
            others = [-1, *np.flatnonzero(factory == g).tolist()]
            for j in own.tolist():
                away = load[f] - shops.load[j, f]
                there = load[g] + shops.load[j, g]
                for k in others:
                    here = away + (shops.load[k, f] if k >= 0 else 0.0)
                    over = there - (shops.load[k, g] if k >= 0 else 0.0)
                    worst = max(here / shops.room[f], over / shops.room[g])
                    if np.isfinite(worst):
                        found.append((max(worst, target * 0.97), g, j, k))
        if not found or self._random.random() < 0.15:
            return None
        worst = np.array([each[0] for each in found])
        chance = np.exp(-(worst - worst.min()) / (0.01 * target))
        _, g, j, k = found[int(self._random.choice(len(found), p=chance / chance.sum()))]
        new = factory.copy()
        new[j] = g
        if k >= 0:
            new[k] = f
        return new

    def _try(self, factory: Ints, places: list[int], target: int, effort: int) -> None:
        start, mode, ends = self.start.copy(), self.mode.copy(), self.ends.copy()
        self._bring(factory, start, mode, target)
        for f in places:
            ends[f] = self._tabu(f, factory, start, mode, target, effort)
        for f in places:  # those that come close get more time
            if effort == SHORT and target < ends[f] <= target * HOPE and ends[places].max() <= target * HOPE:
                ends[f] = self._tabu(f, factory, start, mode, target, LONG)
        before, after = (int(np.maximum(0, each - target).sum()) for each in (self.ends, ends))
        if after > before and self._random.random() >= np.exp((before - after) / max(1e-9, self.heat * target)):
            return
        self.start, self.mode, self.factory, self.ends = start, mode, factory, ends
        if int(ends.max()) < self.length:
            self.length = int(ends.max())
            self.best = self._rows()

    def _rows(self) -> Ints:
        rows = np.zeros((len(self.start), 4), dtype=np.int64)
        rows[:, a.S_MODE], rows[:, a.S_START] = self.mode, self.start
        rows[:, a.S_END] = self.start + self._shops.work[self.mode]
        return rows

    def _bring(self, factory: Ints, start: Ints, mode: Ints, target: int) -> None:
        """Give the jobs that change factories machines there, and starts that say where in the rows they come."""
        shops = self._shops
        machine = shops.tables.mode[:, a.M_MACHINE]
        for j in np.flatnonzero(factory != self.factory).tolist():
            f = int(factory[j])
            group = self._group(f, self.factory)
            load = np.bincount(machine[mode[group]], shops.work[mode[group]], minlength=len(shops.tables.machine))
            slack = max(0, target - int(shops.length[j]))
            shift, stretch = self._random.random() * slack, 1.0
            if slack and self._random.random() < 0.7:
                stretch = 1.0 + self._random.random() * (slack - shift) / max(1, int(shops.length[j]))
            for o in shops.ops[j]:
                modes = shops.modes[o][f]
                cost = load[machine[modes]] + shops.work[modes] * (1.0 + self._random.random())
                mode[o] = modes[int(np.argmin(np.where(shops.is_limited[modes], cost, 0.0)))]
                load[machine[mode[o]]] += shops.work[mode[o]]
                least = int(shops.work[shops.tables.op[o, a.O_MODE0] : shops.tables.op[o, a.O_MODE1]].min())
                start[o] = int(shift + stretch * (shops.heads[o] - least))

    def _tabu(self, f: int, factory: Ints, start: Ints, mode: Ints, target: int, effort: int) -> int:  # noqa: PLR0917
        from rongzhi.engines.scheduling.kernel_tabu import tabu

        shops = self._shops
        group = self._group(f, factory)
        if not len(group):
            return 0
        by_start = np.lexsort((shops.heads[group], start[group] + shops.work[mode[group]], start[group]))
        patience = 10 * len(group)
        length = tabu(
            shops.native,
            group,
            by_start.astype(np.int64),
            start,
            mode,
            target,
            effort * len(group),
            patience,
            self._words,
        )
        return int(length)


class DistributedSearch:
    """Rounds of two lanes on the best plan of a run.

    Parameters
    ----------
    run : Run
    """

    def __init__(self, run: Run) -> None:
        from rongzhi.engines.scheduling.kernel_bounds import earliest_ends

        assert run.best is not None
        self._run = run
        t = run.compiled.tables
        shops = Shops(t, run.least_makespan(), earliest_ends(native(t), run.fixed))
        self._lanes = [Lane(shops, run.best, [run.seed, 71, number]) for number in range(LANES)]

    def rounds(self, until: float) -> None:
        """Run rounds until a share of the budget is used."""
        run = self._run
        is_counted = run.budget.iteration_limit is not None
        begin = run.budget.fraction(run.iterations)
        with ThreadPoolExecutor(LANES) as pool:
            while not run.is_over() and run.budget.fraction(run.iterations) < until:
                done = (run.budget.fraction(run.iterations) - begin) / max(1e-9, until - begin)
                for number, lane in enumerate(self._lanes):
                    lane.heat = 0.002 * (1.0 - done) * (1 + 3 * number)
                seconds = min(ROUND_S, max(0.01, run.budget.left_s()))
                tasks = [pool.submit(lane.search, seconds, FIXED_MOVES if is_counted else None) for lane in self._lanes]
                for task in tasks:
                    task.result()
                self._exchange()
                run.iterations += FIXED_STEPS

    def _exchange(self) -> None:
        run = self._run
        for lane in self._lanes:
            if lane.length * run.compiled.tables.weight[a.V_MAKESPAN] < run.best_total - 1e-9:
                run.take(lane.best)
        assert run.best is not None
        shortest = int(run.best[:, a.S_END].max(initial=0))
        for lane in self._lanes:
            if lane.length > shortest:
                lane.follow(run.best)
