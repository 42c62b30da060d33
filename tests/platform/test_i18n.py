"""The cookie first, then Accept-Language, else Chinese; programs ask by Accept-Language."""

from __future__ import annotations

import pytest
from django.test import Client

from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import PUBLIC, SYSTEM, Actor
from rongzhi.platform.access.policy import all_of, needs_admin, needs_login, needs_scope
from rongzhi.platform.i18n import say, speak


@pytest.mark.parametrize(
    ("cookie", "asked", "wanted"),
    [
        (None, "en-GB,en;q=0.9", "Log in"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "登录"),
        (None, "fr,en;q=0.5,zh;q=0.1", "Log in"),
        (None, "en;q=0,fr", "登录"),
        (None, "fr", "登录"),
        (None, "", "登录"),
        ("en", "zh-CN", "Log in"),
        ("zh-hans", "en", "登录"),
        ("fr", "", "登录"),
        ("<script>", "", "登录"),
    ],
)
def test_pages_follow_the_cookie_then_the_browser(db, cookie, asked, wanted):
    client = Client(headers={"accept-language": asked})
    if cookie:
        client.cookies["django_language"] = cookie
    page = client.get("/accounts/login/")
    assert f"<h1>{wanted}" in page.content.decode().replace("<h1>\n", "<h1>")
    assert page["Content-Language"] == ("en" if wanted == "Log in" else "zh-hans")


@pytest.mark.parametrize(
    ("asked", "tongue"),
    [("en", "en"), ("de, en;q=0.5, zh;q=0.1", "en"), ("zh-TW", "zh-hans"), ("*", "zh-hans"), ("", "zh-hans")],
)
def test_programs_are_answered_as_they_ask(db, asked, tongue):
    answer = Client(headers={"accept-language": asked}).get("/api/v1/me")
    assert answer["Content-Language"] == tongue
    assert "Accept-Language" in answer["Vary"]


def test_lazy_text_is_resolved_in_the_language_of_the_moment():
    from django.utils.translation import override

    label = say("订单", "Order")
    with override("en"):
        assert (str(label), speak(Text("厂", "works"))) == ("Order", "works")
    with override("zh-hans"):
        assert (str(label), speak(Text("厂", "works"))) == ("订单", "厂")


def test_policies_answer_with_the_first_reason():
    assert not needs_login(PUBLIC)
    assert needs_login(PUBLIC).reason.en == "log in first"
    assert needs_login(SYSTEM)
    assert needs_admin(SYSTEM)
    assert not needs_scope(Actor(scopes=frozenset({"read"})), "write")
    assert all_of(needs_login(SYSTEM), needs_login(PUBLIC), needs_scope(PUBLIC, "x")).reason.en == "log in first"
