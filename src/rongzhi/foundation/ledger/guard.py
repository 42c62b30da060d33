"""The database itself keeps the ledger: nothing changed or deleted, entries balanced, closed periods shut, sums kept.

Lines are inserted first and their entry last. On SQLite, which has no deferred triggers, the entry's row is the seal:
it is refused unless its lines are complete and balance, no line can join it afterwards, and a line without its entry
breaks the deferred foreign key at the end of the transaction. On PostgreSQL deferred constraint triggers check both
sides at the end of the transaction, also between writers that do not see each other.

Whoever changes the layout of these tables installs the guard again in the same migration: SQLite drops the triggers
of a table that is rebuilt.
"""

# ruff: noqa: S608 - the statements hold only names written here

from __future__ import annotations

from typing import Any

from rongzhi.kernel.errors import Unavailable
from rongzhi.kernel.text import Text

KEPT = ("ledger_entry", "ledger_line", "ledger_periodmark")
_APPEND_ONLY = "the ledger is append-only"
_UNBALANCED = "the lines of the entry are not complete or do not balance"
_CLOSED = "the period is closed"

_KEYS = "organisation_id, period, account, currency, nature, business_type, unit"
_ADD_UP = f"""INSERT INTO ledger_balance ({_KEYS}, debit_cents, credit_cents, quantity_milli, line_count)
    VALUES (NEW.organisation_id, NEW.period, NEW.account, NEW.currency, NEW.nature, NEW.business_type, NEW.unit,
    CASE WHEN NEW.amount_cents > 0 THEN NEW.amount_cents ELSE 0 END,
    CASE WHEN NEW.amount_cents < 0 THEN -NEW.amount_cents ELSE 0 END, NEW.quantity_milli, 1)
    ON CONFLICT ({_KEYS}) DO UPDATE SET debit_cents = ledger_balance.debit_cents + excluded.debit_cents,
    credit_cents = ledger_balance.credit_cents + excluded.credit_cents,
    quantity_milli = ledger_balance.quantity_milli + excluded.quantity_milli,
    line_count = ledger_balance.line_count + 1;"""
_IS_CLOSED = """(SELECT is_closed FROM ledger_periodmark WHERE organisation_id = NEW.organisation_id
    AND period = NEW.period ORDER BY id DESC LIMIT 1)"""


def _is_faulty(entry: str, count: str, period: str) -> str:
    """Return the condition under which an entry must not stand."""
    return f"""({count} < 1 OR {count} <> (SELECT count(*) FROM ledger_line WHERE entry_id = {entry})
    OR EXISTS (SELECT 1 FROM ledger_line WHERE entry_id = {entry} AND period <> {period})
    OR EXISTS (SELECT 1 FROM ledger_line WHERE entry_id = {entry}
    GROUP BY organisation_id, currency HAVING sum(amount_cents) <> 0))"""


_SQLITE = {
    **{
        f"{table}_keep_{act.lower()}": f"BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        for table in KEPT
        for act in ("UPDATE", "DELETE")
    },
    # INSERT OR REPLACE deletes without asking the triggers of deletion, so what is there already is refused by name.
    "ledger_line_join": f"""BEFORE INSERT ON ledger_line BEGIN
    SELECT RAISE(ABORT, '{_APPEND_ONLY}') WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE event_id = NEW.entry_id)
    OR EXISTS (SELECT 1 FROM ledger_line WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM ledger_line WHERE entry_id = NEW.entry_id AND number = NEW.number);
    SELECT RAISE(ABORT, '{_CLOSED}') WHERE {_IS_CLOSED}; END""",
    "ledger_line_add_up": f"AFTER INSERT ON ledger_line BEGIN {_ADD_UP} END",
    "ledger_entry_seal": f"""BEFORE INSERT ON ledger_entry BEGIN
    SELECT RAISE(ABORT, '{_APPEND_ONLY}') WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE event_id = NEW.event_id
    OR code = NEW.code OR reverses_id = NEW.reverses_id OR (owner = NEW.owner AND key = NEW.key));
    SELECT RAISE(ABORT, '{_UNBALANCED}') WHERE {_is_faulty("NEW.event_id", "NEW.line_count", "NEW.period")}; END""",
    "ledger_periodmark_join": f"""BEFORE INSERT ON ledger_periodmark BEGIN
    SELECT RAISE(ABORT, '{_APPEND_ONLY}') WHERE EXISTS (SELECT 1 FROM ledger_periodmark WHERE id = NEW.id); END""",
}


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"


