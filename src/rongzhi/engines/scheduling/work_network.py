"""The parts of a network a scheduling problem needs: factories, machines with calendars, changeovers, transport."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rongzhi.engines.scheduling.model import Calendar, Changeover, Factory, Machine, Transport
from rongzhi.kernel.calendars import WorkCalendar
from rongzhi.model.production import Candidate, Network
from rongzhi.model.production import Link as WorkLink
from rongzhi.model.production.calendars import calendar_of, opening_of, share_of, work_calendar

WEEK_MIN = 7 * 1440
UNREACHABLE_MIN = 5_256_000
"""Minutes put between places with no transport (ten years); candidates that would need such a way are dropped."""

_LONGEST_DAYS = 800  # exceptions later than this are past any plan


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines and the calendars they share."""

    machines: tuple[Machine, ...]
    calendars: tuple[Calendar, ...]


def machines_of(network: Network, codes: set[str], origin: datetime, horizon_days: int) -> Machines:
    """Return the machines with the time their owners open; equal calendars with equal shares are one."""
    centres = {centre.code: centre.factory for centre in network.work_centres}
    matrices = {item.matrix for item in network.changeovers}
    calendars: dict[str, Calendar] = {}
    machines = []
    for machine in network.machines:
        if machine.code not in codes:
            continue
        opening = opening_of(network, machine.work_centre)
        document = calendar_of(network, machine, opening)
        share = opening.share if opening else 1.0
        code = document.code if share >= 1 else f"{document.code}*{share:g}"
        if code not in calendars:
            calendars[code] = _calendar(code, work_calendar(document), share, origin, horizon_days)
        machines.append(
            Machine(
                machine.code,
                centres[machine.work_centre],
                calendar=code,
                changeover=machine.changeover_matrix if machine.changeover_matrix in matrices else None,
                name=machine.name.zh,
            )
        )
    return Machines(tuple(machines), tuple(calendars.values()))


def factories_of(network: Network) -> tuple[Factory, ...]:
    """Return the factories with their places."""
    return tuple(Factory(factory.code, factory.place, factory.name.zh) for factory in network.factories)


def changeovers_of(network: Network, families: set[str]) -> tuple[Changeover, ...]:
    """Return the matrices in use, square over their own families and those of the work; pairs not given take 0."""
    minutes: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for item in network.changeovers:
        minutes[item.matrix][item.from_family, item.to_family] = item.minutes
    found = []
    for matrix, pairs in minutes.items():
        names = tuple(sorted({family for pair in pairs for family in pair} | families))
        times = tuple(tuple(pairs.get((a, b), 0) if a != b else 0 for b in names) for a in names)
        found.append(Changeover(matrix, names, times))
    return tuple(found)


def _calendar(code: str, calendar: WorkCalendar, share: float, origin: datetime, horizon_days: int) -> Calendar:
    """Return working time to the horizon or past the last exception; then the last week repeats."""
    last = max(((period.end - origin).days + 9 for period in calendar.exceptions), default=0)
    days = max(horizon_days, min(last, _LONGEST_DAYS), 14)
    until = days * 1440
    intervals = share_of(calendar, share, origin, origin + timedelta(days=days))
    if not any(end > until - WEEK_MIN for _, end in intervals):
        return Calendar(code, intervals)
    return Calendar(code, intervals, cycle=WEEK_MIN, until=until)


class Reach:
    """Which places can be reached from which, and how long and dear it is."""

    def __init__(self, network: Network) -> None:
        self._places = tuple(place.code for place in network.places)
        self._ways = {(item.origin, item.destination): item for item in network.transports}
        self._place_of = {factory.code: factory.place for factory in network.factories}

    def transport(self) -> Transport:
        """Return the transport table of the scheduling problem."""
        ways = self._ways
        times = tuple(
            tuple(0 if a == b else ways[a, b].minutes if (a, b) in ways else UNREACHABLE_MIN for b in self._places)
            for a in self._places
        )
        costs = tuple(
            tuple(float(ways[a, b].cost) if a != b and (a, b) in ways else 0.0 for b in self._places)
            for a in self._places
        )
        return Transport(self._places, times, costs)

    def prune(
        self, candidates: Mapping[str, tuple[Candidate, ...]], links: Sequence[WorkLink]
    ) -> dict[str, tuple[Candidate, ...]]:
        """Drop candidates from which no candidate of a linked operation can be reached, until none is left to drop."""
        left = dict(candidates)
        used = {self._place_of[each.factory] for options in candidates.values() for each in options}
        if all(self._joins(a, b) for a in used for b in used):
            return left
        changed = True
        while changed:
            changed = False
            for link in links:
                before = {self._place_of[each.factory] for each in left[link.before]}
                after = {self._place_of[each.factory] for each in left[link.after]}
                ends = {b for b in after if any(self._joins(a, b) for a in before)}
                begins = {a for a in before if any(self._joins(a, b) for b in after)}
                if not before or not after or (ends == after and begins == before):
                    continue
                changed = True
                left[link.before] = tuple(e for e in left[link.before] if self._place_of[e.factory] in begins)
                left[link.after] = tuple(e for e in left[link.after] if self._place_of[e.factory] in ends)
        return left

    def _joins(self, a: str, b: str) -> bool:
        return a == b or (a, b) in self._ways
