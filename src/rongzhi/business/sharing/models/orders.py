"""Orders and their lines."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from rongzhi.elements.resources.models import Item
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import Owned
from rongzhi.platform.i18n import say


class OrderState(models.TextChoices):
    """Where an order stands; drafts and cancelled orders are never planned."""

    DRAFT = "draft", say("草稿", "draft")
    OPEN = "open", say("待排产", "open")
    PLANNED = "planned", say("已排产", "planned")
    IN_PROGRESS = "in_progress", say("生产中", "in progress")
    DONE = "done", say("已完工", "done")
    CANCELLED = "cancelled", say("已取消", "cancelled")


LIVE_STATES = (OrderState.OPEN, OrderState.PLANNED, OrderState.IN_PROGRESS)


class Order(Owned):
    """A customer's order; it belongs to the customer's organisation.

    ``version`` rises with every edit, so that the second of two edits, and a plan made before one, are noticed.
    ``decomposition_basis`` says from which version of the order and of the network its work was derived.
    """

    code = models.CharField(max_length=60, unique=True)
    customer_label = models.CharField(max_length=120, blank=True)
    priority = models.PositiveSmallIntegerField(default=5)
    required_certificates = models.JSONField(default=list, blank=True)
    preferred_factories = models.JSONField(default=list, blank=True)
    excluded_factories = models.JSONField(default=list, blank=True)
    is_single_factory = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=20, choices=OrderState, default=OrderState.OPEN, db_index=True)
    due = models.DateTimeField(null=True, db_index=True)  # earliest due date of the lines
    promised_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    decomposition_basis = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["due", "code"]

    def __str__(self) -> str:
        return self.code

    @property
    def is_live(self) -> bool:
        """Whether planning takes it."""
        return self.state in LIVE_STATES

    def due_to_keep(self, due: datetime) -> datetime:
        """Return the date planning keeps for a line: the one asked for, or the accepted one where that is later."""
        return due if self.promised_at is None else max(due, self.promised_at)


class OfOrderQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows that hang on an order and are seen with it."""

    owner_path = "order__organisation"

    def visible_to(self, actor: Actor) -> Self:
        """Return the rows of orders the actor may see."""
        if actor.is_operator:
            return self.all()
        if actor.organisation is None:
            return self.none()
        return self.filter(**{self.owner_path: actor.organisation})


class OrderLine(models.Model):
    """So many units of an item by a due instant."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(default=1)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="order_lines")
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=20, default="pcs")
    due = models.DateTimeField()
    earliest_start = models.DateTimeField(null=True, blank=True)

    objects = OfOrderQuerySet.as_manager()

    class Meta:
        ordering = ["order", "number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="one_order_line_a_number"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="order_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.number}"


class OrderImport(Owned):
    """A file of orders that was taken in; the same content is not taken in twice."""

    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True)
    orders = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="one_order_import_a_file")]
