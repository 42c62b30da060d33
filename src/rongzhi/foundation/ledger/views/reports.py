"""Statements: trial balance, and the share of services, each figure opening to its lines."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from rongzhi.foundation.ledger import queries, statements
from rongzhi.foundation.ledger.views.parts import LEAF, LEDGER
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.i18n import say, speak, term_label
from rongzhi.platform.ui.charts import bars, table_of
from rongzhi.platform.ui.export import csv_response, exact, xlsx_response
from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.pages import Empty, Fact, Figure, Link, ReportPage
from rongzhi.platform.ui.parts import Label

EMPTY = Empty(
    say("这段期间没有账", "Nothing is posted in these periods"),
    say("换一段期间，或先导入期初余额和会计数据。", "Choose other periods, or import opening balances first."),
    Link(say("导入账目", "Import"), "/ledger/import/"),
)


SIDES = (
    say("期初借方", "Opening debit"),
    say("期初贷方", "Opening credit"),
    say("本期借方", "Debit"),
    say("本期贷方", "Credit"),
    say("期末借方", "Closing debit"),
    say("期末贷方", "Closing credit"),
)


class BookReport(ReportPage):
    """A statement of one organisation's books from one period to another."""

    leaf = LEAF
    parents = (LEDGER,)
    file_name: ClassVar[str] = "ledger"
    book: Organisation

    def prepare(self, actor: Actor) -> dict[str, Any]:
        """Return books, periods and currencies to choose from, and what is chosen; only what is offered counts."""
        self.book = queries.book_for(actor, self.request.GET.get("organisation", ""))
        offered = statements.periods_kept(actor, self.book)
        currencies = statements.currencies_kept(actor, self.book)
        chosen = {name: self.request.GET.get(name, "") for name in ("since", "until")}
        self.since, self.until = (chosen[name] if chosen[name] in offered else "" for name in ("since", "until"))
        asked = self.request.GET.get("currency", "")
        self.currency = asked if asked in currencies else (currencies or ["CNY"])[0]
        books = {each.code: each.name for each in queries.books_for(actor)} | {self.book.code: self.book.name}
        return {
            "books": sorted(books.items()),
            "book": self.book,
            "periods": offered,
            "since": self.since,
            "until": self.until,
            "currencies": currencies,
            "currency": self.currency,
            "empty_report": EMPTY,
        }

    def heads(self) -> Sequence[Label]:
        """Return the headings of the download."""
        return ()

    def cells(self, document: dict[str, Any]) -> Iterable[Sequence[Any]]:
        """Return the rows of the download."""
        return ()

    def facts(self) -> Sequence[Fact]:
        """Return whose books, which periods, from what."""
        return (
            Fact(say("单位", "Organisation"), self.book.name),
            Fact(say("期间", "Periods"), self._span()),
            Fact(say("依据", "Source"), say("服务台账的分录", "lines of the service ledger"), url=self.lines()),
            Fact(say("制表时间", "Drawn up"), timezone.now(), "datetime"),
        )

    def _span(self) -> str:
        if not (self.since or self.until):
            return str(say("全部", "all"))
        return f"{self.since or '…'} — {self.until or '…'}"

    def lines(self, **wanted: str) -> str:
        """Return the address of the lines behind a figure."""
        query = {"organisation": self.book.code, "since": self.since, "until": self.until, **wanted}
        return f"{reverse('ledger:lines')}?{urlencode({key: value for key, value in query.items() if value})}"

    def downloads(self) -> Sequence[Link]:
        """Return the statement as files."""
        query = self.request.GET.copy()
        found = []
        for form in ("csv", "xlsx"):
            query["format"] = form
            found.append(Link(form.upper(), f"{self.request.path}?{query.urlencode()}"))
        return found

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show the statement, or hand it over as a file."""
        form = request.GET.get("format")
        if form not in {"csv", "xlsx"}:
            return super().get(request, **kwargs)
        rows = [[exact(value) for value in row] for row in self.cells(self.get_document(self.actor, **kwargs))]
        heads = [plain(head) for head in self.heads()]
        name = f"{self.file_name}-{self.book.code}-{timezone.localdate():%Y%m%d}"
        if form == "csv":
            return csv_response(name, heads, rows)
        return xlsx_response(name, plain(self.title), heads, rows)


class TrialBalancePage(BookReport):
    """Every account: what stood before, what moved, what stands."""

    template_name = "ledger/trial_balance.html"
    title = say("试算平衡表", "Trial balance")
    lead = say(
        "每个科目的期初、发生额和期末；点科目看分录",
        "Opening, movement and closing of every account; open one to see its lines",
    )
    file_name = "trial-balance"

    def get_document(self, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        """Return the accounts with their lines' addresses, and the sums."""
        context = self.prepare(actor)
        found = statements.trial_balance(actor, self.book, self.since, self.until)
        return {
            **context,
            "found": found,
            "sides": SIDES,
            "rows": [
                self._row(row.name, row.currency, row.sides, self.lines(account=row.account)) for row in found.rows
            ],
            "sums": [self._row(Text("合计", "Total"), code, sides, "") for code, sides in found.sums.items()],
            "has_currencies": len(context["currencies"]) > 1,
        }

    def _row(self, name: Text, currency: str, sides: Sequence[int], url: str) -> dict[str, Any]:
        amounts = [queries.money(cents, currency) for cents in sides]
        return {"name": name, "currency": currency, "url": url, "cells": list(zip(SIDES, amounts, strict=True))}

    def heads(self) -> Sequence[Label]:
        """Return the headings."""
        return (term_label("ledger_account"), say("币种", "Currency"), *SIDES)

    def cells(self, document: dict[str, Any]) -> Iterable[Sequence[Any]]:
        """Return the accounts, and the sums at the end."""
        for row in (*document["rows"], *document["sums"]):
            yield (row["name"], row["currency"], *(amount for _, amount in row["cells"]))


