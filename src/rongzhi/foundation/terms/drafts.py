"""A term as proposed: a plain document, and its checks against the whole glossary."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model import glossary
from rongzhi.model.base import Document
from rongzhi.model.glossary import Status, Term

RESERVED = frozenset({"proposals", "propose", "skos", "subjects"})


class TermDraft(Document):
    """A term as somebody would have it."""

    key: str = Field(min_length=2, max_length=80)
    zh: str = Field(min_length=1, max_length=120)
    en: str = Field(min_length=1, max_length=120)
    def_zh: str = Field(min_length=1, max_length=1000)
    def_en: str = Field(min_length=1, max_length=1000)
    subject: str
    broader: str = ""
    alt_zh: tuple[str, ...] = ()
    alt_en: tuple[str, ...] = ()
    motive: str = Field(default="", max_length=1000)


def as_term(draft: TermDraft) -> Term:
    """Return a draft as a term of the glossary; what it changes keeps its source, number and date."""
    known = glossary.terms().get(draft.key)
    return Term(
        key=draft.key,
        label=Text(draft.zh, draft.en),
        definition=Text(draft.def_zh, draft.def_en),
        subject=draft.subject,
        broader=draft.broader or None,
        source=known.source if known else glossary.sources()["rongzhi"],
        status=Status.DRAFT,
        since=known.since if known else None,
        alt_zh=draft.alt_zh,
        alt_en=draft.alt_en,
        notation=known.notation if known else None,
    )


def check_draft(draft: TermDraft, others: dict[str, Term]) -> Findings:
    """Return what the glossary's own rules say of a draft; places are the draft's fields."""
    findings = Findings()
    if draft.subject not in glossary.subjects():
        names = ", ".join(glossary.subjects())
        findings.error(
            "unknown-subject",
            "subject",
            Text(f"没有主题“{draft.subject}”", f"there is no subject '{draft.subject}'"),
            Text(f"可用：{names}", f"use one of {names}"),
        )
    if draft.key in RESERVED:
        findings.error(
            "reserved-key",
            "key",
            Text(f"“{draft.key}”已留作他用", f"'{draft.key}' is reserved"),
            Text("换一个键", "use another key"),
        )
    merged = {**others, draft.key: as_term(draft)}
    known = {(item.code, item.where) for item in glossary.check_glossary(others.values())}
    for item in glossary.check_glossary(merged.values()):
        key, _, field = item.where.partition(".")
        if key == draft.key:
            findings.extend([replace(item, where=field or "key")])
        elif (item.code, item.where) not in known:
            findings.extend([item])
    return findings
