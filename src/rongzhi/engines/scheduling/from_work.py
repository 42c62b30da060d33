"""From the work of a network to a scheduling problem, and from a plan back to rows a person can read.

One job is one order line with all its lots, so that the line is late when its last lot is. Operations that must stay
in one factory (and orders that go to a single one) are jobs of their own kind, ``single_factory``.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from rongzhi.engines.scheduling import work_network
from rongzhi.engines.scheduling.model import Job, Link, Mode, Objective, Operation, Pin, Precedence, Problem, Term
from rongzhi.engines.scheduling.result import Plan
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production import Candidate, Lot, Network, Work
from rongzhi.model.production import Link as WorkLink
from rongzhi.model.production import Operation as WorkOperation

PREFERENCE_PREMIUM = 0.1
"""Share of the price added in the objective to factories an order does not prefer, if it prefers any."""

_NO_WAY = Text("地点之间没有运输", "there is no transport between the places")


@dataclass(frozen=True)
class WorkProblem:
    """A scheduling problem with the way back to the work it was made of.

    Parameters
    ----------
    problem : Problem
        Minutes after ``work.origin``.
    work : Work
    candidates : mapping of operation code to tuple of Candidate
        In the order of the operation's modes.
    jobs_of_line : mapping of (order, line) to tuple of str
    line_of_job : mapping of str to (order, line)
    findings : Findings
        Order lines left out because nobody can do one of their operations (warnings).
    """

    problem: Problem
    work: Work
    candidates: Mapping[str, tuple[Candidate, ...]]
    jobs_of_line: Mapping[tuple[str, int], tuple[str, ...]]
    line_of_job: Mapping[str, tuple[str, int]]
    findings: Findings = field(default_factory=Findings)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One planned operation as people read it; times in the origin's zone, cost in the network's currency."""

    order: str
    line: int
    lot: str
    item: str
    quantity: Decimal
    step: int
    operation: str
    name: Text
    machine: str
    work_centre: str
    factory: str
    start: datetime
    run_start: datetime
    end: datetime
    changeover_min: int
    due: datetime | None
    late_min: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class LineRow:
    """When an order line will be done, and where; ``end`` is None for a line that is not in the plan."""

    order: str
    line: int
    item: str
    quantity: Decimal
    due: datetime | None
    end: datetime | None
    late_min: int
    factories: tuple[str, ...]
    cost: Decimal


def build_problem(
    work: Work,
    network: Network,
    *,
    horizon_days: int = 60,
    frozen: Sequence[Pin] = (),
    weights: Objective | Mapping[str, float] | None = None,
    preference_premium: float = PREFERENCE_PREMIUM,
    name: str = "",
) -> WorkProblem:
    """Make a scheduling problem of work.

    Parameters
    ----------
    work : Work
    network : Network
        The one the work was decomposed over.
    horizon_days : int
        Calendars are exact so far ahead (or to their last exception); then their last week repeats.
    frozen : sequence of Pin
        What is already decided or running; pins of operations that are not planned are left out.
    weights : Objective or mapping of term name to weight
        A mapping changes the weights it names and sets all others to 0.
    preference_premium : float
        See `PREFERENCE_PREMIUM`; only the objective sees it, never the rows.

    Returns
    -------
    WorkProblem
    """
    findings = Findings()
    reach = work_network.Reach(network)
    candidates = reach.prune({each.code: each.candidates for each in work.operations}, work.links)
    planned = _plannable(work, candidates, findings)
    kept = {code: candidates[code] for lots in planned.values() for lot in lots for code in lot.operations}
    builder = _Jobs(work, kept, preference_premium)
    jobs = [job for line, lots in planned.items() for job in builder.of_line(line, lots)]
    machines = {candidate.machine for options in kept.values() for candidate in options}
    families = {each.family for each in work.operations if each.code in kept and each.family}
    made = work_network.machines_of(network, machines, work.origin, horizon_days)
    problem = Problem(
        jobs=tuple(jobs),
        machines=made.machines,
        factories=work_network.factories_of(network),
        precedences=tuple(_precedence(link) for link in work.links if link.before in kept and link.after in kept),
        calendars=made.calendars,
        changeovers=work_network.changeovers_of(network, families),
        transport=reach.transport(),
        pins=tuple(pin for pin in frozen if pin.operation in kept),
        objective=_objective(weights),
        name=name or network.name.text.en,
    )
    lines: dict[tuple[str, int], list[str]] = defaultdict(list)
    for job, line in builder.line_of_job.items():
        lines[line].append(job)
    jobs_of_line = {line: tuple(codes) for line, codes in lines.items()}
    return WorkProblem(problem, work, kept, jobs_of_line, builder.line_of_job, findings)


