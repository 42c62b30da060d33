"""Calendars: the ordinary week and its exceptions."""

from __future__ import annotations

from django.db import models

from rongzhi.elements.resources.models.base import Kept, Named, OwnManager
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.i18n import say


class Calendar(Named, Kept):
    """When something works; without an organisation it is the park's and any factory may use it."""

    code = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    timezone = models.CharField(max_length=60, default="Asia/Shanghai")
    is_active = models.BooleanField(default=True)

    objects = OwnManager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class CalendarShift(models.Model):
    """The same hours on several weekdays, 1 Monday ... 7 Sunday; an end not after the start is on the next day."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="shifts")
    position = models.PositiveSmallIntegerField()
    days = models.JSONField(default=list)
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        ordering = ["calendar", "position"]


class CalendarException(models.Model):
    """A holiday, a maintenance stop or overtime; later positions win over earlier ones."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", say("放假", "holiday")
        MAINTENANCE = "maintenance", say("检修", "maintenance")
        OVERTIME = "overtime", say("加班", "overtime")
        OTHER = "other", say("其他", "other")

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="exceptions")
    position = models.PositiveSmallIntegerField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    is_working = models.BooleanField(default=False)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.HOLIDAY)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["calendar", "position"]
