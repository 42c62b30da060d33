"""A small park: two factories, a lathe each, one grinder; a shaft both can turn and only one can grind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from rongzhi.business.sharing.actions.orders import create_order
from rongzhi.business.sharing.models import Order, Plan
from rongzhi.model.base import Name
from rongzhi.model.production import (
    CalendarDocument,
    Capability,
    Factory,
    Item,
    Machine,
    Network,
    OpenCapacity,
    Place,
    Routing,
    RoutingStep,
    Transport,
    WorkCentre,
)
from rongzhi.model.production.network import ShiftDocument
from rongzhi.platform.access.actor import Actor

SHORT = 0.05


def network() -> Network:
    days = ShiftDocument(days=(1, 2, 3, 4, 5, 6, 7), start="00:00", end="00:00")
    centres = {"FA": ("FA-T",), "FB": ("FB-T", "FB-G")}
    machines = {
        "LATHE-A": ("FA-T", "turning", 100),
        "LATHE-B": ("FB-T", "turning", 130),
        "GRIND-B": ("FB-G", "grinding", 90),
    }
    return Network(
        name=Name(zh="小园区", en="Small park"),
        places=(
            Place(code="P1", name=Name(zh="甲地", en="Place one"), latitude=31.3, longitude=120.6),
            Place(code="P2", name=Name(zh="乙地", en="Place two"), latitude=31.5, longitude=120.3),
        ),
        calendars=(CalendarDocument(code="ALWAYS", name=Name(zh="全天", en="All day"), shifts=(days,)),),
        factories=(
            Factory(code="FA", name=Name(zh="甲厂"), place="P1", calendar="ALWAYS", organisation="factory-a"),
            Factory(code="FB", name=Name(zh="乙厂"), place="P2", calendar="ALWAYS", organisation="factory-b"),
        ),
        work_centres=tuple(
            WorkCentre(code=code, name=Name(zh=code, en=code), factory=factory)
            for factory, codes in centres.items()
            for code in codes
        ),
        machines=tuple(
            Machine(code=code, name=Name(zh=code, en=code), work_centre=centre, hourly_rate=Decimal(rate),
                    capabilities=(Capability(process=process),))
            for code, (centre, process, rate) in machines.items()
        ),
        open_capacity=tuple(OpenCapacity(work_centre=code) for codes in centres.values() for code in codes),
        transports=(
            Transport(origin="P1", destination="P2", minutes=60, cost=Decimal(200)),
            Transport(origin="P2", destination="P1", minutes=60, cost=Decimal(200)),
        ),
    )  # fmt: skip


def items() -> tuple[tuple[Item, ...], tuple[Routing, ...]]:
    def step(number: int, process: str, run: float) -> RoutingStep:
        name = Name(zh=f"工序{number}", en=f"Step {number}")
        return RoutingStep(number=number, name=name, process=process, setup_min=30, run_min_per_unit=run)

    made = (
        Item(code="SHAFT", name=Name(zh="轴", en="Shaft")),
        Item(code="FRAME", name=Name(zh="机架", en="Frame")),
    )
    routings = (
        Routing(item="SHAFT", steps=(step(10, "turning", 2), step(20, "grinding", 1))),
        Routing(item="FRAME", steps=(step(10, "welding", 5),)),
    )
    return made, routings


@pytest.fixture
def small_park(operator: Actor, factory_actor: Actor, other_factory: Actor) -> Actor:
    """Load the small park and give its operator."""
    from rongzhi.elements.resources.actions import load_network

    made, routings = items()
    load_network(operator, network(), made, (), routings)
    return operator


@pytest.fixture
def wish() -> Callable[..., dict[str, Any]]:
    """Give the data of an order."""

    def make(
        code: str = "", *, days: float = 5, quantity: Any = 10, item: str = "SHAFT", **head: Any
    ) -> dict[str, Any]:
        due = (timezone.now() + timedelta(days=days)).isoformat()
        line = {"number": 1, "item": item, "quantity": quantity, "unit": "pcs", "due": due}
        return {"code": code, "lines": [line], **head}

    return make


@pytest.fixture
def orders(small_park: Actor, customer: Actor, other_customer: Actor, wish) -> list[Order]:
    """Three orders of two customers."""
    return [
        create_order(customer, wish("C-1")),
        create_order(customer, wish("C-2", days=3, quantity=20)),
        create_order(other_customer, wish("D-1", days=4)),
    ]


@pytest.fixture
def plan_now(small_park: Actor) -> Callable[..., Plan]:
    """Run a short planning job to its end and give its draft."""
    from rongzhi.business.sharing.jobs import plan_job
    from rongzhi.business.sharing.weights import DEFAULTS

    class Context:
        actor = small_park
        job = None

        def report(self, *_: Any) -> None: ...

        def should_stop(self) -> bool:
            return False

    def run(**params: Any) -> Plan:
        from rongzhi.platform.jobs.models import Job

        context = Context()
        context.job = Job.objects.create(
            organisation=small_park.organisation, kind="sharing.plan", title_zh="排产", title_en="Plan"
        )
        done = plan_job(context, **{"weights": DEFAULTS, "time_limit_s": SHORT, **params})
        return Plan.objects.get(code=done["plan"])

    return run


@pytest.fixture
def published(orders: list[Order], plan_now: Callable[..., Plan], small_park: Actor) -> Plan:
    """A published plan of the three orders."""
    from rongzhi.business.sharing.actions.publishing import publish_plan

    return publish_plan(small_park, plan_now())
