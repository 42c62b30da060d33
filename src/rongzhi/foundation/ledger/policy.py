"""Who may do what with books: everyone reads what is theirs, administrators keep them, apps post by their own rules."""

from __future__ import annotations

from collections.abc import Iterable

from rongzhi.foundation.ledger.models import Entry
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import ALLOW, Verdict, all_of, deny, needs_admin, needs_login, needs_scope


def may_read(actor: Actor) -> Verdict:
    """Whoever is logged in, for an organisation; which lines is settled by `visible_to`."""
    return needs_login(actor)


def may_keep_books(actor: Actor) -> Verdict:
    """Administrators of an organisation keep its books; the operator keeps nobody else's."""
    return all_of(needs_admin(actor), needs_scope(actor, "write"))


def may_post_for(actor: Actor, organisations: Iterable[str]) -> Verdict:
    """By hand one posts only into one's own books."""
    basic = may_keep_books(actor)
    if not basic or actor.is_system:
        return basic
    own = actor.organisation.code if actor.organisation else ""
    if set(organisations) <= {own}:
        return ALLOW
    return deny("只能在本单位的账上手工记账", "by hand one posts into the books of one's own organisation only")


def may_reverse_by_hand(actor: Actor, entry: Entry, organisations: Iterable[str]) -> Verdict:
    """What was posted by hand is reversed by hand; what an app posted is reversed where it arose."""
    if not entry.is_by_hand and not actor.is_system:
        thing = entry.subject.split("/", 1)[0]
        return deny(
            f"这笔账由业务记录“{thing}”产生，请在原业务中更正",
            f"this entry arose from a record of '{thing}'; correct it there",
        )
    return may_post_for(actor, organisations)
