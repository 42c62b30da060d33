"""Lists of lines and entries, one entry, its reversal."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse

from rongzhi.foundation.ledger import actions, queries
from rongzhi.foundation.ledger.chart import codes_of
from rongzhi.foundation.ledger.models import Entry, EntryKind, Line
from rongzhi.foundation.ledger.policy import may_keep_books, may_reverse_by_hand
from rongzhi.foundation.ledger.views.parts import ENTRIES, LEAF, LEDGER, LINE_FILTERS, periods
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.i18n import say, speak, term_label
from rongzhi.platform.ui.pages import (
    Badge,
    Button,
    Column,
    Empty,
    Fact,
    Figure,
    Filter,
    FormPage,
    ListPage,
    RecordPage,
    Since,
    Tab,
)
from rongzhi.platform.ui.parts import Label

EMPTY = Empty(
    say("台账里还没有账", "Nothing is posted yet"),
    say(
        "可以手工记账，或导入期初余额和会计数据；开票与结算还没有接通，接通后自动记到这里。",
        "Post by hand, or import opening balances and accounting data; invoices and settlement do not post here yet.",
    ),
)


def entry_url(row: Line) -> str:
    """Return the address of a line's entry."""
    return reverse("ledger:entry", args=[row.entry.code])


KEPT = {
    "since": "period__gte",
    "until": "period__lte",
    "organisation": "organisation__code",
    "holds": "account__in",
    "account": "account",
    "nature": "nature",
    "business_type": "business_type",
}
"""Filters whose sums are kept, with the path in the sums."""
NARROWING = {"q", *(each.key for each in LINE_FILTERS if each.key != "books")}


