"""Log-in, organisations, members, profile: what people may do, and what nobody may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override

from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected
from rongzhi.platform.access.middleware import actor_for
from rongzhi.platform.access.policy import needs_role
from rongzhi.platform.accounts import actions, samples
from rongzhi.platform.accounts.models import ApiToken, LoginAttempt, Membership, Organisation, Person, Role
from rongzhi.platform.events.models import Event

LOGIN = "/accounts/login/"


def try_login(client, username: str, password: str, **more: str):
    return client.post(LOGIN, {"username": username, "password": password, **more})


def test_log_in_goes_where_one_wanted(client, factory_actor):
    answer = client.get("/accounts/tokens/")
    assert answer.status_code == 302
    assert answer["Location"] == f"{LOGIN}?next=%2Faccounts%2Ftokens%2F"
    answer = try_login(client, "factory-a-person", "right-Horse-7", next="/accounts/tokens/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/tokens/")
    assert client.get("/accounts/tokens/").status_code == 200
    assert Event.objects.filter(type="person.logged-in", subject="person/factory-a-person").count() == 1


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_log_in_never_sends_outside(client, factory_actor, evil):
    assert try_login(client, "factory-a-person", "right-Horse-7", next=evil)["Location"] == "/"


def test_wrong_password_and_unknown_name_read_the_same(client, factory_actor):
    wrong = try_login(client, "factory-a-person", "x")
    unknown = try_login(client, "nobody", "x")
    assert wrong.status_code == unknown.status_code == 422
    assert "登录名或口令不对" in wrong.content.decode()
    assert "登录名或口令不对" in unknown.content.decode()
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down_by_name_and_address(client, factory_actor, other_factory):
    for _ in range(5):
        assert try_login(client, "factory-a-person", "x").status_code == 422
    locked = try_login(client, "Factory-A-Person", "right-Horse-7")
    assert locked.status_code == 429
    assert 0 < int(locked["Retry-After"]) <= 900
    assert "15 分钟后再试" in locked.content.decode()
    assert try_login(client, "factory-b-person", "right-Horse-7").status_code == 302
    client.logout()
    other = client.post(LOGIN, {"username": "factory-a-person", "password": "right-Horse-7"}, REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 302


def test_lock_ends_by_itself(client, factory_actor):
    for _ in range(5):
        try_login(client, "factory-a-person", "x")
    LoginAttempt.objects.update(time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert try_login(client, "factory-a-person", "right-Horse-7").status_code == 302
    assert not LoginAttempt.objects.filter(username="factory-a-person").exists()


def test_one_address_cannot_try_many_names(client, db):
    for number in range(50):
        LoginAttempt.objects.create(username=f"n{number}", address="127.0.0.1")
    assert try_login(client, "another", "x").status_code == 429


def test_forwarded_address_counts_only_behind_an_own_proxy(client, factory_actor, settings):
    send = lambda: client.post(  # noqa: E731
        LOGIN, {"username": "factory-a-person", "password": "x"}, headers={"x-forwarded-for": "6.6.6.6, 9.9.9.9"}
    )
    send()
    assert LoginAttempt.objects.get().address == "127.0.0.1"
    settings.TRUST_PROXY = True
    send()
    assert LoginAttempt.objects.order_by("pk").last().address == "9.9.9.9"


def test_form_without_its_csrf_token_is_explained(client_for, factory_actor):
    client = client_for(factory_actor, csrf=True)
    answer = client.post("/accounts/profile/", {"display_name": "x", "language": "en"})
    assert answer.status_code == 403
    assert "表单已过期，未作任何更改" in answer.content.decode()
    factory_actor.person.refresh_from_db()
    assert factory_actor.person.language == "zh-hans"


def test_inactive_person_does_not_log_in(client, factory_actor):
    Person.objects.update(is_active=False)
    assert try_login(client, "factory-a-person", "right-Horse-7").status_code == 422


def test_log_in_speaks_the_persons_language(client, factory_actor):
    Person.objects.update(language="en")
    assert try_login(client, "factory-a-person", "right-Horse-7").cookies["django_language"].value == "en"


def test_session_is_new_after_log_in_and_gone_after_log_out(client, factory_actor):
    client.get(LOGIN)
    client.session["x"] = 1
    before = client.session.session_key
    try_login(client, "factory-a-person", "right-Horse-7")
    assert client.session.session_key != before
    assert client.get("/accounts/logout/").status_code == 405
    client.post("/accounts/logout/")
    assert client.get("/accounts/profile/").status_code == 302


def test_sample_accounts_stand_on_the_log_in_page_of_a_sample_park(
    client, factory_actor, customer, settings, monkeypatch
):
    monkeypatch.setattr(samples, "_announced", {})
    assert "样例账号" not in client.get(LOGIN).content.decode()
    samples.announce("right-Horse-7", ["factory-a-person", "customer-a-person", "missing"])
    page = client.get(LOGIN).content.decode()
    assert page.count("以此登录") == 2
    assert "right-Horse-7" in page
    settings.SAMPLE_PARK = False
    assert "样例账号" not in client.get(LOGIN).content.decode()


def test_every_member_of_the_sample_park_stands_on_the_log_in_page(db):
    from rongzhi.samples import levy2014

    factories = {each.organisation for each in levy2014.network().factories}
    assert len(factories) == 5
    assert factories | {f"customer-{number}" for number in range(1, 9)} | {"operator"} <= set(samples._announced)


def test_an_account_named_like_its_organisation_bears_its_name_in_english(customer):
    organisation, person = customer.organisation, customer.person
    organisation.name_zh, organisation.name_en, person.display_name = "甲客户厂", "Customer Works A", "甲客户厂"
    organisation.save()
    with override("en"):
        assert str(person) == "Customer Works A"
        assert person.display_name == "甲客户厂"
    with override("zh-hans"):
        assert str(person) == "甲客户厂"
    person.display_name = "王某"
    with override("en"):
        assert str(person) == "王某"


def test_switching_organisation(client_for, factory_actor, other_factory):
    Membership.objects.create(person=factory_actor.person, organisation=other_factory.organisation, role="factory")
    client = client_for(factory_actor)
    assert client.get("/api/v1/me").json()["organisation"]["code"] == "factory-a"
    assert client.post("/accounts/switch/", {"organisation": "factory-b"}).status_code == 302
    assert client.get("/api/v1/me").json()["organisation"]["code"] == "factory-b"
    assert client.post("/accounts/switch/", {"organisation": "operator"}).status_code == 404
    assert client.get("/api/v1/me").json()["organisation"]["code"] == "factory-b"


def test_role_counts_only_in_an_organisation_of_its_kind(factory_actor):
    Membership.objects.create(person=factory_actor.person, organisation=factory_actor.organisation, role="operator")
    actor = actor_for(factory_actor.person)
    assert not actor.is_operator
    assert actor.roles == {"factory"}


def test_refusal_names_the_role_in_words(factory_actor):
    verdict = needs_role(factory_actor, Role.OPERATOR, Role.LAB)
    assert not verdict
    assert verdict.reason.zh == "只有“平台运营方”“检验检测机构”可以这样做"
    assert verdict.reason.en == "only a person with the role operator or laboratory may do this".replace(
        "laboratory", "lab"
    )


def test_person_without_organisation_is_told_so(client_for, factory_actor):
    Organisation.objects.update(is_active=False)
    answer = client_for(factory_actor).get("/accounts/tokens/")
    assert answer.status_code == 403
    assert "尚未加入任何有效单位" in answer.content.decode()


def test_operator_registers_and_closes(operator, factory_actor):
    made = actions.create_organisation(operator, code="lab-9", name_zh="检测九", kind="lab")
    assert made.kind == "lab"
    assert Event.objects.get(type="organisation.created").subject == "organisation/lab-9"
    actions.change_organisation(operator, "lab-9", name_zh="检测九", name_en="Lab 9", is_active=False)
    assert Event.objects.filter(type="organisation.closed").count() == 1
    actions.change_organisation(operator, "lab-9", name_zh="检测九", name_en="Lab 9", is_active=False)
    assert Event.objects.filter(subject="organisation/lab-9").count() == 2
    with pytest.raises(Conflict):
        actions.change_organisation(operator, "operator", name_zh="x", name_en="", is_active=False)
    with pytest.raises(Denied):
        actions.create_organisation(factory_actor, code="mine", name_zh="我的", kind="operator")
    assert not Organisation.objects.filter(code="mine").exists()


def test_members_are_managed_at_home_only(operator, factory_actor, other_factory, make_actor):
    made = actions.add_member(factory_actor, "factory-a", username="new", password="long-Enough-9")
    assert (made.role, made.is_admin) == ("factory", False)
    with pytest.raises(NotFound):
        actions.add_member(other_factory, "factory-a", username="spy", password="long-Enough-9")
    with pytest.raises(NotFound):
        actions.remove_member(other_factory, made.pk)
    with pytest.raises(Denied):
        actions.add_member(actor_for(made.person), "factory-a", username="friend", password="long-Enough-9")
    assert not Person.objects.filter(username__in=["spy", "friend"]).exists()
    actions.change_member(operator, made.pk, is_admin=True)
    assert Membership.objects.get(pk=made.pk).is_admin


def test_existing_people_are_added_by_the_operator_only(operator, factory_actor, other_factory):
    with pytest.raises(Rejected):
        actions.add_member(factory_actor, "factory-a", username="factory-b-person", password="long-Enough-9")
    actions.add_member(operator, "factory-a", username="factory-b-person")
    assert Membership.objects.filter(organisation__code="factory-a").count() == 2
    with pytest.raises(Conflict):
        actions.add_member(operator, "factory-a", username="factory-b-person")
    assert other_factory.person.check_password("right-Horse-7")


def test_new_member_is_checked_and_everything_said_at_once(factory_actor):
    with pytest.raises(Rejected) as caught:
        actions.add_member(factory_actor, "factory-a", username="a b", password="123", email="nowhere")
    assert {finding.where for finding in caught.value.findings} == {"username", "password", "email"}
    assert Person.objects.count() == 1


def test_last_administrator_stays(factory_actor):
    last = Membership.objects.get()
    with pytest.raises(Conflict):
        actions.change_member(factory_actor, last.pk, is_admin=False)
    with pytest.raises(Conflict):
        actions.remove_member(factory_actor, last.pk)
    assert Membership.objects.get().is_admin


def test_password_change_needs_the_old_one(client_for, factory_actor):
    client = client_for(factory_actor)
    answer = client.post("/accounts/password/", {"old": "wrong", "password": "other-Horse-8"})
    assert answer.status_code == 422
    assert client.post("/accounts/password/", {"old": "right-Horse-7", "password": "12345678"}).status_code == 422
    assert client.post("/accounts/password/", {"old": "right-Horse-7", "password": "other-Horse-8"}).status_code == 302
    assert client.get("/accounts/profile/").status_code == 200, "this session goes on"
    factory_actor.person.refresh_from_db()
    assert factory_actor.person.check_password("other-Horse-8")


def test_password_change_ends_other_sessions(client_for, factory_actor):
    here, there = client_for(factory_actor), client_for(factory_actor)
    here.post("/accounts/password/", {"old": "right-Horse-7", "password": "other-Horse-8"})
    assert there.get("/accounts/profile/").status_code == 302


def test_profile_changes_language_at_once(client_for, factory_actor):
    client = client_for(factory_actor)
    answer = client.post("/accounts/profile/", {"display_name": "王工", "language": "en"}, follow=True)
    assert "My profile" in answer.content.decode()
    factory_actor.person.refresh_from_db()
    assert (factory_actor.person.display_name, factory_actor.person.language) == ("王工", "en")


def test_token_page_shows_the_text_once(client_for, factory_actor):
    client = client_for(factory_actor)
    answer = client.post("/accounts/tokens/new/", {"name": "MES", "scopes": ["read"], "days": 30})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    token = ApiToken.objects.get()
    assert f'value="{token.prefix}' in answer.content.decode()
    page = client.get("/accounts/tokens/").content.decode()
    assert token.prefix in page
    assert page.count("rz_") == page.count(token.prefix)
    assert len([part for part in page.split() if len(part) > 60 and "rz_" in part]) == 0


def test_bad_token_form_keeps_what_was_typed(client_for, factory_actor):
    answer = client_for(factory_actor).post("/accounts/tokens/new/", {"name": "MES 对接", "scopes": [], "days": 999})
    assert answer.status_code == 422
    assert "MES 对接" in answer.content.decode()
    assert ApiToken.objects.count() == 0


def test_tokens_are_revoked_by_owner_admin_operator_only(operator, factory_actor, other_factory, make_actor):
    colleague = make_actor("factory", "factory-a", username="colleague", is_admin=False)
    make = lambda: actions.create_token(colleague, name="t", scopes=["read"], days=1)[0].pk  # noqa: E731
    theirs = actions.create_token(factory_actor, name="t", scopes=["read"], days=1)[0].pk
    with pytest.raises(NotFound):
        actions.revoke_token(colleague, theirs)
    with pytest.raises(NotFound):
        actions.revoke_token(other_factory, theirs)
    assert ApiToken.objects.get(pk=theirs).revoked_at is None
    for actor in (colleague, factory_actor, operator):
        assert actions.revoke_token(actor, make()).revoked_at is not None
    assert Event.objects.filter(type="token.revoked").count() == 3


def test_removed_member_loses_tokens(factory_actor):
    made = actions.add_member(factory_actor, "factory-a", username="new", password="long-Enough-9")
    actions.create_token(actor_for(made.person), name="t", scopes=["read"], days=1)
    actions.remove_member(factory_actor, made.pk)
    assert ApiToken.objects.get().revoked_at is not None
    assert Person.objects.filter(username="new").exists()


def test_create_operator_command(db, monkeypatch):
    monkeypatch.setenv("RONGZHI_OPERATOR_PASSWORD", "long-Enough-9")
    call_command("create_operator", "chief", verbosity=0)
    actor = actor_for(Person.objects.get(username="chief"))
    assert actor.is_operator
    assert actor.is_admin
    with pytest.raises(CommandError, match="member"):
        call_command("create_operator", "chief")
    monkeypatch.setenv("RONGZHI_OPERATOR_PASSWORD", "123")
    with pytest.raises(CommandError):
        call_command("create_operator", "second")
    assert not Person.objects.filter(username="second").exists()
