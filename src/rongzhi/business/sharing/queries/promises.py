"""Reads about promises: the rows, and what of their steps an actor may see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from rongzhi.business.sharing.models import Promise
from rongzhi.business.sharing.words import without_names
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor


def promise_list(actor: Actor) -> QuerySet[Promise]:
    """Return the promises the actor may see, newest first."""
    rows: QuerySet[Promise] = Promise.objects.visible_to(actor).select_related("organisation", "order", "plan")
    return rows


def find_promise(actor: Actor, promise_id: UUID) -> Promise:
    """Return a promise the actor may see."""
    found = promise_list(actor).filter(pk=promise_id).first()
    if found is None:
        raise NotFound(Text("没有这个承诺", "there is no such promise"), where="promise")
    return found


def as_seen(actor: Actor, promise: Promise) -> Promise:
    """Return a promise (not to be saved) with what the actor may see: machines and other orders are the operator's."""
    promise.breakdown = _seen(actor, promise.breakdown)
    promise.alternatives = [_seen(actor, each) for each in promise.alternatives]
    return promise


def _seen(actor: Actor, offer: dict[str, Any]) -> dict[str, Any]:
    if actor.is_operator:
        return offer
    hidden = {"slots", "behind"}
    steps = [
        {**step, "machine": "", "reasons": [without_names(row) for row in step.get("reasons", [])]}
        for step in offer.get("steps", [])
    ]
    return {key: value for key, value in offer.items() if key not in hidden} | {"steps": steps}
