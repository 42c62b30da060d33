"""Records of the park: where things stand, who makes, with what, when, at what price, and what is made."""

from rongzhi.elements.resources.models.base import Kept
from rongzhi.elements.resources.models.calendars import Calendar, CalendarException, CalendarShift
from rongzhi.elements.resources.models.imports import ColumnMapping, ImportDraft
from rongzhi.elements.resources.models.items import BomLine, Item, Routing, RoutingStep, StepAlternative
from rongzhi.elements.resources.models.network import (
    Capability,
    Changeover,
    Factory,
    FactoryCertificate,
    Machine,
    OpenCapacity,
    Park,
    Place,
    Transport,
    WorkCentre,
)

__all__ = [
    "BomLine",
    "Calendar",
    "CalendarException",
    "CalendarShift",
    "Capability",
    "Changeover",
    "ColumnMapping",
    "Factory",
    "FactoryCertificate",
    "ImportDraft",
    "Item",
    "Kept",
    "Machine",
    "OpenCapacity",
    "Park",
    "Place",
    "Routing",
    "RoutingStep",
    "StepAlternative",
    "Transport",
    "WorkCentre",
]
