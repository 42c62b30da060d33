"""Precedences: lags, transport, no-wait and overlap by transfer batches."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rongzhi.engines.scheduling.checker.context import Context
from rongzhi.engines.scheduling.checker.report import Violation
from rongzhi.engines.scheduling.model import Link, Precedence
from rongzhi.kernel.text import Text


def check(context: Context) -> Iterator[Violation]:
    """Yield every precedence that is not kept; two fixed operations stand as they are."""
    for precedence in context.problem.precedences:
        if precedence.before in context.fixed and precedence.after in context.fixed:
            continue
        yield from _link(context, precedence)


def move(context: Context, precedence: Precedence) -> tuple[int, float]:
    """Return the transport time (time units) and cost between the places of two operations."""
    origin, destination = context.place(precedence.before), context.place(precedence.after)
    if origin is None or destination is None:
        return 0, 0.0
    transport = context.problem.transport
    i, j = transport.places.index(origin), transport.places.index(destination)
    return transport.times[i][j], float(transport.costs[i][j]) if transport.costs else 0.0


def _link(context: Context, precedence: Precedence) -> Iterator[Violation]:
    before, after = context.assignments[precedence.before], context.assignments[precedence.after]
    delay = precedence.lag + move(context, precedence)[0]
    if precedence.link is Link.FINISH_START:
        yield from _not_before(precedence, "start", after.start, before.end + delay)
        if precedence.max_lag is not None:
            latest = before.end + delay - precedence.lag + precedence.max_lag
            if after.start > latest:
                yield Violation(
                    "waits-too-long",
                    (precedence.before, precedence.after),
                    Text(
                        f"最迟开始 {latest}，实为 {after.start}", f"must start by {latest} but starts at {after.start}"
                    ),
                )
    elif precedence.link is Link.START_START:
        yield from _not_before(precedence, "start", after.start, before.start + delay)
    elif precedence.link is Link.FINISH_FINISH:
        yield from _not_before(precedence, "end", after.end, before.end + delay)
    else:
        yield from _overlap(context, precedence, delay)


def _not_before(precedence: Precedence, what: str, moment: int, earliest: int) -> Iterator[Violation]:
    if moment < earliest:
        word = "开始" if what == "start" else "结束"
        yield Violation(
            "precedence",
            (precedence.before, precedence.after),
            Text(f"{word}于 {moment}，最早 {earliest}", f"{what}s at {moment} before {earliest}"),
        )


def _overlap(context: Context, precedence: Precedence, delay: int) -> Iterator[Violation]:
    before, after = context.assignments[precedence.before], context.assignments[precedence.after]
    first_batch = math.ceil(precedence.share * context.mode(precedence.before).run)
    clock = context.clock(precedence.before)
    arrived = after.start - delay
    done = clock.worked(before.setup_end, arrived) if arrived > before.setup_end else 0
    loss = context.operations[precedence.before].resume_loss
    if loss and arrived > before.setup_end:
        spans = clock.spans_between(before.start, arrived)
        done -= sum(min(loss, close - begin) for begin, close in spans[1:] if begin >= before.setup_end)
    is_first_done = before.end <= arrived or (done >= first_batch and arrived >= before.setup_end)
    if not is_first_done:
        yield Violation(
            "overlap-too-early",
            (precedence.before, precedence.after),
            Text(
                f"首批需 {first_batch}，到 {arrived} 只完成 {max(done, 0)}",
                f"the first transfer batch needs {first_batch} but {max(done, 0)} is done by {arrived}",
            ),
        )
    last_batch = math.ceil(precedence.share * context.mode(precedence.after).run)
    left = (
        context.clock(precedence.after).worked(before.end + delay, after.end) if before.end + delay < after.end else 0
    )
    if left < last_batch:
        yield Violation(
            "overlap-too-short",
            (precedence.before, precedence.after),
            Text(
                f"末批到达 {before.end + delay} 后还需 {last_batch}，只有 {left}",
                f"needs {last_batch} after the last batch arrives at {before.end + delay} but has {left}",
            ),
        )
