"""Reading flat tables: headings found, cells read, every fault of every row said at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rongzhi.kernel.calendars import zone_of
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production.cells import Cell, NotReadable, Value, read_cell
from rongzhi.model.production.table_specs import ALIASES, BOOK_TABLES, NETWORK_TABLES, TABLES, Column, Kind, Table

__all__ = [
    "BOOK_TABLES",
    "NETWORK_TABLES",
    "TABLES",
    "Cell",
    "Column",
    "Kind",
    "Record",
    "Table",
    "read_records",
    "suggest_mapping",
    "template_rows",
]


@dataclass(frozen=True, slots=True)
class Record:
    """One row that could be read: its place (``orders.csv:14``) and its values by column key, empty cells absent."""

    place: str
    values: Mapping[str, Value]


def read_records(
    table: Table,
    headers: Sequence[str],
    rows: Iterable[tuple[int, Sequence[Cell]]],
    *,
    where: str,
    mapping: Mapping[str, str] | None = None,
    timezone: str = "Asia/Shanghai",
    is_partial: bool = False,
) -> tuple[list[Record], Findings]:
    """Read the rows of a table.

    Parameters
    ----------
    table : Table
    headers : sequence of str
    rows : iterable of (row number, cells)
    where : str
        Name of the file or sheet; places read ``where:row:column``.
    mapping : mapping of heading to column key, or None
        Headings not in it are found by key, label or a common other name; an empty key leaves a column out.
    timezone : str
        Zone of times that name none.
    is_partial : bool
        Rows with an error are among the records, without the cells that could not be read.

    Returns
    -------
    list of Record, Findings
        Rows with an error are not among the records unless they are asked for.
    """
    findings = Findings()
    columns = _columns_of(table, headers, mapping or {}, where, findings)
    if not findings.is_clean:
        return [], findings
    zone = zone_of(timezone)
    records = []
    for number, cells in rows:
        if all(cell is None or cell == "" for cell in cells):
            continue
        before = len(findings)
        values = _read_row(columns, cells, f"{where}:{number}", zone, findings)
        if is_partial or len(findings) == before:
            records.append(Record(f"{where}:{number}", values))
    return records, findings


def suggest_mapping(table: Table, headers: Sequence[str]) -> dict[str, str]:
    """Guess which column each heading means.

    Returns
    -------
    dict of heading to column key
        Only the headings something is guessed for; no column is guessed twice. Sure matches come before likely ones.
    """
    names = _names_of(table)
    found: dict[str, str] = {}
    for header in headers:
        key = names.get(_plain(header))
        if key is not None and key not in found.values():
            found[header] = key
    for header in headers:
        if header in found or not header.strip():
            continue
        left = {name: key for name, key in names.items() if key not in found.values()}
        near = difflib.get_close_matches(_plain(header), left, n=1, cutoff=0.75)
        inside = [name for name in left if len(name) > 1 and name in _plain(header)]
        guess = near or sorted(inside, key=len, reverse=True)
        if guess:
            found[header] = left[guess[0]]
    return found


def template_rows(table: Table, language: str = "zh") -> tuple[list[str], list[str]]:
    """Return the headings and one row of examples of an empty table to fill in."""
    return [column.heading.in_(language) for column in table.columns], [column.example for column in table.columns]


def _columns_of(
    table: Table, headers: Sequence[str], mapping: Mapping[str, str], where: str, findings: Findings
) -> list[Column | None]:
    names = _names_of(table)
    found: list[Column | None] = []
    taken: dict[str, str] = {}
    for header in headers:
        key = mapping[header] if header in mapping else names.get(_plain(header))
        if header not in mapping and key in taken:
            key = None
        column = next((each for each in table.columns if each.key == key), None)
        found.append(column)
        if column is None and header.strip() and mapping.get(header) != "":
            _unknown_column(table, header, where, findings)
        elif column is not None and column.key in taken:
            findings.error(
                "duplicate-column",
                f"{where}:1:{header}",
                Text(
                    zh=f"“{header}”与“{taken[column.key]}”是同一列",
                    en=f"'{header}' and '{taken[column.key]}' are the same",
                ),
                Text(zh="只保留一列", en="keep only one of them"),
            )
        if column is not None:
            taken.setdefault(column.key, header)
    for column in table.columns:
        if column.is_required and column.key not in taken:
            findings.error(
                "missing-column",
                f"{where}:1",
                Text(zh=f"缺少“{column.label.zh}”列", en=f"the column '{column.label.en}' is missing"),
                Text(
                    zh=f"添加“{column.label.zh}”列（或 {column.key}），或指定对应的列",
                    en=f"add a column '{column.label.en}' (or {column.key}), or say which column it is",
                ),
            )
    return found


def _unknown_column(table: Table, header: str, where: str, findings: Findings) -> None:
    guess = suggest_mapping(table, [header]).get(header)
    likely = table.column(guess).label if guess else None
    findings.warning(
        "unknown-column",
        f"{where}:1:{header}",
        Text(zh=f"不认识“{header}”列，未读入", en=f"the column '{header}' is not known and was not read"),
        Text(zh=f"是否为“{likely.zh}”？", en=f"did you mean '{likely.en}'?")
        if likely
        else Text(zh="改正列名，或忽略", en="correct the heading, or ignore this"),
    )


def _read_row(
    columns: Sequence[Column | None], cells: Sequence[Cell], place: str, zone: ZoneInfo, findings: Findings
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for column, cell in zip(columns, [*cells, *[None] * (len(columns) - len(cells))], strict=False):
        if column is None:
            continue
        try:
            value = read_cell(column, cell, zone)
        except NotReadable as error:
            findings.error(
                "not-readable",
                f"{place}:{column.key}",
                Text(zh=f"“{cell}”不是{error.wanted.zh}", en=f"'{cell}' is not {error.wanted.en}"),
                error.fix,
            )
            continue
        if value is not None:
            values[column.key] = value
        elif column.is_required:
            findings.error(
                "missing",
                f"{place}:{column.key}",
                Text(zh=f"缺少“{column.label.zh}”", en=f"'{column.label.en}' is missing"),
                Text(zh=f"填写“{column.label.zh}”，如 {column.example}", en=f"fill it in, such as {column.example}"),
            )
    return values


def _names_of(table: Table) -> dict[str, str]:
    """Return every name of every column, keys and labels before other names."""
    names: dict[str, str] = {}
    for column in table.columns:
        for name in (column.key, column.label.zh, column.label.en):
            names.setdefault(_plain(name), column.key)
    for column in sorted(table.columns, key=lambda each: each.key == "code"):  # a table's own words before a code's
        for name in ALIASES.get(column.key, ()):
            names.setdefault(_plain(name), column.key)
    return names


def _plain(header: str) -> str:
    """Return a heading without its unit, case, blanks and dashes."""
    bare = re.sub(r"[（(\[【].*?[)）\]】]", "", header)
    return re.sub(r"[\s_\-*:：.]+", "", bare or header).casefold()
