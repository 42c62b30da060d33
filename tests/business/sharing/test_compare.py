"""The comparison of two plans: signed differences, what each aims at, and the shift of every order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from rongzhi.business.sharing.models import Plan, PlanOrder
from rongzhi.business.sharing.queries.compare import compare_plans
from rongzhi.business.sharing.views.plan_compare import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafts(orders, plan_now) -> tuple[Plan, Plan]:
    """Two plans; in the second C-1 ends 90 minutes later, costs more, and another weight was asked for."""
    a = plan_now()
    b = plan_now(weights={"weighted_tardiness": 7.5})
    for row in PlanOrder.objects.filter(plan=a):
        PlanOrder.objects.filter(plan=b, order=row.order).update(end=row.end, tardiness_min=row.tardiness_min)
    row = PlanOrder.objects.get(plan=a, order__code="C-1")
    PlanOrder.objects.filter(plan=b, order__code="C-1").update(end=row.end + timedelta(minutes=90), tardiness_min=30)
    b.figures = {**a.figures, "cost": str(float(a.figures["cost"]) + 12.5), "late_orders": a.figures["late_orders"] + 1}
    b.save()
    return a, b


def test_an_order_s_shift_and_lateness_are_signed(drafts, small_park):
    a, b = drafts
    (change,) = compare_plans(small_park, a, b).orders
    assert (change.order, change.shift_min, change.late_change_min, change.gain_min) == ("C-1", 90, 30, -30)
    (back,) = compare_plans(small_park, b, a).orders
    assert (back.shift_min, back.late_change_min) == (-90, -30)


def test_the_page_shows_signs_units_weights_and_shifts(drafts, small_park, client_for):
    a, b = drafts
    client = client_for(small_park, language="en")
    page = client.get(f"/sharing/plans/compare/?a={a.code}&b={b.code}").content.decode()
    for words in ("+¥12.50", ">+1<", "<small>orders</small>", "+1 h 30 min", "+30 min", "Objective", ">7.5<"):
        assert words in page, words
    assert "cannot be held against each other" in page
    same = client.get(f"/sharing/plans/compare/?a={a.code}&b={a.code}").content.decode()
    assert "cannot be held against each other" not in same
    back = client.get(f"/sharing/plans/compare/?a={b.code}&b={a.code}").content.decode()
    assert "−1 h 30 min" in back
    assert "−¥12.50" in back


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [(None, "int", "—"), (0, "money", "="), (3, "int", "+3"), (-3, "int", "−3"), (-61, "duration_min", "−1 小时 1 分"),
     (-2.5, "money", "−¥2.50")],
)  # fmt: skip
def test_differences_carry_their_sign(value, kind, words):
    with translation.override("zh-hans"):
        assert signed(value, kind) == words
