"""For whom: the organisation an operator acts for."""

from __future__ import annotations

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation


def party_named(actor: Actor, code: str) -> Organisation | None:
    """Return an organisation by its code; only the operator knows of others than the own."""
    if not code:
        return None
    if actor.organisation is not None and code == actor.organisation.code:
        return actor.organisation
    found = Organisation.objects.filter(code=code, is_active=True).first() if actor.is_operator else None
    if found is None:
        raise NotFound(
            Text(f"没有单位“{code}”", f"there is no organisation '{code}'"),
            where="organisation",
            fix=Text("改正单位代码，或留空", "correct the code, or leave it empty"),
        )
    return found
