"""Every operation is planned exactly once, in one of its modes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rongzhi.engines.scheduling.checker.report import Violation
from rongzhi.engines.scheduling.model import FOREVER, Problem
from rongzhi.engines.scheduling.result import Plan
from rongzhi.kernel.text import Text

MOST_CYCLES = 10**6  # calendars are written out to the end of the plan


def check(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Yield what is missing, unknown, doubled or not one of the modes."""
    cycles = [calendar.cycle for calendar in problem.calendars if calendar.cycle]
    last = min([FOREVER, *(MOST_CYCLES * cycle for cycle in cycles)])
    for code, end in zip(plan.operation, plan.end.tolist(), strict=True):
        if end > last:
            fault = Text(f"结束于 {end}，超出 {last}", f"ends at {end}, beyond {last}")
            yield Violation("time-out-of-range", (code,), fault)
    operations = {operation.code: operation for _, operation in problem.operations()}
    seen = Counter(plan.operation)
    for code in operations:
        if code not in seen:
            yield Violation("missing-operation", (code,), Text("未排入计划", "is not in the plan"))
    for code, count in seen.items():
        if code not in operations:
            yield Violation("unknown-operation", (code,), Text("问题中没有此工序", "is not in the problem"))
        elif count > 1:
            yield Violation("doubled-operation", (code,), Text(f"排了 {count} 次", f"is planned {count} times"))
    for row, code in enumerate(plan.operation):
        operation = operations.get(code)
        if operation is None:
            continue
        mode, machine = int(plan.mode[row]), plan.machine[row]
        if not 0 <= mode < len(operation.modes) or operation.modes[mode].machine != machine:
            yield Violation(
                "not-a-mode",
                (code,),
                Text(f"方式 {mode} 不在设备 {machine} 上", f"mode {mode} is not on machine {machine}"),
            )
