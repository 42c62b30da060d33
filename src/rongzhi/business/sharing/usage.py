"""What of the resources shared manufacturing still needs, so that nobody takes it away unawares."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from rongzhi.business.sharing.models import OperationState, Order, Plan, PlanAssignment, PlanState, Promise
from rongzhi.business.sharing.models.orders import LIVE_STATES
from rongzhi.business.sharing.models.promises import PromiseState
from rongzhi.elements.resources.uses import Use
from rongzhi.kernel.text import Text

MOST_NAMED = 20


def sharing_uses(kind: str, key: str) -> Iterator[Use]:
    """Yield what needs a record now: operations of the published plan, accepted promises, open orders."""
    if kind == "machine":
        yield from _operations(Q(machine_code=key))
        yield from _promises(key)
    elif kind == "work_centre":
        yield from _operations(Q(machine__work_centre__code=key))
    elif kind == "factory":
        yield from _operations(Q(factory_code=key))
    elif kind == "calendar":
        yield from _plan_by_calendar(key)
    elif kind == "item":
        yield from _orders(key)


def _operations(where: Q) -> Iterator[Use]:
    rows = PlanAssignment.objects.filter(where, plan__state=PlanState.PUBLISHED)
    rows = rows.exclude(operation__state=OperationState.DONE).order_by("start", "pk")
    total = rows.count()
    named = rows.values_list("operation__code", "order__code", "plan__code")
    for operation, order, plan in named[:MOST_NAMED]:
        url = reverse("sharing:plan", kwargs={"code": plan})
        text = Text(f"工序 {operation}（计划 {plan}）", f"operation {operation} (plan {plan})")
        yield Use(text, f"operation/{operation}", f"{url}?order={order}")
    if total > MOST_NAMED:
        more = total - MOST_NAMED
        yield Use(Text(f"另外 {more} 道工序", f"{more} more operations"), "operations")


def _promises(machine: str) -> Iterator[Use]:
    rows = Promise.objects.filter(state=PromiseState.ACCEPTED, order__state__in=LIVE_STATES)
    rows = rows.exclude(order__assignments__plan__state=PlanState.PUBLISHED).select_related("order")
    for promise in rows:
        if promise.order and any(slot["machine"] == machine for slot in promise.breakdown.get("slots", [])):
            code = promise.order.code
            yield Use(Text(f"已承诺的订单 {code}", f"promised order {code}"), f"promise/{promise.pk}")


def _plan_by_calendar(key: str) -> Iterator[Use]:
    own, inherited = Q(machine__calendar__code=key), Q(machine__calendar=None, factory__calendar__code=key)
    opened = Q(machine__work_centre__opening__calendar__code=key)
    rows = PlanAssignment.objects.filter(own | inherited | opened, plan__state=PlanState.PUBLISHED)
    count = rows.exclude(operation__state=OperationState.DONE).count()
    if count:
        code = Plan.objects.filter(state=PlanState.PUBLISHED).values_list("code", flat=True).get()
        text = Text(f"计划 {code} 的 {count} 道工序", f"{count} operations of plan {code}")
        yield Use(text, f"plan/{code}", reverse("sharing:plan", kwargs={"code": code}))


def _orders(item: str) -> Iterator[Use]:
    """Yield one use for all orders: whoever owns an item need not know who orders it."""
    found = Q(lines__item__code=item) | Q(lots__item__code=item, lots__is_current=True)
    count = Order.objects.filter(found, state__in=LIVE_STATES).distinct().count()
    if count:
        yield Use(Text(f"{count} 个未完成订单", f"{count} open order{'s' if count > 1 else ''}"), "orders")
