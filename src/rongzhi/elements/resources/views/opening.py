"""What is open to the network as one list, and shutting a machine for maintenance."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from typing import Any

from django import forms

from rongzhi.elements.resources import actions
from rongzhi.elements.resources.forms.network import moment
from rongzhi.elements.resources.models import CalendarException
from rongzhi.elements.resources.policy import may_write
from rongzhi.elements.resources.views.base import KindForm, KindList, page_url
from rongzhi.elements.resources.views.network import CNY_H, process_names
from rongzhi.model.production.network import ExceptionDocument
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say, term_label
from rongzhi.platform.ui.pages import Column, Empty
from rongzhi.platform.ui.parts import Label


class OpenCapacities(KindList):
    """What each work centre opens to the network, and at what price."""

    table = "open_capacity"
    lead = say("各工作中心向园区网络开放的产能与价格。", "What each work centre opens to the network, and its price.")
    columns = (
        Column(
            "work_centre.code",
            term_label("work_centre"),
            link=lambda row: page_url("work_centres", row.work_centre.code),
            sort="work_centre__code",
        ),
        Column("work_centre.name", say("名称", "Name"), sort="work_centre__name_zh"),
        Column("work_centre.factory.name", term_label("factory"), sort="work_centre__factory__name_zh"),
        Column("share", say("开放比例", "Share opened"), "percent", sort="share"),
        Column("hourly_price", say("网络小时价", "Hourly price"), "money", sort="hourly_price", unit=CNY_H),
        Column("setup_price", say("网络准备价", "Set-up price"), "money", sort="setup_price", unit=CNY_H),
        Column(
            "processes", say("工艺", "Processes"), value=lambda row: process_names(row.processes) or say("全部", "all")
        ),
        Column(
            "excluded", say("不接的客户", "Customers excluded"), value=lambda row: ", ".join(row.excluded_customers)
        ),
    )
    search_fields = (
        "work_centre__code",
        "work_centre__name_zh",
        "work_centre__name_en",
        "work_centre__factory__name_zh",
    )
    empty = Empty(
        say("还没有开放产能", "Nothing is open yet"),
        say("选一个工作中心，写明开放多少、什么价格。", "Choose a work centre and say how much, at what price."),
    )


class MaintenanceForm(forms.Form):
    """From, to, why."""

    start = moment(say("开始", "From"))
    end = moment(say("结束", "To"))
    kind = forms.ChoiceField(
        label=say("类别", "Kind"), choices=CalendarException.Kind.choices, initial=CalendarException.Kind.MAINTENANCE
    )
    reason = forms.CharField(label=say("说明", "Reason"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            self.add_error("end", str(say("结束须晚于开始", "the end must be after the start")))
        return data


class NewMaintenance(KindForm):
    """Shut a machine for a time; it gets a calendar of its own where it needs one."""

    table = "machines"
    form_class = MaintenanceForm  # type: ignore[assignment]
    lead = say(
        "这段时间不再为此设备排产；设备与其他设备共用日历时，自动另建一份。",
        "Nothing is planned on the machine in that time; where it shares a calendar, it gets a copy of its own.",
    )
    submit = say("添加检修", "Add maintenance")

    @property
    def title(self) -> Label:  # type: ignore[override]
        """Maintenance, and of which machine."""
        return say(f"设备 {self.kwargs['key']} 添加检修", f"Add maintenance of {self.kwargs['key']}")

    def form_kwargs(self, actor: Actor) -> dict[str, Any]:
        """Nothing more."""
        return {}

    def prepare(self, actor: Actor) -> None:
        """Find the machine and whether the actor may change it."""
        record = self.what.find(self.what.rows(actor), self.kwargs["key"])
        may_write(actor, self.what, self.what.owner(record)).enforce()

    def act(self, actor: Actor, form: Any) -> Any:
        """Add it, in the wall time of the calendar."""
        data = form.cleaned_data
        moments = {key: data[key].replace(tzinfo=None) for key in ("start", "end")}
        exception = ExceptionDocument(**moments, kind=data["kind"], reason=data["reason"])
        return actions.add_maintenance(actor, self.kwargs["key"], exception, idempotency_key=self.idempotency_key)

    def success_url(self, result: Any) -> str:
        """Show the week it is in."""
        week = self.request.POST.get("start", "")[:10]
        return f"{page_url('machines', self.kwargs['key'])}?tab=calendar&week={week}"

    def cancel_url(self) -> str:
        """Back to the calendar."""
        return f"{page_url('machines', self.kwargs['key'])}?tab=calendar"
