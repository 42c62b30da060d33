"""Reading the ledger, always for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When

from rongzhi.foundation.ledger.models import Balance, Entry, Grant, Line, PeriodMark
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.money import Money
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation


def lines_for(actor: Actor) -> QuerySet[Line]:
    """Return the lines the actor may see, the newest entries first, with what lists show."""
    return Line.objects.visible_to(actor).select_related("entry", "organisation", "party")


def lines_in(actor: Actor, books: str) -> QuerySet[Line]:
    """Return the lines of the books the actor reads whole (``whole``), or what others' books say of it (``others``)."""
    lines = Line.objects.all()
    rows = lines.in_others_books(actor) if books == "others" else lines.in_whole_books(actor)
    return rows.select_related("entry", "organisation", "party")


def entries_for(actor: Actor) -> QuerySet[Entry]:
    """Return the entries of which the actor sees a line, the newest first."""
    return Entry.objects.visible_to(actor).select_related("reverses", "reversal")


def entry_for(actor: Actor, code: str) -> Entry:
    """Return one entry the actor may see."""
    found = entries_for(actor).filter(code=code).first()
    if found is None:
        raise NotFound(Text(f"没有账目“{code}”", f"there is no entry '{code}'"), where=f"ledger/{code}")
    return found


def lines_of(actor: Actor, entry: Entry) -> QuerySet[Line]:
    """Return the lines of an entry that the actor may see."""
    return lines_for(actor).filter(entry=entry).order_by("number")


def totals(rows: QuerySet[Line]) -> list[dict[str, Any]]:
    """Return debit, credit and number of lines by currency."""
    plus = Case(When(amount_cents__gt=0, then=F("amount_cents")))
    minus = Case(When(amount_cents__lt=0, then=-F("amount_cents")))
    sums: Any = rows.order_by().values("currency").annotate(plus=Sum(plus, default=0), minus=Sum(minus, default=0))
    return [
        {
            "currency": row["currency"],
            "debit": money(row["plus"], row["currency"]),
            "credit": money(row["minus"], row["currency"]),
        }
        for row in sums.order_by("currency")
    ]


def kept_totals(actor: Actor, **wanted: Any) -> list[dict[str, Any]]:
    """Return the same of books the actor reads whole, from the sums kept: for tags and periods only, at any size."""
    rows = Balance.objects.visible_to(actor).filter(**wanted).order_by().values("currency")
    sums: Any = rows.annotate(plus=Sum("debit_cents", default=0), minus=Sum("credit_cents", default=0))
    return [
        {
            "currency": row["currency"],
            "debit": money(row["plus"], row["currency"]),
            "credit": money(row["minus"], row["currency"]),
        }
        for row in sums.order_by("currency")
    ]


def money(cents: int, currency: str = "CNY") -> Money:
    """Return cents as money."""
    return Money(Decimal(cents).scaleb(-2), currency)


def closed_periods(organisations: Iterable[str], periods: Iterable[str]) -> set[tuple[str, str]]:
    """Return which of the periods are closed in which of the organisations' books, by code."""
    newest = Subquery(
        PeriodMark.objects.filter(organisation=OuterRef("organisation"), period=OuterRef("period"))
        .order_by("-pk")
        .values("pk")[:1]
    )
    marks = PeriodMark.objects.filter(
        organisation__code__in=list(organisations), period__in=list(periods), is_closed=True, pk=newest
    )
    return set(marks.values_list("organisation__code", "period"))


def periods_for(actor: Actor, organisation: Organisation) -> list[dict[str, Any]]:
    """Return the months of a book with postings, the newest first, with their sums and whether they are closed."""
    sums = (
        Balance.objects.visible_to(actor)
        .filter(organisation=organisation)
        .values("period")
        .annotate(debit=Sum("debit_cents"), lines=Sum("line_count"))
    )
    found = {row["period"]: row for row in sums}
    marks: dict[str, PeriodMark] = {}
    for mark in PeriodMark.objects.visible_to(actor).filter(organisation=organisation).order_by("pk"):
        marks[mark.period] = mark
    return [
        {
            "period": period,
            "lines": found.get(period, {}).get("lines", 0),
            "mark": marks.get(period),
            "is_closed": period in marks and marks[period].is_closed,
        }
        for period in sorted({*found, *marks}, reverse=True)
    ]


def books_for(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations whose books the actor reads whole."""
    if actor.is_operator:
        return Organisation.objects.filter(pk__in=Balance.objects.values("organisation"))
    if actor.organisation is None:
        return Organisation.objects.none()
    return Organisation.objects.filter(Q(pk=actor.organisation.pk) | Q(pk__in=Grant.open_to(actor)))


def book_for(actor: Actor, code: str = "") -> Organisation:
    """Return one organisation whose books the actor reads whole; the own when none is named."""
    home = actor.organisation
    if home is not None and code in {"", home.code}:
        return home
    found = books_for(actor).filter(code=code).first()
    if found is None:
        raise NotFound(
            Text(f"没有可查阅的账簿“{code}”", f"there are no books '{code}' to read"),
            where="organisation",
            fix=Text(
                "填写本单位，或已向您授权的单位", "name your own organisation, or one that opened its books to you"
            ),
        )
    return found


def grants_for(actor: Actor) -> QuerySet[Grant]:
    """Return the grants the actor's organisation gave or got; all for the operator."""
    rows = Grant.objects.select_related("organisation", "reader")
    if actor.is_operator:
        return rows
    if actor.organisation is None:
        return rows.none()
    return rows.filter(Q(organisation=actor.organisation) | Q(reader=actor.organisation))


def count(actor: Actor) -> int | None:
    """Return how many lines stand in books the actor reads whole, from the sums kept; nothing for the public."""
    if actor.is_public:
        return None
    return int(Balance.objects.visible_to(actor).aggregate(total=Sum("line_count", default=0))["total"])
