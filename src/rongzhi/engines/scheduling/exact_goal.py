"""The objective of the exact model, as an integer sum wherever the weights allow it."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.model import FOREVER

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.arrays import Floats
    from rongzhi.engines.scheduling.exact_model import ExactModel

SCALES = (1, 10, 100, 1_000, 10_000)


class Goal:
    """Terms of the objective, summed and minimised.

    Parameters
    ----------
    exact : ExactModel
    weight : ndarray
        Of the objective's values.
    lower : float
        A proven bound.
    """

    def __init__(self, exact: ExactModel, weight: Floats, lower: float = 0.0) -> None:
        self._exact, self._weight = exact, weight
        self._terms: list[tuple[float, Any]] = []
        self._constant = 0.0
        self.makespan: Any = None
        self._jobs()
        self._modes()
        self._stability()
        if weight[a.V_MAKESPAN] > 0:
            self._makespan(lower)
        self.scale = self._scale()

    def value(self, objective: float) -> float:
        """Return the total of a value of the model's objective."""
        return objective / (self.scale or 1.0) + self._constant

    def _scale(self) -> float:
        factors = np.array([factor for factor, _ in self._terms])
        for scale in SCALES:
            if np.all(np.abs(factors * scale - np.rint(factors * scale)) < 1e-9 * scale):
                return scale
        return 0.0

    def _whole(self) -> Any:
        """Return the sum, in whole numbers if there is a scale for it."""
        if not self.scale:
            return sum(factor * term for factor, term in self._terms)
        return sum(round(factor * self.scale) * term for factor, term in self._terms)

    def minimise(self, total: float, lower: float) -> None:
        """Make this the objective; a plan is worth no more than ``total`` and no less than ``lower``."""
        if not self._terms:
            return
        model, whole = self._exact.model, self._whole()
        model.minimize(whole)
        if self.scale and len(self._terms) > 1:
            if np.isfinite(total):
                model.add(whole <= int((total - self._constant) * self.scale + 1e-6))
            if lower > self._constant:
                model.add(whole >= ceil((lower - self._constant) * self.scale - 1e-6))

    def limit(self, cap: float) -> None:
        """Let a plan be worth no more than this."""
        if self._terms:
            scale = self.scale or 1_000.0
            whole = sum(int(factor * scale) * term for factor, term in self._terms)  # rounded down: nothing is lost
            self._exact.model.add(whole <= int((cap - self._constant) * scale + 1e-6))

    # -- makespan -----------------------------------------------------------------------------------------------------

    def _makespan(self, lower: float) -> None:
        exact, model, t = self._exact, self._exact.model, self._exact.tables
        others = self._weight.copy()
        others[[a.V_MAKESPAN, a.V_HARD]] = 0.0
        least = 0 if others.any() else ceil(lower / float(self._weight[a.V_MAKESPAN]) - 1e-6)
        self.makespan = model.new_int_var(min(least, exact.horizon), exact.horizon, "makespan")
        for o in range(len(t.op)):
            if not self._has_later(o):
                model.add(self.makespan >= exact.end[o])
        self._terms.append((float(self._weight[a.V_MAKESPAN]), self.makespan))
        if not len(exact.fixed):
            self._loads()

    def _has_later(self, o: int) -> bool:
        t = self._exact.tables
        edges = t.edge[t.succ[t.op[o, a.O_SUCC0] : t.op[o, a.O_SUCC1]]]
        return bool(((edges[:, a.E_LINK] != a.START_START) & (edges[:, a.E_LAG] >= 0)).any())

    def _loads(self) -> None:
        """Say that no machine and no factory can do more work than fits before the makespan."""
        exact, model, t = self._exact, self._exact.model, self._exact.tables
        lanes: dict[int, list[tuple[int, Any]]] = {}
        factories: dict[int, list[tuple[int, Any]]] = {}
        machines: dict[int, set[int]] = {}
        for mode, literal in exact.chosen.items():
            machine = exact.machine(mode)
            if t.machine[machine, a.K_UNLIMITED] or not exact.work(mode):
                continue
            factory = int(t.mode[mode, a.M_FACTORY])
            lanes.setdefault(machine, []).append((exact.work(mode), literal))
            factories.setdefault(factory, []).append((exact.work(mode), literal))
            machines.setdefault(factory, set()).add(machine)
        for work in lanes.values():
            if len(work) > 1:
                model.add(sum(amount * literal for amount, literal in work) <= self.makespan)
        for factory, work in factories.items():
            count = len(machines[factory])
            if count > 1:
                model.add(sum(amount * literal for amount, literal in work) <= count * self.makespan)
                spans = [exact.interval[m] for m in exact.interval
                         if t.mode[m, a.M_FACTORY] == factory and exact.machine(m) in machines[factory]]  # fmt: skip
                if len(factories) > 1 and len(spans) <= 1_000:
                    model.add_cumulative(spans, [1] * len(spans), count)

    # -- jobs ---------------------------------------------------------------------------------------------------------

    def _jobs(self) -> None:
        exact, t = self._exact, self._exact.tables
        for j in range(len(t.job)):
            ops = range(t.job[j, a.J_OP0], t.job[j, a.J_OP1])
            if ops:
                self._job(j, [exact.end[o] for o in ops])

    def _job(self, j: int, ends: list[Any]) -> None:
        exact, model, t, weight = self._exact, self._exact.model, self._exact.tables, self._weight
        release, due, deadline = (int(value) for value in t.job[j, : a.J_DEADLINE + 1])
        if deadline < exact.horizon or deadline < FOREVER:
            for each in ends:
                model.add(each <= deadline)
        is_due = due < FOREVER
        late_weight = float(weight[a.V_TARDINESS] * t.job_weight[j]) if is_due else 0.0
        if weight[a.V_FLOW] <= 0 and late_weight <= 0 and not (is_due and weight[a.V_LATE] > 0):
            return
        end = model.new_int_var(min(0, due), exact.horizon, f"c{j}")
        for each in ends:
            model.add(end >= each)
        if weight[a.V_FLOW] > 0:
            self._terms.append((float(weight[a.V_FLOW]), end))
            self._constant -= float(weight[a.V_FLOW]) * release
        if late_weight > 0:
            late = model.new_int_var(0, max(0, exact.horizon - due), f"t{j}")
            model.add(late >= end - due)
            self._terms.append((late_weight, late))
        if is_due and weight[a.V_LATE] > 0:
            is_late = model.new_bool_var(f"l{j}")
            model.add(end <= due).only_enforce_if(~is_late)
            self._terms.append((float(weight[a.V_LATE]), is_late))

    # -- choices ------------------------------------------------------------------------------------------------------

    def _modes(self) -> None:
        exact, t, weight = self._exact, self._exact.tables, self._weight
        if weight[a.V_COST] > 0:
            for mode, literal in exact.chosen.items():
                self._terms.append((float(weight[a.V_COST] * t.mode_cost[mode]), literal))
        if weight[a.V_CHANGEOVER] > 0:
            self._terms += [(float(weight[a.V_CHANGEOVER] * size), arc) for size, arc in exact.changes]
        if weight[a.V_TRANSPORT] > 0 and t.place_cost.any():
            for b, f in t.edge[:, :2].tolist():
                self._carried(b, f, float(weight[a.V_TRANSPORT]))

    def _carried(self, b: int, f: int, weight: float) -> None:
        exact, model, t = self._exact, self._exact.model, self._exact.tables
        fares: dict[float, list[tuple[int, int]]] = {}
        for x in exact.modes(b):
            for y in exact.modes(f):
                p, q = (int(t.machine[exact.machine(mode), a.K_PLACE]) for mode in (x, y))
                fares.setdefault(0.0 if p < 0 or q < 0 else float(t.place_cost[p, q]), []).append((x, y))
        least = min(fares)
        self._constant += weight * least
        for fare, pairs in fares.items():
            if fare > least:
                pays = model.new_bool_var(f"y{b}.{f}.{fare}")
                for x, y in pairs:
                    model.add_bool_or([~exact.chosen[x], ~exact.chosen[y], pays])
                self._terms.append((weight * (fare - least), pays))

    def _stability(self) -> None:
        exact, model, t, weight = self._exact, self._exact.model, self._exact.tables, self._weight
        for o in np.flatnonzero(t.op[:, a.O_FORMER_START] != a.NONE).tolist():
            if weight[a.V_MOVED_MACHINES] > 0:
                for mode in exact.modes(o):
                    if exact.machine(mode) != t.op[o, a.O_FORMER_MACHINE]:
                        self._terms.append((float(weight[a.V_MOVED_MACHINES]), exact.chosen[mode]))
            if weight[a.V_MOVED_STARTS] > 0:
                former = int(t.op[o, a.O_FORMER_START])
                shift = model.new_int_var(0, exact.horizon + abs(former), f"v{o}")
                model.add(shift >= exact.start[o] - former)
                model.add(shift >= former - exact.start[o])
                self._terms.append((float(weight[a.V_MOVED_STARTS]), shift))
