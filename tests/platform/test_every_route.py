"""Every page and API route as anybody, as each role and as a stranger: never a 500, never somebody else's thing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from rongzhi.api.v1 import api
from rongzhi.platform.events.models import Event
from tests.platform.routes import API, PAGES, Rule, rule_for

ALIKE = {"provider", "financier", "evaluator"}
"""Roles that may send what another walked role may send; for them only reading is walked, to save time."""
CHANGING = ("post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """One address with the methods to try on it."""

    name: str
    template: str
    parts: tuple[tuple[str, str], ...]
    methods: tuple[str, ...]
    is_api: bool

    @property
    def rule(self) -> Rule | None:
        return rule_for(self.name, API if self.is_api else PAGES)

    def address(self, given: dict[str, Any]) -> str:
        """The address with the sample's parts, and nonsense for the others."""
        from tests.platform.world import nonsense

        text = self.template
        for converter, name in self.parts:
            text = text.replace(f"<{converter}:{name}>", str(given.get(name, nonsense(name, converter))))
        return text


def pages() -> list[Route]:
    return list(_pages(get_resolver(), "/", ()))


def _pages(resolver: URLResolver, prefix: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _pages(pattern, text, inner)
        elif isinstance(pattern, URLPattern) and (spaces[:1] != ("api",) or "<" not in text):
            is_own = spaces[:1] != ("api",) or pattern.name in {"openapi-json", "openapi-view"}
            if is_own:
                # A part without a converter is written <str:...> so that all are read the same way.
                text = re.sub(r"<(\w+)>", r"<str:\1>", text)
                parts = tuple(re.findall(r"<(\w+):(\w+)>", text))
                yield Route(":".join((*spaces, pattern.name or "?")), text, parts, ("get", "post"), is_api=False)


def operations() -> list[Route]:
    found = []
    for template, path in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for method, operation in path.items():
            parts = tuple(("str", name) for name in re.findall(r"{(\w+)}", template))
            text = re.sub(r"{(\w+)}", r"<str:\1>", template)
            found.append(Route(operation["operationId"], text, parts, (method,), is_api=True))
    return found


def all_routes() -> list[Route]:
    return pages() + operations()


def ask(client: Client, method: str, address: str, route: Route, **headers: str) -> Any:
    """Ask inside a transaction that is undone, so that no request changes what the next one sees."""
    kwargs: dict[str, Any] = {"headers": headers} if headers else {}
    if method != "get":
        kwargs |= {"data": json.dumps({}), "content_type": "application/json"} if route.is_api else {"data": {}}
    with transaction.atomic():
        before = Event.objects.count()
        answer = getattr(client, method)(address, **kwargs)
        answer.changed = Event.objects.count() - before
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


def test_every_route_has_a_rule():
    missing = [route.name for route in all_routes() if route.rule is None]
    assert missing == [], "add a line to tests/platform/routes.py"


def test_every_rule_has_a_route():
    names = {route.name for route in all_routes()}
    idle = [
        rule.pattern
        for rules in (PAGES, API)
        for rule in rules
        if not any(rule_for(name, rules) is rule for name in names)
    ]
    # Floors that are not there yet have their rules already.
    assert [pattern for pattern in idle if not pattern.startswith(("terms", "resources", "sharing"))] == []


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, data_folder) -> Iterator[Any]:
    """Build the park once for all walks; nothing of it stays."""
    from tests.platform.world import build

    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=data_folder / "media", PASSWORD_HASHERS=[hasher]):
            made = build()
        yield made
        transaction.set_rollback(True)


def told(wrong: list[Any]) -> str:
    """Every wrong answer on a line of its own."""
    return "\n".join(str(each) for each in wrong)


def given(world: Any, rule: Rule) -> dict[str, Any]:
    return world.samples[rule.sample].kwargs if rule.sample else {}


def is_refused_to_the_public(route: Route, answer: Any) -> bool:
    if route.is_api:
        return bool(answer.status_code == 401 and answer["Content-Type"].startswith("application/problem+json"))
    return bool(answer.status_code == 302 and answer["Location"].startswith("/accounts/login/"))


@pytest.mark.slow
@pytest.mark.django_db
def test_the_public_opens_what_is_public_and_nothing_else(world, client_for):
    client, wrong = client_for(None), []
    for route in all_routes():
        rule = route.rule
        assert rule is not None, route.name
        for method in route.methods:
            answer = ask(client, method, route.address(given(world, rule)), route)
            if answer.status_code == 405 and method != "get":
                continue
            is_good = answer.status_code < 500 if rule.is_public else is_refused_to_the_public(route, answer)
            if rule.is_public and method == "get":
                is_good = answer.status_code < 400 or answer.status_code == 405
            if not is_good or answer.changed:
                wrong.append((method, route.name, answer.status_code, answer.changed))
    assert not wrong, told(wrong)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", ["operator", "factory", "provider", "customer", "lab", "financier", "evaluator"])
