"""Tables of text: cells read as codes, numbers, times and dates, each with its line and column in findings."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from rongzhi.engines.scheduling.model import TimeUnit
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

T = TypeVar("T")

MOST_FINDINGS = 50

SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}

ALIASES = {
    "run": ("duration", "processing_time", "加工时间", "工时", "时长"),
    "job": ("order", "作业", "订单", "工单", "订单号"),
    "operation": ("step", "task", "工序"),
    "machine": ("machines", "机床", "机器", "设备", "机台"),
    "setup": ("set_up", "准备时间", "准备"),
    "due": ("due_date", "交期", "交货期"),
    "release": ("release_date", "下达时间", "下达"),
    "deadline": ("最后期限",),
    "weight": ("priority", "优先级", "权重"),
    "factory": ("工厂",),
    "family": ("产品族",),
    "cost": ("成本",),
    "after": ("predecessors", "前序", "紧前工序"),
    "needs": ("resources", "资源"),
    "earliest_start": ("最早开始",),
    "name": ("名称",),
}
"""Other headings under which a column is found; durations may also end in a unit: ``duration_h``."""


@dataclass(frozen=True, slots=True)
class Frame:
    """How times and dates of all tables are read.

    Parameters
    ----------
    time_unit : 'min' or 's'
    origin : datetime or None
        Time 0; needed when cells hold dates.
    """

    time_unit: TimeUnit = "min"
    origin: datetime | None = None

    def of_date(self, moment: datetime) -> int:
        """Return a date as time units after the origin, rounded up."""
        assert self.origin is not None
        if moment.tzinfo is None and self.origin.tzinfo is not None:
            moment = moment.replace(tzinfo=self.origin.tzinfo)
        elif moment.tzinfo is not None and self.origin.tzinfo is None:
            moment = moment.replace(tzinfo=None)
        return math.ceil((moment - self.origin).total_seconds() / SECONDS[self.time_unit])


class Table:
    """The rows of one CSV table.

    Parameters
    ----------
    text : str
        Comma, semicolon or tab between the cells; the first line names the columns.
    name : str
        File name for findings.
    frame : Frame
    findings : Findings
    """

    def __init__(self, text: str, name: str, frame: Frame, findings: Findings) -> None:
        self.name, self.frame, self.findings = name, frame, findings
        head = text.partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        self._columns: dict[str, int] = {}
        self._units: dict[str, str] = {}
        self._rows: list[tuple[int, list[str]]] = []
        try:
            for place, heading in enumerate(next(reader, [])):
                self._name_column(heading.strip().lower().replace(" ", "_"), place)
            self._rows += [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
        except csv.Error as error:
            self.error(reader.line_num, "", Text(f"不是 CSV：{error}", f"this is not CSV: {error}"), "broken-csv")

    def _name_column(self, heading: str, place: int) -> None:
        stem, _, unit = heading.rpartition("_")
        if stem and unit in SECONDS:
            heading, self._units[self._known(stem)] = stem, unit
        self._columns.setdefault(self._known(heading), place)

    @staticmethod
    def _known(heading: str) -> str:
        return next((name for name, others in ALIASES.items() if heading in others), heading)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, column: object) -> bool:
        return column in self._columns

    def rows(self) -> Iterator[Row]:
        """Yield the rows in their order."""
        return (Row(self, line, cells) for line, cells in self._rows)

    def require(self, columns: Sequence[str]) -> bool:
        """Report columns that are missing; return whether all are there."""
        missing = [column for column in columns if column not in self._columns]
        for column in missing:
            message = Text(f"缺少列“{column}”", f"column '{column}' is missing")
            others = ", ".join(ALIASES.get(column, ()))
            fix = Text(f"加上这一列；也可叫 {others}", f"add it; also known as {others}") if others else None
            self.error(1, column, message, "missing-column", fix)
        return not missing

    def has_any(self, column: str) -> bool:
        """Return whether a column is there and not empty from top to bottom."""
        return column in self and any(row.text(column) for row in self.rows())

    def error(self, line: int, column: str, message: Text, code: str = "bad-cell", fix: Text | None = None) -> None:
        """Add a finding about a cell."""
        if len(self.findings) < MOST_FINDINGS:
            fix = fix or Text(zh="改正表格", en="correct the table")
            self.findings.error(code, f"{self.name}:{line}:{column}", message, fix)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; every reader reports what it cannot read and goes on with a default."""

    table: Table
    line: int
    cells: list[str]

    def text(self, column: str, default: str = "") -> str:
        """Return a cell without blanks around it."""
        place = self.table._columns.get(column)
        value = self.cells[place].strip() if place is not None and place < len(self.cells) else ""
        return value or default

    def code(self, column: str) -> str:
        """Return a code that must be there."""
        value = self.text(column)
        if not value:
            self._odd(column, Text("不能为空", "must not be empty"))
        return value

    def maybe(self, column: str) -> str | None:
        """Return a code, None when the cell is empty."""
        return self.text(column) or None

    def many(self, column: str) -> tuple[str, ...]:
        """Return the codes of a cell, separated by ``;`` (or ``|``)."""
        return tuple(part.strip() for part in self.text(column).replace("|", ";").split(";") if part.strip())

    def whole(self, column: str, default: int = 0) -> int:
        """Return a whole number."""
        return self._read(column, default, int, Text("应为整数", "must be a whole number"))

    def number(self, column: str, default: float = 0.0) -> float:
        """Return a number."""
        return self._read(column, default, float, Text("应为数", "must be a number"))

    def flag(self, column: str, *, default: bool = False) -> bool:
        """Return a yes or no: 1/0, true/false, yes/no, 是/否."""
        value = self.text(column).lower()
        if not value:
            return default
        if value not in _FLAGS:
            self._odd(column, Text("应为 是/否", "must be yes or no"))
        return _FLAGS.get(value, default)

    def time(self, column: str, default: int = 0) -> int:
        """Return a duration or a time in the unit of the problem; rounded up."""
        found = self.maybe_time(column)
        return default if found is None else found

    def maybe_time(self, column: str) -> int | None:
        """Return a duration, a time or a date; None when the cell is empty."""
        value = self.text(column)
        if not value:
            return None
        unit = self.table._units.get(column, self.table.frame.time_unit)
        if value.lstrip("-").isdigit() and unit == self.table.frame.time_unit:
            return int(value)
        try:
            return math.ceil(float(value) * SECONDS[unit] / SECONDS[self.table.frame.time_unit] - 1e-9)
        except (ValueError, OverflowError):
            return self._date(column, value)

    def _date(self, column: str, value: str) -> int | None:
        try:
            moment = datetime.fromisoformat(value.replace("/", "-"))
        except ValueError:
            self._odd(column, Text(f"“{value[:40]}”不是时间", f"'{value[:40]}' is not a time"))
            return None
        if self.table.frame.origin is None:
            message = Text("有日期时须给出时刻 0", "dates need time 0")
            fix = Text("给出 origin=...；命令行用 --origin", "pass origin=..., at the command line --origin")
            self.table.error(self.line, column, message, fix=fix)
            return None
        return self.table.frame.of_date(moment)

    def _read(self, column: str, default: T, kind: Callable[[str], T], message: Text) -> T:
        value = self.text(column)
        if not value:
            return default
        try:
            return kind(value)
        except ValueError:
            self._odd(column, message)
            return default

    def _odd(self, column: str, message: Text) -> None:
        self.table.error(self.line, column, message)


_FLAGS = {"1": True, "true": True, "yes": True, "是": True, "0": False, "false": False, "no": False, "否": False}


def read_text(path: Path) -> str:
    """Return the text of a table; UTF-8 with or without mark, else GB 18030 as Chinese spreadsheets save it."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as CSV; None becomes an empty cell, True and False become 1 and 0."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([int(cell) if isinstance(cell, bool) else "" if cell is None else cell for cell in row])
    return buffer.getvalue()
