"""Single cells of tables: what people write, read as values; values written so that they read back the same."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from rongzhi.kernel.text import Text
from rongzhi.model.production.table_specs import Column

Cell = str | int | float | Decimal | bool | datetime | date | time | None
Value = str | int | float | Decimal | bool | datetime | date | time | tuple[str, ...] | tuple[int, ...]

NOTHING = "-"
"""Written in a list cell for an empty list where an empty cell means something else."""

_YES = {"yes", "y", "true", "1", "是", "√", "对"}
_NO = {"no", "n", "false", "0", "否", "×", "错"}
_SEPARATORS = re.compile(r"[;；、,，\n]")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_DATE = re.compile(r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]+(.+))?$")


class NotReadable(ValueError):
    """A cell that cannot be read as its column's kind; the text says what was wanted."""

    def __init__(self, wanted: Text, fix: Text) -> None:
        self.wanted = wanted
        self.fix = fix
        super().__init__(wanted.en)


def read_cell(column: Column, cell: Cell, zone: ZoneInfo) -> Value | None:  # noqa: PLR0911  (one for each kind)
    """Read a cell as its column's kind.

    Parameters
    ----------
    column : Column
    cell : Cell
        Text, or what a spreadsheet holds.
    zone : ZoneInfo
        Zone of times that name none.

    Returns
    -------
    Value or None
        None for an empty cell.

    Raises
    ------
    NotReadable
    """
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "":
        return None
    match column.kind:
        case "text":
            return _text(cell)
        case "integer":
            return _integer(cell)
        case "decimal":
            return _decimal(cell)
        case "number":
            return float(_decimal(cell, largest_exponent=330))
        case "flag":
            return _flag(cell)
        case "date":
            return _datetime(cell, zone, is_end=False).date()
        case "datetime":
            return _datetime(cell, zone, is_end=column.key == "due")
        case "time":
            return _time(cell)
        case "list":
            return tuple(part.strip() for part in _SEPARATORS.split(_text(cell)) if part.strip())
        case "days":
            return _days(_text(cell))


def has_no_time(cell: Cell) -> bool:
    """Return whether a cell that holds an instant names its day only."""
    if isinstance(cell, datetime):
        return cell.tzinfo is None and cell.time() == time(0)
    if isinstance(cell, date):
        return True
    found = _DATE.match(str(cell).strip()) if isinstance(cell, (str, int)) else None
    return found is not None and not found[4]


def write_cell(value: object) -> Cell:  # noqa: PLR0911  (one for each type)
    """Return a value as a cell; times and lists become text, numbers stay numbers."""
    if value is None or value == ():
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes" if not value.second and not value.microsecond else "auto")
    if isinstance(value, time):
        return value.isoformat(timespec="minutes" if not value.second and not value.microsecond else "auto")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(str(part) for part in value)
    if isinstance(value, (int, float, Decimal, str)):
        return value
    raise TypeError(type(value).__name__)


def _text(cell: Cell) -> str:
    """Return text; a spreadsheet's 1001.0 was meant as 1001."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (datetime, date, time)):
        return str(write_cell(cell))
    return str(cell)


def _decimal(cell: Cell, largest_exponent: int = 30) -> Decimal:
    wanted = NotReadable(Text("数字", "a number"), Text("填写数字，如 2.5", "enter a number such as 2.5"))
    if isinstance(cell, (bool, datetime, date, time)):
        raise wanted
    text = repr(cell) if isinstance(cell, float) else str(cell).strip()
    if _THOUSANDS.match(text):
        text = text.replace(",", "")
    is_percent = text.endswith(("%", "％"))
    try:
        number = Decimal(text.rstrip("%％"))
    except InvalidOperation:
        raise wanted from None
    if not number.is_finite() or abs(number.adjusted()) > largest_exponent:
        raise wanted
    return number / 100 if is_percent else number


def _integer(cell: Cell) -> int:
    number = _decimal(cell)
    if number != number.to_integral_value():
        raise NotReadable(Text("整数", "a whole number"), Text("填写整数，如 3", "enter a whole number such as 3"))
    return int(number)


def _flag(cell: Cell) -> bool:
    word = _text(cell).casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise NotReadable(Text("是或否", "yes or no"), Text("填写 是 或 否", "enter yes or no"))


def _time(cell: Cell) -> time:
    if isinstance(cell, datetime):
        return cell.time()
    if isinstance(cell, time):
        return cell
    if isinstance(cell, str):
        try:
            # "24:00" is how shift tables write the end of the day, "8:00" how people write the morning
            padded = f"0{cell}" if re.match(r"^\d:", cell) else cell
            return time(0) if padded == "24:00" else time.fromisoformat(padded)
        except ValueError:
            pass
    raise NotReadable(Text("时刻", "a time of day"), Text("按 08:30 填写", "write it as 08:30"))


def _datetime(cell: Cell, zone: ZoneInfo, *, is_end: bool) -> datetime:
    """Return an instant; a day without a time means its beginning, or its last minute for a due date."""
    moment: datetime | None = None
    rest = time(23, 59) if is_end else time(0)
    if isinstance(cell, datetime):  # a spreadsheet's day without a time is its midnight
        moment = cell.replace(hour=23, minute=59) if is_end and has_no_time(cell) else cell
    elif isinstance(cell, date):
        moment = datetime.combine(cell, rest)
    elif isinstance(cell, (str, int)) and (found := _DATE.match(str(cell))) is not None:
        year, month, day, clock = found.groups()
        try:
            moment = datetime.combine(date(int(year), int(month), int(day)), rest)
            if clock:
                padded = f"0{clock}" if re.match(r"^\d:", clock) else clock
                moment = datetime.fromisoformat(f"{moment.date().isoformat()}T{padded.strip()}")
        except ValueError:
            moment = None
    if moment is None:
        raise NotReadable(
            Text("日期时间", "a date and time"), Text("按 2026-03-01 17:00 填写", "write it as 2026-03-01 17:00")
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _days(text: str) -> tuple[int, ...]:
    """Return weekdays written as 1-5, as 1;2;3 or as 12345."""
    if re.fullmatch(r"[1-7]{2,7}", text):
        return tuple(int(digit) for digit in text)
    days: list[int] = []
    for part in re.split(r"[;；、,，\s]+", text):
        span = re.fullmatch(r"([1-7])(?:\s*[-–~至]\s*([1-7]))?", part)
        if span is None:
            raise NotReadable(
                Text("星期", "weekdays"), Text("用 1（星期一）至 7，如 1-5", "use 1 (Monday) to 7, such as 1-5")
            )
        days += range(int(span[1]), int(span[2] or span[1]) + 1)
    return tuple(days)
