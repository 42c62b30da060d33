"""What the API of the ledger takes and gives."""
# Annotations are evaluated here.

import datetime as dt
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from rongzhi.foundation.ledger.drafts import Kind, LineDraft
from rongzhi.foundation.ledger.models import EntryKind, Line, Nature
from rongzhi.foundation.ledger.statements import AccountRow, ServiceShare, TrialBalance, TypeRow
from rongzhi.platform.rest import Paging

Period = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", examples=["2026-11"])]
Money = Annotated[Decimal, Field(description="两位小数 / two decimals", examples=["1130.00"])]


class AccountOut(Schema):
    """An account; ``is_mutual`` means that the other party of a line sees it."""

    code: str
    zh: str
    en: str
    kind: str
    about_zh: str
    about_en: str
    is_mutual: bool
    input: str
    like: str


class ChartOut(Schema):
    """A version of the chart of accounts with its source; ``status`` says whether it is official."""

    version: str
    since: date
    dated: date
    status: str
    source_zh: str
    source_en: str
    accounts: list[AccountOut]


class LedgerLineQuery(Paging):
    """Which lines are wanted; periods are months, both ends included."""

    organisation: str = ""
    party: str = ""
    account: str = ""
    holds: Literal["", "asset", "liability", "equity", "revenue", "cost", "statistical"] = ""
    nature: Nature | None = None
    business_type: str = ""
    kind: EntryKind | None = None
    contract: str = ""
    order: str = ""
    region: str = ""
    entry: str = ""
    subject: str = ""
    books: Literal["", "whole", "others"] = ""
    since: Period | None = None
    until: Period | None = None


class LedgerLineOut(Schema):
    """A line with its tags; debit and credit in its currency."""

    entry: str
    number: int
    date: date
    period: str
    kind: str
    subject: str
    organisation: str
    account: str
    debit: Money
    credit: Money
    currency: str
    nature: str
    business_type: str
    contract: str
    order: str
    party: str | None
    region: str
    quantity: Decimal | None
    unit: str
    memo: str


class LedgerEntryQuery(Paging):
    """Which entries are wanted."""

    kind: EntryKind | None = None
    subject: str = ""
    since: date | None = None
    until: date | None = None


class LedgerEntryRow(Schema):
    """An entry without its lines; ``event`` recorded it, ``cause`` is the event it comes from."""

    code: str
    date: date
    period: str
    kind: str
    subject: str
    memo: str
    chart: str
    event: int
    cause: int | None
    reverses: str | None
    reversed_by: str | None
    is_by_hand: bool
    line_count: int
    posted_by: str
    posted_at: datetime
    digest: str


class LedgerEntryOut(LedgerEntryRow):
    """An entry with the lines the asker may see, and how its amounts came about."""

    lines: list[LedgerLineOut]
    hidden_lines: int
    calculation: dict[str, Any]


class LedgerLineIn(LineDraft):
    """A line of one's own books; the organisation may be left out."""

    organisation: Annotated[str, Field(max_length=60)] = ""


class LedgerEntryIn(Schema):
    """An entry posted by hand into one's own books."""

    date: dt.date
    kind: Kind
    subject: str = Field(min_length=1, max_length=120)
    lines: list[LedgerLineIn]
    memo: str = Field("", max_length=500)
    cause: int | None = Field(None, ge=1, le=9_000_000_000_000)
    calculation: dict[str, Any] = Field(default_factory=dict)


class ReversalIn(Schema):
    """Why an entry is reversed, and on which day it counts."""

    reason: str
    date: dt.date | None = None


class ReopeningIn(Schema):
    """Why a period is reopened."""

    reason: str


class AccountRowOut(Schema):
    """An account in a trial balance; opening and closing debit positive."""

    account: str
    zh: str
    en: str
    currency: str
    opening: Money
    debit: Money
    credit: Money
    closing: Money


