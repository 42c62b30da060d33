"""What is asked for: orders and their lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import AwareDatetime, Field

from rongzhi.model.base import Document
from rongzhi.model.production.items import BomLine, Item, Routing


class OrderLine(Document):
    """So many units of an item by a due instant."""

    number: int = Field(default=1, gt=0)
    item: str
    quantity: Decimal = Field(gt=0)
    unit: str = "pcs"
    due: AwareDatetime
    earliest_start: AwareDatetime | None = None


class Order(Document):
    """A customer's order.

    ``priority`` runs from 1 (first) to 9 (last); the weight of tardiness follows from it. Preferred factories are
    a wish with a price, excluded ones a rule. ``is_single_factory`` keeps all operations in one factory.
    """

    code: str
    customer: str = ""
    lines: tuple[OrderLine, ...] = Field(min_length=1)
    priority: int = Field(default=5, ge=1, le=9)
    required_certificates: tuple[str, ...] = ()
    preferred_factories: tuple[str, ...] = ()
    excluded_factories: tuple[str, ...] = ()
    is_single_factory: bool = False
    note: str = ""


class OrderBook(Document):
    """Orders with the items, bills and routings they need."""

    origin: datetime | None = None
    items: tuple[Item, ...] = ()
    bom: tuple[BomLine, ...] = ()
    routings: tuple[Routing, ...] = ()
    orders: tuple[Order, ...] = ()
