"""Policies: small functions that say yes, or no with a reason a person can read."""

from __future__ import annotations

from dataclasses import dataclass, field

from rongzhi.kernel.errors import Denied
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import ROLE_NAMES, Organisation, Role


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
    if actor.is_public:
        return deny("请先登录", "log in first")
    return deny("您尚未加入任何有效单位，请联系管理员", "you belong to no active organisation; ask an administrator")


def needs_role(actor: Actor, *roles: str) -> Verdict:
    """Only people with one of the roles."""
    verdict = needs_login(actor)
    if not verdict or actor.has_role(*roles):
        return verdict
    names = [ROLE_NAMES[Role(role)] for role in roles]
    return deny(
        f"只有“{'”“'.join(name.zh for name in names)}”可以这样做",
        f"only a person with the role {' or '.join(name.en for name in names)} may do this",
    )


def needs_admin(actor: Actor) -> Verdict:
    """Only people who administer the organisation they act for."""
    verdict = needs_login(actor)
    if not verdict or actor.is_system or actor.is_admin:
        return verdict
    return deny("只有本单位管理员可以这样做", "only an administrator of the organisation may do this")


def needs_scope(actor: Actor, scope: str) -> Verdict:
    """Only log-ins, and tokens that were given the scope."""
    if actor.has_scope(scope):
        return ALLOW
    return deny(f"令牌缺少权限“{scope}”", f"the token lacks the scope '{scope}'")


def all_of(*verdicts: Verdict) -> Verdict:
    """Return the first refusal, or allow."""
    return next((verdict for verdict in verdicts if not verdict), ALLOW)


def organisation_of(actor: Actor) -> Organisation:
    """Return the organisation acted for, or refuse with the reason why there is none."""
    if actor.organisation is None:
        verdict = needs_login(actor)
        raise Denied(
            verdict.reason if not verdict else Text("系统不代表任何单位", "the system acts for no organisation")
        )
    return actor.organisation
