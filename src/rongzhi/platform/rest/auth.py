"""Who asks: a log-in with CSRF protection, or a token with scopes.

A token must hold the scope of the route: ``read`` for reading, ``write`` for everything else, unless the route names
another: ``@router.post("/plans", auth=needs("plan"))``. Scopes only narrow what the person's roles allow.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from rongzhi.kernel.errors import Denied
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.errors import Unauthenticated
from rongzhi.platform.access.policy import needs_scope
from rongzhi.platform.accounts.tokens import actor_of_token

_READING = {"GET", "HEAD", "OPTIONS"}


class Token(HttpBearer):
    """``Authorization: Bearer rz_...``; a bad token is refused and never falls back to the log-in."""

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Take the token from the header."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer":
            raise Unauthenticated(
                Text("不支持这种认证方式", "this kind of authorisation is not supported"),
                where="Authorization",
                fix=Text("使用 Authorization: Bearer rz_…", "use Authorization: Bearer rz_..."),
            )
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """Return the token's actor when it holds the scope of the route."""
        actor = actor_of_token(token)
        needs_scope(actor, self.scope or ("read" if request.method in _READING else "write")).enforce()
        request.actor = actor  # type: ignore[attr-defined]
        return actor


class Session(APIKeyCookie):
    """The log-in of the pages; changes need the CSRF token in the header ``X-CSRFToken``."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Take the actor the log-in gave."""
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:  # noqa: ARG002
        """Return the log-in's actor; none when nobody is logged in."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if actor.is_public:
            return None
        if request.method not in _READING and check_csrf(request) is not None:
            raise Denied(
                Text("缺少 CSRF 令牌或令牌不符", "the CSRF token is missing or wrong"),
                where="X-CSRFToken",
                fix=Text(
                    "把 csrftoken 的值放入 X-CSRFToken 请求头，或使用 API 令牌",
                    "send the value of csrftoken in the header X-CSRFToken, or use an API token",
                ),
            )
        return actor


def needs(scope: str = "") -> list[Any]:
    """Return the ways to authenticate for a route that needs this scope of a token."""
    return [Token(scope), Session()]


def public(request: HttpRequest) -> Actor:
    """Let anybody in; a token or a log-in, when given, still says who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return Token()(request) or actor
