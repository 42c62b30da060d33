"""Shared fixtures: one actor for each kind of organisation, a second of the important kinds, and clients for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from rongzhi.platform.access.actor import Actor

hypothesis_settings.register_profile(
    "house", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the suite's own data folder."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "static").mkdir()
    return folder


@pytest.fixture(autouse=True)
def _house_settings(settings, data_folder: Path) -> None:
    """Run jobs at once, hash passwords quickly, keep uploads out of the tree."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT, settings.STATIC_ROOT = data_folder / "media", data_folder / "static"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session", autouse=True)
def _flush_lifts_the_guard() -> Iterator[None]:
    """Let transactional tests empty their database: the triggers of event log and ledger refuse even that."""
    from django.core.management.commands.flush import Command
    from django.db import connections

    from rongzhi.foundation.ledger import guard as ledger_guard
    from rongzhi.platform.events import guard

    flush = Command.handle

    def handle(self, **options):
        connection = connections[options["database"]]
        guard.remove(connection)
        ledger_guard.remove(connection)
        try:
            flush(self, **options)
        finally:
            guard.install(connection)
            ledger_guard.install(connection)

    Command.handle = handle
    yield
    Command.handle = flush


@pytest.fixture
def make_actor(db) -> Callable[..., Actor]:
    """Make an organisation of a kind with one person in it, and give that person as actor."""
    from rongzhi.platform.access.middleware import actor_for
    from rongzhi.platform.accounts.models import Membership, Organisation, Person

    def make(kind: str, code: str, name_zh: str = "", *, username: str = "", is_admin: bool = True) -> Actor:
        organisation, _ = Organisation.objects.get_or_create(
            code=code, defaults={"kind": kind, "name_zh": name_zh or f"单位{code}", "name_en": f"Organisation {code}"}
        )
        person = Person.objects.create_user(username or f"{code}-person", password="right-Horse-7", display_name=code)
        Membership.objects.create(person=person, organisation=organisation, role=kind, is_admin=is_admin)
        return actor_for(person, code)

    return make


@pytest.fixture
def operator(make_actor) -> Actor:
    return make_actor("operator", "operator", "平台运营中心")


@pytest.fixture
def factory_actor(make_actor) -> Actor:
    return make_actor("factory", "factory-a", "甲厂")


@pytest.fixture
def other_factory(make_actor) -> Actor:
    return make_actor("factory", "factory-b", "乙厂")


@pytest.fixture
def customer(make_actor) -> Actor:
    return make_actor("customer", "customer-a", "客户甲")


@pytest.fixture
def other_customer(make_actor) -> Actor:
    return make_actor("customer", "customer-b", "客户乙")


@pytest.fixture
def provider(make_actor) -> Actor:
    return make_actor("provider", "provider-a", "服务商甲")


@pytest.fixture
def other_provider(make_actor) -> Actor:
    return make_actor("provider", "provider-b", "服务商乙")


@pytest.fixture
def lab(make_actor) -> Actor:
    return make_actor("lab", "lab-a", "检测机构甲")


@pytest.fixture
def financier(make_actor) -> Actor:
    return make_actor("financier", "financier-a", "金融机构甲")


@pytest.fixture
def evaluator(make_actor) -> Actor:
    return make_actor("evaluator", "evaluator-a", "评价机构甲")


@pytest.fixture
def client_for() -> Callable[..., Client]:
    """Give a test client logged in as an actor; CSRF is checked only when asked for."""

    def make(actor: Actor | None = None, *, csrf: bool = False, language: str = "zh-hans") -> Client:
        client = Client(enforce_csrf_checks=csrf, headers={"accept-language": language})
        client.cookies["django_language"] = language
        if actor is not None and actor.person is not None:
            client.force_login(actor.person)
        return client

    return make


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a migrated database, a file or a name on the server, that installations of tests are copied from."""
    from django.db import connections

    from tests.support.processes import House

    folder = tmp_path_factory.mktemp("migrated")
    if connections["default"].vendor == "sqlite":
        House(folder, f"sqlite:///{folder / 'rongzhi.sqlite3'}").manage("migrate", "-v0")
        yield str(folder / "rongzhi.sqlite3")
        return
    from tests.support.databases import own_database

    with own_database() as url:
        House(folder, url).manage("migrate", "-v0")
        yield url.rsplit("/", 1)[1]


@pytest.fixture
def house(tmp_path: Path, _migrated: str) -> Iterator[Any]:
    """Give an own installation for real processes: SQLite, or PostgreSQL when the suite runs on it."""
    import shutil

    from django.db import connections

    from tests.support.processes import House

    if connections["default"].vendor == "sqlite":
        shutil.copy(_migrated, tmp_path / "rongzhi.sqlite3")
        yield House(tmp_path, f"sqlite:///{tmp_path / 'rongzhi.sqlite3'}")
        return
    from tests.support.databases import own_database

    with own_database(_migrated) as url:
        yield House(tmp_path, url)
