"""CSV: a folder of tables, of which ``operations.csv`` alone is enough.

``operations.csv`` has a row for each way to do an operation: ``job``, ``operation``, ``machine`` (or several,
separated by ``;``) and ``run`` (also called ``duration``; ``duration_h`` is in hours). Rows of a job follow each other
unless a column ``after`` that is not empty or the table ``precedences.csv`` says otherwise. The columns of the other
tables are the fields of `rongzhi.engines.scheduling.model`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from rongzhi.engines.scheduling.io import tables_network as network
from rongzhi.engines.scheduling.io.cells import Frame, Row, Table, read_text
from rongzhi.engines.scheduling.model import (
    Job,
    Link,
    Mode,
    Need,
    Operation,
    Pin,
    Precedence,
    Problem,
    Split,
    TimeUnit,
)
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text

MAIN = "operations"
OTHERS = (
    "jobs",
    "machines",
    "factories",
    "precedences",
    "calendars",
    "changeovers",
    "transport",
    "resources",
    "pins",
    "problem",
)


def read_csv(
    path: str | Path, *, origin: datetime | str | None = None, time_unit: TimeUnit = "min", name: str | None = None
) -> Problem:
    """Read a problem from CSV tables.

    Parameters
    ----------
    path : str or Path
        A file of operations, or a folder with ``operations.csv`` and any of `OTHERS`.
    origin : datetime or ISO text or None
        Time 0; needed when releases, due dates or calendars are dates.
    time_unit : 'min' or 's'
        Unit of times without a unit, and of the problem; a table ``problem.csv`` may say otherwise.
    name : str or None
        Name of the problem; the file's by default.

    Returns
    -------
    Problem

    Raises
    ------
    Rejected
        With table, line and column of everything that cannot be read.
    """
    path = Path(path)
    folder = path if path.is_dir() else None
    files = {MAIN: path} if folder is None else {table: folder / f"{table}.csv" for table in (MAIN, *OTHERS)}
    try:
        texts = {table: read_text(file) for table, file in files.items() if table == MAIN or file.exists()}
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected([_unreadable(str(error))]) from error
    moment = datetime.fromisoformat(origin) if isinstance(origin, str) else origin
    main = path.name if folder is None else ""
    return read_tables(texts, origin=moment, time_unit=time_unit, name=name or path.stem, main=main)


def read_operations(text: str, name: str = MAIN, *, origin: datetime | None = None) -> Problem:
    """Read a problem from the text of one table of operations."""
    return read_tables({MAIN: text}, origin=origin, name=name, main=f"{name}.csv")


def read_tables(
    texts: dict[str, str],
    *,
    origin: datetime | None = None,
    time_unit: TimeUnit = "min",
    name: str = "",
    main: str = "",
) -> Problem:
    """Read a problem from the texts of its tables.

    Parameters
    ----------
    texts : dict of str to str
        Table name (`MAIN` and any of `OTHERS`) to CSV text.
    origin, time_unit, name
        As in `read_csv`.
    main : str
        What findings call the table of operations; ``operations.csv`` by default.

    Raises
    ------
    Rejected
        With table, line and column of everything that cannot be read.
    """
    findings = Findings()
    settings = network.settings(Table(texts.get("problem", ""), "problem.csv", Frame(), findings))
    frame = Frame(settings.time_unit or time_unit, origin)
    called = {MAIN: main or f"{MAIN}.csv"}
    made = {table: Table(text, called.get(table, f"{table}.csv"), frame, findings) for table, text in texts.items()}
    made |= {table: Table("", f"{table}.csv", frame, findings) for table in OTHERS if table not in made}
    reader = _Operations(made[MAIN])
    if not made[MAIN].require(["job", "machine", "run"] if "machines" not in texts else ["job"]):
        findings.raise_if_any()
    reader.read()
    precedences = _precedences(made["precedences"]) if "precedences" in texts else reader.precedences()
    factory_of = reader.factory_of
    jobs = _jobs(made["jobs"], reader)
    machines = network.machines(made["machines"], factory_of)
    problem = Problem(
        jobs=jobs,
        machines=machines,
        factories=network.factories(made["factories"], machines),
        precedences=precedences,
        calendars=network.calendars(made["calendars"]),
        changeovers=network.changeovers(made["changeovers"]),
        resources=network.resources(made["resources"], reader.resources),
        transport=network.transport(made["transport"]),
        pins=_pins(made["pins"]),
        objective=settings.objective,
        time_unit=frame.time_unit,
        name=name if settings.name is None else settings.name,
    )
    findings.raise_if_any()
    return problem


class _Operations:
    """Gathers the rows of operations; rows of the same job and operation are its modes."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.factory_of: dict[str, str] = {}
        self.resources: dict[str, int] = {}
        self.rows_of: dict[str, dict[str, list[Row]]] = {}
        self.first_row: dict[str, Row] = {}
        self._shared: set[str] = set()

    def read(self) -> None:
        """Gather the rows."""
        homes: dict[str, str] = {}
        for row in self.table.rows():
            job = row.code("job")
            steps = self.rows_of.setdefault(job, {})
            self.first_row.setdefault(job, row)
            label = row.text("operation", str(len(steps) + 1))
            steps.setdefault(label, []).append(row)
            if homes.setdefault(label, job) != job:
                self._shared.add(label)
            for machine in row.many("machine"):
                self.factory_of.setdefault(machine, row.text("factory", "F1"))

    def code(self, job: str, label: str) -> str:
        """Return the code of an operation: its label, with the job before it where labels are not unique."""
        return f"{job}-{label}" if self._shared else label

    def operations(self, job: str) -> tuple[Operation, ...]:
        """Return the operations of a job."""
        return tuple(self._operation(self.code(job, label), rows) for label, rows in self.rows_of.get(job, {}).items())

    def _operation(self, code: str, rows: list[Row]) -> Operation:
        first = rows[0]
        parts = first.text("split_max_parts")
        return Operation(
            code=code,
            modes=tuple(mode for row in rows for mode in self._modes(row)),
            family=first.maybe("family"),
            may_span_breaks=first.flag("may_span_breaks", default=True),
            resume_loss=first.time("resume_loss"),
            earliest_start=first.time("earliest_start"),
            size=first.whole("size", 1),
            split=Split(first.whole("split_max_parts"), first.time("split_min_run", 1)) if parts else None,
            name=first.text("name"),
        )

    def _modes(self, row: Row) -> Iterable[Mode]:
        needs = tuple(self._need(row, part) for part in row.many("needs"))
        if row.text("machine") and not row.text("run"):
            self.table.error(row.line, "run", Text("缺少加工时间", "the duration is missing"))
        for machine in row.many("machine"):
            yield Mode(machine, row.time("run"), row.time("setup"), row.number("cost"), needs)

    def _need(self, row: Row, part: str) -> Need:
        resource, _, amount = part.partition(":")
        if amount and not amount.isdigit():
            self.table.error(row.line, "needs", Text(f"“{part}”应为 资源:数量", f"'{part}' must be resource:amount"))
            amount = ""
        need = Need(resource.strip(), int(amount or 1))
        self.resources[need.resource] = max(self.resources.get(need.resource, 1), need.amount)
        return need

    def precedences(self) -> tuple[Precedence, ...]:
        """Return what the column ``after`` says, or the order of the rows."""
        links: list[Precedence] = []
        is_said = self.table.has_any("after")
        for job, steps in self.rows_of.items():
            if not is_said:
                links += [Precedence(self.code(job, a), self.code(job, b)) for a, b in pairwise(steps)]
                continue
            for label, rows in steps.items():
                for before in rows[0].many("after"):
                    known = self.code(job, before) if before in steps else before
                    links.append(Precedence(known, self.code(job, label)))
        return tuple(links)


