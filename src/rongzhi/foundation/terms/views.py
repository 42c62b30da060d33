"""Pages of the glossary and of proposals."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from rongzhi.foundation.terms import actions, queries
from rongzhi.foundation.terms.drafts import TermDraft
from rongzhi.foundation.terms.models import Proposal
from rongzhi.foundation.terms.policy import may_decide, may_propose, may_withdraw
from rongzhi.kernel.errors import NotFound, Rejected
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model import glossary
from rongzhi.model.glossary.skos import STATUS_LABELS
from rongzhi.model.production.reading import read_document
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import ALLOW, Verdict
from rongzhi.platform.i18n import current_language, say, speak
from rongzhi.platform.ui.pages import (
    ActPage,
    Badge,
    Button,
    Column,
    Empty,
    Fact,
    Filter,
    FormPage,
    Link,
    ListPage,
    Page,
    RecordPage,
    Tab,
)
from rongzhi.platform.ui.parts import Label

LEAF = "1.1"
SKOS = {"ttl": "text/turtle; charset=utf-8", "jsonld": "application/ld+json"}
GLOSSARY = say("术语表", "Glossary")
PROPOSALS = say("术语提案", "Proposals")


def shown_parents(*more: Link) -> tuple[Link, ...]:
    """Return the way back to the glossary."""
    return (Link(GLOSSARY, reverse("terms:list")), *more)


class Glossary(Page):
    """All terms, by subject or by search."""

    title = GLOSSARY
    lead = say(
        "服务型制造的中英文术语：平台上的每个标签都取自这里。",
        "The field's terms; every label on the platform is taken from here.",
    )
    leaf = LEAF
    template_name = "terms/list.html"

    def may(self, actor: Actor) -> Verdict:
        """Everybody reads the glossary."""
        return ALLOW

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return downloads, proposals and propose."""
        buttons = [
            Button("SKOS Turtle", reverse("terms:skos", args=["ttl"])),
            Button("SKOS JSON-LD", reverse("terms:skos", args=["jsonld"])),
        ]
        if may_propose(actor):
            buttons += [
                Button(PROPOSALS, reverse("terms:proposals")),
                Button(say("提出术语", "Propose a term"), reverse("terms:propose"), style="primary"),
            ]
        return buttons

    def get_context(self) -> dict[str, Any]:
        """Return the terms that fit, under their subjects."""
        query, subject = self.request.GET.get("q", "")[:120], self.request.GET.get("subject", "")
        found = queries.find(query, subject, current_language())
        groups: list[dict[str, Any]] = []
        if query.strip():
            groups.append({"name": "", "entries": found})
        else:
            for key, item in glossary.subjects().items():
                rows = [entry for entry in found if entry.term.subject == key]
                if rows:
                    groups.append({"name": speak(item.label), "entries": rows})
        return {
            "query": query,
            "subject": subject,
            "subjects": [(key, speak(item.label)) for key, item in glossary.subjects().items()],
            "groups": groups,
            "count": len(found),
            "other": "en" if current_language() == "zh" else "zh",
        }


