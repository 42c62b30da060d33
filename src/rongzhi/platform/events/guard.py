"""The database itself refuses to change or delete events: triggers, for each kind of database."""

from __future__ import annotations

from typing import Any

from rongzhi.kernel.errors import Unavailable
from rongzhi.kernel.text import Text

_TABLE = "events_event"
_REFUSAL = "the event log is append-only"

_SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS {_TABLE}_keep_{act.lower()} BEFORE {act} ON {_TABLE}
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"""
    for act in ("UPDATE", "DELETE")
] + [
    # INSERT OR REPLACE deletes the row in its way without firing the trigger on deletion.
    f"""CREATE TRIGGER IF NOT EXISTS {_TABLE}_keep_place BEFORE INSERT ON {_TABLE}
    WHEN EXISTS (SELECT 1 FROM {_TABLE} WHERE sequence = NEW.sequence OR hash = NEW.hash OR id_text = NEW.id_text)
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"""  # noqa: S608 - only our own names
]
_POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION {_TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE OR REPLACE TRIGGER {_TABLE}_keep_rows BEFORE UPDATE OR DELETE ON {_TABLE}
    FOR EACH ROW EXECUTE FUNCTION {_TABLE}_refuse()""",
    f"""CREATE OR REPLACE TRIGGER {_TABLE}_keep_table BEFORE TRUNCATE ON {_TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION {_TABLE}_refuse()""",
]
_ASK = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s, %s)",
    "postgresql": """SELECT count(*) FROM pg_trigger WHERE tgname IN (%s, %s) AND tgenabled <> 'D'
    AND tgrelid = 'events_event'::regclass""",
}
_NAMES = {
    "sqlite": [f"{_TABLE}_keep_update", f"{_TABLE}_keep_delete", f"{_TABLE}_keep_place"],
    "postgresql": [f"{_TABLE}_keep_rows", f"{_TABLE}_keep_table"],
}


def _vendor(connection: Any) -> str:
    if connection.vendor not in _NAMES:
        raise Unavailable(
            Text(f"不支持数据库“{connection.vendor}”", f"the database '{connection.vendor}' is not supported"),
            fix=Text("使用 SQLite 或 PostgreSQL", "use SQLite or PostgreSQL"),
        )
    return str(connection.vendor)


def install(connection: Any) -> None:
    """Put the triggers in place; harmless when they are there."""
    statements = _SQLITE if _vendor(connection) == "sqlite" else _POSTGRESQL
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def remove(connection: Any) -> None:
    """Take the triggers away; only migrations and the flushing of test databases need this."""
    vendor = _vendor(connection)
    with connection.cursor() as cursor:
        for name in _NAMES[vendor]:
            place = f" ON {_TABLE}" if vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


def is_installed(connection: Any) -> bool:
    """Whether every trigger is in place and enabled."""
    vendor = _vendor(connection)
    with connection.cursor() as cursor:
        cursor.execute(_ASK[vendor], _NAMES[vendor])
        return bool(cursor.fetchone()[0] == len(_NAMES[vendor]))
