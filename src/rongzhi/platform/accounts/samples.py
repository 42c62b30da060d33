"""Sample accounts for the log-in page of a sample park: announced by whoever loads the sample, shown while it is on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from rongzhi.platform.accounts.models import Membership


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """One account a newcomer may try."""

    username: str
    password: str
    organisation: str
    role: str


_announced: dict[str, str] = {}


def announce(password: str, usernames: Iterable[str]) -> None:
    """Say which accounts are samples and what their password is; called once when the app starts."""
    _announced.update(dict.fromkeys(usernames, password))


def sample_accounts() -> list[SampleAccount]:
    """Return the announced accounts that exist, in the order they were announced."""
    if not settings.SAMPLE_PARK or not _announced:
        return []
    rows = Membership.objects.filter(person__username__in=list(_announced), person__is_active=True)
    order = {name: place for place, name in enumerate(_announced)}
    found = []
    for row in sorted(rows.select_related("person", "organisation"), key=lambda row: order[row.person.username]):
        name = row.person.username
        found.append(SampleAccount(name, _announced[name], row.organisation.name, str(row.get_role_display())))
    return found
