"""Logging in, with guessing slowed down by name and address."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.platform.access.errors import TooManyAttempts
from rongzhi.platform.access.middleware import actor_for
from rongzhi.platform.accounts.models import LoginAttempt, Person
from rongzhi.platform.events.log import emit

WINDOW = timedelta(minutes=15)
MOST_BY_NAME = 5
MOST_BY_ADDRESS = 50


def address_of(request: HttpRequest) -> str:
    """Return the address a request came from; a proxy's word counts only when the installation trusts it."""
    if settings.TRUST_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded[:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def log_in(request: HttpRequest, username: str, password: str) -> Person:
    """Log a person in.

    Raises
    ------
    TooManyAttempts
        After too many failures in a quarter of an hour, even with the right password.
    Rejected
        If name and password do not go together; which of the two is wrong is not said.
    """
    address, name = address_of(request), username.strip()[:150]
    _slow_down(name, address)
    person = authenticate(request, username=name, password=password)
    if not isinstance(person, Person):
        _note_failure(name, address)
        raise Rejected(
            [
                Finding(
                    "wrong-login",
                    "password",
                    Text("登录名或口令不对", "the name or the password is wrong"),
                    Text(
                        "检查大小写后重试；忘记口令请联系本单位管理员", "check and try again, or ask your administrator"
                    ),
                )
            ]
        )
    login(request, person)
    with transaction.atomic():
        LoginAttempt.objects.filter(username=name.casefold(), address=address).delete()
        emit(actor_for(person), "person.logged-in", f"person/{person.username}")
    return person


def _recent(name: str, address: str) -> tuple[list[LoginAttempt], list[LoginAttempt]]:
    since = timezone.now() - WINDOW
    rows = list(LoginAttempt.objects.filter(address=address, time__gt=since).order_by("-time")[:MOST_BY_ADDRESS])
    return [row for row in rows if row.username == name.casefold()], rows


def _slow_down(name: str, address: str) -> None:
    by_name, by_address = _recent(name, address)
    full = by_name[:MOST_BY_NAME] if len(by_name) >= MOST_BY_NAME else []
    full = full or (by_address if len(by_address) >= MOST_BY_ADDRESS else [])
    if not full:
        return
    wait_s = max(1, int((full[-1].time + WINDOW - timezone.now()).total_seconds()))
    minutes = -(-wait_s // 60)
    raise TooManyAttempts(
        Text(f"登录失败次数过多，请 {minutes} 分钟后再试", f"too many failed log-ins; try again in {minutes} minutes"),
        retry_after_s=wait_s,
        fix=Text("忘记口令请联系本单位管理员", "if the password is lost, ask your administrator"),
    )


def _note_failure(name: str, address: str) -> None:
    now = timezone.now()
    LoginAttempt.objects.filter(Q(time__lt=now - WINDOW)).delete()
    LoginAttempt.objects.create(username=name.casefold(), address=address, time=now)
