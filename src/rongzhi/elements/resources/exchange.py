"""Files in and out: sheets to documents with a place for every row, and documents to sheets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rongzhi.adapters.spreadsheet import Sheet, as_tables, read_sheets, write_csv, write_xlsx, write_zip
from rongzhi.elements.resources.kinds import KINDS
from rongzhi.elements.resources.queries import documents, items_documents, network_document
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document, Name
from rongzhi.model.production import Network, OrderBook
from rongzhi.model.production.table_documents import book_from, book_rows, network_from, network_rows
from rongzhi.model.production.table_specs import NETWORK_TABLES, TABLES
from rongzhi.model.production.tables import Record, read_records, suggest_mapping, template_rows
from rongzhi.platform.access.actor import Actor

ALL = "all"
CONTENT = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "zip": "application/zip",
}
"""Formats of files and their content types."""

_SHEETS: dict[str, tuple[str, ...]] = {
    "machines": ("machines", "capabilities"),
    "calendars": ("calendars", "calendar_exceptions"),
    "routings": ("routing_steps",),
    ALL: (*NETWORK_TABLES, "items", "bom", "routing_steps"),
}
_TABLE_OF = {"capabilities": "machines", "calendar_exceptions": "calendars", "routing_steps": "routings"}
_PARTS = {"machines": ("capabilities", "code", "machine"), "calendars": ("calendar_exceptions", "code", "calendar")}
"""Table -> (sheet of its parts, its key, the parts' reference to it)."""


def sheets_of(table: str) -> tuple[str, ...]:
    """Return the sheets a table is written on; the first is its own.

    Raises
    ------
    NotFound
        If there is no such table.
    """
    if table in _SHEETS:
        return _SHEETS[table]
    if table in KINDS:
        return (table,)
    names = ", ".join([ALL, *KINDS])
    raise NotFound(
        Text(f"没有名为“{table}”的表", f"there is no table '{table}'"),
        where=table,
        fix=Text(f"可用：{names}", f"use one of {names}"),
    )


@dataclass(frozen=True, slots=True)
class Mapped:
    """One sheet of a file with what its columns were taken for: heading -> column key, empty when left out."""

    key: str
    sheet: Sheet
    columns: Mapping[str, str]


@dataclass(slots=True)
class Reading:
    """What a file holds: its sheets, the documents of its rows, where each stands, and what is wrong."""

    sheets: list[Mapped] = field(default_factory=list)
    documents: dict[str, list[Document]] = field(default_factory=dict)
    places: dict[tuple[str, int], str] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)


def read_file(
    actor: Actor, table: str, content: bytes, name: str, mappings: Mapping[str, Mapping[str, str]]
) -> Reading:
    """Read a file of one table, or of all; parts the file leaves out (capabilities, exceptions) stay as they are."""
    reading = Reading()
    wanted = sheets_of(table)
    sheets = read_sheets(content, name)
    if isinstance(sheets, Findings):
        reading.findings.extend(sheets)
        return reading
    reading.sheets = _recognised(sheets, wanted, mappings, reading.findings)
    found: dict[str, list[Record]] = {}
    for item in reading.sheets:
        rows, said = read_records(
            TABLES[item.key], item.sheet.headers, item.sheet.rows, where=item.sheet.where, mapping=item.columns
        )
        reading.findings.extend(said)
        found.setdefault(item.key, []).extend(rows)
    if not found:
        reading.findings.error(
            "nothing-to-import",
            name,
            Text("文件中没有可导入的表", "the file has no table to import"),
            Text(f"工作表请命名为 {'、'.join(wanted)}", f"name the sheets {', '.join(wanted)}"),
        )
    for item in reading.sheets:
        _keep_unmentioned(actor, item, found)
    _complete(actor, found)
    _to_documents(found, reading)
    return reading


def _recognised(
    sheets: Sequence[Sheet], wanted: Sequence[str], mappings: Mapping[str, Mapping[str, str]], findings: Findings
) -> list[Mapped]:
    names = {name.casefold(): key for key in wanted for name in (key, TABLES[key].label.zh, TABLES[key].label.en)}
    found = []
    for sheet in sheets:
        title = sheet.name.casefold().rsplit("/", 1)[-1].removesuffix(".csv")
        key = names.get(title) or (wanted[0] if len(sheets) == 1 and len(wanted) <= 2 else "")
        if not key:
            findings.note(
                "unknown-sheet",
                sheet.where,
                Text(f"不认识工作表“{sheet.name}”，未读入", f"the sheet '{sheet.name}' is not known and was not read"),
                Text(f"可用：{'、'.join(wanted)}", f"known: {', '.join(wanted)}"),
            )
        elif sheet.headers:
            found.append(Mapped(key, sheet, columns_of(key, sheet.headers, mappings.get(key, {}))))
    return found


