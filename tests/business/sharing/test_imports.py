"""Files of orders: all rows or none, every finding at once, the same file once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from rongzhi.business.sharing.actions.importing import import_order_file, import_orders, remembered
from rongzhi.business.sharing.models import Order, OrderImport
from rongzhi.kernel.errors import Rejected

pytestmark = pytest.mark.django_db


def sheet(*rows: str, head: str = "订单号,物料,数量,单位,交期") -> bytes:
    return "\n".join([head, *rows]).encode()


def due(days: int = 10) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%d 17:00}"


def test_rows_of_one_number_are_one_order(small_park, customer):
    content = sheet(f"A-1,SHAFT,5,pcs,{due()}", f"A-1,SHAFT,6,件,{due(12)}", f"A-2,SHAFT,7,pcs,{due()}")
    done = import_order_file(customer, content, "orders.csv")
    assert done.orders == ["A-1", "A-2"]
    lines = Order.objects.get(code="A-1").lines.order_by("number")
    assert [(line.number, int(line.quantity)) for line in lines] == [(1, 5), (2, 6)]


def test_one_bad_row_and_none_is_taken_all_findings_said(small_park, customer):
    content = sheet(
        f"A-1,SHAFT,5,pcs,{due()}",
        f"A-2,SHAFT,-5,pcs,{due()}",
        f"A-3,NO-SUCH,5,pcs,{due()}",
        f"A-4,SHAFT,5,furlong,{due()}",
        f"A-5,SHAFT,5,pcs,{due(-3)}",
        f"A-6,SHAFT,many,pcs,{due()}",
    )
    with pytest.raises(Rejected) as caught:
        import_order_file(customer, content, "orders.csv")
    rows = {finding.where.split(":")[1] for finding in caught.value.findings if finding.severity == "error"}
    assert rows == {"3", "4", "5", "6", "7"}
    assert not Order.objects.exists()
    assert not OrderImport.objects.exists()


def test_the_same_file_is_taken_once(small_park, customer):
    content = sheet(f"A-1,SHAFT,5,pcs,{due()}")
    first = import_order_file(customer, content, "orders.csv")
    assert import_order_file(customer, content, "again.csv").pk == first.pk
    assert Order.objects.count() == 1
    with pytest.raises(Rejected):
        import_order_file(customer, content + b"\n", "orders.csv")
    assert Order.objects.count() == 1


def test_columns_are_remembered(small_park, customer):
    content = sheet(f"A-1,SHAFT,5,{due()}", head="Our no,Part,Pieces wanted,Wanted by")
    mapping = {"Our no": "code", "Part": "item", "Pieces wanted": "quantity", "Wanted by": "due"}
    import_order_file(customer, content, "orders.csv", mapping=mapping)
    assert remembered(customer) == mapping
    again = sheet(f"A-2,SHAFT,5,{due()}", head="Our no,Part,Pieces wanted,Wanted by")
    assert import_order_file(customer, again, "orders.csv").orders == ["A-2"]


def test_a_list_over_the_api_is_all_or_nothing(small_park, customer, wish):
    with pytest.raises(Rejected) as caught:
        import_orders(customer, [wish("A-1"), wish("A-2", quantity=-1)])
    assert [finding.where for finding in caught.value.findings] == ["orders[1].lines[0].quantity"]
    assert not Order.objects.exists()
    rows = [wish("A-1"), wish("A-2")]
    assert import_orders(customer, rows).pk == import_orders(customer, rows).pk


def test_the_wizard_shows_findings_then_takes_the_orders(small_park, customer, client_for):
    client = client_for(customer)
    good = SimpleUploadedFile("orders.csv", sheet(f"A-1,SHAFT,5,pcs,{due()}"), "text/csv")
    response = client.post("/sharing/orders/import/", {"file": good})
    assert response.status_code == 302
    preview = client.get(response.url)
    assert "A-1" in preview.content.decode()
    done = client.post(response.url, {"confirm": "1"})
    assert done.status_code == 302
    assert Order.objects.get().code == "A-1"


def test_a_file_that_is_not_what_its_name_says_is_refused(small_park, customer, client_for):
    lie = SimpleUploadedFile("orders.xlsx", b"%PDF-1.7 not a sheet", "application/vnd.ms-excel")
    response = client_for(customer).post("/sharing/orders/import/", {"file": lie})
    assert response.status_code == 422
    assert not Order.objects.exists()


def test_a_file_of_too_many_orders_is_refused_like_a_list(small_park, customer, monkeypatch):
    monkeypatch.setattr("rongzhi.business.sharing.actions.importing.MOST_ORDERS", 2)
    due = (timezone.now() + timedelta(days=9)).strftime("%Y-%m-%d %H:%M")
    rows = "\n".join(f"T-{number},SHAFT,5,pcs,{due}" for number in range(3))
    with pytest.raises(Rejected) as caught:
        import_order_file(customer, f"order,item,quantity,unit,due\n{rows}".encode(), "orders.csv")
    assert [(each.code, each.where) for each in caught.value.findings] == [("too-many", "orders.csv")]
    assert not Order.objects.exists()


def test_the_wizard_takes_utf_16_as_spreadsheets_save_it(small_park, customer, client_for):
    due = (timezone.now() + timedelta(days=9)).strftime("%Y-%m-%d %H:%M")
    content = f"order,item,quantity,unit,due,note\nW-1,SHAFT,5,pcs,{due},急件\n".encode("utf-16")
    client = client_for(customer)
    upload = SimpleUploadedFile("orders.csv", content)
    response = client.post("/sharing/orders/import/", {"file": upload})
    assert response.status_code == 302
    client.post(response.url, {"confirm": "1"})
    assert Order.objects.get().note == "急件"


def test_every_fault_of_one_row_is_said_at_once(small_park, customer):
    content = sheet(f"A-1,NO-SUCH,-5,furlong,{due(-3)}", "A-2,NO-SUCH,many,pcs,someday", f"A-3,SHAFT,5,pcs,{due()}")
    with pytest.raises(Rejected) as caught:
        import_order_file(customer, content, "orders.csv")
    places = [each.where.partition(":")[2] for each in caught.value.findings]
    assert sorted(places) == ["2:due", "2:item", "2:quantity", "3:due", "3:item", "3:quantity"]


def test_another_customers_name_is_a_finding_ones_own_is_not(small_park, customer):
    head = "客户,订单号,物料,数量,交期"
    own = sheet(f"{customer.organisation.code},A-1,SHAFT,5,{due()}", head=head)
    assert import_order_file(customer, own, "orders.csv").orders == ["A-1"]
    with pytest.raises(Rejected) as caught:
        import_order_file(customer, sheet(f"somebody else,A-2,SHAFT,5,{due()}", head=head), "orders.csv")
    (finding,) = caught.value.findings
    assert (finding.code, finding.where) == ("other-customer", "orders.csv:2:customer")


def test_a_customer_is_told_near_codes_and_not_to_add_items(small_park, customer):
    rows = (f"A-1,SHAFTT,5,pcs,{due()}", f"A-2,ZZZZZZ,5,pcs,{due()}")
    with pytest.raises(Rejected) as caught:
        import_order_file(customer, sheet(*rows), "orders.csv")
    near, far = (each.fix for each in caught.value.findings)
    assert near.en.startswith("use one of: SHAFT")
    assert far.en == "check the code of the item, or ask the operator"


def test_the_preview_marks_faulty_rows_and_has_no_button(small_park, customer, client_for):
    client = client_for(customer)
    day = f"{timezone.localtime() + timedelta(days=10):%Y-%m-%d}"
    bad = sheet(f"A-1,NO-SUCH,-5,{due(-3)}", f"A-2,SHAFT,5,{day}", head="单号,料号,件数,要货日期")
    response = client.post("/sharing/orders/import/", {"file": SimpleUploadedFile("one.csv", bad, "text/csv")})
    page = client.get(response.url).content.decode()
    assert "3 处错误，先改正文件" in page
    assert all(place in page for place in ("第 2 行 物料", "第 2 行 数量", "第 2 行 交货期"))
    assert page.count('<tr class="row-faulty"') == 1
    assert 'name="confirm"' not in page
    assert "23:59" in page
    assert "one.csv:2" not in page
