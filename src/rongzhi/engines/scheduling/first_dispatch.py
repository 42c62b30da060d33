"""Search for short makespans of very large shops by dispatching them again and again.

Rules of either direction, and chains that learn: what one dispatch of the shop found out about the time before every
operation ranks the operations of the mirror image, and the other way round. Which of them goes on is decided by what it
has given so far.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import construct
from rongzhi.engines.scheduling.arrays import Floats, Ints, Tables
from rongzhi.engines.scheduling.first_shop import FORWARD, LISTED, MIRRORED, Site
from rongzhi.engines.scheduling.native import native
from rongzhi.engines.scheduling.seeds import random_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rongzhi.engines.scheduling.run import Run

THREADS = 2
COUNTED_PULL = 50  # iterations a dispatch counts for
RATES = (0.6, 1.0, 0.3, 0.1)  # at which chains learn
NOISES = (0.02, 0.1)
LIFE = 12  # pulls of a chain without success before it is shaken
ADOPT_EVERY_S = 1.0
LEAST_OPERATIONS = 2_000
SWEEPS, POWER = 12, 64.0  # of spreading jobs over factories
EVEN_STEPS, MOST_STEPS, CHUNK_STEPS = 500, 8_000_000, 500_000  # of annealing loads: for each operation, in all, at once
HOT, COLD = 2.0, 0.0005  # temperatures over the square of a mean operation's work
EVEN_SHARE = 0.2  # of the time left, for one annealing
AIM = 0.985  # load aimed at, over the bound


class Rule:
    """One rule; pulled again, it is blurred.

    Parameters
    ----------
    site : Site
    direction : int
    rank : ndarray (n,)
    rng : numpy Generator
    noise : float
        Relative standard deviation of the blur from the second pull on.
    """

    def __init__(self, site: Site, direction: int, rank: Floats, rng: np.random.Generator, noise: float = 0.05) -> None:
        self._site, self._direction, self._rank, self._rng, self._noise = site, direction, rank, rng, noise
        self.recent, self.pulls = np.inf, 0

    def pull(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield starts and ends of the parts of a dispatch."""
        rank = self._rank
        if self.pulls and self._direction != LISTED:
            rank = rank * (1.0 + self._noise * self._rng.standard_normal(len(rank)))
        self.pulls += 1
        if self._direction == LISTED:
            yield self._site.sequence(rank)
            return
        start, ends = self._site.dispatch(self._direction, rank)
        yield self._site.turned(start) if self._direction == MIRRORED else (start, ends)


