"""Each operation for itself: releases, deadlines, length under its calendar, pins, allowed factories."""

from __future__ import annotations

from collections.abc import Iterator

from rongzhi.engines.scheduling.checker.context import Clock, Context
from rongzhi.engines.scheduling.checker.report import Violation
from rongzhi.engines.scheduling.model import Operation, Pin
from rongzhi.engines.scheduling.result import Assignment
from rongzhi.kernel.text import Text


def check(context: Context) -> Iterator[Violation]:
    """Yield what operations break on their own and what jobs break about factories."""
    for code, assignment in context.assignments.items():
        pin = context.fixed.get(code)
        if pin is not None:
            yield from _fixed(context, assignment, pin)
        else:
            yield from _window(context, assignment)
            yield from _length(context, assignment)
    for pin in context.problem.pins:
        planned = context.assignments[pin.operation].machine
        if pin.machine is not None and planned != pin.machine:
            yield Violation(
                "pinned-machine",
                (pin.operation,),
                Text(f"固定在 {pin.machine}，却排在 {planned}", f"is pinned to {pin.machine} but planned on {planned}"),
            )
    yield from _factories(context)


def _fixed(context: Context, assignment: Assignment, pin: Pin) -> Iterator[Violation]:
    if pin.start is not None and assignment.start != pin.start:
        yield Violation(
            "pinned-start",
            (pin.operation,),
            Text(
                f"固定开始于 {pin.start}，却排在 {assignment.start}",
                f"is pinned to start at {pin.start} but starts at {assignment.start}",
            ),
        )
    if pin.end is not None and assignment.end != pin.end:
        yield Violation(
            "pinned-end",
            (pin.operation,),
            Text(
                f"固定结束于 {pin.end}，却排在 {assignment.end}",
                f"is pinned to end at {pin.end} but ends at {assignment.end}",
            ),
        )
    if pin.end is None and pin.remaining is not None:
        worked = context.clock(pin.operation).worked(0, assignment.end)
        waits = context.machines[assignment.machine].batch is not None  # for the others of its batch
        if worked != pin.remaining and not (waits and worked > pin.remaining):
            yield Violation(
                "remaining-work",
                (pin.operation,),
                Text(
                    f"剩余 {pin.remaining}，计划给了 {worked}",
                    f"has {pin.remaining} left but is given {worked}",
                ),
            )


def _window(context: Context, assignment: Assignment) -> Iterator[Violation]:
    code, job = assignment.operation, context.jobs[assignment.operation]
    earliest = max(0, job.release, context.operations[code].earliest_start)
    if assignment.start < earliest:
        yield Violation(
            "too-early",
            (code,),
            Text(
                f"开始于 {assignment.start}，最早可开始 {earliest}",
                f"starts at {assignment.start} before {earliest}",
            ),
        )
    if job.deadline is not None and assignment.end > job.deadline:
        yield Violation(
            "past-deadline",
            (code,),
            Text(
                f"结束于 {assignment.end}，最后期限 {job.deadline}",
                f"ends at {assignment.end} after the deadline {job.deadline}",
            ),
        )


def _length(context: Context, assignment: Assignment) -> Iterator[Violation]:
    code = assignment.operation
    operation, mode, clock = context.operations[code], context.mode(code), context.clock(code)
    setup_end, end = assignment.setup_end, assignment.end
    if not assignment.start <= setup_end <= end:
        yield Violation(
            "times-out-of-order",
            (code,),
            Text(
                f"开始 {assignment.start}、准备结束 {setup_end}、结束 {end} 次序错误",
                f"start {assignment.start}, end of set-up {setup_end} and end {end} are out of order",
            ),
        )
        return
    work = mode.setup + mode.run
    is_batched = context.machines[mode.machine].batch is not None
    given = _given(clock, operation, assignment.start, end)
    if given != work and not (is_batched and given > work > 0):
        yield Violation(
            "wrong-length",
            (code,),
            Text(f"需工作时间 {work}，计划给了 {given}", f"needs {work} of working time but is given {given}"),
        )
    if _given(clock, operation, assignment.start, setup_end) != mode.setup:
        yield Violation(
            "wrong-set-up",
            (code,),
            Text(f"准备时间应为 {mode.setup}", f"the set-up must be given {mode.setup} of working time"),
        )
    yield from _open(clock, operation, assignment, work, is_batched=is_batched)


def ends_with_its_work(context: Context, code: str) -> bool:
    """Return whether an operation of a batch is done exactly when the batch ends."""
    operation, mode, clock = context.operations[code], context.mode(code), context.clock(code)
    row = context.assignments[code]
    if clock.worked(row.end - 1, row.end) == 0:
        return False
    return _given(clock, operation, row.start, row.end) == mode.setup + mode.run


def _open(
    clock: Clock, operation: Operation, assignment: Assignment, work: int, *, is_batched: bool
) -> Iterator[Violation]:
    if work == 0:
        return
    span = clock.span_at(assignment.start)
    done = assignment.start + work if is_batched else assignment.end
    if span is None:
        yield Violation(
            "starts-while-closed",
            (operation.code,),
            Text(f"开始于停工时刻 {assignment.start}", f"starts at {assignment.start} while its calendar is closed"),
        )
    elif not operation.may_span_breaks and done > span[1]:
        yield Violation(
            "spans-a-break",
            (operation.code,),
            Text(
                f"不可跨停工，却跨过 {span[1]}",
                f"may not span breaks but runs over the break at {span[1]}",
            ),
        )
    if not is_batched and clock.worked(assignment.end - 1, assignment.end) == 0:
        yield Violation(
            "ends-while-closed",
            (operation.code,),
            Text(f"结束于停工时刻 {assignment.end}", f"ends at {assignment.end} while its calendar is closed"),
        )


def _given(clock: Clock, operation: Operation, start: int, end: int) -> int:
    spans = clock.spans_between(start, end)
    lost = sum(min(operation.resume_loss, close - begin) for begin, close in spans[1:])
    return sum(close - begin for begin, close in spans) - lost


def _factories(context: Context) -> Iterator[Violation]:
    for job in context.problem.jobs:
        used = {operation.code: context.factory(operation.code) for operation in job.operations}
        if job.single_factory and len(set(used.values())) > 1:
            yield Violation(
                "several-factories",
                tuple(used),
                Text(
                    f"订单 {job.code} 须在一个工厂完成，却用了 {sorted(set(used.values()))}",
                    f"job {job.code} must stay in one factory but uses {sorted(set(used.values()))}",
                ),
            )
        if job.factories is not None:
            for code, factory in used.items():
                if factory not in job.factories:
                    yield Violation(
                        "factory-not-allowed",
                        (code,),
                        Text(f"工厂 {factory} 不允许", f"factory {factory} is not allowed for job {job.code}"),
                    )
