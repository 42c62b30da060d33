"""Who may do what with terms: everybody reads, members propose, the operator decides."""

from __future__ import annotations

from rongzhi.foundation.terms.models import Proposal
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, all_of, deny, needs_login, needs_role, needs_scope
from rongzhi.platform.accounts.models import Role


def may_propose(actor: Actor) -> Verdict:
    """Any member may propose."""
    return all_of(needs_login(actor), needs_scope(actor, "write"))


def may_decide(actor: Actor) -> Verdict:
    """Only the operator accepts or refuses."""
    return all_of(needs_role(actor, Role.OPERATOR), needs_scope(actor, "write"))


def may_withdraw(actor: Actor, proposal: Proposal) -> Verdict:
    """Only the organisation that proposed may withdraw."""
    basic = may_propose(actor)
    if not basic or proposal.organisation == actor.organisation:
        return basic
    return deny("只有提出单位可以撤回", "only the organisation that proposed may withdraw")
