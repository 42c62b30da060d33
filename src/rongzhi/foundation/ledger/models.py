"""Entries and their lines, immutable; what is kept added up from them; periods, grants and imports."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, ClassVar, Never, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone

from rongzhi.foundation.ledger.chart import Account, account_named, business_types, mutual_codes
from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.money import Money
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import Owned
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.events.models import Event
from rongzhi.platform.files.models import StoredFile
from rongzhi.platform.i18n import say


class EntryKind(models.TextChoices):
    """What is posted."""

    INVOICE = "invoice", say("开票", "invoice")
    SETTLEMENT = "settlement", say("结算", "settlement")
    PAYMENT = "payment", say("收付款", "payment")
    COST = "cost", say("成本", "cost")
    HOURS = "hours", say("工时", "hours")
    FREE_SERVICE = "free_service", say("免费服务", "free service")
    OPENING = "opening", say("期初余额", "opening balance")
    ADJUSTMENT = "adjustment", say("其他记账", "other entry")
    REVERSAL = "reversal", say("冲销", "reversal")


class Nature(models.TextChoices):
    """Goods or service."""

    GOODS = "goods", say("货物", "goods")
    SERVICE = "service", say("服务", "service")


def _immutable() -> Never:
    raise Conflict(
        Text("台账只能追加，不能更改或删除", "the ledger is append-only; it is never changed or deleted"),
        fix=Text("冲销原账后重新记账", "reverse the entry and post anew"),
    )


class ImmutableQuerySet(models.QuerySet[Any]):
    """Rows that are never changed or deleted, in bulk neither."""

    def update(self, **_: Any) -> int:
        """Refuse."""
        _immutable()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        _immutable()


class Immutable(models.Model):
    """A row that is only ever inserted."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; refuse to change."""
        if not self._state.adding:
            _immutable()
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        _immutable()


class Grant(models.Model):
    """An organisation opens its whole ledger to a reader until a day, such as to its evaluator."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    until = models.DateField()
    given_by = models.CharField(max_length=150)
    given_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-given_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.organisation_id} → {self.reader_id}"

    @property
    def is_live(self) -> bool:
        """Whether it lets the reader read today."""
        return self.revoked_at is None and self.until >= timezone.localdate()

    @classmethod
    def open_to(cls, actor: Actor) -> models.QuerySet[Any]:
        """Return the organisations whose ledger is open to the actor's own today."""
        live = cls.objects.filter(reader=actor.organisation, revoked_at=None, until__gte=timezone.localdate())
        return live.values("organisation")


def _whole_books(actor: Actor) -> models.Q:
    """Return the condition for the books an actor reads whole: the own ones and those opened to it.

    The few numbers are looked up first: a condition without subqueries is what indexes serve.
    """
    own = [] if actor.organisation is None else [actor.organisation.pk]
    return models.Q(organisation__in=[*own, *Grant.open_to(actor).values_list("organisation", flat=True)])


def _shared(actor: Actor) -> models.Q:
    """Return the condition for what one side owes the other."""
    return models.Q(party=actor.organisation, account__in=mutual_codes())


class LineQuerySet(ImmutableQuerySet):
    """Lines of the ledger."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the lines of one's own books, of books opened to one, and what others owe one or are owed."""
        if actor.is_operator:
            return self.all()
        if actor.organisation is None:
            return self.none()
        return self.filter(_whole_books(actor) | _shared(actor))

    def in_whole_books(self, actor: Actor) -> Self:
        """Return the lines of books the actor reads whole."""
        return self.all() if actor.is_operator else self.filter(_whole_books(actor))

    def in_others_books(self, actor: Actor) -> Self:
        """Return what other books say of the actor, where both sides know it."""
        return self.none() if actor.is_operator else self.filter(_shared(actor)).exclude(_whole_books(actor))


class EntryQuerySet(ImmutableQuerySet):
    """Entries of the ledger."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the entries of which the actor sees at least one line."""
        if actor.is_operator:
            return self.all()
        lines = Line.objects.visible_to(actor).filter(entry=models.OuterRef("pk"))
        return self.filter(models.Exists(lines))


class Entry(Immutable):
    """A posted entry; bears the number of the event that recorded it, and the digest of all it says."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=24, unique=True)
    date = models.DateField(db_index=True)
    period = models.CharField(max_length=7, db_index=True)
    kind = models.CharField(max_length=20, choices=EntryKind)
    subject = models.CharField(max_length=160, db_index=True)
    cause = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversal")
    memo = models.CharField(max_length=500, blank=True)
    calculation = models.JSONField(default=dict)
    chart = models.CharField(max_length=20)
    line_count = models.PositiveIntegerField()
    is_by_hand = models.BooleanField(default=False)
    owner = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    posted_by = models.CharField(max_length=150)
    posted_at = models.DateTimeField(default=timezone.now)
    digest = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-event_id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "key"], name="ledger_one_posting_per_key")]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Return its page."""
        return reverse("ledger:entry", args=[self.code])


