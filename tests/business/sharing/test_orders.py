"""Intake: good orders are kept, bad ones named at their place, foreign ones unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rongzhi.business.sharing.actions.orders import cancel_order, create_order, update_order
from rongzhi.business.sharing.models import Order, OrderLine, OrderState
from rongzhi.business.sharing.queries.orders import find_order, order_list
from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected

pytestmark = pytest.mark.django_db


def codes(error: Rejected) -> set[tuple[str, str]]:
    return {(finding.code, finding.where) for finding in error.findings if finding.severity == "error"}


def test_an_order_is_kept_with_its_lines_and_event(small_park, customer, wish):
    from rongzhi.platform.events.models import Event

    order = create_order(customer, wish(note="急"))
    assert (order.organisation, order.state, order.version) == (customer.organisation, OrderState.OPEN, 1)
    assert order.code.startswith("SO-")
    assert [line.item.code for line in order.lines.all()] == ["SHAFT"]
    assert Event.objects.filter(type="order.created", subject=f"order/{order.code}").count() == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"due": (timezone.now() - timedelta(days=1)).isoformat()}, ("due-in-the-past", "lines[0].due")),
        ({"quantity": "-3"}, ("too-small", "lines[0].quantity")),
        ({"quantity": "1e30"}, ("quantity-out-of-range", "lines[0].quantity")),
        ({"quantity": "0.1234567"}, ("quantity-out-of-range", "lines[0].quantity")),
        ({"unit": "furlong"}, ("unknown-unit", "lines[0].unit")),
        ({"unit": "kg"}, ("unit-of-another-kind", "lines[0].unit")),
        ({"item": "NO-SUCH"}, ("unknown-item", "lines[0].item")),
        ({"due": "soon"}, ("not-a-date-time", "lines[0].due")),
        ({"due": "9999-12-31T00:00:00+08:00"}, ("date-out-of-range", "lines[0].due")),
    ],
)
def test_bad_lines_are_named_and_nothing_is_kept(small_park, customer, wish, change, expected):
    data = wish()
    data["lines"][0].update(change)
    with pytest.raises(Rejected) as caught:
        create_order(customer, data)
    assert expected in codes(caught.value)
    assert not Order.objects.exists()
    assert not OrderLine.objects.exists()


def test_every_fault_of_an_order_is_said_at_once(small_park, customer, wish):
    data = wish("C-1", priority=5, excluded_factories=["FA", "FB"])
    data["lines"].append({"number": 1, "item": "SHAFT", "quantity": 1, "unit": "kg", "due": data["lines"][0]["due"]})
    with pytest.raises(Rejected) as caught:
        create_order(customer, data)
    found = {code for code, _ in codes(caught.value)}
    assert found == {"all-excluded", "duplicate", "unit-of-another-kind"}


def test_an_order_without_lines_or_with_an_odd_code_is_refused(small_park, customer, wish):
    with pytest.raises(Rejected, match="at least 1"):
        create_order(customer, {"code": "X", "lines": []})
    with pytest.raises(Rejected) as caught:
        create_order(customer, wish("../etc"))
    assert ("bad-code", "code") in codes(caught.value)


def test_the_same_key_makes_one_order_and_another_content_conflicts(small_park, customer, wish):
    data = wish()
    first = create_order(customer, data, idempotency_key="k1")
    assert create_order(customer, data, idempotency_key="k1").pk == first.pk
    assert Order.objects.count() == 1
    with pytest.raises(Conflict):
        create_order(customer, {**data, "note": "x"}, idempotency_key="k1")


def test_a_number_in_use_is_refused(orders, other_customer, wish):
    with pytest.raises(Rejected) as caught:
        create_order(other_customer, wish("C-1"))
    assert codes(caught.value) == {("duplicate", "code")}


def test_two_edits_from_one_version_the_second_conflicts(orders, customer, wish):
    order = orders[0]
    changed = update_order(customer, order, wish(quantity=11), version=1)
    assert (changed.version, changed.lines.get().quantity) == (2, 11)
    with pytest.raises(Conflict, match="now version 2"):
        update_order(customer, order, wish(quantity=12), version=1)
    assert Order.objects.get(pk=order.pk).lines.get().quantity == 11


def test_cancelling_twice_is_harmless_and_cancelled_orders_stay(orders, customer, wish):
    cancel_order(customer, orders[0])
    assert cancel_order(customer, orders[0]).state == OrderState.CANCELLED
    with pytest.raises(Denied):
        update_order(customer, orders[0], wish(), version=2)


def test_foreign_organisations_see_nothing(orders, other_customer, factory_actor, lab):
    assert set(order_list(other_customer).values_list("code", flat=True)) == {"D-1"}
    assert not order_list(factory_actor).exists()
    with pytest.raises(NotFound):
        find_order(other_customer, "C-1")
    with pytest.raises(NotFound):
        cancel_order(other_customer, orders[0])
    with pytest.raises(Denied):
        create_order(lab, {"lines": []})


def test_only_the_operator_orders_for_others(small_park, customer, other_customer, wish):
    with pytest.raises(Denied):
        create_order(customer, wish(), organisation=other_customer.organisation)
    order = create_order(small_park, wish(), organisation=customer.organisation)
    assert order.organisation == customer.organisation


@pytest.mark.parametrize("code", ["new", "stuck", "import", ".", "..", "-x", "a/b", "a" * 61])
def test_an_order_number_that_no_page_could_open_is_refused(small_park, customer, wish, code):
    with pytest.raises(Rejected) as caught:
        create_order(customer, wish(code))
    assert ("bad-code", "code") in codes(caught.value)


@pytest.mark.parametrize("taken", ["zzz", "²", "9" * 45, "10000", "0001"])
def test_numbering_goes_on_whatever_numbers_people_chose(small_park, customer, wish, taken):
    create_order(customer, wish(f"SO-{timezone.localdate():%y%m%d}-{taken}"))
    first, second = create_order(customer, wish()), create_order(customer, wish())
    assert first.code != second.code
    assert Order.objects.count() == 3


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ({"note": "x" * 501}, ("too-long", "note")),
        ({"note": "a\x00b"}, ("not-text", "note")),
        ({"customer_label": "长" * 121}, ("too-long", "customer_label")),
        ({"customer_label": "a\x0bb"}, ("not-text", "customer_label")),
        ({"preferred_factories": ["FA"] * 51}, ("too-many", "preferred_factories")),
        ({"required_certificates": ["x" * 200]}, ("too-many", "required_certificates")),
    ],
)
def test_what_could_not_be_kept_whole_is_refused(small_park, customer, wish, head, expected):
    with pytest.raises(Rejected) as caught:
        create_order(customer, wish(**head))
    assert expected in codes(caught.value)
    kept = create_order(customer, wish())
    with pytest.raises(Rejected):
        update_order(customer, kept, wish(**head), version=kept.version)


def test_an_order_has_a_bounded_number_of_lines_and_line_numbers(small_park, customer, wish):
    data = wish()
    line = data["lines"][0]
    data["lines"] = [{**line, "number": number} for number in range(1, 502)]
    with pytest.raises(Rejected) as caught:
        create_order(customer, data)
    assert codes(caught.value) == {("too-many", "lines")}
    data["lines"] = [{**line, "number": 10**30}]
    with pytest.raises(Rejected) as caught:
        create_order(customer, data)
    assert codes(caught.value) == {("too-large", "lines[0].number")}


@pytest.mark.parametrize(
    ("language", "item", "quantity"),
    [
        ("zh-hans", "第 1 行 物料：没有物料“NO-SUCH”；", "第 1 行 数量："),
        ("en", "line 1, item: there is no item &#x27;NO-SUCH&#x27;; ", "line 1, quantity: "),
    ],
)
def test_the_form_says_all_faults_of_a_line_by_their_labels(small_park, customer, client_for, language, item, quantity):
    client = client_for(customer)
    client.cookies["django_language"] = language
    row = {"item": "NO-SUCH", "quantity": "-3", "unit": "pcs", "due": "2020-01-01T10:00"}
    body = {"line_count": "1", "priority": "5"} | {f"line-0-{name}": value for name, value in row.items()}
    page = client.post("/sharing/orders/new/", body).content.decode()
    assert item in page
    assert quantity in page
    assert "2020-01-01 10:00" in page
    assert page.count('class="field-error"') == 3