def _jobs(table: Table, operations: _Operations) -> tuple[Job, ...]:
    rows = {row.code("job"): row for row in table.rows()}
    codes = dict.fromkeys([*rows, *operations.rows_of])
    return tuple(_job(code, rows.get(code) or operations.first_row[code], operations) for code in codes)


def _job(code: str, row: Row, operations: _Operations) -> Job:
    return Job(
        code=code,
        operations=operations.operations(code),
        release=row.time("release"),
        due=row.maybe_time("due"),
        deadline=row.maybe_time("deadline"),
        weight=row.number("weight", 1.0),
        single_factory=row.flag("single_factory"),
        factories=row.many("factories") or None,
        name=row.text("job_name") or (row.text("name") if row.table.name == "jobs.csv" else ""),
    )


def _precedences(table: Table) -> tuple[Precedence, ...]:
    if not table.require(["before", "after"]):
        return ()
    return tuple(_precedence(row) for row in table.rows())


def _precedence(row: Row) -> Precedence:
    kind = row.text("link", Link.FINISH_START)
    if kind not in {str(link) for link in Link}:
        message = Text(f"未知的关系“{kind}”", f"unknown link '{kind}'")
        row.table.error(row.line, "link", message)
        kind = Link.FINISH_START
    return Precedence(
        before=row.code("before"),
        after=row.code("after"),
        link=Link(kind),
        lag=row.time("lag"),
        max_lag=row.maybe_time("max_lag"),
        share=row.number("share", 1.0),
    )


def _pins(table: Table) -> tuple[Pin, ...]:
    return tuple(
        Pin(
            operation=row.code("operation"),
            machine=row.maybe("machine"),
            start=row.maybe_time("start"),
            end=row.maybe_time("end"),
            is_started=row.flag("is_started"),
            remaining=row.maybe_time("remaining"),
        )
        for row in table.rows()
    )


def _unreadable(reason: str) -> Finding:
    return Finding(
        "unreadable-file",
        "operations.csv",
        Text(zh=f"读不了表格：{reason}", en=f"the table cannot be read: {reason}"),
        Text(zh="检查路径和编码", en="check the path and the encoding"),
    )
