"""Switching rules of ISO 2859-1 / GB/T 2828.1 (9.3, 9.4): from lot to lot, with the reason for every change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rongzhi.engines.quality.sampling import Inspection, Plan, follow, sampling_tables
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

SCORE_FOR_REDUCED = 30
REJECTED_BEFORE_STOP = 5
LOTS_TO_NORMAL = 5
_BEGIN = Text("从正常检验开始", "begins with normal inspection")


@dataclass(frozen=True, slots=True)
class LotResult:
    """What the inspection of one lot found.

    Parameters
    ----------
    code : str
        Names the lot.
    plan : Plan
        The plan used.
    found : int
        Nonconforming items (or nonconformities) in the sample.
    is_original : bool
        False for a lot presented again: it counts for nothing here.
    is_steady : bool
        Production is steady.
    may_reduce : bool
        The responsible authority allows reduced inspection.
    """

    code: str
    plan: Plan
    found: int
    is_original: bool = True
    is_steady: bool = True
    may_reduce: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether the lot is accepted."""
        return self.plan.accepts(self.found)


@dataclass(frozen=True, slots=True)
class Severity:
    """Where a series of lots stands.

    Parameters
    ----------
    inspection : Inspection
        Applies to the next lot.
    score : int
        Switching score under normal inspection.
    recent : tuple of bool
        Accepted or not, of the original lots since the last change, at most the last five.
    rejected : int
        Lots not accepted since tightened inspection began.
    is_stopped : bool
        Inspection under the standard stopped until the supplier has improved.
    reason : Text
        Why the last lot changed or did not change anything.
    """

    inspection: Inspection = Inspection.NORMAL
    score: int = 0
    recent: tuple[bool, ...] = ()
    rejected: int = 0
    is_stopped: bool = False
    reason: Text = _BEGIN


def next_severity(state: Severity, lot: LotResult) -> Severity:
    """Return where the series stands after one more lot.

    Raises
    ------
    Rejected
        If inspection is stopped, the lot was inspected with another severity, or the count is impossible.
    """
    _check(state, lot).raise_if_any()
    if not lot.is_original:
        return replace(state, reason=Text("再次提交的批不计入转移规则", "a lot presented again does not count"))
    recent = (*state.recent, lot.is_accepted)[-5:]
    if state.inspection is Inspection.NORMAL:
        return _from_normal(replace(state, recent=recent), lot)
    if state.inspection is Inspection.TIGHTENED:
        return _from_tightened(replace(state, recent=recent), lot)
    return _from_reduced(replace(state, recent=recent), lot)


def severity_after(lots: Iterable[LotResult], start: Severity | None = None) -> tuple[Severity, ...]:
    """Return where the series stands after each lot of a history."""
    state = start or Severity()
    found = []
    for lot in lots:
        state = next_severity(state, lot)
        found.append(state)
    return tuple(found)


def resumed(state: Severity) -> Severity:
    """Return the state after the supplier's improvement was found to work: tightened inspection, counted anew."""
    reason = Text("改进措施有效，从加严检验恢复", "the improvement works; inspection begins again, tightened")
    return Severity(Inspection.TIGHTENED, reason=reason) if state.is_stopped else state


def _from_normal(state: Severity, lot: LotResult) -> Severity:
    if state.recent.count(False) >= 2:
        reason = Text(
            "连续 5 批或不到 5 批中有 2 批不接收：转加严检验",
            "2 of 5 or fewer lots in a row were not accepted: tightened inspection",
        )
        return Severity(Inspection.TIGHTENED, reason=reason)
    points = _points(lot)
    score = state.score + points if points else 0
    if score >= SCORE_FOR_REDUCED and lot.is_steady and lot.may_reduce:
        reason = Text(
            f"转移得分 {score} ≥ 30，生产稳定且负责部门同意：转放宽检验",
            f"switching score {score} ≥ 30, production steady, the authority agrees: reduced inspection",
        )
        return Severity(Inspection.REDUCED, reason=reason)
    gained = Text(f"转移得分加 {points} 至 {score}", f"switching score up by {points} to {score}")
    zeroed = Text("转移得分归零", "switching score back to 0")
    return replace(state, score=score, reason=gained if points else zeroed)


def _from_tightened(state: Severity, lot: LotResult) -> Severity:
    rejected = state.rejected + (not lot.is_accepted)
    if rejected >= REJECTED_BEFORE_STOP:
        reason = Text(
            "加严检验累计 5 批不接收：暂停检验，待供方改进",
            "5 lots not accepted under tightened inspection: inspection stops until the supplier improves",
        )
        return replace(state, rejected=rejected, is_stopped=True, reason=reason)
    if len(state.recent) == LOTS_TO_NORMAL and all(state.recent):
        return Severity(reason=Text("连续 5 批接收：恢复正常检验", "5 lots in a row accepted: normal inspection"))
    return replace(
        state,
        rejected=rejected,
        reason=Text(f"继续加严检验，累计不接收 {rejected} 批", f"stays tightened, {rejected} lots not accepted so far"),
    )


def _from_reduced(state: Severity, lot: LotResult) -> Severity:
    if not lot.is_accepted:
        return Severity(reason=Text("1 批不接收：恢复正常检验", "a lot was not accepted: normal inspection"))
    if not lot.is_steady:
        return Severity(reason=Text("生产不稳定：恢复正常检验", "production is not steady: normal inspection"))
    return replace(state, reason=Text("继续放宽检验", "stays reduced"))


def _points(lot: LotResult) -> int:
    """Return the points one lot adds: 2 with Ac 0 or 1, 3 when it had passed at the next smaller AQL, else 0."""
    if not lot.is_accepted:
        return 0
    if lot.plan.accept <= 1:
        return 2
    tighter = tighter_accept(lot.plan)
    return 3 if tighter is not None and lot.found <= tighter else 0


def tighter_accept(plan: Plan) -> int | None:
    """Return Ac at the next smaller AQL for the sample that was taken; None if the table has none.

    The plan's own letter is read, not the first one, so that both numbers speak of the same sample size.
    """
    tables = sampling_tables()
    column = tables.aql.index(plan.aql)
    if column == 0:
        return None
    letter, accept = follow(plan.letter, tables.aql[column - 1], Inspection.NORMAL)
    return accept if letter == plan.letter else None


def _check(state: Severity, lot: LotResult) -> Findings:
    findings = Findings()
    where = f"lots[{lot.code}]"
    if state.is_stopped:
        findings.error(
            "inspection-stopped",
            where,
            Text("抽样检验已暂停", "inspection under the standard is stopped"),
            Text("确认改进有效后用 resumed() 恢复", "confirm the improvement, then go on from resumed()"),
        )
    if lot.plan.inspection is not state.inspection:
        used, due = lot.plan.inspection.label, state.inspection.label
        findings.error(
            "wrong-severity",
            f"{where}.plan.inspection",
            Text(f"按{used.zh}检验，应按{due.zh}", f"inspected under {used.en}, {due.en} was due"),
            Text("按应有的严格度取方案", "take the plan of the severity that is due"),
        )
    if lot.found < 0:
        findings.error(
            "negative-count",
            f"{where}.found",
            Text(f"不合格数 {lot.found} 为负", f"the count {lot.found} is negative"),
            Text("填 0 或正整数", "enter 0 or more"),
        )
    return findings
