"""The CP-SAT model of a problem: every rule exactly, or loosened where it cannot be told exactly (then it bounds)."""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Floats, Ints
from rongzhi.engines.scheduling.compile import Compiled
from rongzhi.engines.scheduling.exact_calendar import TooLong, lengths, windows
from rongzhi.engines.scheduling.exact_goal import Goal
from rongzhi.engines.scheduling.exact_horizon import horizon_of
from rongzhi.engines.scheduling.exact_twins import Twins, twin_factories

if TYPE_CHECKING:
    from ortools.sat.python import cp_model as cp

MOST_ARCS = 40_000
MOST_PIECES = 40_000

__all__ = ["ExactModel", "TooLong"]


class ExactModel:
    """Variables and constraints for the operations of a problem.

    Parameters
    ----------
    compiled : Compiled
    fixed : ndarray (k, 4)
        Fixed operations: operation, mode, start, end.
    weight : ndarray
        Of the objective's values.
    best : ndarray (n, 4) or None
        A plan for the hint.
    total : float
        What a plan may be worth at most; infinite when nothing is known.
    lower : float
        A proven bound, 0 when nothing is known.
    caps : ndarray or None
        What the single values of the objective may be at most.

    Raises
    ------
    TooLong
        If the horizon spans too much for an exact model.
    """

    def __init__(
        self,
        compiled: Compiled,
        fixed: Ints,
        weight: Floats,
        *,
        best: Ints | None = None,
        total: float = float("inf"),
        lower: float = 0.0,
        caps: Floats | None = None,
    ) -> None:
        from ortools.sat.python import cp_model

        self.compiled, self.tables, self.fixed, self.weight = compiled, compiled.tables, fixed, weight
        self.model: cp.CpModel = cp_model.CpModel()
        self._has_caps = caps is not None and bool(np.isfinite(caps).any())
        self.is_exact = True  # else plans of the model may break a rule, and only its bound counts
        self.horizon = horizon_of(compiled, fixed, weight, total)
        self._at = {int(row[0]): row for row in fixed}
        self._spans: dict[int, list[tuple[int, int]]] = {}
        self._pieces: dict[tuple[int, int, bool, int], dict[int, list[tuple[int, int]]]] = {}
        self._count = 0
        self.changes: list[tuple[int, Any]] = []  # changeover times with their literals
        self.start: list[Any] = []
        self.end: list[Any] = []
        self.chosen: dict[int, Any] = {}
        self.interval: dict[int, Any] = {}
        self._operations()
        self._machines()
        self._resources()
        self._edges()
        self.home = self._factories()
        self.goal = Goal(self, weight, lower)
        self.goal.minimise(total, lower)
        if caps is not None:
            for value in np.flatnonzero(np.isfinite(caps)):
                Goal(self, np.eye(len(weight))[value]).limit(float(caps[value]))
        self.twins: Twins = twin_factories(self)
        self.twins.order(self.model, self.home)
        if best is not None:
            self._hint(best)

    # -- operations ---------------------------------------------------------------------------------------------------

    def _operations(self) -> None:
        t, model = self.tables, self.model
        for o in range(len(t.op)):
            row = self._at.get(o)
            if row is not None:
                self.start.append(model.new_constant(int(row[2])))
                self.end.append(model.new_constant(int(row[3])))
                self.chosen[int(row[1])] = model.new_constant(1)
                continue
            early = int(t.op[o, a.O_EST])
            self.start.append(model.new_int_var(early, self.horizon, f"s{o}"))
            self.end.append(model.new_int_var(early, self.horizon, f"e{o}"))
            for mode in range(t.op[o, a.O_MODE0], t.op[o, a.O_MODE1]):
                self._mode(o, mode)
            model.add_exactly_one(self.chosen[mode] for mode in self.modes(o))

    def modes(self, o: int) -> list[int]:
        """Return the modes of an operation that are modelled."""
        span = range(self.tables.op[o, a.O_MODE0], self.tables.op[o, a.O_MODE1])
        return [mode for mode in span if mode in self.chosen]

    def work(self, mode: int) -> int:
        """Return set-up and run of a mode."""
        return int(self.tables.mode[mode, a.M_SETUP] + self.tables.mode[mode, a.M_RUN])

    def machine(self, mode: int) -> int:
        """Return the row of a mode's machine."""
        return int(self.tables.mode[mode, a.M_MACHINE])

    def _mode(self, o: int, mode: int) -> None:
        model, calendar, work = self.model, int(self.tables.mode[mode, a.M_CALENDAR]), self.work(mode)
        literal = self.chosen[mode] = model.new_bool_var(f"m{mode}")
        size: Any = work
        if calendar >= 0 and work > 0:
            size = self._length(o, mode, calendar, work)
        self.interval[mode] = model.new_optional_interval_var(self.start[o], size, self.end[o], literal, f"i{mode}")

    def _length(self, o: int, mode: int, calendar: int, work: int) -> Any:
        """Return the elapsed time of a mode under its calendar, tied to the start."""
        from ortools.sat.python import cp_model

        model, literal, t = self.model, self.chosen[mode], self.tables
        if calendar not in self._spans:
            self._spans[calendar] = windows(t, calendar, self.horizon)
        key = (calendar, work, bool(t.op[o, a.O_SPAN]), int(t.op[o, a.O_LOSS]))
        if key not in self._pieces:
            self._pieces[key] = lengths(self._spans[calendar], work, may_span=key[2], loss=key[3])
        pieces = self._pieces[key]
        self._count += len(pieces)
        if self._count > MOST_PIECES:
            raise TooLong
        if not pieces:
            model.add(literal == 0)
            return work
        parts = []
        for length, ranges in pieces.items():
            part = literal if len(pieces) == 1 else model.new_bool_var(f"l{mode}.{length}")
            domain = cp_model.Domain.from_intervals([list(span) for span in ranges])
            model.add_linear_expression_in_domain(self.start[o], domain).only_enforce_if(part)
            parts.append((length, part))
        if len(parts) == 1:
            return parts[0][0]
        model.add(sum(part for _, part in parts) == literal)
        size = model.new_int_var_from_domain(cp_model.Domain.from_values(list(pieces)), f"d{mode}")
        for length, part in parts:
            model.add(size == length).only_enforce_if(part)
        return size

    # -- machines and resources ---------------------------------------------------------------------------------------

    def _machines(self) -> None:
        t, model = self.tables, self.model
        lanes: dict[int, list[tuple[int, int]]] = {}
        for o in range(len(t.op)):
            for mode in self.modes(o):
                if o not in self._at and not t.machine[self.machine(mode), a.K_UNLIMITED]:
                    lanes.setdefault(self.machine(mode), []).append((o, mode))
        for machine, lane in lanes.items():
            taken = [self._at[o] for o in self._at if self.machine(int(self._at[o][1])) == machine]
            spans = [self.interval[mode] for _, mode in lane]
            for begin, end in _union([(int(row[2]), int(row[3])) for row in taken]):
                spans.append(model.new_fixed_size_interval_var(begin, end - begin, f"x{machine}.{begin}"))
            model.add_no_overlap(spans)
            if t.machine[machine, a.K_CHANGEOVER] >= 0:
                self._changeovers(machine, lane, is_free=not taken)

    def _changeovers(self, machine: int, lane: list[tuple[int, int]], *, is_free: bool) -> None:
        t, model = self.tables, self.model
        table = t.changeover[t.machine[machine, a.K_CHANGEOVER]]
        costs = bool(self.weight[a.V_CHANGEOVER] > 0) or self._has_caps
        if not table.any():
            return
        if not is_free or len(lane) ** 2 > MOST_ARCS:
            self.is_exact = False  # changeovers around fixed work are left out
            return
        if t.machine[machine, a.K_CALENDAR] >= 0:
            self.is_exact = False  # elapsed time instead of working time
        first = t.machine[machine, a.K_FAMILY]
        arcs: list[tuple[int, int, Any]] = [(0, 0, model.new_bool_var(f"none{machine}"))]
        for i, (o, mode) in enumerate(lane, start=1):
            family = t.op[o, a.O_FAMILY]
            begin = model.new_bool_var(f"first{mode}")
            arcs += [(i, i, ~self.chosen[mode]), (0, i, begin), (i, 0, model.new_bool_var(f"last{mode}"))]
            self._change(begin, int(table[first, family]), None, o, costs=costs)
            for k, (other, _) in enumerate(lane, start=1):
                if other != o:
                    arc = model.new_bool_var(f"a{machine}.{i}.{k}")
                    arcs.append((i, k, arc))
                    self._change(arc, int(table[family, t.op[other, a.O_FAMILY]]), o, other, costs=costs)
        model.add_circuit(arcs)

    def _change(self, arc: Any, wanted: int, before: int | None, after: int, *, costs: bool) -> None:
        ready = 0 if before is None else self.end[before]
        if wanted or before is not None:
            self.model.add(self.start[after] >= ready + wanted).only_enforce_if(arc)
        if wanted and costs:
            self.changes.append((wanted, arc))

    def _resources(self) -> None:
        t, model = self.tables, self.model
        uses: dict[int, list[tuple[Any, int]]] = {}
        held: dict[int, list[tuple[int, int, int]]] = {}
        for o in range(len(t.op)):
            for mode in self.modes(o):
                for need in t.need[t.mode[mode, a.M_NEED0] : t.mode[mode, a.M_NEED1]].tolist():
                    if o in self._at:
                        held.setdefault(need[0], []).append((int(self._at[o][2]), int(self._at[o][3]), need[1]))
                    else:
                        uses.setdefault(need[0], []).append((self.interval[mode], need[1]))
        for resource, found in uses.items():
            room = int(t.resource[resource, a.R_CAPACITY])
            for begin, end, amount in _profile(held.get(resource, []), room):
                found.append((model.new_fixed_size_interval_var(begin, end - begin, f"h{resource}.{begin}"), amount))
            if sum(amount for _, amount in found) > room:
                model.add_cumulative([span for span, _ in found], [amount for _, amount in found], room)

    # -- precedences --------------------------------------------------------------------------------------------------

    def _edges(self) -> None:
        for number in range(len(self.tables.edge)):
            b, f = (int(x) for x in self.tables.edge[number, :2])
            if b in self._at and f in self._at:
                continue
            ways = self._ways(b, f)
            least = min(ways)
            self._link(number, least, [])
            for way, pairs in ways.items():
                if way > least or self.tables.edge[number, a.E_MAX_LAG] >= 0:
                    for enforced in pairs:
                        self._link(number, way, enforced, is_tight=True)
            if self.tables.edge[number, a.E_LINK] == a.OVERLAP:
                for x in self.modes(b):
                    for y in self.modes(f):
                        self._overlap(number, x, y)

    def _link(self, number: int, way: int, literals: list[Any], *, is_tight: bool = False) -> None:
        b, f, link, lag, wait = self.tables.edge[number].tolist()
        if link == a.OVERLAP:
            return
        left = self.start[b] if link == a.START_START else self.end[b]
        right = self.end[f] if link == a.FINISH_FINISH else self.start[f]
        self._say(right >= left + lag + way, literals)
        if wait >= 0 and is_tight:
            self._say(right <= left + wait + way, literals)

    def _overlap(self, number: int, x: int, y: int) -> None:
        t = self.tables
        b, f, _, lag, _ = t.edge[number].tolist()
        way = lag + self.way(x, y)
        first = min(self.work(x), int(t.mode[x, a.M_SETUP]) + self._share(number, x))
        rest = self._share(number, y)
        literals = [self.chosen[x], self.chosen[y]]
        if t.mode[x, a.M_CALENDAR] >= 0 or t.mode[y, a.M_CALENDAR] >= 0:
            self.is_exact = False  # elapsed time instead of working time
        if b in self._at:
            first = min(first, int(self._at[b][3] - self._at[b][2]))
        self._say(self.start[f] >= self.start[b] + first + way, literals)
        self._say(self.end[f] >= self.end[b] + way + rest, literals)

    def _share(self, number: int, mode: int) -> int:
        return ceil(int(self.tables.mode[mode, a.M_RUN]) * float(self.tables.edge_share[number]) - 1e-9)

    def _say(self, condition: Any, literals: list[Any]) -> None:
        if isinstance(condition, bool | np.bool_):
            if not condition:
                self.model.add_bool_or([~each for each in literals])
            return
        said = self.model.add(condition)
        if literals:
            said.only_enforce_if(literals)

    def _ways(self, b: int, f: int) -> dict[int, list[list[Any]]]:
        """Return transport times with the pairs of modes that have them; none to choose means always."""
        found: dict[int, list[list[Any]]] = {}
        for x in self.modes(b):
            for y in self.modes(f):
                found.setdefault(self.way(x, y), []).append([self.chosen[x], self.chosen[y]])
        return {next(iter(found)): [[]]} if len(found) == 1 else found

    def way(self, x: int, y: int) -> int:
        """Return the transport time between the places of two modes."""
        p, q = (int(self.tables.machine[self.machine(mode), a.K_PLACE]) for mode in (x, y))
        return 0 if p < 0 or q < 0 else int(self.tables.place_time[p, q])

    # -- factories ----------------------------------------------------------------------------------------------------

    def _factories(self) -> dict[tuple[int, int], Any]:
        """Tie the operations of one-factory jobs; return the literal of every job and factory."""
        t, model = self.tables, self.model
        home: dict[tuple[int, int], Any] = {}
        for j in np.flatnonzero(t.job[:, a.J_SINGLE]).tolist():
            free = [o for o in range(t.job[j, a.J_OP0], t.job[j, a.J_OP1]) if o not in self._at]
            places: list[dict[int, list[Any]]] = []
            for o in free:
                here: dict[int, list[Any]] = {}
                for mode in self.modes(o):
                    here.setdefault(int(t.mode[mode, a.M_FACTORY]), []).append(self.chosen[mode])
                places.append(here)
            for factory in sorted({factory for here in places for factory in here}):
                literal = home[j, factory] = model.new_bool_var(f"f{j}.{factory}")
                for here in places:
                    model.add(sum(here.get(factory, [])) == literal)
            if places:
                model.add_exactly_one(home[j, factory] for jj, factory in home if jj == j)
        return home

    # -- hint and answer ----------------------------------------------------------------------------------------------

    def _hint(self, best: Ints) -> None:
        t = self.tables
        rows = self.twins.renamed(best)
        for o in range(len(t.op)):
            if o in self._at:
                continue
            self.model.add_hint(self.start[o], int(rows[o, a.S_START]))
            self.model.add_hint(self.end[o], int(rows[o, a.S_END]))
            for mode in self.modes(o):
                self.model.add_hint(self.chosen[mode], bool(mode == rows[o, a.S_MODE]))
        for (j, factory), literal in self.home.items():
            mode = int(rows[t.job[j, a.J_OP0], a.S_MODE])
            self.model.add_hint(literal, bool(t.mode[mode, a.M_FACTORY] == factory))

    def rows(self, solver: Any) -> Ints:
        """Return the plan of a solver's answer as state rows (n, 4)."""
        found = np.zeros((len(self.tables.op), 4), dtype=np.int64)
        for o in range(len(found)):
            found[o, a.S_START], found[o, a.S_END] = solver.value(self.start[o]), solver.value(self.end[o])
            found[o, a.S_MODE] = next(mode for mode in self.modes(o) if solver.boolean_value(self.chosen[mode]))
        return found


def _union(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _profile(held: list[tuple[int, int, int]], room: int) -> list[tuple[int, int, int]]:
    """Return the use of a resource by fixed work as pieces of constant height, cut at what there is."""
    moments = sorted({moment for start, end, _ in held for moment in (start, end)})
    found = []
    for begin, end in pairwise(moments):
        amount = sum(each for start, stop, each in held if start <= begin and stop >= end)
        if amount > 0:
            found.append((begin, end, min(amount, room)))
    return found
