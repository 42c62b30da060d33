"""Checks of the data of charts and capability studies, all findings at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text


def check_subgroups(subgroups: Sequence[Sequence[float]], largest: int) -> Findings:
    """Check subgroups of measured values: at least two, equal sizes of 2 to `largest`, only numbers."""
    findings = Findings()
    _check_many(len(subgroups), 2, "subgroups", findings)
    size = len(subgroups[0]) if subgroups else 2
    if not 2 <= size <= largest:
        findings.error(
            "subgroup-size",
            "subgroups[0]",
            Text(
                f"子组有 {size} 个值，应为 2 至 {largest} 个", f"a subgroup of {size} values; 2 to {largest} are needed"
            ),
            Text("单个值请用单值-移动极差图，大子组请用 X̄-S 图", "use individuals for 1, X̄-S for large subgroups"),
        )
    for index, subgroup in enumerate(subgroups):
        if len(subgroup) != size:
            findings.error(
                "unequal-subgroups",
                f"subgroups[{index}]",
                Text(
                    f"有 {len(subgroup)} 个值，其他子组有 {size} 个", f"has {len(subgroup)} values, others have {size}"
                ),
                Text("各子组的值数应相同", "give every subgroup the same number of values"),
            )
        for at, value in enumerate(subgroup):
            _check_number(value, f"subgroups[{index}][{at}]", findings)
    return findings


def check_individuals(values: Sequence[float], least: int = 2) -> Findings:
    """Check single values: at least so many, only numbers."""
    findings = Findings()
    _check_many(len(values), least, "values", findings)
    for index, value in enumerate(values):
        _check_number(value, f"values[{index}]", findings)
    return findings


def check_counts(found: Sequence[int], sizes: Sequence[float], *, is_items: bool) -> Findings:
    """Check counts with their sample sizes: none negative, no more items nonconforming than inspected."""
    findings = Findings()
    _check_many(len(found), 2, "counts", findings)
    if len(found) != len(sizes):
        findings.error(
            "sizes-missing",
            "sizes",
            Text(f"{len(found)} 个计数配 {len(sizes)} 个样本量", f"{len(found)} counts come with {len(sizes)} sizes"),
            Text("每个计数给一个样本量", "give one size for each count"),
        )
    for index, (count, size) in enumerate(zip(found, sizes, strict=False)):
        if not size > 0 or not math.isfinite(size):
            findings.error(
                "size-not-positive",
                f"sizes[{index}]",
                Text(f"样本量 {size} 不是正数", f"the size {size} is not positive"),
                Text("删去没有检验的样本", "leave out samples that were not inspected"),
            )
        elif count < 0 or (is_items and count > size):
            findings.error(
                "count-impossible",
                f"counts[{index}]",
                Text(f"{size} 件中不可能有 {count} 件不合格", f"{count} cannot be found in a sample of {size}"),
                Text("核对检验记录", "check the inspection record"),
            )
    return findings


def check_limits(lower: float | None, upper: float | None) -> Findings:
    """Check specification limits: at least one, numbers, lower below upper."""
    findings = Findings()
    for name, value in (("lower", lower), ("upper", upper)):
        if value is not None:
            _check_number(value, name, findings)
    if lower is None and upper is None:
        findings.error(
            "no-limits",
            "lower",
            Text("没有规格限", "there is no specification limit"),
            Text("给出下限、上限或两者", "give a lower limit, an upper limit or both"),
        )
    if lower is not None and upper is not None and lower >= upper:
        findings.error(
            "limits-reversed",
            "lower",
            Text(f"下限 {lower:g} 不小于上限 {upper:g}", f"lower limit {lower:g} is not below upper limit {upper:g}"),
            Text("对调或改正规格限", "swap or mend the limits"),
        )
    return findings


def _check_many(count: int, least: int, where: str, findings: Findings) -> None:
    if count < least:
        findings.error(
            "too-few",
            where,
            Text(f"只有 {count} 个，至少要 {least} 个", f"only {count} given, at least {least} are needed"),
            Text("补充数据", "add data"),
        )


def _check_number(value: float, where: str, findings: Findings) -> None:
    if not math.isfinite(value):
        findings.error(
            "not-a-number",
            where,
            Text(f"{value} 不是数", f"{value} is not a number"),
            Text("填数值或删去该值", "enter a number or leave the value out"),
        )
