"""Scoped querysets: nothing is read without saying for whom.

A record that belongs to an organisation inherits `Owned`; its manager's `visible_to(actor)` is the only door the
pages, the API and the search use. The operator sees the whole platform, others see their own and what was granted.
"""

from __future__ import annotations

from typing import Self

from django.db import models

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation


class OwnedQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows that belong to an organisation."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the rows the actor may see: all for the operator, else those of the actor's organisation."""
        if actor.is_operator:
            return self.all()
        if actor.organisation is None:
            return self.none()
        return (
            self.filter(self.ownership(actor)).distinct() if self.needs_distinct else self.filter(self.ownership(actor))
        )

    needs_distinct = False

    def ownership(self, actor: Actor) -> models.Q:
        """Return the condition for rows that are the actor's; subclasses widen it (shared with, made for)."""
        return models.Q(organisation=actor.organisation)


class Owned(models.Model):
    """A record that belongs to one organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True
