"""The synthetic park: a network and an order book that fit each other by construction."""

from __future__ import annotations

from datetime import date

from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text
from rongzhi.model.production import Network, OrderBook
from rongzhi.samples.synthetic.demand import build_orders
from rongzhi.samples.synthetic.plant import build_plant, open_plant
from rongzhi.samples.synthetic.products import build_products

DEFAULT_START = date(2026, 3, 2)


def park(  # noqa: PLR0917  (sizes read naturally in this order)
    factories: int = 6,
    machines_per_factory: int = 8,
    items: int = 40,
    orders: int = 100,
    seed: int = 0,
    start: date = DEFAULT_START,
    *,
    load: float = 0.7,
    tightness: float = 1.5,
    levels: int = 3,
    stay_share: float = 0.0,
    approved: int = 0,
) -> tuple[Network, OrderBook]:
    """Make a network and an order book.

    Every routing step has a machine that can do it: a witness, drawn first, limits sizes, tolerances and certificates.

    Parameters
    ----------
    factories, machines_per_factory, items, orders : int
        Sizes, each at least 1; ``items`` counts products, subassemblies, parts and bought items (at least 4).
    seed : int
        Same parameters and seed give the same park.
    start : date
        A Monday; releases begin here.
    load : float
        Work of the most loaded process over its capacity while orders are released, above 0; others have less.
    tightness : float
        Allowed flow time over the order's longest chain of work in calendar time; 1 leaves no slack.
    levels : int
        Levels of the bills: 1 (no components), 2 or 3.
    stay_share : float
        Share of inspection steps that must stay in the factory of the step before.
    approved : int
        Most machines approved for a step, the witness among them; 0 means every machine that can do it.

    Raises
    ------
    Conflict
        If a parameter is outside its range.
    """
    _demand(
        {
            "factories": factories >= 1,
            "machines_per_factory": machines_per_factory >= 1,
            "items": items >= 4,
            "orders": orders >= 0,
            "start": start.weekday() == 0,
            "load": load > 0,
            "tightness": tightness > 0,
            "levels": levels in (1, 2, 3),
            "stay_share": 0 <= stay_share <= 1,
            "approved": approved >= 0,
        }
    )
    plant = build_plant(factories, machines_per_factory, seed, start)
    products = build_products(plant, items, levels, seed, stay_share=stay_share, approved=approved)
    book = build_orders(plant, products, orders, seed, start, load=load, tightness=tightness)
    return open_plant(plant, products.witness_centres, seed), book


def _demand(checks: dict[str, bool]) -> None:
    for name, is_good in checks.items():
        if not is_good:
            raise Conflict(
                Text(zh=f"参数 {name} 超出范围", en=f"parameter {name} is outside its range"),
                where=name,
                fix=Text(zh="请见 park 的参数说明", en="see the parameters of park"),
            )
