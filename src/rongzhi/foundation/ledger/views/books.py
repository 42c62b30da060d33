"""Keeping books: periods, who may read them, the chart of accounts."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from rongzhi.foundation.ledger import actions, queries
from rongzhi.foundation.ledger.chart import KIND_NAMES, newest_chart
from rongzhi.foundation.ledger.models import Grant
from rongzhi.foundation.ledger.policy import may_keep_books
from rongzhi.foundation.ledger.views.parts import LEAF, LEDGER
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, organisation_of
from rongzhi.platform.address import address
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.ui.pages import ActPage, Badge, Button, Column, Empty, Fact, FormPage, Link, ListPage, ReportPage
from rongzhi.platform.ui.parts import Label

PERIODS = Link(say("会计期间", "Periods"), address("ledger:periods"))
GRANTS = Link(say("查阅授权", "Who may read"), address("ledger:grants"))


class Periods(ReportPage):
    """The months of a book, open or closed."""

    template_name = "ledger/periods.html"
    title = say("会计期间", "Periods")
    lead = say(
        "结账后的期间不能再记账；更正记入未结账的期间",
        "Nothing is posted into a closed period; corrections go into an open one",
    )
    leaf = LEAF
    parents = (LEDGER,)

    def get_document(self, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        """Return the periods, each with what may be done."""
        self.book = queries.book_for(actor, self.request.GET.get("organisation", ""))
        is_own = actor.organisation is not None and self.book.pk == actor.organisation.pk
        rows = queries.periods_for(actor, self.book)
        for row in rows:
            row["button"] = self._button(actor, row) if is_own else None
        books = {each.code: each.name for each in queries.books_for(actor)} | {self.book.code: self.book.name}
        empty = Empty(say("还没有记过账", "Nothing is posted yet"))
        return {"rows": rows, "books": sorted(books.items()), "book": self.book, "empty_report": empty}

    def _button(self, actor: Actor, row: dict[str, Any]) -> Button:
        if row["is_closed"]:
            url = reverse("ledger:period-reopen", args=[row["period"]])
            return Button(say("重开", "Reopen"), url, verdict=may_keep_books(actor))
        return Button(
            say("结账", "Close"),
            reverse("ledger:period-close", args=[row["period"]]),
            method="post",
            verdict=may_keep_books(actor),
            confirm=say(
                f"结账 {row['period']}？此后不能再记入该期间。",
                f"Close {row['period']}? Nothing can be posted into it.",
            ),
        )

    def facts(self) -> Sequence[Fact]:
        """Return whose books."""
        return (Fact(say("单位", "Organisation"), self.book.name),)


class ClosePeriod(ActPage):
    """Close a month."""

    title = say("结账", "Close a period")
    leaf = LEAF

    def may(self, actor: Actor) -> Verdict:
        """Whoever keeps books."""
        return may_keep_books(actor)

    def act(self, actor: Actor, **kwargs: Any) -> Any:
        """Close it."""
        return actions.close_period(actor, kwargs["period"])

    def done(self, result: Any) -> Label:
        """Say so."""
        return say(f"期间 {result.period} 已结账", f"Period {result.period} is closed")

    def next_url(self, result: Any) -> str:
        """Go back to the periods."""
        return reverse("ledger:periods")


class ReopeningForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=say("理由", "Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


class ReopenPeriod(FormPage):
    """Reopen a closed month, with a reason."""

    title = say("重开期间", "Reopen a period")
    lead = say("结账与重开都留有记录", "Closing and reopening both stay on record")
    leaf = LEAF
    parents = (LEDGER, PERIODS)
    form_class = ReopeningForm
    submit = say("重开", "Reopen")
    done = say("期间已重开", "Period reopened")

    def may(self, actor: Actor) -> Verdict:
        """Whoever keeps books."""
        return may_keep_books(actor)

    def prepare(self, actor: Actor) -> None:
        """Look for the closed period."""
        period, home = self.kwargs["period"], organisation_of(actor)
        if not queries.closed_periods({home.code}, {period}):
            raise NotFound(
                Text(f"没有已结账的期间“{period}”", f"there is no closed period '{period}'"),
                fix=Text("从会计期间页进入", "come from the page of periods"),
            )

    def act(self, actor: Actor, form: Any) -> Any:
        """Reopen it."""
        return actions.reopen_period(actor, self.kwargs["period"], form.cleaned_data["reason"])

    def success_url(self, result: Any) -> str:
        """Go back to the periods."""
        return reverse("ledger:periods")


def _state(grant: Grant) -> Badge:
    if grant.revoked_at is not None:
        return Badge(say("已撤回", "withdrawn"))
    return Badge(say("有效", "live"), "ok") if grant.is_live else Badge(say("已到期", "expired"))


class Grants(ListPage):
    """Who may read whose ledger."""

    template_name = "ledger/grants.html"
    title = say("查阅授权", "Who may read")
    lead = say(
        "把本单位的整本台账开放给另一单位（如评价机构）查阅，到期自动失效",
        "Open your whole ledger to another organisation, such as an evaluator, until a day",
    )
    leaf = LEAF
    parents = (LEDGER,)
    columns = (
        Column("organisation", say("台账", "Ledger of")),
        Column("reader", say("可查阅者", "May be read by")),
        Column("until", say("到期日", "Until"), "date", sort="until"),
        Column("state", say("状态", "State"), value=_state),
        Column("given_by", say("授权人", "Given by")),
        Column("given_at", say("授权时间", "Given at"), "datetime", sort="given_at"),
    )
    order = "-given_at"
    file_name = "ledger-grants"
    empty = Empty(
        say("没有授权", "No grants"),
        say("评价机构要看台账时，在这里授权。", "When an evaluator asks for your ledger, open it here."),
        Link(say("授权查阅", "Open my ledger"), address("ledger:grant-new")),
    )

    def queryset(self, actor: Actor) -> QuerySet[Grant]:
        """Return the grants given and got."""
        return queries.grants_for(actor)

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return the way to a new grant."""
        return (
            Button(
                say("授权查阅", "Open my ledger"),
                reverse("ledger:grant-new"),
                style="primary",
                verdict=may_keep_books(actor),
            ),
        )

    def intro(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """Return the grants that can be withdrawn."""
        if not may_keep_books(self.actor):
            return {}
        own = queries.grants_for(self.actor).filter(
            organisation=self.actor.organisation, revoked_at=None, until__gte=timezone.localdate()
        )
        return {"revocable": [(each, self._revoke(each)) for each in own[:50]]}

    def _revoke(self, grant: Grant) -> Button:
        question = say(f"撤回 {grant.reader.name} 的查阅授权？", f"Withdraw reading from {grant.reader.name}?")
        url = reverse("ledger:grant-revoke", args=[grant.pk])
        return Button(say("撤回", "Withdraw"), url, method="post", style="danger", confirm=question)


class GrantForm(forms.Form):
    """To whom, until when."""

    reader = forms.CharField(label=say("对方单位代码", "Code of the other organisation"), max_length=40, required=False)
    until = forms.DateField(
        label=say("到期日", "Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class GrantNew(FormPage):
    """Open the own ledger to a reader."""

    title = say("授权查阅台账", "Open my ledger to a reader")
    lead = say(
        "对方能看到本单位全部分录、报表和期间，不能更改",
        "They see all your lines, statements and periods, and can change nothing",
    )
    leaf = LEAF
    parents = (LEDGER, GRANTS)
    form_class = GrantForm
    submit = say("授权", "Open")
    done = say("已授权", "Opened")

    def may(self, actor: Actor) -> Verdict:
        """Whoever keeps books."""
        return may_keep_books(actor)

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Begin with three months."""
        return {"until": timezone.localdate() + dt.timedelta(days=90)}

    def act(self, actor: Actor, form: Any) -> Grant:
        """Open it."""
        data = form.cleaned_data
        return actions.grant_reading(actor, data["reader"], data["until"], idempotency_key=self.idempotency_key)

    def success_url(self, result: Any) -> str:
        """Go back to the grants."""
        return reverse("ledger:grants")


class GrantRevoke(ActPage):
    """Withdraw a grant."""

    title = say("撤回授权", "Withdraw a grant")
    leaf = LEAF

    def may(self, actor: Actor) -> Verdict:
        """Whoever keeps books."""
        return may_keep_books(actor)

    def act(self, actor: Actor, **kwargs: Any) -> Any:
        """Withdraw it."""
        return actions.revoke_reading(actor, kwargs["grant_id"])

    def done(self, result: Any) -> Label:
        """Say so."""
        return say("授权已撤回", "Grant withdrawn")

    def next_url(self, result: Any) -> str:
        """Go back to the grants."""
        return reverse("ledger:grants")


class ChartPage(ReportPage):
    """The chart of accounts in force, with its source."""

    template_name = "ledger/chart.html"
    title = say("科目表", "Chart of accounts")
    leaf = LEAF
    parents = (LEDGER,)

    def get_document(self, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        """Return the accounts by kind."""
        accounts = list(newest_chart().accounts.values())
        groups = [(name, [each for each in accounts if each.kind is kind]) for kind, name in KIND_NAMES.items()]
        return {"groups": [(speak(name), rows) for name, rows in groups if rows]}

    def facts(self) -> Sequence[Fact]:
        """Return version and source, marked as ours."""
        chart = newest_chart()
        is_ours = chart.status == "ours"
        return (
            Fact(say("版本", "Version"), chart.version),
            Fact(
                say("状态", "Status"),
                Badge(say("融制自拟，非官方", "ours, not official"), "warn") if is_ours else chart.status,
            ),
            Fact(say("编制日期", "Dated"), chart.dated, "date"),
            Fact(say("来源", "Source"), chart.source),
        )
