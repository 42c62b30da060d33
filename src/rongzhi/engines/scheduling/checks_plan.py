"""Whether a plan speaks of a problem at all: what everything that reads a plan takes for granted."""

from __future__ import annotations

from collections.abc import Iterable

from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Assignment
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text


def require_fit(problem: Problem, rows: Iterable[Assignment]) -> None:
    """Refuse assignments of another problem; the rules of planning are the checker's business.

    Raises
    ------
    Rejected
        With every operation that is unknown, not in one of its modes, ends before it starts, or starts before time 0
        though it is not fixed.
    """
    operations = {operation.code: operation for _, operation in problem.operations()}
    fixed = {pin.operation for pin in problem.pins if pin.start is not None or pin.is_started}
    findings = Findings()
    for row in rows:
        operation = operations.get(row.operation)
        if operation is None:
            fault = Text("问题中没有此工序", "the problem has no such operation")
        elif not 0 <= row.mode < len(operation.modes) or operation.modes[row.mode].machine != row.machine:
            fault = Text(
                f"方式 {row.mode} 不在机床 {row.machine} 上", f"its mode {row.mode} is not on machine {row.machine}"
            )
        elif row.end < row.start:
            fault = Text(f"结束 {row.end} 早于开始 {row.start}", f"it ends at {row.end}, before its start {row.start}")
        elif row.start < 0 and row.operation not in fixed:
            fault = Text(f"开始时间 {row.start} 为负", f"it starts at {row.start}, before planning begins")
        else:
            continue
        findings.error(
            "plan-does-not-fit", row.operation, fault, Text("使用此问题的计划", "give a plan of this very problem")
        )
    findings.raise_if_any()
