"""Progress: each report once, in any order, never negative; what has begun stays in the next plan."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.utils import timezone

from rongzhi.business.sharing.actions.progress import report_progress
from rongzhi.business.sharing.models import (
    OperationState,
    Order,
    OrderState,
    ParkClock,
    PlanAssignment,
    ProgressReport,
    WorkOperation,
)
from rongzhi.business.sharing.queries.compare import deviation_summary, deviations
from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected
from rongzhi.platform.events.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(published) -> WorkOperation:
    return WorkOperation.objects.get(code="C-1-1:20")  # only factory B grinds


def ago(minutes: int):
    return timezone.now().replace(microsecond=0) - timedelta(minutes=minutes)


def test_the_same_report_twice_counts_once(operation, other_factory):
    for _ in range(2):
        report_progress(other_factory, operation, "quantity", at=ago(5), good=4, scrap=1, key="r1")
    operation.refresh_from_db()
    assert ProgressReport.objects.count() == 1
    assert (operation.good_quantity, operation.scrap_quantity, operation.state) == (4, 1, OperationState.RUNNING)
    with pytest.raises(Conflict):
        report_progress(other_factory, operation, "quantity", at=ago(5), good=9, key="r1")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_reports_in_any_order_give_one_state(operation, other_factory, order):
    reports = [
        {"kind": "start", "at": ago(60), "key": "a"},
        {"kind": "quantity", "at": ago(30), "good": 4, "key": "b"},
        {"kind": "complete", "at": ago(10), "good": 6, "key": "c"},
    ]
    starts, end = reports[0]["at"], reports[2]["at"]
    for index in order:
        data = dict(reports[index])
        report_progress(other_factory, operation, data.pop("kind"), **data)
    operation.refresh_from_db()
    assert (operation.state, operation.good_quantity) == (OperationState.DONE, Decimal(10))
    assert (operation.actual_start, operation.actual_end) == (starts, end)
    assert Order.objects.get(code="C-1").state == OrderState.IN_PROGRESS


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"good": -1}, "good"),
        ({"scrap": "lots"}, "scrap"),
        ({"good": 10**6}, "good"),
        ({"kind": "explode"}, "kind"),
        ({"machine": "NOPE"}, "machine"),
        ({"at": timezone.now() + timedelta(days=2)}, "at"),
    ],
)
def test_bad_reports_change_nothing(operation, other_factory, change, where):
    data = {"kind": "quantity", "at": ago(1), "key": "x", **change}
    with pytest.raises(Rejected) as caught:
        report_progress(other_factory, operation, data.pop("kind"), **data)
    assert [finding.where for finding in caught.value.findings] == [where]
    operation.refresh_from_db()
    assert operation.state == OperationState.RELEASED
    assert not ProgressReport.objects.exists()


def test_only_the_factory_with_the_work_reports(operation, factory_actor, customer):
    for actor in (factory_actor, customer):
        with pytest.raises(Denied):
            report_progress(actor, operation, "start", at=ago(1), key="x")
    assert not ProgressReport.objects.exists()


def test_begun_work_stays_where_it_is_in_the_next_plan(operation, other_factory, plan_now):
    first = WorkOperation.objects.get(code="C-1-1:10")
    row = PlanAssignment.objects.get(operation=first)
    maker = row.organisation
    from rongzhi.platform.access.middleware import actor_for
    from rongzhi.platform.accounts.models import Person

    actor = actor_for(Person.objects.get(memberships__organisation=maker))
    report_progress(actor, first, "start", at=ago(5), key="a")
    kept = PlanAssignment.objects.get(plan=plan_now(), operation=first)
    assert kept.is_pinned
    assert kept.machine_code == row.machine_code
    assert kept.start <= timezone.now()
    later = PlanAssignment.objects.get(plan=kept.plan, operation=operation)
    assert later.start >= kept.end


def test_work_begun_elsewhere_is_planned_from_there(published, small_park, plan_now):
    first = WorkOperation.objects.get(code="C-1-1:10")
    planned = PlanAssignment.objects.get(operation=first).machine_code
    other = "LATHE-B" if planned == "LATHE-A" else "LATHE-A"
    report_progress(small_park, first, "start", at=ago(5), machine=other, key="a")
    kept = PlanAssignment.objects.get(plan=plan_now(), operation=first)
    assert (kept.machine_code, kept.is_pinned) == (other, True)


def test_a_finished_order_is_done_and_leaves_planning(published, small_park, plan_now):
    for code in ("C-1-1:10", "C-1-1:20"):
        report_progress(small_park, WorkOperation.objects.get(code=code), "complete", at=ago(1), good=10, key=code)
    assert Order.objects.get(code="C-1").state == OrderState.DONE
    assert plan_now().figures["orders"] == 2


def test_plan_and_reality_side_by_side(published, small_park, operation):
    report_progress(small_park, operation, "start", at=ago(5), key="a")
    (found,) = deviations(small_park, published)
    row = PlanAssignment.objects.get(operation=operation)
    assert found.start_dev_min == round((found.start_real - row.start).total_seconds() / 60)
    summary = deviation_summary([found])
    assert (summary["begun"], summary["ended"], summary["end_median_min"]) == (1, 0, None)
    assert sum(each["count"] for each in summary["starts"]) == 1


class _Context:
    def __init__(self, actor) -> None:
        self.actor = actor
        self.said = []

    def report(self, fraction, *_):
        self.said.append(fraction)

    def should_stop(self) -> bool:
        return False


def test_the_log_is_replayed_once_however_often(db, settings):
    from datetime import datetime, time

    from rongzhi.business.sharing.actions.decomposition import decompose_orders
    from rongzhi.business.sharing.actions.sampling import load_sample
    from rongzhi.business.sharing.jobs import replay_job
    from rongzhi.platform.access.actor import SYSTEM

    sample = load_sample(SYSTEM, limit=12)
    assert load_sample(SYSTEM, limit=12).is_new is False
    decompose_orders(SYSTEM)
    end = timezone.make_aware(datetime.combine(sample.start + timedelta(days=30), time(0)))
    context = _Context(SYSTEM)
    done = replay_job(context, until=end.isoformat())
    assert done["reports"] == done["new"] == ProgressReport.objects.count() > 20
    assert context.said == sorted(context.said)
    states = dict(WorkOperation.objects.values_list("code", "state"))
    assert replay_job(_Context(SYSTEM), until=end.isoformat())["new"] == 0
    assert dict(WorkOperation.objects.values_list("code", "state")) == states
    assert ParkClock.objects.get().moment == end
    assert not WorkOperation.objects.filter(actual_start__gt=end).exists()


def test_work_reported_on_one_machine_at_once_is_still_planned(published, other_factory, plan_now):
    for code in ("C-1-1:20", "C-2-1:20", "D-1-1:20"):
        report_progress(other_factory, WorkOperation.objects.get(code=code), "start", at=ago(5), key=code)
    report_progress(other_factory, WorkOperation.objects.get(code="D-1-1:20"), "complete", at=ago(2), key="end")
    plan = plan_now(frozen_until=(timezone.now() + timedelta(days=2)).isoformat())
    rows = PlanAssignment.objects.filter(plan=plan, operation__code__endswith=":20")
    assert set(rows.values_list("machine_code", "is_pinned")) == {("GRIND-B", True)}
    assert rows.count() == 3


def test_nobody_reports_in_the_name_of_another_factory_s_machine(operation, other_factory, small_park):
    with pytest.raises(Denied):
        report_progress(other_factory, operation, "start", at=ago(5), machine="LATHE-A")
    assert not ProgressReport.objects.exists()
    with pytest.raises(Rejected) as caught:  # a lathe does not grind, whoever says so
        report_progress(small_park, operation, "start", at=ago(5), machine="LATHE-A")
    (finding,) = caught.value.findings
    assert (finding.code, finding.where) == ("cannot-do", "machine")
    assert "GRIND-B" in finding.fix.zh
    assert report_progress(small_park, operation, "start", at=ago(5), machine="GRIND-B").machine_code == "GRIND-B"


@pytest.mark.parametrize("long", [{"key": "k" * 201}, {"note": "n" * 301}])
def test_a_report_is_kept_whole_or_refused(operation, other_factory, long):
    with pytest.raises(Rejected) as caught:
        report_progress(other_factory, operation, "start", at=ago(5), **long)
    assert [finding.where for finding in caught.value.findings] == list(long)
    assert not ProgressReport.objects.exists()


def refused(actor, operation, kind, **data) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        report_progress(actor, operation, kind, **data)
    return [(finding.code, finding.where) for finding in caught.value.findings]


def test_no_more_is_reported_than_the_operation_has(operation, other_factory):
    report_progress(other_factory, operation, "quantity", at=ago(9), good=6, scrap=1, key="a")
    with pytest.raises(Rejected) as caught:
        report_progress(other_factory, operation, "quantity", at=ago(8), good=4, key="b")
    (finding,) = caught.value.findings
    assert finding.message.zh == "本工序共 10 件，已报 7 件（合格加报废），这次又报 4 件"
    assert finding.fix.en.startswith("at most 3 are left")
    report_progress(other_factory, operation, "complete", at=ago(7), good=3, key="c")
    for number in range(3):
        again = refused(other_factory, operation, "complete", at=ago(6), good=10, key=f"again-{number}")
        assert again == [("already-reported", "kind"), ("too-many", "good")]
    operation.refresh_from_db()
    assert (operation.good_quantity, operation.scrap_quantity, operation.beyond) == (9, 1, 0)


def test_a_correction_replaces_a_report_and_both_are_kept(operation, other_factory):
    report_progress(other_factory, operation, "start", at=ago(20), key="s")
    report_progress(other_factory, operation, "complete", at=ago(9), good=10, key="a")
    wish = {"at": ago(9), "good": 8, "scrap": 2, "key": "b", "corrects": "a"}
    for _ in range(2):
        report_progress(other_factory, operation, "complete", **wish)
    operation.refresh_from_db()
    assert (operation.good_quantity, operation.scrap_quantity, operation.state) == (8, 2, OperationState.DONE)
    assert ProgressReport.objects.count() == 3
    event = Event.objects.get(type="operation.corrected")
    assert (event.data["corrects"], event.data["before"]["good"]) == ("a", "10.000000")
    with pytest.raises(Conflict):
        report_progress(other_factory, operation, "complete", at=ago(9), good=1, key="c", corrects="a")
    with pytest.raises(NotFound):
        report_progress(other_factory, operation, "complete", at=ago(9), good=1, key="c", corrects="nothing")
    report_progress(other_factory, operation, "quantity", at=ago(9), good=5, key="d", corrects="b")
    operation.refresh_from_db()
    assert (operation.good_quantity, operation.state, operation.actual_end) == (5, OperationState.RUNNING, None)


def test_times_that_cannot_be_are_refused(operation, other_factory):
    report_progress(other_factory, operation, "start", at=ago(20), key="s")
    assert refused(other_factory, operation, "start", at=ago(19), key="s2") == [("already-reported", "kind")]
    assert refused(other_factory, operation, "complete", at=ago(21), key="c") == [("out-of-turn", "at")]
    assert refused(other_factory, operation, "quantity", at=ago(21), good=1, key="q") == [("out-of-turn", "at")]
    report_progress(other_factory, operation, "complete", at=ago(10), good=10, key="c")
    assert refused(other_factory, operation, "start", at=ago(5), key="s3", corrects="s") == [("out-of-turn", "at")]
    report_progress(other_factory, operation, "start", at=ago(15), key="s3", corrects="s")
    operation.refresh_from_db()
    assert operation.actual_start == ProgressReport.objects.get(key="s3").at


def test_what_a_log_says_beyond_the_lot_is_kept_and_marked(operation, small_park):
    from rongzhi.business.sharing.actions.progress import store_reports

    common = {"operation": operation, "organisation": small_park.organisation, "source": "replay", "kind": "complete"}
    store_reports(small_park, [ProgressReport(at=ago(5), good=13, scrap=1, key="log", **common)])
    operation.refresh_from_db()
    assert (operation.good_quantity, operation.beyond) == (13, 4)
