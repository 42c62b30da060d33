"""Who may ask the API: log-in with CSRF, tokens with scopes; every refusal is a problem in the asker's language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rongzhi.platform.accounts.actions import change_organisation, create_token, remove_member, revoke_token
from rongzhi.platform.accounts.models import ApiToken, Organisation
from rongzhi.platform.accounts.tokens import digest_of

ALL = ["read", "write", "plan", "admin"]


def bearer(secret: str, **more: str) -> Client:
    return Client(headers={"authorization": f"Bearer {secret}", **more})


def token(actor, *scopes: str, days: int = 30) -> str:
    return create_token(actor, name="t", scopes=list(scopes or ALL), days=days)[1]


def problem(response, status: int, code: str) -> dict:
    assert response.status_code == status, response.content
    assert response["Content-Type"].startswith("application/problem+json")
    body = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["instance"].startswith("/api/v1/")
    return body


def test_health_is_public(db, client):
    assert client.get("/api/v1/health").json() == {"status": "ok", "version": "0.1.0"}


def test_nobody_is_asked_to_log_in(db, client):
    body = problem(client.get("/api/v1/me"), 401, "unauthenticated")
    assert body["title"] == "未登录或令牌无效"
    assert client.get("/api/v1/me")["WWW-Authenticate"].startswith("Bearer")


def test_log_in_says_who(client_for, factory_actor):
    body = client_for(factory_actor).get("/api/v1/me").json()
    assert body["organisation"]["code"] == "factory-a"
    assert body["roles"] == ["factory"]
    assert body["scopes"] is None


def test_token_says_who(factory_actor):
    body = bearer(token(factory_actor, "read")).get("/api/v1/me").json()
    assert (body["username"], body["scopes"]) == ("factory-a-person", ["read"])


def test_session_changes_need_csrf(client_for, factory_actor):
    client = client_for(factory_actor, csrf=True)
    body = {"display_name": "新名", "language": "en"}
    problem(client.put("/api/v1/me", body, content_type="application/json"), 403, "denied")
    client.get("/api/v1/docs")
    client.cookies["csrftoken"] = "a" * 32
    sent = client.put("/api/v1/me", body, content_type="application/json", headers={"x-csrftoken": "a" * 32})
    assert sent.status_code == 200
    assert sent.json()["display_name"] == "新名"


def test_token_needs_no_csrf(factory_actor):
    client = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {token(factory_actor)}"})
    body = {"display_name": "x", "language": "en"}
    assert client.put("/api/v1/me", body, content_type="application/json").status_code == 200


@pytest.mark.parametrize("scopes", [["read"], ["plan"], ["read", "plan", "admin"]])
def test_token_without_write_changes_nothing(factory_actor, scopes):
    body = {"display_name": "x", "language": "en"}
    sent = bearer(token(factory_actor, *scopes)).put("/api/v1/me", body, content_type="application/json")
    problem(sent, 403, "denied")
    factory_actor.person.refresh_from_db()
    assert factory_actor.person.display_name == "factory-a"


def test_token_without_read_reads_nothing(factory_actor):
    problem(bearer(token(factory_actor, "write")).get("/api/v1/me"), 403, "denied")


def test_register_needs_the_scope_admin(operator):
    body = {"code": "new", "name_zh": "新厂", "kind": "factory"}
    sent = bearer(token(operator, "read", "write")).post("/api/v1/organisations", body, content_type="application/json")
    problem(sent, 403, "denied")
    assert not Organisation.objects.filter(code="new").exists()


def test_scopes_never_widen_roles(factory_actor):
    body = {"code": "new", "name_zh": "新厂", "kind": "factory"}
    sent = bearer(token(factory_actor)).post("/api/v1/organisations", body, content_type="application/json")
    assert "平台运营方" in problem(sent, 403, "denied")["detail"]
    assert not Organisation.objects.filter(code="new").exists()


@pytest.mark.parametrize("header", ["Bearer rz_unknown", "Bearer ", "Bearer x", "Basic YTpi", "Bearer rz_" + "é" * 9])
def test_bad_credentials_never_fall_back_to_the_log_in(client_for, factory_actor, header):
    client = client_for(factory_actor)
    problem(client.get("/api/v1/me", headers={"authorization": header}), 401, "unauthenticated")


def test_expired_token(factory_actor):
    secret = token(factory_actor)
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "过期" in problem(bearer(secret).get("/api/v1/me"), 401, "unauthenticated")["detail"]


def test_revoked_token_ends_at_once(factory_actor):
    secret = token(factory_actor)
    assert bearer(secret).get("/api/v1/me").status_code == 200
    revoke_token(factory_actor, ApiToken.objects.get().pk)
    assert "撤销" in problem(bearer(secret).get("/api/v1/me"), 401, "unauthenticated")["detail"]


def test_token_ends_with_the_membership(make_actor, factory_actor):
    colleague = make_actor("factory", "factory-a", username="colleague", is_admin=False)
    secret = token(colleague)
    remove_member(factory_actor, colleague.person.memberships.get().pk)
    problem(bearer(secret).get("/api/v1/me"), 401, "unauthenticated")


def test_token_ends_with_the_organisation_and_the_person(operator, factory_actor):
    secret = token(factory_actor)
    change_organisation(operator, "factory-a", name_zh="甲厂", name_en="", is_active=False)
    problem(bearer(secret).get("/api/v1/me"), 401, "unauthenticated")
    change_organisation(operator, "factory-a", name_zh="甲厂", name_en="", is_active=True)
    assert bearer(secret).get("/api/v1/me").status_code == 200
    factory_actor.person.is_active = False
    factory_actor.person.save()
    problem(bearer(secret).get("/api/v1/me"), 401, "unauthenticated")


def test_only_the_hash_is_kept(factory_actor):
    secret = token(factory_actor)
    kept = ApiToken.objects.get()
    assert secret.startswith("rz_")
    assert len(secret) == 3 + 43
    assert kept.digest == digest_of(secret)
    assert secret not in str(vars(kept))
    assert kept.prefix == secret[:11]


def test_token_over_the_api_is_shown_once_and_a_token_makes_none(client_for, factory_actor):
    client = client_for(factory_actor)
    body = {"name": "MES", "scopes": ["read"], "days": 30}
    made = client.post("/api/v1/tokens", body, content_type="application/json")
    assert made.status_code == 201
    secret = made.json()["token"]
    assert secret not in client.get("/api/v1/tokens").content.decode()
    problem(bearer(token(factory_actor)).post("/api/v1/tokens", body, content_type="application/json"), 403, "denied")


def test_every_finding_with_its_place_in_both_languages(client_for, factory_actor):
    client = client_for(factory_actor)
    body = {"name": 5, "scopes": "read", "days": 900}
    zh = problem(client.post("/api/v1/tokens", body, content_type="application/json"), 422, "rejected")
    assert {(f["where"], f["message"]) for f in zh["findings"]} == {
        ("body.name", "应为文字"),
        ("body.scopes", "应为列表"),
        ("body.days", "应不大于 365"),
    }
    sent = client.post("/api/v1/tokens", body, content_type="application/json", headers={"accept-language": "en-GB,en"})
    en = problem(sent, 422, "rejected")
    assert "must be at most 365" in {f["message"] for f in en["findings"]}
    assert en["title"] == "The input has errors; nothing was changed"
    assert sent["Content-Language"] == "en"
    assert ApiToken.objects.count() == 0


def test_our_own_findings_too(client_for, operator):
    body = {"code": "Bad Code", "name_zh": " ", "kind": "bank"}
    sent = client_for(operator).post("/api/v1/organisations", body, content_type="application/json")
    found = problem(sent, 422, "rejected")["findings"]
    assert {f["where"] for f in found} == {"code", "name_zh", "kind"}
    assert all(f["fix"] for f in found)


def test_broken_json_is_a_problem(client_for, operator):
    sent = client_for(operator).post("/api/v1/organisations", "{", content_type="application/json")
    problem(sent, 400, "http-400")


def test_unknown_route_and_method_are_problems(client_for, operator):
    client = client_for(operator)
    problem(client.get("/api/v1/nothing/here"), 404, "http-404")
    problem(client.get("/api/v1/organisations/unknown"), 404, "not-found")
    response = client.patch("/api/v1/me")
    problem(response, 405, "http-405")
    assert "GET" in response["Allow"]


def test_bad_paging_is_a_problem(client_for, operator):
    sent = client_for(operator).get("/api/v1/events?limit=0&offset=-1")
    assert {f["where"] for f in problem(sent, 422, "rejected")["findings"]} == {"query.limit", "query.offset"}


def test_pages_of_results(client_for, operator):
    for number in range(7):
        Organisation.objects.create(code=f"o-{number}", name_zh="x", kind="lab")
    page = client_for(operator).get("/api/v1/organisations?limit=3&offset=6").json()
    assert (page["total"], len(page["items"]), page["limit"], page["offset"]) == (8, 2, 3, 6)


def test_idempotency_key_over_the_api(client_for, operator):
    client = client_for(operator)
    body = {"code": "new", "name_zh": "新厂", "kind": "factory"}
    send = lambda content: client.post(  # noqa: E731
        "/api/v1/organisations", content, content_type="application/json", headers={"idempotency-key": "k-1"}
    )
    assert send(body).status_code == 201
    assert send(body).json()["code"] == "new"
    problem(send(body | {"name_zh": "别的"}), 409, "conflict")
    assert Organisation.objects.filter(kind="factory").count() == 1


def test_language_of_an_unknown_tongue_is_chinese(db, client):
    assert client.get("/api/v1/me", headers={"accept-language": "fr"}).json()["title"] == "未登录或令牌无效"
