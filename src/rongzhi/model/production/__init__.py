"""Production documents: the network that makes, the items it makes, the orders it gets, the work they become."""

from rongzhi.model.production.items import BomLine, Item, Routing, RoutingStep, StepAlternative
from rongzhi.model.production.network import (
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
from rongzhi.model.production.orders import Order, OrderBook, OrderLine
from rongzhi.model.production.processes import PROCESSES, Process, process, process_covers
from rongzhi.model.production.work import Candidate, Link, Lot, Operation, Refusal, Work

__all__ = [
    "PROCESSES",
    "BomLine",
    "CalendarDocument",
    "Candidate",
    "Capability",
    "Changeover",
    "Factory",
    "Item",
    "Link",
    "Lot",
    "Machine",
    "Network",
    "OpenCapacity",
    "Operation",
    "Order",
    "OrderBook",
    "OrderLine",
    "Place",
    "Process",
    "Refusal",
    "Routing",
    "RoutingStep",
    "StepAlternative",
    "Transport",
    "Work",
    "WorkCentre",
    "process",
    "process_covers",
]
