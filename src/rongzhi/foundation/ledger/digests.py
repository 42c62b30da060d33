"""The digest of an entry: over everything it and its lines say, so that the event log vouches for the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from rongzhi.foundation.ledger.models import Entry, Line

_ENTRY = ("code", "period", "kind", "subject", "memo", "chart", "is_by_hand", "owner", "key", "calculation")
_LINE = (
    *("number", "organisation_id", "period", "account", "amount_cents", "currency", "nature", "business_type"),
    *("contract", "order", "party_id", "region", "quantity_milli", "unit", "memo"),
)


def digest_of(entry: Entry, lines: Sequence[Line]) -> str:
    """Return the SHA-256 of an entry with its lines in the order of their numbers."""
    body: dict[str, Any] = {name: getattr(entry, name) for name in _ENTRY}
    body |= {"date": entry.date.isoformat(), "cause": entry.cause_id, "reverses": entry.reverses_id}
    body["lines"] = [[getattr(line, name) for name in _LINE] for line in lines]
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
