"""Work: the lots and operations orders become by decomposition, kept as rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.db import models

from rongzhi.business.sharing.models.orders import OfOrderQuerySet, Order
from rongzhi.elements.resources.models import Item
from rongzhi.elements.resources.models.base import Named
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say


class OperationState(models.TextChoices):
    """Where an operation stands on the shop floor."""

    PLANNED = "planned", say("待下达", "planned")
    RELEASED = "released", say("已下达", "released")
    RUNNING = "running", say("加工中", "running")
    DONE = "done", say("已完成", "done")


class OfLotQuerySet(OfOrderQuerySet):
    """Rows that hang on a lot: seen with the order, and by the factory a published plan gave the work to."""

    owner_path = "lot__order__organisation"

    def visible_to(self, actor: Actor) -> Self:
        """Return the operations of the actor's orders and those the published plan gives the actor's factories."""
        if actor.is_operator or actor.organisation is None:
            return super().visible_to(actor)
        made_here = models.Q(assignments__plan__state="published", assignments__organisation=actor.organisation)
        return self.filter(models.Q(**{self.owner_path: actor.organisation}) | made_here).distinct()


class WorkLot(models.Model):
    """A quantity of one item that goes through its routing together; ``feeds`` is the lot that consumes it.

    Lots that a new decomposition no longer has, but a plan still names, stay with ``is_current`` false.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lots")
    code = models.CharField(max_length=120, unique=True)
    position = models.PositiveIntegerField(default=0)
    line = models.PositiveIntegerField(default=1)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    release_at = models.DateTimeField()
    due = models.DateTimeField(null=True, blank=True)
    weight = models.FloatField(default=1)
    feeds = models.CharField(max_length=120, blank=True)
    is_single_factory = models.BooleanField(default=False)
    preferred_factories = models.JSONField(default=list, blank=True)
    is_current = models.BooleanField(default=True, db_index=True)

    objects = OfOrderQuerySet.as_manager()

    class Meta:
        ordering = ["order", "position"]

    def __str__(self) -> str:
        return self.code


class WorkOperation(Named):
    """One process step of one lot, with the machines that can do it and why others cannot."""

    lot = models.ForeignKey(WorkLot, on_delete=models.CASCADE, related_name="operations")
    code = models.CharField(max_length=160, unique=True)
    position = models.PositiveIntegerField(default=0)
    step = models.PositiveIntegerField()
    process = models.CharField(max_length=60, db_index=True)
    family = models.CharField(max_length=60, blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    candidates = models.JSONField(default=list)
    refusals = models.JSONField(default=list)
    may_span_breaks = models.BooleanField(default=True)
    stays_with = models.CharField(max_length=160, blank=True)
    release_at = models.DateTimeField(null=True, blank=True)  # when the bought material of this step is there
    state = models.CharField(max_length=20, choices=OperationState, default=OperationState.PLANNED, db_index=True)
    actual_machine = models.CharField(max_length=60, blank=True)
    actual_start = models.DateTimeField(null=True, blank=True)
    actual_end = models.DateTimeField(null=True, blank=True)
    good_quantity = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    scrap_quantity = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    is_current = models.BooleanField(default=True, db_index=True)

    objects = OfLotQuerySet.as_manager()

    class Meta:
        ordering = ["lot", "position"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(good_quantity__gte=0) & models.Q(scrap_quantity__gte=0),
                name="operation_quantities_not_negative",
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_started(self) -> bool:
        """Whether work on it has begun or ended."""
        return self.state in {OperationState.RUNNING, OperationState.DONE}

    @property
    def beyond(self) -> Decimal:
        """How many more than its quantity are reported; only figures of a replayed log go beyond."""
        return max(Decimal(0), self.good_quantity + self.scrap_quantity - self.quantity)


class WorkLink(models.Model):
    """An operation that must wait for another; see `rongzhi.model.production.Link`."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="work_links")
    before = models.ForeignKey(WorkOperation, on_delete=models.CASCADE, related_name="links_out")
    after = models.ForeignKey(WorkOperation, on_delete=models.CASCADE, related_name="links_in")
    lag_min = models.PositiveIntegerField(default=0)
    max_lag_min = models.PositiveIntegerField(null=True, blank=True)
    transfer_fraction = models.FloatField(default=1.0)

    objects = OfOrderQuerySet.as_manager()

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["before", "after"], name="one_link_a_pair")]
