"""Checks of lots: what goes into batches, and what may be divided."""

from __future__ import annotations

from rongzhi.engines.scheduling.model import Operation, Problem
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text


def check_lots(problem: Problem, findings: Findings) -> None:
    """Check sizes against batch machines, and splits."""
    capacity_of = {each.code: each.batch.capacity for each in problem.machines if each.batch is not None}
    codes = {operation.code for _, operation in problem.operations() if "#" in operation.code}
    for row, job in enumerate(problem.jobs):
        for place, operation in enumerate(job.operations):
            if capacity_of or operation.size < 1:
                _size(operation, f"jobs[{row}].operations[{place}]", capacity_of, findings)
            if operation.split is not None:
                _split(operation, f"jobs[{row}].operations[{place}].split", set(capacity_of), codes, findings)


def _size(operation: Operation, where: str, capacity_of: dict[str, int], findings: Findings) -> None:
    if operation.size < 1:
        findings.error(
            "bad-size",
            f"{where}.size",
            Text(
                zh=f"工序“{operation.code}”的装量 {operation.size} 小于 1",
                en=f"operation '{operation.code}' has a size of {operation.size}, below 1",
            ),
            Text(zh="装量至少为 1", en="give a size of at least 1"),
        )
    for row, mode in enumerate(operation.modes):
        capacity = capacity_of.get(mode.machine)
        if capacity is not None and operation.size > capacity:
            findings.error(
                "larger-than-batch",
                f"{where}.modes[{row}].machine",
                Text(
                    zh=f"工序“{operation.code}”装量 {operation.size}，批处理机“{mode.machine}”只装 {capacity}",
                    en=f"operation '{operation.code}' of size {operation.size} does not fit into "
                    f"batch machine '{mode.machine}' of capacity {capacity}",
                ),
                Text(zh="减小装量，或去掉此加工方式", en="make it smaller or leave out this mode"),
            )


def _split(operation: Operation, where: str, ovens: set[str], codes: set[str], findings: Findings) -> None:
    split = operation.split
    assert split is not None
    if split.max_parts < 1 or split.min_run < 1:
        findings.error(
            "bad-split",
            where,
            Text(
                zh=f"工序“{operation.code}”的拆批（最多 {split.max_parts} 份，每份至少 {split.min_run}）不成立",
                en=f"operation '{operation.code}': {split.max_parts} parts of at least {split.min_run} make no split",
            ),
            Text(zh="份数与最短时长都至少为 1", en="give at least 1 part and a least run of at least 1"),
        )
    if split.max_parts > 1 and any(mode.machine in ovens for mode in operation.modes):
        findings.error(
            "split-on-batch-machine",
            where,
            Text(
                zh=f"工序“{operation.code}”可在批处理机上做，不能拆批",
                en=f"operation '{operation.code}' can be done on a batch machine and so cannot be split",
            ),
            Text(zh="去掉拆批，或分成几道工序", en="leave out the split, or make several operations of it"),
        )
    if any(code.startswith(f"{operation.code}#") for code in codes):
        findings.error(
            "duplicate-code",
            where,
            Text(
                zh=f"工序代码“{operation.code}#…”留给“{operation.code}”的各份",
                en=f"codes '{operation.code}#...' are kept for the parts of '{operation.code}'",
            ),
            Text(zh="给另一道工序换个代码", en="give the other operation another code"),
        )