def _raise(words: str) -> str:
    return f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';"


_FUNCTIONS = [
    _function("ledger_refuse", f"BEGIN {_raise(_APPEND_ONLY)} END"),
    _function("ledger_line_join", f"BEGIN IF {_IS_CLOSED} THEN {_raise(_CLOSED)} END IF; RETURN NEW; END"),
    _function("ledger_line_add_up", f"BEGIN {_ADD_UP} RETURN NULL; END"),
    _function(
        "ledger_check_entry",
        f"""DECLARE head ledger_entry%ROWTYPE; asked bigint; BEGIN
    IF TG_TABLE_NAME = 'ledger_line' THEN asked := NEW.entry_id; ELSE asked := NEW.event_id; END IF;
    SELECT * INTO head FROM ledger_entry WHERE event_id = asked;
    IF NOT FOUND OR {_is_faulty("asked", "head.line_count", "head.period")} THEN {_raise(_UNBALANCED)} END IF;
    RETURN NULL; END""",
    ),
]
_POSTGRESQL = {
    **{
        f"{table}_keep_rows": f"""TRIGGER {table}_keep_rows BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"""
        for table in KEPT
    },
    **{
        f"{table}_keep_table": f"""TRIGGER {table}_keep_table BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"""
        for table in KEPT
    },
    "ledger_line_join": """TRIGGER ledger_line_join BEFORE INSERT ON ledger_line
    FOR EACH ROW EXECUTE FUNCTION ledger_line_join()""",
    "ledger_line_add_up": """TRIGGER ledger_line_add_up AFTER INSERT ON ledger_line
    FOR EACH ROW EXECUTE FUNCTION ledger_line_add_up()""",
    "ledger_line_balance": """CONSTRAINT TRIGGER ledger_line_balance AFTER INSERT ON ledger_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry()""",
    "ledger_entry_seal": """CONSTRAINT TRIGGER ledger_entry_seal AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry()""",
}
_ASK = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN ({})",
    "postgresql": """SELECT count(*) FROM pg_trigger WHERE tgname IN ({}) AND tgenabled <> 'D'
    AND tgrelid::regclass::text LIKE 'ledger_%%'""",
}


def install(connection: Any) -> None:
    """Put the triggers in place; those that are there are made anew."""
    remove(connection)
    with connection.cursor() as cursor:
        if _vendor(connection) == "sqlite":
            for name, body in _SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {body}")
            return
        for statement in [*_FUNCTIONS, *(f"CREATE {body}" for body in _POSTGRESQL.values())]:
            cursor.execute(statement)


def remove(connection: Any) -> None:
    """Take the triggers away; only migrations and the flushing of test databases need this."""
    is_sqlite = _vendor(connection) == "sqlite"
    with connection.cursor() as cursor:
        for name, body in (_SQLITE if is_sqlite else _POSTGRESQL).items():
            place = "" if is_sqlite else f" ON {body.split(' ON ')[1].split()[0]}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


def is_installed(connection: Any) -> bool:
    """Whether every trigger is in place and enabled."""
    vendor = _vendor(connection)
    names = list(_SQLITE if vendor == "sqlite" else _POSTGRESQL)
    with connection.cursor() as cursor:
        cursor.execute(_ASK[vendor].format(", ".join(["%s"] * len(names))), names)
        return bool(cursor.fetchone()[0] == len(names))


def _vendor(connection: Any) -> str:
    if connection.vendor not in _ASK:
        raise Unavailable(
            Text(f"不支持数据库“{connection.vendor}”", f"the database '{connection.vendor}' is not supported"),
            fix=Text("使用 SQLite 或 PostgreSQL", "use SQLite or PostgreSQL"),
        )
    return str(connection.vendor)
