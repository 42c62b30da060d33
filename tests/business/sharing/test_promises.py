"""Promises: earliest date beside the plan, which stays as it is; accepting keeps the slots."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from rongzhi.business.sharing.actions.promising import accept_promise, ask_promise
from rongzhi.business.sharing.models import (
    Order,
    OrderState,
    Plan,
    PlanAssignment,
    PlanOrder,
    Promise,
    PromiseState,
    WorkOperation,
)
from rongzhi.kernel.errors import Conflict, NotFound, Rejected

pytestmark = pytest.mark.django_db


def snapshot(plan: Plan) -> list[tuple]:
    rows = PlanAssignment.objects.filter(plan=plan).order_by("pk")
    return [plan.version, *rows.values_list("operation__code", "machine_code", "start", "setup_end", "end")]


def overlaps(plan: Plan) -> list[tuple[str, str]]:
    found, last = [], {}
    for row in PlanAssignment.objects.filter(plan=plan).select_related("operation").order_by("machine_code", "start"):
        before = last.get(row.machine_code)
        if before is not None and before.end > row.start:
            found.append((before.operation.code, row.operation.code))
        last[row.machine_code] = row
    return found


def test_asking_leaves_the_plan_and_the_orders_as_they_are(published, customer, wish):
    before = snapshot(published)
    promise = ask_promise(customer, wish(quantity=5))
    published.refresh_from_db()
    assert snapshot(published) == before
    assert Order.objects.count() == 3
    assert not WorkOperation.objects.filter(code__startswith="NEW").exists()
    assert promise.plan == published
    assert promise.date > timezone.now() - timedelta(minutes=1)
    steps = promise.breakdown["steps"]
    assert [step["operation"] for step in steps] == ["NEW-1:10", "NEW-1:20"]
    assert promise.cost == sum(Decimal(step["cost"]) for step in steps) + Decimal(promise.breakdown["transport"])
    assert all(step["machine"] == "" for step in steps)  # machines are not named to customers


def test_the_date_is_when_the_work_can_really_end(small_park, customer, wish):
    promise = ask_promise(customer, wish(quantity=10, days=0.01))
    least = 30 + 10 * 2 + 30 + 10 * 1  # both set-ups and runs one after the other, in factory B without transport
    waited = (promise.date - timezone.now()).total_seconds() / 60
    assert waited == pytest.approx(least, abs=2)


def test_accepting_keeps_the_slots_and_promises_the_date(published, customer, wish):
    promise = ask_promise(customer, wish("N-1", quantity=5))
    order = accept_promise(customer, promise)
    published.refresh_from_db()
    row = PlanOrder.objects.get(plan=published, order=order)
    assert (order.code, order.state) == ("N-1", OrderState.PLANNED)
    assert row.end <= promise.date == order.promised_at
    assert row.tardiness_min == 0
    assert published.figures["orders"] == 4
    assert published.order_versions["N-1"] == 1
    assert overlaps(published) == []
    assert accept_promise(customer, promise) == order
    assert Order.objects.count() == 4


def test_two_promises_for_one_gap_the_second_is_told_to_ask_again(published, customer, other_customer, wish):
    first = ask_promise(customer, wish("N-1", quantity=60))
    second = ask_promise(other_customer, wish("N-2", quantity=60))
    assert first.date == second.date
    accept_promise(customer, first)
    with pytest.raises(Conflict, match="taken the machines"):
        accept_promise(other_customer, second)
    assert not Order.objects.filter(code="N-2").exists()
    assert Promise.objects.get(pk=second.pk).state == PromiseState.OFFERED
    assert overlaps(published) == []
    again = ask_promise(other_customer, wish("N-2", quantity=60))
    assert again.date > second.date
    accept_promise(other_customer, again)
    assert overlaps(published) == []


def test_without_a_plan_the_order_waits_for_planning_with_the_promised_date(small_park, customer, wish):
    promise = ask_promise(customer, wish("N-1", days=0.01))
    order = accept_promise(customer, promise)
    assert order.state == OrderState.OPEN
    assert order.lines.get().due == promise.date


def test_an_expired_promise_is_refused(published, customer, wish):
    promise = ask_promise(customer, wish())
    Promise.objects.filter(pk=promise.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict, match="expired"):
        accept_promise(customer, promise)


def test_a_step_nobody_can_do_is_refused_with_the_reason(published, customer, wish):
    with pytest.raises(Rejected) as caught:
        ask_promise(customer, wish(item="FRAME"))
    (finding,) = caught.value.findings
    assert (finding.code, finding.where) == ("nobody-can", "operations.NEW-1:10")
    assert "welding" in finding.message.en
    assert not Promise.objects.exists()


def test_bad_wishes_are_named(published, customer, wish):
    with pytest.raises(Rejected) as caught:
        ask_promise(customer, wish(quantity=0))
    assert [finding.where for finding in caught.value.findings] == ["lines[0].quantity"]


def test_foreign_promises_are_unseen(published, customer, other_customer, wish):
    promise = ask_promise(customer, wish())
    with pytest.raises(NotFound):
        accept_promise(other_customer, promise)
    assert not Order.objects.filter(pk=promise.order_id or 0).exists()


def test_the_same_key_asks_once(published, customer, wish):
    data = wish()
    assert ask_promise(customer, data, idempotency_key="k").pk == ask_promise(customer, data, idempotency_key="k").pk
    assert Promise.objects.count() == 1
