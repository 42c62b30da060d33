"""What is to be posted, as plain documents; `checks` says whether it can be."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from rongzhi.model.base import Document

Nature = Literal["", "goods", "service"]
Kind = Literal["invoice", "settlement", "payment", "cost", "hours", "free_service", "opening", "adjustment"]
Code = Annotated[str, Field(max_length=60)]


class LineDraft(Document):
    """One line: either debit or credit, and the tags by which services are counted.

    Parameters
    ----------
    organisation : str
        Code of the organisation in whose books it stands.
    account : str
        Code in the chart of accounts.
    debit, credit : Decimal
        Amount in the currency, to the cent; one of them is zero.
    currency : str
        ISO 4217 code.
    nature : {"", "goods", "service"}
        Needed on revenue, cost and statistical accounts.
    business_type : str
        Number in the framework, ``3.1`` to ``3.10``; needed for services on those accounts.
    contract, order, region : str
        Codes it belongs to.
    party : str
        Code of the organisation on the other side; it sees the line on mutual accounts.
    quantity : Decimal, optional
        At most three decimals, in ``unit``.
    """

    organisation: Code
    account: Annotated[str, Field(max_length=20)]
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    currency: Annotated[str, Field(max_length=3)] = "CNY"
    nature: Nature = ""
    business_type: Annotated[str, Field(max_length=4)] = ""
    contract: Code = ""
    order: Code = ""
    party: Code = ""
    region: Annotated[str, Field(max_length=40)] = ""
    quantity: Decimal | None = None
    unit: Annotated[str, Field(max_length=10)] = ""
    memo: Annotated[str, Field(max_length=200)] = ""


class EntryDraft(Document):
    """A balanced set of lines about one thing that happened.

    Parameters
    ----------
    date : date
        Day it belongs to; its month is the period.
    kind : str
        What is posted: invoice, settlement, payment, cost, hours, free_service, opening, adjustment.
    subject : str
        ``thing/code`` the entry is about, such as ``invoice/INV-7``.
    lines : sequence of LineDraft
        Balance for each organisation and currency.
    cause : int, optional
        Sequence number of the event it comes from.
    calculation : dict
        How the amounts came about, such as a bundle's split; kept with the entry.
    """

    date: dt.date
    kind: Kind
    subject: Annotated[str, Field(min_length=1, max_length=120)]
    lines: tuple[LineDraft, ...]
    memo: Annotated[str, Field(max_length=500)] = ""
    cause: int | None = None
    calculation: dict[str, Any] = Field(default_factory=dict)

    @property
    def period(self) -> str:
        """The month it belongs to, ``2026-11``."""
        return period_of(self.date)


def period_of(day: dt.date) -> str:
    """Return the accounting period of a day: its month."""
    return f"{day:%Y-%m}"
