"""Live counts for the tiles of the map; each is one small question."""

from __future__ import annotations

from rongzhi.business.sharing.models import Order, OrderState
from rongzhi.elements.resources import queries as resources
from rongzhi.model import glossary
from rongzhi.platform.access.actor import Actor


def terms(_: Actor) -> int:
    """Return how many terms the glossary holds."""
    return len(glossary.terms())


def records(actor: Actor) -> int | None:
    """Return how many records of the network and of items the actor sees; nothing for the public."""
    return None if actor.is_public else sum(resources.counts(actor).values())


def orders(actor: Actor) -> int | None:
    """Return how many orders the actor sees that are not cancelled; nothing for the public."""
    if actor.is_public:
        return None
    return int(Order.objects.visible_to(actor).exclude(state=OrderState.CANCELLED).count())