class Chain:
    """Dispatches of the shop and its mirror image in turn, each ranked by the times the other has found.

    Parameters
    ----------
    site : Site
    rate : float
        Share of the new times in what is remembered, 0..1.
    rng : numpy Generator
    """

    def __init__(self, site: Site, rate: float, rng: np.random.Generator) -> None:
        self._site, self._rate, self._rng = site, rate, rng
        head, tail, _, _ = site.chains
        self._head, self._tail = head.astype(np.float64), tail.astype(np.float64)
        self.recent, self.pulls = np.inf, 0
        self._least, self._idle = np.inf, 0

    def pull(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield starts and ends of the parts of two dispatches."""
        self.pulls += 1
        if self._idle > LIFE:
            self._head *= 1.0 + 0.1 * self._rng.standard_normal(len(self._head))
            self._tail *= 1.0 + 0.1 * self._rng.standard_normal(len(self._tail))
            self._idle, self._least = 0, np.inf
        start, ends = self._site.dispatch(FORWARD, -self._tail)
        yield start, ends
        self._head += self._rate * (start - self._head)
        start, back = self._site.dispatch(MIRRORED, -self._head)
        self._tail += self._rate * (start - self._tail)
        yield self._site.turned(start)
        least = float(min(ends.sum(), back.sum()))
        self._idle = 0 if least < self._least else self._idle + 1
        self._least = min(least, self._least)


def begin(run: Run) -> DispatchSearch | None:
    """Return the search with a first plan found, or None where it does not apply.

    It applies to large shops with nothing but precedences and machines whose operations have one mode each, or whose
    jobs each stay in one factory; then the loads decide which.
    """
    from rongzhi.engines.scheduling.makespan import can_split, is_plain

    t = run.compiled.tables
    if len(t.op) < LEAST_OPERATIONS or not is_plain(t, run.fixed) or (t.op[:, a.O_UNIT] != np.arange(len(t.op))).any():
        return None
    if len(t.mode) == len(t.op):
        search = DispatchSearch(run, t.op[:, a.O_MODE0].copy(), np.zeros(len(t.op), dtype=np.int64))
    elif can_split(t) and not t.machine[:, a.K_UNLIMITED].any():
        mode = spread(t)
        search = DispatchSearch(run, mode, t.mode[mode, a.M_FACTORY])
        search.is_network = True
    else:
        return None
    search.first()
    return search


def spread(t: Tables) -> Ints:
    """Return a mode for every operation so that the loads of the machines are even."""
    from rongzhi.engines.scheduling.kernel_simulate import spread_jobs

    only = np.full(len(t.op), -1, dtype=np.int64)
    spread_jobs(native(t), SWEEPS, POWER, only)
    return only


class DispatchSearch:
    """Dispatch the shop again and again within the budget of a run; keep the best of every part.

    Parameters
    ----------
    run : Run
    mode, part : ndarray (n,)
        See `Site`.
    """

    def __init__(self, run: Run, mode: Ints, part: Ints) -> None:
        self._run, self._mode = run, mode
        self.site = Site(run.compiled.tables, mode, part)
        self.start: Ints = np.zeros(len(mode), dtype=np.int64)
        self.ends: Ints = np.full(self.site.parts, np.iinfo(np.int64).max)
        self._seeds = np.random.SeedSequence([run.seed, 11])
        self._rng = np.random.default_rng(self._seeds.spawn(1)[0])
        self._arms: list[Rule | Chain] = []
        self._kept = np.iinfo(np.int64).max
        self._time = -np.inf
        self.is_network = False

    def first(self) -> None:
        """Dispatch once, by the rule that is best for most shops."""
        direction, rank = self.site.rules()[0]
        self._fold(list(Rule(self.site, direction, rank, self._rng).pull()), None)
        self.adopt()

    def rounds(self, until: float, patience: int) -> None:
        """Dispatch until a share of the budget is used, or for so many pulls without success."""
        run = self._run
        if not self._arms:
            if self.is_network:
                self.even_out(until)
            self._make_arms()
        queue, idle = list(self._arms), 0
        with ThreadPoolExecutor(THREADS) as pool:
            while not self._is_over(until) and idle < patience:
                chosen = queue[:THREADS] if queue else self._choose()
                queue = queue[THREADS:]
                tasks = [pool.submit(lambda arm: list(arm.pull()), arm) for arm in chosen]
                is_better = False
                for arm, task in zip(chosen, tasks, strict=True):
                    is_better = self._fold(task.result(), arm) or is_better
                run.iterations += COUNTED_PULL * len(chosen)
                idle = 0 if is_better else idle + len(chosen)
                if run.budget.elapsed_s - self._time > ADOPT_EVERY_S:
                    self.adopt()
        self.adopt()

    def even_out(self, until: float) -> None:
        """Give operations and jobs other machines and factories so that the loads are even, if that lowers the largest.

        All plans of this search after that have these modes; the run keeps the best plan it had.
        """
        from rongzhi.engines.scheduling.kernel_assign import even_loads

        run, t = self._run, self._run.compiled.tables
        before: Floats = np.bincount(t.mode[self._mode, a.M_MACHINE], self.site.work).astype(np.float64)
        aim = np.full(len(t.machine), AIM * run.bound.value / t.weight[a.V_MAKESPAN])
        rng = random_words(run.seed, 12)
        steps = min(MOST_STEPS, EVEN_STEPS * len(self._mode))
        chunks, least, best = -(-steps // CHUNK_STEPS), float(before.max()), self._mode
        for _ in range(max(1, MOST_STEPS // (2 * steps))):
            chosen, heat, done = self._mode.copy(), HOT * float(np.mean(self.site.work)) ** 2, 0
            while done < chunks:
                cold, clock = heat * (COLD / HOT) ** (1.0 / max(1, chunks - 1)), time.perf_counter()
                load = even_loads(native(t), chosen, aim, heat, cold, CHUNK_STEPS, 0.5, rng)
                run.iterations += COUNTED_PULL
                heat, done = cold, done + 1
                if done == 1 and run.budget.iteration_limit is None:  # cool down in time
                    most = EVEN_SHARE * run.budget.left_s() / (time.perf_counter() - clock)
                    chunks = int(np.clip(most, 2, chunks))
                if run.is_over():
                    break
            if load.max() < least:
                least, best = float(load.max()), chosen
            if self._is_over(until):
                break
        if best is not self._mode:
            self._mode = best
            self.site = Site(t, best, t.mode[best, a.M_FACTORY])
            self.ends = np.full(len(self.ends), np.iinfo(np.int64).max)

    def adopt(self) -> None:
        """Hand the best plan to the run."""
        from rongzhi.engines.scheduling.kernel_value import evaluate

        run, latest = self._run, int(self.ends.max(initial=0))
        self._time = run.budget.elapsed_s
        if latest >= self._kept:
            return
        self._kept = latest
        rows = np.zeros((len(self.start), 4), dtype=np.int64)
        rows[:, a.S_MODE], rows[:, a.S_START], rows[:, a.S_END] = self._mode, self.start, self.start + self.site.work
        construct.load(run.compiled, run.state, rows)
        total = evaluate(native(run.compiled.tables), native(run.state), run.state.value)
        run.keep(run.state.op, run.state.value, total)

    def _is_over(self, until: float) -> bool:
        run = self._run
        goal = run.bound.value / run.compiled.tables.weight[a.V_MAKESPAN]
        if float(self.ends.max(initial=0)) <= goal + 1e-6:
            self.adopt()
        return run.is_over() or run.budget.fraction(run.iterations) >= until

    def _make_arms(self) -> None:
        def rng() -> np.random.Generator:
            return np.random.default_rng(self._seeds.spawn(1)[0])

        rules = self.site.rules()
        first, rest = rules[:4], rules[4:]
        self._arms += [Rule(self.site, direction, rank, rng()) for direction, rank in first]
        self._arms += [Chain(self.site, rate, rng()) for rate in RATES]
        self._arms += [Rule(self.site, direction, rank, rng()) for direction, rank in rest]
        self._arms += [Rule(self.site, *rules[0], rng(), noise) for noise in NOISES]

    def _choose(self) -> list[Rule | Chain]:
        """Return the arms to pull next, those with good recent results more often."""
        ranked = sorted(self._arms, key=lambda arm: arm.recent)
        chosen: list[Rule | Chain] = []
        while len(chosen) < THREADS:
            arm = ranked[int(len(ranked) * self._rng.random() ** 3)]
            if arm not in chosen:
                chosen.append(arm)
        return chosen

    def _fold(self, found: list[tuple[Ints, Ints]], arm: Rule | Chain | None) -> bool:
        """Keep what is better in every part; return whether anything is."""
        is_better = False
        for start, ends in found:
            better = ends < self.ends
            if better.any():
                is_better = True
                at = better[self.site.part]
                self.start[at] = start[at]
                self.ends = np.minimum(self.ends, ends)
        if arm is not None:
            arm.recent = min(float(ends.max() + ends.mean()) for _, ends in found)
        return is_better
