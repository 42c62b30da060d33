"""Figures in files and the API; filters of lists mean the same on pages and in the API."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rongzhi.business.sharing.figures import cents, trimmed
from rongzhi.business.sharing.models import PlanOrder

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "shown"), [("12.3400", "12.34"), ("3", "3.00"), ("0.0050", "0.01"), ("1E+3", "1000.00")]
)
def test_money_has_two_decimals(given, shown):
    assert str(cents(Decimal(given))) == shown


@pytest.mark.parametrize(
    ("given", "shown"), [("5.000000", "5"), ("2.500000", "2.5"), ("100", "100"), ("0.000000", "0")]
)
def test_quantities_have_no_idle_zeros(given, shown):
    assert str(trimmed(Decimal(given))) == shown


def test_the_api_gives_money_and_quantities_so(published, client_for, small_park):
    client = client_for(small_park)
    order = client.get("/api/v1/sharing/orders").json()["items"][0]
    assert "." not in order["first_quantity"]
    row = client.get(f"/api/v1/sharing/plans/{published.code}/orders").json()["items"][0]
    assert len(row["cost"].rpartition(".")[2]) == 2


def test_an_unknown_parameter_is_refused_with_the_known_ones(published, client_for, small_park):
    client = client_for(small_park)
    answer = client.get("/api/v1/sharing/orders?stat=open&limit=3")
    assert answer.status_code == 422
    (finding,) = answer.json()["findings"]
    assert (finding["code"], finding["where"]) == ("unknown-parameter", "query.stat")
    assert "state" in finding["fix"]
    assert client.get(f"/api/v1/sharing/plans/{published.code}/orders?late=true&limit=3").status_code == 200
    assert client.get("/api/v1/resources/items?q=S&is_active=true&limit=3").status_code == 200


def test_late_means_the_same_on_the_page_and_in_the_api(published, client_for, small_park):
    client = client_for(small_park)
    PlanOrder.objects.filter(pk=PlanOrder.objects.filter(plan=published).first().pk).update(tardiness_min=5)
    everything = client.get("/api/v1/sharing/orders").json()["total"]
    late = client.get("/api/v1/sharing/orders?late=true").json()["total"]
    page = client.get("/sharing/orders/?late=1")
    assert late == 1
    assert late == client.get("/api/v1/sharing/orders?chip=late").json()["total"]
    assert f"<b>{late}</b>" in page.content.decode()
    assert client.get("/api/v1/sharing/orders?late=false").json()["total"] == everything - late
