"""Promises: earliest date beside the plan, which stays as it is; accepting keeps the slots."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone, translation

from rongzhi.business.sharing.actions.orders import cancel_order, create_order
from rongzhi.business.sharing.actions.promising import accept_promise, ask_promise
from rongzhi.business.sharing.actions.publishing import publish_plan
from rongzhi.business.sharing.capacity import capacity
from rongzhi.business.sharing.clock import park_now
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
from rongzhi.business.sharing.park import load_park
from rongzhi.business.sharing.queries.promises import as_seen, find_promise
from rongzhi.business.sharing.views.promises import _title
from rongzhi.business.sharing.workbook import load_work
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


def test_machines_and_other_orders_are_named_to_the_operator_only(published, operator, customer, wish):
    promise = ask_promise(customer, wish(quantity=5))
    told = find_promise(operator, promise.pk)
    assert all(step["machine"] for step in as_seen(operator, told).breakdown["steps"])
    waits = [row for step in told.breakdown["steps"] for row in step["reasons"] if row["kind"] == "machine"]
    assert any("LATHE" in row["zh"] for row in waits)
    kept = as_seen(customer, find_promise(customer, promise.pk))
    words = json.dumps([kept.breakdown, kept.alternatives])
    assert not any(name in words for name in ("LATHE", "GRIND", "C-1", "C-2", "D-1"))
    assert all(row["zh"] for step in kept.breakdown["steps"] for row in step["reasons"])


def test_the_reasons_of_a_step_add_up_to_its_start(published, customer, wish):
    promise = ask_promise(customer, wish(quantity=5))
    first, second = promise.breakdown["steps"]
    for step, ready in ((first, promise.created_at), (second, datetime.fromisoformat(first["end"]))):
        waited = (datetime.fromisoformat(step["start"]) - ready).total_seconds() / 60
        moved = sum(
            (datetime.fromisoformat(move["arrive"]) - datetime.fromisoformat(move["depart"])).total_seconds() / 60
            for move in promise.breakdown["moves"]
            if step is second
        )
        assert sum(row["minutes"] for row in step["reasons"]) + moved == pytest.approx(waited, abs=2)


def test_other_ways_differ_and_each_can_be_accepted(small_park, customer, wish):
    promise = ask_promise(customer, wish("N-1", quantity=800, days=0.01))
    ways = {each["variant"]: each for each in promise.alternatives}
    assert set(ways) == {"cheapest"}  # only factory B grinds; its lathe is dearer, but there is no way to go
    assert promise.breakdown["variant"] == "best"
    assert Decimal(ways["cheapest"]["cost"]) < promise.cost
    assert datetime.fromisoformat(ways["cheapest"]["date"]) > promise.date
    order = accept_promise(customer, promise, variant="cheapest")
    assert order.promised_at == datetime.fromisoformat(ways["cheapest"]["date"])
    promise.refresh_from_db()
    assert (promise.cost, promise.date) == (Decimal(ways["cheapest"]["cost"]), order.promised_at)


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


def test_the_wished_date_stays_and_planning_keeps_the_later_promised_one(small_park, customer, wish, plan_now):
    data = wish("N-1", days=0.01)
    order = accept_promise(customer, ask_promise(customer, data))
    assert order.state == OrderState.OPEN
    line = order.lines.get()
    wished = datetime.fromisoformat(data["lines"][0]["due"])
    assert line.due == order.due == wished < order.promised_at
    (lot,) = load_work([order], wished).work.lots
    assert lot.due_min == int((order.promised_at - wished).total_seconds() // 60) > 0
    planned = PlanOrder.objects.get(plan=plan_now(), order=order)
    assert timedelta(0) <= order.promised_at - planned.due < timedelta(minutes=1)


def test_an_earlier_promise_leaves_the_wished_date_to_keep(published, customer, wish):
    order = accept_promise(customer, ask_promise(customer, wish("N-1")))
    due = order.lines.get().due
    assert order.promised_at < due
    assert order.due_to_keep(due) == due
    assert PlanOrder.objects.get(plan=published, order=order).due == due


def two_lines(wish, first: float, second: float) -> dict:
    data = wish("N-1", days=first, quantity=200)
    other = wish(days=second, quantity=5)["lines"][0] | {"number": 2}
    return {**data, "lines": [*data["lines"], other]}


def test_every_line_of_a_promise_has_its_own_date(published, customer, wish, client_for):
    promise = ask_promise(customer, two_lines(wish, 0.02, 9))
    rows = {line["number"]: line for line in promise.breakdown["lines"]}
    ends = {number: datetime.fromisoformat(line["end"]) for number, line in rows.items()}
    steps = promise.breakdown["steps"]
    assert {step["line"] for step in steps} == {1, 2}
    for number, end in ends.items():
        assert end == max(datetime.fromisoformat(step["end"]) for step in steps if step["line"] == number)
        due = datetime.fromisoformat(rows[number]["due"])
        assert rows[number]["late_min"] == round((end - due).total_seconds() / 60)
    assert rows[1]["late_min"] > 0 > rows[2]["late_min"]
    assert [Decimal(rows[number]["quantity"]) for number in (1, 2)] == [200, 5]
    client = client_for(customer, language="en")
    page = client.get(f"/sharing/promises/{promise.pk}/").content.decode()
    assert page.count("later than the date you wish") >= 2  # said on the page, and asked before it is accepted
    assert "data-confirm=" in page
    assert "this is the fastest way" in page
    order = accept_promise(customer, promise)
    row = PlanOrder.objects.get(plan=published, order=order)
    slack = min(
        round((max(line.due, order.promised_at) - ends[line.number]).total_seconds() / 60) for line in order.lines.all()
    )
    assert row.slack_min == slack
    assert "Slack (of the tightest line)" in client.get("/sharing/orders/N-1/").content.decode()


def test_the_slack_is_that_of_the_tightest_line(published, customer, wish):
    order = accept_promise(customer, ask_promise(customer, two_lines(wish, 3, 30)))
    row = PlanOrder.objects.get(plan=published, order=order)
    assert row.due == order.lines.get(number=1).due
    assert 0 < row.slack_min < 3 * 1440


def test_a_promise_in_time_asks_nothing_and_says_what_it_is(published, customer, wish, client_for):
    promise = ask_promise(customer, wish("N-1"))
    client = client_for(customer, language="zh-hans")
    page = client.get(f"/sharing/promises/{promise.pk}/").content.decode()
    assert "期望交期之内最省的做法" in page
    assert "data-confirm=" not in page
    assert "最早可靠交期" not in page
    order = accept_promise(customer, promise)
    local = timezone.localtime(order.promised_at)
    page = client.get("/sharing/orders/N-1/").content.decode()
    assert f'<span class="stage-words">{local:%m-%d %H:%M}</span>' in page


@pytest.mark.parametrize(
    ("delay", "extra", "words"),
    [(-60, "5", "A faster way"), (60, "-5", "A cheaper way"), (-60, "-5", "A faster and cheaper way"),
     (60, "5", "Another way")],
)  # fmt: skip
def test_another_way_is_called_what_it_is(delay, extra, words):
    with translation.override("en"):
        assert _title({"kind": "cheapest", "delay_min": delay, "extra_cost": extra}, "en") == words


def test_without_a_plan_an_accepted_promise_keeps_its_slots_too(small_park, customer, other_customer, wish):
    first = ask_promise(customer, wish("N-1", quantity=60))
    second = ask_promise(other_customer, wish("N-2", quantity=60))
    assert first.date == second.date
    order = accept_promise(customer, first)
    first.refresh_from_db()
    assert [slot["operation"] for slot in first.breakdown["slots"]] == ["N-1-1:10", "N-1-1:20"]
    with pytest.raises(Conflict, match="taken the machines"):
        accept_promise(other_customer, second)
    again = ask_promise(other_customer, wish("N-2", quantity=60))
    accept_promise(other_customer, again)
    again.refresh_from_db()
    taken = sorted(
        (slot["machine"], slot["start"], slot["end"])
        for promise in (first, again)
        for slot in promise.breakdown["slots"]
    )
    for before, after in pairwise(taken):
        assert before[0] != after[0] or before[2] <= after[1]
    cancel_order(customer, order)
    free = ask_promise(customer, wish("N-3", quantity=60))
    assert free.date <= again.date


def test_a_draft_without_an_order_promised_since_is_not_published(
    published, plan_now, operator, customer, wish, client_for
):
    draft = plan_now()
    order = accept_promise(customer, ask_promise(customer, wish("N-1", quantity=60)))
    with pytest.raises(Conflict) as caught:
        publish_plan(operator, draft)
    assert [(each.code, each.where) for each in caught.value.findings] == [("promise-missing", "order/N-1")]
    order.refresh_from_db()
    assert order.state == OrderState.PLANNED
    assert Plan.objects.get(state="published") == published
    assert PlanAssignment.objects.filter(plan=published, order=order).exists()
    client = client_for(operator)
    for url in (f"{draft.code}/", f"compare/?a={published.code}&b={draft.code}"):
        assert "订单 N-1 已承诺" in client.get(f"/sharing/plans/{url}").content.decode()
    again = publish_plan(operator, plan_now())
    assert PlanAssignment.objects.filter(plan=again, order=order).exists()


def test_a_draft_without_an_order_of_the_present_plan_is_not_published(orders, plan_now, operator, customer, wish):
    draft = plan_now()
    create_order(customer, wish("N-1"))
    present = publish_plan(operator, plan_now())
    with pytest.raises(Conflict) as caught:
        publish_plan(operator, draft)
    assert [(each.code, each.where) for each in caught.value.findings] == [("order-missing", "order/N-1")]
    assert Plan.objects.get(state="published") == present


def test_a_promised_order_nobody_can_do_any_more_holds_no_plan_up(published, plan_now, operator, customer, wish):
    order = accept_promise(customer, ask_promise(customer, wish("N-1")))
    WorkOperation.objects.filter(lot__order=order).update(candidates=[])
    draft = plan_now()
    assert draft.figures["left_out"].keys() == {"N-1"}
    assert publish_plan(operator, draft).state == "published"
    machines = {slot["machine"] for slot in Promise.objects.get(order=order).breakdown["slots"]}
    held = capacity(load_park(), draft, park_now()).promiser.problem.pins
    assert {pin.machine for pin in held if pin.operation.startswith("N-1")} == machines


def test_many_promises_in_a_row_never_share_a_machine(published, customer, wish):
    for number in range(6):
        accept_promise(customer, ask_promise(customer, wish(f"N-{number}", quantity=7 * number + 3)))
    assert overlaps(published) == []
    assert Order.objects.filter(state=OrderState.PLANNED).count() == 9


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
