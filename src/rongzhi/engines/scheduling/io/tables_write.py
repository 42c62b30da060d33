"""Write a problem as a folder of CSV tables that `read_csv` reads back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from rongzhi.engines.scheduling.io.cells import to_csv
from rongzhi.engines.scheduling.model import Job, Machine, Objective, Operation, Problem
from rongzhi.engines.scheduling.result import Plan

Cells = list[object]

_OPERATION_COLUMNS = (
    "job operation machine run setup cost needs family may_span_breaks resume_loss earliest_start size split_max_parts "
    "split_min_run name"
)
_MACHINE_COLUMNS = (
    "machine factory calendar changeover initial_family place is_unlimited batch_capacity batch_is_family_pure name"
)
PLAN_COLUMNS = ("operation", "machine", "mode", "start", "setup_end", "end", "changeover")
PART_COLUMNS = ("part", "run")


def write_csv(problem: Problem, folder: str | Path) -> Path:
    """Write a problem as CSV tables.

    Parameters
    ----------
    problem : Problem
    folder : str or Path
        Made when it is not there; tables in it are overwritten, those not needed are removed.

    Returns
    -------
    Path
        The folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables_of(problem).items():
        path = folder / f"{name}.csv"
        if text:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    return folder


def write_plan_csv(plan: Plan) -> str:
    """Write a plan as one CSV table, a row for each operation, or for each part of a divided lot."""
    columns = (*PLAN_COLUMNS, *(PART_COLUMNS if plan.is_divided else ()))
    rows = [[getattr(assignment, column) for column in columns] for assignment in plan]
    return to_csv(columns, rows)


def tables_of(problem: Problem) -> dict[str, str]:
    """Return the text of every table by name; tables that are not needed are empty."""
    parts: dict[str, tuple[str, list[Cells]]] = {
        "operations": (
            _OPERATION_COLUMNS,
            [row for job, operation in problem.operations() for row in _operation(job, operation)],
        ),
        "jobs": (
            "job release due deadline weight single_factory factories name",
            [
                [e.code, e.release, e.due, e.deadline, e.weight, e.single_factory, _list(e.factories), e.name]
                for e in problem.jobs
            ],
        ),
        "machines": (
            _MACHINE_COLUMNS,
            [_machine(each) for each in problem.machines],
        ),
        "factories": ("factory place name", [[e.code, e.place, e.name] for e in problem.factories]),
        "precedences": (
            "before after link lag max_lag share",
            [[e.before, e.after, str(e.link), e.lag, e.max_lag, e.share] for e in problem.precedences],
        ),
        "calendars": ("calendar start end cycle until overtime_rate", list(_calendars(problem))),
        "changeovers": ("changeover from to time", list(_changeovers(problem))),
        "transport": _transport(problem),
        "resources": ("resource capacity calendar", [[e.code, e.capacity, e.calendar] for e in problem.resources]),
        "pins": (
            "operation machine start end is_started remaining",
            [[e.operation, e.machine, e.start, e.end, e.is_started, e.remaining] for e in problem.pins],
        ),
        "problem": ("key value", _settings(problem)),
    }
    always = {"operations", "precedences"}  # without precedences the order of rows would be read as a chain
    return {
        name: to_csv(columns.split(), rows) if rows or name in always else "" for name, (columns, rows) in parts.items()
    }


def _machine(machine: Machine) -> Cells:
    batch = machine.batch
    return [
        machine.code,
        machine.factory,
        machine.calendar,
        machine.changeover,
        machine.initial_family,
        machine.place,
        machine.is_unlimited,
        batch.capacity if batch else None,
        batch.is_family_pure if batch else None,
        machine.name,
    ]


def _operation(job: Job, operation: Operation) -> Iterator[Cells]:
    split = operation.split
    own: Cells = [
        operation.family,
        operation.may_span_breaks,
        operation.resume_loss,
        operation.earliest_start,
        operation.size,
        split.max_parts if split else None,
        split.min_run if split else None,
        operation.name,
    ]
    for mode in operation.modes:
        needs = _list(tuple(f"{need.resource}:{need.amount}" for need in mode.needs))
        yield [job.code, operation.code, mode.machine, mode.run, mode.setup, mode.cost, needs, *own]
    if not operation.modes:
        yield [job.code, operation.code, None, None, None, None, None, *own]


def _list(codes: tuple[str, ...] | None) -> str:
    return ";".join(codes or ())


def _calendars(problem: Problem) -> Iterator[Cells]:
    for calendar in problem.calendars:
        for start, end in calendar.intervals:
            yield [calendar.code, start, end, calendar.cycle, calendar.until, None]
        if not calendar.intervals:
            yield [calendar.code, None, None, calendar.cycle, calendar.until, None]
        for each in calendar.overtime:
            yield [calendar.code, each.start, each.end, calendar.cycle, calendar.until, each.rate]


def _changeovers(problem: Problem) -> Iterator[Cells]:
    for table in problem.changeovers:
        for before, row in zip(table.families, table.times, strict=True):
            for after, time in zip(table.families, row, strict=True):
                yield [table.code, before, after, time]


def _transport(problem: Problem) -> tuple[str, list[Cells]]:
    given = problem.transport
    rows: list[Cells] = []
    for i, before in enumerate(given.places):
        for k, after in enumerate(given.places):
            rows.append([before, after, given.times[i][k], *([given.costs[i][k]] if given.costs else [])])
    return ("from to time cost" if given.costs else "from to time"), rows


def _settings(problem: Problem) -> list[Cells]:
    goal = problem.objective
    rows: list[Cells] = [["name", problem.name], ["time_unit", problem.time_unit]]
    rows += [[field.name, getattr(goal, field.name)] for field in fields(Objective) if field.name != "order"]
    if goal.order:
        rows.append(["order", _list(tuple(str(term) for term in goal.order))])
    return rows
