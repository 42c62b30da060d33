"""Characteristics of a part: what is measured or judged, and whether a value is within its limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

Weight = Literal["critical", "major", "minor"]

CLASSES: dict[Weight, Text] = {
    "critical": Text("关键", "critical"),
    "major": Text("重要", "major"),
    "minor": Text("一般", "minor"),
}


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One characteristic of a quality plan.

    Parameters
    ----------
    code : str
    name : Text
    unit : str
        Empty for an attribute that is judged good or bad.
    lower, upper : Decimal or None
        Limits in the unit, both belong to the good values.
    weight : {"critical", "major", "minor"}
    is_measured : bool
        False: judged by eye or gauge.
    """

    code: str
    name: Text
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    weight: Weight = "major"
    is_measured: bool = True

    @property
    def limits(self) -> Text:
        """The limits as people write them."""
        if not self.is_measured:
            return Text("合格/不合格", "good or bad")
        unit = f" {self.unit}" if self.unit else ""
        if self.lower is None and self.upper is not None:
            return Text(f"≤ {self.upper}{unit}", f"≤ {self.upper}{unit}")
        if self.upper is None:
            return Text(f"≥ {self.lower}{unit}", f"≥ {self.lower}{unit}")
        return Text(f"{self.lower} 至 {self.upper}{unit}", f"{self.lower} to {self.upper}{unit}")


@dataclass(frozen=True, slots=True)
class Reading:
    """One value found on one item.

    Parameters
    ----------
    characteristic : str
        Code of the characteristic.
    item : str
        Names the item of the sample.
    value : Decimal or bool
        In the unit of the characteristic; True is good for one that is judged.
    """

    characteristic: str
    item: str
    value: Decimal | bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one reading is within its limits.

    Parameters
    ----------
    reading : Reading
    is_good : bool
    excess : Decimal
        How far beyond the limit, in the unit; 0 within.
    words : Text
    """

    reading: Reading
    is_good: bool
    excess: Decimal
    words: Text


def check_plan(characteristics: tuple[Characteristic, ...]) -> Findings:
    """Check the characteristics of a plan: codes once, limits present and in order."""
    findings = Findings()
    seen: set[str] = set()
    for index, each in enumerate(characteristics):
        where = f"characteristics[{index}]"
        if each.code in seen:
            findings.error(
                "twice",
                f"{where}.code",
                Text(f"特性 {each.code} 重复", f"characteristic {each.code} is given twice"),
                Text("改用不同代号", "use another code"),
            )
        seen.add(each.code)
        if each.is_measured and each.lower is None and each.upper is None:
            findings.error(
                "no-limits",
                f"{where}.lower",
                Text(f"计量特性 {each.code} 没有限值", f"measured characteristic {each.code} has no limit"),
                Text("给出下限或上限", "give a lower or an upper limit"),
            )
        if each.lower is not None and each.upper is not None and each.lower > each.upper:
            findings.error(
                "limits-reversed",
                f"{where}.lower",
                Text(f"下限 {each.lower} 大于上限 {each.upper}", f"lower limit {each.lower} exceeds {each.upper}"),
                Text("对调限值", "swap the limits"),
            )
    return findings


def judge(characteristic: Characteristic, reading: Reading) -> Verdict:
    """Return whether a reading is within the limits of its characteristic, and by how much it is not."""
    value = reading.value
    if isinstance(value, bool):
        words = Text("合格", "good") if value else Text("不合格", "bad")
        return Verdict(reading, value, Decimal(0), words)
    excess = Decimal(0)
    if characteristic.lower is not None and value < characteristic.lower:
        excess = characteristic.lower - value
    if characteristic.upper is not None and value > characteristic.upper:
        excess = value - characteristic.upper
    shown, unit = characteristic.limits, f" {characteristic.unit}" if characteristic.unit else ""
    if excess == 0:
        return Verdict(
            reading, True, excess, Text(f"{value}{unit} 在 {shown.zh} 内", f"{value}{unit} is within {shown.en}")
        )
    words = Text(
        f"{value}{unit} 超出 {shown.zh}，超差 {excess}{unit}",
        f"{value}{unit} is outside {shown.en} by {excess}{unit}",
    )
    return Verdict(reading, False, excess, words)


def check_readings(characteristics: tuple[Characteristic, ...], readings: tuple[Reading, ...]) -> Findings:
    """Check readings against the plan: known characteristics, the right kind of value, once for each item."""
    findings = Findings()
    known = {each.code: each for each in characteristics}
    seen: set[tuple[str, str]] = set()
    for index, reading in enumerate(readings):
        where = f"readings[{index}]"
        characteristic = known.get(reading.characteristic)
        if characteristic is None:
            findings.error(
                "unknown-characteristic",
                f"{where}.characteristic",
                Text(f"没有特性 {reading.characteristic}", f"there is no characteristic {reading.characteristic}"),
                Text(f"请使用：{'、'.join(known)}", f"use one of: {', '.join(known)}"),
            )
        elif characteristic.is_measured == isinstance(reading.value, bool) or (
            not isinstance(reading.value, bool) and not math.isfinite(reading.value)
        ):
            findings.error(
                "wrong-kind",
                f"{where}.value",
                Text(
                    f"特性 {characteristic.code} 的值不对",
                    f"the value does not suit characteristic {characteristic.code}",
                ),
                Text("计量特性填数值，判定特性填合格与否", "a number if measured, good or bad if judged"),
            )
        if (reading.characteristic, reading.item) in seen:
            findings.error(
                "twice",
                where,
                Text(
                    f"{reading.item} 的 {reading.characteristic} 报了两次",
                    f"{reading.characteristic} of {reading.item} twice",
                ),
                Text("删去一条", "leave one out"),
            )
        seen.add((reading.characteristic, reading.item))
    return findings
