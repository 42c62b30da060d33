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
