"""Secondary resources: never more in use than exist."""

from __future__ import annotations

from collections.abc import Iterator

from rongzhi.engines.scheduling.checker.context import Context
from rongzhi.engines.scheduling.checker.report import Violation
from rongzhi.kernel.text import Text


def check(context: Context) -> Iterator[Violation]:
    """Yield the first moment at which each resource is overused, with the operations that hold it then."""
    for resource in context.problem.resources:
        changes: list[tuple[int, int, str]] = []
        for code, assignment in context.assignments.items():
            amount = sum(need.amount for need in context.mode(code).needs if need.resource == resource.code)
            if amount and assignment.start < assignment.end:
                changes += [(assignment.start, amount, code), (assignment.end, -amount, code)]
        used, holders = 0, set[str]()
        for moment, change, code in sorted(changes, key=lambda each: (each[0], each[1])):
            used += change
            (holders.add if change > 0 else holders.discard)(code)
            if used > resource.capacity and not holders <= context.fixed.keys():
                yield Violation(
                    "resource-overused",
                    tuple(sorted(holders)),
                    Text(
                        f"资源 {resource.code} 在 {moment} 占用 {used}，只有 {resource.capacity}",
                        f"resource {resource.code} at {moment}: {used} in use, {resource.capacity} exist",
                    ),
                )
                break
