"""Makers of entries for the tests of the ledger."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

import pytest

from rongzhi.foundation.ledger import actions as ledger
from rongzhi.foundation.ledger.drafts import EntryDraft, LineDraft
from rongzhi.foundation.ledger.models import Entry
from rongzhi.platform.access.actor import SYSTEM

DAY = dt.date(2024, 11, 20)
_NUMBERS = itertools.count(1)


def line(organisation: str, account: str, debit: str = "0", credit: str = "0", **tags: Any) -> LineDraft:
    """Make a line."""
    return LineDraft(organisation=organisation, account=account, debit=Decimal(debit), credit=Decimal(credit), **tags)


def sale(
    seller: str = "factory-a", buyer: str = "customer-a", amount: str = "100.00", day: dt.date = DAY, **tags: Any
) -> EntryDraft:
    """Make the invoice of a service in the seller's books."""
    tags = {"nature": "service", "business_type": "3.4", "contract": "C-1", "order": "O-1", **tags}
    return EntryDraft(
        date=day,
        kind="invoice",
        subject="invoice/INV-1",
        lines=(
            line(seller, "1122", debit=amount, party=buyer, contract=tags["contract"]),
            line(seller, "6001", credit=amount, party=buyer, **tags),
        ),
    )


def post(draft: EntryDraft, key: str = "") -> Entry:
    """Post an entry as the platform."""
    return ledger.post(SYSTEM, draft, idempotency_key=key or f"test/{next(_NUMBERS)}")


@pytest.fixture
def parties(factory_actor, customer, other_factory) -> None:
    """Organisations to post for."""
