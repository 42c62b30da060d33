"""Puts the language and the actor on every request, and turns refusals into pages a person understands."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from rongzhi.platform.access.actor import PUBLIC, Actor
from rongzhi.platform.accounts.models import Organisation, Person

CHOSEN = "organisation"
API_PREFIX = "/api/"

Answer = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """As the person chose by cookie, else as the browser asks, else Chinese; programs ask by ``Accept-Language``."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._chosen(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if request.path.startswith(API_PREFIX) or not _from_cookie(request):
            patch_vary_headers(response, ("Accept-Language",))
        return response

    @staticmethod
    def _chosen(request: HttpRequest) -> str:
        if request.path.startswith(API_PREFIX):
            return _asked(request) or _from_cookie(request) or settings.LANGUAGE_CODE
        return _from_cookie(request) or _asked(request) or settings.LANGUAGE_CODE


def _from_cookie(request: HttpRequest) -> str:
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return cookie if cookie in dict(settings.LANGUAGES) else ""


def _asked(request: HttpRequest) -> str:
    """Return the first language of the header that is ours, or nothing."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    tongue = next((language[:2] for language, weight in asked if weight > 0 and language[:2] in {"zh", "en"}), "")
    return {"en": "en", "zh": "zh-hans"}.get(tongue, "")


class ActorMiddleware:
    """Sets ``request.actor``."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_of(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor of a logged-in request; the first membership when no organisation was chosen."""
    if not request.user.is_authenticated or not isinstance(request.user, Person):
        return PUBLIC
    return actor_for(request.user, request.session.get(CHOSEN))


def actor_for(person: Person, organisation_code: str | None = None) -> Actor:
    """Return a person as actor for one of their organisations."""
    held = list(person.memberships.select_related("organisation").filter(organisation__is_active=True))
    if not held:
        return Actor(person)
    chosen = next((m.organisation for m in held if m.organisation.code == organisation_code), held[0].organisation)
    return _acting(person, chosen, [(m.role, m.is_admin) for m in held if m.organisation_id == chosen.pk])


def actor_within(person: Person, organisation: Organisation) -> Actor | None:
    """Return a person as actor for exactly this organisation, or None when they no longer belong to it."""
    if not person.is_active or not organisation.is_active:
        return None
    held = list(person.memberships.filter(organisation=organisation).values_list("role", "is_admin"))
    return _acting(person, organisation, held) if held else None


def _acting(person: Person, organisation: Organisation, held: list[tuple[str, bool]]) -> Actor:
    # A role counts only in an organisation of its kind: nobody becomes operator from inside a factory.
    roles = frozenset(role for role, _ in held if role == organisation.kind)
    return Actor(person, organisation, roles, is_admin=any(is_admin for _, is_admin in held))
