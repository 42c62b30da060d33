"""From a problem to the tables the compiled kernels work on, and back to plans.

Compiling trusts its input: `checks.check_problem` has been asked before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.arrays import Floats, Ints, State, Tables
from rongzhi.engines.scheduling.calendars import CalendarBook
from rongzhi.engines.scheduling.compile_modes import mode_table
from rongzhi.engines.scheduling.model import FOREVER, Job, Link, Mode, Operation, Pin, Precedence, Problem, Term
from rongzhi.engines.scheduling.result import Plan

LINKS = {
    Link.FINISH_START: a.FINISH_START,
    Link.START_START: a.START_START,
    Link.FINISH_FINISH: a.FINISH_FINISH,
    Link.OVERLAP: a.OVERLAP,
}
RATE_STEPS = 2.0**20  # rates are rounded so that sums of overtime are exact, in whatever order they are added
HARD_WEIGHT = 1e6  # one unit of a broken hard rule against the largest weight of the objective


@dataclass(frozen=True)
class Compiled:
    """A problem with its tables.

    Parameters
    ----------
    problem : Problem
    tables : Tables
    former : Plan or None
    """

    problem: Problem
    tables: Tables
    former: Plan | None

    @cached_property
    def operation_codes(self) -> tuple[str, ...]:
        """Operation codes in the order of the tables."""
        return tuple(operation.code for _, operation in self.problem.operations())

    @cached_property
    def machine_codes(self) -> tuple[str, ...]:
        """Machine codes in the order of the tables (whose last rows may stand for `asides`)."""
        return tuple(machine.code for machine in self.problem.machines)

    @cached_property
    def relaxed(self) -> Tables:
        """The tables with batch machines as unlimited ones, for bounds."""
        t = self.tables
        if not t.machine[:, a.K_BATCH].any():
            return t
        machine = t.machine.copy()
        machine[:, a.K_UNLIMITED] |= machine[:, a.K_BATCH] > 0
        return t._replace(machine=machine)

    def new_state(self, seed: int = 0) -> State:
        """Return an empty plan in the making (fixed operations not yet placed)."""
        t = self.tables
        n, jobs = len(t.op), len(t.job)
        rng = np.random.SeedSequence(seed).generate_state(2, np.uint64)
        state = np.zeros((n, 4), dtype=np.int64)
        state[:, a.S_MODE] = -1
        return State(
            op=state,
            slot=np.zeros(int(_slots_needed(t)), dtype=np.int32),
            filled=np.zeros(len(t.machine), dtype=np.int64),
            use=np.zeros(int(_uses_needed(t)), dtype=np.int32),
            use_count=np.zeros(len(t.resource), dtype=np.int64),
            job_factory=np.full(jobs, -1, dtype=np.int64),
            job_placed=np.zeros(jobs, dtype=np.int64),
            job_end=np.zeros(jobs, dtype=np.int64),
            wish=np.full(jobs, -1, dtype=np.int64),
            keep=np.full(n, -1, dtype=np.int64),
            value=np.zeros(a.V_COUNT),
            rng=rng | np.uint64(1),
        )

    def plan(self, rows: Ints) -> Plan:
        """Return the plan of state rows (n, 4): mode, start, end, changeover."""
        t = self.tables
        modes = t.mode[rows[:, a.S_MODE]]
        codes = np.array((*self.machine_codes, *asides(self.problem)), dtype=object)
        return Plan(
            operation=self.operation_codes,
            machine=tuple(codes[modes[:, a.M_MACHINE]]),
            mode=modes[:, a.M_INDEX].copy(),
            start=rows[:, a.S_START].copy(),
            setup_end=self._setup_ends(rows),
            end=rows[:, a.S_END].copy(),
            changeover=rows[:, a.S_CHANGEOVER].copy(),
        )

    def _setup_ends(self, rows: Ints) -> Ints:
        from rongzhi.engines.scheduling.kernel_construct import setup_ends
        from rongzhi.engines.scheduling.native import native

        return setup_ends(native(self.tables), rows)


def compile_problem(problem: Problem, former: Plan | None = None) -> Compiled:
    """Turn a checked problem into tables.

    Parameters
    ----------
    problem : Problem
    former : Plan or None
        For the objective's terms of stability.
    """
    operations = [operation for _, operation in problem.operations()]
    op_at = {operation.code: row for row, operation in enumerate(operations)}
    machine_at = {machine.code: row for row, machine in enumerate(problem.machines)}
    aside_at = {code: row for row, code in enumerate(asides(problem), start=len(machine_at))}
    factory_at = {factory.code: row for row, factory in enumerate(problem.factories)}
    pins = {pin.operation: pin for pin in problem.pins}
    book = CalendarBook(problem)
    family_at = _families(problem, operations)
    mode, cost, spans, need = mode_table(problem, operations, aside_at, book)
    op = _operations(problem, operations, spans, family_at)
    edge, share, succ = _edges(problem.precedences, op_at, op)
    units = _units(edge, len(operations), op)
    machine, batched = _machines(problem, aside_at, factory_at, family_at, book, mode, op)
    overtime, rate = _overtime(problem, machine, book)
    resource = _resources(problem, need)
    _pin(op, op_at, pins)
    _former(former, op, op_at, machine_at, mode[:, a.M_MACHINE], {machine_at[c]: row for c, row in aside_at.items()})
    calendar, interval = book.tables()
    job, weight = _jobs(problem)
    place_time, place_cost = _places(problem)
    tables = Tables(
        op=op,
        mode=mode,
        mode_cost=cost,
        edge=edge,
        edge_share=share,
        succ=succ,
        machine=machine,
        changeover=_changeovers(problem, family_at),
        calendar=calendar,
        interval=interval,
        place_time=place_time,
        place_cost=place_cost,
        job=job,
        job_weight=weight,
        resource=resource,
        need=need,
        unit_first=units[0],
        unit_op=units[1],
        weight=weights(problem),
        overtime=overtime,
        overtime_rate=rate,
        batched=batched,
    )
    return Compiled(problem, tables, former)


def weights(problem: Problem) -> Floats:
    """Return the weights of the values; under a lexicographic order, those of its first term."""
    objective = problem.objective
    found = np.zeros(a.V_COUNT)
    for place, term in enumerate(Term):
        if objective.order:
            found[place] = 1.0 if objective.order[0] is term else 0.0
        else:
            found[place] = objective.weight(term)
    found[a.V_HARD] = HARD_WEIGHT * max(1.0, float(found.max()))
    return found


def asides(problem: Problem) -> tuple[str, ...]:
    """Return the machines beside whose sequence operations without length are planned."""
    ordered = {machine.code for machine in problem.machines if machine.changeover is not None or machine.batch}
    if not ordered:
        return ()
    found = {
        mode.machine
        for _, operation in problem.operations()
        for mode in operation.modes
        if not mode.run and not mode.setup and mode.machine in ordered
    }
    return tuple(machine.code for machine in problem.machines if machine.code in found)


def usable_modes(
    job: Job, operation: Operation, factory_of: dict[str, str], pin: Pin | None, common: set[str] | None
) -> list[tuple[int, Mode]]:
    """Return the modes an operation may use under pins, allowed factories and the one-factory rule, with index."""
    found = []
    for index, mode in enumerate(operation.modes):
        factory = factory_of[mode.machine]
        if pin is not None and pin.machine is not None:
            if pin.machine == mode.machine:
                found.append((index, mode))
        elif (job.factories is None or factory in job.factories) and (common is None or factory in common):
            found.append((index, mode))
    return found


def common_factories(job: Job, factory_of: dict[str, str], pins: dict[str, Pin]) -> set[str] | None:
    """Return the factories that can do every operation of a one-factory job; None for other jobs."""
    if not job.single_factory:
        return None
    common: set[str] | None = set(job.factories) if job.factories is not None else None
    for operation in job.operations:
        pin = pins.get(operation.code)
        machines = [pin.machine] if pin and pin.machine else [mode.machine for mode in operation.modes]
        here = {factory_of[machine] for machine in machines}
        common = here if common is None else common & here
    return common or set()


def _operations(problem: Problem, operations: list[Operation], spans: Ints, family_at: dict[str, int]) -> Ints:
    op = np.zeros((len(operations), a.O_WIDTH), dtype=np.int64)
    op[:, a.O_MODE0], op[:, a.O_MODE1] = spans[:-1], spans[1:]
    op[:, a.O_JOB] = np.repeat(np.arange(len(problem.jobs)), [len(job.operations) for job in problem.jobs])
    release = np.array([job.release for job in problem.jobs], dtype=np.int64)
    earliest = np.array([operation.earliest_start for operation in operations], dtype=np.int64)
    op[:, a.O_EST] = np.maximum(np.maximum(earliest, release[op[:, a.O_JOB]]), 0)
    op[:, a.O_SPAN] = [operation.may_span_breaks for operation in operations]
    op[:, a.O_LOSS] = [operation.resume_loss for operation in operations]
    op[:, a.O_FAMILY] = [family_at[operation.family] if operation.family else 0 for operation in operations]
    op[:, a.O_SIZE] = [operation.size for operation in operations]
    op[:, a.O_FORMER_START] = a.NONE
    return op


def _edges(precedences: tuple[Precedence, ...], op_at: dict[str, int], op: Ints) -> tuple[Ints, Floats, Ints]:
    edge = np.array(
        [
            (op_at[e.before], op_at[e.after], LINKS[e.link], e.lag, -1 if e.max_lag is None else e.max_lag)
            for e in precedences
        ],
        dtype=np.int64,
    ).reshape(-1, 5)
    share = np.array([e.share for e in precedences], dtype=np.float64)
    by_after = np.argsort(edge[:, a.E_AFTER], kind="stable")
    edge, share = edge[by_after], share[by_after]
    rows = np.arange(len(op))
    op[:, a.O_PRED0] = np.searchsorted(edge[:, a.E_AFTER], rows, "left")
    op[:, a.O_PRED1] = np.searchsorted(edge[:, a.E_AFTER], rows, "right")
    succ = np.argsort(edge[:, a.E_BEFORE], kind="stable").astype(np.int64)
    befores = edge[succ, a.E_BEFORE]
    op[:, a.O_SUCC0] = np.searchsorted(befores, rows, "left")
    op[:, a.O_SUCC1] = np.searchsorted(befores, rows, "right")
    return edge, share, succ


def _units(edge: Ints, n: int, op: Ints) -> tuple[Ints, Ints]:
    """Group operations tied by largest waits, with all that lies on a path between them, in order of precedence."""
    from rongzhi.engines.scheduling.units import group

    if not len(edge) or (edge[:, a.E_MAX_LAG] < 0).all():
        op[:, a.O_UNIT] = np.arange(n)
        return np.arange(n + 1, dtype=np.int64), np.arange(n, dtype=np.int64)
    pairs = [(int(b), int(f)) for b, f in edge[:, :2]]
    tied = [pair for pair, wait in zip(pairs, edge[:, a.E_MAX_LAG], strict=True) if wait >= 0]
    groups = group(n, pairs, tied)
    first = np.cumsum([0, *(len(each) for each in groups)]).astype(np.int64)
    flat = np.array([o for each in groups for o in each], dtype=np.int64)
    op[flat, a.O_UNIT] = np.repeat(np.arange(len(groups)), [len(each) for each in groups])
    return first, flat


def _machines(  # noqa: PLR0917
    problem: Problem,
    aside_at: dict[str, int],
    factory_at: dict[str, int],
    family_at: dict[str, int],
    book: CalendarBook,
    mode: Ints,
    op: Ints,
) -> tuple[Ints, Ints]:
    place_at = {place: row for row, place in enumerate(problem.transport.places)}
    table_at = {table.code: row for row, table in enumerate(problem.changeovers)}
    machine = np.zeros((len(problem.machines) + len(aside_at), a.K_WIDTH), dtype=np.int64)
    for row, each in enumerate(problem.machines):
        factory = problem.factories[factory_at[each.factory]]
        place = each.place if each.place is not None else factory.place
        machine[row, a.K_CALENDAR] = book.of(each.calendar)
        machine[row, a.K_PLACE] = -1 if place is None else place_at[place]
        machine[row, a.K_FACTORY] = factory_at[each.factory]
        machine[row, a.K_CHANGEOVER] = -1 if each.changeover is None else table_at[each.changeover]
        machine[row, a.K_FAMILY] = family_at[each.initial_family] if each.initial_family else 0
        machine[row, a.K_UNLIMITED] = each.is_unlimited
        if each.batch is not None:
            machine[row, a.K_BATCH], machine[row, a.K_PURE] = each.batch.capacity, each.batch.is_family_pure
        if each.code in aside_at:
            aside = machine[aside_at[each.code]]
            aside[:] = machine[row]
            aside[[a.K_CHANGEOVER, a.K_FAMILY, a.K_UNLIMITED, a.K_BATCH]] = (-1, 0, 1, 0)
    room = np.bincount(mode[:, a.M_MACHINE], minlength=len(machine))
    machine[:, a.K_SLOT0] = np.cumsum(room) - room
    return machine, _batched(machine, mode, op)


def _batched(machine: Ints, mode: Ints, op: Ints) -> Ints:
    """Return operation and mode of all that may go into batches, grouped by machine; the machines note where."""
    if not machine[:, a.K_BATCH].any():
        return np.zeros((0, 2), dtype=np.int64)
    rows = np.flatnonzero(machine[mode[:, a.M_MACHINE], a.K_BATCH] > 0)
    rows = rows[np.argsort(mode[rows, a.M_MACHINE], kind="stable")]
    on = mode[rows, a.M_MACHINE]
    numbers = np.arange(len(machine))
    machine[:, a.K_BATCHED0] = np.searchsorted(on, numbers, "left")
    machine[:, a.K_BATCHED1] = np.searchsorted(on, numbers, "right")
    owner = np.searchsorted(op[:, a.O_MODE1], rows, "right")
    return np.stack([owner, rows], axis=1).astype(np.int64)


def _overtime(problem: Problem, machine: Ints, book: CalendarBook) -> tuple[Ints, Floats]:
    """Return calendars and rates of overtime, one for each rate of a calendar; the machines note where theirs are."""
    rows: list[int] = []
    rates: list[float] = []
    span: dict[str, tuple[int, int]] = {}
    for calendar in problem.calendars:
        first = len(rows)
        for rate in sorted({each.rate for each in calendar.overtime if each.rate > 0}):
            rows.append(book.overtime(calendar, rate))
            rates.append(round(rate * RATE_STEPS) / RATE_STEPS)
        span[calendar.code] = first, len(rows)
    for row, each in enumerate(problem.machines):
        if each.calendar is not None:
            machine[row, a.K_OVERTIME0], machine[row, a.K_OVERTIME1] = span[each.calendar]
    return np.array(rows, dtype=np.int64), np.array(rates, dtype=np.float64)


def _resources(problem: Problem, need: Ints) -> Ints:
    resource = np.zeros((len(problem.resources), 2), dtype=np.int64)
    room = np.bincount(need[:, a.N_RESOURCE], minlength=len(problem.resources))
    resource[:, a.R_CAPACITY] = [each.capacity for each in problem.resources]
    resource[:, a.R_SLOT0] = np.cumsum(room) - room
    return resource


def _slots_needed(tables: Tables) -> int:
    return len(tables.mode) + 1


def _uses_needed(tables: Tables) -> int:
    return len(tables.need) + 1


def _families(problem: Problem, operations: list[Operation]) -> dict[str, int]:
    names = {family for table in problem.changeovers for family in table.families}
    names |= {operation.family for operation in operations if operation.family}
    names |= {machine.initial_family for machine in problem.machines if machine.initial_family}
    return {name: row for row, name in enumerate(sorted(names), start=1)}


def _changeovers(problem: Problem, family_at: dict[str, int]) -> Ints:
    size = len(family_at) + 1 if problem.changeovers else 1
    table = np.zeros((len(problem.changeovers), size, size), dtype=np.int64)
    for row, each in enumerate(problem.changeovers):
        at = [family_at[family] for family in each.families]
        table[row][np.ix_(at, at)] = np.array(each.times, dtype=np.int64).reshape(len(at), len(at))
    return table


def _jobs(problem: Problem) -> tuple[Ints, Floats]:
    sizes = [len(job.operations) for job in problem.jobs]
    first = np.cumsum([0, *sizes])
    job = np.zeros((len(problem.jobs), 6), dtype=np.int64)
    job[:, a.J_RELEASE] = [each.release for each in problem.jobs]
    job[:, a.J_DUE] = [FOREVER if each.due is None else each.due for each in problem.jobs]
    job[:, a.J_DEADLINE] = [FOREVER if each.deadline is None else each.deadline for each in problem.jobs]
    job[:, a.J_OP0], job[:, a.J_OP1] = first[:-1], first[1:]
    job[:, a.J_SINGLE] = [each.single_factory for each in problem.jobs]
    return job, np.array([each.weight for each in problem.jobs], dtype=np.float64)


def _places(problem: Problem) -> tuple[Ints, Floats]:
    size = len(problem.transport.places)
    times = np.array(problem.transport.times, dtype=np.int64).reshape(size, size)
    costs = problem.transport.costs or np.zeros((size, size))
    return times, np.array(costs, dtype=np.float64).reshape(size, size)


def _pin(op: Ints, op_at: dict[str, int], pins: dict[str, Pin]) -> None:
    for code, pin in pins.items():
        if pin.start is not None or pin.is_started:
            op[op_at[code], a.O_FIXED] = 1


def _former(  # noqa: PLR0917
    former: Plan | None,
    op: Ints,
    op_at: dict[str, int],
    machine_at: dict[str, int],
    machine_of: Ints,
    aside: dict[int, int],
) -> None:
    if former is None:
        return
    for row, code in enumerate(former.operation):
        at = op_at.get(code)
        if at is not None:
            op[at, a.O_FORMER_START] = former.start[row]
            machine = machine_at.get(former.machine[row], -1)
            if machine in aside and aside[machine] in machine_of[op[at, a.O_MODE0] : op[at, a.O_MODE1]]:
                machine = aside[machine]
            op[at, a.O_FORMER_MACHINE] = machine
