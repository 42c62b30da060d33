"""Operations of the published plan that the calendars, as they are now, no longer leave enough time for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from django.core.cache import cache
from django.db.models import Max

from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import OperationState, Plan, PlanAssignment, PlanState, ProgressReport
from rongzhi.business.sharing.park import Park, load_park
from rongzhi.business.sharing.workbook import minutes_from
from rongzhi.kernel.text import Text

KEPT_S = 60
MOST_NAMED = 10
Hit = tuple[str, str]


def closed_hits() -> list[Hit]:
    """Return operation and machine of what is planned, not begun, and short of open time; earliest first."""
    plan = Plan.objects.filter(state=PlanState.PUBLISHED).first()
    if plan is None:
        return []
    park = load_park()
    reports = ProgressReport.objects.aggregate(last=Max("pk"))["last"]
    key = f"closed:{plan.pk}:{plan.version}:{reports}:{park.digest}"
    found: list[Hit] | None = cache.get(key)
    if found is None:
        found = _hits(plan, park)
        cache.set(key, found, KEPT_S)
    return found


def replan_words() -> Text | None:
    """Return how many operations stand in closed time, and which; nothing when none does."""
    hits = closed_hits()
    if not hits:
        return None
    named = "、".join(f"{code} ({machine})" for code, machine in hits[:MOST_NAMED])
    more = len(hits) - MOST_NAMED
    zh, en = (f" 等另外 {more} 道", f" and {more} more") if more > 0 else ("", "")
    return Text(
        f"现行计划有 {len(hits)} 道工序落在停工时间，需要重排：{named}{zh}",
        f"{len(hits)} operations of the published plan are in closed time; plan anew: {named.replace('、', ', ')}{en}",
    )


def _hits(plan: Plan, park: Park) -> list[Hit]:
    rows = PlanAssignment.objects.filter(plan=plan, end__gt=park_now())
    rows = rows.exclude(operation__state__in=(OperationState.RUNNING, OperationState.DONE)).order_by("start", "pk")
    names = ("operation__code", "machine_code", "start", "end", "operation__candidates", "operation__may_span_breaks")
    found = []
    for code, machine, start, end, ways, may_span in rows.values_list(*names):
        first, last = minutes_from(plan.origin, start), minutes_from(plan.origin, end)
        spans = park.working(machine, plan.origin, plan.horizon_end)
        way = next((each for each in ways if each["machine"] == machine), None)
        need = int(way["setup_min"] + way["run_min"]) if way and may_span else last - first
        if _open(spans, first, last) < min(need, last - first):
            found.append((code, machine))
    return found


def _open(spans: tuple[tuple[int, int], ...], first: int, last: int) -> int:
    """Return the open minutes between two."""
    near = spans[max(0, bisect_right(spans, (first, first)) - 1) : bisect_left(spans, (last, last))]
    return sum(max(0, min(end, last) - max(start, first)) for start, end in near)
