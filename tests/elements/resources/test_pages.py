"""The pages of the resources: every address answers, in both languages, with what one may see and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.forms import FORMS
from rongzhi.elements.resources.kinds import KINDS
from rongzhi.elements.resources.queries import documents, items_documents, network_document
from rongzhi.platform.ui.search import find
from tests.elements.conftest import small_items, small_network
from tests.elements.resources.test_actions import load_synthetic

pytestmark = pytest.mark.django_db
BASE = "/resources"

PAGES = [
    "/",
    "/processes/",
    *(f"/{table}/" for table in KINDS if table != "bom"),
    "/places/east/",
    "/factories/A/",
    "/factories/A/?tab=calendar&week=2026-10-01",
    "/factories/A/?tab=about",
    "/factories/A/?tab=sharing",
    "/work_centres/A-cut/",
    "/machines/A1/",
    "/machines/A1/?tab=calendar",
    "/machines/A1/?tab=uses",
    "/calendars/cal-a/?week=2026-10-01",
    "/calendars/cal-a/?tab=uses",
    "/items/gearbox/",
    "/items/gearbox/?tab=bill",
    "/items/shaft/?tab=used",
    "/routings/shaft~2/",
    *(f"/{table}/new/" for table in KINDS),
    "/calendars/new/?copy=cal-a",
    "/routings/new/?item=shaft",
    *(
        f"/{path}/edit/"
        for path in (
            "places/east",
            "calendars/cal-a",
            "factories/A",
            "work_centres/A-cut",
            "machines/A1",
            "open_capacity/A-cut",
            "changeovers/co-a~red~white",
            "transports/east~west",
            "items/shaft",
            "bom/shaft~bar~10",
            "routings/shaft~2",
        )
    ),
    *(f"/import/{table}/" for table in (*KINDS, "all")),
    *(f"/export/{table}.xlsx" for table in (*KINDS, "all")),
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_answers_the_operator(park, operator, client_for, language) -> None:
    client = client_for(operator, language=language)
    answers = {path: client.get(BASE + path).status_code for path in PAGES}
    assert {path: code for path, code in answers.items() if code != 200} == {}
    assert network_document() == small_network()
    assert items_documents() == small_items()


def test_a_customer_sees_the_directory_and_no_more(park, customer, client_for) -> None:
    client = client_for(customer)
    page = client.get(f"{BASE}/factories/A/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "ISO9001" in text
    assert "车削" in text
    assert "85.5" not in text
    assert "cal-a" not in text
    assert "甲厂日历" not in text
    for path in ("/machines/", "/machines/A1/", "/calendars/", "/work_centres/A-cut/", "/export/all.json"):
        assert client.get(BASE + path).status_code == 403


def test_a_factory_does_not_see_another(park, other_factory, client_for) -> None:
    client = client_for(other_factory)
    for path in ("/machines/A1/", "/calendars/cal-a/", "/work_centres/A-cut/", "/machines/A1/edit/"):
        assert client.get(BASE + path).status_code == 404
    listed = client.get(f"{BASE}/machines/").content.decode()
    assert "B1" in listed
    assert "A1" not in listed
    assert "85.5" not in client.get(f"{BASE}/factories/A/").content.decode()


def test_public_is_sent_to_log_in(client_for) -> None:
    answer = client_for().get(f"{BASE}/machines/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")


def _posted(form) -> dict[str, object]:
    """What a browser sends for a form as it is shown."""
    data: dict[str, object] = {}
    for bound in form:
        value = bound.value()
        rows = bound.field.widget
        if hasattr(rows, "columns"):
            for index, row in enumerate(value or []):
                for key, column in rows.columns.items():
                    cell = column.prepare_value(row.get(key, column.initial))
                    if cell not in (None, "", False):
                        shown = column.widget.format_value(cell) if hasattr(column.widget, "format_value") else cell
                        data[f"{bound.name}-{index}-{key}"] = "on" if shown is True or cell is True else shown
        elif value not in (None, "", False, [], ()):
            data[bound.name] = "on" if value is True else bound.field.prepare_value(value)
    return data


@pytest.mark.parametrize("table", list(KINDS))
def test_a_form_sent_as_it_was_opened_changes_nothing(park, operator, table) -> None:
    kind = KINDS[table]
    for record in kind.rows(operator):
        document = kind.read(record)
        opened = FORMS[table](initial=FORMS[table].initial_of(document), actor=operator, is_new=False)
        query = QueryDict(mutable=True)
        for key, value in _posted(opened).items():
            query.setlist(key, [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)])
        sent = FORMS[table](query, initial=FORMS[table].initial_of(document), actor=operator, is_new=False)
        assert sent.is_valid(), sent.errors
        assert sent.document() == document


def test_adding_a_machine_by_form(park, factory_actor, client_for) -> None:
    client = client_for(factory_actor)
    data = {
        "code": "A3",
        "name_zh": "立铣",
        "work_centre": "A-cut",
        "hourly_rate": "75.5",
        "speed_factor": "1",
        "is_active": "on",
        "capabilities-7-process": "milling",
        "capabilities-7-max_length_mm": "500",
        "capabilities-3-process": "drilling",
        "capabilities-9-process": "",
    }
    answer = client.post(f"{BASE}/machines/new/", data)
    assert (answer.status_code, answer["Location"]) == (302, f"{BASE}/machines/A3/")
    made = next(item for item in documents("machines") if item.code == "A3")
    assert [item.process for item in made.capabilities] == ["milling", "drilling"]
    assert made.hourly_rate == Decimal("75.5")


def test_a_refused_form_keeps_what_was_typed(park, factory_actor, client_for) -> None:
    answer = client_for(factory_actor).post(
        f"{BASE}/machines/new/",
        {
            "code": "B1",
            "name_zh": "我的机床",
            "work_centre": "A-cut",
            "speed_factor": "0",
            "capabilities-0-process": "milling",
        },
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "我的机床" in text
    assert 'value="milling" selected' in text
    assert records.Machine.objects.count() == 3


def test_two_people_editing_by_form(park, factory_actor, operator, client_for) -> None:
    data = {"code": "A-cut", "name_zh": "切削", "factory": "A", "record_version": "1"}
    first = client_for(factory_actor).post(f"{BASE}/work_centres/A-cut/edit/", {**data, "name_zh": "切削一组"})
    assert first.status_code == 302
    second = client_for(operator).post(f"{BASE}/work_centres/A-cut/edit/", {**data, "name_zh": "切削二组"})
    assert second.status_code == 422
    assert factory_actor.name in second.content.decode()
    assert records.WorkCentre.objects.get(code="A-cut").name_zh == "切削一组"


def test_removing_by_button(park, factory_actor, operator, client_for) -> None:
    client = client_for(factory_actor)
    client.post(f"{BASE}/machines/A2/remove/", {"version": "1"})
    assert records.Machine.objects.get(code="A2").is_active is False
    client.post(f"{BASE}/machines/A2/restore/", {"version": "2"})
    assert records.Machine.objects.get(code="A2").is_active is True
    assert client.post(f"{BASE}/transports/east~west/remove/").status_code == 403
    client_for(operator).post(f"{BASE}/bom/shaft~bar~10/remove/")
    assert records.BomLine.objects.count() == 1
    client.post(f"{BASE}/open_capacity/A-cut/remove/", {"version": "1"})
    assert records.OpenCapacity.objects.count() == 1


def test_lists_cost_the_same_for_few_and_many(operator, client_for) -> None:
    client = client_for(operator)

    def costs() -> dict[str, int]:
        found = {}
        for path in ("machines", "factories", "items", "calendars", "work_centres", "places", "routings", "transports"):
            with CaptureQueriesContext(connection) as queries:
                client.get(f"{BASE}/{path}/")
            found[path] = len(queries)
        return found

    load_synthetic(operator, 1)
    costs()
    few = costs()
    load_synthetic(operator, 4)
    costs()
    assert costs() == few
    assert max(few.values()) < 20


def test_search_finds_what_one_may_see(park, operator, customer) -> None:
    found = {group.kind: [hit.url for hit in group.hits] for group in find(operator, "A1", kinds=["machine"])}
    assert found == {"machine": [f"{BASE}/machines/A1/"]}
    assert find(customer, "A1", kinds=["machine"]) == []
    assert [hit.url for group in find(customer, "甲厂", kinds=["factory"]) for hit in group.hits] == [
        f"{BASE}/factories/A/"
    ]
    assert [hit.url for group in find(customer, "shaft", kinds=["item"]) for hit in group.hits] == [
        f"{BASE}/items/shaft/"
    ]


def test_maintenance_gives_the_machine_a_calendar_of_its_own_once(park, factory_actor, client_for, customer) -> None:
    url = f"{BASE}/machines/A1/maintenance/"
    client = client_for(factory_actor)
    assert url in client.get(f"{BASE}/machines/A1/?tab=calendar").content.decode()
    assert client_for(customer).get(url).status_code in {403, 404}
    machine = records.Machine.objects.get(code="A1")
    factory = machine.work_centre.factory
    before = factory.calendar.exceptions.count()
    late = {"start": "2026-12-07T08:00", "end": "2026-12-07T07:00", "kind": "maintenance"}
    assert client.post(url, late).status_code == 422
    answer = client.post(url, {**late, "end": "2026-12-09T17:00", "reason": "主轴"})
    assert (answer.status_code, answer["Location"]) == (302, f"{BASE}/machines/A1/?tab=calendar&week=2026-12-07")
    machine.refresh_from_db()
    assert (machine.calendar.code, machine.calendar.exceptions.count()) == ("a1-calendar", before + 1)
    assert machine.calendar.name_zh.endswith(" · A1")
    assert machine.calendar.name_en.endswith(" · A1")
    kept = machine.calendar.exceptions.last()
    assert (kept.kind, kept.reason, kept.is_working) == ("maintenance", "主轴", False)
    assert factory.calendar.exceptions.count() == before
    again = {**late, "start": "2026-12-14T08:00", "end": "2026-12-14T12:00"}
    assert client.post(url, again).status_code == 302
    assert records.Machine.objects.get(code="A1").calendar.pk == machine.calendar.pk
    assert machine.calendar.exceptions.count() == before + 2


def test_a_field_of_many_says_how_to_choose_several(park, factory_actor, client_for) -> None:
    page = client_for(factory_actor, language="en").get(f"{BASE}/open_capacity/new/").content.decode()
    assert page.count("to choose several") == 1


def test_open_capacity_is_a_list_for_factory_and_operator(park, operator, factory_actor, customer, client_for) -> None:
    page = client_for(factory_actor).get(f"{BASE}/open_capacity/")
    assert f"{BASE}/work_centres/A-cut/" in page.content.decode()
    assert f"{BASE}/open_capacity/" in client_for(operator).get(f"{BASE}/").content.decode()
    assert client_for(customer).get(f"{BASE}/open_capacity/").status_code == 403
