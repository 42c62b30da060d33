"""The example of the reference page posts what it says; recipes balance."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.foundation.ledger import recipes
from rongzhi.foundation.ledger.models import Balance, Entry
from rongzhi.platform.access.policy import ALLOW
from rongzhi.platform.actions import action

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "ledger.md"
amounts = st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))
items = st.builds(recipes.Item, amounts, st.just("service"), st.sampled_from(["3.4", "3.6"]))


@pytest.mark.django_db
@pytest.mark.usefixtures("parties")
def test_the_example_posts_in_both_books_once(factory_actor):
    code = re.findall(r"```py\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    names = {"action": action, "may_invoice": lambda *_: ALLOW}
    exec(compile(code, str(PAGE), "exec"), names)
    posted = names["issue_invoice"](factory_actor, "INV-7")
    assert names["issue_invoice"](factory_actor, "INV-7") == posted
    entry = Entry.objects.get()
    assert (entry.code, entry.line_count, entry.subject) == (posted, 6, "invoice/INV-7")
    sums = {
        (row.organisation.code, row.account): row.debit_cents - row.credit_cents
        for row in Balance.objects.select_related("organisation")
    }
    assert sums == {
        ("factory-a", "1122"): 113000,
        ("factory-a", "6001"): -100000,
        ("factory-a", "2221"): -13000,
        ("customer-a", "6402"): 100000,
        ("customer-a", "2221"): 13000,
        ("customer-a", "2202"): -113000,
    }


@given(st.lists(items, min_size=1, max_size=4), amounts)
def test_recipes_balance_in_each_book(sold, amount):
    made = (
        *recipes.deal("a", "b", sold, tax=amount, contract="C"),
        *recipes.payment("b", "a", amount),
        *recipes.labour("a", "3.4", Decimal(2), amount),
        *recipes.free_service("a", "3.6", hours=Decimal(1), cost=amount, customer="b"),
    )
    for book in ("a", "b"):
        assert sum(line.debit - line.credit for line in made if line.organisation == book) == 0
    assert sum(line.credit for line in made if line.account == "6001") == sum(item.amount for item in sold)
