"""Bodies and values nobody should send: refused with their place, never an internal error, nothing changed."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from rongzhi.platform.accounts.models import ApiToken

pytestmark = pytest.mark.django_db


def refused(response, code: str, where: str) -> None:
    assert response.status_code == 422, response.content
    assert [(each["code"], each["where"]) for each in response.json()["findings"]] == [(code, where)]
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        ('{"name": "a", "name": "b", "scopes": ["read"]}', "field-given-twice", "name"),
        ('{"name": "\\ud800", "scopes": ["read"]}', "not-text", "body.name"),
        ('{"name": "a", "scopes": ["re\\u0000ad"]}', "not-text", "body.scopes[0]"),
        ('{"name": "a", "\\udfff": 1, "scopes": ["read"]}', "not-text", "body"),
    ],
)
def test_ambiguous_or_unstorable_json_is_refused(client_for, operator, body, code, where):
    refused(client_for(operator).post("/api/v1/tokens", body, content_type="application/json"), code, where)


def test_escaped_text_that_is_text_is_taken(client_for, operator):
    body = '{"name": "\\ud83d\\ude00 \\u4e2d", "scopes": ["read"]}'
    response = client_for(operator).post("/api/v1/tokens", body, content_type="application/json")
    assert response.status_code == 201
    assert ApiToken.objects.get().name == "😀 中"


@pytest.mark.parametrize("since", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00%2B14:00", "2027-01-01T00:00:00"])
def test_instants_out_of_reach_or_without_zone_are_refused(client_for, operator, since):
    response = client_for(operator).get(f"/api/v1/events?since={since}")
    assert response.status_code == 422
    assert response.json()["findings"][0]["where"].endswith("since")


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/accounts/tokens/"])
def test_a_locked_database_is_said_to_be_busy(client_for, operator, monkeypatch, path):
    def locked(*_, **__):
        raise OperationalError("database is locked")

    client = client_for(operator)
    module = "rongzhi.platform.jobs.api.jobs_for" if "api" in path else "rongzhi.platform.accounts.views.tokens_for"
    monkeypatch.setattr(module, locked)
    response = client.get(path)
    assert (response.status_code, response["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("path", ["/api/v1/me", "/accounts/login/", "/search?q=x"])
def test_a_foreign_host_name_is_a_bad_request(client, settings, path):
    assert client.get(path, headers={"host": "evil.test"}).status_code == 400
