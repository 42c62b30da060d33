"""The network that makes: places, factories, work centres, machines, what they can do, when, and at what price."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from pydantic import Field

from rongzhi.model.base import Document, Name

Code = str


class Place(Document):
    """Where something stands; WGS 84 degrees when known."""

    code: Code
    name: Name
    region: str = ""
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)


class ShiftDocument(Document):
    """The same hours on weekdays (1 Monday ... 7 Sunday), local time; an end not after its start is the next day."""

    days: tuple[int, ...]
    start: time
    end: time


class ExceptionDocument(Document):
    """A holiday, a maintenance stop or overtime, local wall time of the calendar's zone."""

    start: datetime
    end: datetime
    is_working: bool = False
    kind: Literal["holiday", "maintenance", "overtime", "other"] = "holiday"
    reason: str = ""


class CalendarDocument(Document):
    """When something works: the ordinary week and its exceptions."""

    code: Code
    name: Name | None = None
    timezone: str = "Asia/Shanghai"
    shifts: tuple[ShiftDocument, ...] = ()
    exceptions: tuple[ExceptionDocument, ...] = ()


class Certificate(Document):
    """A quality or process certificate and the last day it holds."""

    code: Code
    valid_until: date | None = None


class Factory(Document):
    """A member that makes; ``organisation`` is the platform's code of its owner."""

    code: Code
    name: Name
    place: Code
    calendar: Code
    organisation: str = ""
    certificates: tuple[Certificate, ...] = ()


class WorkCentre(Document):
    """A group of machines planned and priced together."""

    code: Code
    name: Name
    factory: Code


class Capability(Document):
    """What a machine can do: a process, its largest part and closest tolerance; None means no limit is known."""

    process: str
    max_length_mm: float | None = Field(default=None, gt=0)
    max_width_mm: float | None = Field(default=None, gt=0)
    max_height_mm: float | None = Field(default=None, gt=0)
    max_diameter_mm: float | None = Field(default=None, gt=0)
    max_mass_kg: float | None = Field(default=None, gt=0)
    tolerance_mm: float | None = Field(default=None, gt=0)
    materials: tuple[str, ...] = ()


class Machine(Document):
    """One machine or manual work place.

    ``speed_factor`` divides the standard run time (1.25: a quarter faster). An empty ``calendar`` means the factory's.
    Rates are the owner's own cost per hour in the network's currency.
    """

    code: Code
    name: Name
    work_centre: Code
    calendar: Code = ""
    capabilities: tuple[Capability, ...] = ()
    hourly_rate: Decimal = Field(default=Decimal(0), ge=0)
    setup_rate: Decimal | None = Field(default=None, ge=0)
    speed_factor: float = Field(default=1.0, gt=0)
    changeover_matrix: Code = ""
    is_active: bool = True


class OpenCapacity(Document):
    """What a factory opens to the network at a work centre: the share of each shift, or an own calendar, and the price.

    A ``share`` below 1 opens the last part of every working interval; ``calendar`` (if set) replaces the machine's
    calendar for work of the network. ``excluded_customers`` never get a place here.
    """

    work_centre: Code
    share: float = Field(default=1.0, ge=0, le=1)
    calendar: Code = ""
    hourly_price: Decimal | None = Field(default=None, ge=0)
    setup_price: Decimal | None = Field(default=None, ge=0)
    processes: tuple[str, ...] = ()
    excluded_customers: tuple[str, ...] = ()


class Changeover(Document):
    """Minutes to change a machine from one family to another; the matrix is named by machines that use it."""

    matrix: Code
    from_family: str
    to_family: str
    minutes: int = Field(ge=0)


class Transport(Document):
    """Door-to-door time and cost of one shipment between two places; missing pairs cannot be travelled."""

    origin: Code
    destination: Code
    minutes: int = Field(ge=0)
    cost: Decimal = Field(default=Decimal(0), ge=0)


class Network(Document):
    """Everything that makes, as one document. Codes are unique within their list."""

    name: Name
    currency: str = "CNY"
    places: tuple[Place, ...] = ()
    calendars: tuple[CalendarDocument, ...] = ()
    factories: tuple[Factory, ...] = ()
    work_centres: tuple[WorkCentre, ...] = ()
    machines: tuple[Machine, ...] = ()
    open_capacity: tuple[OpenCapacity, ...] = ()
    changeovers: tuple[Changeover, ...] = ()
    transports: tuple[Transport, ...] = ()
