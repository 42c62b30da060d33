"""A small park with two factories, for everything that stands on the resources."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from rongzhi.elements.resources.actions import load_network
from rongzhi.model.base import Name
from rongzhi.model.production import (
    BomLine,
    CalendarDocument,
    Capability,
    Changeover,
    Factory,
    Item,
    Machine,
    Network,
    OpenCapacity,
    Place,
    Routing,
    RoutingStep,
    StepAlternative,
    Transport,
    WorkCentre,
)
from rongzhi.model.production.network import Certificate, ExceptionDocument, ShiftDocument
from rongzhi.platform.access.actor import Actor


def _name(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


def small_network() -> Network:
    """Two factories in two places; A1 and A2 turn and mill at A, B1 grinds at B."""
    day = ShiftDocument(days=(1, 2, 3, 4, 5), start=time(8), end=time(17))
    night = ShiftDocument(days=(1, 2, 3, 4, 5), start=time(20), end=time(4))
    return Network(
        name=_name("试验园区", "Trial park"),
        places=(
            Place(code="east", name=_name("东区", "East"), region="华东", latitude=31.2, longitude=121.5),
            Place(code="west", name=_name("西区", "West")),
        ),
        calendars=(
            CalendarDocument(
                code="cal-a",
                name=_name("甲厂日历", "Calendar A"),
                shifts=(day,),
                exceptions=(
                    ExceptionDocument(
                        start=datetime(2026, 10, 1), end=datetime(2026, 10, 8), kind="holiday", reason="国庆"
                    ),
                    ExceptionDocument(
                        start=datetime(2026, 10, 3, 8), end=datetime(2026, 10, 3, 12), is_working=True, kind="overtime"
                    ),
                ),
            ),
            CalendarDocument(code="cal-b", shifts=(day, night)),
            CalendarDocument(code="cal-park", name=_name("园区日历", "Park calendar"), shifts=(day,)),
        ),
        factories=(
            Factory(
                code="A",
                name=_name("甲厂", "Factory A"),
                place="east",
                calendar="cal-a",
                organisation="factory-a",
                certificates=(Certificate(code="ISO9001", valid_until=date(2027, 5, 1)), Certificate(code="IATF16949")),
            ),
            Factory(
                code="B", name=_name("乙厂", "Factory B"), place="west", calendar="cal-b", organisation="factory-b"
            ),
        ),
        work_centres=(
            WorkCentre(code="A-cut", name=_name("切削", "Cutting"), factory="A"),
            WorkCentre(code="B-grind", name=_name("磨削", "Grinding"), factory="B"),
        ),
        machines=(
            Machine(
                code="A1",
                name=_name("车床一", "Lathe 1"),
                work_centre="A-cut",
                capabilities=(
                    Capability(process="turning", max_diameter_mm=300.0, tolerance_mm=0.01, materials=("45", "铝")),
                    Capability(process="drilling"),
                ),
                hourly_rate=Decimal("85.50"),
                setup_rate=Decimal(60),
                speed_factor=1.25,
                changeover_matrix="co-a",
            ),
            Machine(
                code="A2",
                name=_name("铣床二", "Mill 2"),
                work_centre="A-cut",
                calendar="cal-park",
                capabilities=(Capability(process="milling", max_length_mm=800.0),),
                hourly_rate=Decimal(120),
            ),
            Machine(
                code="B1",
                name=_name("磨床一", "Grinder 1"),
                work_centre="B-grind",
                calendar="cal-park",
                capabilities=(Capability(process="grinding"),),
                hourly_rate=Decimal(98),
            ),
        ),
        open_capacity=(
            OpenCapacity(
                work_centre="A-cut",
                share=0.5,
                hourly_price=Decimal("130.25"),
                processes=("turning",),
                excluded_customers=("customer-b",),
            ),
            OpenCapacity(
                work_centre="B-grind", calendar="cal-park", hourly_price=Decimal(150), setup_price=Decimal(40)
            ),
        ),
        changeovers=(
            Changeover(matrix="co-a", from_family="red", to_family="white", minutes=30),
            Changeover(matrix="co-a", from_family="white", to_family="red", minutes=10),
        ),
        transports=(
            Transport(origin="east", destination="west", minutes=90, cost=Decimal("200.50")),
            Transport(origin="west", destination="east", minutes=95, cost=Decimal(200)),
        ),
    )


def small_items() -> tuple[tuple[Item, ...], tuple[BomLine, ...], tuple[Routing, ...]]:
    """A shaft made of bar, and a gearbox made of two shafts."""
    items = (
        Item(
            code="bar",
            name=_name("圆钢", "Bar"),
            unit="kg",
            is_made=False,
            lead_time_min=2880,
            unit_cost=Decimal("6.2"),
        ),
        Item(code="gearbox", name=_name("齿轮箱", "Gearbox"), max_lot=Decimal(20), mass_kg=14.5),
        Item(code="shaft", name=_name("轴", "Shaft"), diameter_mm=40.0, length_mm=220.0, material="45"),
    )
    bom = (
        BomLine(parent="gearbox", component="shaft", quantity=Decimal(2)),
        BomLine(
            parent="shaft", component="bar", quantity=Decimal("2.4"), unit="kg", scrap_rate=Decimal("0.03"), at_step=10
        ),
    )
    routings = (
        Routing(
            item="gearbox",
            steps=(RoutingStep(number=10, name=_name("装配", "Assemble"), process="assembly", run_min_per_unit=12),),
        ),
        Routing(
            item="shaft",
            version="2",
            steps=(
                RoutingStep(
                    number=10,
                    name=_name("车外圆", "Turn"),
                    process="turning",
                    setup_min=20,
                    run_min_per_unit=3.5,
                    family="red",
                    transfer_batch=Decimal(5),
                    alternatives=(StepAlternative(machine="A1", run_min_per_unit=3.0), StepAlternative(machine="A2")),
                ),
                RoutingStep(
                    number=20,
                    name=_name("磨外圆", "Grind"),
                    process="grinding",
                    run_min_per_unit=2,
                    after=(10,),
                    wait_min=30,
                    max_wait_min=2880,
                    tolerance_mm=0.005,
                    is_subcontractable=True,
                    may_span_breaks=False,
                    certificates=("ISO9001",),
                ),
            ),
        ),
    )
    return items, bom, routings


@pytest.fixture
def park(operator: Actor, factory_actor: Actor, other_factory: Actor) -> Network:
    """The small park, loaded by the operator."""
    load_network(operator, small_network(), *small_items())
    return small_network()