class TrialBalanceOut(Schema):
    """A trial balance with its sums by currency."""

    organisation: str
    since: str | None
    until: str | None
    is_balanced: bool
    rows: list[AccountRowOut]
    totals: list[AccountRowOut]


class TypeRowOut(Schema):
    """Revenue, cost and hours of a business type; goods have none."""

    business_type: str
    zh: str
    en: str
    revenue: Money
    cost: Money
    hours: Decimal


class ServiceShareOut(Schema):
    """Services out of all revenue; ``share`` is null where nothing was sold and it cannot be told."""

    organisation: str
    currency: str
    since: str | None
    until: str | None
    revenue: Money
    service_revenue: Money
    share: Decimal | None
    service_hours: Decimal
    goods: TypeRowOut
    services: list[TypeRowOut]


class LedgerPeriodOut(Schema):
    """A month of a book."""

    period: str
    lines: int
    is_closed: bool
    by: str
    at: datetime | None
    reason: str


class LedgerGrantIn(Schema):
    """Who may read the own ledger until when."""

    reader: str
    until: date


class LedgerGrantOut(Schema):
    """A grant to read a ledger."""

    id: int
    organisation: str
    reader: str
    until: date
    is_live: bool
    given_by: str
    given_at: datetime
    revoked_at: datetime | None


class LedgerImportOut(Schema):
    """A file that was taken."""

    id: int
    name: str
    digest: str
    entries: list[str]
    line_count: int
    created_by: str
    created_at: datetime


def cents(amount: int) -> Decimal:
    """Return cents as an amount with two decimals."""
    return Decimal(amount).scaleb(-2)


def line_out(line: Line) -> dict[str, Any]:
    """Return a line as plain data."""
    names = ("number", "period", "account", "currency", "nature", "business_type", "contract", "order", "region")
    return {
        **{name: getattr(line, name) for name in (*names, "quantity", "unit", "memo")},
        "entry": line.entry.code,
        "date": line.entry.date,
        "kind": line.entry.kind,
        "subject": line.entry.subject,
        "organisation": line.organisation.code,
        "party": line.party.code if line.party else None,
        "debit": cents(max(line.amount_cents, 0)),
        "credit": cents(max(-line.amount_cents, 0)),
    }


def account_row_out(row: AccountRow) -> dict[str, Any]:
    """Return a row of a trial balance as plain data."""
    return {
        "account": row.account,
        "zh": row.name.zh,
        "en": row.name.en,
        "currency": row.currency,
        "opening": cents(row.opening),
        "debit": cents(row.debit),
        "credit": cents(row.credit),
        "closing": cents(row.closing),
    }


def trial_balance_out(found: TrialBalance, since: str | None, until: str | None) -> dict[str, Any]:
    """Return a trial balance as plain data."""
    return {
        "organisation": found.organisation.code,
        "since": since,
        "until": until,
        "is_balanced": found.is_balanced,
        "rows": [account_row_out(row) for row in found.rows],
        "totals": [account_row_out(row) for row in found.totals],
    }


def _type_row_out(row: TypeRow) -> dict[str, Any]:
    return {
        "business_type": row.business_type,
        "zh": row.name.zh,
        "en": row.name.en,
        "revenue": cents(row.revenue),
        "cost": cents(row.cost),
        "hours": Decimal(row.hours_milli).scaleb(-3),
    }


def service_share_out(found: ServiceShare, since: str | None, until: str | None) -> dict[str, Any]:
    """Return the share of services as plain data; the share to six decimals."""
    share = found.share
    return {
        "organisation": found.organisation.code,
        "currency": found.currency,
        "since": since,
        "until": until,
        "revenue": cents(found.revenue),
        "service_revenue": cents(found.service_revenue),
        "share": None if share is None else round(Decimal(share.numerator) / Decimal(share.denominator), 6),
        "service_hours": Decimal(found.service_hours_milli).scaleb(-3),
        "goods": _type_row_out(found.goods),
        "services": [_type_row_out(row) for row in found.services],
    }
