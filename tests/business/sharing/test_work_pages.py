"""The pages of the shop floor: what is shown, what is offered, and where a report leads."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from rongzhi.business.sharing.models import Order, OrderState, PlanAssignment, ProgressReport, WorkOperation
from rongzhi.business.sharing.policy import may_edit_order
from rongzhi.business.sharing.queries.closed import closed_hits, replan_words
from rongzhi.business.sharing.queries.load import load_data
from rongzhi.business.sharing.queries.work import work_counts
from rongzhi.elements.resources.models import Calendar
from rongzhi.elements.resources.uses import effects

pytestmark = pytest.mark.django_db
PAGE = "/sharing/work/C-1-1:20/"


def text(response) -> str:
    return response.content.decode()


def now(**back: int) -> str:
    return f"{timezone.localtime() - timedelta(**back):%Y-%m-%dT%H:%M}"


def test_report_correct_and_stay(published, other_factory, client_for):
    client = client_for(other_factory)
    page = text(client.get(PAGE))
    assert '<option value="GRIND-B" selected>' in page
    assert "LATHE" not in page
    typed = {"kind": "complete", "at": now(minutes=5), "good": "10", "machine": "GRIND-B", "idempotency_key": "k1"}
    answer = client.post(PAGE, typed)
    assert (answer.status_code, answer.url) == (302, PAGE)
    page = text(client.get(PAGE))
    assert "还没有报开工" in page
    refused = client.post(PAGE, {**typed, "idempotency_key": "k2"})
    assert refused.status_code == 422
    assert "已报 10 件" in text(refused)
    assert 'href="?corrects=k1"' in page
    page = text(client.get(f"{PAGE}?corrects=k1"))
    assert 'name="corrects" value="k1"' in page
    assert "正在更正" in page
    typed |= {"good": "9", "scrap": "1", "idempotency_key": "k3", "corrects": "k1"}
    assert client.post(f"{PAGE}?corrects=k1", typed).status_code == 302
    assert "已更正" in text(client.get(PAGE))
    assert WorkOperation.objects.get(code="C-1-1:20").good_quantity == 9
    assert ProgressReport.objects.count() == 2


def test_a_machine_that_cannot_is_not_taken(published, small_park, client_for):
    typed = {"kind": "start", "at": now(minutes=5), "machine": "LATHE-A", "idempotency_key": "k1"}
    assert client_for(small_park).post(PAGE, typed).status_code == 422
    assert not ProgressReport.objects.exists()


def test_the_list_shows_two_weeks_and_says_when_the_next_begins(published, other_factory, small_park, client_for):
    client, rows = client_for(other_factory), PlanAssignment.objects.all()
    rows.update(start=timezone.now() + timedelta(days=13), end=timezone.now() + timedelta(days=14))
    assert "C-1-1:20" in text(client.get("/sharing/work/"))
    far = timezone.now() + timedelta(days=20)
    rows.update(start=far, end=far + timedelta(hours=1))
    page = text(client.get("/sharing/work/"))
    assert "C-1-1:20" not in page
    assert f"下一道工序计划在 {timezone.localtime(far):%Y-%m-%d}" in page
    page = text(client_for(small_park).get("/sharing/work/?when=all"))
    assert "各厂工序" in page
    assert all(code in page for code in rows.values_list("factory_code", flat=True).distinct())


def test_what_is_due_is_counted_as_the_list_shows_it(published, other_factory, client_for):
    rows = PlanAssignment.objects.filter(organisation=other_factory.organisation).order_by("pk")
    late = timezone.now() - timedelta(hours=1)
    first = rows.first()
    PlanAssignment.objects.exclude(pk=first.pk).update(start=timezone.now() + timedelta(days=3))
    PlanAssignment.objects.filter(pk=first.pk).update(start=late - timedelta(hours=2), end=late)
    counts = work_counts(other_factory)
    assert counts == {"open": rows.count(), "due": 1, "overdue": 0}
    client = client_for(other_factory)
    page = text(client.get("/sharing/work/?when=today&state=released"))
    assert [code for code in rows.values_list("operation__code", flat=True) if code in page] == [first.operation.code]
    WorkOperation.objects.filter(pk=first.operation_id).update(state="running")
    assert work_counts(other_factory) == {"open": rows.count(), "due": 0, "overdue": 1}
    page = text(client.get("/sharing/work/?when=overdue"))
    assert first.operation.code in page
    others = rows.exclude(pk=first.pk).values_list("operation__code", flat=True)
    assert not any(code in page for code in others)


def test_a_factory_s_home_speaks_of_its_own_operations(published, other_factory, small_park, client_for):
    page = text(client_for(other_factory).get("/"))
    assert "未完工工序" in page
    assert "在手订单" not in page
    assert "/sharing/work/?when=today&amp;state=released" in page
    assert "在手订单" in text(client_for(small_park).get("/"))


def test_the_menu_shows_what_one_may_open(published, customer, other_factory, client_for):
    def menu(actor) -> set[str]:
        found = re.search(r'<ul class="tree-pages">.*?</ul>', text(client_for(actor).get("/sharing/")), re.DOTALL)
        return set(re.findall(r'href="([^"]+)"', found[0]))

    closed = {"/sharing/load/", "/sharing/work/", "/sharing/replay/"}
    assert not menu(customer) & closed
    assert menu(other_factory) >= closed
    for actor in (customer, other_factory):
        assert {client_for(actor).get(url).status_code for url in menu(actor)} == {200}


def test_why_late_of_an_order_that_is_not_late(published, customer, client_for):
    assert "这个订单不会拖期" in text(client_for(customer).get("/sharing/orders/C-1/?tab=late"))


def test_load_of_the_weeks_ahead_begins_today(published, small_park):
    since = timezone.now() + timedelta(days=2)
    data = load_data(small_park, published, since=since)
    assert data["buckets"][0] == f"{timezone.localtime(since):%Y-%m-%d}"


def test_the_operator_is_not_sent_to_the_operator(published, small_park, customer):
    order = Order.objects.get(code="C-1")
    order.state = OrderState.IN_PROGRESS
    assert "运营方" in may_edit_order(customer, order).reason.zh
    verdict = may_edit_order(small_park, order)
    assert not verdict
    assert "运营方" not in verdict.reason.zh


def test_closed_time_under_the_published_plan_asks_for_a_new_one(published, small_park, client_for):
    assert closed_hits() == []
    client = client_for(small_park)
    assert "落在停工时间" not in text(client.get("/"))
    calendar = Calendar.objects.get(code="ALWAYS")
    row = PlanAssignment.objects.get(operation__code="C-1-1:20")
    stop = {"kind": "maintenance", "start": row.start - timedelta(minutes=1), "end": row.end}
    calendar.exceptions.create(position=0, **stop)
    Calendar.objects.filter(pk=calendar.pk).update(version=calendar.version + 1)
    assert ("C-1-1:20", "GRIND-B") in closed_hits()
    assert "C-1-1:20 (GRIND-B)" in replan_words().zh
    assert [words.en for words in effects()] == [replan_words().en]
    assert f"重排：{len(closed_hits())} 道工序落在停工时间" in text(client.get("/"))


def test_saving_a_calendar_names_what_it_hits(published, small_park, client_for):
    row = PlanAssignment.objects.get(operation__code="C-1-1:20")
    calendar, moment = Calendar.objects.get(code="ALWAYS"), "%Y-%m-%dT%H:%M"
    sent = {
        "code": "ALWAYS", "name_zh": "全天", "name_en": "All day", "timezone": calendar.timezone,
        "exceptions-0-start": f"{timezone.localtime(row.start) - timedelta(minutes=1):{moment}}",
        "exceptions-0-end": f"{timezone.localtime(row.end):{moment}}", "exceptions-0-kind": "maintenance",
        "shifts-0-days": list("1234567"),
        "shifts-0-start": "00:00", "shifts-0-end": "00:00",
        "record_version": str(calendar.version),
    }  # fmt: skip
    answer = client_for(small_park).post("/resources/calendars/ALWAYS/edit/", sent, follow=True)
    assert answer.redirect_chain, re.findall(r"(?s)class=\"[^\"]*error[^>]*>.{0,200}", text(answer))
    assert "C-1-1:20 (GRIND-B)" in text(answer)
