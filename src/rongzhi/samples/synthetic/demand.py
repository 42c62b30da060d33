"""Orders of the synthetic park: releases over the time that gives the wanted load, due dates by tightness."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from rongzhi.kernel.streams import stream
from rongzhi.model.production import Order, OrderBook, OrderLine
from rongzhi.samples.synthetic.plant import COMMON_CERTIFICATE, Plant
from rongzhi.samples.synthetic.products import Products

WEEK_MIN = 7 * 1440
MOVE_MIN = 180  # allowance for one move between steps
QUANTITIES = (2, 5, 5, 10, 10, 20, 20, 50)
SPREAD = (0.8, 1.0, 1.2)
CUSTOMERS = 12
ZONE = ZoneInfo("Asia/Shanghai")


def build_orders(
    plant: Plant, products: Products, orders: int, seed: int, start: date, *, load: float, tightness: float
) -> OrderBook:
    """Make the orders; each asks for one product."""
    random = stream(seed, "orders")
    origin = datetime.combine(start, time(0), ZONE)
    wanted = [
        (products.sellable[int(random.integers(len(products.sellable)))], QUANTITIES[int(random.integers(8))])
        for _ in range(orders)
    ]
    horizon = _release_minutes(plant, products, wanted, load)
    stretch = _stretch(plant)
    releases = sorted(int(moment) for moment in random.uniform(0, horizon, size=orders))
    made = []
    for index, ((item, quantity), release) in enumerate(zip(wanted, releases, strict=True)):
        release_min = 60 * (release // 60)
        flow = tightness * SPREAD[index % len(SPREAD)] * chain_minutes(products, item, quantity, stretch)
        others = [f.code for f in plant.network.factories if f.code not in products.witness_factories[item]]
        draws = random.random(4)
        customer = int(random.integers(CUSTOMERS)) + 1
        made.append(
            Order(
                code=f"SO-{index + 1:05d}",
                customer=f"样例客户 {customer} / Sample customer {customer}",
                lines=(
                    OrderLine(
                        item=item,
                        quantity=Decimal(quantity),
                        earliest_start=origin + timedelta(minutes=release_min),
                        due=origin + timedelta(minutes=release_min + 60 * (int(flow) // 60 + 1)),
                    ),
                ),
                priority=(1, 3, 5, 5, 5, 7, 9)[int(random.integers(7))],
                required_certificates=(COMMON_CERTIFICATE,) if draws[0] < 0.2 else (),
                preferred_factories=tuple(sorted(products.witness_factories[item]))[:1] if draws[1] < 0.1 else (),
                excluded_factories=(others[int(draws[3] * len(others))],) if others and draws[2] < 0.1 else (),
            )
        )
    return OrderBook(
        origin=origin,
        items=tuple(products.items.values()),
        bom=tuple(line for lines in products.bom.values() for line in lines),
        routings=tuple(products.routings.values()),
        orders=tuple(made),
    )


def work_minutes(products: Products, item: str, quantity: float) -> Counter[str]:
    """Return the minutes of work per process to make so many units, components included."""
    total: Counter[str] = Counter()
    routing = products.routings.get(item)
    if routing is not None:
        for step in routing.steps:
            total[step.process] += round(step.setup_min + quantity * step.run_min_per_unit)
    for line in products.bom.get(item, ()):
        total += work_minutes(products, line.component, quantity * float(line.quantity / (1 - line.scrap_rate)))
    return total


def chain_minutes(products: Products, item: str, quantity: float, stretch: float) -> float:
    """Return the longest chain of lead times, work in calendar time and moves that ends with the item."""
    bought = products.items[item].lead_time_min
    below = max(
        (
            chain_minutes(products, line.component, quantity * float(line.quantity), stretch)
            for line in products.bom.get(item, ())
        ),
        default=0.0,
    )
    routing = products.routings.get(item)
    steps = routing.steps if routing is not None else ()
    own = sum(
        (step.setup_min + quantity * step.run_min_per_unit) * stretch + step.wait_min + MOVE_MIN for step in steps
    )
    return bought + below + own


def _release_minutes(plant: Plant, products: Products, wanted: list[tuple[str, int]], load: float) -> float:
    """The time in which the most loaded process would be busy for the wanted share of its capacity."""
    work: Counter[str] = Counter()
    for item, count in Counter(wanted).items():
        for process, minutes in work_minutes(products, item[0], item[1]).items():
            work[process] += minutes * count
    weeks = 0.0
    for process, minutes in work.items():
        capacity = sum(
            plant.weekly_minutes[plant.factory(machine).calendar] * machine.speed_factor
            for machine in plant.machines_of[process]
        )
        weeks = max(weeks, minutes / capacity / load)
    return weeks * WEEK_MIN


def _stretch(plant: Plant) -> float:
    """Calendar minutes per working minute, mean of the machines."""
    machines = plant.network.machines
    return sum(WEEK_MIN / plant.weekly_minutes[plant.factory(machine).calendar] for machine in machines) / len(machines)
