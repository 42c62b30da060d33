"""Who can do an operation, and why the others cannot."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from rongzhi.engines.decomposition import reasons
from rongzhi.engines.decomposition.limits import Limits, broken_limit, limits_of
from rongzhi.engines.decomposition.reasons import Verdict
from rongzhi.model.production import (
    Candidate,
    Item,
    Machine,
    Network,
    OpenCapacity,
    Refusal,
    RoutingStep,
    StepAlternative,
    process_covers,
)
from rongzhi.model.production.calendars import open_intervals

CENT = Decimal("0.01")
SIXTY = Decimal(60)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order line asks of whoever makes it, beside the part itself."""

    customer: str = ""
    certificates: tuple[str, ...] = ()
    excluded_factories: tuple[str, ...] = ()
    due: date | None = None


@dataclass(frozen=True, slots=True)
class _Ability:
    """A machine's capabilities for one process, as the numbers of their equal kinds."""

    machine: Machine
    kinds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where a process may be looked for under some terms, and the refusals of everybody else."""

    refusals: tuple[Refusal, ...]
    centres: tuple[tuple[str, str, tuple[Machine, ...]], ...]  # work centre, factory, its machines


_Key = tuple[str, str, int, Terms]


class Matcher:
    """Finds the machines of a network for routing steps; everything that repeats is computed once.

    Parameters
    ----------
    network : Network
        Checked; see `rongzhi.model.production.checks.check_network`.
    origin : datetime
        Start of planning.
    horizon_days : int
        How far ahead a machine must have working time.
    """

    def __init__(self, network: Network, origin: datetime, horizon_days: int) -> None:
        self.network = network
        self._origin, self._until = origin, origin + timedelta(days=horizon_days)
        self._horizon_days = horizon_days
        self._machines = {machine.code: machine for machine in network.machines}
        self._factory_of = {centre.code: centre.factory for centre in network.work_centres}
        self._of_centre: dict[str, list[Machine]] = defaultdict(list)
        for machine in network.machines:
            self._of_centre[machine.work_centre].append(machine)
        self._openings: dict[str, OpenCapacity | None] = {
            code: OpenCapacity(work_centre=code) if not network.open_capacity else None for code in self._factory_of
        }
        self._openings.update({item.work_centre: item for item in network.open_capacity})
        self._unwanted = {code for item in network.open_capacity for code in item.excluded_customers}
        self._rates = {machine.code: (machine.speed_factor, *self._prices(machine)) for machine in network.machines}
        self._kinds: dict[Limits, int] = {}
        self._abilities: dict[str, dict[str, _Ability]] = {}
        self._working: dict[str, bool] = {}
        self._grounds: dict[tuple[str, tuple[str, ...], tuple[str, ...], Terms], _Ground] = {}
        self._matches: dict[_Key, tuple[tuple[Machine, ...], tuple[Refusal, ...]]] = {}
        self._candidates: dict[tuple[_Key, Decimal], tuple[Candidate, ...]] = {}

    def match(
        self, item: Item, version: str, step: RoutingStep, quantity: Decimal, terms: Terms
    ) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
        """Return the candidates for a quantity at a step, and the refusals of everybody else.

        Equal reasons of all machines of a work centre are one refusal of the work centre; what holds for a whole
        factory is one refusal of the factory.
        """
        customer = terms.customer if terms.customer in self._unwanted else ""
        due = terms.due if terms.certificates or step.certificates else None
        terms = Terms(customer, terms.certificates, terms.excluded_factories, due)
        key = (item.code, version, step.number, terms)
        if key not in self._matches:
            self._matches[key] = self._match(item, step, terms)
        machines, refusals = self._matches[key]
        if (key, quantity) not in self._candidates:
            self._candidates[key, quantity] = self._priced(machines, step, quantity)
        return self._candidates[key, quantity], refusals

    def _match(self, item: Item, step: RoutingStep, terms: Terms) -> tuple[tuple[Machine, ...], tuple[Refusal, ...]]:
        listed = {other.machine for other in step.alternatives}
        ground = self._ground(step, tuple(sorted(listed)), terms)
        able = self._able(step.process)
        missing = reasons.process_missing(step.process)
        by_kind: dict[int, Verdict | None] = {}
        limits = list(self._kinds)
        refusals = list(ground.refusals)
        chosen: list[Machine] = []
        for code, factory, members in ground.centres:
            against: dict[str, Verdict] = {}
            for machine in members:
                ability = able.get(machine.code)
                is_listed = machine.code in listed
                if ability is None and not is_listed:
                    against[machine.code] = missing
                    continue
                verdict = self._out_of_reach(machine, step, is_listed)
                if verdict is None and ability is not None and not is_listed:
                    for kind in ability.kinds:
                        if kind not in by_kind:
                            by_kind[kind] = broken_limit(limits[kind], item, step)
                    if all(by_kind[kind] is not None for kind in ability.kinds):
                        verdict = by_kind[ability.kinds[0]]
                if verdict is None:
                    chosen.append(machine)
                else:
                    against[machine.code] = verdict
            refusals += _gathered(code, factory, len(members), against)
        return tuple(chosen), tuple(refusals)

    def _ground(self, step: RoutingStep, listed: tuple[str, ...], terms: Terms) -> _Ground:
        key = (step.process, listed, step.certificates, terms)
        if key not in self._grounds:
            wanted = tuple(dict.fromkeys((*terms.certificates, *step.certificates)))
            barred = self._barred_factories(wanted, terms)
            refusals = [Refusal(code, code, *verdict) for code, verdict in barred.items()]
            able = self._able(step.process)
            covering = {self._machines[code].work_centre for code in (*able, *listed) if code in self._machines}
            centres = []
            for centre in self.network.work_centres:
                if centre.factory in barred:
                    continue
                shut = self._shut(centre.code, step, terms, centre.code in covering)
                if shut is None:
                    centres.append((centre.code, centre.factory, tuple(self._of_centre[centre.code])))
                else:
                    refusals.append(Refusal(centre.code, centre.factory, *shut))
            self._grounds[key] = _Ground(tuple(refusals), tuple(centres))
        return self._grounds[key]

    def _barred_factories(self, wanted: Iterable[str], terms: Terms) -> dict[str, Verdict]:
        barred: dict[str, Verdict] = {}
        for factory in self.network.factories:
            if factory.code in terms.excluded_factories:
                barred[factory.code] = reasons.factory_excluded()
                continue
            held = {item.code: item.valid_until for item in factory.certificates}
            for code in wanted:
                if code not in held:
                    barred[factory.code] = reasons.certificate_missing(code)
                    break
                until = held[code]
                if until is not None and terms.due is not None and until < terms.due:
                    barred[factory.code] = reasons.certificate_expired(code, until, terms.due)
                    break
        return barred

    def _shut(self, centre: str, step: RoutingStep, terms: Terms, is_covering: bool) -> Verdict | None:
        """Return why nothing of a work centre may be used, whatever the part is."""
        if not is_covering:
            return reasons.process_missing(step.process)
        opening = self._openings.get(centre)
        if opening is None or opening.share <= 0:
            return reasons.not_open()
        if opening.processes and not any(process_covers(code, step.process) for code in opening.processes):
            return reasons.process_not_open(step.process)
        if terms.customer and terms.customer in opening.excluded_customers:
            return reasons.customer_excluded(terms.customer)
        return None

    def _out_of_reach(self, machine: Machine, step: RoutingStep, is_listed: bool) -> Verdict | None:
        """Return why a machine cannot be used whatever the part is; no limits hold for a listed one."""
        if not machine.is_active:
            return reasons.inactive()
        if step.only_listed and not is_listed:
            return reasons.not_listed()
        if machine.code not in self._working:
            spans = open_intervals(self.network, machine, self._origin, self._until)
            self._working[machine.code] = bool(spans)
        return None if self._working[machine.code] else reasons.no_working_time(self._horizon_days)

    def _able(self, process: str) -> dict[str, _Ability]:
        """Return the machines that have the process or a more general one, with those capabilities."""
        if process not in self._abilities:
            found: dict[str, _Ability] = {}
            for machine in self.network.machines:
                fitting = [limits_of(item) for item in machine.capabilities if process_covers(item.process, process)]
                if fitting:
                    kinds = tuple(self._kinds.setdefault(limits, len(self._kinds)) for limits in fitting)
                    found[machine.code] = _Ability(machine, kinds)
            self._abilities[process] = found
        return self._abilities[process]

    def _priced(self, machines: Sequence[Machine], step: RoutingStep, quantity: Decimal) -> tuple[Candidate, ...]:
        """Return machines as candidates with the time and price of a quantity; equal rates are computed once."""
        units = float(max(quantity, step.minimum_batch or quantity))
        own = {other.machine: other for other in step.alternatives}
        known: dict[tuple[float, Decimal, Decimal], tuple[int, int, Decimal]] = {}
        found = []
        for machine in machines:
            rates = self._rates[machine.code]
            other = own.get(machine.code)
            if other is not None:
                figures = _figures(step, units, rates, other)
            else:
                if rates not in known:
                    known[rates] = _figures(step, units, rates, None)
                figures = known[rates]
            centre = machine.work_centre
            found.append(Candidate(machine.code, centre, self._factory_of[centre], *figures))
        return tuple(found)

    def _prices(self, machine: Machine) -> tuple[Decimal, Decimal]:
        """Return the price of an hour of run and of set-up: the opened one, else the owner's rates."""
        opening = self._openings.get(machine.work_centre)
        if opening is not None and opening.hourly_price is not None:
            run = opening.hourly_price
            return run, opening.setup_price if opening.setup_price is not None else run
        own = machine.setup_rate if machine.setup_rate is not None else machine.hourly_rate
        setup = opening.setup_price if opening is not None and opening.setup_price is not None else own
        return machine.hourly_rate, setup


