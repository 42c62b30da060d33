"""Promises to customers, and what a person prefers when planning."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from rongzhi.business.sharing.models.orders import Order
from rongzhi.business.sharing.models.plans import Plan
from rongzhi.platform.access.scope import Owned
from rongzhi.platform.i18n import say


class PromiseState(models.TextChoices):
    """An offered promise holds until it expires or is accepted."""

    OFFERED = "offered", say("已报出", "offered")
    ACCEPTED = "accepted", say("已接受", "accepted")


class Promise(Owned):
    """The earliest defensible date and the cost of an order that is not placed yet, against one published plan."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=20, choices=PromiseState, default=PromiseState.OFFERED)
    draft = models.JSONField(default=dict)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    date = models.DateTimeField()
    cost = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    currency = models.CharField(max_length=3, default="CNY")
    breakdown = models.JSONField(default=dict)
    alternatives = models.JSONField(default=list)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.SET_NULL, related_name="+")
    seconds = models.FloatField(default=0)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.state == PromiseState.OFFERED and self.expires_at > timezone.now()


class PlanningPreference(Owned):
    """The weights, time limit and seed an organisation plans with unless a person says otherwise."""

    weights = models.JSONField(default=dict)
    time_limit_s = models.FloatField(default=20)
    seed = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="one_planning_preference")]