def columns_of(key: str, headers: Sequence[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """Return what each heading means: as remembered, else as guessed, else nothing."""
    known = {header: remembered[header] for header in headers if header in remembered}
    taken = set(known.values())
    guessed = suggest_mapping(TABLES[key], [header for header in headers if header not in known])
    guessed = {header: column for header, column in guessed.items() if column not in taken}
    return {header: known.get(header, guessed.get(header, "")) for header in headers}


_ROW_KEYS: dict[str, tuple[str, ...]] = {
    "places": ("code",),
    "factories": ("code",),
    "work_centres": ("code",),
    "machines": ("code",),
    "open_capacity": ("work_centre",),
    "transports": ("origin", "destination"),
    "items": ("code",),
    "bom": ("parent", "component", "at_step"),
    "routing_steps": ("item", "version", "number"),
}
"""Sheets whose rows stand for one record each, and the columns that say for which."""


def _keep_unmentioned(actor: Actor, item: Mapped, found: dict[str, list[Record]]) -> None:
    """Give rows of records there are already the values of the columns the file does not have."""
    keys = _ROW_KEYS.get(item.key)
    present = set(item.columns.values())
    columns = [column.key for column in TABLES[item.key].columns]
    missing = [column for column in columns if column not in present]
    if keys is None or not missing:
        return
    table = _TABLE_OF.get(item.key, item.key)
    rows = _rows_now(actor, table)[item.key]
    now, _ = read_records(TABLES[item.key], columns, enumerate(rows, start=1), where=item.key)
    known = {_row_key(row.values, keys): row.values for row in now}
    kept = []
    for row in found.get(item.key, ()):
        old = known.get(_row_key(row.values, keys), {})
        kept.append(Record(row.place, {**{key: old[key] for key in missing if key in old}, **row.values}))
    found[item.key] = kept


def _row_key(values: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[str, ...]:
    usual = {"version": "1", "at_step": "0"}
    return tuple(str(values.get(key, usual.get(key, ""))) for key in keys)


def _rows_now(actor: Actor, table: str) -> dict[str, list[list[Any]]]:
    """Return the rows of one table as they are now."""
    if KINDS[table].is_item:
        values: dict[str, Any] = {"items": (), "bom": (), "routings": (), "orders": (), "origin": None}
        return book_rows(OrderBook.model_construct(**{**values, table: documents(table, actor)}))
    values = {"name": Name(zh="-"), "currency": "CNY", table: documents(table, actor)}
    return network_rows(Network.model_construct(**values))


def _complete(actor: Actor, found: dict[str, list[Record]]) -> None:
    """Add the kept parts of machines and calendars whose sheet of parts is not in the file, and the other way round."""
    for table, (parts, key, reference) in _PARTS.items():
        if (table in found) == (parts in found):
            continue
        rows = _rows_now(actor, table)
        missing, there, column = (
            (parts, {str(row.values.get(key)) for row in found[table]}, reference)
            if table in found
            else (table, {str(row.values.get(reference)) for row in found[parts]}, key)
        )
        kept, _ = read_records(
            TABLES[missing],
            [item.key for item in TABLES[missing].columns],
            enumerate(rows[missing], start=1),
            where=TABLES[missing].label.zh,
        )
        found[missing] = [row for row in kept if str(row.values.get(column)) in there]


def _to_documents(found: Mapping[str, list[Record]], reading: Reading) -> None:
    for build, tables in ((network_from, NETWORK_TABLES), (book_from, ("items", "bom", "routing_steps"))):
        part = {key: found[key] for key in tables if key in found}
        if not part:
            continue
        made: Any = build(part)
        if isinstance(made, Findings):
            reading.findings.extend(made)
            continue
        for key, rows in part.items():
            table = _TABLE_OF.get(key, key)
            if table not in KINDS or key in {"capabilities", "calendar_exceptions"}:
                continue
            reading.documents[table] = list(getattr(made, table))
            for index, row in enumerate(_firsts(key, rows)):
                reading.places[table, index] = row.place


def _firsts(key: str, rows: Iterable[Record]) -> list[Record]:
    """Return the row each document begins at."""
    grouping = {"calendars": ("code",), "routing_steps": ("item", "version")}.get(key)
    if grouping is None:
        return list(rows)
    first: dict[tuple[Any, ...], Record] = {}
    for row in rows:
        first.setdefault(tuple(row.values.get(name, "") for name in grouping), row)
    return list(first.values())


def export(actor: Actor, table: str, form: str, language: str) -> bytes:
    """Return a table, or everything, as a file; what is exported imports again without change.

    Headings are written in the language, sheets are named by table keys.
    """
    if form not in CONTENT or (form == "csv" and table == ALL):
        raise NotFound(Text(f"没有格式“{form}”", f"there is no format '{form}'"), where=form)
    wanted = sheets_of(table)
    network = _network_part(actor, table)
    items, bom, routings = _items_part(actor, table)
    book = OrderBook(items=items, bom=bom, routings=routings)
    if form == "json":
        plain = network.model_dump(mode="json") | book.model_dump(mode="json", exclude={"origin", "orders"})
        chosen = plain if table == ALL else {table: plain[table]}
        return json.dumps(chosen, ensure_ascii=False, indent=1).encode()
    rows = {**network_rows(network), **book_rows(book)}
    tables = as_tables({key: rows[key] for key in wanted}, language)
    if form == "csv":
        return write_csv(*tables[wanted[0]])
    return write_xlsx(tables) if form == "xlsx" else write_zip(tables)


def _network_part(actor: Actor, table: str) -> Network:
    if table == ALL:
        return network_document(actor)
    values: dict[str, Any] = {"name": Name(zh="-"), "currency": "CNY"}
    if table in KINDS and not KINDS[table].is_item:
        values[table] = documents(table, actor)
    return Network.model_construct(**values)


def _items_part(actor: Actor, table: str) -> tuple[Any, Any, Any]:
    if table != ALL and not KINDS[table].is_item:
        return (), (), ()
    found = dict(zip(("items", "bom", "routings"), items_documents(actor=actor), strict=True))
    if table != ALL:
        found = {key: rows if key == table else () for key, rows in found.items()}
    return found["items"], found["bom"], found["routings"]


def template(table: str, form: str, language: str) -> bytes:
    """Return an empty file to fill in: headings and one row of examples."""
    tables = {}
    for key in sheets_of(table):
        headers, example = template_rows(TABLES[key], language)
        tables[key] = (headers, [example])
    return write_csv(*tables[sheets_of(table)[0]]) if form == "csv" else write_xlsx(tables)
