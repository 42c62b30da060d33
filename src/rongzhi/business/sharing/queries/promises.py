"""Reads about promises."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from rongzhi.business.sharing.models import Promise
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
