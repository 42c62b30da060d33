"""Posting: balanced, once, never changed; the database holds even against raw SQL."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from rongzhi.foundation.ledger import actions as ledger
from rongzhi.foundation.ledger import guard
from rongzhi.foundation.ledger.models import Balance, Entry, Line
from rongzhi.foundation.ledger.verification import verify
from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected
from rongzhi.platform.access.actor import SYSTEM
from rongzhi.platform.events.models import Event
from tests.foundation.ledger.conftest import DAY, line, post, sale

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parties")]
REFUSED = (IntegrityError, InternalError)


def codes(error: Rejected) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in error.findings]


def test_an_entry_is_kept_with_its_lines_its_event_and_its_sums():
    entry = post(sale(amount="1234.56", quantity=Decimal("2.5"), unit="小时", region="320500"))
    first, second = entry.lines.order_by("number")
    assert (first.amount, second.amount) == (Decimal("1234.56"), Decimal("-1234.56"))
    assert (second.nature, second.business_type, second.contract, second.order, second.region, second.period) == (
        *("service", "3.4", "C-1", "O-1", "320500", "2024-11"),
    )
    assert (second.quantity, second.unit, second.party.code) == (Decimal("2.5"), "h", "customer-a")
    event = Event.objects.get(pk=entry.pk)
    assert (event.type, event.subject, event.data["digest"]) == ("ledger.posted", f"ledger/{entry.code}", entry.digest)
    assert event.organisation.code == "factory-a"
    assert (entry.code, entry.period, entry.chart) == (f"LE-{event.pk:08d}", "2024-11", "2026.1")
    sums = Balance.objects.get(account="6001")
    assert (sums.debit_cents, sums.credit_cents, sums.quantity_milli, sums.unit) == (0, 123456, 2500, "h")
    assert verify().is_whole


def test_every_fault_is_said_at_once_and_nothing_is_posted():
    bad = sale().model_copy(
        update={
            "subject": "nothing",
            "cause": 987654,
            "lines": (
                line("factory-a", "1122", debit="10.005", party="factory-a"),
                line("nobody", "6001", credit="10", nature="service"),
                line("factory-a", "112", debit="1", credit="1"),
                line("factory-a", "6001", debit="-1", nature="goods", business_type="3.4"),
                line("factory-a", "6401", debit="1", currency="yuan"[:3]),
                line("factory-a", "9001", debit="1", nature="service", business_type="4.1"),
                line("factory-a", "1002"),
                line("factory-a", "1002", debit="1", quantity=Decimal("1.0001"), unit="smoot"),
                line("factory-a", "1002", debit="1", unit="h"),
            ),
        }
    )
    with pytest.raises(Rejected) as caught:
        post(bad)
    assert set(codes(caught.value)) == {
        ("bad-subject", "subject"),
        ("unknown-event", "cause"),
        ("bad-amount", "lines[0].debit"),
        ("own-party", "lines[0].party"),
        ("unknown-organisation", "lines[1].organisation"),
        ("missing-business-type", "lines[1].business_type"),
        ("debit-and-credit", "lines[2]"),
        ("unknown-account", "lines[2].account"),
        ("bad-amount", "lines[3].debit"),
        ("business-type-of-goods", "lines[3].business_type"),
        ("bad-currency", "lines[4].currency"),
        ("missing-nature", "lines[4].nature"),
        ("unknown-business-type", "lines[5].business_type"),
        ("statistical-account", "lines[5]"),
        ("empty-line", "lines[6]"),
        ("bad-quantity", "lines[7].quantity"),
        ("unknown-unit", "lines[7].unit"),
        ("unit-without-quantity", "lines[8].unit"),
        ("unbalanced", "lines"),
    }
    assert (Entry.objects.count(), Line.objects.count(), Balance.objects.count()) == (0, 0, 0)


def test_each_organisation_and_currency_balances_for_itself():
    draft = sale().model_copy(
        update={"lines": (line("factory-a", "1002", debit="5"), line("factory-b", "1002", credit="5"))}
    )
    with pytest.raises(Rejected) as caught:
        post(draft)
    assert [each[0] for each in codes(caught.value)] == ["unbalanced", "unbalanced"]
    both = draft.model_copy(
        update={"lines": (line("factory-a", "1002", debit="5"), line("factory-a", "1122", credit="5", currency="EUR"))}
    )
    with pytest.raises(Rejected):
        post(both)


def test_the_same_key_posts_once_and_another_content_is_a_conflict():
    first = post(sale(), "invoice/INV-1")
    assert post(sale(), "invoice/INV-1") == first
    with pytest.raises(Conflict):
        post(sale(amount="101.00"), "invoice/INV-1")
    with pytest.raises(Rejected) as caught:
        ledger.post(SYSTEM, sale(), idempotency_key=" ")
    assert codes(caught.value) == [("missing-idempotency-key", "Idempotency-Key")]
    assert Entry.objects.count() == 1


def test_a_reversal_undoes_everything_once():
    entry = post(sale(amount="100.00", quantity=Decimal(3), unit="h"))
    undone = ledger.reverse(SYSTEM, entry.code, reason="数量有误", date=dt.date(2024, 12, 1))
    assert (undone.period, undone.kind, undone.reverses, undone.memo) == ("2024-12", "reversal", entry, "数量有误")
    assert [each.amount_cents for each in undone.lines.order_by("number")] == [-10000, 10000]
    assert sum(each.credit_cents - each.debit_cents for each in Balance.objects.filter(account="6001")) == 0
    assert sum(each.quantity_milli for each in Balance.objects.all()) == 0
    for code, kind in ((entry.code, Conflict), (undone.code, Conflict), ("LE-1", NotFound)):
        with pytest.raises(kind):
            ledger.reverse(SYSTEM, code, reason="again", date=dt.date(2024, 12, 1))
    with pytest.raises(Rejected):
        ledger.reverse(SYSTEM, post(sale()).code, reason=" ")
    with pytest.raises(Rejected):
        ledger.reverse(SYSTEM, post(sale()).code, reason="early", date=dt.date(2024, 1, 1))
    assert verify().is_whole


def test_nothing_goes_into_a_closed_period(factory_actor, operator):
    entry = post(sale(day=dt.date(2024, 10, 5)))
    ledger.close_period(factory_actor, "2024-10")
    with pytest.raises(Rejected) as caught:
        post(sale(day=dt.date(2024, 10, 31)))
    assert codes(caught.value) == [("period-closed", "date")]
    with pytest.raises(Rejected):
        ledger.reverse(SYSTEM, entry.code, reason="late", date=dt.date(2024, 10, 31))
    assert ledger.reverse(SYSTEM, entry.code, reason="late", date=DAY).period == "2024-11"
    assert post(sale(seller="factory-b", day=dt.date(2024, 10, 31))).period == "2024-10"
    with pytest.raises(Conflict):
        ledger.close_period(factory_actor, "2024-10")
    for period in ("2024-13", "2999-01"):
        with pytest.raises(Rejected):
            ledger.close_period(factory_actor, period)
    with pytest.raises(Rejected):
        ledger.reopen_period(factory_actor, "2024-10", "  ")
    ledger.reopen_period(factory_actor, "2024-10", "补记")
    assert post(sale(day=dt.date(2024, 10, 31))).period == "2024-10"


def test_by_hand_only_into_the_own_books_and_only_by_administrators(factory_actor, customer, make_actor):
    clerk = make_actor("factory", "factory-a", username="clerk", is_admin=False)
    with pytest.raises(Denied):
        ledger.post_by_hand(clerk, sale(), idempotency_key="a")
    with pytest.raises(Denied):
        ledger.post_by_hand(customer, sale(), idempotency_key="a")
    entry = ledger.post_by_hand(factory_actor, sale(), idempotency_key="a")
    assert (entry.is_by_hand, entry.owner) == (True, "factory-a")
    with pytest.raises(Denied):
        ledger.reverse_by_hand(customer, entry.code, reason="mine?")
    with pytest.raises(Denied):
        ledger.reverse_by_hand(factory_actor, post(sale()).code, reason="posted by an app")
    assert ledger.reverse_by_hand(factory_actor, entry.code, reason="typed wrong").reverses == entry
    with pytest.raises(Denied):
        ledger.close_period(clerk, "2024-10")
    assert Entry.objects.count() == 3


def test_models_refuse_change_and_deletion():
    entry = post(sale())
    one = entry.lines.first()
    acts = (
        *(entry.save, entry.delete, one.save, one.delete, Entry.objects.all().delete, Line.objects.all().delete),
        *(lambda: Entry.objects.update(memo="x"), lambda: Line.objects.update(amount_cents=1)),
    )
    for act in acts:
        with pytest.raises(Conflict):
            act()


INSERT_LINE = """INSERT INTO ledger_line (entry_id, number, organisation_id, period, account, amount_cents, currency,
    nature, business_type, contract, "order", region, quantity_milli, unit, memo)
    SELECT {entry}, {number}, organisation_id, '{period}', account, {amount}, currency, nature, business_type, contract,
    "order", region, quantity_milli, unit, memo FROM ledger_line WHERE number = 1 LIMIT 1"""
INSERT_ENTRY = """INSERT INTO ledger_entry (event_id, code, date, period, kind, subject, memo, calculation, chart,
    line_count, is_by_hand, owner, key, posted_by, posted_at, digest)
    SELECT {event}, 'LE-X', date, period, kind, subject, memo, calculation, chart, {count}, is_by_hand, owner, 'x',
    posted_by, posted_at, digest FROM ledger_entry LIMIT 1"""


def run(*statements: str) -> None:
    """Run statements in one transaction and check what is checked at its end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.check_constraints()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_line SET amount_cents = amount_cents + 1 WHERE number = 1",
        "UPDATE ledger_entry SET memo = 'x'",
        "UPDATE ledger_entry SET line_count = 3",
        "DELETE FROM ledger_line WHERE number = 1",
        "DELETE FROM ledger_entry",
        INSERT_LINE.format(entry="entry_id", number=3, period="2024-11", amount=5),
        INSERT_LINE.format(entry="entry_id", number=3, period="2024-11", amount=0),
        INSERT_LINE.format(entry=777777, number=1, period="2024-11", amount=5),
    ],
)
def test_raw_sql_cannot_change_a_posted_entry(statement):
    post(sale())
    before = list(Line.objects.order_by("pk").values_list())
    with pytest.raises(REFUSED):
        run(statement)
    assert list(Line.objects.order_by("pk").values_list()) == before
    assert verify().is_whole


