"""The network: places, factories, work centres, machines, what is opened to others, changeovers and transport."""

from __future__ import annotations

from typing import Self

from django.db import models

from rongzhi.elements.resources.models.base import (
    Kept,
    Named,
    OfCentreManager,
    OfFactoryManager,
    OwnManager,
    ParkManager,
)
from rongzhi.elements.resources.models.calendars import Calendar
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import Owned, OwnedQuerySet
from rongzhi.platform.accounts.models import Organisation


class Park(Named):
    """The one network of this platform: its name and its currency."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    currency = models.CharField(max_length=3, default="CNY")


class Place(Named, Kept):
    """Where something stands; WGS 84 degrees when known."""

    code = models.CharField(max_length=60, unique=True)
    region = models.CharField(max_length=120, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    objects = ParkManager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class FactoryQuerySet(OwnedQuerySet):
    """Factories: the own ones in full; every member sees the others in the directory only."""

    def listed_for(self, actor: Actor) -> Self:
        """Return the factories whose directory entry the actor may read: every active one, for any member."""
        active = self.filter(is_active=True)
        return active if actor.is_system or actor.organisation is not None else active.none()


class Factory(Owned, Named, Kept):
    """A member that makes; it belongs to the member's organisation."""

    code = models.CharField(max_length=60, unique=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="factories")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="factories")
    is_active = models.BooleanField(default=True)

    objects = FactoryQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "factories"

    def __str__(self) -> str:
        return self.code


class FactoryCertificate(models.Model):
    """A quality or process certificate and the last day it holds."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="certificates")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["factory", "position"]


class WorkCentre(Named, Kept):
    """A group of machines planned and priced together."""

    code = models.CharField(max_length=60, unique=True)
    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="work_centres")
    is_active = models.BooleanField(default=True)

    objects = OfFactoryManager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Machine(Named, Kept):
    """One machine or manual work place; its rates are the owner's own cost per hour and nobody else's business."""

    code = models.CharField(max_length=60, unique=True)
    work_centre = models.ForeignKey(WorkCentre, on_delete=models.PROTECT, related_name="machines")
    calendar = models.ForeignKey(
        Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="machines"
    )  # none: the factory's
    hourly_rate = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    setup_rate = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    speed_factor = models.FloatField(default=1.0)
    changeover_matrix = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)

    objects = OfCentreManager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Capability(models.Model):
    """What a machine can do; an empty limit is not known."""

    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="capabilities")
    position = models.PositiveSmallIntegerField()
    process = models.CharField(max_length=60, db_index=True)
    max_length_mm = models.FloatField(null=True, blank=True)
    max_width_mm = models.FloatField(null=True, blank=True)
    max_height_mm = models.FloatField(null=True, blank=True)
    max_diameter_mm = models.FloatField(null=True, blank=True)
    max_mass_kg = models.FloatField(null=True, blank=True)
    tolerance_mm = models.FloatField(null=True, blank=True)
    materials = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["machine", "position"]


class OpenCapacity(Kept):
    """What a factory opens to the network at a work centre, and its price there."""

    work_centre = models.OneToOneField(WorkCentre, on_delete=models.PROTECT, related_name="opening")
    share = models.FloatField(default=1.0)
    calendar = models.ForeignKey(Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="openings")
    hourly_price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    setup_price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    processes = models.JSONField(default=list, blank=True)
    excluded_customers = models.JSONField(default=list, blank=True)

    objects = OfCentreManager()

    class Meta:
        ordering = ["work_centre__code"]


class Changeover(Kept):
    """Minutes to change a machine from one family to another; without an organisation the matrix is the park's."""

    matrix = models.CharField(max_length=60)
    from_family = models.CharField(max_length=60, blank=True)
    to_family = models.CharField(max_length=60, blank=True)
    minutes = models.PositiveIntegerField()
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = OwnManager()

    class Meta:
        ordering = ["matrix", "from_family", "to_family"]
        constraints = [
            models.UniqueConstraint(fields=["matrix", "from_family", "to_family"], name="one_changeover_a_pair")
        ]


class Transport(Kept):
    """Door-to-door time and cost of one shipment between two places; a missing pair cannot be travelled."""

    origin = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="transports_out")
    destination = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="transports_in")
    minutes = models.PositiveIntegerField()
    cost = models.DecimalField(max_digits=14, decimal_places=4, default=0)

    objects = ParkManager()

    class Meta:
        ordering = ["origin__code", "destination__code"]
        constraints = [models.UniqueConstraint(fields=["origin", "destination"], name="one_transport_a_pair")]
