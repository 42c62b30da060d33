"""Networks and order books as files: JSON, a workbook, a ZIP or a folder of CSV tables."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from rongzhi.adapters.spreadsheet.reading import read_sheets
from rongzhi.adapters.spreadsheet.sheets import Limits, Sheet
from rongzhi.adapters.spreadsheet.sniff import too_large
from rongzhi.adapters.spreadsheet.writing import Table, write_csv, write_xlsx, write_zip
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production import Network, OrderBook
from rongzhi.model.production.reading import read_json
from rongzhi.model.production.table_documents import Rows, book_from, book_rows, network_from, network_rows
from rongzhi.model.production.table_places import places_of
from rongzhi.model.production.tables import BOOK_TABLES, NETWORK_TABLES, TABLES, Record, read_records

Format = Literal["json", "xlsx", "zip", "folder"]
Mappings = Mapping[str, Mapping[str, str]]
"""Table key -> heading -> column key."""


def load_network(
    path: Path,
    *,
    mappings: Mappings | None = None,
    limits: Limits | None = None,
    places: dict[str, str] | None = None,
) -> Network | Findings:
    """Read a network from a JSON, XLSX or ZIP file or a folder of CSV tables.

    ``places`` is filled with the row of every part read from a table; see `rongzhi.model.production.table_places`.
    """
    if path.suffix.lower() == ".json":
        text = _json_text(path, limits or Limits())
        return text if isinstance(text, Findings) else read_json(Network, text, path.name)
    records = _records(path, NETWORK_TABLES, mappings or {}, limits, only="")
    if isinstance(records, Findings):
        return records
    if places is not None:
        places.update(places_of(records))
    return network_from(records)


def load_book(
    path: Path,
    *,
    mappings: Mappings | None = None,
    limits: Limits | None = None,
    places: dict[str, str] | None = None,
) -> OrderBook | Findings:
    """Read an order book; a single CSV file, or a workbook of one sheet, is a table of orders whatever its name.

    ``places`` is filled with the row of every part read from a table; see `rongzhi.model.production.table_places`.
    """
    if path.suffix.lower() == ".json":
        text = _json_text(path, limits or Limits())
        return text if isinstance(text, Findings) else read_json(OrderBook, text, path.name)
    records = _records(path, BOOK_TABLES, mappings or {}, limits, only="orders")
    if isinstance(records, Findings):
        return records
    if places is not None:
        places.update(places_of(records))
    return book_from(records)


def save_network(network: Network, path: Path, language: str = "") -> None:
    """Write a network; the ending says how: .json, .xlsx, .zip, or none for a folder of CSV tables."""
    _save(network.model_dump_json(indent=1, exclude_defaults=True), network_rows(network), path, language)


def save_book(book: OrderBook, path: Path, language: str = "") -> None:
    """Write an order book; the ending says how: .json, .xlsx, .zip, or none for a folder of CSV tables."""
    _save(book.model_dump_json(indent=1, exclude_defaults=True), book_rows(book), path, language)


def as_tables(rows: Rows, language: str = "") -> dict[str, Table]:
    """Return rows with headings: column keys, or labels if a language is given."""
    return {
        key: ([column.heading.in_(language) if language else column.key for column in TABLES[key].columns], lines)
        for key, lines in rows.items()
    }


def records_of(
    sheets: Sequence[Sheet], tables: Sequence[str], mappings: Mappings, *, only: str = ""
) -> dict[str, list[Record]] | Findings:
    """Read sheets as tables by their names; with ``only``, a lone sheet is that table whatever its name.

    Sheets of other names are left out with a note. Returns findings if one of them is an error.
    """
    findings = Findings()
    found: dict[str, list[Record]] = {}
    names = {name.casefold(): key for key in tables for name in (key, TABLES[key].label.zh, TABLES[key].label.en)}
    for sheet in sheets:
        key = names.get(sheet.name.casefold()) or (only if len(sheets) == 1 else "")
        if not key:
            if sheet.name.casefold() not in _ALL_NAMES:
                _say_unknown(findings, sheet, tables)
            continue
        if not sheet.headers:
            continue
        table = TABLES[key]
        mapping = mappings.get(key, {})
        records, said = read_records(table, sheet.headers, sheet.rows, where=sheet.where, mapping=mapping)
        findings.extend(said)
        found.setdefault(key, []).extend(records)
    return found if findings.is_clean else findings


def _records(
    path: Path, tables: Sequence[str], mappings: Mappings, limits: Limits | None, *, only: str
) -> dict[str, list[Record]] | Findings:
    if path.is_dir():
        sheets: list[Sheet] = []
        findings = Findings()
        for file in sorted(path.glob("*.csv")):
            read = read_sheets(file, limits=limits)
            if isinstance(read, Findings):
                findings.extend(read)
            else:
                sheets += read
        if not findings.is_clean:
            return findings
        return records_of(sheets, tables, mappings)
    sheets_or_findings = read_sheets(path, limits=limits)
    if isinstance(sheets_or_findings, Findings):
        return sheets_or_findings
    return records_of(sheets_or_findings, tables, mappings, only=only)


def _json_text(path: Path, limits: Limits) -> str | Findings:
    findings = Findings()
    size = path.stat().st_size
    limit = 10 * limits.max_bytes  # JSON of the same content is larger
    if size > limit:
        too_large(findings, path.name, size, limit)
        return findings
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        message = Text(zh="不是 UTF-8 文本", en="the file is not UTF-8 text")
        findings.error("not-json", path.name, message, Text(zh="以 UTF-8 重新导出", en="export it again as UTF-8"))
        return findings


def _say_unknown(findings: Findings, sheet: Sheet, tables: Sequence[str]) -> None:
    shown = ", ".join(tables)
    findings.note(
        "unknown-sheet",
        sheet.where,
        Text(zh=f"不认识表“{sheet.name}”，未读入", en=f"the sheet '{sheet.name}' is not known and was not read"),
        Text(zh=f"可用的表名：{shown}", en=f"known sheets: {shown}"),
    )


def _save(json_text: str, rows: Rows, path: Path, language: str) -> None:
    tables = as_tables(rows, language)
    match path.suffix.lower():
        case ".json":
            write_whole(path, json_text.encode())
        case ".xlsx":
            write_whole(path, write_xlsx(tables))
        case ".zip":
            write_whole(path, write_zip(tables))
        case _:
            path.mkdir(parents=True, exist_ok=True)
            for key, (headers, lines) in tables.items():
                write_whole(path / f"{key}.csv", write_csv(headers, lines))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, even if the process is killed meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(0o644)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


_ALL_NAMES = {name.casefold() for table in TABLES.values() for name in (table.key, table.label.zh, table.label.en)}
