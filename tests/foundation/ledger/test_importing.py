"""Accounting data from files: every fault of every row at once, whole or not at all, once, the mapping kept."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from rongzhi.foundation.ledger import actions as ledger
from rongzhi.foundation.ledger.models import Entry, ImportDraft, ImportMapping, LedgerImport, Line
from rongzhi.foundation.ledger.verification import verify
from rongzhi.kernel.errors import Denied, Rejected

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parties")]

GOOD = """凭证号,日期,种类,科目,借方,贷方,货物或服务,业务类型,往来单位,摘要
期-1,2024-01-01,期初,1122,"1,000.50",,,,customer-a,期初
期-1,2024-01-01,期初,4001,,1000.50,,,,期初
记-2,2024-01-05,开票,1122,80,,,,customer-a,
记-2,2024-01-05,开票,6001,,80,服务,共享制造,,
"""
OWN = GOOD.replace("1122", "1131.01").replace("4001", "3001")
BAD = """entry,date,kind,account,debit,credit,nature,business_type,party,quantity,unit
1,2024-01-01,opening,1122,10,,,,nobody,,
1,2024-01-01,opening,4001,,9,,,,,
2,2024-13-01,opening,1122,10,,,,,,
2,2024-01-01,opening,4001,,10,,,,,
3,2024-01-01,gift,1122,ten,,,,,,
3,2024-01-01,gift,6001,,10,idea,,,,
4,2024-01-01,cost,6403,1.005,,service,4.9,,8,smoot
4,2024-01-02,cost,2211,,1.005,,,,,
"""


def test_a_file_is_taken_whole_and_once(factory_actor):
    taken = ledger.import_file(factory_actor, GOOD.encode(), "book.csv")
    assert (len(taken.entries), taken.line_count) == (2, 4)
    opening = Entry.objects.get(subject="voucher/期-1")
    assert (opening.kind, opening.is_by_hand, opening.owner) == ("opening", True, "factory-a")
    assert [each.amount_cents for each in opening.lines.order_by("number")] == [100050, -100050]
    sold = Line.objects.get(account="6001")
    assert (sold.nature, sold.business_type, sold.organisation.code) == ("service", "3.4", "factory-a")
    assert ledger.import_file(factory_actor, GOOD.encode(), "again.csv") == taken
    assert Entry.objects.count() == 2
    assert verify().is_whole
    with pytest.raises(Rejected) as caught:
        ledger.import_file(factory_actor, (GOOD + "\n").encode(), "other.csv")
    assert [(each.code, each.where) for each in caught.value.findings if each.severity == "error"] == [
        ("voucher-posted", "other.csv:2:entry"),
        ("voucher-posted", "other.csv:4:entry"),
    ]


def test_every_fault_of_every_row_at_once_and_nothing_is_posted(factory_actor):
    with pytest.raises(Rejected) as caught:
        ledger.import_file(factory_actor, BAD.encode(), "bad.csv")
    found = {(each.code, each.where) for each in caught.value.findings if each.severity == "error"}
    assert found == {
        ("unknown-party", "bad.csv:2:party"),
        ("unbalanced", "bad.csv:2"),
        ("not-readable", "bad.csv:4:date"),
        ("unknown-kind", "bad.csv:6:kind"),
        ("not-readable", "bad.csv:6:debit"),
        ("unknown-kind", "bad.csv:7:kind"),
        ("unknown-nature", "bad.csv:7:nature"),
        ("contradiction", "bad.csv:8"),
        ("bad-amount", "bad.csv:8:debit"),
        ("bad-amount", "bad.csv:9:credit"),
        ("unknown-business-type", "bad.csv:8:business_type"),
        ("unknown-unit", "bad.csv:8:unit"),
    }
    assert (Entry.objects.count(), LedgerImport.objects.count()) == (0, 0)
    assert all(each.fix.zh and each.fix.en for each in caught.value.findings)


def test_a_closed_period_is_named_at_its_row(factory_actor):
    ledger.import_file(factory_actor, GOOD.encode(), "book.csv")
    ledger.close_period(factory_actor, "2024-01")
    with pytest.raises(Rejected) as caught:
        ledger.import_file(factory_actor, GOOD.replace("记-2", "记-3").replace("期-1", "期-9").encode(), "late.csv")
    assert {(each.code, each.where) for each in caught.value.findings} == {
        ("period-closed", "late.csv:2:date"),
        ("period-closed", "late.csv:4:date"),
    }


def test_a_number_where_spreadsheets_lose_a_zero_is_asked_back(factory_actor):
    book = Workbook()
    sheet = book.active
    sheet.append(["entry", "date", "account", "debit", "credit", "nature", "business_type"])
    sheet.append(["1", "2024-01-01", "1122", 10, None, None, None])
    sheet.append(["1", "2024-01-01", "6001", None, 10, "service", 3.10])
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(Rejected) as caught:
        ledger.import_file(factory_actor, stream.getvalue(), "book.xlsx")
    assert [each.code for each in caught.value.findings if each.severity == "error"] == ["ambiguous-business-type"]


def test_only_administrators_import_and_only_into_their_own_books(factory_actor, make_actor, customer):
    clerk = make_actor("factory", "factory-a", username="clerk", is_admin=False)
    with pytest.raises(Denied):
        ledger.import_file(clerk, GOOD.encode(), "book.csv")
    ledger.import_file(customer, GOOD.replace("customer-a", "factory-a").encode(), "book.csv")
    assert set(Line.objects.values_list("organisation__code", flat=True)) == {"customer-a"}


def test_the_wizard_maps_own_account_numbers_and_keeps_the_mapping(client_for, factory_actor, customer):
    client = client_for(factory_actor)
    answer = client.post("/ledger/import/", {"file": SimpleUploadedFile("own.csv", OWN.encode())})
    draft = ImportDraft.objects.get()
    assert answer["Location"] == f"/ledger/import/{draft.pk}/"
    assert client_for(customer).get(answer["Location"]).status_code == 404
    page = client.get(answer["Location"]).content.decode()
    assert 'name="account:1131.01"' in page
    assert "科目表 2026.1 没有科目“1131.01”" in page
    assert client.post(answer["Location"], {"confirm": "1"}).status_code == 422
    told = {"account:1131.01": "1122", "account:3001": "4001"}
    client.post(answer["Location"], told)
    page = client.get(answer["Location"]).content.decode()
    assert "全部行通过检查" in page
    assert client.post(answer["Location"], {"confirm": "1"})["Location"] == "/ledger/"
    assert Line.objects.filter(account="1122").count() == 2
    assert ImportMapping.objects.get().accounts == {"1131.01": "1122", "3001": "4001"}
    assert not ImportDraft.objects.exists()
    again = OWN.replace("期-1", "期-8").replace("记-2", "记-9")
    assert len(ledger.import_file(factory_actor, again.encode(), "next.csv").entries) == 2
    assert "own.csv" in client.get("/ledger/import/").content.decode()


def test_an_upload_may_be_dropped(client_for, factory_actor):
    client = client_for(factory_actor)
    client.post("/ledger/import/", {"file": SimpleUploadedFile("own.csv", GOOD.encode())})
    address = f"/ledger/import/{ImportDraft.objects.get().pk}/"
    assert client.post(address, {"drop": "1"})["Location"] == "/ledger/import/"
    assert client.get(address).status_code == 404
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_can_be_filled_in(client_for, factory_actor, form):
    answer = client_for(factory_actor).get(f"/ledger/import/template.{form}")
    assert answer.status_code == 200
    assert len(answer.content) > 100
    with pytest.raises(Rejected) as caught:
        ledger.import_file(factory_actor, answer.content, f"template.{form}")
    assert {each.code for each in caught.value.findings if each.severity == "error"} <= {"bad-line-count", "unbalanced"}


def test_the_api_takes_files_and_names_every_fault(client_for, factory_actor):
    client = client_for(factory_actor)
    answer = client.post("/api/v1/ledger/imports", {"file": SimpleUploadedFile("book.csv", GOOD.encode())})
    assert (answer.status_code, answer.json()["line_count"]) == (201, 4)
    assert client.get("/api/v1/ledger/imports").json()["total"] == 1
    answer = client.post("/api/v1/ledger/imports", {"file": SimpleUploadedFile("bad.csv", BAD.encode())})
    assert answer.status_code == 422
    assert len(answer.json()["findings"]) >= 12