class TermPage(RecordPage):
    """A term: its definition, where it comes from, what is above and below."""

    leaf = LEAF
    template_name = "terms/record.html"
    kind = say("术语", "Term")

    @property
    def parents(self) -> Sequence[Link]:  # type: ignore[override]
        """The glossary."""
        return shown_parents()

    def may(self, actor: Actor) -> Verdict:
        """Everybody reads the glossary."""
        return ALLOW

    def get_object(self, actor: Actor, **kwargs: Any) -> Any:
        """Return the entry."""
        return queries.entry(kwargs["key"])

    def title_of(self, obj: queries.Entry) -> Label:
        """Return the name."""
        return obj.term.label

    def state(self, obj: queries.Entry) -> Badge | None:
        """Return the mark of an accepted proposal."""
        return Badge(say("平台采纳，尚未入册", "accepted here, not yet in the files"), "info") if obj.proposal else None

    def facts(self, obj: queries.Entry) -> Sequence[Fact]:
        """Return source and standing."""
        term = obj.term
        facts = [
            Fact(say("主题", "Subject"), glossary.subjects()[term.subject].label),
            Fact(say("来源", "Source"), f"{term.source.cite} {speak(term.source.title)}"),
            Fact(say("状态", "Status"), STATUS_LABELS[term.status] if term.status else None),
            Fact(say("生效日期", "Since"), term.since, "date"),
            Fact(say("键", "Key"), term.key),
        ]
        if term.notation:
            facts.append(Fact(say("框架编号", "Framework number"), term.notation))
        if obj.proposal:
            facts.append(Fact(say("提出单位", "Proposed by"), obj.proposal.organisation.name))
        return facts

    def tabs(self, obj: queries.Entry, actor: Actor) -> Sequence[Tab]:
        """Return the definition."""
        return (Tab("definition", say("释义", "Definition"), "terms/term.html", self._context),)

    def _context(self, obj: queries.Entry, actor: Actor) -> dict[str, Any]:
        known = queries.terms_now()
        term = obj.term
        chain: list[Any] = []
        key = term.broader
        while key in known and len(chain) < 12:
            chain.insert(0, known[key])
            key = known[key].broader
        return {
            "entry": obj,
            "chain": chain,
            "narrower": [item for item in known.values() if item.broader == term.key],
            "alternatives": (*term.alt_zh, *term.alt_en),
        }

    def buttons(self, obj: queries.Entry, actor: Actor) -> Sequence[Button]:
        """Return propose a change."""
        if not may_propose(actor):
            return ()
        return (Button(say("提出修改", "Propose a change"), f"{reverse('terms:propose')}?term={obj.term.key}"),)

    def subject(self, obj: queries.Entry) -> str:
        """Return the subject of its events."""
        return f"term/{obj.term.key}"


