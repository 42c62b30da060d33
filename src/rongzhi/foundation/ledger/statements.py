"""Statements from the sums the ledger keeps: trial balance, and revenue of services by business type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from django.db.models import Q, Sum

from rongzhi.foundation.ledger.chart import business_types, codes_of
from rongzhi.foundation.ledger.models import Balance, account_label, business_type_label
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation

FIRST, LAST = "0000-00", "9999-99"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account over some periods; amounts in cents, opening and closing debit positive."""

    account: str
    currency: str
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        """What stands at the end."""
        return self.opening + self.debit - self.credit

    @property
    def sides(self) -> tuple[int, int, int, int, int, int]:
        """Opening, movement and closing, each as debit and credit."""
        return (*_sides(self.opening), self.debit, self.credit, *_sides(self.closing))

    @property
    def name(self) -> Text:
        """Number and name of the account."""
        return account_label(self.account)


def _sides(amount: int) -> tuple[int, int]:
    return (max(amount, 0), max(-amount, 0))


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account of one organisation's books over some periods."""

    organisation: Organisation
    since: str
    until: str
    rows: tuple[AccountRow, ...]

    @property
    def totals(self) -> tuple[AccountRow, ...]:
        """The sums over all accounts, one for each currency; debits equal credits."""
        found: dict[str, AccountRow] = {}
        for row in self.rows:
            before = found.get(row.currency, AccountRow("", row.currency, 0, 0, 0))
            found[row.currency] = AccountRow(
                "",
                row.currency,
                before.opening + row.opening,
                before.debit + row.debit,
                before.credit + row.credit,
            )
        return tuple(found.values())

    @property
    def sums(self) -> dict[str, tuple[int, ...]]:
        """The sums of all six columns by currency; of each pair the two are equal."""
        codes = dict.fromkeys(row.currency for row in self.rows)
        columns = {code: zip(*(row.sides for row in self.rows if row.currency == code), strict=True) for code in codes}
        return {code: tuple(sum(column) for column in each) for code, each in columns.items()}

    @property
    def is_balanced(self) -> bool:
        """Whether debits equal credits in every currency, before and during the periods."""
        return all(row.opening == 0 and row.debit == row.credit for row in self.totals)


def trial_balance(actor: Actor, organisation: Organisation, since: str = "", until: str = "") -> TrialBalance:
    """Return the trial balance of books the actor reads whole, from one period to another, both included."""
    since, until = since or FIRST, until or LAST
    within = Q(period__gte=since)
    rows = (
        Balance.objects.visible_to(actor)
        .filter(organisation=organisation, period__lte=until)
        .exclude(account__in=codes_of("statistical"))
        .values("account", "currency")
        .annotate(
            before_debit=Sum("debit_cents", filter=~within, default=0),
            before_credit=Sum("credit_cents", filter=~within, default=0),
            debit=Sum("debit_cents", filter=within, default=0),
            credit=Sum("credit_cents", filter=within, default=0),
        )
        .order_by("currency", "account")
    )
    found = tuple(
        AccountRow(
            row["account"], row["currency"], row["before_debit"] - row["before_credit"], row["debit"], row["credit"]
        )
        for row in rows
    )
    return TrialBalance(organisation, since, until, found)


@dataclass(frozen=True, slots=True)
class TypeRow:
    """Revenue and cost of one business type, or of goods (empty number); in cents of one currency."""

    business_type: str
    revenue: int
    cost: int
    hours_milli: int

    @property
    def name(self) -> Text:
        """Number and name of the business type."""
        return business_type_label(self.business_type) or Text("货物", "goods")


@dataclass(frozen=True, slots=True)
class ServiceShare:
    """What services bring in and take, by business type, out of all revenue."""

    organisation: Organisation
    currency: str
    since: str
    until: str
    goods: TypeRow
    services: tuple[TypeRow, ...] = field(default_factory=tuple)

    @property
    def service_revenue(self) -> int:
        """Revenue of all services, cents."""
        return sum(row.revenue for row in self.services)

    @property
    def revenue(self) -> int:
        """All revenue, cents."""
        return self.service_revenue + self.goods.revenue

    @property
    def share(self) -> Fraction | None:
        """Service revenue out of all revenue; None where nothing was sold, for then it cannot be told."""
        return Fraction(self.service_revenue, self.revenue) if self.revenue > 0 else None

    @property
    def service_hours_milli(self) -> int:
        """Hours of service labour, thousandths."""
        return sum(row.hours_milli for row in self.services)


def service_share(
    actor: Actor, organisation: Organisation, since: str = "", until: str = "", currency: str = "CNY"
) -> ServiceShare:
    """Return service revenue, cost and hours by business type from books the actor reads whole."""
    since, until = since or FIRST, until or LAST
    revenue, cost = Q(account__in=codes_of("revenue")), Q(account__in=codes_of("cost"))
    hours = Q(unit="h")
    rows = (
        Balance.objects.visible_to(actor)
        .filter(organisation=organisation, period__gte=since, period__lte=until, currency=currency)
        .filter(account__in=codes_of("revenue", "cost", "statistical"))
        .values("nature", "business_type")
        .annotate(
            revenue=Sum("credit_cents", filter=revenue, default=0) - Sum("debit_cents", filter=revenue, default=0),
            cost=Sum("debit_cents", filter=cost, default=0) - Sum("credit_cents", filter=cost, default=0),
            hours=Sum("quantity_milli", filter=hours & ~revenue, default=0),
        )
    )
    found = {(row["nature"], row["business_type"]): row for row in rows}
    return ServiceShare(
        organisation,
        currency,
        since,
        until,
        _type_row("", (row for (nature, _), row in found.items() if nature != "service")),
        tuple(
            _type_row(number, [found["service", number]]) for number in business_types() if ("service", number) in found
        ),
    )


def _type_row(number: str, rows: Iterable[dict[str, int]]) -> TypeRow:
    kept = list(rows)
    return TypeRow(
        number,
        sum(row["revenue"] for row in kept),
        sum(row["cost"] for row in kept),
        sum(row["hours"] for row in kept),
    )


def periods_kept(actor: Actor, organisation: Organisation) -> list[str]:
    """Return the periods of a book that have postings, the oldest first."""
    rows = Balance.objects.visible_to(actor).filter(organisation=organisation)
    return list(rows.order_by("period").values_list("period", flat=True).distinct())


def currencies_kept(actor: Actor, organisation: Organisation) -> list[str]:
    """Return the currencies of a book, CNY first."""
    rows = Balance.objects.visible_to(actor).filter(organisation=organisation)
    found = set(rows.order_by().values_list("currency", flat=True).distinct())
    return sorted(found, key=lambda code: (code != "CNY", code))
