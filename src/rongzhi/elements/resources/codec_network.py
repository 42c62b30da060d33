"""Between records and documents: places, calendars, factories, machines, sharing terms, changeovers, transport."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.refs import Refs
from rongzhi.kernel.calendars import zone_of
from rongzhi.model.base import Name
from rongzhi.model.production import network

LIMITS = ("max_length_mm", "max_width_mm", "max_height_mm", "max_diameter_mm", "max_mass_kg", "tolerance_mm")


def name_of(record: Any) -> Name:
    """Return the name of a record as documents write it."""
    return Name.model_construct(zh=record.name_zh, en=record.name_en)


def name_values(name: Name) -> dict[str, str]:
    """Return the fields of a name."""
    return {"name_zh": name.zh, "name_en": name.en}


def read_place(record: records.Place) -> network.Place:
    """Return a place as document."""
    return network.Place(
        code=record.code,
        name=name_of(record),
        region=record.region,
        latitude=record.latitude,
        longitude=record.longitude,
    )


def place_values(document: network.Place, _: Refs) -> dict[str, Any]:
    """Return the fields of a place."""
    return {
        "code": document.code,
        **name_values(document.name),
        "region": document.region,
        "latitude": document.latitude,
        "longitude": document.longitude,
    }


def read_calendar(record: records.Calendar) -> network.CalendarDocument:
    """Return a calendar as document; exceptions in the local wall time of its zone."""
    zone = zone_of(record.timezone)

    def local(moment: datetime) -> datetime:
        return moment.astimezone(zone).replace(tzinfo=None)

    return network.CalendarDocument(
        code=record.code,
        name=name_of(record) if record.name_zh else None,
        timezone=record.timezone,
        shifts=tuple(
            network.ShiftDocument(days=tuple(shift.days), start=shift.start, end=shift.end)
            for shift in record.shifts.all()
        ),
        exceptions=tuple(
            network.ExceptionDocument(
                start=local(item.start),
                end=local(item.end),
                is_working=item.is_working,
                kind=item.kind,
                reason=item.reason,
            )
            for item in record.exceptions.all()
        ),
    )


def calendar_values(document: network.CalendarDocument, _: Refs) -> dict[str, Any]:
    """Return the fields of a calendar's head."""
    name = name_values(document.name) if document.name else {"name_zh": "", "name_en": ""}
    return {"code": document.code, **name, "timezone": document.timezone}


def write_calendar_children(document: network.CalendarDocument, record: records.Calendar, _: Refs) -> None:
    """Replace a calendar's shifts and exceptions."""
    zone = zone_of(document.timezone)

    def instant(moment: datetime) -> datetime:
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)

    record.shifts.all().delete()
    record.exceptions.all().delete()
    records.CalendarShift.objects.bulk_create(
        records.CalendarShift(
            calendar=record, position=position, days=list(shift.days), start=shift.start, end=shift.end
        )
        for position, shift in enumerate(document.shifts)
    )
    records.CalendarException.objects.bulk_create(
        records.CalendarException(
            calendar=record,
            position=position,
            start=instant(item.start),
            end=instant(item.end),
            is_working=item.is_working,
            kind=item.kind,
            reason=item.reason,
        )
        for position, item in enumerate(document.exceptions)
    )


def read_factory(record: records.Factory) -> network.Factory:
    """Return a factory as document."""
    return network.Factory(
        code=record.code,
        name=name_of(record),
        place=record.place.code,
        calendar=record.calendar.code,
        organisation=record.organisation.code,
        certificates=tuple(
            network.Certificate(code=item.code, valid_until=item.valid_until) for item in record.certificates.all()
        ),
    )


def factory_values(document: network.Factory, refs: Refs) -> dict[str, Any]:
    """Return the fields of a factory; its organisation is decided by the action."""
    return {
        "code": document.code,
        **name_values(document.name),
        "place_id": refs.pk(records.Place, document.place, "place"),
        "calendar_id": refs.pk(records.Calendar, document.calendar, "calendar"),
    }


def write_certificates(document: network.Factory, record: records.Factory, _: Refs) -> None:
    """Replace a factory's certificates."""
    record.certificates.all().delete()
    records.FactoryCertificate.objects.bulk_create(
        records.FactoryCertificate(factory=record, position=position, code=item.code, valid_until=item.valid_until)
        for position, item in enumerate(document.certificates)
    )