class Skos(Page):
    """The glossary as SKOS."""

    title = GLOSSARY

    def may(self, actor: Actor) -> Verdict:
        """Everybody."""
        return ALLOW

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Return the file."""
        form = kwargs["form"]
        if form not in SKOS:
            raise NotFound(Text(f"没有格式“{form}”", f"there is no format '{form}'"), where=form)
        text = glossary.to_skos_turtle() if form == "ttl" else glossary.to_skos_jsonld()
        response = HttpResponse(text, content_type=SKOS[form])
        response["Content-Disposition"] = f'attachment; filename="rongzhi-glossary.{form}"'
        return response


class DraftForm(forms.Form):
    """A term as proposed."""

    key = forms.CharField(
        label=say("键", "Key"),
        max_length=80,
        help_text=say("小写英文加下划线，如 due_date；不能更改", "snake_case such as due_date; cannot change later"),
    )
    zh = forms.CharField(label=say("中文名称", "Name in Chinese"), max_length=120)
    en = forms.CharField(label=say("英文名称", "Name in English"), max_length=120)
    def_zh = forms.CharField(
        label=say("中文释义", "Definition in Chinese"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say("一句话，以“。”结尾", "one sentence, ending in 。"),
    )
    def_en = forms.CharField(
        label=say("英文释义", "Definition in English"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say("一句话，以 . 结尾", "one sentence, ending in a full stop"),
    )
    subject = forms.ChoiceField(label=say("主题", "Subject"))
    broader = forms.ChoiceField(label=say("上位术语", "Broader term"), required=False)
    alt_zh = forms.CharField(
        label=say("中文别名", "Other names in Chinese"),
        required=False,
        max_length=400,
        help_text=say("用逗号隔开", "separate with commas"),
    )
    alt_en = forms.CharField(
        label=say("英文别名", "Other names in English"),
        required=False,
        max_length=400,
        help_text=say("用逗号隔开", "separate with commas"),
    )
    motive = forms.CharField(
        label=say("理由与来源", "Reason and source"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names: Any = self.fields
        names["subject"].choices = [(key, speak(item.label)) for key, item in glossary.subjects().items()]
        known = sorted(queries.terms_now().values(), key=lambda term: speak(term.label))
        names["broader"].choices = [("", "—"), *((term.key, speak(term.label)) for term in known)]

    def draft(self) -> TermDraft:
        """Return the draft; what it does not allow is `Rejected`."""
        data = dict(self.cleaned_data)
        for key in ("alt_zh", "alt_en"):
            data[key] = [part.strip() for part in data[key].replace("，", ",").split(",") if part.strip()]
        found = read_document(TermDraft, data)
        if isinstance(found, Findings):
            raise Rejected(list(found))
        return found


class Propose(FormPage):
    """Proposing a new term, or a change of one."""

    form_class = DraftForm
    leaf = LEAF
    submit: ClassVar[Label] = say("提交提案", "Submit")
    done: ClassVar[Label] = say("提案已提交，等待平台运营方审议", "Submitted; the operator decides")

    @property
    def title(self) -> Label:  # type: ignore[override]
        """New or change."""
        is_change = bool(self.request.GET.get("term"))
        return say("提出术语修改", "Propose a change") if is_change else say("提出新术语", "Propose a term")

    @property
    def parents(self) -> Sequence[Link]:  # type: ignore[override]
        """The glossary."""
        return shown_parents()

    def may(self, actor: Actor) -> Verdict:
        """Any member."""
        return may_propose(actor)

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Begin with the term that is to change."""
        key = self.request.GET.get("term", "")
        if not key:
            return {}
        term = queries.entry(key).term
        return {
            "key": term.key,
            "zh": term.label.zh,
            "en": term.label.en,
            "def_zh": term.definition.zh,
            "def_en": term.definition.en,
            "subject": term.subject,
            "broader": term.broader or "",
            "alt_zh": ", ".join(term.alt_zh),
            "alt_en": ", ".join(term.alt_en),
        }

    def act(self, actor: Actor, form: Any) -> Any:
        """Propose it."""
        return actions.propose_term(actor, form.draft(), idempotency_key=self.idempotency_key)

    def success_url(self, result: Any) -> str:
        """Go to the proposal."""
        return reverse("terms:proposal", args=[result.pk])


TONES = {"open": "info", "accepted": "ok", "refused": "warn", "withdrawn": "neutral"}


class Proposals(ListPage):
    """Proposals: the own ones, and for the operator all."""

    title = PROPOSALS
    leaf = LEAF
    file_name = "proposals"
    columns = (
        Column("zh", say("术语", "Term"), link=lambda row: reverse("terms:proposal", args=[row.pk]), sort="zh"),
        Column("en", say("英文", "English"), sort="en"),
        Column("is_change", say("修改已有", "Changes one"), "bool"),
        Column("state", say("状态", "State"), "badge", sort="state", tones=TONES),  # type: ignore[arg-type]
        Column("organisation.name", say("提出单位", "Proposed by")),
        Column("created_at", say("提出时间", "Proposed at"), "datetime", sort="created_at"),
    )
    search_fields = ("key", "zh", "en")
    filters = (Filter("state", say("状态", "State"), Proposal.State.choices),)
    empty = Empty(
        say("还没有提案", "No proposals yet"),
        say("任何成员都可以提出新术语或修改。", "Any member may propose a term or a change."),
    )

    @property
    def parents(self) -> Sequence[Link]:  # type: ignore[override]
        """The glossary."""
        return shown_parents()

    def may(self, actor: Actor) -> Verdict:
        """Any member."""
        return may_propose(actor)

    def queryset(self, actor: Actor) -> Any:
        """Return what the actor may see."""
        return queries.proposals_for(actor)


