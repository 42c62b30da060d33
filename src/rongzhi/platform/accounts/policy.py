"""Who may manage organisations, members and tokens."""

from __future__ import annotations

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import (
    ALLOW,
    Verdict,
    all_of,
    deny,
    needs_admin,
    needs_login,
    needs_role,
    needs_scope,
)
from rongzhi.platform.accounts.models import ApiToken, Organisation, Role


def may_register(actor: Actor) -> Verdict:
    """Only the operator keeps the register of organisations."""
    return all_of(needs_role(actor, Role.OPERATOR), needs_admin(actor), needs_scope(actor, "admin"))


def may_manage_members(actor: Actor, organisation: Organisation) -> Verdict:
    """An organisation's administrators manage its members; the operator's administrators help anybody."""
    own = actor.organisation is not None and actor.organisation.pk == organisation.pk
    owner = (
        ALLOW if own or actor.is_operator else deny("这是其他单位的成员", "these are another organisation's members")
    )
    return all_of(needs_admin(actor), owner, needs_scope(actor, "admin"))


def may_make_token(actor: Actor) -> Verdict:
    """A person makes tokens for the organisation they act for; a token makes no tokens."""
    by_token = deny("令牌不能再建令牌", "a token cannot make tokens")
    return all_of(needs_login(actor), ALLOW if actor.scopes is None else by_token)


def may_revoke_token(actor: Actor, token: ApiToken) -> Verdict:
    """A token is revoked by its person, by an administrator of its organisation, or by the operator."""
    own = actor.person is not None and token.person_id == actor.person.pk
    admin = actor.is_admin and actor.organisation is not None and token.organisation_id == actor.organisation.pk
    who = ALLOW if own or admin or actor.is_operator else deny("这是他人的令牌", "this is somebody else's token")
    return all_of(needs_login(actor), who, ALLOW if own else needs_scope(actor, "admin"))
