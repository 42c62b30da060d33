"""The glossary over the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status

from rongzhi.foundation.terms import actions, queries
from rongzhi.foundation.terms.drafts import TermDraft
from rongzhi.model import glossary
from rongzhi.platform.i18n import current_language
from rongzhi.platform.rest import Page, Paging, idempotency_key, page_of, public

router = Router(tags=["terms"])
SKOS = {"ttl": "text/turtle; charset=utf-8", "jsonld": "application/ld+json"}


class TermOut(Schema):
    """A term; ``is_overlay`` marks one accepted on the platform that is not yet in the files."""

    key: str
    zh: str
    en: str
    def_zh: str
    def_en: str
    alt_zh: list[str]
    alt_en: list[str]
    subject: str
    broader: str | None
    source: str
    status: str | None
    since: date | None
    notation: str | None
    is_overlay: bool


class ProposalOut(Schema):
    """A proposal and what became of it."""

    id: int
    key: str
    zh: str
    en: str
    def_zh: str
    def_en: str
    subject: str
    broader: str
    motive: str
    is_change: bool
    state: str
    reason: str
    proposed_by: str
    created_at: datetime
    decided_by: str
    decided_at: datetime | None


class Refusal(Schema):
    """Why a proposal is refused."""

    reason: str


def term_out(entry: queries.Entry) -> dict[str, Any]:
    """Return an entry as plain data."""
    term = entry.term
    return {
        "key": term.key,
        "zh": term.label.zh,
        "en": term.label.en,
        "def_zh": term.definition.zh,
        "def_en": term.definition.en,
        "alt_zh": list(term.alt_zh),
        "alt_en": list(term.alt_en),
        "subject": term.subject,
        "broader": term.broader,
        "source": term.source.cite,
        "status": term.status.value if term.status else None,
        "since": term.since,
        "notation": term.notation,
        "is_overlay": entry.proposal is not None,
    }


@router.get("", response=Page[TermOut], auth=public, summary="术语 / Terms")
def terms(request: HttpRequest, paging: Query[Paging], q: str = "", subject: str = "") -> dict[str, Any]:  # noqa: ARG001
    """Search names and definitions, best first, or list all of a subject."""
    return page_of([term_out(entry) for entry in queries.find(q, subject, current_language())], paging)


@router.get("/skos.{form}", auth=public, summary="SKOS 导出 / SKOS export")
def skos(request: HttpRequest, form: Literal["ttl", "jsonld"]) -> HttpResponse:  # noqa: ARG001
    """Return the glossary of the files as SKOS in Turtle or JSON-LD."""
    text = glossary.to_skos_turtle() if form == "ttl" else glossary.to_skos_jsonld()
    return HttpResponse(text, content_type=SKOS[form])


@router.get("/proposals", response=Page[ProposalOut], summary="术语提案 / Proposals")
def proposals(request: HttpRequest, paging: Query[Paging], state: str = "") -> dict[str, Any]:
    rows = queries.proposals_for(request.actor)  # type: ignore[attr-defined]
    return page_of(rows.filter(state=state) if state else rows, paging)


@router.post("/proposals", response={201: ProposalOut}, summary="提出术语 / Propose a term")
def propose(request: HttpRequest, body: TermDraft) -> Status[Any]:
    actor = request.actor  # type: ignore[attr-defined]
    return Status(201, actions.propose_term(actor, body, idempotency_key=idempotency_key(request)))


@router.post("/proposals/{pk}/accept", response=ProposalOut, summary="采纳 / Accept")
def accept(request: HttpRequest, pk: int) -> Any:
    return actions.accept_proposal(request.actor, pk)  # type: ignore[attr-defined]


@router.post("/proposals/{pk}/refuse", response=ProposalOut, summary="不采纳 / Refuse")
def refuse(request: HttpRequest, pk: int, body: Refusal) -> Any:
    return actions.refuse_proposal(request.actor, pk, body.reason)  # type: ignore[attr-defined]


@router.post("/proposals/{pk}/withdraw", response=ProposalOut, summary="撤回 / Withdraw")
def withdraw(request: HttpRequest, pk: int) -> Any:
    return actions.withdraw_proposal(request.actor, pk)  # type: ignore[attr-defined]


@router.get("/{key}", response=TermOut, auth=public, summary="一个术语 / One term")
def term(request: HttpRequest, key: str) -> dict[str, Any]:  # noqa: ARG001
    return term_out(queries.entry(key))
