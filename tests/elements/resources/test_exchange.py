"""Files in and out: everything exported imports again; every finding names its row; nothing half done."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.actions import confirm_import, import_tables, open_import
from rongzhi.elements.resources.exchange import export, template
from rongzhi.elements.resources.kinds import KINDS
from rongzhi.elements.resources.queries import documents, items_documents, network_document
from rongzhi.kernel.errors import Denied, NotFound, Rejected
from rongzhi.model.production import Capability
from rongzhi.platform.events.models import Event
from rongzhi.platform.files.models import StoredFile
from tests.elements.conftest import small_items, small_network

pytestmark = pytest.mark.django_db
BASE = "/resources"


def csv_of(*rows: tuple[object, ...], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def empty_the_park() -> None:
    """Remove every record, children first."""
    for name in ("StepAlternative", "RoutingStep", "Routing", "BomLine", "Item", "Transport", "Changeover"):
        getattr(records, name).objects.all().delete()
    for name in ("OpenCapacity", "Capability", "Machine", "WorkCentre", "FactoryCertificate", "Factory"):
        getattr(records, name).objects.all().delete()
    for name in ("CalendarShift", "CalendarException", "Calendar", "Place", "Park"):
        getattr(records, name).objects.all().delete()


@pytest.mark.parametrize("form", ["xlsx", "zip"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_whole_park_leaves_and_comes_back_equal(park, operator, form, language) -> None:
    content = export(operator, "all", form, language)
    unchanged = import_tables(operator, "all", content, f"park.{form}")
    assert unchanged.count("unchanged") == len(unchanged.changes) == 25
    empty_the_park()
    result = import_tables(operator, "all", content, f"park.{form}")
    assert result.count("created") == 25
    assert network_document() == small_network().model_copy(update={"name": network_document().name})
    assert items_documents() == small_items()


@pytest.mark.parametrize("table", list(KINDS))
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_table_comes_back_unchanged(park, operator, table, form) -> None:
    before = Event.objects.count()
    result = import_tables(operator, table, export(operator, table, form, "zh"), f"mine.{form}")
    assert {change.act for change in result.changes} == {"unchanged"}
    assert Event.objects.count() == before


def test_a_factory_exports_its_own_part(park, factory_actor, customer) -> None:
    text = export(factory_actor, "all", "json", "zh").decode()
    assert "85.5" in text
    assert '"B1"' not in text
    assert "cal-b" not in text
    with pytest.raises(Denied):
        export(customer, "all", "json", "zh")
    with pytest.raises(NotFound):
        export(factory_actor, "secrets", "json", "zh")


def test_machines_keep_capabilities_a_csv_does_not_mention(park, factory_actor) -> None:
    content = csv_of(
        ("code", "name_zh", "work_centre", "hourly_rate", "speed_factor"), ("A1", "车床一", "A-cut", 99, 1.25)
    )
    import_tables(factory_actor, "machines", content, "machines.csv")
    made = documents("machines", factory_actor)[0]
    assert made.hourly_rate == Decimal(99)
    assert [item.process for item in made.capabilities] == ["turning", "drilling"]


def test_columns_a_file_does_not_have_stay_as_they_are(park, factory_actor, operator) -> None:
    import_tables(
        factory_actor, "machines", csv_of(("code", "name_zh", "work_centre"), ("A1", "新名", "A-cut")), "m.csv"
    )
    old, new = small_network().machines[0], documents("machines", factory_actor)[0]
    assert new == old.model_copy(update={"name": old.name.model_copy(update={"zh": "新名"})})
    heads = ("item", "version", "number", "name_zh", "process", "run_min_per_unit")
    rows = (("shaft", 2, 10, "车外圆", "turning", 4), ("shaft", 2, 20, "磨外圆", "grinding", 2))
    import_tables(operator, "routings", csv_of(heads, *rows), "r.csv")
    before, after = small_items()[2][1], items_documents()[2][1]
    assert after.steps[1] == before.steps[1]
    assert after.steps[0] == before.steps[0].model_copy(update={"run_min_per_unit": 4.0})
    import_tables(operator, "items", csv_of(("code", "name_zh", "material"), ("shaft", "轴", "")), "i.csv")
    shaft = items_documents()[0][2]
    assert (shaft.material, shaft.diameter_mm) == ("", 40.0)


def test_capabilities_alone(park, factory_actor) -> None:
    content = csv_of(("machine", "process"), ("A2", "milling"), ("A2", "drilling"))
    import_tables(factory_actor, "machines", content, "capabilities.csv")
    first, second = documents("machines", factory_actor)
    assert len(first.capabilities) == 2
    assert second.capabilities == (Capability(process="milling"), Capability(process="drilling"))
    assert second.hourly_rate == Decimal(120)


def test_every_finding_of_every_row_at_once(park, factory_actor) -> None:
    before = (network_document(), Event.objects.count())
    content = csv_of(
        ("代码", "名称", "工作中心", "小时费率", "速度系数"),
        ("A3", "三号", "A-cut", "abc", 1),
        ("A4", "四号", "A-cut", -5, 1),
        ("A5", "五号", "nowhere", 5, 1),
        ("A6", "", "A-cut", 5, 1),
        ("A7", "七号", "A-cut", 5, 1),
        encoding="gb18030",
    )
    with pytest.raises(Rejected) as caught:
        import_tables(factory_actor, "machines", content, "机床.csv")
    places = {item.where for item in caught.value.findings if item.severity == "error"}
    assert {"机床.csv:2:hourly_rate", "机床.csv:3:hourly_rate", "机床.csv:5:name_zh"} <= places
    assert (network_document(), Event.objects.count()) == before


def test_a_reference_to_nothing_names_its_row(park, factory_actor) -> None:
    content = csv_of(("code", "name_zh", "work_centre"), ("A3", "三号", "A-cut"), ("A5", "五号", "nowhere"))
    with pytest.raises(Rejected) as caught:
        import_tables(factory_actor, "machines", content, "m.csv")
    assert [item.where for item in caught.value.findings if item.severity == "error"] == ["m.csv:3:work_centre"]
    assert records.Machine.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.csv", b""),
        ("m.xlsx", b"PK\x03\x04 not really"),
        ("m.csv", b"\x89PNG\r\n\x1a\n123"),
        ("m.csv", b"a,b\n1,2\n"),
    ],
)
def test_a_file_that_is_no_table(park, operator, name, content) -> None:
    before = network_document()
    with pytest.raises(Rejected):
        import_tables(operator, "machines", content, name)
    assert network_document() == before


def test_customers_do_not_import_machines(park, customer) -> None:
    before = network_document()
    content = csv_of(("code", "name_zh", "work_centre"), ("A3", "三号", "A-cut"))
    with pytest.raises((Denied, Rejected)):
        import_tables(customer, "machines", content, "m.csv")
    assert network_document() == before


def test_templates_can_be_read_as_tables() -> None:
    for table in (*KINDS, "all"):
        assert template(table, "xlsx", "zh")[:2] == b"PK"


def test_the_wizard_remembers_the_columns(park, factory_actor, client_for) -> None:
    client = client_for(factory_actor)
    upload = csv_of(("设备号", "叫法", "所在组", "费用"), ("A3", "三号", "A-cut", 77))
    opened = client.post(f"{BASE}/import/machines/", {"file": SimpleUploadedFile("mine.csv", upload)})
    assert opened.status_code == 302
    draft = opened["Location"]
    first = client.get(draft)
    assert "错误" in first.content.decode()
    columns = {"设备号": "code", "叫法": "name_zh", "所在组": "work_centre", "费用": "hourly_rate"}
    client.post(draft, {f"column:machines:{header}": key for header, key in columns.items()})
    assert "确认导入" in client.get(draft).content.decode()
    assert records.Machine.objects.count() == 3
    done = client.post(draft, {"confirm": "1"})
    assert (done.status_code, done["Location"]) == (302, f"{BASE}/machines/")
    assert next(item for item in documents("machines") if item.code == "A3").hourly_rate == Decimal(77)
    assert client.get(draft).status_code == 404
    again = client.post(
        f"{BASE}/import/machines/", {"file": SimpleUploadedFile("mine.csv", upload.replace(b"77", b"88"))}
    )
    assert "确认导入" in client.get(again["Location"]).content.decode()


def test_another_organisation_does_not_see_the_upload(park, factory_actor, other_factory, client_for) -> None:
    upload = SimpleUploadedFile("m.csv", csv_of(("code", "name_zh", "work_centre"), ("A3", "三号", "A-cut")))
    draft = open_import(factory_actor, "machines", upload)
    assert client_for(other_factory).get(f"{BASE}/import/draft/{draft.pk}/").status_code == 404
    with pytest.raises(NotFound):
        confirm_import(other_factory, draft.pk)
    assert records.Machine.objects.count() == 3


def test_a_refused_upload_keeps_nothing(park, factory_actor, client_for) -> None:
    answer = client_for(factory_actor).post(
        f"{BASE}/import/machines/", {"file": SimpleUploadedFile("m.xlsx", b"%PDF-1.4 hello")}
    )
    assert answer.status_code == 422
    assert StoredFile.objects.count() == 0
    assert records.ImportDraft.objects.count() == 0


def test_import_and_export_over_the_api(park, factory_actor, client_for) -> None:
    client = client_for(factory_actor)
    base = "/api/v1/resources"
    exported = client.get(f"{base}/export/machines.csv").content
    upload = SimpleUploadedFile("machines.csv", exported.replace(b"85.5", b"86.5"))
    trial = client.post(f"{base}/import/machines?is_trial=true", {"file": upload}).json()
    assert trial["tables"]["machines"]["updated"] == 1
    assert documents("machines", factory_actor)[0].hourly_rate == Decimal("85.5")
    upload.seek(0)
    done = client.post(f"{base}/import/machines", {"file": upload})
    assert done.status_code == 200
    assert documents("machines", factory_actor)[0].hourly_rate == Decimal("86.5")
    bad = SimpleUploadedFile("machines.csv", csv_of(("code", "name_zh", "work_centre"), ("A9", "九", "x")))
    refused = client.post(f"{base}/import/machines", {"file": bad})
    assert refused.status_code == 422
    assert refused.json()["findings"][0]["where"] == "machines.csv:2:work_centre"
