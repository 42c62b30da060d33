"""The verbs on the park's records: who may, what is written, what is told, what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.actions import (
    create_record,
    deactivate_record,
    import_documents,
    load_network,
    restore_record,
    update_record,
)
from rongzhi.elements.resources.kinds import KINDS
from rongzhi.elements.resources.queries import (
    counts,
    directory,
    documents,
    items_documents,
    network_document,
    open_minutes,
)
from rongzhi.elements.resources.uses import Use, register_use, unregister_use
from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected
from rongzhi.kernel.text import Text
from rongzhi.model.base import Name
from rongzhi.model.production import BomLine, CalendarDocument, Factory, Item, Machine, OpenCapacity, Place, Transport
from rongzhi.platform.access.actor import PUBLIC, Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.events.models import Event
from rongzhi.samples.synthetic import park as synthetic_park
from tests.elements.conftest import small_items, small_network

pytestmark = pytest.mark.django_db


def everything() -> str:
    """The whole state as one comparable text."""
    return network_document().model_dump_json() + str(items_documents()) + str(Event.objects.count())


def machine(code: str = "A3", **changes: object) -> Machine:
    return Machine(**{"code": code, "name": Name(zh="新机床"), "work_centre": "A-cut", **changes})  # type: ignore[arg-type]


def test_what_is_loaded_is_read_back_equal(park) -> None:
    assert network_document() == small_network()
    assert items_documents() == small_items()


def test_loading_twice_changes_nothing(park, operator: Actor) -> None:
    before = Event.objects.count()
    result = load_network(operator, small_network(), *small_items())
    assert result.count("unchanged") == len(result.changes) == 25
    assert Event.objects.count() == before


def test_calendars_belong_to_their_only_user(park) -> None:
    owners = dict(records.Calendar.objects.values_list("code", "organisation__code"))
    assert owners == {"cal-a": "factory-a", "cal-b": "factory-b", "cal-park": None}
    assert {row.organisation.code for row in records.Changeover.objects.all()} == {"factory-a"}


def test_factory_adds_a_machine(park, factory_actor: Actor) -> None:
    made = create_record(factory_actor, "machines", machine(hourly_rate=Decimal("70.5")))
    assert (made.code, made.version, made.changed_by) == ("A3", 1, factory_actor.name)
    event = Event.objects.first()
    assert (event.type, event.subject, event.organisation) == (
        "machine.created",
        "machine/A3",
        factory_actor.organisation,
    )


def test_creating_is_safe_to_repeat(park, factory_actor: Actor) -> None:
    first = create_record(factory_actor, "machines", machine(), idempotency_key="k1")
    again = create_record(factory_actor, "machines", machine(), idempotency_key="k1")
    assert first.pk == again.pk
    assert records.Machine.objects.filter(code="A3").count() == 1
    with pytest.raises(Rejected) as caught:
        create_record(factory_actor, "machines", machine())
    assert [(item.code, item.where) for item in caught.value.findings] == [("duplicate", "code")]


def test_update_counts_versions_and_tells_what_changed(park, factory_actor: Actor) -> None:
    old = documents("machines", factory_actor)[0]
    changed = update_record(
        factory_actor, "machines", "A1", old.model_copy(update={"hourly_rate": Decimal(90)}), version=1
    )
    assert changed.version == 2
    assert Event.objects.first().data == {"changes": {"hourly_rate": ["85.5000", "90"]}}
    assert documents("machines", factory_actor)[0].capabilities == old.capabilities


def test_second_of_two_edits_is_refused_with_who_was_first(park, factory_actor: Actor, operator: Actor) -> None:
    old = documents("machines", factory_actor)[0]
    update_record(factory_actor, "machines", "A1", old.model_copy(update={"speed_factor": 2.0}), version=1)
    before = everything()
    with pytest.raises(Conflict) as caught:
        update_record(operator, "machines", "A1", old.model_copy(update={"speed_factor": 3.0}), version=1)
    assert factory_actor.name in caught.value.message.zh
    assert factory_actor.name in caught.value.message.en
    assert everything() == before


def test_saving_without_change_is_no_event(park, factory_actor: Actor) -> None:
    before = everything()
    assert update_record(factory_actor, "machines", "A1", documents("machines", factory_actor)[0]).version == 1
    assert everything() == before


def test_code_cannot_change(park, factory_actor: Actor) -> None:
    with pytest.raises(Rejected) as caught:
        update_record(factory_actor, "machines", "A1", machine("A9"))
    assert caught.value.findings[0].code == "code-is-fixed"


@pytest.mark.parametrize(
    ("table", "document", "place", "code"),
    [
        ("machines", machine(work_centre="B-grind"), "work_centre", "unknown-work-centre"),
        ("machines", machine(calendar="cal-b"), "calendar", "unknown-calendar"),
        ("machines", machine("B1"), "code", "code-taken"),
        ("machines", machine("a/b"), "code", "bad-code"),
        ("machines", machine("x" * 61), "code", "does-not-fit"),
        ("machines", machine(hourly_rate=Decimal("12345678901234")), "hourly_rate", "does-not-fit"),
        ("machines", machine(capabilities=({"process": "magic"},)), "capabilities[0].process", "unknown-process"),
        ("calendars", CalendarDocument(code="empty"), "", "no-working-time"),
        ("open_capacity", OpenCapacity(work_centre="B-grind"), "work_centre", "unknown-work-centre"),
    ],
)
def test_bad_input_names_its_field(park, factory_actor: Actor, table, document, place, code) -> None:
    before = everything()
    with pytest.raises(Rejected) as caught:
        create_record(factory_actor, table, document)
    assert (code, place) in [(item.code, item.where) for item in caught.value.findings]
    assert everything() == before


def test_loop_in_a_bill_is_refused(park, operator: Actor) -> None:
    with pytest.raises(Rejected) as caught:
        create_record(operator, "bom", BomLine(parent="shaft", component="gearbox", quantity=Decimal(1)))
    assert "bill-loop" in {item.code for item in caught.value.findings}
    assert records.BomLine.objects.count() == 2


def test_item_may_come_before_its_routing(park, customer: Actor) -> None:
    made = create_record(customer, "items", Item(code="own", name=Name(zh="自有件")))
    assert made.organisation == customer.organisation


@pytest.mark.parametrize(
    ("who", "table", "document"),
    [
        ("customer", "machines", machine()),
        ("provider", "machines", machine()),
        ("evaluator", "items", Item(code="new", name=Name(zh="新"))),
        ("factory_actor", "factories", Factory(code="C", name=Name(zh="丙"), place="east", calendar="cal-a")),
        ("factory_actor", "places", Place(code="north", name=Name(zh="北"))),
        ("factory_actor", "transports", Transport(origin="east", destination="east", minutes=1)),
    ],
)
def test_creating_is_denied(park, request, who, table, document) -> None:
    actor = request.getfixturevalue(who)
    before = everything()
    with pytest.raises(Denied):
        create_record(actor, table, document)
    assert everything() == before


def test_public_and_narrow_tokens_are_denied(park, factory_actor: Actor) -> None:
    reader = Actor(factory_actor.person, factory_actor.organisation, factory_actor.roles, frozenset({"read"}))
    before = everything()
    for actor in (PUBLIC, reader):
        with pytest.raises(Denied):
            create_record(actor, "machines", machine())
    assert everything() == before


def test_another_factorys_machine_does_not_exist(park, other_factory: Actor) -> None:
    before = everything()
    document = network_document().machines[0]
    for act in (
        lambda: update_record(other_factory, "machines", "A1", document),
        lambda: deactivate_record(other_factory, "machines", "A1"),
        lambda: restore_record(other_factory, "machines", "A1"),
    ):
        with pytest.raises(NotFound):
            act()
    assert everything() == before


def test_park_calendar_is_read_but_not_changed_by_a_factory(park, factory_actor: Actor) -> None:
    before = everything()
    shared = next(item for item in documents("calendars", factory_actor) if item.code == "cal-park")
    with pytest.raises(Denied) as caught:
        update_record(
            factory_actor, "calendars", "cal-park", shared.model_copy(update={"name": Name(zh="改名")}), version=1
        )
    assert "公用" in caught.value.message.zh
    assert everything() == before


def test_factory_cannot_give_its_factory_away(park, factory_actor: Actor) -> None:
    before = everything()
    own = documents("factories", factory_actor)[0]
    with pytest.raises(Denied):
        update_record(factory_actor, "factories", "A", own.model_copy(update={"organisation": "factory-b"}))
    assert everything() == before


def test_what_is_used_stays(park, operator: Actor) -> None:
    before = everything()
    for table, key, user in (
        ("calendars", "cal-park", "A2"),
        ("places", "east", "A"),
        ("factories", "A", "A-cut"),
        ("work_centres", "A-cut", "A1"),
        ("items", "bar", "shaft"),
    ):
        with pytest.raises(Conflict) as caught:
            deactivate_record(operator, table, key)
        assert user in caught.value.message.zh
    assert everything() == before


def test_machine_in_a_plan_stays(park, factory_actor: Actor) -> None:
    def planned(kind: str, key: str) -> list[Use]:
        return [Use(Text("计划 P-7", "plan P-7"), "plan/P-7")] if (kind, key) == ("machine", "A2") else []

    register_use(planned)
    try:
        before = everything()
        with pytest.raises(Conflict) as caught:
            deactivate_record(factory_actor, "machines", "A2")
        assert "计划 P-7" in caught.value.message.zh
        off = documents("machines", factory_actor)[1].model_copy(update={"is_active": False})
        with pytest.raises(Rejected) as rejected:
            update_record(factory_actor, "machines", "A2", off)
        assert rejected.value.findings[0].code == "in-use"
        assert everything() == before
    finally:
        unregister_use(planned)
    assert deactivate_record(factory_actor, "machines", "A2").is_active is False


def test_deactivate_and_restore(park, factory_actor: Actor) -> None:
    deactivate_record(factory_actor, "machines", "A2", version=1)
    assert [item.is_active for item in network_document().machines] == [True, False, True]
    assert Event.objects.first().type == "machine.removed"
    restored = restore_record(factory_actor, "machines", "A2", version=2)
    assert (restored.is_active, restored.version) == (True, 3)
    assert network_document() == small_network()


def test_transport_is_deleted_with_what_it_was_in_the_log(park, operator: Actor) -> None:
    deactivate_record(operator, "transports", "east~west")
    assert records.Transport.objects.count() == 1
    assert Event.objects.first().data["changes"]["minutes"] == [90, None]


def test_import_is_all_or_nothing(park, factory_actor: Actor) -> None:
    before = everything()
    good, bad = machine("A3"), machine("A4", calendar="nowhere")
    with pytest.raises(Rejected) as caught:
        import_documents(factory_actor, {"machines": [good, bad]}, places={("machines", 1): "m.csv:3"})
    assert [item.where for item in caught.value.findings if item.severity == "error"] == ["m.csv:3:calendar"]
    assert everything() == before


def test_failure_half_way_leaves_nothing(park, factory_actor: Actor, monkeypatch) -> None:
    before = everything()
    calls = []

    def failing(*args: object, **kwargs: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise OSError

    monkeypatch.setattr("rongzhi.elements.resources.writing.emit", failing)
    with pytest.raises(OSError):  # noqa: PT011
        import_documents(factory_actor, {"machines": [machine("A3"), machine("A4")]})
    assert len(calls) == 2
    assert everything() == before


def test_trial_tells_and_writes_nothing(park, factory_actor: Actor) -> None:
    before = everything()
    old = documents("machines", factory_actor)[0]
    rows = [machine("A3"), old, documents("machines", factory_actor)[1].model_copy(update={"speed_factor": 2.0})]
    result = import_documents(factory_actor, {"machines": rows}, is_trial=True)
    assert result.tables == {"machines": {"created": 1, "updated": 1, "unchanged": 1, "removed": 0}}
    assert result.changes[2].fields == {"speed_factor": (1.0, 2.0)}
    assert everything() == before


def test_replace_takes_out_what_is_missing(park, operator: Actor) -> None:
    rows = [row for row in documents("machines") if row.code != "B1"]
    result = import_documents(operator, {"machines": rows}, mode="replace")
    assert result.count("removed") == 1
    assert records.Machine.objects.get(code="B1").is_active is False


def test_import_of_foreign_rows_is_refused_by_row(park, factory_actor: Actor) -> None:
    before = everything()
    place = Place(code="east", name=Name(zh="改名"))
    with pytest.raises(Rejected) as caught:
        import_documents(factory_actor, {"places": [place], "machines": [machine("A3")]})
    assert [(item.code, item.where) for item in caught.value.findings if item.severity == "error"] == [
        ("denied", "places[0]")
    ]
    assert everything() == before


def test_a_factory_sees_only_its_part(park, factory_actor: Actor, customer: Actor) -> None:
    part = network_document(factory_actor)
    assert [item.code for item in part.machines] == ["A1", "A2"]
    assert [item.code for item in part.calendars] == ["cal-a", "cal-park"]
    assert [item.work_centre for item in part.open_capacity] == ["A-cut"]
    with pytest.raises(Denied):
        network_document(customer)


def test_cost_is_for_owner_and_operator(park, customer: Actor) -> None:
    assert [item.unit_cost for item in items_documents()[0]] == [Decimal("6.2"), 0, 0]
    assert {item.unit_cost for item in items_documents(actor=customer)[0]} == {0}


def test_counts_in_one_query(park, operator: Actor, customer: Actor) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = counts(operator)
    assert len(queries) == 1
    assert found == {
        "places": 2, "calendars": 3, "factories": 2, "work_centres": 2, "machines": 3, "open_capacity": 2,
        "changeovers": 2, "transports": 2, "items": 3, "bom": 2, "routings": 2,
    }  # fmt: skip
    assert counts(customer) == {"places": 2, "factories": 2, "items": 3, "bom": 2, "routings": 2}
    assert counts(PUBLIC) == {"factories": 0}


def test_open_minutes(park) -> None:
    monday = datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert open_minutes(monday, monday + timedelta(days=1)) == {"A-cut": 2 * 270, "B-grind": 540}


def test_items_with_all_they_are_made_of(park) -> None:
    items, bom, routings = items_documents(["gearbox"])
    assert [item.code for item in items] == ["bar", "gearbox", "shaft"]
    assert len(bom) == len(routings) == 2
    assert [item.code for item in items_documents(["shaft"])[0]] == ["bar", "shaft"]


def load_synthetic(operator: Actor, size: int) -> None:
    network, book = synthetic_park(factories=size, machines_per_factory=4, items=8 * size, orders=1)
    organisation, _ = Organisation.objects.get_or_create(code="park", defaults={"kind": "factory", "name_zh": "园区"})
    factories = [item.model_copy(update={"organisation": organisation.code}) for item in network.factories]
    network = network.model_copy(update={"factories": tuple(factories)})
    load_network(operator, network, book.items, book.bom, book.routings)


def test_reading_costs_the_same_for_a_small_and_a_large_park(operator: Actor) -> None:
    def costs() -> dict[str, int]:
        found = {}
        for table in KINDS:
            with CaptureQueriesContext(connection) as queries:
                documents(table)
            found[table] = len(queries)
        with CaptureQueriesContext(connection) as queries:
            directory(operator)
        return {**found, "directory": len(queries)}

    load_synthetic(operator, 2)
    few = costs()
    load_synthetic(operator, 6)
    assert records.Machine.objects.count() == 24
    assert costs() == few
    assert sum(few.values()) < 30
