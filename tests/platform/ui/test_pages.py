"""The page kinds, driven over small pages."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from rongzhi.platform.accounts.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.platform.ui.pages_under_test")]


@pytest.fixture
def browser(client_for, operator):
    return client_for(operator, language="en")


def make(count: int, prefix: str = "o") -> None:
    Organisation.objects.bulk_create(
        Organisation(code=f"{prefix}{i:03}", name_zh=f"单位{i:03}", kind="factory") for i in range(count)
    )


def text(response) -> str:
    return response.content.decode()


class TestList:
    def test_shows_columns_badges_and_hides_the_optional(self, browser):
        page = text(browser.get("/organisations/"))
        assert '<a href="/organisations/operator/">operator</a>' in page
        assert '<span class="badge badge-neutral">operator</span>' in page
        assert "Joined</th>" not in page

    def test_search_needs_every_word(self, browser):
        make(12)
        page = text(browser.get("/organisations/?q=o01+单位"))
        assert "o010" in page
        assert "o002" not in page

    def test_filter_shows_a_chip_that_removes_it(self, browser):
        make(2)
        page = text(browser.get("/organisations/?kind=factory"))
        assert "/organisations/operator/" not in page
        assert '<a class="chip" href="/organisations/">' in page

    def test_an_unknown_filter_value_finds_nothing(self, browser):
        assert "Nothing fits this filter" in text(browser.get("/organisations/?kind=nonsense"))

    def test_sorts_both_ways(self, browser):
        make(3)
        page = text(browser.get("/organisations/?sort=-code"))
        assert page.index("o002") < page.index("o001") < page.index("o000")
        assert 'aria-sort="descending"' in page

    def test_pages_do_not_overlap(self, browser):
        make(24)
        codes = [
            row.pk for number in (1, 2, 3) for row in browser.get(f"/organisations/?page={number}").context["rows"]
        ]
        assert len(codes) == len(set(codes)) == 25

    def test_query_count_does_not_grow_with_rows(self, browser):
        browser.get("/organisations/")
        with CaptureQueriesContext(connection) as few:
            browser.get("/organisations/")
        make(40)
        with CaptureQueriesContext(connection) as many:
            browser.get("/organisations/")
        assert len(many) == len(few)

    def test_csv_has_a_mark_and_the_current_filter(self, browser):
        make(30)
        response = browser.get("/organisations/?kind=factory&format=csv")
        body = b"".join(response.streaming_content)
        assert body.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
        assert rows[0] == ["代码", "Name", "Kind", "Letters (letters)"]
        assert len(rows) == 31
        assert rows[1] == ["o000", "单位000", "factory", "4"]

    def test_xlsx_keeps_numbers(self, browser):
        make(3)
        response = browser.get("/organisations/?kind=factory&format=xlsx")
        sheet = load_workbook(io.BytesIO(response.content)).active
        assert [cell.value for cell in sheet[2]] == ["o000", "单位000", "factory", 4]

    def test_downloads_disarm_formulas(self, browser):
        Organisation.objects.create(code="x", name_zh="=1+1", kind="lab")
        body = b"".join(browser.get("/organisations/?kind=lab&format=csv").streaming_content).decode()
        assert "'=1+1" in body

    def test_chosen_columns_are_remembered(self, browser):
        browser.post("/organisations/", {"columns": ["code", "created_at"]})
        page = text(browser.get("/organisations/"))
        assert "Joined" in page
        assert 'data-label="Kind"' not in page

    def test_bulk_act_changes_only_the_ticked(self, browser):
        make(3)
        chosen = Organisation.objects.get(code="o001")
        page = browser.post("/organisations/", {"bulk": "close", "pk": [chosen.pk]}, follow=True)
        assert "closed 1" in text(page)
        assert list(Organisation.objects.filter(is_active=False)) == [chosen]

    def test_bulk_act_is_denied_to_others_and_changes_nothing(self, client_for, customer):
        make(1)
        response = client_for(customer).post(
            "/organisations/", {"bulk": "close", "pk": [Organisation.objects.get(code="o000").pk]}
        )
        assert response.status_code == 403
        assert not Organisation.objects.filter(is_active=False).exists()

    def test_public_goes_to_the_login_and_back(self, client_for):
        response = client_for().get("/organisations/?q=a")
        assert response.status_code == 302
        assert response.url.endswith("?next=%2Forganisations%2F%3Fq%3Da")

    def test_htmx_gets_only_the_list(self, browser):
        page = text(browser.get("/organisations/", headers={"HX-Request": "true", "HX-Target": "list"}))
        assert page.lstrip().startswith('<div id="list"')
        assert "<html" not in page

    def test_chinese_by_default(self, client_for, operator):
        assert "加入时间" in text(client_for(operator).get("/organisations/"))


class TestRecord:
    def test_shows_title_facts_and_refused_button_with_reason(self, browser):
        page = text(browser.get("/organisations/operator/"))
        assert "12,345 pcs" in page
        assert "still has orders" in page
        assert 'name="code" value="operator"' in page

    def test_what_is_not_there_is_404_with_its_reason(self, browser):
        response = browser.get("/organisations/nobody/")
        assert response.status_code == 404
        assert "no such organisation" in text(response)


class TestForm:
    def test_shows_unit_help_and_key(self, browser):
        page = text(browser.get("/organisations/new/"))
        assert '<span class="unit">pcs</span>' in page
        assert 'name="idempotency_key"' in page
        assert "help-panel" in page

    def test_field_errors_keep_what_was_typed(self, browser):
        response = browser.post("/organisations/new/", {"code": "fine", "amount": "-3"})
        assert response.status_code == 422
        assert 'value="fine"' in text(response)
        assert "nothing was saved" in text(response)

    def test_findings_stand_at_their_field_and_the_rest_on_top(self, browser):
        response = browser.post("/organisations/new/", {"code": "bad", "amount": "1"})
        assert response.context["form"].errors["code"] == ["bad code. take another"]
        assert [f.where for f in response.context["findings"]] == ["elsewhere"]
        assert not Organisation.objects.filter(code="bad").exists()

    def test_conflict_is_said_on_top(self, browser):
        response = browser.post("/organisations/new/", {"code": "late", "amount": "1"})
        assert response.context["form"].non_field_errors() == ["already changed. reload"]

    def test_success_goes_on_and_says_so(self, browser):
        page = browser.post("/organisations/new/", {"code": "made", "amount": "1"}, follow=True)
        assert page.redirect_chain == [("/organisations/made/", 302)]
        assert "Saved" in text(page)

    def test_denied_page_gives_the_reason(self, client_for, customer):
        response = client_for(customer, language="en").get("/organisations/new/")
        assert response.status_code == 403
        assert "operator" in text(response)


class TestOthers:
    def test_act_page_does_and_goes_on(self, browser):
        response = browser.post("/act/")
        assert (response.status_code, response.url) == (302, "/organisations/")

    def test_act_page_says_conflicts_on_the_page_before(self, browser):
        referer = "http://testserver/organisations/"
        response = browser.post("/act/", {"late": 1}, headers={"referer": referer}, follow=True)
        assert "already changed" in text(response)

    def test_act_page_never_leads_elsewhere(self, browser):
        response = browser.post("/act/", {"late": 1}, headers={"referer": "https://elsewhere.example/"})
        assert response.status_code == 409 or response.url.startswith("/")

    def test_act_page_refuses_get(self, browser):
        assert browser.get("/act/").status_code == 405

    def test_board_shows_figures_and_tasks(self, client_for):
        page = text(client_for(language="en").get("/board/"))
        assert "1,234" in page
        assert "due today" in page
        assert "<polyline" in page

    def test_report_has_facts_and_print(self, browser):
        page = text(browser.get("/report/"))
        assert "Period" in page
        assert "data-print" in page

    def test_run_polls_only_while_open(self, browser, operator):
        from rongzhi.platform.jobs.models import Job

        job = Job.objects.create(
            organisation=operator.organisation,
            kind="x",
            title_zh="排程",
            title_en="Planning",
            progress=0.4,
            state="running",
            best={"cost": 12.5},
        )
        page = text(browser.get(f"/run/{job.pk}/"))
        assert 'hx-trigger="every 1s"' in page
        assert "40 %" in page
        job.state = "done"
        job.save()
        assert "every 1s" not in text(browser.get(f"/run/{job.pk}/"))