class Lines(ListPage):
    """Every line of the ledger one may see, with sums of what is filtered."""

    template_name = "ledger/lines.html"
    title = say("服务台账", "Service ledger")
    lead = say(
        "复式记账，只增不改；每一行都注明货物或服务、业务类型、合同与期间",
        "Double entry, never changed; every line says goods or service, business type, contract and period",
    )
    leaf = LEAF
    columns = (
        Column("entry", term_label("ledger_entry"), link=entry_url, value=lambda r: r.entry.code, sort="entry_id"),
        Column("date", say("日期", "Date"), "date", value=lambda r: r.entry.date, sort="entry__date"),
        Column("organisation", say("单位", "Organisation"), sort="organisation__code"),
        Column("account", term_label("ledger_account"), value=lambda r: speak(r.account_name), sort="account"),
        Column("debit", term_label("debit"), "money"),
        Column("credit", term_label("credit"), "money"),
        Column("nature", say("性质", "Nature"), value=lambda r: r.get_nature_display() or None, sort="nature"),
        Column("business_type", term_label("business_type"), value=lambda r: r.business_type_name),
        Column("contract", term_label("contract"), sort="contract"),
        Column("order", term_label("order"), sort="order"),
        Column("party", say("往来单位", "Other party"), sort="party__code"),
        Column("kind", say("种类", "Kind"), value=lambda r: str(EntryKind(r.entry.kind).label), is_hidden=True),
        Column("subject", say("事由", "About"), value=lambda r: r.entry.subject, is_hidden=True),
        Column("period", term_label("accounting_period"), sort="period", is_hidden=True),
        Column("region", say("地区", "Region"), sort="region", is_hidden=True),
        Column("quantity", term_label("quantity"), "number", is_hidden=True),
        Column("unit", say("计量单位", "Unit"), is_hidden=True),
        Column("currency", say("币种", "Currency"), is_hidden=True),
        Column("memo", say("摘要", "Memo"), is_hidden=True),
    )
    search_fields = ("entry__subject", "contract", "order", "memo", "entry__code")
    search_hint = say("事由、合同、订单、摘要或账目号", "About, contract, order, memo or entry")
    filters = LINE_FILTERS
    order = "-entry_id"
    file_name = "service-ledger"
    empty = EMPTY

    def queryset(self, actor: Actor) -> QuerySet[Line]:
        """Return the lines of whole books; those of others' books when asked for, or when there are no own ones."""
        return queries.lines_in(actor, self.books(actor))

    def books(self, actor: Actor) -> str:
        """Return whose lines are shown."""
        asked = self.request.GET.get("books", "")
        if asked in {"whole", "others"}:
            return asked
        return "whole" if actor.is_operator or queries.lines_in(actor, "whole").exists() else "others"

    def sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows in the chosen order; lines of one entry stay in theirs."""
        if self.request.GET.get("sort", "").removeprefix("-") in {c.key for c in self.columns if c.sort}:
            return super().sorted(rows)
        return rows.order_by("-entry_id", "number")

    def intro(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """Return the sums of the filtered lines by currency, and how many lines others' books hold besides."""
        figures = []
        books = self.books(self.actor)
        for row in self._totals(rows, books):
            code = "" if row["currency"] == "CNY" else f" {row['currency']}"
            figures += [
                Figure(say(f"借方合计{code}", f"Debits{code}"), row["debit"], "money"),
                Figure(say(f"贷方合计{code}", f"Credits{code}"), row["credit"], "money"),
            ]
        others = self.narrowed(queries.lines_in(self.actor, "others")).count() if books == "whole" else 0
        if others:
            words, note = (
                say("他方账上的往来", "Dealings in others' books"),
                say("不在下表和合计中", "not in the list or the sums"),
            )
            url = self.url(books="others", page=None)
            figures.append(Figure(words, others, "int", unit=say("行", "lines"), note=note, url=url))
        return {"totals": figures}

    def _totals(self, rows: QuerySet[Any], books: str) -> list[dict[str, Any]]:
        """Return the sums: from those kept where they have what is filtered by, else added up from the lines."""
        given = {key: str(value) for key, value in self.request.GET.dict().items() if value and key in NARROWING}
        if not rows.exists():
            return []
        if books == "others" or not given.keys() <= KEPT.keys():
            return queries.totals(rows)
        wanted: dict[str, Any] = {KEPT[key]: value for key, value in given.items() if key != "holds"}
        if "holds" in given:
            wanted["account__in"] = codes_of(given["holds"])
        return queries.kept_totals(self.actor, **wanted)

    def show(self, context: Mapping[str, Any], *, status: int = 200, template: str = "") -> HttpResponse:
        """Write the page; a part of it renews the sums too."""
        return super().show(context, status=status, template="ledger/_lines.html" if template else "")

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return the ways to reports and import."""
        return (
            Button(say("账目", "Entries"), reverse("ledger:entries")),
            Button(say("试算平衡表", "Trial balance"), reverse("ledger:trial-balance")),
            Button(say("服务收入占比", "Share of services"), reverse("ledger:service-share")),
            Button(say("导入账目", "Import"), reverse("ledger:import"), verdict=may_keep_books(actor)),
            Button(say("手工记账", "Post by hand"), reverse("ledger:entry-new"), verdict=may_keep_books(actor)),
        )


def _reversed(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return {
        "open": rows.filter(reverses=None, reversal=None),
        "reversed": rows.exclude(reversal=None),
        "reversal": rows.exclude(reverses=None),
    }[value]


def state_of(entry: Entry) -> Badge | None:
    """Return whether an entry is reversed, or a reversal."""
    if entry.reverses_id is not None:
        return Badge(say("冲销账", "reversal"), "info")
    if getattr(entry, "reversal", None) is not None:
        return Badge(say("已冲销", "reversed"), "warn")
    return None


class Entries(ListPage):
    """Entries, each with what recorded it."""

    title = say("账目", "Entries")
    lead = say(
        "每笔账由一个事件记录，只能冲销，不能更改", "Each entry is recorded by one event; reversed, never changed"
    )
    leaf = LEAF
    parents = (LEDGER,)
    columns = (
        Column("code", term_label("ledger_entry"), link=lambda r: r.get_absolute_url(), sort="pk"),
        Column("date", say("日期", "Date"), "date", sort="date"),
        Column("kind", say("种类", "Kind"), "badge", sort="kind"),
        Column("subject", say("事由", "About"), sort="subject"),
        Column("line_count", say("行数", "Lines"), "int", sort="line_count"),
        Column("state", say("状态", "State"), value=state_of),
        Column("posted_by", say("记账人", "Posted by"), sort="posted_by"),
        Column("posted_at", say("记账时间", "Posted at"), "datetime", sort="pk"),
        Column("memo", say("摘要", "Memo"), is_hidden=True),
        Column("period", term_label("accounting_period"), sort="period", is_hidden=True),
    )
    search_fields = ("code", "subject", "memo")
    filters = (
        Filter("period", term_label("accounting_period"), periods),
        Filter("kind", say("种类", "Kind"), EntryKind.choices),
        Filter(
            "state",
            say("状态", "State"),
            (
                ("open", say("有效", "standing")),
                ("reversed", say("已冲销", "reversed")),
                ("reversal", say("冲销账", "reversal")),
            ),
            apply=_reversed,
        ),
        Since("since", say("记账自", "Posted from"), path="posted_at"),
        Since("until", say("至", "To"), path="posted_at", edge="lte"),
    )
    order = "-pk"
    file_name = "ledger-entries"
    empty = EMPTY

    def queryset(self, actor: Actor) -> QuerySet[Entry]:
        """Return the entries of which the actor sees a line."""
        return queries.entries_for(actor)


class EntryPage(RecordPage):
    """One entry: its lines, the event that recorded it, its reversal, how its amounts came about."""

    kind = term_label("ledger_entry")
    leaf = LEAF
    parents = (LEDGER, ENTRIES)

    def get_object(self, actor: Actor, **kwargs: Any) -> Entry:
        """Return the entry."""
        return queries.entry_for(actor, kwargs["code"])

    def title_of(self, obj: Entry) -> Label:
        """Return number and subject."""
        return f"{obj.code} · {obj.subject}"

    def state(self, obj: Entry) -> Badge | None:
        """Return whether it is reversed."""
        return state_of(obj) or Badge(str(EntryKind(obj.kind).label))

    def facts(self, obj: Entry) -> Sequence[Fact]:
        """Return when, what, and what vouches for it."""
        undone = getattr(obj, "reversal", None)
        facts = [
            Fact(say("日期", "Date"), obj.date, "date"),
            Fact(term_label("accounting_period"), obj.period),
            Fact(say("种类", "Kind"), str(EntryKind(obj.kind).label)),
            Fact(say("事由", "About"), obj.subject),
            Fact(say("科目表", "Chart"), obj.chart, url=reverse("ledger:chart")),
            Fact(say("记账事件", "Recorded by event"), f"#{obj.pk}", url=self._event(obj.pk)),
            Fact(say("记账人", "Posted by"), obj.posted_by),
            Fact(say("记账时间", "Posted at"), obj.posted_at, "datetime"),
            Fact(say("手工记账", "By hand"), obj.is_by_hand, "bool"),
            Fact(say("摘要值", "Digest"), obj.digest[:16] + "…"),
        ]
        if obj.cause_id:
            facts.insert(
                5, Fact(say("来源事件", "Comes from event"), f"#{obj.cause_id}", url=self._event(obj.cause_id))
            )
        if obj.reverses:
            facts.append(Fact(say("冲销", "Reverses"), obj.reverses.code, url=obj.reverses.get_absolute_url()))
        if undone:
            facts.append(Fact(say("被冲销于", "Reversed by"), undone.code, url=undone.get_absolute_url()))
        return facts

    def _event(self, sequence: int) -> str:
        return reverse("platform:event", args=[sequence])

    def tabs(self, obj: Entry, actor: Actor) -> Sequence[Tab]:
        """Return the lines, and the calculation where there is one."""
        tabs = [Tab("lines", say("分录", "Lines"), "ledger/entry_lines.html", self._lines, obj.line_count)]
        if obj.calculation and not self._hidden(obj, actor):
            tabs.append(Tab("calculation", say("计算过程", "Calculation"), "ledger/entry_calculation.html", self._sum))
        return tabs

    def _hidden(self, obj: Entry, actor: Actor) -> int:
        return obj.line_count - queries.lines_of(actor, obj).count()

    def _lines(self, obj: Entry, actor: Actor) -> dict[str, Any]:
        rows = list(queries.lines_of(actor, obj))
        return {
            "lines": rows,
            "hidden": obj.line_count - len(rows),
            "sums": queries.totals(queries.lines_of(actor, obj)),
            "has_quantity": any(row.unit for row in rows),
        }

    def _sum(self, obj: Entry, actor: Actor) -> dict[str, Any]:
        return {"calculation": obj.calculation, "parts": obj.calculation.get("parts", [])}

    def buttons(self, obj: Entry, actor: Actor) -> Sequence[Button]:
        """Return the reversal."""
        if state_of(obj) is not None:
            return ()
        owners = set(queries.lines_of(actor, obj).values_list("organisation__code", flat=True))
        verdict = may_reverse_by_hand(actor, obj, owners)
        return (Button(say("冲销", "Reverse"), reverse("ledger:reverse", args=[obj.code]), verdict=verdict),)

    def subject(self, obj: Entry) -> str:
        """Return the subject of its events."""
        return f"ledger/{obj.code}"


class ReversalForm(forms.Form):
    """Why, and from when."""

    reason = forms.CharField(
        label=say("理由", "Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    date = forms.DateField(
        label=say("冲销日期", "Date of the reversal"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=say("空着就是今天；所在期间须未结账", "empty means today; its period must be open"),
    )


class Reverse(FormPage):
    """Reverse an entry posted by hand."""

    title = say("冲销账目", "Reverse an entry")
    lead = say(
        "记一笔金额相反的账；原账保留，两笔互相链接",
        "Posts the opposite amounts; both entries stay and link to each other",
    )
    leaf = LEAF
    parents = (LEDGER, ENTRIES)
    form_class = ReversalForm
    submit = say("冲销", "Reverse")
    done = say("已冲销", "Reversed")

    def may(self, actor: Actor) -> Verdict:
        """Whoever keeps books."""
        return may_keep_books(actor)

    def prepare(self, actor: Actor) -> None:
        """Look for the entry."""
        queries.entry_for(actor, self.kwargs["code"])

    def act(self, actor: Actor, form: Any) -> Entry:
        """Reverse it."""
        data = form.cleaned_data
        return actions.reverse_by_hand(actor, self.kwargs["code"], reason=data["reason"], date=data["date"])
