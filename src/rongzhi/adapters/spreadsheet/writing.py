"""Writing tables as CSV and XLSX so that no cell can act as a formula, and reading gives the same again."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from rongzhi.model.production.cells import Cell, write_cell

_ACTIVE = re.compile(r"^'*[=+\-@\t\r]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_EXACT_DIGITS = 15  # what a spreadsheet's numbers hold

Table = tuple[Sequence[str], Sequence[Sequence[Cell]]]
"""Headings and rows."""


def write_csv(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return a CSV file in UTF-8 with a byte order mark, as office programs expect it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_text(header) for header in headers])
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(tables: Mapping[str, Table]) -> bytes:
    """Return a workbook with one sheet for each table: headings bold and frozen, columns wide enough to read."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for name, (headers, rows) in tables.items():
        page = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])
        page.freeze_panes = "A2"
        for at, header in enumerate(headers, start=1):
            page.column_dimensions[get_column_letter(at)].width = max(10, min(40, 2 * len(header)))
        titles = [WriteOnlyCell(page, _text(header)) for header in headers]
        for title in titles:
            title.font = Font(bold=True)
        page.append(titles)
        for row in rows:
            page.append([_number_or_text(cell) for cell in row])
    if not tables:
        book.create_sheet("empty")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_zip(tables: Mapping[str, Table]) -> bytes:
    """Return a ZIP with one CSV file for each table; the same tables give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, (headers, rows) in tables.items():
            packed.writestr(zipfile.ZipInfo(f"{name}.csv"), write_csv(headers, rows))
    return out.getvalue()


def _text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    text = _FORBIDDEN.sub("", text)
    return f"'{text}" if _ACTIVE.match(text) else text


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _text(cell)
    if isinstance(cell, bool):
        return str(write_cell(cell))
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return str(cell) if isinstance(cell, (int, float)) else str(write_cell(cell))


def _number_or_text(cell: Cell) -> str | int | float | datetime | None:
    if isinstance(cell, Decimal):
        return float(cell) if len(cell.as_tuple().digits) <= _EXACT_DIGITS else f"{cell:f}"
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell if abs(cell) < 10**_EXACT_DIGITS else str(cell)
    if isinstance(cell, float):
        return cell if float(f"{cell:.{_EXACT_DIGITS}g}") == cell else repr(cell)
    if cell is None:
        return None
    return _text(cell) if isinstance(cell, str) else str(write_cell(cell))
