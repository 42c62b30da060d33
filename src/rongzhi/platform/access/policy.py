"""Policies: small functions that say yes, or no with a reason a person can read."""

from __future__ import annotations

from dataclasses import dataclass, field

from rongzhi.kernel.errors import Denied
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a policy; false verdicts carry the reason."""

    is_allowed: bool
    reason: Text = field(default_factory=lambda: Text("", ""))

    def __bool__(self) -> bool:
        return self.is_allowed

    def enforce(self) -> None:
        """Raise `Denied` with the reason unless allowed."""
        if not self.is_allowed:
            raise Denied(self.reason)


ALLOW = Verdict(True)


def deny(zh: str, en: str) -> Verdict:
    """Return a refusal with its reason."""
    return Verdict(False, Text(zh, en))


def needs_login(actor: Actor) -> Verdict:
    """Only people who are logged in, for an organisation."""
    if actor.is_system or (actor.person is not None and actor.organisation is not None):
        return ALLOW
    return deny("请先登录", "log in first")


def needs_role(actor: Actor, *roles: str) -> Verdict:
    """Only people with one of the roles."""
    verdict = needs_login(actor)
    if not verdict or actor.has_role(*roles):
        return verdict
    wanted = " / ".join(roles)
    return deny(f"需要角色：{wanted}", f"needs the role {wanted}")


def needs_scope(actor: Actor, scope: str) -> Verdict:
    """Only log-ins, and tokens that were given the scope."""
    if actor.has_scope(scope):
        return ALLOW
    return deny(f"令牌缺少权限“{scope}”", f"the token lacks the scope '{scope}'")


def all_of(*verdicts: Verdict) -> Verdict:
    """Return the first refusal, or allow."""
    return next((verdict for verdict in verdicts if not verdict), ALLOW)