@pytest.mark.parametrize(
    ("amounts", "periods", "count"),
    [
        ((100, -99), ("2024-11", "2024-11"), 2),
        ((100, -100), ("2024-11", "2024-12"), 2),
        ((100, -100), ("2024-11", "2024-11"), 3),
        ((5,), ("2024-11",), 1),
        ((), (), 0),
    ],
)
def test_raw_sql_cannot_post_what_does_not_balance(amounts, periods, count):
    post(sale())
    event = Event.objects.order_by("sequence").values_list("sequence", flat=True).exclude(type="ledger.posted").first()
    event = event or _other_event()
    lines = [
        INSERT_LINE.format(entry=event, number=at + 1, period=period, amount=amount)
        for at, (amount, period) in enumerate(zip(amounts, periods, strict=True))
    ]
    with pytest.raises(REFUSED):
        run(*lines, INSERT_ENTRY.format(event=event, count=count))
    assert Entry.objects.count() == 1


def _other_event() -> int:
    from rongzhi.platform.events.log import emit

    with transaction.atomic():
        return emit(SYSTEM, "order.created", "order/1").pk


def test_raw_sql_cannot_post_into_a_closed_period(factory_actor):
    post(sale(day=dt.date(2024, 10, 5)))
    ledger.close_period(factory_actor, "2024-10")
    with pytest.raises(REFUSED):
        run(INSERT_LINE.format(entry=_other_event(), number=1, period="2024-10", amount=1))
    for statement in ("UPDATE ledger_periodmark SET is_closed = FALSE", "DELETE FROM ledger_periodmark"):
        with pytest.raises(REFUSED):
            run(statement)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="INSERT OR REPLACE is SQLite's")
