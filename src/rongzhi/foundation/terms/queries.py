"""Reading the glossary as it stands: the files, and over them what was accepted since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rongzhi.foundation.terms.drafts import TermDraft, as_term
from rongzhi.foundation.terms.models import Proposal
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.model import glossary
from rongzhi.model.glossary import Term
from rongzhi.platform.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """A term, and the accepted proposal it comes from when it is not (or no longer) the files'."""

    term: Term
    proposal: Proposal | None = None


def draft_of(proposal: Proposal) -> TermDraft:
    """Return a proposal as a draft."""
    return TermDraft.model_construct(
        key=proposal.key,
        zh=proposal.zh,
        en=proposal.en,
        def_zh=proposal.def_zh,
        def_en=proposal.def_en,
        subject=proposal.subject,
        broader=proposal.broader,
        alt_zh=tuple(proposal.alt_zh),
        alt_en=tuple(proposal.alt_en),
        motive=proposal.motive,
    )


def entries() -> dict[str, Entry]:
    """Return every term by key, in the order of subjects; one query."""
    found = {key: Entry(term) for key, term in glossary.terms().items()}
    accepted = Proposal.objects.filter(state=Proposal.State.ACCEPTED).order_by("sequence")
    for proposal in accepted.select_related("organisation"):
        found[proposal.key] = Entry(as_term(draft_of(proposal)), proposal)
    order = {key: at for at, key in enumerate(glossary.subjects())}
    return dict(sorted(found.items(), key=lambda pair: order.get(pair[1].term.subject, len(order))))


def terms_now() -> dict[str, Term]:
    """Return every term as it stands."""
    return {key: entry.term for key, entry in entries().items()}


def find(query: str, subject: str, language: str) -> list[Entry]:
    """Return the entries that answer a search, best first; without words all of a subject, in order."""
    everything = entries()
    words = query.strip()
    rows = list(everything.values())
    if words:
        folded = words.casefold()
        own = [
            entry
            for entry in rows
            if entry.proposal is not None
            and any(folded in text.casefold() for text in (*entry.term.names("zh"), *entry.term.names("en")))
        ]
        keys = {entry.term.key for entry in own}
        others = [everything[term.key] for term in glossary.search(words, language) if term.key not in keys]
        rows = [*own, *others]
    return [entry for entry in rows if not subject or entry.term.subject == subject]


def entry(key: str) -> Entry:
    """Return one entry.

    Raises
    ------
    NotFound
        If the glossary has no such term; the fix names the nearest.
    """
    found = entries().get(key)
    if found is None:
        glossary.term(key)  # says which keys are near
        raise NotFound(Text(f"没有术语“{key}”", f"there is no term '{key}'"), where=key)
    return found


def narrower(key: str) -> list[Term]:
    """Return the terms right below one."""
    return [term for term in terms_now().values() if term.broader == key]


def proposals_for(actor: Actor) -> Any:
    """Return the proposals the actor may see: the own ones, accepted ones, all for the operator."""
    return Proposal.objects.visible_to(actor).select_related("organisation")


def proposal_for(actor: Actor, pk: int) -> Proposal:
    """Return one proposal the actor may see."""
    found: Proposal | None = proposals_for(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound(Text(f"没有提案 {pk}", f"there is no proposal {pk}"), where=f"proposal/{pk}")
    return found


def count(_: Actor) -> int:
    """Return the number of terms, for the home map."""
    return len(entries())