class ServiceSharePage(BookReport):
    """What services bring in and take, by business type."""

    template_name = "ledger/service_share.html"
    title = say("服务收入占比", "Share of services")
    lead = say(
        "按十类业务从分录汇总；每个数字都能点开到分录。口径为融制自定，非官方统计",
        "Added up by business type, every figure opening to its lines; our own method, not official statistics",
    )
    file_name = "service-share"

    def get_document(self, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        """Return figures, picture and table."""
        context = self.prepare(actor)
        found = statements.service_share(actor, self.book, self.since, self.until, self.currency)
        rows = [self._row(row, "service") for row in found.services]
        return {
            **context,
            "found": found,
            "rows": rows,
            "goods": self._row(found.goods, "goods"),
            "is_empty": not rows and not found.goods.revenue and not found.goods.cost,
            "figures": self._figures(found),
            **self._picture(found),
        }

    def _row(self, row: statements.TypeRow, nature: str) -> dict[str, Any]:
        tags = {"nature": nature, "business_type": row.business_type}
        return {
            "name": row.name,
            "revenue": queries.money(row.revenue, self.currency),
            "cost": queries.money(row.cost, self.currency),
            "hours": row.hours_milli / 1000,
            "revenue_url": self.lines(holds="revenue", **tags),
            "cost_url": self.lines(holds="cost", **tags),
            "is_free": row.revenue == 0 and (row.cost > 0 or row.hours_milli > 0),
        }

    def _figures(self, found: statements.ServiceShare) -> list[Figure]:
        share = None if found.share is None else float(found.share)
        unknown = say("没有收入，无法判断", "nothing was sold: it cannot be told")
        return [
            Figure(term_label("service_revenue_share"), share, "percent", note=unknown if share is None else ""),
            Figure(say("服务收入", "Service revenue"), queries.money(found.service_revenue, self.currency), "money"),
            Figure(say("营业收入", "Operating revenue"), queries.money(found.revenue, self.currency), "money"),
            Figure(say("服务工时", "Service hours"), found.service_hours_milli / 1000, "number", unit=say("小时", "h")),
        ]

    def _picture(self, found: statements.ServiceShare) -> dict[str, Any]:
        names = [speak(row.name) for row in found.services]
        series: dict[Label, Sequence[float | None]] = {
            say("收入", "Revenue"): [row.revenue / 100 for row in found.services],
            say("成本", "Cost"): [row.cost / 100 for row in found.services],
        }
        chart = bars(names, series, unit=self.currency)
        chart["xAxis"]["axisLabel"] = {"interval": 0, "width": 84, "overflow": "break"}
        return {
            "chart": chart,
            "chart_table": table_of(term_label("business_type"), names, series),
        }

    def heads(self) -> Sequence[Label]:
        """Return the headings."""
        words = (say("收入", "Revenue"), say("成本", "Cost"), say("币种", "Currency"))
        return (term_label("business_type"), *words, say("工时（小时）", "Hours"))

    def cells(self, document: dict[str, Any]) -> Iterable[Sequence[Any]]:
        """Return the business types, and goods at the end."""
        for row in (*document["rows"], document["goods"]):
            yield (row["name"], row["revenue"], row["cost"], document["currency"], row["hours"])
