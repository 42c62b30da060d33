"""The network of the sample: log machines, inferred hours, sample factories and marked assumptions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

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
from rongzhi.model.production.network import ShiftDocument
from rongzhi.model.production.processes import PROCESSES
from rongzhi.samples.levy2014.tables import Row, name_of, table

EARTH_KM = 6371.0
FAMILY_ORDERS = 5
OTHER_PARTS = "other"
MATRIX_OF_STEP = {"turn_mill": "CO-TURN-MILL", "round_grind": "CO-ROUND-GRIND"}
LISTED_STEPS = ("round_grind", "round_grind_manual", "turn_mill_screw")


def network() -> Network:
    """Return the sample park: 31 machines of the log (34 work places) in five sample factories."""
    machines, centres = _machines()
    rates = {row["group"]: row for row in table("assumptions", "rates")}
    return Network(
        name=Name(zh="样例园区（依据 Levy 2014 日志）", en="Sample park (after the Levy 2014 log)"),
        places=tuple(_place(row) for row in table("assumptions", "places")),
        calendars=_calendars(),
        factories=tuple(
            Factory(
                code=row["code"],
                name=Name(zh=row["zh"], en=row["en"]),
                place=row["place"],
                calendar=row["calendar"],
                organisation=row["code"].lower(),
            )
            for row in table("assumptions", "factories")
        ),
        work_centres=centres,
        machines=machines,
        open_capacity=tuple(_opened(centre, rates[_group_of(centre)]) for centre in centres),
        changeovers=tuple(_changeovers()),
        transports=tuple(_transports()),
    )


def family_of(part: str) -> str:
    """Return the changeover family of a part: itself if the log has at least five orders of it, else the common one."""
    return part if part in _large_parts() else OTHER_PARTS


def machines_of_step(key: str) -> tuple[str, ...]:
    """Return the machines on which the log shows a step."""
    row = next(row for row in table("data", "processes") if row["key"] == key)
    return tuple(row["machines"].split(";"))


def _large_parts() -> list[str]:
    counts = Counter(row["part"] for row in table("data", "orders"))
    return sorted(part for part, count in counts.items() if count >= FAMILY_ORDERS)


def _place(row: Row) -> Place:
    return Place(
        code=row["code"],
        name=Name(zh=row["zh"], en=row["en"]),
        region=row["region"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
    )


def _calendars() -> tuple[CalendarDocument, ...]:
    days: dict[str, dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in table("data", "calendars"):
        days[row["calendar"]][row["start"], row["end"]].append(int(row["day"]))
    return tuple(
        CalendarDocument(
            code=code,
            name=name_of("calendar", code),
            shifts=tuple(
                ShiftDocument(days=tuple(on), start=time.fromisoformat(start), end=time.fromisoformat(end))
                for (start, end), on in hours.items()
            ),
        )
        for code, hours in days.items()
    )


def _machines() -> tuple[tuple[Machine, ...], tuple[WorkCentre, ...]]:
    """Deal the machines of each group, in the order of their codes, in turn to the factories that hold the group."""
    holders: dict[str, list[str]] = defaultdict(list)
    for factory in table("assumptions", "factories"):
        for group in factory["groups"].split(";"):
            holders[group].append(factory["code"])
    rates = {row["group"]: row for row in table("assumptions", "rates")}
    dealt: Counter[str] = Counter()
    machines: list[Machine] = []
    centres: dict[str, WorkCentre] = {}
    for row in table("data", "machines"):
        group = row["group"]
        for code in _stations(row):
            factory_code = holders[group][dealt[group] % len(holders[group])]
            dealt[group] += 1
            centre = f"{factory_code}-{group.upper().replace('_', '-')}"
            centres.setdefault(centre, WorkCentre(code=centre, name=name_of("group", group), factory=factory_code))
            machines.append(_machine(row, code, centre, rates[group]))
    return tuple(machines), tuple(centres[code] for code in sorted(centres))


def _machine(row: Row, code: str, centre: str, rate: Row) -> Machine:
    processes = row["processes"].split(";")
    station = f" – {code}" if int(row["stations"]) > 1 else ""
    labels = "、".join(PROCESSES[process].name.zh for process in processes)
    return Machine(
        code=code,
        name=Name(zh=f"{code} {labels}", en=f"{row['log_name']}{station}"),
        work_centre=centre,
        calendar=row["calendar"],
        capabilities=tuple(Capability(process=process) for process in processes),
        hourly_rate=Decimal(rate["hourly_rate"]),
        setup_rate=Decimal(rate["setup_rate"]),
        changeover_matrix=next(
            (matrix for key, matrix in MATRIX_OF_STEP.items() if row["machine"] in machines_of_step(key)), ""
        ),
    )


def _stations(row: Row) -> list[str]:
    count = int(row["stations"])
    return [row["machine"]] if count == 1 else [f"{row['machine']}-{number + 1}" for number in range(count)]


def _group_of(centre: WorkCentre) -> str:
    return centre.code.removeprefix(f"{centre.factory}-").lower().replace("-", "_")


def _opened(centre: WorkCentre, rate: Row) -> OpenCapacity:
    markup = Decimal(rate["open_markup"])
    return OpenCapacity(
        work_centre=centre.code,
        hourly_price=Decimal(rate["hourly_rate"]) * markup,
        setup_price=Decimal(rate["setup_rate"]) * markup,
    )


def _changeovers() -> Iterator[Changeover]:
    families = [*_large_parts(), OTHER_PARTS]
    for row in table("data", "changeovers"):
        for before in families:
            for after in families:
                if before != after:
                    yield Changeover(
                        matrix=MATRIX_OF_STEP[row["step"]],
                        from_family=before,
                        to_family=after,
                        minutes=int(row["changeover_min"]),
                    )


def _transports() -> Iterator[Transport]:
    rule = {row["name"]: float(row["value"]) for row in table("assumptions", "transport")}
    places = table("assumptions", "places")
    for origin in places:
        for destination in places:
            if origin is not destination:
                road_km = _distance_km(origin, destination) * rule["road_factor"]
                yield Transport(
                    origin=origin["code"],
                    destination=destination["code"],
                    minutes=5 * round((rule["handling"] + road_km / rule["speed"] * 60) / 5),
                    cost=Decimal(round(rule["base_cost"] + rule["cost_per_km"] * road_km)),
                )


def _distance_km(a: Row, b: Row) -> float:
    lat_a, lat_b = radians(float(a["latitude"])), radians(float(b["latitude"]))
    half_lat, half_lon = (lat_b - lat_a) / 2, radians(float(b["longitude"]) - float(a["longitude"])) / 2
    return 2 * EARTH_KM * asin(sqrt(sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2))
