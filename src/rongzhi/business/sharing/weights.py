"""Weights of planning a person can set: what each means, its unit, its limits and its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight; ``key`` is the field of the engine's objective."""

    key: str
    default: float
    name: Text
    unit: Text


WEIGHTS: tuple[Weight, ...] = (
    Weight(
        "weighted_tardiness", 1.0, Text("加权拖期", "Weighted tardiness"), Text("每加权分钟", "per weighted minute")
    ),
    Weight("late_jobs", 0.0, Text("拖期订单数", "Late orders"), Text("每单", "per order")),
    Weight("makespan", 0.01, Text("完工时间", "Makespan"), Text("每分钟", "per minute")),
    Weight("cost", 0.05, Text("加工成本", "Processing cost"), Text("每元", "per CNY")),
    Weight("transport_cost", 0.05, Text("运输成本", "Transport cost"), Text("每元", "per CNY")),
    Weight("changeover_time", 0.1, Text("换型时间", "Changeover time"), Text("每分钟", "per minute")),
    Weight(
        "moved_machines", 30.0, Text("改派机床", "Operations on another machine"), Text("每道工序", "per operation")
    ),
    Weight("moved_starts", 0.002, Text("改变开工时间", "Moved starts"), Text("每分钟", "per minute")),
)
DEFAULTS: dict[str, float] = {each.key: each.default for each in WEIGHTS}
LARGEST = 1e6
MAX_TIME_S = 3600.0


def checked_weights(given: Mapping[str, Any] | None, findings: Findings) -> dict[str, float]:
    """Return complete weights from what was given; unknown names, negative and huge numbers are findings."""
    weights = dict(DEFAULTS)
    for key, value in (given or {}).items():
        where = f"weights.{key}"
        if key not in DEFAULTS:
            names = ", ".join(DEFAULTS)
            findings.error(
                "unknown-weight",
                where,
                Text(f"没有名为“{key}”的权重", f"there is no weight '{key}'"),
                Text(f"可用：{names}", f"use one of: {names}"),
            )
            continue
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = -1.0
        if not 0 <= number <= LARGEST:
            findings.error(
                "bad-weight",
                where,
                Text(f"权重 {value} 无效", f"the weight {value} is not valid"),
                Text("填写 0 至 1000000 的数", "enter a number from 0 to 1,000,000"),
            )
            continue
        weights[key] = number
    if not any(weights.values()):
        findings.error(
            "no-weight",
            "weights",
            Text("权重全部为零", "all weights are zero"),
            Text("至少给出一个大于零的权重", "give at least one weight above zero"),
        )
    return weights


def checked_run(time_limit_s: Any, seed: Any, findings: Findings) -> tuple[float, int]:
    """Return time limit and seed, or findings."""
    limit, start = _number(time_limit_s), _number(seed)
    if limit is None or not 0 <= limit <= MAX_TIME_S:
        findings.error(
            "bad-time-limit",
            "time_limit_s",
            Text(f"时限 {time_limit_s} 无效", f"the time limit {time_limit_s} is not valid"),
            Text("填写 0 至 3600 秒", "enter 0 to 3600 seconds"),
        )
        limit = 0.0
    if start is None or not 0 <= start <= 2**31 - 1 or start != int(start):
        findings.error(
            "bad-seed",
            "seed",
            Text(f"随机种子 {seed} 无效", f"the seed {seed} is not valid"),
            Text("填写不小于 0 的整数", "enter a whole number from 0 on"),
        )
        start = 0
    return limit, int(start)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) != float("inf") else None  # noqa: PLR0124 - NaN
