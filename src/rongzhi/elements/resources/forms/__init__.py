"""Forms of the park's records: plain fields, rows of fields, and from both a document."""

from rongzhi.elements.resources.forms.base import DocumentForm
from rongzhi.elements.resources.forms.items import BomForm, ItemForm, RoutingForm
from rongzhi.elements.resources.forms.network import (
    CalendarForm,
    ChangeoverForm,
    FactoryForm,
    MachineForm,
    OpenCapacityForm,
    PlaceForm,
    TransportForm,
    WorkCentreForm,
)

FORMS: dict[str, type[DocumentForm]] = {
    "places": PlaceForm,
    "calendars": CalendarForm,
    "factories": FactoryForm,
    "work_centres": WorkCentreForm,
    "machines": MachineForm,
    "open_capacity": OpenCapacityForm,
    "changeovers": ChangeoverForm,
    "transports": TransportForm,
    "items": ItemForm,
    "bom": BomForm,
    "routings": RoutingForm,
}

__all__ = ["FORMS", "DocumentForm"]
