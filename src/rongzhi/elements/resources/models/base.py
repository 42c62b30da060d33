"""What every record of the park has: a version for optimistic locking, and who changed it last."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Role
from rongzhi.platform.i18n import current_language


class Kept(models.Model):
    """A record people edit; ``version`` rises with every change, so that the second of two edits is noticed."""

    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        abstract = True


class Named(models.Model):
    """A name in both languages; an empty English one repeats the Chinese."""

    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """The name in the language of the request."""
        return (self.name_en or self.name_zh) if current_language() == "en" else self.name_zh


class ParkQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows of the park; ``owner_path`` leads to the organisation they belong to, and no path means to all members."""

    owner_path = ""
    may_be_shared = False

    def visible_to(self, actor: Actor) -> Self:
        """Return the rows the actor may see: all for the operator, else the own ones and what the park shares."""
        if actor.is_operator:
            return self.all()
        if actor.organisation is None:
            return self.none()
        if not self.owner_path:
            return self.all()
        own = models.Q(**{self.owner_path: actor.organisation})
        if self.may_be_shared and actor.has_role(Role.FACTORY):
            own |= models.Q(**{f"{self.owner_path}__isnull": True})
        return self.filter(own)


class OwnQuerySet(ParkQuerySet):
    """Rows with an organisation of their own; rows without one are the park's, shown to every member factory."""

    owner_path = "organisation"
    may_be_shared = True


class OfFactoryQuerySet(ParkQuerySet):
    """Rows that hang on a factory."""

    owner_path = "factory__organisation"


class OfCentreQuerySet(ParkQuerySet):
    """Rows that hang on a work centre."""

    owner_path = "work_centre__factory__organisation"


class ParkManager(models.Manager.from_queryset(ParkQuerySet)):  # type: ignore[misc]
    """Manager of rows of the park."""


class OwnManager(models.Manager.from_queryset(OwnQuerySet)):  # type: ignore[misc]
    """Manager of rows with an organisation of their own."""


class OfFactoryManager(models.Manager.from_queryset(OfFactoryQuerySet)):  # type: ignore[misc]
    """Manager of rows that hang on a factory."""


class OfCentreManager(models.Manager.from_queryset(OfCentreQuerySet)):  # type: ignore[misc]
    """Manager of rows that hang on a work centre."""
