"""Stored files: what they are by their content, how large they may be, who may fetch them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from rongzhi.kernel.errors import Denied, Rejected
from rongzhi.platform.access.actor import PUBLIC
from rongzhi.platform.events.models import Event
from rongzhi.platform.files.actions import store_file
from rongzhi.platform.files.checks import clean_name
from rongzhi.platform.files.models import StoredFile
from rongzhi.platform.files.sniff import TYPES, kind_of, text_of


def xlsx() -> bytes:
    made, book = io.BytesIO(), Workbook()
    book.active["A1"] = "订单"
    book.save(made)
    return made.getvalue()


def zipped(name: str = "a.txt", content: bytes = b"x") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


CONTENTS = {
    "csv": "订单,数量\nA,1\n".encode(),
    "json": b'{"a": [1, 2]}',
    "pdf": b"%PDF-1.7\n...",
    "png": b"\x89PNG\r\n\x1a\n....",
    "jpg": b"\xff\xd8\xff\xe0....",
    "step": b"ISO-10303-21;\nHEADER;",
    "zip": zipped(),
    "xlsx": xlsx(),
}


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def refused(actor, name: str, content: bytes, allowed=tuple(TYPES)) -> list[str]:
    with pytest.raises(Rejected) as caught:
        store_file(actor, upload(name, content), "test", allowed)
    assert StoredFile.objects.count() == 0
    assert Event.objects.count() == 0
    return [finding.code for finding in caught.value.findings]


@pytest.mark.parametrize("kind", sorted(CONTENTS))
def test_content_says_the_kind(kind):
    assert kind_of(io.BytesIO(CONTENTS[kind])) == kind


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\x01\x02", b"MZ\x90\x00", b"PK\x03\x04broken", b"   ", b"GIF89a\x01\x00\x00"]
)
def test_what_is_not_known_is_nothing(raw):
    assert kind_of(io.BytesIO(raw)) == ""


def test_chinese_spreadsheets_write_gb18030():
    raw = "订单编号,交期\n甲,2026-11-22\n".encode("gb18030")
    assert kind_of(io.BytesIO(raw)) == "csv"
    assert text_of(raw).startswith("订单编号")


def test_long_text_cut_inside_a_character_is_still_text():
    raw = ("交" * 30000).encode()
    assert len(raw) > 65536
    assert kind_of(io.BytesIO(raw)) == "csv"


def test_kept_with_its_hash_and_event(factory_actor):
    stored = store_file(factory_actor, upload("订单.csv", CONTENTS["csv"]), "orders", ["csv", "xlsx"])
    assert (stored.name, stored.kind, stored.size) == ("订单.csv", "csv", len(CONTENTS["csv"]))
    with stored.content.open() as content:
        assert content.read() == CONTENTS["csv"]
    assert "订单" not in stored.content.name
    event = Event.objects.get()
    assert (event.type, event.data["sha256"]) == ("file.stored", stored.sha256)


def test_file_that_is_not_what_its_name_says(factory_actor):
    assert refused(factory_actor, "orders.xlsx", CONTENTS["csv"]) == ["name-and-content-differ"]
    assert refused(factory_actor, "orders.csv", CONTENTS["pdf"], ["csv"]) == ["wrong-kind", "name-and-content-differ"]
    assert refused(factory_actor, "photo.png", b"MZ\x90\x00") == ["wrong-kind"]
    assert refused(factory_actor, "noending", CONTENTS["csv"]) == ["name-and-content-differ"]


def test_page_in_disguise_is_no_picture(factory_actor):
    assert "name-and-content-differ" in refused(factory_actor, "x.html", b"<html><script>alert(1)</script>")


def test_empty_and_too_large(factory_actor, settings):
    assert refused(factory_actor, "a.csv", b"") == ["empty-file"]
    settings.MAX_UPLOAD_BYTES = 10
    assert refused(factory_actor, "a.csv", CONTENTS["csv"]) == ["too-large"]


def test_archive_that_unpacks_to_too_much(factory_actor):
    bomb = zipped("zeros.csv", bytes(20_000_000))
    assert len(bomb) < 100_000
    assert refused(factory_actor, "a.zip", bomb) == ["unpacks-too-large"]


def test_nothing_stays_on_disk_when_the_record_fails(factory_actor, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("rongzhi.platform.files.actions.emit", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store_file(factory_actor, upload("a.csv", CONTENTS["csv"]), "x")
    assert StoredFile.objects.count() == 0
    assert [path for path in Path(tmp_path).rglob("*") if path.is_file()] == []


def test_the_public_stores_nothing(db):
    with pytest.raises(Denied):
        store_file(PUBLIC, upload("a.csv", CONTENTS["csv"]), "x")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\a.csv", "a.csv"), ("a\r\nb.csv", "ab.csv"), ("..", "file"), ("", "file")],
)
def test_names_are_cleaned(given, kept):
    assert clean_name(given) == kept


def test_long_name_keeps_its_ending():
    assert len(clean_name("x" * 300 + ".csv")) == 200
    assert clean_name("x" * 300 + ".csv").endswith(".csv")


def test_download_is_never_a_page_of_ours(client_for, factory_actor, other_factory, operator):
    stored = store_file(factory_actor, upload('报"价.csv', CONTENTS["csv"]), "x")
    address = f"/platform/files/{stored.pk}/"
    answer = client_for(factory_actor).get(address)
    assert b"".join(answer.streaming_content) == CONTENTS["csv"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"
    assert client_for(other_factory).get(address).status_code == 404
    seen = client_for(operator).get(address)
    assert seen.status_code == 200
    assert b"".join(seen.streaming_content) == CONTENTS["csv"]
    assert client_for(None).get(address).status_code == 302
    api = f"/api/v1/files/{stored.pk}/content"
    sent = client_for(factory_actor).get(api)
    assert sent["Content-Disposition"].startswith("attachment")
    assert b"".join(sent.streaming_content) == CONTENTS["csv"]
    assert client_for(other_factory).get(api).status_code == 404


def test_lost_content_is_a_clear_answer(client_for, factory_actor):
    stored = store_file(factory_actor, upload("a.csv", CONTENTS["csv"]), "x")
    stored.content.storage.delete(stored.content.name)
    assert client_for(factory_actor).get(f"/platform/files/{stored.pk}/").status_code == 404


def test_upload_page_shows_findings_and_keeps_the_purpose(client_for, factory_actor):
    client = client_for(factory_actor)
    answer = client.post("/platform/files/new/", {"file": upload("a.pdf", CONTENTS["csv"]), "purpose": "报价单"})
    assert answer.status_code == 422
    assert "内容却是 csv" in answer.content.decode()
    assert "报价单" in answer.content.decode()
    answer = client.post("/platform/files/new/", {"file": upload("a.csv", CONTENTS["csv"]), "purpose": "报价单"})
    assert answer.status_code == 302
    assert "a.csv" in client.get("/platform/files/").content.decode()


def test_api_upload(client_for, factory_actor):
    client = client_for(factory_actor)
    answer = client.post("/api/v1/files", {"file": upload("a.csv", CONTENTS["csv"]), "purpose": "x"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["kind"] == "csv"
    answer = client.post("/api/v1/files", {"file": upload("a.pdf", CONTENTS["csv"])})
    assert answer.json()["findings"][0]["code"] == "name-and-content-differ"
    assert client.get("/api/v1/files").json()["total"] == 1


@pytest.mark.parametrize("csrf", [True, False])
@pytest.mark.parametrize("size_over", [1024, 2 * 1024 * 1024])
def test_too_large_upload_is_413_in_the_client(client_for, factory_actor, settings, csrf, size_over):
    """By its announced length, and (just over the limit) while it arrives, whatever else is wrong with the form."""
    settings.MAX_UPLOAD_BYTES = 64 * 1024
    big = upload("a.csv", b"x" * (64 * 1024 + size_over))
    client = client_for(factory_actor, csrf=csrf)
    client.cookies["csrftoken"] = "a" * 32
    page = client.post("/platform/files/new/", {"file": big, "purpose": ""})
    assert page.status_code == 413
    assert "上传内容超过" in page.content.decode()
    big.seek(0)
    problem = client.post("/api/v1/files", {"file": big})
    assert problem.status_code == 413
    assert problem["Content-Type"].startswith("application/problem+json")
    assert problem.json()["code"] == "too-large"
    assert StoredFile.objects.count() == 0


def test_large_json_is_413_too(client_for, factory_actor):
    body = b'{"display_name": "' + b"x" * (django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1) + b'"}'
    answer = client_for(factory_actor).put("/api/v1/me", body, content_type="application/json")
    assert answer.status_code == 413
    assert answer.json()["status"] == 413
