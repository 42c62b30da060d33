"""The factory's own work with reporting, the operator's board, plan and reality."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions import progress, replaying
from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import OperationState, OrderState, ParkClock, ProgressKind, ProgressSource
from rongzhi.business.sharing.queries import orders as order_queries
from rongzhi.business.sharing.queries import plans as queries
from rongzhi.business.sharing.queries.board import tasks_for, work_figures
from rongzhi.business.sharing.queries.compare import deviation_summary, deviations
from rongzhi.business.sharing.queries.load import load_data
from rongzhi.business.sharing.queries.work import is_overdue, next_start, own_machines, own_work
from rongzhi.business.sharing.views.order_forms import aware
from rongzhi.business.sharing.views.parts import BOARD, LEAF, OPERATION_TONES
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, needs_role
from rongzhi.platform.accounts.models import Role
from rongzhi.platform.i18n import say
from rongzhi.platform.jobs.models import Job
from rongzhi.platform.ui.format import moment as write_moment
from rongzhi.platform.ui.pages import (
    ActPage,
    BoardPage,
    Button,
    Column,
    Empty,
    Figure,
    Filter,
    FormPage,
    ListPage,
    Page,
    Series,
    Task,
)


class Board(BoardPage):
    """Orders by stage, lateness, load."""

    template_name = "sharing/board.html"
    title = say("共享制造", "Shared manufacturing")
    lead = say("平台接单、按工序分解、多工厂协同", "Orders taken, decomposed by process step, made over many factories")
    leaf = LEAF

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """The next acts of the role."""
        buttons = []
        if policy.may_order(actor):
            buttons.append(Button(say("询交期", "Ask for a date"), reverse("sharing:promise-new")))
            style: Any = "plain" if actor.is_operator else "primary"
            buttons.append(Button(say("新建订单", "New order"), reverse("sharing:order-new"), style=style))
        if policy.may_plan(actor):
            buttons.append(Button(say("开始排产", "Plan"), reverse("sharing:plan-new"), style="primary"))
        return buttons

    def figures(self, actor: Actor) -> Sequence[Figure]:
        """Orders by how they stand."""
        counts = self.counts = order_queries.order_counts(actor)
        if actor.has_role(Role.FACTORY) and not actor.is_operator:
            return work_figures(actor)
        orders = reverse("sharing:orders")
        late, risk, left = counts["late"], counts["at_risk"], counts["unplanned"]
        return (
            Figure(say("在手订单", "Open orders"), counts["total"] - counts["done"] - counts["draft"], url=orders),
            Figure(say("将拖期", "Will be late"), late, tone="bad" if late else "ok", url=f"{orders}?late=1"),
            Figure(say("余量不足一天", "Under a day of slack"), risk, tone="warn" if risk else "ok",
                   url=f"{orders}?risk=1"),
            Figure(say("未排产", "Not planned"), left, tone="warn" if left else "ok", url=f"{orders}?unplanned=1"),
            Figure(say("生产中", "In progress"), counts["in_progress"], url=f"{orders}?state=in_progress"),
            Figure(say("已完工", "Done"), counts["done"], url=f"{orders}?state=done"),
        )  # fmt: skip

    def tasks(self, actor: Actor) -> Sequence[Task]:
        """What needs the actor today."""
        return tasks_for(actor, self.counts)

    def get_context(self) -> dict[str, Any]:
        """Add the stages and the load."""
        context = super().get_context()
        plan = queries.published(self.actor)
        stages = [(label, self.counts.get(key, 0)) for key, label in OrderState.choices if key != OrderState.CANCELLED]
        context |= {"plan": plan, "stage_option": _bars(stages), "stage_table": Series.of(("", ""), stages)}
        if plan and (self.actor.is_operator or self.actor.has_role(Role.FACTORY)):
            context["load"] = self._load(plan)
        return context

    def _load(self, plan: Any) -> dict[str, Any]:
        data = load_data(self.actor, plan, by="factory")
        weeks = data["buckets"][:10]
        rows = [(row["factory"], *(_share(row, index) for index in range(len(weeks)))) for row in data["rows"]]
        option = {
            "tooltip": {"trigger": "axis"},
            "legend": {},
            "xAxis": {"type": "category", "data": weeks},
            "yAxis": {"type": "value", "name": "%"},
            "series": [{"type": "bar", "name": row[0], "data": list(row[1:])} for row in rows],
        }
        return {"option": option, "table": Series.of((say("工厂", "Factory"), *weeks), rows)}


def _share(row: dict[str, Any], index: int) -> float | None:
    capacity = row["capacity_h"][index]
    return round(100 * row["load_h"][index] / capacity, 1) if capacity else None


def _bars(pairs: list[tuple[Any, int]]) -> dict[str, Any]:
    bars = {
        "type": "bar",
        "barMaxWidth": 56,
        "data": [count for _, count in pairs],
        "label": {"show": True, "position": "top"},
    }
    return {
        "xAxis": {"type": "category", "data": [str(label) for label, _ in pairs]},
        "yAxis": {"type": "value", "name": str(say("订单数", "Orders"))},
        "series": [bars],
    }


def _state(row: Any) -> Any:
    from rongzhi.platform.ui.pages import Badge

    state = row.operation.state
    if row.should_have_begun:
        return Badge(say("应已开工", "Should have begun"), "bad")
    return Badge(OperationState(state).label, OPERATION_TONES[state])


WHEN = (
    ("today", say("到今天为止", "Up to today")),
    ("week", say("到本周末", "This week")),
    ("fortnight", say("未来 14 天", "Next 14 days")),
    ("overdue", say("超过计划完工", "Past the planned end")),
    ("all", say("全部", "All")),
)
DAYS_SHOWN = 14
OURS = ("本厂工序", "Our operations")


class Work(ListPage):
    """A factory's operations, with buttons to report."""

    template_name = "sharing/work.html"
    lead = say(
        "现行计划派出的工序；默认显示未来 14 天，以及加工中和应已开工的",
        "What the published plan gives out: the next 14 days, and whatever runs or should have begun",
    )
    leaf = LEAF
    parents = (BOARD,)
    columns = (
        Column("start", say("计划开工", "Planned start"), "datetime", sort="start"),
        Column("operation", say("工序", "Operation"), value=lambda row: row.operation.code,
               link=lambda row: reverse("sharing:report", kwargs={"code": row.operation.code})),
        Column("name", say("名称", "Name"), value=lambda row: row.operation.name),
        Column("item", say("物料", "Item"), value=lambda row: row.operation.lot.item.code),
        Column("quantity", say("数量", "Quantity"), "number", value=lambda row: row.operation.quantity),
        Column("machine_code", say("机床", "Machine"), sort="machine_code"),
        Column("end", say("计划完工", "Planned end"), "datetime", sort="end"),
        Column("state", say("状态", "State"), "badge", value=_state),
        Column("changeover_min", say("换型", "Changeover"), "duration_min", is_hidden=True),
        Column("factory_code", say("工厂", "Factory"), is_hidden=True),
    )  # fmt: skip
    search_fields = ("operation__code", "machine_code", "order__code", "operation__lot__item__code")
    filters = (
        Filter("state", say("状态", "State"), OperationState.choices, path="operation__state"),
        Filter(
            "when", say("时间", "When"),
            WHEN,
            apply=lambda rows, value: rows.filter(is_overdue()) if value == "overdue" else rows,
        ),
    )  # fmt: skip
    order = "start"
    file_name = "work"

    @property
    def title(self) -> Any:  # type: ignore[override]
        """Whose operations."""
        return say("各厂工序", "Operations of all factories") if self.actor.is_operator else say(*OURS)

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        """Say when the next operation is to begin."""
        start = next_start(self.actor)
        if start is None:
            hint = say("计划发布后，工序会出现在这里。", "They appear once a plan is published.")
            return Empty(say("没有已派出的工序", "No operations are given out"), hint)
        when = write_moment(start)
        return Empty(
            say("这段时间没有要开工的工序", "Nothing is to begin in this time"),
            say(f"下一道工序计划在 {when} 开工。", f"The next operation is to begin {when}."),
        )

    def shown_columns(self) -> list[Column]:
        """Show the operator whose work it is."""
        shown = list(super().shown_columns())
        if self.actor.is_operator and all(column.key != "factory_code" for column in shown):
            shown.append(next(column for column in self.columns if column.key == "factory_code"))
        return shown

    def may(self, actor: Actor) -> Verdict:
        """Factories, and the operator."""
        return needs_role(actor, Role.FACTORY, Role.OPERATOR)

    def queryset(self, actor: Actor) -> Any:
        """Return the operations of the chosen time."""
        week = 7 - timezone.localtime(park_now()).weekday()
        windows = {"today": 1, "week": week, "all": None, "overdue": None}
        return own_work(actor, windows.get(self.request.GET.get("when", ""), DAYS_SHOWN))