def read_work_centre(record: records.WorkCentre) -> network.WorkCentre:
    """Return a work centre as document."""
    return network.WorkCentre(code=record.code, name=name_of(record), factory=record.factory.code)


def work_centre_values(document: network.WorkCentre, refs: Refs) -> dict[str, Any]:
    """Return the fields of a work centre."""
    factory = refs.pk(records.Factory, document.factory, "factory")
    return {"code": document.code, **name_values(document.name), "factory_id": factory}


def read_machine(record: records.Machine) -> network.Machine:
    """Return a machine as document."""
    return network.Machine(
        code=record.code,
        name=name_of(record),
        work_centre=record.work_centre.code,
        calendar=record.calendar.code if record.calendar else "",
        capabilities=tuple(
            network.Capability(
                process=item.process,
                materials=tuple(item.materials),
                **{limit: getattr(item, limit) for limit in LIMITS},
            )
            for item in record.capabilities.all()
        ),
        hourly_rate=record.hourly_rate,
        setup_rate=record.setup_rate,
        speed_factor=record.speed_factor,
        changeover_matrix=record.changeover_matrix,
        is_active=record.is_active,
    )


def machine_values(document: network.Machine, refs: Refs) -> dict[str, Any]:
    """Return the fields of a machine."""
    return {
        "code": document.code,
        **name_values(document.name),
        "work_centre_id": refs.pk(records.WorkCentre, document.work_centre, "work_centre"),
        "calendar_id": refs.maybe(records.Calendar, document.calendar, "calendar"),
        "hourly_rate": document.hourly_rate,
        "setup_rate": document.setup_rate,
        "speed_factor": document.speed_factor,
        "changeover_matrix": document.changeover_matrix,
        "is_active": document.is_active,
    }


def write_capabilities(document: network.Machine, record: records.Machine, _: Refs) -> None:
    """Replace a machine's capabilities."""
    record.capabilities.all().delete()
    records.Capability.objects.bulk_create(
        records.Capability(
            machine=record,
            position=position,
            process=item.process,
            materials=list(item.materials),
            **{limit: getattr(item, limit) for limit in LIMITS},
        )
        for position, item in enumerate(document.capabilities)
    )


def read_opening(record: records.OpenCapacity) -> network.OpenCapacity:
    """Return what is opened at a work centre as document."""
    return network.OpenCapacity(
        work_centre=record.work_centre.code,
        share=record.share,
        calendar=record.calendar.code if record.calendar else "",
        hourly_price=record.hourly_price,
        setup_price=record.setup_price,
        processes=tuple(record.processes),
        excluded_customers=tuple(record.excluded_customers),
    )


def opening_values(document: network.OpenCapacity, refs: Refs) -> dict[str, Any]:
    """Return the fields of what is opened at a work centre."""
    return {
        "work_centre_id": refs.pk(records.WorkCentre, document.work_centre, "work_centre"),
        "share": document.share,
        "calendar_id": refs.maybe(records.Calendar, document.calendar, "calendar"),
        "hourly_price": document.hourly_price,
        "setup_price": document.setup_price,
        "processes": list(document.processes),
        "excluded_customers": list(document.excluded_customers),
    }


def read_changeover(record: records.Changeover) -> network.Changeover:
    """Return a changeover as document."""
    return network.Changeover(
        matrix=record.matrix, from_family=record.from_family, to_family=record.to_family, minutes=record.minutes
    )


def changeover_values(document: network.Changeover, _: Refs) -> dict[str, Any]:
    """Return the fields of a changeover."""
    return document.model_dump()


def read_transport(record: records.Transport) -> network.Transport:
    """Return a transport as document."""
    return network.Transport(
        origin=record.origin.code, destination=record.destination.code, minutes=record.minutes, cost=record.cost
    )


def transport_values(document: network.Transport, refs: Refs) -> dict[str, Any]:
    """Return the fields of a transport."""
    return {
        "origin_id": refs.pk(records.Place, document.origin, "origin"),
        "destination_id": refs.pk(records.Place, document.destination, "destination"),
        "minutes": document.minutes,
        "cost": document.cost,
    }