def plan_rows(plan: Plan, built: WorkProblem) -> list[PlanRow]:
    """Return the operations of a plan sorted by start, readable without any other document."""
    lots = {lot.code: lot for lot in built.work.lots}
    operations = {each.code: each for each in built.work.operations}
    ends = {(row.order, row.line): row for row in line_rows(plan, built)}
    rows = []
    for item in plan:
        operation = operations[item.operation]
        lot = lots[operation.lot]
        candidate = built.candidates[item.operation][item.mode]
        line = ends[lot.order, lot.line]
        rows.append(
            PlanRow(
                order=lot.order,
                line=lot.line,
                lot=lot.code,
                item=lot.item,
                quantity=lot.quantity,
                step=operation.step,
                operation=operation.code,
                name=operation.name,
                machine=candidate.machine,
                work_centre=candidate.work_centre,
                factory=candidate.factory,
                start=_moment(built.work, item.start),
                run_start=_moment(built.work, item.setup_end),
                end=_moment(built.work, item.end),
                changeover_min=item.changeover,
                due=line.due,
                late_min=line.late_min,
                cost=candidate.cost,
            )
        )
    return sorted(rows, key=lambda row: (row.start, row.machine, row.operation))


def line_rows(plan: Plan, built: WorkProblem) -> list[LineRow]:
    """Return every order line with its end in the plan and how late it is; cost without transport."""
    found = []
    for (order, line), lots in _lines(built.work).items():
        tops = [lot for lot in lots if not lot.feeds]
        rows = [plan[code] for lot in lots for code in lot.operations if code in plan]
        is_whole = all(code in plan for lot in lots for code in lot.operations)
        last = max([row.end for row in rows] + [lot.release_min for lot in tops if not lot.operations], default=0)
        due = tops[0].due_min
        chosen = [built.candidates[row.operation][row.mode] for row in rows]
        found.append(
            LineRow(
                order=order,
                line=line,
                item=tops[0].item,
                quantity=sum((lot.quantity for lot in tops), Decimal(0)),
                due=None if due is None else _moment(built.work, due),
                end=_moment(built.work, last) if is_whole else None,
                late_min=max(0, last - due) if due is not None and is_whole else 0,
                factories=tuple(dict.fromkeys(candidate.factory for candidate in chosen)),
                cost=sum((candidate.cost for candidate in chosen), Decimal(0)),
            )
        )
    return found


class _Jobs:
    """Makes the jobs of order lines."""

    def __init__(self, work: Work, candidates: Mapping[str, tuple[Candidate, ...]], premium: float) -> None:
        self.line_of_job: dict[str, tuple[str, int]] = {}
        self._work = work
        self._candidates = candidates
        self._premium = premium
        self._operations = {each.code: each for each in work.operations}
        self._feeding = {link.before for link in work.links}
        self._home = self._homes()

    def of_line(self, line: tuple[str, int], lots: Sequence[Lot]) -> Iterator[Job]:
        """Yield the jobs of one order line: the line itself, then each chain that must stay in one factory."""
        top = next(lot for lot in lots if not lot.feeds)
        codes = [code for lot in lots for code in lot.operations]
        lot_of = {code: lot for lot in lots for code in lot.operations}
        groups = self._groups(codes) if not top.is_single_factory else {"": codes}
        name = f"{line[0]}-{line[1]}"
        release = min((lot.release_min for lot in lots if lot.operations), default=0)
        for root, members in groups.items():
            code = f"{name}@{root}" if root else name
            self.line_of_job[code] = line
            has_last = any(member not in self._feeding for member in members)
            home = self._home.get(line[0])
            yield Job(
                code=code,
                operations=tuple(self._operation(self._operations[member], lot_of[member]) for member in members),
                release=release,
                due=top.due_min if has_last else None,
                weight=top.weight,
                single_factory=bool(root) or top.is_single_factory,
                factories=None if home is None else (home,),
                name=name,
            )

    def _groups(self, codes: Sequence[str]) -> dict[str, list[str]]:
        """Return the operations by the one they stay with; those that stay with none are under an empty code."""
        root = {code: code for code in codes}
        for code in codes:
            with_ = self._operations[code].stays_with
            if with_ in root:
                mine, other = root[code], root[with_]
                root = {each: other if of == mine else of for each, of in root.items()} if mine != other else root
        sizes: dict[str, list[str]] = defaultdict(list)
        for code in codes:
            sizes[root[code]].append(code)
        groups: dict[str, list[str]] = {"": [members[0] for members in sizes.values() if len(members) == 1]}
        groups |= {code: members for code, members in sizes.items() if len(members) > 1}
        return {code: members for code, members in groups.items() if members}

    def _operation(self, operation: WorkOperation, lot: Lot) -> Operation:
        wished = lot.preferred_factories
        return Operation(
            code=operation.code,
            modes=tuple(
                Mode(
                    machine=candidate.machine,
                    run=candidate.run_min,
                    setup=candidate.setup_min,
                    cost=float(candidate.cost)
                    * (1 + self._premium if wished and candidate.factory not in wished else 1),
                )
                for candidate in self._candidates[operation.code]
            ),
            family=operation.family or None,
            may_span_breaks=operation.may_span_breaks,
            earliest_start=max(operation.release_min, lot.release_min),
            name=operation.name.zh,
        )

    def _homes(self) -> dict[str, str]:
        """Return the factory of each single-factory order with several lines: the cheapest one, fewest chosen first.

        Lines are jobs of their own, and a job cannot be told to follow another's factory; so the choice is made here.
        """
        orders: dict[str, list[Lot]] = defaultdict(list)
        for lot in self._work.lots:
            if lot.is_single_factory and all(code in self._candidates for code in lot.operations):
                orders[lot.order].append(lot)
        taken: dict[str, int] = defaultdict(int)
        homes: dict[str, str] = {}
        for order, lots in orders.items():
            codes = [code for lot in lots for code in lot.operations]
            if len({lot.line for lot in lots}) < 2 or not codes:
                continue
            prices: dict[str, Decimal] = defaultdict(Decimal)
            shared = set.intersection(*({each.factory for each in self._candidates[code]} for code in codes))
            for code in codes:
                for factory in shared:
                    prices[factory] += min(e.cost for e in self._candidates[code] if e.factory == factory)
            if shared:
                homes[order] = min(shared, key=lambda factory: (prices[factory], taken[factory], factory))
                taken[homes[order]] += 1
        return homes


