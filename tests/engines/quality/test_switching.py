"""Switching rules, lot by lot."""

from __future__ import annotations

import pytest

from rongzhi.engines.quality import (
    Inspection,
    LotResult,
    Severity,
    next_severity,
    resumed,
    sampling_plan,
    severity_after,
)
from rongzhi.engines.quality.switching import tighter_accept
from rongzhi.kernel.errors import Rejected

NORMAL, TIGHTENED, REDUCED = Inspection.NORMAL, Inspection.TIGHTENED, Inspection.REDUCED


def run(
    founds: list[int], *, start: Severity | None = None, lot: int = 1000, aql: str = "1.0", **how: bool
) -> Severity:
    state = start or Severity()
    for index, found in enumerate(founds):
        plan = sampling_plan(lot, aql, inspection=state.inspection)
        state = next_severity(state, LotResult(f"L{index}", plan, found, **how))
    return state


def test_two_of_five_lead_to_tightened() -> None:
    assert run([3, 0, 0, 0]).inspection is NORMAL
    assert run([3, 0, 0, 0, 3]).inspection is TIGHTENED
    assert run([3, 0, 0, 0, 0, 3]).inspection is NORMAL
    assert run([3, 3]).inspection is TIGHTENED


def test_five_accepted_in_a_row_lead_back_to_normal() -> None:
    tightened = Severity(TIGHTENED)
    assert run([0, 0, 0, 0], start=tightened).inspection is TIGHTENED
    back = run([0, 0, 0, 0, 0], start=tightened)
    assert (back.inspection, back.score, back.rejected) == (NORMAL, 0, 0)
    assert run([0, 0, 0, 2, 0, 0, 0, 0], start=tightened).inspection is TIGHTENED


def test_five_rejected_stop_the_inspection() -> None:
    stopped = run([2, 0, 2, 0, 2, 0, 2, 0, 2], start=Severity(TIGHTENED))
    assert (stopped.is_stopped, stopped.rejected) == (True, 5)
    with pytest.raises(Rejected) as caught:
        run([0], start=stopped)
    assert caught.value.findings[0].code == "inspection-stopped"
    again = resumed(stopped)
    assert (again.inspection, again.rejected, again.is_stopped) == (TIGHTENED, 0, False)


def test_score_counts_three_when_the_next_smaller_aql_had_accepted() -> None:
    """Letter J at AQL 1.0 has Ac 2, at 0.65 Ac 1."""
    assert tighter_accept(sampling_plan(1000, "1.0")) == 1
    assert run([1]).score == 3
    assert run([1, 1]).score == 6
    assert run([1, 1, 2]).score == 0


def test_score_counts_two_with_ac_0_or_1() -> None:
    """Letter J at AQL 0.65 has Ac 1."""
    assert run([1, 0, 1], aql="0.65").score == 6
    assert run([1, 2, 1], aql="0.65").score == 2


def test_reduced_needs_the_score_and_the_authority() -> None:
    assert run([0] * 10).inspection is NORMAL
    assert run([0] * 10).score == 30
    assert run([0] * 9, may_reduce=True).inspection is NORMAL
    assert run([0] * 10, may_reduce=True).inspection is REDUCED
    assert run([0] * 10, may_reduce=True, is_steady=False).inspection is NORMAL


def test_reduced_ends_with_a_rejected_lot_or_unsteady_production() -> None:
    reduced = Severity(REDUCED)
    assert run([0, 1], start=reduced).inspection is REDUCED
    assert run([2], start=reduced).inspection is NORMAL
    assert run([0], start=reduced, is_steady=False).inspection is NORMAL


def test_lots_presented_again_count_for_nothing() -> None:
    state = run([3])
    same = next_severity(state, LotResult("again", sampling_plan(1000, "1.0"), 3, is_original=False))
    assert (same.inspection, same.score, same.recent) == (state.inspection, state.score, state.recent)


def test_history_gives_each_reason() -> None:
    plan = sampling_plan(1000, "1.0")
    states = severity_after([LotResult("a", plan, 3), LotResult("b", plan, 3)])
    assert [each.reason.en for each in states] == [
        "switching score back to 0",
        "2 of 5 or fewer lots in a row were not accepted: tightened inspection",
    ]


def test_wrong_plan_and_count_are_refused_together() -> None:
    lot = LotResult("a", sampling_plan(1000, "1.0", inspection="reduced"), -1)
    with pytest.raises(Rejected) as caught:
        next_severity(Severity(), lot)
    assert [each.code for each in caught.value.findings] == ["wrong-severity", "negative-count"]