class ReportForm(forms.Form):
    """A report from the shop floor."""

    kind = forms.ChoiceField(
        label=say("报工类型", "Kind"),
        choices=ProgressKind.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip
    at = forms.CharField(label=say("时间", "Time"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    good = forms.DecimalField(label=say("合格数", "Good"), min_value=0, initial=0, required=False)
    scrap = forms.DecimalField(label=say("报废数", "Scrap"), min_value=0, initial=0, required=False)
    machine = forms.ChoiceField(label=say("实际机床", "Machine used"), required=False)
    note = forms.CharField(label=say("备注", "Note"), required=False, max_length=300)
    corrects = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def __init__(self, *args: Any, machines: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machine"].choices = machines or [("", "—")]  # type: ignore[attr-defined]


class Report(FormPage):
    """Report on one operation; made for a thumb."""

    template_name = "sharing/report.html"
    form_class = ReportForm
    leaf = LEAF
    submit = say("报工", "Report")
    done = say("已报工", "Reported")

    @property
    def title(self) -> Any:  # type: ignore[override]
        """Which operation."""
        return say(f"报工 {self.kwargs['code']}", f"Report {self.kwargs['code']}")

    def prepare(self, actor: Actor) -> None:
        """Load the operation."""
        self.operation = order_queries.find_operation(actor, self.kwargs["code"])
        self.row = own_work(actor, None).filter(operation=self.operation).first()
        key = self.request.GET.get("corrects", "")
        self.wrong = self.operation.reports.filter(key=key, corrected_by=None).first() if key else None

    def form_kwargs(self, actor: Actor) -> dict[str, Any]:
        """Offer the machines that can do it."""
        return {"machines": own_machines(actor, self.operation, self.row.machine_code if self.row else "")}

    def initial(self, actor: Actor) -> dict[str, Any]:
        """The likely next report, or the one to be corrected."""
        wrong = self.wrong
        if wrong is not None:
            return {
                "kind": wrong.kind, "at": f"{timezone.localtime(wrong.at):%Y-%m-%dT%H:%M}", "good": wrong.good,
                "scrap": wrong.scrap, "machine": wrong.machine_code, "note": wrong.note, "corrects": wrong.key,
            }  # fmt: skip
        is_running = self.operation.state == OperationState.RUNNING
        return {
            "kind": "complete" if is_running else "start",
            "at": f"{timezone.localtime(park_now()):%Y-%m-%dT%H:%M}",
            "machine": self.operation.actual_machine or (self.row.machine_code if self.row else ""),
        }

    def act(self, actor: Actor, form: ReportForm) -> Any:
        """Report."""
        from rongzhi.kernel.findings import Findings
        from rongzhi.kernel.text import Text

        data = form.cleaned_data
        try:
            at = datetime.fromisoformat(aware(data["at"]))
        except ValueError:
            findings = Findings()
            findings.error(
                "not-a-date-time", "at", Text(f"“{data['at']}”不是时间", f"'{data['at']}' is not a time"),
                Text("按 2026-03-01 17:00 填写", "write it as 2026-03-01 17:00"),
            )  # fmt: skip
            findings.raise_if_any()
        report = progress.report_progress(
            actor, self.operation, data["kind"], at=at, good=data["good"], scrap=data["scrap"],
            machine=data["machine"], note=data["note"], source=ProgressSource.PERSON, key=self.idempotency_key,
            corrects=data["corrects"],
        )  # fmt: skip
        self.done = self._said(report)  # type: ignore[misc]
        return report

    def _said(self, report: Any) -> Any:
        """Say that it is taken, and what stands for a start nobody reported."""
        if report.kind == ProgressKind.START or progress.is_start_reported(self.operation):
            return say("已报工", "Reported")
        return say(
            "已报工；还没有报开工，暂以最早一次报工的时间作为开工时间，可以补报",
            "Reported; no start is reported yet, so the earliest report counts as the start; you can still report it",
        )

    def success_url(self, result: Any) -> str:
        """Stay with the operation."""
        return reverse("sharing:report", kwargs={"code": self.operation.code})

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("sharing:work")

    def form_context(self, form: forms.Form, findings: list[Any]) -> dict[str, Any]:
        """Add the operation and its reports so far."""
        reports = self.operation.reports.select_related("corrected_by").order_by("-at", "-pk")[:20]
        return {
            **super().form_context(form, findings),
            "operation": self.operation,
            "row": self.row,
            "wrong": self.wrong,
            "reports": [(each, hasattr(each, "corrected_by")) for each in reports],
        }


class LoadPage(Page):
    """Load against capacity of the published plan."""

    template_name = "sharing/load.html"
    title = say("负荷与产能", "Load and capacity")
    lead = say("现行计划占用各机床开放产能的份额", "How much of the capacity open to the network the plan takes")
    leaf = LEAF
    parents = (BOARD,)

    def may(self, actor: Actor) -> Verdict:
        """Factories, and the operator."""
        return needs_role(actor, Role.FACTORY, Role.OPERATOR)

    def get_context(self) -> dict[str, Any]:
        """Return the plan's data."""
        plan = queries.published(self.actor)
        if plan is None:
            return {"plan": None, "nothing": Empty(say("还没有发布的计划", "No published plan yet"))}
        url = reverse("sharing:plan-data", kwargs={"code": plan.code, "kind": "load"})
        return {"plan": plan, "url": url, "data": load_data(self.actor, plan, by="factory")}


class Replay(Page):
    """Plan and reality side by side; the sample's own history is played here."""

    template_name = "sharing/replay.html"
    title = say("计划与实际", "Plan and reality")
    lead = say(
        "样例园区可重放 2012 年真实日志，把计划与实际逐道工序对比",
        "The sample replays the real log of 2012 against the plan",
    )
    leaf = LEAF
    parents = (BOARD,)

    def may(self, actor: Actor) -> Verdict:
        """Factories, and the operator."""
        return needs_role(actor, Role.FACTORY, Role.OPERATOR)

    def get_context(self) -> dict[str, Any]:
        """Return clock, deviations and histogram."""
        clock = ParkClock.objects.filter(pk=1).first()
        plan = queries.published(self.actor)
        found = deviations(self.actor, plan) if plan else []
        summary = deviation_summary(found)
        now = park_now()
        return {
            "clock": clock,
            "now": now,
            "plan": plan,
            "found": sorted(found, key=lambda each: -abs(each.start_dev_min))[:200],
            "figures": self._figures(summary),
            "option": _histogram(summary["starts"], summary["ends"]),
            "table": Series.of(
                (say("偏差（天）", "Deviation (days)"), say("开工", "Starts"), say("完工", "Ends")),
                [(a["class"], a["count"], b["count"]) for a, b in zip(summary["starts"], summary["ends"], strict=True)],
            ),
            "may_replay": policy.may_replay(self.actor),
            "until": f"{timezone.localtime(now + timedelta(days=7)):%Y-%m-%dT%H:%M}",
        }

    def _figures(self, summary: dict[str, Any]) -> list[Figure]:
        return [
            Figure(say("已开工工序", "Operations begun"), summary["begun"]),
            Figure(say("已完工工序", "Operations ended"), summary["ended"]),
            Figure(say("开工偏差中位数", "Median start deviation"), summary["start_median_min"], "duration_min"),
            Figure(say("完工偏差中位数", "Median end deviation"), summary["end_median_min"], "duration_min"),
            Figure(say("平均绝对偏差", "Mean absolute deviation"), summary["end_mean_abs_min"], "duration_min"),
            Figure(say("改在其他机床", "On another machine"), summary["other_machine"]),
        ]


def _histogram(starts: list[dict[str, Any]], ends: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {},
        "xAxis": {"type": "category", "data": [each["class"] for each in starts], "name": str(say("天", "Days"))},
        "yAxis": {"type": "value", "name": str(say("工序数", "Operations"))},
        "series": [
            {"type": "bar", "name": str(say("开工", "Starts")), "data": [each["count"] for each in starts]},
            {"type": "bar", "name": str(say("完工", "Ends")), "data": [each["count"] for each in ends]},
        ],
    }


class ReplayStart(ActPage):
    """Start a replay."""

    def act(self, actor: Actor, **kwargs: Any) -> Job:
        """Start it."""
        from rongzhi.kernel.errors import Conflict
        from rongzhi.kernel.text import Text

        speed = self.request.POST.get("hours_per_second", "0")
        try:
            until = datetime.fromisoformat(aware(self.request.POST.get("until", "")))
            hours = float(speed or 0)
        except ValueError as error:
            raise Conflict(
                Text("时间或速度看不懂", "the time or the speed cannot be read"),
                fix=Text("填写日期时间与不小于 0 的数", "give a date with time, and a number from 0 on"),
            ) from error
        return replaying.start_replay(actor, until=until, hours_per_second=hours)

    def done(self, result: Job) -> Any:
        """Say so."""
        return say("重放已开始", "The replay has started")

    def next_url(self, result: Job) -> str:
        """Watch it."""
        return reverse("platform:job", args=[result.pk])
