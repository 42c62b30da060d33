"""API tokens: 32 random bytes, of which only the SHA-256 is kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.errors import Unauthenticated
from rongzhi.platform.access.middleware import actor_within
from rongzhi.platform.accounts.models import ApiToken

MARK = "rz_"
SCOPES = {
    "read": Text("读取", "read"),
    "write": Text("写入", "write"),
    "plan": Text("排产", "plan"),
    "admin": Text("管理", "administer"),
}
LONGEST_DAYS = 365
_PREFIX = len(MARK) + 8
_USED_EVERY = timedelta(minutes=1)


def new_secret() -> str:
    """Return a new token: the mark and 32 random bytes."""
    return MARK + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def prefix_of(secret: str) -> str:
    """Return the part of a token that names it and may be shown."""
    return secret[:_PREFIX]


def digest_of(secret: str) -> str:
    """Return the hash that is kept. The token is random and long, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of_token(secret: str) -> Actor:
    """Return who acts by a token.

    Raises
    ------
    Unauthenticated
        If the token is unknown, expired, revoked, or its person no longer belongs to the organisation.
    """
    token = None
    if secret.startswith(MARK):
        kept = ApiToken.objects.select_related("person", "organisation").filter(prefix=prefix_of(secret))
        token = next((t for t in kept if hmac.compare_digest(t.digest, digest_of(secret))), None)
    if token is None:
        raise _bad_token(Text("令牌不存在", "the token is not known"))
    if token.revoked_at is not None:
        raise _bad_token(Text("令牌已被撤销", "the token was revoked"))
    if not token.is_live:
        raise _bad_token(Text("令牌已过期", "the token has expired"))
    actor = actor_within(token.person, token.organisation)
    if actor is None:
        raise _bad_token(Text("令牌所属人员已不在该单位", "the token's person no longer belongs to the organisation"))
    _note_use(token)
    return replace(actor, scopes=frozenset(token.scopes))


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - _USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _bad_token(reason: Text) -> Unauthenticated:
    return Unauthenticated(
        reason,
        where="Authorization",
        fix=Text("在“我的令牌”页新建一个令牌", "make a new token on the page 'My tokens'"),
    )
