"""Progress: what is reported from the shop floor, and the clock of a replayed park."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from rongzhi.business.sharing.models.work import WorkOperation
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import Owned, OwnedQuerySet
from rongzhi.platform.i18n import say


class ProgressKind(models.TextChoices):
    """What is reported."""

    START = "start", say("开工", "start")
    QUANTITY = "quantity", say("报数", "quantity")
    COMPLETE = "complete", say("完工", "complete")


class ProgressSource(models.TextChoices):
    """Who says so."""

    PERSON = "person", say("人工报工", "person")
    API = "api", say("接口", "API")
    REPLAY = "replay", say("日志重放", "replay")


class ReportQuerySet(OwnedQuerySet):
    """Reports: of the own factory, or on the own orders."""

    def ownership(self, actor: Actor) -> models.Q:
        """Return the condition for reports the actor made or is served by."""
        return super().ownership(actor) | models.Q(operation__lot__order__organisation=actor.organisation)


class ProgressReport(Owned):
    """One report on one operation; ``key`` makes a repeated report harmless. Belongs to the factory that works."""

    operation = models.ForeignKey(WorkOperation, on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=20, choices=ProgressKind)
    at = models.DateTimeField(db_index=True)
    machine_code = models.CharField(max_length=60, blank=True)
    good = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    scrap = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    source = models.CharField(max_length=20, choices=ProgressSource)
    key = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    reported_by = models.CharField(max_length=150, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="corrected_by"
    )

    objects = ReportQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "key"], name="one_report_a_key"),
            models.CheckConstraint(
                condition=models.Q(good__gte=0) & models.Q(scrap__gte=0), name="report_quantities_not_negative"
            ),
        ]


class ParkClock(models.Model):
    """The present moment of a park whose history is replayed; without a moment the real clock counts."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    moment = models.DateTimeField(null=True, blank=True)
    log_start = models.DateField(null=True, blank=True)  # the Monday on which the replayed log begins
