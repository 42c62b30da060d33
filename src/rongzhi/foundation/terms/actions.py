"""Proposing, accepting, refusing and withdrawing terms."""

from __future__ import annotations

from django.db.models import Max
from django.utils import timezone

from rongzhi.foundation.terms.drafts import TermDraft, check_draft
from rongzhi.foundation.terms.models import Proposal
from rongzhi.foundation.terms.policy import may_decide, may_propose, may_withdraw
from rongzhi.foundation.terms.queries import draft_of, proposal_for, terms_now
from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import organisation_of
from rongzhi.platform.actions import action, once
from rongzhi.platform.events.log import emit


@action
def propose_term(actor: Actor, draft: TermDraft, *, idempotency_key: str = "") -> Proposal:
    """A member proposes a new term or another wording; the glossary's rules hold for proposals too."""
    may_propose(actor).enforce()

    def make() -> Proposal:
        known = terms_now()
        check_draft(draft, known).raise_if_any()
        proposal = Proposal.objects.create(
            organisation=organisation_of(actor),
            proposed_by=actor.name,
            is_change=draft.key in known,
            **{**draft.model_dump(), "alt_zh": list(draft.alt_zh), "alt_en": list(draft.alt_en)},
        )
        emit(actor, "term.proposed", f"term/{draft.key}", {"proposal": proposal.pk, "is_change": proposal.is_change})
        made: Proposal = proposal
        return made

    return once(actor, "propose_term", idempotency_key, draft.model_dump_json(), make)


@action
def accept_proposal(actor: Actor, pk: int) -> Proposal:
    """The operator accepts an open proposal if it still fits the glossary; it counts from now on."""
    may_decide(actor).enforce()
    proposal = _open(actor, pk)
    check_draft(draft_of(proposal), terms_now()).raise_if_any()
    last = Proposal.objects.aggregate(last=Max("sequence"))["last"] or 0
    proposal.sequence = last + 1
    return _decide(actor, proposal, Proposal.State.ACCEPTED, "")


@action
def refuse_proposal(actor: Actor, pk: int, reason: str) -> Proposal:
    """The operator refuses an open proposal and says why."""
    may_decide(actor).enforce()
    proposal = _open(actor, pk)
    if not reason.strip():
        findings = Findings()
        findings.error(
            "missing",
            "reason",
            Text("未写明理由", "the reason is missing"),
            Text("写明不采纳的理由", "say why it is refused"),
        )
        findings.raise_if_any()
    return _decide(actor, proposal, Proposal.State.REFUSED, reason.strip()[:1000])


@action
def withdraw_proposal(actor: Actor, pk: int) -> Proposal:
    """Whoever proposed may take it back while it is open."""
    may_propose(actor).enforce()
    proposal = _open(actor, pk)
    may_withdraw(actor, proposal).enforce()
    return _decide(actor, proposal, Proposal.State.WITHDRAWN, "")


def _open(actor: Actor, pk: int) -> Proposal:
    """Return a proposal that still waits, locked."""
    proposal_for(actor, pk)
    proposal: Proposal = Proposal.objects.select_for_update().select_related("organisation").get(pk=pk)
    if not proposal.is_open:
        state = Proposal.State(proposal.state)
        raise Conflict(
            Text(f"提案已由 {proposal.decided_by} 处理", f"{proposal.decided_by} has settled this proposal"),
            where=f"proposal/{pk}:{state.value}",
            fix=Text("需要时另提一份", "propose anew if need be"),
        )
    return proposal


def _decide(actor: Actor, proposal: Proposal, state: Proposal.State, reason: str) -> Proposal:
    proposal.state, proposal.reason = state, reason
    proposal.decided_by, proposal.decided_at = actor.name, timezone.now()
    proposal.save()
    data = {"proposal": proposal.pk, "reason": reason}
    emit(actor, f"term.{state.value}", f"term/{proposal.key}", data, organisation=proposal.organisation)
    return proposal