class Line(Immutable):
    """One line: an amount in an account of one organisation, debit positive, credit negative, with its tags."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=7)
    account = models.CharField(max_length=20)
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    nature = models.CharField(max_length=10, choices=Nature, blank=True)
    business_type = models.CharField(max_length=4, blank=True)
    contract = models.CharField(max_length=60, blank=True)
    order = models.CharField(max_length=60, blank=True)
    party = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=40, blank=True)
    quantity_milli = models.BigIntegerField(default=0)
    unit = models.CharField(max_length=10, blank=True)
    memo = models.CharField(max_length=200, blank=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-entry_id", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "number"], name="ledger_line_number_once")]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "period", "account"], name="ledger_line_by_book"),
            models.Index(fields=["organisation", "entry"], name="ledger_line_newest"),
            models.Index(fields=["party", "account"], name="ledger_line_by_party"),
            models.Index(fields=["contract"], name="ledger_line_by_contract", condition=~models.Q(contract="")),
            models.Index(fields=["order"], name="ledger_line_by_order", condition=~models.Q(order="")),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}.{self.number}"

    @property
    def amount(self) -> Decimal:
        """The amount, debit positive."""
        return Decimal(self.amount_cents).scaleb(-2)

    @property
    def debit(self) -> Money | None:
        """The debit with its currency, or None."""
        return Money(self.amount, self.currency) if self.amount_cents > 0 else None

    @property
    def credit(self) -> Money | None:
        """The credit with its currency, or None."""
        return Money(-self.amount, self.currency) if self.amount_cents < 0 else None

    @property
    def quantity(self) -> Decimal | None:
        """The quantity in its unit, or None where nothing was counted."""
        return Decimal(self.quantity_milli).scaleb(-3).normalize() + 0 if self.unit else None

    @property
    def account_record(self) -> Account | None:
        """The account in the chart."""
        return account_named(self.account)

    @property
    def account_name(self) -> Text:
        """Number and name of the account."""
        return account_label(self.account)

    @property
    def business_type_name(self) -> Text | None:
        """Number and name of the business type."""
        return business_type_label(self.business_type)


def account_label(code: str) -> Text:
    """Return number and name of an account."""
    account = account_named(code)
    return Text(f"{code} {account.name.zh}", f"{code} {account.name.en}") if account else Text(code, code)


def business_type_label(number: str) -> Text | None:
    """Return number and name of a business type; None where there is none."""
    name = business_types().get(number)
    return Text(f"{number} {name.zh}", f"{number} {name.en}") if name else None


class BalanceQuerySet(models.QuerySet[Any]):
    """What is kept added up."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the sums of one's own books and of books opened to one."""
        if actor.is_operator:
            return self.all()
        if actor.organisation is None:
            return self.none()
        return self.filter(_whole_books(actor))


class Balance(models.Model):
    """Sums of lines, kept by the database as lines are inserted, so that statements need not add up millions."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=7)
    account = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    nature = models.CharField(max_length=10)
    business_type = models.CharField(max_length=4)
    unit = models.CharField(max_length=10)
    debit_cents = models.BigIntegerField()
    credit_cents = models.BigIntegerField()
    quantity_milli = models.BigIntegerField()
    line_count = models.BigIntegerField()

    objects = BalanceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "period", "account", "currency", "nature", "business_type", "unit"],
                name="ledger_one_balance",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.period} {self.account}"


class PeriodMarkQuerySet(ImmutableQuerySet):
    """Closings and reopenings."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the marks of one's own books and of books opened to one."""
        if actor.is_operator:
            return self.all()
        if actor.organisation is None:
            return self.none()
        return self.filter(_whole_books(actor))


class PeriodMark(Immutable):
    """A period was closed or reopened; the newest mark counts, no mark means open."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=7)
    is_closed = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)

    objects = PeriodMarkQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["organisation", "period", "-id"], name="ledger_mark_by_period")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.period}"


class LedgerImport(Owned):
    """A file of accounting data that was taken whole; the same content is taken once."""

    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    entries = models.JSONField(default=list)
    line_count = models.PositiveIntegerField(default=0)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "digest"], name="ledger_one_import_per_content")
        ]

    def __str__(self) -> str:
        return self.name


class ImportDraft(Owned):
    """An uploaded file that waits for its columns and accounts to be confirmed; nothing of it is posted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="+")
    columns = models.JSONField(default=dict)
    accounts = models.JSONField(default=dict)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.id)


class ImportMapping(Owned):
    """What an organisation's headings and account numbers mean, kept from its last import."""

    columns = models.JSONField(default=dict)
    accounts = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation"], name="ledger_one_mapping")]

    def __str__(self) -> str:
        return str(self.organisation_id)