class ProposalPage(RecordPage):
    """A proposal beside what stands now, with the decision."""

    leaf = LEAF
    kind = say("术语提案", "Proposal")

    @property
    def parents(self) -> Sequence[Link]:  # type: ignore[override]
        """The glossary and the proposals."""
        return shown_parents(Link(PROPOSALS, reverse("terms:proposals")))

    def get_object(self, actor: Actor, **kwargs: Any) -> Any:
        """Return the proposal."""
        return queries.proposal_for(actor, kwargs["pk"])

    def title_of(self, obj: Proposal) -> Label:
        """Return the name."""
        return Text(obj.zh, obj.en)

    def state(self, obj: Proposal) -> Badge | None:
        """Return where it stands."""
        return Badge(Proposal.State(obj.state).label, TONES[obj.state])  # type: ignore[arg-type]

    def facts(self, obj: Proposal) -> Sequence[Fact]:
        """Return who and when."""
        facts = [
            Fact(say("提出单位", "Proposed by"), obj.organisation.name),
            Fact(say("提出时间", "Proposed at"), obj.created_at, "datetime"),
        ]
        if obj.decided_at:
            facts.append(Fact(say("处理时间", "Settled at"), obj.decided_at, "datetime"))
        return facts

    def tabs(self, obj: Proposal, actor: Actor) -> Sequence[Tab]:
        """Return the comparison and the decision."""
        return (Tab("text", say("内容", "Text"), "terms/proposal.html", self._context),)

    def _context(self, obj: Proposal, actor: Actor) -> dict[str, Any]:
        now = queries.terms_now().get(obj.key)
        subject = glossary.subjects().get(obj.subject)
        rows = [
            (say("中文名称", "Name in Chinese"), now.label.zh if now else "", obj.zh),
            (say("英文名称", "Name in English"), now.label.en if now else "", obj.en),
            (say("中文释义", "Definition in Chinese"), now.definition.zh if now else "", obj.def_zh),
            (say("英文释义", "Definition in English"), now.definition.en if now else "", obj.def_en),
            (
                say("主题", "Subject"),
                speak(glossary.subjects()[now.subject].label) if now else "",
                speak(subject.label) if subject else obj.subject,
            ),
            (say("上位术语", "Broader term"), (now.broader or "") if now else "", obj.broader),
            (say("中文别名", "Other names in Chinese"), ", ".join(now.alt_zh) if now else "", ", ".join(obj.alt_zh)),
            (say("英文别名", "Other names in English"), ", ".join(now.alt_en) if now else "", ", ".join(obj.alt_en)),
        ]
        return {"rows": rows, "may_decide": obj.is_open and bool(may_decide(actor))}

    def buttons(self, obj: Proposal, actor: Actor) -> Sequence[Button]:
        """Return accept or withdraw."""
        if not obj.is_open:
            return ()
        buttons = []
        if may_withdraw(actor, obj):
            url = reverse("terms:withdraw", args=[obj.pk])
            buttons.append(Button(say("撤回", "Withdraw"), url, "post", confirm=say("撤回提案吗？", "Withdraw it?")))
        if may_decide(actor):
            url = reverse("terms:accept", args=[obj.pk])
            buttons.append(Button(say("采纳", "Accept"), url, "post", "primary"))
        return buttons

    def subject(self, obj: Proposal) -> str:
        """Return the subject of its events."""
        return f"term/{obj.key}"


class _Decide(ActPage):
    """Something done to a proposal."""

    def next_url(self, result: Any) -> str:
        """Return the proposal."""
        return reverse("terms:proposal", args=[result.pk])


class Accept(_Decide):
    """Accepting."""

    def act(self, actor: Actor, **kwargs: Any) -> Any:
        """Do it."""
        return actions.accept_proposal(actor, kwargs["pk"])


class Refuse(_Decide):
    """Refusing, with a reason."""

    def act(self, actor: Actor, **kwargs: Any) -> Any:
        """Do it."""
        return actions.refuse_proposal(actor, kwargs["pk"], self.request.POST.get("reason", ""))


class Withdraw(_Decide):
    """Withdrawing."""

    def act(self, actor: Actor, **kwargs: Any) -> Any:
        """Do it."""
        return actions.withdraw_proposal(actor, kwargs["pk"])
