"""Plans: a run of the scheduling engine with everything it decided, kept whole."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from rongzhi.business.sharing.models.orders import Order
from rongzhi.business.sharing.models.work import WorkOperation
from rongzhi.elements.resources.models import Factory, Machine
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import Owned, OwnedQuerySet
from rongzhi.platform.accounts.models import Organisation, Role
from rongzhi.platform.i18n import say
from rongzhi.platform.jobs.models import Job


class PlanState(models.TextChoices):
    """A plan is a draft until it is published; at most one is published."""

    DRAFT = "draft", say("草案", "draft")
    PUBLISHED = "published", say("已发布", "published")
    SUPERSEDED = "superseded", say("已被取代", "superseded")


class PlanQuerySet(OwnedQuerySet):
    """Plans: drafts are the operator's; members know of the published one and those before it."""

    def ownership(self, actor: Actor) -> models.Q:
        """Return the condition for plans the actor may open (their rows are scoped on their own)."""
        own = super().ownership(actor)
        if actor.has_role(Role.FACTORY, Role.CUSTOMER, Role.PROVIDER):
            own |= models.Q(state__in=[PlanState.PUBLISHED, PlanState.SUPERSEDED])
        return own


class Plan(Owned):
    """When and where every operation is done, with what is known about how good that is."""

    code = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=20, choices=PlanState, default=PlanState.DRAFT, db_index=True)
    origin = models.DateTimeField()
    horizon_end = models.DateTimeField()
    frozen_until = models.DateTimeField(null=True, blank=True)
    weights = models.JSONField(default=dict)
    scope = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=1)
    time_limit_s = models.FloatField(default=20)
    solver_status = models.CharField(max_length=20, blank=True)
    total = models.FloatField(null=True)
    values = models.JSONField(default=dict)
    bound_name = models.CharField(max_length=60, blank=True)
    bound_value = models.FloatField(null=True)
    gap = models.FloatField(null=True)
    iterations = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    figures = models.JSONField(default=dict)
    order_versions = models.JSONField(default=dict)
    basis = models.CharField(max_length=64, blank=True)  # digest of the network it was made for
    base_plan = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="plans")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=150, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PlanQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="published"), name="one_plan_published_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_draft(self) -> bool:
        """Whether it may still be published or discarded."""
        return self.state == PlanState.DRAFT


class OfPlanQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows of a plan: a factory sees what it makes, a customer the own orders, both only once published."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the rows the actor may see."""
        if actor.is_operator:
            return self.all()
        if actor.organisation is None:
            return self.none()
        return self.filter(self.stake(actor.organisation)).exclude(plan__state=PlanState.DRAFT)

    def stake(self, organisation: Organisation) -> models.Q:
        """Return the condition for rows of orders the organisation placed."""
        return models.Q(order__organisation=organisation)


class AssignmentQuerySet(OfPlanQuerySet):
    """Assignments are also seen by the factory that makes them."""

    def stake(self, organisation: Organisation) -> models.Q:
        """Return the condition for rows the organisation ordered or makes."""
        return super().stake(organisation) | models.Q(organisation=organisation)


class PlanAssignment(models.Model):
    """One operation in a plan; codes are kept beside the references, so that history outlives deleted machines."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="assignments")
    operation = models.ForeignKey(WorkOperation, on_delete=models.PROTECT, related_name="assignments")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="assignments")
    machine = models.ForeignKey(Machine, null=True, on_delete=models.SET_NULL, related_name="+")
    factory = models.ForeignKey(Factory, null=True, on_delete=models.SET_NULL, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    machine_code = models.CharField(max_length=60, db_index=True)
    factory_code = models.CharField(max_length=60, db_index=True)
    start = models.DateTimeField()
    setup_end = models.DateTimeField()
    end = models.DateTimeField()
    changeover_min = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    tardiness_min = models.PositiveIntegerField(default=0)
    is_pinned = models.BooleanField(default=False)
    choice = models.JSONField(default=dict)  # why this machine, and what the others would mean

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "start", "id"]
        indexes = [
            models.Index(fields=["plan", "start"]),
            models.Index(fields=["plan", "factory_code", "start"]),
            models.Index(fields=["plan", "order"]),
        ]
        constraints = [models.UniqueConstraint(fields=["plan", "operation"], name="one_assignment_an_operation")]


class PlanTransport(models.Model):
    """One shipment between the places of two operations."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="transports")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    before = models.ForeignKey(WorkOperation, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(WorkOperation, on_delete=models.PROTECT, related_name="+")
    from_place = models.CharField(max_length=60)
    to_place = models.CharField(max_length=60)
    depart = models.DateTimeField()
    arrive = models.DateTimeField()
    cost = models.DecimalField(max_digits=16, decimal_places=4, default=0)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "depart", "id"]


class PlanOrder(models.Model):
    """What a plan means for one order: when it is done, how late, what it costs, and why."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="orders")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="plan_orders")
    due = models.DateTimeField(null=True)
    end = models.DateTimeField()
    tardiness_min = models.PositiveIntegerField(default=0, db_index=True)
    slack_min = models.IntegerField(null=True)
    weight = models.FloatField(default=1)
    cost = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    transport_cost = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    reasons = models.JSONField(default=list)
    explained = models.JSONField(default=dict)  # of a late order: who went first, what would help

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "-tardiness_min", "order"]
        constraints = [models.UniqueConstraint(fields=["plan", "order"], name="one_row_an_order_in_a_plan")]
