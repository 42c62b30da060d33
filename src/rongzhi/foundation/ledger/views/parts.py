"""What the pages of the ledger share: their places, filters and labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from rongzhi.foundation.ledger.chart import KIND_NAMES, business_types, codes_of, newest_chart
from rongzhi.foundation.ledger.models import Balance, EntryKind, Line, Nature, account_label, business_type_label
from rongzhi.foundation.ledger.queries import books_for
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.address import address
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.pages import Filter, Link

LEAF = "1.3.2"
LEDGER = Link(say("服务台账", "Service ledger"), address("ledger:lines"))
ENTRIES = Link(say("账目", "Entries"), address("ledger:entries"))
MOST_PARTIES = 500


def periods(_: Actor) -> list[tuple[str, str]]:
    """Return the months anything was posted in, the newest first."""
    found = Balance.objects.order_by("-period").values_list("period", flat=True).distinct()
    return [(period, period) for period in found]


def accounts(_: Actor) -> list[tuple[str, Any]]:
    """Return the accounts of the newest chart."""
    return [(code, account_label(code)) for code in newest_chart().accounts]


def types(_: Actor) -> list[tuple[str, Any]]:
    """Return the ten business types."""
    return [(number, business_type_label(number)) for number in business_types()]


def books(actor: Actor) -> list[tuple[str, str]]:
    """Return the organisations whose lines the actor may see: whole books, and those that owe it or are owed."""
    known = {book.code: book for book in books_for(actor)[:MOST_PARTIES]}
    if not actor.is_operator and actor.organisation is not None:
        mine = Line.objects.visible_to(actor).filter(party=actor.organisation).order_by()
        others: Iterable[Organisation] = Organisation.objects.filter(pk__in=mine.values("organisation"))[:MOST_PARTIES]
        known |= {each.code: each for each in others}
    return sorted((code, each.name) for code, each in known.items())


def _of_kind(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return rows.filter(account__in=codes_of(kind))


def _since(rows: QuerySet[Any], period: str) -> QuerySet[Any]:
    return rows.filter(period__gte=period)


def _until(rows: QuerySet[Any], period: str) -> QuerySet[Any]:
    return rows.filter(period__lte=period)


def _whose(rows: QuerySet[Any], _: str) -> QuerySet[Any]:
    """Leave the rows as they are: which books they are of settles the list itself."""
    return rows


LINE_FILTERS = (
    Filter("since", say("期间自", "Period from"), periods, apply=_since),
    Filter("until", say("期间至", "Period to"), periods, apply=_until),
    Filter("organisation", say("单位", "Organisation"), books, path="organisation__code"),
    Filter(
        "books",
        say("账簿", "Books"),
        (
            ("whole", say("可整本查阅的账", "books read whole")),
            ("others", say("他方账上的往来", "dealings in others' books")),
        ),
        apply=_whose,
    ),
    Filter("holds", say("科目类别", "Kind of account"), tuple(KIND_NAMES.items()), apply=_of_kind),
    Filter("account", say("科目", "Account"), accounts),
    Filter("nature", say("货物或服务", "Goods or service"), Nature.choices),
    Filter("business_type", say("业务类型", "Business type"), types),
    Filter("kind", say("种类", "Kind"), EntryKind.choices, path="entry__kind"),
)
