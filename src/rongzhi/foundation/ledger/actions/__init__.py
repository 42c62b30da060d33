"""The only writers of the ledger; other apps say ``from rongzhi.foundation.ledger import actions as ledger``."""

from rongzhi.foundation.ledger.actions.grants import grant_reading, revoke_reading
from rongzhi.foundation.ledger.actions.importing import (
    confirm_import,
    drop_import,
    import_file,
    map_import,
    open_import,
)
from rongzhi.foundation.ledger.actions.periods import close_period, reopen_period
from rongzhi.foundation.ledger.actions.posting import post, post_by_hand, reverse, reverse_by_hand
from rongzhi.foundation.ledger.bundles import Part, Split, split_bundle
from rongzhi.foundation.ledger.drafts import EntryDraft, LineDraft

__all__ = [
    "EntryDraft",
    "LineDraft",
    "Part",
    "Split",
    "close_period",
    "confirm_import",
    "drop_import",
    "grant_reading",
    "import_file",
    "map_import",
    "open_import",
    "post",
    "post_by_hand",
    "reopen_period",
    "reverse",
    "reverse_by_hand",
    "revoke_reading",
    "split_bundle",
]
