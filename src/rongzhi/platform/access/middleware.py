"""Puts the actor on every request: from the log-in and the chosen organisation, or from an API token."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from rongzhi.platform.access.actor import PUBLIC, Actor
from rongzhi.platform.accounts.models import Person

CHOSEN = "organisation"


class ActorMiddleware:
    """Sets ``request.actor``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
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
    memberships = [m for m in person.memberships.select_related("organisation") if m.organisation.is_active]
    if not memberships:
        return Actor(person)
    chosen = next((m for m in memberships if m.organisation.code == organisation_code), memberships[0])
    held = [m for m in memberships if m.organisation_id == chosen.organisation_id]
    return Actor(person, chosen.organisation, frozenset(m.role for m in held), is_admin=any(m.is_admin for m in held))
