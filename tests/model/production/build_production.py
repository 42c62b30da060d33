"""A network small enough to compute by hand: a turning shop in A, a milling and assembly shop in B, two hours apart."""

from __future__ import annotations

import json
from typing import Any

from rongzhi.model.production import Network, OrderBook

ORIGIN = "2026-03-02T08:00:00+08:00"  # a Monday

NETWORK: dict[str, Any] = {
    "name": {"zh": "小园区", "en": "Small park"},
    "places": [{"code": "PA", "name": {"zh": "甲地"}}, {"code": "PB", "name": {"zh": "乙地"}}],
    "calendars": [
        {
            "code": "day",
            "shifts": [
                {"days": [1, 2, 3, 4, 5], "start": "08:00", "end": "12:00"},
                {"days": [1, 2, 3, 4, 5], "start": "13:00", "end": "17:00"},
            ],
        }
    ],
    "factories": [
        {
            "code": "FA",
            "name": {"zh": "甲厂", "en": "Alpha"},
            "place": "PA",
            "calendar": "day",
            "certificates": [{"code": "ISO9001", "valid_until": "2026-12-31"}],
        },
        {"code": "FB", "name": {"zh": "乙厂", "en": "Beta"}, "place": "PB", "calendar": "day"},
    ],
    "work_centres": [
        {"code": "A-TURN", "name": {"zh": "车削", "en": "Turning"}, "factory": "FA"},
        {"code": "B-MILL", "name": {"zh": "铣削", "en": "Milling"}, "factory": "FB"},
        {"code": "B-ASM", "name": {"zh": "装配", "en": "Assembly"}, "factory": "FB"},
    ],
    "machines": [
        {
            "code": "T1",
            "name": {"zh": "车床1"},
            "work_centre": "A-TURN",
            "capabilities": [{"process": "turning", "max_diameter_mm": 200, "tolerance_mm": 0.02}],
            "hourly_rate": "60",
            "setup_rate": "30",
        },
        {
            "code": "T2",
            "name": {"zh": "车床2"},
            "work_centre": "A-TURN",
            "capabilities": [{"process": "turning", "max_diameter_mm": 200}],
            "hourly_rate": "80",
            "speed_factor": 2,
            "changeover_matrix": "lathe",
        },
        {
            "code": "M1",
            "name": {"zh": "铣床1"},
            "work_centre": "B-MILL",
            "capabilities": [{"process": "milling", "max_length_mm": 500, "materials": ["steel"]}],
            "hourly_rate": "90",
        },
        {
            "code": "H1",
            "name": {"zh": "装配台"},
            "work_centre": "B-ASM",
            "capabilities": [{"process": "assembly"}],
            "hourly_rate": "40",
        },
    ],
    "open_capacity": [
        {"work_centre": "A-TURN"},
        {"work_centre": "B-MILL", "hourly_price": "100", "setup_price": "50"},
        {"work_centre": "B-ASM"},
    ],
    "changeovers": [
        {"matrix": "lathe", "from_family": "x", "to_family": "y", "minutes": 15},
        {"matrix": "lathe", "from_family": "y", "to_family": "x", "minutes": 25},
    ],
    "transports": [
        {"origin": "PA", "destination": "PB", "minutes": 120, "cost": "200"},
        {"origin": "PB", "destination": "PA", "minutes": 120, "cost": "200"},
    ],
}

BOOK: dict[str, Any] = {
    "items": [
        {"code": "SHAFT", "name": {"zh": "轴"}, "diameter_mm": 50, "length_mm": 300, "material": "steel"},
        {"code": "PUMP", "name": {"zh": "泵"}, "max_lot": 20},
        {"code": "BAR", "name": {"zh": "棒料"}, "unit": "m", "is_made": False, "lead_time_min": 60},
        {"code": "SEAL", "name": {"zh": "密封"}, "is_made": False, "lead_time_min": 600},
    ],
    "bom": [
        {"parent": "PUMP", "component": "SHAFT", "quantity": 2, "scrap_rate": "0.1"},
        {"parent": "PUMP", "component": "SEAL", "quantity": 1, "at_step": 20},
        {"parent": "SHAFT", "component": "BAR", "quantity": 310, "unit": "mm"},
    ],
    "routings": [
        {
            "item": "SHAFT",
            "steps": [
                {
                    "number": 10,
                    "name": {"zh": "车"},
                    "process": "turning",
                    "setup_min": 20,
                    "run_min_per_unit": 3,
                    "family": "x",
                    "transfer_batch": 10,
                },
                {"number": 20, "name": {"zh": "铣"}, "process": "milling", "run_min_per_unit": 2, "wait_min": 30},
            ],
        },
        {
            "item": "PUMP",
            "steps": [
                {"number": 10, "name": {"zh": "装"}, "process": "assembly", "run_min_per_unit": 4},
                {"number": 20, "name": {"zh": "封"}, "process": "assembly", "run_min_per_unit": 1},
            ],
        },
    ],
    "orders": [
        {
            "code": "SO1",
            "customer": "C1",
            "priority": 3,
            "lines": [{"item": "PUMP", "quantity": 18, "due": "2026-03-06T17:00:00+08:00"}],
        }
    ],
}


def _changed(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with values replaced at paths such as ``orders.0.lines.0.quantity``."""
    data = json.loads(json.dumps(base))
    for path, value in changes.items():
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        target = data
        for part in way:
            target = target[part]
        if isinstance(last, int) and last == len(target):
            target.append(value)
        else:
            target[last] = value
    return data


def network(**changes: Any) -> Network:
    """Return the network; ``network(**{"machines.0.is_active": False})`` changes one value."""
    return Network.model_validate(_changed(NETWORK, changes))


def book(**changes: Any) -> OrderBook:
    """Return the order book, changed in the same way."""
    return OrderBook.model_validate(_changed(BOOK, changes))
