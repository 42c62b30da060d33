"""Decision of a quality gate: accept, reject, first article, or not decided yet, with every reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rongzhi.engines.quality.characteristics import (
    CLASSES,
    Characteristic,
    Reading,
    Verdict,
    check_plan,
    check_readings,
    judge,
)
from rongzhi.engines.quality.sampling import Plan
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text


class Decision(StrEnum):
    """What a gate says."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class GateResult:
    """The decision of a gate.

    Parameters
    ----------
    decision : Decision
    reasons : tuple of Text
        Why, the strongest first.
    verdicts : tuple of Verdict
        Every reading with its judgement.
    nonconforming : tuple of str
        Items with at least one reading outside its limits.
    missing : tuple of str
        What must still be inspected.
    """

    decision: Decision
    reasons: tuple[Text, ...]
    verdicts: tuple[Verdict, ...]
    nonconforming: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def may_ship(self) -> bool:
        """Whether the lot may go on."""
        return self.decision is Decision.ACCEPT


def decide_lot(characteristics: Sequence[Characteristic], readings: Sequence[Reading], plan: Plan) -> GateResult:
    """Return the decision on a lot from the readings of its sample.

    An item is nonconforming if any of its readings is outside its limits. One critical reading outside rejects the
    lot, whatever Ac. Otherwise more than Ac nonconforming items reject it as soon as they are found; it is accepted
    only when the whole sample has been inspected for every characteristic.

    Raises
    ------
    Rejected
        If the plan or the readings have errors.
    """
    verdicts = _verdicts(characteristics, readings, plan.sample_size)
    bad = tuple(dict.fromkeys(each.reading.item for each in verdicts if not each.is_good))
    critical = _critical(characteristics, verdicts)
    missing = _missing(characteristics, readings, plan.sample_size)
    found, accept = len(bad), plan.accept
    if critical:
        return GateResult(Decision.REJECT, critical, verdicts, bad, missing)
    items = "item" if found == 1 else "items"
    if found > accept:
        why = Text(
            f"不合格品 {found} 件 ≥ Re {plan.reject}：不接收",
            f"{found} nonconforming {items} ≥ Re {plan.reject}: rejected",
        )
        return GateResult(Decision.REJECT, (why,), verdicts, bad, missing)
    if missing:
        why = Text(f"样本未检完，还缺 {len(missing)} 项", f"the sample is not complete: {len(missing)} missing")
        return GateResult(Decision.UNDECIDED, (why,), verdicts, bad, missing)
    why = Text(f"不合格品 {found} 件 ≤ Ac {accept}：接收", f"{found} nonconforming {items} ≤ Ac {accept}: accepted")
    return GateResult(Decision.ACCEPT, (why,), verdicts, bad, ())


def decide_first_article(
    characteristics: Sequence[Characteristic], readings: Sequence[Reading], items: int = 1
) -> GateResult:
    """Return the decision on first articles: every characteristic of every item, nothing outside, nothing missing."""
    verdicts = _verdicts(characteristics, readings, items)
    bad = tuple(dict.fromkeys(each.reading.item for each in verdicts if not each.is_good))
    missing = _missing(characteristics, readings, items)
    failed = tuple(
        Text(f"{each.reading.characteristic}：{each.words.zh}", f"{each.reading.characteristic}: {each.words.en}")
        for each in verdicts
        if not each.is_good
    )
    if failed:
        return GateResult(Decision.REJECT, failed, verdicts, bad, missing)
    if missing:
        why = Text(f"首件未检完，还缺 {len(missing)} 项", f"the first article is not complete: {len(missing)} missing")
        return GateResult(Decision.UNDECIDED, (why,), verdicts, bad, missing)
    why = Text("首件全部特性合格：批准", "every characteristic of the first article is good: approved")
    return GateResult(Decision.ACCEPT, (why,), verdicts, bad, ())


def _verdicts(
    characteristics: Sequence[Characteristic], readings: Sequence[Reading], items: int
) -> tuple[Verdict, ...]:
    findings = Findings(check_plan(tuple(characteristics)))
    findings.extend(check_readings(tuple(characteristics), tuple(readings)))
    inspected = len({each.item for each in readings})
    if inspected > items:
        findings.error(
            "sample-too-large",
            "readings",
            Text(f"检验了 {inspected} 件，方案为 {items} 件", f"{inspected} items inspected, the plan says {items}"),
            Text("只报随机抽取的样本", "report the sample drawn at random only"),
        )
    findings.raise_if_any()
    known = {each.code: each for each in characteristics}
    return tuple(judge(known[each.characteristic], each) for each in readings)


def _critical(characteristics: Sequence[Characteristic], verdicts: Sequence[Verdict]) -> tuple[Text, ...]:
    critical = {each.code for each in characteristics if each.weight == "critical"}
    label = CLASSES["critical"]
    return tuple(
        Text(
            f"{label.zh}特性 {each.reading.characteristic} 不合格（{each.reading.item}）：{each.words.zh}",
            f"{label.en} characteristic {each.reading.characteristic} failed ({each.reading.item}): {each.words.en}",
        )
        for each in verdicts
        if not each.is_good and each.reading.characteristic in critical
    )


def _missing(characteristics: Sequence[Characteristic], readings: Sequence[Reading], items: int) -> tuple[str, ...]:
    """Return one entry for each item and characteristic without a reading; items not seen yet count as #n."""
    seen = dict.fromkeys(each.item for each in readings)
    names = [*seen, *(f"#{number}" for number in range(len(seen) + 1, items + 1))]
    done = {(each.item, each.characteristic) for each in readings}
    return tuple(f"{item}:{each.code}" for item in names for each in characteristics if (item, each.code) not in done)