@pytest.mark.parametrize("table", ["ledger_line", "ledger_entry", "ledger_periodmark"])
def test_insert_or_replace_cannot_get_round_the_guard(table, factory_actor):
    post(sale(day=dt.date(2024, 10, 5)))
    ledger.close_period(factory_actor, "2024-10")
    with pytest.raises(IntegrityError):
        run(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    assert verify().is_whole


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE ledger_line SET amount_cents = amount_cents + 1 WHERE number = 1", "does not balance"),
        ("UPDATE ledger_line SET contract = 'C-2' WHERE number = 1", "digest differs"),
        ("UPDATE ledger_entry SET digest = 'x'", "does not vouch"),
        ("UPDATE ledger_entry SET subject = 'invoice/X'", "digest differs"),
        ("UPDATE ledger_entry SET period = '2024-10'", "period does not fit"),
        ("DELETE FROM ledger_line WHERE number = 1", "lines are missing"),
        ("UPDATE ledger_balance SET debit_cents = debit_cents + 1", "differs from its lines"),
        ("DELETE FROM ledger_balance", "differs from its lines"),
    ],
)
def test_tampering_past_the_triggers_is_found(statement, said):
    post(sale())
    guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    report = verify()
    assert any("triggers" in each.message.en for each in report.faults)
    assert any(said in each.message.en for each in report.faults), report.faults
    guard.install(connection)
    assert guard.is_installed(connection)


def test_a_deleted_entry_is_missed_by_its_event():
    entry = post(sale())
    guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_line")
        cursor.execute("DELETE FROM ledger_entry")
        cursor.execute("DELETE FROM ledger_balance")
    guard.install(connection)
    assert [(each.where, each.message.en) for each in verify().faults] == [
        (f"ledger/{entry.code}", f"the entry that event {entry.pk} recorded is missing")
    ]
