"""Who can do an operation, and why the others cannot."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
SOON = timedelta(days=7)


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
    centres: tuple[str, ...]


_Fit = tuple[tuple[Machine, ...], tuple[Refusal, ...]]
"""The machines of a work centre that fit, and the refusals of the others."""


@dataclass(frozen=True, slots=True)
class _Sought:
    """One routing step of one item: what it needs, and what is known by now of each work centre."""

    item: Item
    step: RoutingStep
    listed: frozenset[str]
    able: Mapping[str, _Ability]
    extra: frozenset[str]  # work centres of listed machines that do not state the process
    limits: tuple[Limits, ...]
    by_kind: dict[int, Verdict | None] = field(default_factory=dict)
    fits: dict[str, _Fit] = field(default_factory=dict)

    def broken(self, kinds: Sequence[int]) -> Verdict | None:
        """Return the first reason against a machine if the part breaks every one of its capabilities."""
        for kind in kinds:
            if kind not in self.by_kind:
                self.by_kind[kind] = broken_limit(self.limits[kind], self.item, self.step)
            if self.by_kind[kind] is None:
                return None
        return self.by_kind[kinds[0]]


_StepKey = tuple[str, str, int]


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
    longest_days : int
        Operations that would take longer are refused.
    """

    def __init__(self, network: Network, origin: datetime, horizon_days: int, longest_days: int = 366) -> None:
        self._longest_min = longest_days * 1440
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
        self._working: dict[tuple[str, str], bool] = {}  # by work centre and own calendar
        self._held = {
            factory.code: {item.code: item.valid_until for item in factory.certificates}
            for factory in network.factories
        }
        self._barred: dict[Terms, dict[str, Verdict]] = {}
        self._shut_centres: dict[tuple[str, frozenset[str], str], dict[str, Refusal | None]] = {}
        self._grounds: dict[tuple[str, frozenset[str], Terms], _Ground] = {}
        self._sought: dict[_StepKey, _Sought] = {}
        self._matches: dict[tuple[_StepKey, Terms], tuple[tuple[Machine, ...], tuple[Refusal, ...]]] = {}
        self._prices_of: dict[tuple[_StepKey, Decimal], dict[str, Candidate]] = {}
        self._candidates: dict[tuple[_StepKey, Terms, Decimal], tuple[Candidate, ...]] = {}

    def match(
        self, item: Item, version: str, step: RoutingStep, quantity: Decimal, terms: Terms
    ) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
        """Return the candidates for a quantity at a step, and the refusals of everybody else.

        Equal reasons of all machines of a work centre are one refusal of the work centre; what holds for a whole
        factory is one refusal of the factory.
        """
        key = (item.code, version, step.number)
        terms = self._that_count(terms, step)
        if (key, terms) not in self._matches:
            self._matches[key, terms] = self._match(key, item, step, terms)
        machines, refusals = self._matches[key, terms]
        if (key, terms, quantity) not in self._candidates:
            known = self._prices_of.setdefault((key, quantity), {})
            self._candidates[key, terms, quantity] = self._priced(machines, step, quantity, known)
        found = self._candidates[key, terms, quantity]
        endless = [each for each in found if each.setup_min + each.run_min > self._longest_min]
        if not endless:
            return found, refusals
        too_long = tuple(
            Refusal(each.machine, each.factory, *reasons.too_long(each.setup_min + each.run_min, self._longest_min))
            for each in endless
        )
        return tuple(each for each in found if each not in endless), refusals + too_long

    def _that_count(self, terms: Terms, step: RoutingStep) -> Terms:
        """Return all that matters of some terms at a step, so that equal cases are met again."""
        customer = terms.customer if terms.customer in self._unwanted else ""
        wanted = tuple(dict.fromkeys((*terms.certificates, *step.certificates)))
        return Terms(customer, wanted, terms.excluded_factories, terms.due if wanted else None)

    def _match(
        self, key: _StepKey, item: Item, step: RoutingStep, terms: Terms
    ) -> tuple[tuple[Machine, ...], tuple[Refusal, ...]]:
        if key not in self._sought:
            listed = frozenset(other.machine for other in step.alternatives)
            able = self._able(step.process)
            others = (self._machines[code] for code in listed if code not in able and code in self._machines)
            extra = frozenset(machine.work_centre for machine in others)
            self._sought[key] = _Sought(item, step, listed, able, extra, tuple(self._kinds))
        sought = self._sought[key]
        ground = self._ground(sought, terms)
        refusals = list(ground.refusals)
        chosen: list[Machine] = []
        for code in ground.centres:
            fit = sought.fits.get(code)
            if fit is None:
                fit = sought.fits[code] = self._fit(code, sought)
            chosen += fit[0]
            refusals += fit[1]
        return tuple(chosen), tuple(refusals)

    def _fit(self, centre: str, sought: _Sought) -> _Fit:
        """Return who of an open work centre can do a step, whatever the terms."""
        members = self._of_centre[centre]
        against: dict[str, Verdict] = {}
        chosen = []
        for machine in members:
            ability = sought.able.get(machine.code)
            is_listed = machine.code in sought.listed
            verdict: Verdict | None = None
            if ability is None and not is_listed:
                verdict = reasons.process_missing(sought.step.process)
            else:
                verdict = self._out_of_reach(machine, sought.step, is_listed)
                if verdict is None and ability is not None and not is_listed:
                    verdict = sought.broken(ability.kinds)
            if verdict is None:
                chosen.append(machine)
            else:
                against[machine.code] = verdict
        return tuple(chosen), tuple(_gathered(centre, self._factory_of[centre], len(members), against))

    def _ground(self, sought: _Sought, terms: Terms) -> _Ground:
        process, extra = sought.step.process, sought.extra
        key = (process, extra, terms)
        if key not in self._grounds:
            barred = self._barred_factories(terms)
            refusals = [Refusal(code, code, *verdict) for code, verdict in barred.items()]
            centres = []
            for code, refusal in self._shut_or_open(process, extra, terms.customer).items():
                if self._factory_of[code] in barred:
                    continue
                if refusal is None:
                    centres.append(code)
                else:
                    refusals.append(refusal)
            self._grounds[key] = _Ground(tuple(refusals), tuple(centres))
        return self._grounds[key]

    def _shut_or_open(self, process: str, extra: frozenset[str], customer: str) -> Mapping[str, Refusal | None]:
        """Return every work centre with why it is shut to a process and a customer, or None if it is open."""
        key = (process, extra, customer)
        if key not in self._shut_centres:
            covering = {ability.machine.work_centre for ability in self._able(process).values()} | extra
            found: dict[str, Refusal | None] = {}
            for code, factory in self._factory_of.items():
                shut = self._shut(code, process, customer, code in covering)
                found[code] = None if shut is None else Refusal(code, factory, *shut)
            self._shut_centres[key] = found
        return self._shut_centres[key]

    def _barred_factories(self, terms: Terms) -> dict[str, Verdict]:
        """Return the factories that an order excludes, or that lack a certificate until its due date."""
        terms = Terms("", terms.certificates, terms.excluded_factories, terms.due)
        if terms not in self._barred:
            barred: dict[str, Verdict] = {}
            for factory, held in self._held.items():
                verdict = reasons.factory_excluded() if factory in terms.excluded_factories else None
                verdict = verdict or next(
                    filter(None, (_lacking(held, code, terms.due) for code in terms.certificates)), None
                )
                if verdict is not None:
                    barred[factory] = verdict
            self._barred[terms] = barred
        return self._barred[terms]

    def _shut(self, centre: str, process: str, customer: str, is_covering: bool) -> Verdict | None:
        """Return why nothing of a work centre may be used, whatever the part is."""
        if not is_covering:
            return reasons.process_missing(process)
        opening = self._openings.get(centre)
        if opening is None or opening.share <= 0:
            return reasons.not_open()
        if opening.processes and not any(process_covers(code, process) for code in opening.processes):
            return reasons.process_not_open(process)
        if customer and customer in opening.excluded_customers:
            return reasons.customer_excluded(customer)
        return None

    def _out_of_reach(self, machine: Machine, step: RoutingStep, is_listed: bool) -> Verdict | None:
        """Return why a machine cannot be used whatever the part is; no limits hold for a listed one."""
        if not machine.is_active:
            return reasons.inactive()
        if step.only_listed and not is_listed:
            return reasons.not_listed()
        hours = machine.work_centre, machine.calendar
        if hours not in self._working:
            soon = min(self._origin + SOON, self._until)
            ends = (soon, self._until)  # most machines work soon, which is quicker to see
            self._working[hours] = any(open_intervals(self.network, machine, self._origin, end) for end in ends)
        return None if self._working[hours] else reasons.no_working_time(self._horizon_days)

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

    def _priced(
        self, machines: Sequence[Machine], step: RoutingStep, quantity: Decimal, known: dict[str, Candidate]
    ) -> tuple[Candidate, ...]:
        """Return machines as candidates with the time and price of a quantity; ``known`` keeps them by machine."""
        missing = [machine for machine in machines if machine.code not in known]
        units = float(max(quantity, step.minimum_batch or quantity))
        own = {other.machine: other for other in step.alternatives} if missing else {}
        by_rates: dict[tuple[float, Decimal, Decimal], tuple[int, int, Decimal]] = {}
        for machine in missing:
            rates = self._rates[machine.code]
            other = own.get(machine.code)
            if other is not None:
                figures = _figures(step, units, rates, other)
            else:
                if rates not in by_rates:
                    by_rates[rates] = _figures(step, units, rates, None)
                figures = by_rates[rates]
            centre = machine.work_centre
            known[machine.code] = Candidate(machine.code, centre, self._factory_of[centre], *figures)
        return tuple(known[machine.code] for machine in machines)

    def _prices(self, machine: Machine) -> tuple[Decimal, Decimal]:
        """Return the price of an hour of run and of set-up: the opened one, else the owner's rates."""
        opening = self._openings.get(machine.work_centre)
        if opening is not None and opening.hourly_price is not None:
            run = opening.hourly_price
            return run, opening.setup_price if opening.setup_price is not None else run
        own = machine.setup_rate if machine.setup_rate is not None else machine.hourly_rate
        setup = opening.setup_price if opening is not None and opening.setup_price is not None else own
        return machine.hourly_rate, setup


def _lacking(held: Mapping[str, date | None], code: str, due: date | None) -> Verdict | None:
    """Return why a factory's certificates do not cover a wanted one until the due date."""
    if code not in held:
        return reasons.certificate_missing(code)
    until = held[code]
    if until is not None and due is not None and until < due:
        return reasons.certificate_expired(code, until, due)
    return None


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
