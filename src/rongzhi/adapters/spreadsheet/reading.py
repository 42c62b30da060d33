"""Reading CSV and XLSX files into sheets, within limits, with places a person can find again."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rongzhi.adapters.spreadsheet.sheets import Limits, Sheet
from rongzhi.adapters.spreadsheet.sniff import sniff, too_large
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production.cells import Cell

_SAVE_AS = Text("另存为 CSV UTF-8 或 .xlsx，必要时拆分", "save it as CSV UTF-8 or .xlsx, in parts if it is too large")
# What openpyxl lets through when the parts of a workbook do not fit each other; SyntaxError is its XML parser's.
_BROKEN_XLSX = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError, zipfile.BadZipFile,
)  # fmt: skip
_ESCAPED = re.compile(r"^'(?='*[=+\-@\t\r])")


def read_sheets(source: Path | bytes, name: str = "", limits: Limits | None = None) -> list[Sheet] | Findings:
    """Read every sheet of a CSV or XLSX file, or of the CSV files in a ZIP.

    Parameters
    ----------
    source : Path or bytes
    name : str
        Name of the file as the person knows it; taken from the path if empty.
    limits : Limits or None

    Returns
    -------
    list of Sheet, or Findings
        Findings if the file is too large, is not what its name says, or cannot be read.
    """
    limits = limits or Limits()
    if isinstance(source, Path):
        name = name or source.name
        size = source.stat().st_size
        if size > limits.max_bytes:
            findings = Findings()
            too_large(findings, name, size, limits.max_bytes)
            return findings
        source = source.read_bytes()
    kind = sniff(source, name, limits)
    if isinstance(kind, Findings):
        return kind
    if kind == "xlsx":
        return _read_xlsx(source, name, limits)
    if kind == "zip":
        return _read_zip(source, name, limits)
    if kind == "json":
        return _refused("not-a-table", name, Text("这是 JSON，不是表格", "this is JSON, not a table"))
    sheet = _read_csv(source, name, limits)
    return sheet if isinstance(sheet, Findings) else [sheet]


def _read_csv(content: bytes, name: str, limits: Limits) -> Sheet | Findings:
    text = _decoded(content)
    if text is None:
        return _refused(
            "unknown-encoding",
            name,
            Text("无法识别文字编码（非 UTF-8 或 GB18030）", "the text is neither UTF-8 nor GB18030"),
        )
    title = name.rsplit(":", 1)[-1].rsplit(".", 1)[0].rsplit("/", 1)[-1]
    csv.field_size_limit(max(csv.field_size_limit(), limits.max_cell_characters + 1))
    try:
        return _sheet(title, name, _csv_lines(text), limits)
    except csv.Error as error:
        return _refused("not-csv", name, Text(f"不是有效的 CSV：{error}", f"not valid CSV: {error}"))


def _csv_lines(text: str) -> Iterator[tuple[int, list[Cell]]]:
    """Yield lines with the number of the line each begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    begins = 1
    for cells in reader:
        yield begins, [_unescaped(cell) for cell in cells]
        begins = reader.line_num + 1


def _decoded(content: bytes) -> str | None:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    """Return the delimiter that stands most often in the heading, outside quotes."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", line)
    return max(",;\t", key=bare.count)


def _read_xlsx(content: bytes, name: str, limits: Limits) -> list[Sheet] | Findings:
    from openpyxl import load_workbook

    sheets: list[Sheet] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that carry no data
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            if len(workbook.worksheets) > limits.max_sheets:
                return _too_many(name, Text("工作表", "sheets"), limits.max_sheets)
            for page in workbook.worksheets:
                page.reset_dimensions()  # what a file says of its own size is not believed
                where = f"{name}:{page.title}" if len(workbook.worksheets) > 1 else name
                lines = ((at, [_xlsx_cell(cell) for cell in row]) for at, row in enumerate(page.values, start=1))
                sheet = _sheet(page.title, where, lines, limits)
                if isinstance(sheet, Findings):
                    return sheet
                sheets.append(sheet)
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        SyntaxError,
        OSError,
        zipfile.BadZipFile,
    ) as error:
        return _refused("not-xlsx", name, Text(f"无法读取 XLSX：{error}", f"the XLSX file cannot be read: {error}"))
    return sheets


def _xlsx_cell(cell: object) -> Cell:
    if isinstance(cell, str):
        return _unescaped(cell)
    return cell  # type: ignore[return-value]  # openpyxl gives numbers, booleans, dates, times and None


def _read_zip(content: bytes, name: str, limits: Limits) -> list[Sheet] | Findings:
    sheets: list[Sheet] = []
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        entries = [entry for entry in packed.namelist() if entry.lower().endswith(".csv") and "__MACOSX" not in entry]
        if len(entries) > limits.max_sheets:
            return _too_many(name, Text("文件", "files"), limits.max_sheets)
        if not entries:
            return _refused("not-a-table", name, Text("压缩包内没有 CSV 文件", "the archive holds no CSV file"))
        for entry in entries:
            sheet = _read_csv(packed.read(entry), f"{name}:{entry}", limits)
            if isinstance(sheet, Findings):
                return sheet
            sheets.append(sheet)
    return sheets


def _sheet(title: str, where: str, lines: Iterable[tuple[int, Sequence[Cell]]], limits: Limits) -> Sheet | Findings:
    """Take the first line that is not empty as the heading, and the others as rows."""
    headers: list[str] | None = None
    rows: list[tuple[int, Sequence[Cell]]] = []
    for number, line in lines:
        cells = _trimmed(line)
        if not cells:
            continue
        if len(cells) > limits.max_columns:
            return _too_many(f"{where}:{number}", Text("列", "columns"), limits.max_columns)
        if any(isinstance(cell, str) and len(cell) > limits.max_cell_characters for cell in cells):
            return _too_many(f"{where}:{number}", Text("字符", "characters in a cell"), limits.max_cell_characters)
        if headers is None:
            headers = ["" if cell is None else str(cell).strip() for cell in cells]
        elif len(rows) >= limits.max_rows:
            return _too_many(where, Text("行", "rows"), limits.max_rows)
        else:
            rows.append((number, cells))
    if headers is None and not rows:
        return Sheet(title, where, [], [])
    return Sheet(title, where, headers or [], rows)


def _trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return the cells up to the last that is not empty."""
    last = len(cells)
    while last and (cells[last - 1] is None or str(cells[last - 1]).strip() == ""):
        last -= 1
    return cells[:last]


def _unescaped(cell: str) -> str:
    return _ESCAPED.sub("", cell)


def _too_many(where: str, what: Text, limit: int) -> Findings:
    return _refused("too-large", where, Text(f"{what.zh}超过上限 {limit}", f"more than {limit} {what.en}"))


def _refused(code: str, where: str, message: Text) -> Findings:
    findings = Findings()
    fix = Text(
        "另存为 CSV UTF-8 或 .xlsx，必要时拆分后再试", "save it as CSV UTF-8 or .xlsx, split if need be, and try again"
    )
    findings.error(code, where, message, fix)
    return findings
