"""Writers of the ledger take turns at the head of the event chain, before they look at anything that others change."""

from __future__ import annotations

from rongzhi.platform.events.models import ChainHead


def take_turn() -> int:
    """Wait for one's turn and return the number the next event will bear; holds until the end of the transaction."""
    head, _ = ChainHead.objects.select_for_update().get_or_create(pk=1)
    return int(head.sequence) + 1
