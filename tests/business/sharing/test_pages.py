"""Pages and routes: they open for those they are for, in a constant number of queries, in both languages."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rongzhi.business.sharing.actions.orders import create_order
from rongzhi.business.sharing.actions.promising import accept_promise, ask_promise
from rongzhi.business.sharing.models import Order, OrderState, Plan, PlanState, WorkOperation
from rongzhi.platform.jobs.models import Job

pytestmark = pytest.mark.django_db


def queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_for_the_operator(published, plan_now, small_park, wish, client_for, language):
    client = client_for(small_park, language=language)
    draft = plan_now()
    promise = ask_promise(small_park, wish())
    plan = published.code
    urls = [
        "", "orders/", "orders/?late=1", "orders/?q=C-1", "orders/new/", "orders/stuck/", "orders/import/",
        "orders/import/template.csv", "orders/import/template.xlsx", "orders/C-1/", "orders/C-1/?tab=work",
        "orders/C-1/edit/", "plans/", "plans/new/", f"plans/{plan}/", f"plans/{plan}/?tab=load",
        f"plans/{plan}/?tab=flows", f"plans/{plan}/?tab=orders", f"plans/{plan}/data/gantt.json",
        f"plans/{plan}/data/load.json", f"plans/{plan}/data/flows.json", f"plans/{plan}/download.xlsx",
        f"plans/{plan}/download.json", f"plans/compare/?a={plan}&b={draft.code}", "plans/compare/",
        "promises/", "promises/new/", f"promises/{promise.pk}/", "work/", "work/?when=all", "work/C-1-1:20/",
        "load/", "replay/",
    ]  # fmt: skip
    for url in urls:
        assert client.get(f"/sharing/{url}").status_code == 200, url


def test_a_factory_sees_its_own_work_and_no_orders(published, other_factory, client_for):
    client = client_for(other_factory)
    assert "GRIND-B" in client.get("/sharing/work/?when=all").content.decode()
    assert "LATHE-A" not in client.get("/sharing/work/?when=all").content.decode()
    assert client.get("/sharing/orders/C-1/").status_code == 404
    assert client.get("/sharing/plans/new/").status_code == 403
    page = client.get(f"/sharing/plans/{published.code}/?tab=orders")
    assert "C-1" not in page.content.decode()


def test_a_foreign_customer_gets_nothing(published, other_customer, plan_now, client_for):
    client, draft = client_for(other_customer), plan_now()
    for url in ("orders/C-1/", "orders/C-1/edit/", f"plans/{draft.code}/", f"plans/{draft.code}/data/gantt.json"):
        assert client.get(f"/sharing/{url}").status_code == 404, url
    text = client.get(f"/sharing/plans/{published.code}/download.csv")
    assert "C-1" not in b"".join(text.streaming_content).decode()


def test_the_public_is_sent_to_log_in(published, client_for):
    response = client_for().get("/sharing/orders/")
    assert response.status_code == 302
    assert "login" in response.url


def test_the_form_adds_and_removes_rows_and_loses_nothing(small_park, customer, client_for):
    client = client_for(customer)
    typed = {"line_count": "1", "line-0-item": "SHAFT", "line-0-quantity": "3", "line-0-unit": "pcs", "priority": "5",
             "line-0-due": "2020-01-01T00:00", "line-0-earliest_start": "", "note": "请尽快"}  # fmt: skip
    more = client.post("/sharing/orders/new/", {**typed, "add": "1"}).content.decode()
    assert 'name="line_count" value="2"' in more
    assert "请尽快" in more
    wrong = client.post("/sharing/orders/new/", typed)
    assert wrong.status_code == 422
    assert all(text in wrong.content.decode() for text in ("SHAFT", "请尽快", "2020-01-01T00:00", "已过"))
    fewer = {**typed, "line_count": "2", "line-1-item": "FRAME", "remove": "0"}
    left = client.post("/sharing/orders/new/", fewer).content.decode()
    assert 'value="FRAME"' in left
    assert 'value="SHAFT" autocomplete' not in left
    assert not Order.objects.exists()
    good = {**typed, "line-0-due": f"{timezone.localtime() + timedelta(days=9):%Y-%m-%dT%H:%M}", "idempotency_key": "k"}
    for _ in range(2):
        assert client.post("/sharing/orders/new/", good).status_code == 302
    assert Order.objects.get().note == "请尽快"


def test_numbers_of_queries_do_not_grow(published, small_park, customer, wish, client_for):
    client = client_for(small_park)
    urls = ["/sharing/", "/sharing/orders/", f"/sharing/plans/{published.code}/", "/sharing/work/?when=all",
            f"/sharing/plans/{published.code}/?tab=orders", "/sharing/promises/", "/sharing/plans/"]  # fmt: skip
    before = {url: queries(client, url) for url in urls}
    for index in range(4):
        create_order(customer, wish(f"M-{index}"))
        accept_promise(customer, ask_promise(customer, wish()))
    after = {url: queries(client, url) for url in urls}
    assert {url: after[url] - before[url] for url in urls if after[url] > before[url] + 1} == {}


def test_publish_and_discard_by_page(orders, plan_now, small_park, client_for):
    client, plan = client_for(small_park), plan_now()
    page = f"/sharing/plans/{plan.code}/"
    client.post(f"{page}publish/", {"version": plan.version, "replacing": ""})
    assert Plan.objects.get(pk=plan.pk).state == PlanState.PUBLISHED
    draft = plan_now()
    stale = client.post(f"/sharing/plans/{draft.code}/publish/", {"replacing": ""}, headers={"referer": page})
    assert stale.status_code == 302
    assert Plan.objects.get(pk=draft.pk).state == PlanState.DRAFT
    client.post(f"/sharing/plans/{draft.code}/discard/")
    assert not Plan.objects.filter(pk=draft.pk).exists()


def test_the_whole_way_over_the_api(small_park, customer, wish, client_for, monkeypatch):
    def post(client, path, body, **headers):
        return client.post(f"/api/v1/sharing{path}", json.dumps(body), content_type="application/json", headers=headers)

    buyer, park = client_for(customer), client_for(small_park)
    body = wish("API-1")
    first = post(buyer, "/orders", body, **{"Idempotency-Key": "k"})
    again = post(buyer, "/orders", body, **{"Idempotency-Key": "k"})
    assert (first.status_code, first.json()["code"], again.json()) == (201, "API-1", first.json())
    bad = post(buyer, "/orders", {**body, "code": "X", "lines": [{**body["lines"][0], "quantity": "-1"}]})
    assert (bad.status_code, bad.json()["findings"][0]["where"]) == (422, "lines[0].quantity")
    assert post(buyer, "/plans", {}).status_code == 403
    job = post(park, "/plans", {"time_limit_s": 0.05})
    assert job.status_code == 202
    plan = park.get("/api/v1/sharing/plans").json()["items"]
    if not plan:  # the job runs once the test's transaction is over
        from rongzhi.platform.jobs.run import run_job

        run_job.func(job.json()["id"])
        plan = park.get("/api/v1/sharing/plans").json()["items"]
    code = plan[0]["code"]
    assert post(park, f"/plans/{code}/publish", {"replacing": ""}).json()["state"] == "published"
    rows = buyer.get("/api/v1/sharing/plans/published/assignments").json()
    assert [row["operation"] for row in rows["items"]] == ["API-1-1:10", "API-1-1:20"]
    assert all(row["machine"] == "" for row in rows["items"])
    promise = post(buyer, "/promises", wish(quantity=2)).json()
    order = post(buyer, f"/promises/{promise['id']}/accept", {}).json()
    assert order["state"] == OrderState.PLANNED
    report = {"operation": "API-1-1:20", "kind": "start", "at": timezone.now().isoformat(), "key": "r"}
    assert [post(park, "/reports", report).status_code for _ in range(2)] == [201, 201]
    assert WorkOperation.objects.get(code="API-1-1:20").reports.count() == 1
    why = park.get("/api/v1/sharing/operations/API-1-1:10/why").json()
    assert {choice["machine"] for choice in why["choices"]} == {"LATHE-A", "LATHE-B"}


def test_a_failed_run_offers_to_try_again_and_to_plan_with_the_same_weights(small_park, client_for):
    job = Job.objects.create(
        organisation=small_park.organisation, person=small_park.person, kind="sharing.plan", title_zh="排产",
        title_en="planning", state="failed", error={"zh": "坏了"},
        params={"weights": {"weighted_tardiness": 7.5}, "time_limit_s": 33, "seed": 4},
    )  # fmt: skip
    page = client_for(small_park).get(f"/sharing/plans/runs/{job.pk}/").content.decode()
    assert f'action="/platform/jobs/{job.pk}/retry/"' in page
    again = f"/sharing/plans/new/?again={job.pk}"
    assert again in page
    form = client_for(small_park).get(again).context["form"]
    assert (form["weighted_tardiness"].value(), form["time_limit_s"].value(), form["seed"].value()) == (7.5, 33, 4)


def test_an_order_tells_when_it_was_planned_and_a_promise_its_quantity_as_people_write_it(
    published, orders, customer, wish, client_for
):
    client = client_for(customer, language="en")
    page = client.get(f"/sharing/orders/{orders[0].code}/").content.decode()
    assert page.count("Orders planned") == 1
    assert "1 line<" in page
    draft = wish()
    draft["lines"][0]["quantity"] = "72.000000"
    promise = ask_promise(customer, draft)
    page = client.get(f"/sharing/promises/{promise.pk}/").content.decode()
    assert "× 72</title>" in page or "× 72 " in page
    assert "72.000000" not in page
