"""From orders to a published plan: decomposed, verified, whole or not at all, one at a time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django.utils import timezone

from rongzhi.business.sharing.actions.decomposition import decompose_orders
from rongzhi.business.sharing.actions.orders import create_order, update_order
from rongzhi.business.sharing.actions.planning import discard_plan, keep_draft, set_preference, start_planning
from rongzhi.business.sharing.actions.publishing import OutOfDate, publish_plan
from rongzhi.business.sharing.models import (
    OperationState,
    Order,
    OrderState,
    Plan,
    PlanAssignment,
    PlanOrder,
    PlanState,
    WorkOperation,
)
from rongzhi.business.sharing.park import Park
from rongzhi.business.sharing.queries.compare import compare_plans
from rongzhi.business.sharing.queries.gantt import Window, gantt_data
from rongzhi.business.sharing.queries.load import flow_data, load_data
from rongzhi.business.sharing.queries.plans import assignments
from rongzhi.business.sharing.queries.reasons import explained, main_cause, why_factory, why_late
from rongzhi.elements.resources.models import Machine
from rongzhi.kernel.errors import Conflict, Denied, Rejected

pytestmark = pytest.mark.django_db


def test_decomposition_names_who_can_and_why_others_cannot(orders, small_park):
    done = decompose_orders(small_park)
    assert (done.orders, done.lots, done.operations, done.stuck) == (3, 3, 6, ())
    turning = WorkOperation.objects.get(code="C-1-1:10")
    assert {each["machine"] for each in turning.candidates} == {"LATHE-A", "LATHE-B"}
    grinding = WorkOperation.objects.get(code="C-1-1:20")
    assert [each["machine"] for each in grinding.candidates] == ["GRIND-B"]
    assert {each["factory"] for each in grinding.refusals} == {"FA", "FB"}
    assert all(each["zh"] and each["en"] for each in grinding.refusals)
    assert decompose_orders(small_park).orders == 0


def test_a_changed_order_or_network_is_decomposed_again(orders, small_park, customer, wish):
    decompose_orders(small_park)
    update_order(customer, orders[0], wish(quantity=30), version=1)
    assert decompose_orders(small_park).orders == 1
    assert WorkOperation.objects.get(code="C-1-1:10").quantity == 30
    machine = Machine.objects.get(code="LATHE-B")
    machine.is_active, machine.version = False, machine.version + 1
    machine.save()
    assert decompose_orders(small_park).orders == 3
    assert [each["machine"] for each in WorkOperation.objects.get(code="C-1-1:10").candidates] == ["LATHE-A"]


def test_an_order_changed_while_it_is_decomposed_is_decomposed_as_it_now_is(
    orders, small_park, customer, wish, monkeypatch
):
    reckon, asked = Park.decompose, []

    def slow(park, documents, origin):
        asked.append(len(documents))
        if len(asked) == 1:
            update_order(customer, orders[0], wish(quantity=30), version=1)
        return reckon(park, documents, origin)

    monkeypatch.setattr(Park, "decompose", slow)
    assert decompose_orders(small_park).orders == 3
    assert asked == [3, 3]
    assert WorkOperation.objects.get(code="C-1-1:10").quantity == 30
    assert decompose_orders(small_park).orders == 0


def test_an_order_that_never_holds_still_is_refused_with_a_reason(orders, small_park, customer, wish, monkeypatch):
    reckon, version = Park.decompose, iter(range(1, 9))

    def slow(park, documents, origin):
        number = next(version)
        update_order(customer, orders[0], wish(quantity=30 + number), version=number)
        return reckon(park, documents, origin)

    monkeypatch.setattr(Park, "decompose", slow)
    with pytest.raises(Conflict, match="kept changing"):
        decompose_orders(small_park)
    assert not WorkOperation.objects.exists()


def test_a_plan_is_verified_and_says_what_it_means(orders, plan_now):
    plan = plan_now()
    assert plan.state == PlanState.DRAFT
    assert plan.figures["orders"] == 3
    assert plan.figures["operations"] == PlanAssignment.objects.filter(plan=plan).count() == 6
    assert plan.bound_value is not None
    assert plan.bound_name
    assert plan.total >= plan.bound_value
    for row in PlanAssignment.objects.filter(plan=plan).select_related("operation"):
        assert row.start <= row.setup_end <= row.end
        assert row.machine_code in {each["machine"] for each in row.operation.candidates}
    first = PlanAssignment.objects.get(plan=plan, operation__code="C-1-1:10")
    second = PlanAssignment.objects.get(plan=plan, operation__code="C-1-1:20")
    moved = 60 if first.factory_code == "FA" else 0
    assert (second.start - first.end).total_seconds() / 60 >= moved


def test_a_step_nobody_can_do_leaves_its_order_out_with_the_reason(orders, plan_now, customer, wish):
    create_order(customer, wish("C-9", item="FRAME"))
    plan = plan_now()
    assert plan.figures["left_out"] == {"C-9": ["C-9-1:10"]}
    assert not PlanOrder.objects.filter(plan=plan, order__code="C-9").exists()
    refusals = WorkOperation.objects.get(code="C-9-1:10").refusals
    assert {each["code"] for each in refusals} == {"process"}


def test_planning_nothing_is_a_clear_answer(small_park, plan_now):
    with pytest.raises(Conflict, match="no order to plan"):
        plan_now()


def test_a_late_order_says_why(small_park, customer, plan_now, wish):
    create_order(customer, wish("C-1", days=0.02, quantity=50))
    plan = plan_now()
    row = PlanOrder.objects.get(plan=plan)
    assert row.tardiness_min > 0
    chain = why_late(small_park, row.order, plan)
    assert chain[-1]["operation"] == "C-1-1:20"
    assert {step["cause"] for step in chain} <= {"work", "transport"}  # nobody is in the way
    assert sum(step["minutes"] for step in chain) == (row.end - plan.origin).total_seconds() / 60
    assert all(step["reason"] for step in chain)
    assert row.explained["is_impossible"]
    # All that can be saved is the hour on the road, whatever that costs.
    assert {each["gain_min"] for each in row.explained["helps"]} <= {60}
    assert [step["machine"] for step in why_late(customer, row.order, plan)] == []  # a draft is not theirs to see


@pytest.fixture
def crowded(small_park, customer, other_customer, plan_now, wish) -> Plan:
    """A published plan in which two large orders, frozen, keep both lathes from a small one."""
    for code in ("C-1", "C-2"):
        create_order(customer, wish(code, days=1, quantity=400))
    publish_plan(small_park, plan_now())
    create_order(other_customer, wish("D-1", days=0.2, quantity=20))
    return publish_plan(small_park, plan_now(frozen_until=(timezone.now() + timedelta(days=9)).isoformat()))


def test_what_would_help_and_who_went_first_are_kept_with_the_plan(crowded, small_park):
    row = PlanOrder.objects.get(plan=crowded, order__code="D-1")
    found = explained(small_park, row)
    assert row.tardiness_min == found["waiting_min"] - found["slack_min"] > 0
    blockers = {each["order"] for each in found["blockers"]}
    assert blockers & {"C-1", "C-2"} == blockers != set()
    chain = why_late(small_park, row.order, crowded)
    assert sum(step["minutes"] for step in chain) == (row.end - crowded.origin).total_seconds() / 60
    assert main_cause(chain)["cause"] == "machine"
    assert any(code in main_cause(chain)["reason"] for code in blockers)
    for each in found["helps"]:
        assert datetime.fromisoformat(each["completion"]) == row.end - timedelta(minutes=each["gain_min"])
        assert each["gain_min"] > 0


def test_reasons_name_no_machine_and_no_other_order_to_a_customer(crowded, other_customer, client_for):
    row = PlanOrder.objects.get(plan=crowded, order__code="D-1")
    told = [why_late(other_customer, row.order, crowded), explained(other_customer, row)]
    page = client_for(other_customer).get("/sharing/orders/D-1/?tab=late").content.decode()
    api = client_for(other_customer).get(f"/api/v1/sharing/plans/{crowded.code}/orders").content.decode()
    for text in (json.dumps(told, default=str), page, api):
        assert not any(name in text for name in ("LATHE", "GRIND", "C-1", "C-2"))
    assert "时间花在哪里" in page


def test_every_operation_says_why_it_is_on_its_machine(crowded, small_park):
    rows = {row.operation.code: row for row in PlanAssignment.objects.filter(plan=crowded).select_related("operation")}
    assert all(row.choice["zh"] and row.choice["en"] for row in rows.values())
    assert rows["D-1-1:20"].choice["reasons"] == ["only"]
    others = rows["D-1-1:10"].choice["others"]
    assert {rows["D-1-1:10"].machine_code, *(each["machine"] for each in others)} == {"LATHE-A", "LATHE-B"}
    found = why_factory(small_park, rows["D-1-1:10"].operation)
    assert found["why"]["others"] == others


def test_why_a_factory_shows_prices_and_refusals(published, small_park):
    operation = WorkOperation.objects.select_related("lot__order__organisation").get(code="C-1-1:10")
    found = why_factory(small_park, operation)
    assert [each.is_chosen for each in found["choices"]].count(True) == 1
    assert found["cheapest"] == min(float(each.cost) for each in found["choices"])
    assert {each["reason"] for each in found["refusals"]}


def test_weights_out_of_range_are_refused_and_start_nothing(orders, small_park):
    from rongzhi.platform.jobs.models import Job

    with pytest.raises(Rejected) as caught:
        start_planning(small_park, weights={"cost": -1, "beauty": 3}, time_limit_s=-5, seed="x")
    assert {finding.where for finding in caught.value.findings} == {
        "weights.cost", "weights.beauty", "time_limit_s", "seed",
    }  # fmt: skip
    assert not Job.objects.exists()


def test_only_the_operator_plans(orders, customer, factory_actor, published):
    for actor in (customer, factory_actor):
        with pytest.raises(Denied):
            start_planning(actor)
        with pytest.raises(Denied):
            publish_plan(actor, published)
        with pytest.raises(Denied):
            set_preference(actor, weights={})


def test_publishing_releases_the_work_and_supersedes(published, plan_now, small_park):
    from rongzhi.platform.events.models import Event

    assert set(WorkOperation.objects.values_list("state", flat=True)) == {OperationState.RELEASED}
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.PLANNED}
    told = Event.objects.filter(type="work.dispatched").values_list("organisation__code", flat=True)
    assert set(told) == {row.organisation.code for row in PlanAssignment.objects.select_related("organisation")}
    second = publish_plan(small_park, plan_now(), replacing=published.code)
    published.refresh_from_db()
    assert (published.state, second.state) == (PlanState.SUPERSEDED, PlanState.PUBLISHED)


def test_publishing_twice_says_who_was_first(published, small_park):
    with pytest.raises(Conflict, match=f"already published by {small_park.name}"):
        publish_plan(small_park, published)


def test_publishing_over_a_plan_one_has_not_seen_conflicts(published, plan_now, small_park):
    draft = plan_now()
    with pytest.raises(Conflict, match=published.code):
        publish_plan(small_park, draft, replacing="")
    draft.refresh_from_db()
    assert draft.state == PlanState.DRAFT


def test_a_machine_taken_out_since_blocks_publishing(orders, plan_now, small_park):
    plan = plan_now()
    Machine.objects.filter(code="GRIND-B").update(is_active=False)
    with pytest.raises(OutOfDate, match="GRIND-B") as caught:
        publish_plan(small_park, plan)
    assert [finding.code for finding in caught.value.findings] == ["machine-gone"]
    plan.refresh_from_db()
    assert plan.state == PlanState.DRAFT
    assert not Order.objects.filter(state=OrderState.PLANNED).exists()


def test_a_deleted_machine_leaves_the_plan_readable(published, small_park, client_for):
    machine = Machine.objects.get(code="GRIND-B")
    machine.capabilities.all().delete()
    machine.delete()
    rows = PlanAssignment.objects.filter(plan=published, machine_code="GRIND-B")
    assert rows.count() == 3
    assert set(rows.values_list("machine", flat=True)) == {None}
    response = client_for(small_park).get(f"/sharing/plans/{published.code}/")
    assert response.status_code == 200
    assert "已删除" in response.content.decode()


def test_an_order_changed_since_blocks_publishing(orders, plan_now, small_park, customer, wish):
    plan = plan_now()
    update_order(customer, orders[0], wish(quantity=15), version=1)
    with pytest.raises(OutOfDate, match="C-1 is now version 2"):
        publish_plan(small_park, plan)


def test_killed_while_saving_leaves_nothing(orders, plan_now, monkeypatch):
    from rongzhi.business.sharing import planstore

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(planstore._Writer, "orders", die)
    with pytest.raises(KeyboardInterrupt):
        plan_now()
    assert not Plan.objects.exists()
    assert not PlanAssignment.objects.exists()


def test_a_plan_with_violations_is_never_stored(orders, plan_now, monkeypatch):
    from rongzhi.engines import scheduling
    from rongzhi.engines.scheduling import Plan as Found
    from rongzhi.engines.scheduling.result import Assignment

    true_solve = scheduling.solve

    def broken(problem, **options):
        from dataclasses import replace

        result = true_solve(problem, **options)
        rows = [Assignment(r.operation, r.machine, r.mode, 0, 0, 1) for r in result.plan]
        return replace(result, plan=Found.of(rows))

    monkeypatch.setattr(scheduling, "solve", broken)
    with pytest.raises(Rejected):
        plan_now()
    assert not Plan.objects.exists()
    assert callable(keep_draft)


def test_a_draft_is_discarded_whole_and_a_published_plan_never(published, plan_now, small_park):
    draft = plan_now()
    discard_plan(small_park, draft)
    assert not PlanAssignment.objects.filter(plan_id=draft.pk).exists()
    with pytest.raises(Denied):
        discard_plan(small_park, published)


def test_two_plans_side_by_side(published, plan_now, small_park, customer, wish):
    update_order(customer, Order.objects.get(code="C-2"), wish(quantity=200), version=1)
    found = compare_plans(small_park, published, plan_now())
    assert (found.common, found.only_a, found.only_b) == (6, 0, 0)
    assert "C-2" in {change.order for change in found.orders}
    same = compare_plans(small_park, published, published)
    assert (same.moved, same.orders) == ([], [])


def test_factories_and_customers_see_only_their_part(published, factory_actor, other_factory, customer, lab):
    mine = assignments(factory_actor, published)
    assert {row.factory_code for row in mine} <= {"FA"}
    assert {row.factory_code for row in assignments(other_factory, published)} == {"FB"}
    assert {row.order.code for row in assignments(customer, published)} == {"C-1", "C-2"}
    assert not assignments(lab, published).exists()
    data = gantt_data(customer, published, Window())
    assert all(not row["machine"] for row in data["rows"])
    assert {bar["order"] for bar in data["bars"]} == {"C-1", "C-2"}


def test_pictures_hold_what_the_plan_holds(published, small_park):
    data = gantt_data(small_park, published, Window())
    assert (len(data["bars"]), data["total"]) == (6, 6)
    assert {bar["row"] for bar in data["bars"]} <= {row["id"] for row in data["rows"]}
    only = gantt_data(small_park, published, Window(order="C-1"))
    assert {bar["order"] for bar in only["bars"]} == {"C-1"}
    load = load_data(small_park, published, bucket_days=1)
    minutes = sum((row.end - row.start).total_seconds() for row in PlanAssignment.objects.filter(plan=published)) / 60
    assert sum(sum(row["load_h"]) for row in load["rows"]) * 60 == pytest.approx(minutes, abs=5)
    flows = flow_data(small_park, published)
    assert sum(flow["shipments"] for flow in flows["flows"]) == published.figures["transports"]


def test_idle_machines_stand_in_the_pictures_too(published, small_park, factory_actor, customer):
    every = [("FA", "LATHE-A"), ("FB", "GRIND-B"), ("FB", "LATHE-B")]
    PlanAssignment.objects.filter(plan=published, machine_code="LATHE-B").delete()
    for actor, shown in ((small_park, every), (factory_actor, every[:1]), (customer, [])):
        load = load_data(actor, published)["rows"]
        assert [(row["factory"], row["machine"]) for row in load] == shown
        rows = gantt_data(actor, published, Window())["rows"]
        assert [(row["factory"], row["machine"]) for row in rows if row["machine"]] == shown
    idle = load_data(small_park, published)["rows"][2]
    assert (sum(idle["load_h"]), min(idle["capacity_h"]) > 0) == (0, True)
    assert [row["machine"] for row in load_data(small_park, published, factory="FB")["rows"]] == ["GRIND-B", "LATHE-B"]
    assert {row["factory"] for row in gantt_data(small_park, published, Window(factory="FA"))["rows"]} == {"FA"}


@pytest.mark.django_db(transaction=True)
def test_two_people_publish_at_once_and_one_wins(orders, plan_now, small_park):
    drafts = [plan_now(), plan_now(seed=2)]
    barrier, answers = Barrier(2), []

    def publish(draft):
        barrier.wait()
        try:
            publish_plan(small_park, draft, replacing="")
            answers.append("published")
        except Conflict:
            answers.append("conflict")
        finally:
            connections.close_all()

    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        for draft in drafts:  # one connection only: one after the other, both deciding on what they saw before
            try:
                publish_plan(small_park, draft, replacing="")
                answers.append("published")
            except Conflict:
                answers.append("conflict")
    else:
        threads = [Thread(target=publish, args=(draft,)) for draft in drafts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sorted(answers) == ["conflict", "published"]
    assert Plan.objects.filter(state=PlanState.PUBLISHED).count() == 1


def test_an_item_without_routing_stops_neither_planning_nor_promises_of_others(orders, plan_now, customer, wish):
    """A new item is saved before its routing: until then only orders for it are refused, at their place."""
    from rongzhi.business.sharing.actions.promising import ask_promise
    from rongzhi.elements.resources.actions import create_record
    from rongzhi.model.base import Name
    from rongzhi.model.production import Item

    create_record(customer, "items", Item(code="DRAWN", name=Name(zh="新件")))
    assert plan_now().figures["orders"] == 3
    assert ask_promise(customer, wish()).date
    with pytest.raises(Rejected) as caught:
        create_order(customer, wish(item="DRAWN"))
    assert [(each.code, each.where) for each in caught.value.findings] == [("no-routing", "lines[0].item")]