def _gathered(centre: str, factory: str, size: int, against: Mapping[str, Verdict]) -> list[Refusal]:
    """Return the refusals of a work centre's machines, or the one of all of them if they say the same."""
    verdicts = list(against.values())
    if len(verdicts) == size and all(verdict == verdicts[0] for verdict in verdicts):
        return [Refusal(centre, factory, *verdicts[0])]
    return [Refusal(code, factory, *verdict) for code, verdict in against.items()]


def _figures(
    step: RoutingStep, units: float, rates: tuple[float, Decimal, Decimal], other: StepAlternative | None
) -> tuple[int, int, Decimal]:
    """Return set-up minutes, run minutes and cost of so many units at one machine's rates."""
    speed, run_price, setup_price = rates
    each, setup = step.run_min_per_unit / speed, step.setup_min
    if other is not None:
        each = each if other.run_min_per_unit is None else other.run_min_per_unit
        setup = setup if other.setup_min is None else other.setup_min
    setup_min, run_min = whole_minutes(setup), whole_minutes(each * units)
    cost = ((run_price * run_min + setup_price * setup_min) / SIXTY).quantize(CENT, ROUND_HALF_UP)
    return setup_min, run_min, cost


def whole_minutes(minutes: float) -> int:
    """Return minutes rounded up, forgiving what binary floats add to a whole number."""
    return math.ceil(round(minutes, 6))
