"""Typical postings as lines, so that every app books the same thing the same way; pure, nothing is written.

Each function returns the lines of one organisation's books (`payment` and `deal` of both); an entry takes the lines
of any number of them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from rongzhi.foundation.ledger.drafts import LineDraft

BANK, RECEIVABLES, PAYABLES = "1002", "1122", "2202"
WAGES, TAXES = "2211", "2221"
REVENUE, GOODS_BOUGHT, SERVICES_BOUGHT, LABOUR = "6001", "6401", "6402", "6403"
HOURS, TIMES = "9001", "9002"
ZERO = Decimal(0)
Lines = tuple[LineDraft, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing sold.

    Parameters
    ----------
    amount : Decimal
        Price without tax, to the cent; of a bundle its share (`split_bundle`).
    nature : {"goods", "service"}
    business_type : str
        ``3.1`` to ``3.10`` for a service, empty for goods.
    quantity, unit : Decimal or None, str
    memo : str
    """

    amount: Decimal
    nature: Literal["goods", "service"]
    business_type: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    memo: str = ""

    def tags(self) -> dict[str, Any]:
        """Return what its line is tagged with."""
        names = ("nature", "business_type", "quantity", "unit", "memo")
        return {name: getattr(self, name) for name in names}


def sale(seller: str, buyer: str, items: Sequence[Item], *, tax: Decimal = ZERO, **tags: str) -> Lines:
    """Return an invoice in the seller's books: receivable, revenue of each item, output tax.

    ``tags`` are ``contract``, ``order``, ``region``, ``currency``; ``buyer`` may be empty for somebody not registered.
    """
    common = {"organisation": seller, "party": buyer, **tags}
    total = sum((item.amount for item in items), tax)
    lines = [LineDraft(account=RECEIVABLES, debit=total, **common)]
    lines += [LineDraft(account=REVENUE, credit=item.amount, **common, **item.tags()) for item in items]
    return (*lines, *_tax(tax, common, "credit"))


def purchase(buyer: str, seller: str, items: Sequence[Item], *, tax: Decimal = ZERO, **tags: str) -> Lines:
    """Return an invoice in the buyer's books: cost of each item, input tax, payable.

    What a service is bought *for* is its business type in the buyer's books, such as 3.4 for subcontracted operations.
    """
    common = {"organisation": buyer, "party": seller, **tags}
    total = sum((item.amount for item in items), tax)
    accounts = {"goods": GOODS_BOUGHT, "service": SERVICES_BOUGHT}
    lines = [LineDraft(account=accounts[item.nature], debit=item.amount, **common, **item.tags()) for item in items]
    return (*lines, *_tax(tax, common, "debit"), LineDraft(account=PAYABLES, credit=total, **common))


def deal(seller: str, buyer: str, items: Sequence[Item], *, tax: Decimal = ZERO, **tags: str) -> Lines:
    """Return the same invoice in both parties' books."""
    return (*sale(seller, buyer, items, tax=tax, **tags), *purchase(buyer, seller, items, tax=tax, **tags))


def payment(payer: str, receiver: str, amount: Decimal, **tags: str) -> Lines:
    """Return a recorded payment in both parties' books; no money is moved."""
    paid = {"organisation": payer, "party": receiver, **tags}
    got = {"organisation": receiver, "party": payer, **tags}
    return (
        LineDraft(account=PAYABLES, debit=amount, **paid),
        LineDraft(account=BANK, credit=amount, **paid),
        LineDraft(account=BANK, debit=amount, **got),
        LineDraft(account=RECEIVABLES, credit=amount, **got),
    )


def labour(organisation: str, business_type: str, hours: Decimal, cost: Decimal, **tags: str) -> Lines:
    """Return hours of service labour with their cost; without a rate (cost zero) only the hours are counted."""
    common = {"organisation": organisation, **tags}
    service = {"nature": "service", "business_type": business_type, "quantity": hours, "unit": "h"}
    if not cost:
        return (LineDraft(account=HOURS, **common, **service),)
    return (
        LineDraft(account=LABOUR, debit=cost, **common, **service),
        LineDraft(account=WAGES, credit=cost, **common),
    )


def free_service(
    organisation: str, business_type: str, *, hours: Decimal, cost: Decimal, customer: str = "", **tags: str
) -> Lines:
    """Return a service given free: its input counts, its revenue is zero, and that it was rendered is counted once."""
    once = {"nature": "service", "business_type": business_type, "quantity": Decimal(1), "unit": "pcs"}
    rendered = LineDraft(organisation=organisation, account=TIMES, party=customer, **once, **tags)
    return (*labour(organisation, business_type, hours, cost, **tags), rendered)


def _tax(tax: Decimal, common: dict[str, str], side: Literal["debit", "credit"]) -> Lines:
    return (LineDraft(account=TAXES, **{side: tax}, **common),) if tax else ()
