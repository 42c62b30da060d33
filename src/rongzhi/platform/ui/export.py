"""Lists as files: CSV that spreadsheet programs open in Chinese, and XLSX."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from rongzhi.kernel.money import Money
from rongzhi.kernel.text import Text
from rongzhi.platform.i18n import speak
from rongzhi.platform.ui.format import yes_no

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def exact(value: Any) -> Any:
    """Return a value a spreadsheet can count with: local naive times, Decimal amounts, text made harmless."""
    if isinstance(value, Money):
        return value.rounded().amount
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, bool):
        return yes_no(value)
    if value is None or isinstance(value, int | float | Decimal | dt.date):
        return value
    text = speak(value) if isinstance(value, Text) else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Return rows of `exact` values as CSV with a byte-order mark, streamed."""

    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        yield "\ufeff"
        writer.writerow(heads)
        for row in rows:
            writer.writerow([_written(value) for value in row])
            if buffer.tell() > 65536:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    _name(response, f"{name}.csv")
    return response


def _written(value: Any) -> Any:
    return value.isoformat(sep=" ", timespec="minutes") if isinstance(value, dt.datetime) else value


def xlsx_response(name: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Return rows of `exact` values as a workbook with a frozen bold heading."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    for index, head in enumerate(heads, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = min(max(12, len(head) * 2 + 2), 40)
    cells = [WriteOnlyCell(sheet, value=head) for head in heads]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    response = HttpResponse(stream.getvalue(), content_type=XLSX)
    _name(response, f"{name}.xlsx")
    return response


def _sheet_name(title: str) -> str:
    return "".join("-" if char in "[]:*?/\\" else char for char in title)[:31] or "Sheet"


def _name(response: HttpResponseBase, filename: str) -> None:
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
