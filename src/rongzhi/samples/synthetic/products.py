"""Items, bills and routings of the synthetic park, drawn within what a witness machine can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from rongzhi.kernel.streams import stream
from rongzhi.model.base import Name
from rongzhi.model.production import BomLine, Item, Machine, Routing, RoutingStep, StepAlternative
from rongzhi.model.production.processes import PROCESSES
from rongzhi.samples.synthetic.plant import (
    FAMILIES,
    FINISHING,
    JOINING,
    MACHINING,
    MATRIX_OF,
    SPECIAL_CERTIFICATES,
    TREATING,
    Plant,
)

KINDS = {
    "product": ("PRD", "产品", "Product"),
    "subassembly": ("SUB", "部件", "Subassembly"),
    "part": ("PRT", "零件", "Part"),
    "bought": ("BUY", "外购件", "Bought item"),
}
# Shares of the kinds among the items by number of levels; the rest is bought.
SHARES = {1: (0.9, 0.0, 0.0), 2: (0.4, 0.0, 0.45), 3: (0.25, 0.25, 0.4)}


@dataclass
class Products:
    """What can be ordered and how it is made."""

    items: dict[str, Item] = field(default_factory=dict)
    bom: dict[str, list[BomLine]] = field(default_factory=dict)
    routings: dict[str, Routing] = field(default_factory=dict)
    sellable: list[str] = field(default_factory=list)
    witnesses: dict[str, list[Machine]] = field(default_factory=dict)
    witness_centres: set[str] = field(default_factory=set)
    witness_factories: dict[str, set[str]] = field(default_factory=dict)


def build_products(
    plant: Plant, items: int, levels: int, seed: int, *, stay_share: float = 0.0, approved: int = 0
) -> Products:
    """Make the items from the bottom of the bills up, so that bills have no loop."""
    random = stream(seed, "products")
    shares = SHARES[levels]
    counts = {kind: int(share * items) for kind, share in zip(KINDS, shares, strict=False)}
    counts["product"] = max(1, counts["product"])
    counts["bought"] = max(1, items - sum(counts.values()))
    products = Products()
    made: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for kind in ("bought", "part", "subassembly", "product"):
        for number in range(1, counts[kind] + 1):
            prefix, zh, en = KINDS[kind]
            code = f"{prefix}-{number:04d}"
            made[kind].append(code)
            name = Name(zh=f"{zh} {number:04d}", en=f"{en} {number:04d}")
            if kind == "bought":
                lead = 1440 * int(random.integers(0, 6))
                products.items[code] = Item(code=code, name=name, is_made=False, lead_time_min=lead)
                continue
            below = _components(kind, made, random)
            _make(products, plant, (code, name), below, (stay_share, random))
    products.sellable = made["product"]
    if approved:
        _approve(products, plant, approved, stream(seed, "approved"))
    return products


def _approve(products: Products, plant: Plant, approved: int, random: np.random.Generator) -> None:
    """Let each step be done only by its witness and a few others drawn from the machines of its process."""
    for code, routing in products.routings.items():
        steps = []
        for step, witness in zip(routing.steps, products.witnesses[code], strict=True):
            own = step.alternatives or (StepAlternative(machine=witness.code),)
            pool = plant.machines_of[step.process]
            drawn = {_draw(pool, random).code for _ in range(approved - 1)} - {witness.code}
            others = tuple(StepAlternative(machine=machine) for machine in sorted(drawn))
            steps.append(step.model_copy(update={"alternatives": own + others, "only_listed": True}))
        products.routings[code] = routing.model_copy(update={"steps": tuple(steps)})


def _components(kind: str, made: dict[str, list[str]], random: np.random.Generator) -> list[str]:
    """A product takes subassemblies, parts and a bought item; a subassembly parts and a bought item; a part one."""
    wanted = {"product": (("subassembly", 2), ("part", 3), ("bought", 1)), "subassembly": (("part", 2), ("bought", 1))}
    chosen: list[str] = []
    for source, most in wanted.get(kind, (("bought", 1),)):
        pool = made[source]
        if pool:
            picks = random.choice(len(pool), size=min(len(pool), int(random.integers(1, most + 1))), replace=False)
            chosen.extend(pool[int(pick)] for pick in picks)
    return chosen


def _make(
    products: Products,
    plant: Plant,
    label: tuple[str, Name],
    below: list[str],
    draw: tuple[float, np.random.Generator],
) -> None:
    (code, name), random = label, draw[1]
    is_joined = any(products.items[component].is_made for component in below)
    processes = _route(plant, is_joined=is_joined, random=random)
    witnesses = [_draw(plant.machines_of[process], random) for process in processes]
    longest = min(witness.capabilities[0].max_length_mm or 0.0 for witness in witnesses)
    length = round(float(longest * random.uniform(0.2, 1.0)), 1)
    products.items[code] = Item(
        code=code,
        name=name,
        length_mm=length,
        width_mm=round(length / 2, 1),
        height_mm=round(length / 4, 1),
        mass_kg=round(length / 10, 2),
        max_lot=Decimal(100) if random.random() < 0.2 else None,
    )
    products.bom[code] = [
        BomLine(
            parent=code,
            component=component,
            quantity=Decimal(int(random.integers(1, 4))) if products.items[component].is_made else Decimal(1),
            scrap_rate=Decimal("0.02") if random.random() < 0.1 else Decimal(0),
            at_step=0 if not is_joined or random.random() < 0.5 else 10,
        )
        for component in below
    ]
    steps = [_step(plant, index, process, witnesses, draw) for index, process in enumerate(processes)]
    products.routings[code] = Routing(item=code, steps=tuple(steps))
    products.witnesses[code] = witnesses
    products.witness_centres.update(witness.work_centre for witness in witnesses)
    own = {plant.factory(witness).code for witness in witnesses}
    products.witness_factories[code] = own.union(*(products.witness_factories.get(item, set()) for item in below))


def _route(plant: Plant, *, is_joined: bool, random: np.random.Generator) -> list[str]:
    """Join, machine, perhaps treat, perhaps grind, inspect; a process the network lacks is left out."""
    known = plant.machines_of
    first = JOINING if is_joined else MACHINING[:2] + MACHINING[4:]
    route = [_pick(first, random)]
    route += [_pick(MACHINING, random) for _ in range(int(random.integers(1, 3)))]
    if random.random() < 0.4:
        route.append(_pick(TREATING, random))
        route.append(_pick(MACHINING[2:4], random))
    route.append(FINISHING[0])
    if is_joined:
        route.append(FINISHING[1])
    found = [process for process in route if process in known]
    return found or [next(iter(sorted(known)))]


def _step(
    plant: Plant, index: int, process: str, witnesses: list[Machine], draw: tuple[float, np.random.Generator]
) -> RoutingStep:
    stay_share, random = draw
    witness = witnesses[index]
    factory = plant.factory(witness)
    can = witness.capabilities[0].tolerance_mm
    special = [item.code for item in factory.certificates if item.code in SPECIAL_CERTIFICATES and not item.valid_until]
    draws = random.random(5)
    label = PROCESSES[process].name
    before = plant.factory(witnesses[index - 1]).code if index else ""
    is_own_time = draws[0] < 0.1
    setup, run = 5.0 * int(random.integers(1, 13)), round(float(random.uniform(0.5, 5.0)), 2)
    return RoutingStep(
        number=10 * (index + 1),
        name=Name(zh=label.zh, en=label.en),
        process=process,
        setup_min=setup,
        run_min_per_unit=run,
        family=_pick(FAMILIES, random) if process in MATRIX_OF else "",
        alternatives=(StepAlternative(machine=witness.code, run_min_per_unit=round(run * 0.9, 3)),)
        if is_own_time
        else (),
        transfer_batch=Decimal(10) if draws[1] < 0.15 else None,
        minimum_batch=Decimal(5) if draws[2] < 0.05 else None,
        wait_min=60 if process in TREATING else 0,
        is_subcontractable=not (process == "inspection" and before == factory.code and draws[3] < stay_share),
        tolerance_mm=can * (1, 1.5, 2)[int(random.integers(3))] if can and draws[4] < 0.6 else None,
        certificates=(_pick(special, random),) if special and random.random() < 0.1 else (),
    )


def _draw(machines: list[Machine], random: np.random.Generator) -> Machine:
    return machines[int(random.integers(len(machines)))]


def _pick(options: tuple[str, ...] | list[str], random: np.random.Generator) -> str:
    return options[int(random.integers(len(options)))]
