"""Checks of times against calendars that repeat: not millions of turns, and losses that shifts make good."""

from __future__ import annotations

from collections.abc import Iterator

from rongzhi.engines.scheduling.calendars import CalendarBook, end_of, pieces
from rongzhi.engines.scheduling.model import Calendar, Operation, Problem
from rongzhi.kernel.calendars import merge
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

MOST_TURNS = 10**6
"""Of a calendar's cycle, for one time; as days, some 2700 years."""


def check_turns(problem: Problem, findings: Findings) -> None:
    """Report times and durations that are out of all proportion to the calendars' cycles.

    A repeating calendar is written out as far as a plan reaches, so such a number, nearly always in a wrong unit,
    would cost hours and all memory.
    """
    cycles, worked = [], []
    for calendar in problem.calendars:
        if calendar.cycle:
            cut = end_of(calendar) - calendar.cycle
            cycles.append(calendar.cycle)
            worked.append(sum(end - start for start, end in pieces(calendar) if start >= cut))
    if not cycles:
        return
    most = min(cycles) * MOST_TURNS
    most_work = min((each for each in worked if each), default=most) * MOST_TURNS
    for where, value in _moments(problem):
        if value > most:
            _tell(where, value, most, findings)
    for where, value in _durations(problem):
        if value > most_work:
            _tell(where, value, most_work, findings)


def _moments(problem: Problem) -> Iterator[tuple[str, int]]:
    for row, job in enumerate(problem.jobs):
        yield f"jobs[{row}].release", job.release
        for place, operation in enumerate(job.operations):
            if operation.earliest_start:
                yield f"jobs[{row}].operations[{place}].earliest_start", operation.earliest_start
    for row, link in enumerate(problem.precedences):
        if link.lag:
            yield f"precedences[{row}].lag", link.lag
    for row, pin in enumerate(problem.pins):
        yield f"pins[{row}]", max(pin.start or 0, pin.end or 0)
    for i, times in enumerate(problem.transport.times):
        yield from ((f"transport.times[{i}][{k}]", value) for k, value in enumerate(times))


def _durations(problem: Problem) -> Iterator[tuple[str, int]]:
    for row, job in enumerate(problem.jobs):
        for place, operation in enumerate(job.operations):
            for number, mode in enumerate(operation.modes):
                yield f"jobs[{row}].operations[{place}].modes[{number}].run", mode.run + mode.setup
    for row, pin in enumerate(problem.pins):
        yield f"pins[{row}].remaining", pin.remaining or 0
    for row, table in enumerate(problem.changeovers):
        for i, times in enumerate(table.times):
            yield from ((f"changeovers[{row}].times[{i}][{k}]", value) for k, value in enumerate(times))


def _tell(where: str, value: int, most: int, findings: Findings) -> None:
    findings.error(
        "time-out-of-range",
        where,
        Text(
            zh=f"时间 {value} 大于 {most}，日历要重复百万次以上",
            en=f"time {value} is beyond {most}: a calendar would repeat itself over a million times",
        ),
        Text(zh="检查数值和时间单位，或用更长的循环", en="check the number and the time unit, or use longer cycles"),
    )


def check_losses(problem: Problem, findings: Findings) -> None:
    """Report losses at resumption that eat up every interval, so that interrupted work would never end."""
    machines = {each.code: each.calendar for each in problem.machines}
    resources = {each.code: each.calendar for each in problem.resources}
    book = CalendarBook(problem)
    for row, job in enumerate(problem.jobs):
        for place, operation in enumerate(job.operations):
            if operation.resume_loss and operation.may_span_breaks:
                _loss(operation, f"jobs[{row}].operations[{place}]", (machines, resources), book, findings)


def _loss(
    operation: Operation,
    where: str,
    calendars: tuple[dict[str, str | None], dict[str, str | None]],
    book: CalendarBook,
    findings: Findings,
) -> None:
    machines, resources = calendars
    for mode in operation.modes:
        row = book.joint([machines[mode.machine], *(resources[need.resource] for need in mode.needs)])
        longest = _longest(book.calendar(row)) if row >= 0 else None
        if longest is not None and operation.resume_loss >= longest:
            findings.error(
                "loss-without-end",
                f"{where}.resume_loss",
                Text(
                    zh=f"工序“{operation.code}”每次恢复损失 {operation.resume_loss}，"
                    f"机器“{mode.machine}”的工作区间最长只有 {longest}",
                    en=f"operation '{operation.code}' loses {operation.resume_loss} at each resumption, but machine "
                    f"'{mode.machine}' works for {longest} at a stretch at most",
                ),
                Text(zh="减小恢复损失，或不允许跨班次加工", en="lower the loss or do not let it span breaks"),
            )
            return


def _longest(calendar: Calendar) -> int | None:
    """Return the longest stretch of the part that repeats; None where nothing does."""
    if not calendar.cycle:
        return None
    cut = end_of(calendar) - calendar.cycle
    turn = [span for span in pieces(calendar) if span[0] >= cut]
    twice = [*turn, *((start + calendar.cycle, end + calendar.cycle) for start, end in turn)]
    return max((end - start for start, end in merge(twice)), default=None)
