"""A plan as rows, bars and arrows: plain data that any chart can draw and JSON can carry."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from rongzhi.engines.scheduling.checks_plan import require_fit
from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.model import Machine, Problem
from rongzhi.engines.scheduling.result import Assignment, Plan

_SECONDS = {"min": 60, "s": 1}


def gantt_data(
    problem: Problem,
    plan: Plan,
    *,
    origin: datetime | None = None,
    jobs: Collection[str] | None = None,
    machines: Collection[str] | None = None,
) -> dict[str, Any]:
    """Return a plan as rows (factory, then machine), bars, transport arrows and jobs.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    origin : datetime, optional
        Moment 0; with it every bar also has ``start_at``, ``end_at`` (ISO 8601) and ``start_ms``, ``setup_end_ms``,
        ``end_ms`` (milliseconds since 1970).
    jobs, machines : collection of str, optional
        Only these; all by default.

    Returns
    -------
    dict
        ``unit``, ``origin`` (and ``origin_wall_ms``, its clock time read as UTC), ``start``, ``end``; ``rows`` with
        ``gaps`` (closed time) and ``lanes`` (how many bars lie above each other); ``bars`` with ``row``, ``lane``,
        times, ``changeover_start``, ``breaks`` (closed time inside), ``part`` (of a divided lot, else 0) and ``batch``
        (a number shared by the bars of one batch, else None); ``arrows`` (only where something is
        transported); ``jobs`` with completion and lateness. Times are integers in the unit.
    """
    require_fit(problem, plan)
    shown = [row for row in plan if machines is None or row.machine in machines]
    job_of = {operation.code: job for job, operation in problem.operations()}
    if jobs is not None:
        shown = [row for row in shown if job_of[row.operation].code in jobs]
    start = min([0, *(row.start for row in shown)])
    end = max([start + 1, *(row.end for row in shown)])
    clocks = {calendar.code: Clock(calendar) for calendar in problem.calendars}
    rows, row_of = _rows(problem, {row.machine for row in shown}, clocks, (start, end))
    facts = _jobs(problem, plan, jobs)
    bars = _bars(problem, shown, rows, row_of, clocks)
    late = {fact["code"] for fact in facts if fact["lateness"] > 0}
    for bar in bars:
        bar["is_late"] = bar["job"] in late
        if origin is not None:
            bar.update(_dated(bar, origin, _SECONDS[problem.time_unit]))
    return {
        "name": problem.name,
        "unit": problem.time_unit,
        "origin": origin.isoformat() if origin is not None else None,
        "origin_wall_ms": round(origin.replace(tzinfo=UTC).timestamp() * 1000) if origin is not None else None,
        "start": start,
        "end": end,
        "rows": rows,
        "bars": bars,
        "arrows": _arrows(problem, bars),
        "jobs": facts,
    }


def _rows(
    problem: Problem, used: set[str], clocks: dict[str, Clock], span: tuple[int, int]
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    names = {factory.code: factory.name or factory.code for factory in problem.factories}
    order = {factory.code: place for place, factory in enumerate(problem.factories)}
    rows, row_of = list[dict[str, Any]](), dict[str, int]()
    for machine in sorted(problem.machines, key=lambda each: order[each.factory]):
        if machine.code in used:
            row_of[machine.code] = len(rows)
            gaps = clocks[machine.calendar].gaps(*span) if machine.calendar is not None else []
            rows.append(_row(machine, names[machine.factory], gaps))
    return rows, row_of


def _row(machine: Machine, factory_name: str, gaps: list[tuple[int, int]]) -> dict[str, Any]:
    return {
        "machine": machine.code,
        "name": machine.name or machine.code,
        "factory": machine.factory,
        "factory_name": factory_name,
        "lanes": 1,
        "gaps": [list(gap) for gap in gaps],
    }


def _jobs(problem: Problem, plan: Plan, only: Collection[str] | None) -> list[dict[str, Any]]:
    ends: dict[str, int] = {}
    for row in plan:
        ends[row.operation] = max(row.end, ends.get(row.operation, row.end))
    found = []
    for job in problem.jobs:
        own = [ends[each.code] for each in job.operations if each.code in ends]
        if not own or (only is not None and job.code not in only):
            continue
        completion = max(own)
        found.append(
            {
                "code": job.code,
                "name": job.name or job.code,
                "due": job.due,
                "completion": completion,
                "lateness": completion - job.due if job.due is not None else 0,
                "weight": job.weight,
            }
        )
    return found


def _bars(
    problem: Problem,
    shown: list[Assignment],
    rows: list[dict[str, Any]],
    row_of: dict[str, int],
    clocks: dict[str, Clock],
) -> list[dict[str, Any]]:
    operations = {operation.code: (job, operation) for job, operation in problem.operations()}
    calendar = {machine.code: machine.calendar for machine in problem.machines}
    fixed = {pin.operation for pin in problem.pins if pin.start is not None or pin.is_started}
    ovens = {machine.code for machine in problem.machines if machine.batch is not None}
    busy: dict[int, list[int]] = {}
    batches: dict[tuple[str, int, int], int] = {}
    bars = []
    for row in sorted(shown, key=lambda each: (each.start, each.end)):
        job, operation = operations[row.operation]
        place, code = row_of[row.machine], calendar[row.machine]
        before = row.start - row.changeover if code is None else clocks[code].back(row.start, row.changeover)
        lane = _free_lane(busy.setdefault(place, []), row)
        rows[place]["lanes"] = max(rows[place]["lanes"], lane + 1)
        mode = operation.modes[row.mode]
        batch = batches.setdefault((row.machine, row.start, row.end), len(batches)) if row.machine in ovens else None
        bars.append(
            {
                "operation": row.operation,
                "part": row.part,
                "batch": batch,
                "name": (operation.name or row.operation) + (f" #{row.part}" if row.part else ""),
                "job": job.code,
                "job_name": job.name or job.code,
                "family": operation.family,
                "machine": row.machine,
                "row": place,
                "lane": lane,
                "mode": row.mode,
                "changeover_start": before if row.changeover else row.start,
                "changeover": row.changeover,
                "start": row.start,
                "setup_end": row.setup_end,
                "end": row.end,
                "breaks": [] if code is None else [list(gap) for gap in clocks[code].gaps(before, row.end)],
                "cost": mode.cost if row.run is None else mode.cost * row.run / max(1, mode.run),
                "is_fixed": row.operation in fixed,
            }
        )
    return bars


def _free_lane(ends: list[int], row: Assignment) -> int:
    """Return the first lane of a row that is free; batches and unlimited machines need several."""
    for lane, end in enumerate(ends):
        if end <= row.start:
            ends[lane] = row.end
            return lane
    ends.append(row.end)
    return len(ends) - 1


def _arrows(problem: Problem, bars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    at: dict[str, list[dict[str, Any]]] = {}
    for bar in bars:
        at.setdefault(bar["operation"], []).append(bar)
    homes = {factory.code: factory.place for factory in problem.factories}
    places = {each.code: each.place if each.place is not None else homes[each.factory] for each in problem.machines}
    index = {place: row for row, place in enumerate(problem.transport.places)}
    found = []
    pairs = (
        (link, before, after)
        for link in problem.precedences
        for before in at.get(link.before, ())
        for after in at.get(link.after, ())
    )
    for link, before, after in pairs:
        origin, goal = places[before["machine"]], places[after["machine"]]
        time = 0 if origin is None or goal is None else problem.transport.times[index[origin]][index[goal]]
        if time:
            found.append(
                {
                    "before": link.before,
                    "after": link.after,
                    "job": after["job"],
                    "from_row": before["row"],
                    "to_row": after["row"],
                    "start": before["end"],
                    "arrival": before["end"] + time,
                    "end": after["start"],
                    "transport": time,
                }
            )
    return found


def _dated(bar: dict[str, Any], origin: datetime, seconds: int) -> dict[str, Any]:
    start, setup_end, end = (origin + timedelta(seconds=seconds * bar[name]) for name in ("start", "setup_end", "end"))
    return {
        "start_at": start.isoformat(),
        "end_at": end.isoformat(),
        "start_ms": round(start.timestamp() * 1000),
        "setup_end_ms": round(setup_end.timestamp() * 1000),
        "end_ms": round(end.timestamp() * 1000),
    }
