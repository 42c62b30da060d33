"""Who sees what; statements; pages and API; as many queries for many rows as for few."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from rongzhi.foundation.ledger import actions as ledger
from rongzhi.foundation.ledger import queries, statements
from rongzhi.foundation.ledger.chart import business_types, chart_on, newest_chart
from rongzhi.foundation.ledger.drafts import EntryDraft
from rongzhi.foundation.ledger.models import Entry, Grant
from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected
from rongzhi.platform.access.actor import PUBLIC, SYSTEM
from tests.foundation.ledger.conftest import DAY, line, post, sale
from tests.support.queries import assert_constant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parties")]


def cost(book: str = "factory-a", amount: str = "40.00", type_: str = "3.4", **tags: object) -> EntryDraft:
    return EntryDraft(
        date=DAY,
        kind="cost",
        subject="work/W-1",
        lines=(
            line(book, "6403", debit=amount, nature="service", business_type=type_, order="O-1", **tags),
            line(book, "2211", credit=amount),
        ),
    )


def test_a_line_is_seen_by_its_book_and_what_is_owed_by_the_other_party(factory_actor, customer, other_factory):
    entry = post(sale())
    post(cost())
    assert queries.lines_for(factory_actor).count() == 4
    assert [each.account for each in queries.lines_for(customer)] == ["1122"]
    assert queries.entries_for(customer).get() == entry
    assert queries.lines_for(other_factory).count() == queries.lines_for(PUBLIC).count() == 0
    assert queries.lines_for(SYSTEM).count() == 4
    for act in (
        lambda: queries.entry_for(other_factory, entry.code),
        lambda: queries.book_for(customer, "factory-a"),
        lambda: ledger.reverse_by_hand(other_factory, entry.code, reason="x"),
    ):
        with pytest.raises(NotFound):
            act()
    assert statements.trial_balance(customer, factory_actor.organisation).rows == ()


def test_a_grant_opens_the_book_to_its_reader_until_its_day(factory_actor, evaluator, customer):
    post(sale())
    assert queries.lines_for(evaluator).count() == 0
    today = timezone.localdate()
    for reader, until in (("nobody", today), ("factory-a", today), ("evaluator-a", today - dt.timedelta(1))):
        with pytest.raises(Rejected):
            ledger.grant_reading(factory_actor, reader, until)
    grant = ledger.grant_reading(factory_actor, "evaluator-a", today, idempotency_key="g")
    assert ledger.grant_reading(factory_actor, "evaluator-a", today, idempotency_key="g") == grant
    assert queries.lines_for(evaluator).count() == 2
    assert queries.book_for(evaluator, "factory-a") == factory_actor.organisation
    with pytest.raises(NotFound):
        ledger.revoke_reading(customer, grant.pk)
    with pytest.raises(Denied):
        ledger.post_by_hand(evaluator, sale(), idempotency_key="x")
    ledger.revoke_reading(factory_actor, grant.pk)
    assert queries.lines_for(evaluator).count() == 0
    with pytest.raises(Conflict):
        ledger.revoke_reading(factory_actor, grant.pk)
    Grant.objects.filter(pk=grant.pk).update(revoked_at=None, until=today - dt.timedelta(1))
    assert queries.lines_for(evaluator).count() == 0


def test_trial_balance_over_periods(factory_actor):
    post(sale(amount="100.00", day=dt.date(2024, 9, 1)))
    post(sale(amount="30.50", day=dt.date(2024, 10, 1)))
    post(cost())
    found = statements.trial_balance(factory_actor, factory_actor.organisation, "2024-10", "2024-11")
    rows = {row.account: (row.opening, row.debit, row.credit, row.closing) for row in found.rows}
    assert rows == {
        "1122": (10000, 3050, 0, 13050),
        "2211": (0, 0, 4000, -4000),
        "6001": (-10000, 0, 3050, -13050),
        "6403": (0, 4000, 0, 4000),
    }
    assert found.is_balanced
    assert [(row.opening, row.debit, row.credit) for row in found.totals] == [(0, 7050, 7050)]


def test_share_of_services_counts_free_ones_as_input_and_takes_reversals_off(factory_actor):
    goods = sale(amount="300.00", nature="goods", business_type="")
    post(goods)
    post(sale(amount="100.00"))
    post(cost(amount="40.00", quantity=Decimal("1.5"), unit="h"))
    post(cost(amount="10.00", type_="3.6"))
    post(sale(seller="factory-b", amount="999.00"))
    wrong = post(sale(amount="500.00", business_type="3.10"))
    ledger.reverse(SYSTEM, wrong.code, reason="wrong", date=DAY)
    found = statements.service_share(factory_actor, factory_actor.organisation)
    assert found.share == Fraction(1, 4)
    assert [(row.business_type, row.revenue, row.cost, row.hours_milli) for row in found.services] == [
        ("3.4", 10000, 4000, 1500),
        ("3.6", 0, 1000, 0),
        ("3.10", 0, 0, 0),
    ]
    assert (found.goods.revenue, found.revenue, found.service_hours_milli) == (30000, 40000, 1500)
    nothing = statements.service_share(factory_actor, factory_actor.organisation, "2020-01", "2020-12")
    assert nothing.share is None


def test_the_chart_says_its_source_and_is_not_official():
    chart = newest_chart()
    assert (chart.status, chart.version) == ("ours", "2026.1")
    assert "官方" in chart.source.zh
    assert chart_on(dt.date(1995, 1, 1)) == chart
    assert list(business_types()) == [f"3.{number}" for number in range(1, 11)]
    assert business_types()["3.4"].zh == "共享制造"


PAGES = (
    *("/ledger/", "/ledger/entries/", "/ledger/trial-balance/", "/ledger/service-share/", "/ledger/periods/"),
    *("/ledger/grants/", "/ledger/grants/new/", "/ledger/import/", "/ledger/chart/", "/ledger/entries/new/"),
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("is_empty", [True, False])
def test_every_page_opens_in_both_languages(client_for, factory_actor, language, is_empty):
    if not is_empty:
        post(sale())
        post(cost())
    client = client_for(factory_actor, language=language)
    for page in PAGES:
        assert client.get(page).status_code == 200, page
    assert f'value="{timezone.localdate()}"' in client.get("/ledger/entries/new/").content.decode()


def test_figures_open_to_their_lines(client_for, factory_actor):
    post(sale(amount="1234.50"))
    post(sale(amount="10.00", nature="goods", business_type=""))
    client = client_for(factory_actor)
    page = client.get("/ledger/service-share/").content.decode()
    address = "/ledger/?organisation=factory-a&amp;holds=revenue&amp;nature=service&amp;business_type=3.4"
    assert f'<a href="{address}">¥1,234.50</a>' in page
    lines = client.get(address.replace("&amp;", "&")).content.decode()
    assert lines.count("<tr") == 2  # head and the one line
    assert "¥1,234.50" in lines
    assert (
        'href="/ledger/?organisation=factory-a&amp;account=1122"'
        in client.get("/ledger/trial-balance/").content.decode()
    )


def test_a_filtered_part_renews_the_sums(client_for, factory_actor):
    post(sale(amount="5.00"))
    client = client_for(factory_actor)
    part = client.get("/ledger/?account=6001", headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()
    assert 'id="ledger-totals" class="figures" hx-swap-oob="true"' in part
    assert "¥0.00" in part


def test_sums_are_of_whole_books_and_say_what_stands_in_others(client_for, factory_actor, customer):
    post(sale(amount="80.00"))
    post(sale(seller="customer-a", buyer="factory-a", amount="7.00"))
    client = client_for(factory_actor)
    page = client.get("/ledger/").content.decode()
    assert page.count('<span class="figure-value">¥80.00</span>') == 2
    assert "他方账上的往来" in page
    assert "¥7.00" not in page
    rows = client.get("/ledger/?books=others").content.decode()
    assert "¥7.00" in rows
    assert "¥80.00" not in rows
    assert "¥80.00" not in client.get("/ledger/?since=0").content.decode()
    api = {
        books: client.get(f"/api/v1/ledger/lines?books={books}").json()["total"] for books in ("", "whole", "others")
    }
    assert api == {"": 3, "whole": 2, "others": 1}


def test_who_has_no_books_sees_what_others_say_of_them(client_for, customer):
    post(sale(amount="80.00"))
    assert "¥80.00" in client_for(customer).get("/ledger/").content.decode()


FILTERED = ("since=2024-11", "until=2024-10", "nature=service", "holds=revenue", "account=1122", "business_type=3.4")


@pytest.mark.parametrize("query", [*FILTERED, "organisation=factory-a", "nature=goods&since=2024-10"])
def test_sums_kept_equal_sums_of_lines(factory_actor, client_for, query, monkeypatch):
    post(sale(amount="80.00"))
    post(sale(amount="8.00", day=dt.date(2024, 10, 1), nature="goods", business_type=""))
    post(cost())
    client = client_for(factory_actor)
    kept = [each.text for each in client.get(f"/ledger/?{query}").context["totals"]]
    monkeypatch.setattr("rongzhi.foundation.ledger.views.entries.KEPT", {})
    assert kept == [each.text for each in client.get(f"/ledger/?{query}").context["totals"]]
    assert len(kept) == 2


def test_downloads_hold_exact_amounts(client_for, factory_actor):
    post(sale(amount="1234.56"))
    client = client_for(factory_actor, language="en")
    text = b"".join(client.get("/ledger/?format=csv").streaming_content).decode("utf-8-sig")
    assert "1234.56" in text
    csv = b"".join(client.get("/ledger/trial-balance/?format=csv").streaming_content).decode("utf-8-sig")
    assert csv.splitlines()[1:] == [
        "1122 Receivables,CNY,0.00,0.00,1234.56,0.00,1234.56,0.00",
        "6001 Operating revenue,CNY,0.00,0.00,0.00,1234.56,0.00,1234.56",
        "Total,CNY,0.00,0.00,1234.56,1234.56,1234.56,1234.56",
    ]
    book = load_workbook(io.BytesIO(client.get("/ledger/service-share/?format=xlsx").content))
    assert [cell.value for cell in book.active[2]][1] == 1234.56


def test_the_entry_page_shows_lines_event_reversal_and_calculation(client_for, factory_actor, customer):
    split = ledger.split_bundle(Decimal("100.00"), [ledger.Part("机床", Decimal(90)), ledger.Part("培训", Decimal(30))])
    draft = sale().model_copy(
        update={
            "calculation": split.as_calculation(),
            "lines": (
                line("factory-a", "1122", debit="100", party="customer-a"),
                line("factory-a", "6001", credit=str(split.amounts[0]), nature="goods"),
                line("factory-a", "6001", credit=str(split.amounts[1]), nature="service", business_type="3.6"),
            ),
        }
    )
    assert split.amounts == (Decimal("75.00"), Decimal("25.00"))
    entry = ledger.post_by_hand(factory_actor, draft, idempotency_key="b")
    client = client_for(factory_actor)
    page = client.get(entry.get_absolute_url()).content.decode()
    assert f"/platform/events/{entry.pk}/" in page
    assert f"{entry.get_absolute_url()}reverse/" in page
    assert "机床" in client.get(f"{entry.get_absolute_url()}?tab=calculation").content.decode()
    theirs = client_for(customer).get(entry.get_absolute_url()).content.decode()
    assert "2 行属于其他单位的账" in theirs
    assert "6001" not in theirs
    assert "机床" not in client_for(customer).get(f"{entry.get_absolute_url()}?tab=calculation").content.decode()
    answer = client.post(f"{entry.get_absolute_url()}reverse/", {"reason": ""})
    assert answer.status_code == 422
    assert "未写明冲销理由" in answer.content.decode()
    answer = client.post(f"{entry.get_absolute_url()}reverse/", {"reason": "价格有误"})
    undone = Entry.objects.get(reverses=entry)
    assert answer["Location"] == undone.get_absolute_url()
    assert undone.code in client.get(entry.get_absolute_url()).content.decode()


def test_periods_are_closed_and_reopened_on_the_page(client_for, factory_actor):
    post(sale(day=dt.date(2024, 10, 5)))
    client = client_for(factory_actor)
    assert client.post("/ledger/periods/2024-10/close/").status_code == 302
    page = client.get("/ledger/periods/").content.decode()
    assert "已结账" in page
    assert "/ledger/periods/2024-10/reopen/" in page
    assert client.get("/ledger/periods/2024-09/reopen/").status_code == 404
    assert client.post("/ledger/periods/2024-10/reopen/", {"reason": ""}).status_code == 422
    assert client.post("/ledger/periods/2024-10/reopen/", {"reason": "补记"}).status_code == 302
    assert "补记" in client.get("/ledger/periods/").content.decode()


def test_grants_are_given_and_withdrawn_on_the_page(client_for, factory_actor, evaluator):
    client = client_for(factory_actor)
    until = timezone.localdate().isoformat()
    assert client.post("/ledger/grants/new/", {"reader": "who", "until": until}).status_code == 422
    assert client.post("/ledger/grants/new/", {"reader": "evaluator-a", "until": until}).status_code == 302
    grant = Grant.objects.get()
    assert f"/ledger/grants/{grant.pk}/revoke/" in client.get("/ledger/grants/").content.decode()
    assert f"/ledger/grants/{grant.pk}/revoke/" not in client_for(evaluator).get("/ledger/grants/").content.decode()
    assert client_for(evaluator).get("/ledger/trial-balance/?organisation=factory-a").status_code == 200
    assert client.post(f"/ledger/grants/{grant.pk}/revoke/").status_code == 302
    assert client_for(evaluator).get("/ledger/trial-balance/?organisation=factory-a").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        *("/ledger/", "/ledger/entries/", "/ledger/trial-balance/", "/ledger/service-share/", "/ledger/periods/"),
        *("/api/v1/ledger/lines", "/api/v1/ledger/entries", "/api/v1/ledger/trial-balance", "/api/v1/ledger/periods"),
    ],
)
def test_as_many_queries_for_sixty_rows_as_for_ten(client_for, factory_actor, address):
    def add(number: int) -> None:
        post(
            sale(day=dt.date(2020 + number % 6, 1 + number % 12, 1), contract=f"C-{number}", amount=f"{number + 1}.00")
        )

    assert assert_constant(client_for(factory_actor), address, add, few=5, many=30) <= 25


def test_the_api_posts_reads_reverses_and_closes(client_for, factory_actor, customer):
    client, body = client_for(factory_actor), sale().model_dump(mode="json")
    body["lines"] = [{**each, "organisation": ""} for each in body["lines"]]
    assert client.post("/api/v1/ledger/entries", body, "application/json").status_code == 422  # no key
    headers = {"Idempotency-Key": "abc"}
    answer = client.post("/api/v1/ledger/entries", body, "application/json", headers=headers)
    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert client.post("/api/v1/ledger/entries", body, "application/json", headers=headers).json() == made
    assert [(each["debit"], each["credit"]) for each in made["lines"]] == [("100.00", "0.00"), ("0.00", "100.00")]
    seen = client_for(customer).get(f"/api/v1/ledger/entries/{made['code']}").json()
    assert (len(seen["lines"]), seen["hidden_lines"]) == (1, 1)
    assert client_for(customer).get("/api/v1/ledger/lines").json()["total"] == 1
    for query, total in (("nature=service", 1), ("account=1122", 1), ("since=2024-12", 0), ("holds=revenue", 1)):
        assert client.get(f"/api/v1/ledger/lines?{query}").json()["total"] == total, query
    assert client.get("/api/v1/ledger/service-share").json()["share"] == "1.000000"
    balance = client.get("/api/v1/ledger/trial-balance").json()
    assert (balance["is_balanced"], balance["totals"][0]["debit"]) == (True, "100.00")
    address = f"/api/v1/ledger/entries/{made['code']}/reverse"
    assert client_for(customer).post(address, {"reason": "x"}, "application/json").status_code == 403
    undone = client.post(address, {"reason": "typed wrong", "date": "2024-11-25"}, "application/json")
    assert (undone.status_code, undone.json()["reverses"]) == (201, made["code"])
    assert client.post(address, {"reason": "again"}, "application/json").status_code == 409
    assert client.post("/api/v1/ledger/periods/2024-11/close").status_code == 204
    late = client.post("/api/v1/ledger/entries", body, "application/json", headers={"Idempotency-Key": "late"})
    assert [each["code"] for each in late.json()["findings"]] == ["period-closed"]
    assert client.get("/api/v1/ledger/periods").json()[0]["is_closed"] is True
    reopen = "/api/v1/ledger/periods/2024-11/reopen"
    assert client.post(reopen, {"reason": "more"}, "application/json").status_code == 204
    assert client.get("/api/v1/ledger/charts").json()[0]["status"] == "ours"


def test_bad_entries_over_the_api_are_refused_with_their_places(client_for, factory_actor):
    body = sale().model_dump(mode="json")
    body["lines"][0] |= {"debit": "99.999", "party": "nobody"}
    answer = client_for(factory_actor).post(
        "/api/v1/ledger/entries", body, "application/json", headers={"Idempotency-Key": "x"}
    )
    assert answer.status_code == 422
    assert {(each["code"], each["where"]) for each in answer.json()["findings"]} == {
        ("bad-amount", "lines[0].debit"),
        ("unknown-party", "lines[0].party"),
        ("unbalanced", "lines"),
    }
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("amount", ["1e999999", "1e30", "-1e-30"])
def test_amounts_beyond_all_measure_are_refused_briefly(client_for, factory_actor, amount):
    body = sale().model_dump(mode="json")
    body["lines"][0]["debit"] = amount
    answer = client_for(factory_actor).post(
        "/api/v1/ledger/entries", body, "application/json", headers={"Idempotency-Key": "x"}
    )
    assert answer.status_code == 422
    assert answer.json()["findings"][0]["code"] == "bad-amount"
    assert len(answer.content) < 2000


def test_the_form_posts_by_hand_and_puts_faults_beside_their_lines(client_for, factory_actor):
    client = client_for(factory_actor)
    written = {
        "date": "2024-11-20",
        "kind": "invoice",
        "subject": "voucher/9",
        "idempotency_key": "form-1",
        "line0_account": "1122",
        "line0_debit": "10.00",
        "line0_party": "nobody",
        "line3_account": "6001",
        "line3_credit": "9.00",
        "line3_nature": "service",
    }
    answer = client.post("/ledger/entries/new/", written)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("没有单位“nobody”", "服务须注明业务类型", "借贷不平"):
        assert page.count(words) >= 1, words
    row = page.split("<tbody>")[1].split("<tr>")
    assert "没有单位" in row[1]
    assert "服务须注明业务类型" in row[4]
    assert 'value="10.00"' in page
    good = {**written, "line0_party": "customer-a", "line3_credit": "10.00", "line3_business_type": "3.4"}
    answer = client.post("/ledger/entries/new/", good)
    entry = Entry.objects.get()
    assert answer["Location"] == entry.get_absolute_url()
    assert (entry.is_by_hand, entry.line_count, entry.kind) == (True, 2, "invoice")
    client.post("/ledger/entries/new/", good)
    assert Entry.objects.count() == 1
