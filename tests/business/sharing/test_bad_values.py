"""Values nobody should send to pages and API: an answer with its place, never an internal error."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rongzhi.business.sharing.actions.replaying import set_log_start, start_replay
from rongzhi.business.sharing.models import Plan
from rongzhi.kernel.errors import Rejected
from rongzhi.platform.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/sharing/plans/{}/gantt?limit=-5", 422),
        ("/api/v1/sharing/plans/{}/gantt?offset=-5", 422),
        ("/api/v1/sharing/plans/{}/gantt?start=0001-01-01T00:00:00Z", 422),
        ("/api/v1/sharing/plans/{}/gantt?start=2027-01-01T00:00:00", 422),
        ("/sharing/plans/{}/data/gantt.json?start=2026-13-45T00:00:00&end=0001-01-01T00:00:00", 200),
        ("/sharing/plans/{}/data/load.json?days=%C2%B2", 200),
        ("/sharing/plans/{}/data/nothing.json", 404),
        ("/sharing/plans/{}/?tab=gantt&page=%C2%B2", 200),
        ("/sharing/plans/{}/?tab=gantt&page=" + "9" * 5000, 200),
    ],
)
def test_odd_addresses_of_a_plan(published, client_for, small_park, path, status):
    assert client_for(small_park).get(path.format(published.code)).status_code == status


@pytest.mark.parametrize("moment", ["2027-01-01T00:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_planning_is_not_started_with_an_instant_no_plan_can_hold(orders, client_for, small_park, moment):
    body = {"frozen_until": moment, "time_limit_s": 0.1}
    response = client_for(small_park).post("/api/v1/sharing/plans", body, content_type="application/json")
    assert response.status_code == 422
    assert response.json()["findings"][0]["where"] == "body.frozen_until"
    assert not Job.objects.exists()


def test_a_form_whose_counts_are_no_numbers_is_shown_again(small_park, client_for, customer):
    for name in ("line_count", "remove"):
        response = client_for(customer).post("/sharing/orders/new/", {name: "²", "add": "1"})
        assert response.status_code == 200


def test_nobody_publishes_or_cancels_by_a_version_that_is_no_number(orders, client_for, small_park, customer, plan_now):
    plan = plan_now()
    client_for(small_park).post(f"/sharing/plans/{plan.code}/publish/", {"version": "²"})
    assert Plan.objects.get().state == "published"
    assert client_for(customer).post("/sharing/orders/C-1/cancel/", {"version": "9" * 4999}).status_code == 302


@pytest.mark.parametrize("until", [datetime(9999, 1, 1, tzinfo=UTC), datetime(1971, 1, 1, tzinfo=UTC)])
def test_a_replay_stays_within_its_log(small_park, until):
    set_log_start(small_park, date(2026, 11, 23))
    with pytest.raises(Rejected) as caught:
        start_replay(small_park, until=until)
    assert caught.value.findings[0].code == "out-of-range"
    assert not Job.objects.exists()
