"""Checks of production documents: all findings at once, each with its place and its fix in both languages."""

from rongzhi.model.production.check_items import check_items, check_unit, find_loops
from rongzhi.model.production.check_network import check_network, check_process
from rongzhi.model.production.check_orders import check_book, check_orders, check_steps
from rongzhi.model.production.reading import findings_of, read_document, read_json

__all__ = [
    "check_book",
    "check_items",
    "check_network",
    "check_orders",
    "check_process",
    "check_steps",
    "check_unit",
    "find_loops",
    "findings_of",
    "read_document",
    "read_json",
]
