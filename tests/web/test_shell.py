"""The shell, the home page, search and the pages of errors."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rongzhi.platform.accounts.models import Membership, Organisation
from rongzhi.platform.jobs.models import Job
from rongzhi.platform.ui import search
from rongzhi.platform.ui.search import Hit
from rongzhi.web.framework import framework

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


class TestHome:
    def test_public_sees_every_leaf_with_its_state_and_the_way_in(self, client_for):
        page = text(client_for().get("/"))
        for leaf in framework().leaves.values():
            assert f'id="tip-{leaf.number}"' in page
            assert leaf.title.zh in page
        assert "尚未开始" in page
        assert "/accounts/login/" in page

    def test_english_is_one_click_away(self, client_for):
        client = client_for()
        client.post("/i18n/setlang/", {"language": "en", "next": "/"})
        page = text(client.get("/"))
        assert '<html lang="en"' in page
        assert "Shared manufacturing" in page

    @pytest.mark.parametrize("role", ["operator", "factory_actor", "customer", "provider", "lab", "evaluator"])
    def test_every_role_gets_a_first_screen(self, client_for, request, role):
        actor = request.getfixturevalue(role)
        page = text(client_for(actor).get("/"))
        assert f"<h1>{actor.organisation.name_zh}</h1>" in page
        assert "今天" in page

    def test_number_of_queries_does_not_grow(self, client_for, operator):
        client = client_for(operator)
        client.get("/")
        with CaptureQueriesContext(connection) as few:
            client.get("/")
        Organisation.objects.bulk_create(
            Organisation(code=f"o{i}", name_zh=f"单位{i}", kind="factory") for i in range(30)
        )
        with CaptureQueriesContext(connection) as many:
            client.get("/")
        assert len(many) == len(few)


class TestLeaf:
    @pytest.mark.parametrize("number", list(framework().leaves))
    def test_every_leaf_has_an_honest_page(self, client_for, number):
        leaf = framework().leaves[number]
        page = text(client_for().get(f"/framework/{number}/"))
        assert leaf.state_words in page
        assert (leaf.now.zh or "还没有可用的功能") in page

    def test_unknown_leaf_is_404(self, client_for):
        assert client_for().get("/framework/9.9/").status_code == 404

    def test_breadcrumb_is_the_path_and_the_tree_marks_the_place(self, client_for):
        page = text(client_for().get("/framework/2.1.4/"))
        crumbs = re.search(r'<nav class="crumbs".*?</nav>', page, re.DOTALL)[0]
        assert re.findall(r">([\d.]+ [^<]+)<", crumbs) == ["2 核心要素", "2.1 产品服务组合", "2.1.4 组合测试"]
        assert 'href="/framework/2.1.4/" aria-current="page"' in page


class TestShell:
    def test_no_page_has_inline_script_or_style(self, client_for, operator):
        for path in ("/", "/search?q=订单", "/framework/3.4/", "/nowhere"):
            page = text(client_for(operator).get(path))
            assert "style=" not in page
            assert not re.search(r"\son\w+=", page)
            for attributes in re.findall(r"<script([^>]*)>", page):
                assert "src=" in attributes or 'type="application/json"' in attributes

    def test_policy_refuses_what_is_not_ours(self, client_for):
        policy = client_for().get("/").headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy

    def test_organisations_to_switch_between_are_listed(self, client_for, operator, factory_actor):
        Membership.objects.create(person=operator.person, organisation=factory_actor.organisation, role="factory")
        page = text(client_for(operator).get("/"))
        assert 'value="factory-a"' in page
        assert page.count('aria-current="true"') == 1

    def test_running_jobs_show_with_progress_and_only_ones_own(self, client_for, operator, customer, other_customer):
        Job.objects.create(
            organisation=customer.organisation,
            kind="x",
            title_zh="排产任务",
            title_en="p",
            state="running",
            progress=0.5,
        )
        assert "排产任务" in text(client_for(customer).get("/jobs-now"))
        assert "排产任务" in text(client_for(operator).get("/"))
        assert "排产任务" not in text(client_for(other_customer).get("/jobs-now"))

    def test_theme_is_kept_by_cookie_and_nothing_else_gets_in(self, client_for):
        client = client_for()
        client.cookies["rongzhi_theme"] = "dark"
        assert 'data-theme="dark"' in text(client.get("/"))
        client.cookies["rongzhi_theme"] = "<b>"
        assert "data-theme=" not in text(client.get("/"))


class TestSearch:
    def test_finds_leaves_by_number_name_and_purpose(self, client_for):
        for query in ("3.4", "共享制造", "Shared manuf", "工序分解"):
            answer = client_for().get("/search", {"q": query, "format": "json"}).json()
            assert "3.4 共享制造" in [hit["label"] for group in answer["groups"] for hit in group["hits"]]

    def test_nothing_asked_nothing_found(self, client_for):
        assert client_for().get("/search", {"q": "  ", "format": "json"}).json()["groups"] == []

    def test_page_says_when_nothing_was_found_and_escapes(self, client_for):
        page = text(client_for().get("/search", {"q": "<script>zz"}))
        assert "没有找到" in page
        assert "<script>zz" not in page

    def test_providers_are_asked_for_the_actor_and_cut(self, client_for, operator, monkeypatch):
        monkeypatch.setattr(search, "_PROVIDERS", {})
        seen = []

        def query(actor, words, limit):
            seen.append((actor, words, limit))
            return (Hit(f"hit {i}", f"/{i}/") for i in range(100))

        search.register("thing", "Things", query)
        answer = client_for(operator).get("/search", {"q": "  a   b ", "format": "json"}).json()
        assert [hit["label"] for hit in answer["groups"][0]["hits"]] == [f"hit {i}" for i in range(6)]
        assert [(actor.organisation, words) for actor, words, _ in seen] == [(operator.organisation, "a b")]


class TestErrors:
    def test_404_is_designed_in_both_languages(self, client_for):
        response = client_for().get("/nowhere")
        assert response.status_code == 404
        assert "找不到这一页" in text(response)
        assert "Not found" in text(client_for(language="en").get("/nowhere"))

    def test_expired_form_says_so(self, client_for, operator):
        response = client_for(operator, csrf=True).post("/i18n/setlang/", {"language": "en"})
        assert response.status_code == 403
        assert "表单已过期" in text(response)

    def test_400_and_413(self, rf):
        from rongzhi.web.views import bad_request, too_large

        assert bad_request(rf.get("/"), ValueError()).status_code == 400
        assert too_large(rf.post("/")).status_code == 413
        assert "20 MB" in text(too_large(rf.post("/")))

    def test_500_says_nothing_of_the_inside(self, client_for, monkeypatch):
        from rongzhi.web import views

        def broken(*_, **__):
            raise ZeroDivisionError

        client = client_for()
        client.raise_request_exception = False
        monkeypatch.setattr(views, "framework", broken)
        response = client.get("/")
        assert response.status_code == 500
        assert "程序出错了" in text(response)
        assert "ZeroDivisionError" not in text(response)
