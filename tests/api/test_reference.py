"""The committed API reference is the API's own; its page takes nothing from outside."""

from __future__ import annotations

import re
from pathlib import Path

from django.contrib.staticfiles import finders

from rongzhi.api.reference import openapi_text
from rongzhi.api.v1 import api

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"


def test_committed_reference_is_up_to_date():
    assert COMMITTED.read_text(encoding="utf-8") == openapi_text(), "run: python manage.py export_openapi"


def test_every_operation_is_described_and_answers_problems():
    ids = []
    for address, path in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for method, operation in path.items():
            ids.append(operation["operationId"])
            assert "default" in operation["responses"], (method, address)
            assert operation["tags"], (method, address)
    assert len(ids) == len(set(ids))


def test_docs_page_takes_nothing_from_outside(db, client):
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", text)
    loaded.remove("/")  # the way back to the site
    for address in loaded:
        assert address.startswith("/static/"), address
        assert finders.find(address.removeprefix("/static/")), address
    assert '"validatorUrl": null' in text
    assert "cdn" not in text


def test_docs_page_leads_back_to_the_site(db, client):
    page = client.get("/api/v1/docs", headers={"accept-language": "en"}).content.decode()
    assert '<a class="link" href="/">← Back to Rongzhi</a>' in page