def test_each_role_opens_what_its_rule_says(world, client_for, role):
    actor, wrong = world.actors[role], []
    client = client_for(actor)
    for route in all_routes():
        rule = route.rule
        assert rule is not None, route.name
        sample = world.samples.get(rule.sample)
        is_mine = sample is None or sample.owner is None or sample.owner == actor.organisation or role == "operator"
        for method in route.methods:
            if method != "get" and (role in ALIKE or route.name == "accounts:logout"):
                continue
            answer = ask(client, method, route.address(given(world, rule)), route)
            status = answer.status_code
            if status >= 500:
                wrong.append((method, route.name, status, "broke"))
            elif method == "get" and rule.sample != "nothing":
                wrong += check_get(route, rule, role, status, is_mine=is_mine, is_owned=bool(sample and sample.owner))
            elif not is_mine and (status < 400 or answer.changed) and status != 302:
                wrong.append((method, route.name, status, "changed a stranger's"))
            elif role not in rule.roles and answer.changed:
                wrong.append((method, route.name, status, "changed without the role"))
    assert not wrong, told(wrong)


def check_get(route: Route, rule: Rule, role: str, status: int, *, is_mine: bool, is_owned: bool) -> list[Any]:
    if status == 405:
        return []
    if role not in rule.roles:
        return [] if status in {403, 404} else [("get", route.name, status, "without the role")]
    is_shown = rule.sample in SHOWN_TO_ALL
    if is_owned and not is_mine and not is_shown:
        return [] if status in {403, 404} else [("get", route.name, status, "stranger's")]
    if status < 400 or (status in {403, 404, 409, 422} and (rule.is_asking or is_shown)):
        return []
    if rule.sample and status == 403:
        return []
    return [("get", route.name, status, "refused")]


SHOWN_TO_ALL = {"item", "bom_line", "routing", "place", "calendar", "transport", "changeover", "factory"}
"""Records the park shows to members who do not own them; what each may see of them is tested with the records."""


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", ["factory", "customer"])
def test_a_stranger_of_the_same_role_finds_nothing(world, client_for, role):
    """Another factory, another customer: the owner's things do not exist for them, and nothing they send changes."""
    actor, owner, wrong = world.strangers[role], world.actors[role].organisation, []
    client = client_for(actor)
    for route in all_routes():
        rule = route.rule
        assert rule is not None, route.name
        sample = world.samples.get(rule.sample)
        if sample is None or sample.owner != owner or rule.sample in SHOWN_TO_ALL:
            continue
        for method in route.methods:
            answer = ask(client, method, route.address(sample.kwargs), route)
            allowed = {404, 405} if role in rule.roles else {403, 404, 405}
            # The body of a request is read before the record is looked for.
            allowed |= {422} if method != "get" and route.is_api else set()
            if answer.status_code not in allowed or answer.changed:
                wrong.append((method, route.name, answer.status_code, answer.changed))
    assert not wrong, told(wrong)


@pytest.mark.slow
@pytest.mark.django_db
def test_nothing_changes_without_the_csrf_token(world, client_for):
    client, wrong = client_for(world.actors["operator"], csrf=True), []
    for route in all_routes():
        rule = route.rule
        assert rule is not None, route.name
        for method in route.methods:
            if method not in CHANGING or route.name == "platform_health":
                continue
            answer = ask(client, method, route.address(given(world, rule)), route)
            is_good = answer.status_code in {403, 405} or (route.is_api and rule.is_public)
            if not is_good or answer.changed:
                wrong.append((method, route.name, answer.status_code, answer.changed))
    assert not wrong, told(wrong)


@pytest.mark.slow
@pytest.mark.django_db
def test_nonsense_in_addresses_is_never_a_500(world, client_for):
    client, wrong = client_for(world.actors["operator"]), []
    for route in all_routes():
        values = ("%00..%2F..%2Fetc", "9" * 40, "甲" * 90 + "a'%22%3B--")
        for value in values if route.parts else ():
            address = route.template
            for converter, name in route.parts:
                address = address.replace(f"<{converter}:{name}>", value)
            answer = ask(client, route.methods[0], address, route)
            if answer.status_code >= 500:
                wrong.append((route.name, value, answer.status_code))
    assert not wrong, told(wrong)


@pytest.mark.slow
@pytest.mark.django_db
def test_nonsense_in_queries_is_never_a_500(world, client_for):
    client, wrong = client_for(world.actors["operator"]), []
    query = (
        "?page=x&sort=-nothing&q=%27%00%22&state=zz&kind=%00&limit=abc&offset=-5&since=yesterday&until=9999-99-99&tab=x"
    )
    for route in all_routes():
        rule = route.rule
        assert rule is not None, route.name
        if "get" in route.methods:
            answer = ask(client, "get", route.address(given(world, rule)) + query, route)
            if answer.status_code >= 500:
                wrong.append((route.name, answer.status_code))
    assert not wrong, told(wrong)
