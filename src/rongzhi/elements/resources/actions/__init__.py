"""Verbs on the park's records; every page, API route, import and sample loader goes through these."""

from rongzhi.elements.resources.actions.imports import (
    ImportResult,
    Mode,
    Trial,
    confirm_import,
    import_documents,
    import_tables,
    load_network,
    map_import,
    open_import,
    remember_mapping,
)
from rongzhi.elements.resources.actions.records import (
    add_maintenance,
    create_record,
    deactivate_record,
    restore_record,
    update_record,
)

__all__ = [
    "ImportResult",
    "Mode",
    "Trial",
    "add_maintenance",
    "confirm_import",
    "create_record",
    "deactivate_record",
    "import_documents",
    "import_tables",
    "load_network",
    "map_import",
    "open_import",
    "remember_mapping",
    "restore_record",
    "update_record",
]
