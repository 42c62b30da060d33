"""What is made: items, bills of materials and routings."""

from __future__ import annotations

from django.db import models

from rongzhi.elements.resources.models.base import Kept, Named, ParkQuerySet
from rongzhi.elements.resources.models.network import Machine
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import Owned, OwnedQuerySet
from rongzhi.platform.accounts.models import Role


class ItemQuerySet(OwnedQuerySet):
    """Items: the own ones, and the park's catalogue, which is what the operator's organisation lists."""

    def ownership(self, actor: Actor) -> models.Q:
        """Return the condition for the own items and the catalogue's."""
        return super().ownership(actor) | models.Q(organisation__kind=Role.OPERATOR)


class OfItemQuerySet(ParkQuerySet):
    """Rows that hang on an item and are seen with it."""

    item_path = "item"

    def visible_to(self, actor: Actor) -> OfItemQuerySet:
        """Return the rows whose item the actor may see."""
        if actor.is_operator:
            return self.all()
        return self.filter(**{f"{self.item_path}__in": Item.objects.visible_to(actor)})


class BomQuerySet(OfItemQuerySet):
    """Bill lines, seen with their parent."""

    item_path = "parent"


class Item(Owned, Named, Kept):
    """A part, assembly or material; the organisation is who designed it or lists it."""

    code = models.CharField(max_length=60, unique=True)
    unit = models.CharField(max_length=20, default="pcs")
    is_made = models.BooleanField(default=True)
    lead_time_min = models.PositiveIntegerField(default=0)
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    length_mm = models.FloatField(null=True, blank=True)
    width_mm = models.FloatField(null=True, blank=True)
    height_mm = models.FloatField(null=True, blank=True)
    diameter_mm = models.FloatField(null=True, blank=True)
    mass_kg = models.FloatField(null=True, blank=True)
    material = models.CharField(max_length=120, blank=True)
    max_lot = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    is_active = models.BooleanField(default=True)

    objects = ItemQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class BomLine(Kept):
    """So much of a component goes into one unit of the parent, at a step of its routing (0: before the first)."""

    parent = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="bill")
    component = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="used_in")
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=20, default="pcs")
    scrap_rate = models.DecimalField(max_digits=7, decimal_places=6, default=0)
    at_step = models.PositiveIntegerField(default=0)

    objects = BomQuerySet.as_manager()

    class Meta:
        ordering = ["parent__code", "at_step", "component__code"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "component", "at_step"], name="one_bill_line_a_component_step")
        ]


class Routing(Kept):
    """How an item is made; of several versions the active one with the lowest rank is used.

    ``version_name`` is the routing's own version, ``version`` counts edits of this record.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="routings")
    version_name = models.CharField(max_length=40, default="1")
    rank = models.IntegerField(default=1)
    is_active = models.BooleanField(default=True)

    objects = OfItemQuerySet.as_manager()

    class Meta:
        ordering = ["item__code", "rank", "version_name"]
        constraints = [models.UniqueConstraint(fields=["item", "version_name"], name="one_routing_a_version")]

    def __str__(self) -> str:
        return f"{self.item_id} / {self.version_name}"


class RoutingStep(Named):
    """One process step of a routing."""

    routing = models.ForeignKey(Routing, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    process = models.CharField(max_length=60, db_index=True)
    setup_min = models.FloatField(default=0)
    run_min_per_unit = models.FloatField()
    family = models.CharField(max_length=60, blank=True)
    after = models.JSONField(null=True, blank=True)
    only_listed = models.BooleanField(default=False)
    transfer_batch = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    minimum_batch = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    wait_min = models.PositiveIntegerField(default=0)
    max_wait_min = models.PositiveIntegerField(null=True, blank=True)
    is_subcontractable = models.BooleanField(default=True)
    may_span_breaks = models.BooleanField(default=True)
    tolerance_mm = models.FloatField(null=True, blank=True)
    certificates = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["routing", "position"]
        constraints = [models.UniqueConstraint(fields=["routing", "number"], name="one_step_a_number")]


class StepAlternative(models.Model):
    """Own times for a step on one machine, in place of the standard ones."""

    step = models.ForeignKey(RoutingStep, on_delete=models.CASCADE, related_name="alternatives")
    position = models.PositiveSmallIntegerField()
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="step_alternatives")
    setup_min = models.FloatField(null=True, blank=True)
    run_min_per_unit = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["step", "position"]