def _plannable(
    work: Work, candidates: Mapping[str, tuple[Candidate, ...]], findings: Findings
) -> dict[tuple[str, int], list[Lot]]:
    """Return the order lines all of whose operations somebody can do; the others become warnings."""
    operations = {each.code: each for each in work.operations}
    planned: dict[tuple[str, int], list[Lot]] = {}
    for line, lots in _lines(work).items():
        stuck = [code for lot in lots for code in lot.operations if not candidates[code]]
        if not stuck:
            planned[line] = lots
            continue
        first = operations[stuck[0]]
        reason = _NO_WAY if first.candidates else _telling_reason(first)
        findings.warning(
            "left-out",
            f"orders.{line[0]}.lines.{line[1]}",
            Text(
                zh=f"未排入计划：{stuck[0]} {first.name.zh} 没有机床能做（{reason.zh}）",
                en=f"not planned: no machine can do {stuck[0]} {first.name.en} ({reason.en})",
            ),
            Text(zh="查看该工序的拒绝原因", en="see why the machines refuse this operation"),
        )
    return planned


def _telling_reason(operation: WorkOperation) -> Text:
    """Return the reason of one who has the process but cannot do this part, or else that nobody has it."""
    refusals = sorted(operation.refusals, key=lambda refusal: refusal.code == "process")
    return refusals[0].reason if refusals else Text("网络中没有机床", "the network has no machines")


def _lines(work: Work) -> dict[tuple[str, int], list[Lot]]:
    lines: dict[tuple[str, int], list[Lot]] = defaultdict(list)
    for lot in work.lots:
        lines[lot.order, lot.line].append(lot)
    return lines


def _precedence(link: WorkLink) -> Precedence:
    """Return a link as the engine states it; a longest wait is kept by giving up the overlap."""
    if link.transfer_fraction < 1 and link.max_lag_min is None:
        return Precedence(link.before, link.after, Link.OVERLAP, link.lag_min, share=link.transfer_fraction)
    return Precedence(link.before, link.after, Link.FINISH_START, link.lag_min, link.max_lag_min)


def _objective(weights: Objective | Mapping[str, float] | None) -> Objective:
    if weights is None:
        return Objective()
    if isinstance(weights, Objective):
        return weights
    findings = Findings()
    names = [str(term) for term in Term]
    for name, value in weights.items():
        if name not in names:
            options = ", ".join(difflib.get_close_matches(name, names) or names)
            findings.error(
                "unknown-weight",
                f"weights.{name}",
                Text(zh=f"没有名为“{name}”的目标", en=f"there is no objective '{name}'"),
                Text(zh=f"可用：{options}", en=f"use one of: {options}"),
            )
        elif not 0 <= value < float("inf"):
            findings.error(
                "bad-weight",
                f"weights.{name}",
                Text(zh=f"权重 {value} 无效", en=f"the weight {value} is not valid"),
                Text(zh="填写不小于 0 的数", en="enter a number of at least 0"),
            )
    findings.raise_if_any()
    none = replace(Objective(), **dict.fromkeys(names, 0.0))  # type: ignore[arg-type]
    return replace(none, **{name: float(value) for name, value in weights.items()})  # type: ignore[arg-type]


def _moment(work: Work, minutes: int) -> datetime:
    return work.origin + timedelta(minutes=minutes)
