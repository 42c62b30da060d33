"""Places, factories, machines, calendars, changeovers and transport of the synthetic park."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import hypot

import numpy as np

from rongzhi.kernel.streams import stream
from rongzhi.model.base import Name
from rongzhi.model.production import (
    CalendarDocument,
    Capability,
    Changeover,
    Factory,
    Machine,
    Network,
    OpenCapacity,
    Place,
    Transport,
    WorkCentre,
)
from rongzhi.model.production.network import Certificate, ExceptionDocument, ShiftDocument
from rongzhi.model.production.processes import PROCESSES

MACHINING = ("turning", "milling", "cylindrical_grinding", "surface_grinding", "wire_edm", "laser_cutting")
TREATING = ("quenching", "stress_relief", "coating")
JOINING = ("welding", "assembly")
FINISHING = ("inspection", "packing")
PALETTE = (*MACHINING, *TREATING, *JOINING, *FINISHING)
RATES = {"quenching": 110, "stress_relief": 80, "coating": 95, "inspection": 70, "packing": 45, "assembly": 60}
FAMILIES = ("F1", "F2", "F3", "F4", "F5")
MATRIX_OF = {"turning": "CO-TURNING", "milling": "CO-MILLING", "coating": "CO-COATING"}
LENGTHS_MM = (300.0, 600.0, 1200.0, 2500.0)
TOLERANCES_MM = (0.01, 0.02, 0.05, 0.1)
COMMON_CERTIFICATE = "ISO9001"
SPECIAL_CERTIFICATES = ("AS9100", "IATF16949", "ISO13485")
MOST_PLACES = 40
# name, days, hours; one of these per factory, in turn
WEEKS = (
    ((1, 2, 3, 4, 5), (("08:00", "12:00"), ("13:00", "17:00"))),
    ((1, 2, 3, 4, 5, 6), (("06:00", "14:00"), ("14:30", "22:00"))),
    ((1, 2, 3, 4, 5, 6, 7), (("00:00", "00:00"),)),
)
KM_PER_DEGREE = 111.0


@dataclass(frozen=True)
class Plant:
    """A network without its opened capacity, with the look-ups the rest of the generator needs."""

    network: Network
    machines_of: dict[str, list[Machine]]
    factory_of: dict[str, Factory]
    weekly_minutes: dict[str, float]

    def factory(self, machine: Machine) -> Factory:
        """Return the factory a machine stands in."""
        return self.factory_of[machine.work_centre]


def build_plant(factories: int, machines_per_factory: int, seed: int, start: date) -> Plant:
    """Make the network: processes are dealt so that with enough machines every process of the palette exists."""
    random = stream(seed, "plant")
    places = tuple(_places(min(factories, MOST_PLACES), random))
    members: list[Factory] = []
    centres: dict[str, WorkCentre] = {}
    machines: list[Machine] = []
    machines_of: dict[str, list[Machine]] = defaultdict(list)
    factory_of: dict[str, Factory] = {}
    for number in range(1, factories + 1):
        factory = _factory(number, places, random)
        members.append(factory)
        offered = _offered(number, machines_per_factory, random)
        for index in range(machines_per_factory):
            process = offered[index % len(offered)]
            code = f"{factory.code}-{process.upper().replace('_', '-')}"
            centre = WorkCentre(
                code=code, name=_named(PROCESSES[process].name.zh, process, number), factory=factory.code
            )
            centres.setdefault(code, centre)
            factory_of[code] = factory
            machine = _machine(factory, code, process, index, random)
            machines.append(machine)
            machines_of[process].append(machine)
    network = Network(
        name=Name(zh=f"合成园区（种子 {seed}）", en=f"Synthetic park (seed {seed})"),
        places=places,
        calendars=tuple(_calendars(factories, start)),
        factories=tuple(members),
        work_centres=tuple(centres.values()),
        machines=tuple(machines),
        changeovers=tuple(_changeovers(random)),
        transports=tuple(_transports(places)),
    )
    weekly = {factory.calendar: weekly_minutes(number) for number, factory in enumerate(members, 1)}
    return Plant(network, dict(machines_of), factory_of, weekly)


def open_plant(plant: Plant, witness_centres: set[str], seed: int) -> Network:
    """Open the work centres to the network: shares 0.4 to 1; only centres nobody depends on may stay closed."""
    random = stream(seed, "open capacity")
    rate = {machine.work_centre: machine.hourly_rate for machine in plant.network.machines}
    opened = []
    for centre in plant.network.work_centres:
        draw, markup = random.random(), Decimal(int(random.integers(110, 141))) / 100
        is_closed = draw < 0.05 and centre.code not in witness_centres
        share = 0.0 if is_closed else float(random.choice((0.4, 0.6, 0.8, 1.0, 1.0)))
        opened.append(OpenCapacity(work_centre=centre.code, share=share, hourly_price=rate[centre.code] * markup))
    return plant.network.model_copy(update={"open_capacity": tuple(opened)})


def weekly_minutes(number: int) -> float:
    """Return the working minutes of an ordinary week in factory ``number``."""
    days, hours = WEEKS[(number - 1) % len(WEEKS)]
    return float(len(days) * sum(_length(start, end) for start, end in hours))


def _length(start: str, end: str) -> int:
    begin, finish = time.fromisoformat(start), time.fromisoformat(end)
    return (finish.hour * 60 + finish.minute - begin.hour * 60 - begin.minute) % 1440 or 1440


def _named(zh: str, en: str, number: int) -> Name:
    return Name(zh=f"{zh} {number:03d}", en=f"{en.replace('_', ' ')} {number:03d}")


def _places(count: int, random: np.random.Generator) -> Iterator[Place]:
    for number in range(1, count + 1):
        yield Place(
            code=f"P{number:02d}",
            name=_named("合成地点", "Synthetic place", number),
            latitude=round(float(random.uniform(30.0, 33.0)), 3),
            longitude=round(float(random.uniform(118.0, 122.0)), 3),
        )


def _factory(number: int, places: tuple[Place, ...], random: np.random.Generator) -> Factory:
    held = [Certificate(code=COMMON_CERTIFICATE)]
    for code in SPECIAL_CERTIFICATES:
        draw = random.random()
        if draw < 0.3:
            held.append(Certificate(code=code))
        elif draw < 0.4:
            held.append(Certificate(code=code, valid_until=date(2020, 12, 31)))  # held once, not any more
    code = f"F{number:03d}"
    return Factory(
        code=code,
        name=_named("合成工厂", "Synthetic factory", number),
        place=places[(number - 1) % len(places)].code,
        calendar=f"CAL-{code}",
        organisation=f"synthetic-{number:03d}",
        certificates=tuple(held),
    )


def _offered(number: int, machines: int, random: np.random.Generator) -> list[str]:
    """Each factory starts at another point of the palette, so small networks cover most of it; the rest is drawn."""
    count = min(machines, max(3, len(PALETTE) // 2))
    first = PALETTE[((number - 1) * count) % len(PALETTE) :] + PALETTE[: ((number - 1) * count) % len(PALETTE)]
    certain = list(first[: (count + 1) // 2 if number > len(PALETTE) else count])
    others = [process for process in random.permutation(PALETTE).tolist() if process not in certain]
    return certain + others[: count - len(certain)]


def _machine(factory: Factory, centre: str, process: str, index: int, random: np.random.Generator) -> Machine:
    length = LENGTHS_MM[int(random.integers(len(LENGTHS_MM)))]
    tolerance = TOLERANCES_MM[int(random.integers(len(TOLERANCES_MM)))] if process in MACHINING else None
    rate = Decimal(RATES.get(process, 150)) * (80 + int(random.integers(0, 41))) / 100
    return Machine(
        code=f"{factory.code}-M{index + 1:03d}",
        name=_named(PROCESSES[process].name.zh, process, index + 1),
        work_centre=centre,
        calendar=f"{factory.calendar}-MAINT" if index == 0 else "",
        capabilities=(
            Capability(process=process, max_length_mm=length, max_mass_kg=length / 2, tolerance_mm=tolerance),
        ),
        hourly_rate=rate.quantize(Decimal("0.01")),
        setup_rate=(rate * Decimal("0.8")).quantize(Decimal("0.01")),
        speed_factor=round(0.8 + 0.05 * int(random.integers(0, 10)), 2),
        changeover_matrix=MATRIX_OF.get(process, ""),
    )


def _calendars(factories: int, start: date) -> Iterator[CalendarDocument]:
    """An own calendar for each factory with a holiday of three days in week 4, and one with two maintenance stops."""
    holiday = _span(start + timedelta(weeks=3), time(0), 3 * 1440, "holiday")
    for number in range(1, factories + 1):
        days, hours = WEEKS[(number - 1) % len(WEEKS)]
        shifts = tuple(
            ShiftDocument(days=days, start=time.fromisoformat(begin), end=time.fromisoformat(end))
            for begin, end in hours
        )
        code = f"CAL-F{number:03d}"
        yield CalendarDocument(
            code=code, name=_named("工厂日历", "Factory calendar", number), shifts=shifts, exceptions=(holiday,)
        )
        stops = tuple(
            _span(start + timedelta(weeks=week, days=number % 5), time(8), 480, "maintenance")
            for week in (1 + number % 4, 7 + number % 4)
        )
        yield CalendarDocument(
            code=f"{code}-MAINT",
            name=_named("含检修的工厂日历", "Factory calendar with maintenance", number),
            shifts=shifts,
            exceptions=(holiday, *stops),
        )


def _span(day: date, at: time, minutes: int, kind: str) -> ExceptionDocument:
    begin = datetime.combine(day, at)
    return ExceptionDocument.model_validate({"start": begin, "end": begin + timedelta(minutes=minutes), "kind": kind})


def _changeovers(random: np.random.Generator) -> Iterator[Changeover]:
    for matrix in MATRIX_OF.values():
        for before in FAMILIES:
            for after in FAMILIES:
                if before != after:
                    minutes = 5 * int(random.integers(1, 13))
                    yield Changeover(matrix=matrix, from_family=before, to_family=after, minutes=minutes)


def _transports(places: tuple[Place, ...]) -> Iterator[Transport]:
    """45 minutes of handling and 60 km/h on roads 1.3 times as long as the straight line; 120 CNY and 3.2 CNY/km."""
    for a in places:
        for b in places:
            if a is b:
                continue
            assert a.latitude is not None and b.latitude is not None  # noqa: PT018
            assert a.longitude is not None and b.longitude is not None  # noqa: PT018
            north, east = a.latitude - b.latitude, (a.longitude - b.longitude) * 0.85
            road_km = 1.3 * KM_PER_DEGREE * hypot(north, east)
            yield Transport(
                origin=a.code,
                destination=b.code,
                minutes=5 * round((45 + road_km) / 5),
                cost=Decimal(round(120 + 3.2 * road_km)),
            )
