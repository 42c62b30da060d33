"""What the published plan or an open order needs is not taken away."""

from __future__ import annotations

import pytest

from rongzhi.business.sharing.actions.orders import cancel_order, create_order
from rongzhi.business.sharing.actions.promising import accept_promise, ask_promise
from rongzhi.business.sharing.models import OperationState, PlanAssignment, WorkOperation
from rongzhi.elements.resources.actions import deactivate_record, update_record
from rongzhi.elements.resources.models import Item, Machine
from rongzhi.elements.resources.queries import network_document
from rongzhi.kernel.errors import Conflict, Rejected

pytestmark = pytest.mark.django_db


def test_a_machine_of_the_published_plan_stays_and_its_operations_are_named(published, small_park):
    with pytest.raises(Conflict) as caught:
        deactivate_record(small_park, "machines", "GRIND-B")
    for code in ("C-1-1:20", "C-2-1:20", "D-1-1:20"):
        assert f"operation {code} (plan {published.code})" in caught.value.message.en
    off = next(each for each in network_document().machines if each.code == "GRIND-B")
    with pytest.raises(Rejected) as rejected:
        update_record(small_park, "machines", "GRIND-B", off.model_copy(update={"is_active": False}))
    assert [finding.code for finding in rejected.value.findings] == ["in-use"]
    assert Machine.objects.get(code="GRIND-B").is_active


def test_done_work_needs_its_machine_no_more(published, small_park):
    used = set(PlanAssignment.objects.filter(plan=published).values_list("machine_code", flat=True))
    WorkOperation.objects.update(state=OperationState.DONE)
    assert "GRIND-B" in used
    assert deactivate_record(small_park, "machines", "GRIND-B").is_active is False


@pytest.mark.parametrize(
    ("table", "key", "user"),
    [
        ("work_centres", "FB-G", "C-1-1:20"),
        ("factories", "FB", "C-1-1:20"),
        ("calendars", "ALWAYS", "operations of plan"),
        ("items", "SHAFT", "3 open orders"),
    ],
)
def test_so_do_work_centre_factory_calendar_and_item(published, small_park, table, key, user):
    with pytest.raises(Conflict) as caught:
        deactivate_record(small_park, table, key)
    assert user in caught.value.message.en


def test_a_machine_with_a_promised_slot_stays_without_any_plan(small_park, customer, wish):
    order = accept_promise(customer, ask_promise(customer, wish("N-1")))
    with pytest.raises(Conflict, match="promised order N-1"):
        deactivate_record(small_park, "machines", "GRIND-B")
    cancel_order(customer, order)
    assert deactivate_record(small_park, "machines", "GRIND-B").is_active is False


def test_an_item_is_free_once_its_orders_are_cancelled(small_park, customer, wish):
    order = create_order(customer, wish("C-1"))
    with pytest.raises(Conflict, match="1 open order"):
        deactivate_record(small_park, "items", "SHAFT")
    cancel_order(customer, order)
    deactivate_record(small_park, "items", "SHAFT")
    assert not Item.objects.get(code="SHAFT").is_active
