"""Forms of the network's records."""

from __future__ import annotations

from typing import Any

from django import forms

from rongzhi.elements.resources.forms.base import (
    CALENDARS,
    CENTRES,
    FACTORIES,
    PLACES,
    DocumentForm,
    choice,
    code_field,
    codes,
    given,
    number,
    processes,
    text,
    tick,
    whole,
)
from rongzhi.elements.resources.forms.rows import RowsField
from rongzhi.elements.resources.models import CalendarException
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation, Role
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.pages import field

CNY_H = say("元/小时", "CNY/h")
DAYS = (
    ("1", say("一", "Mon")),
    ("2", say("二", "Tue")),
    ("3", say("三", "Wed")),
    ("4", say("四", "Thu")),
    ("5", say("五", "Fri")),
    ("6", say("六", "Sat")),
    ("7", say("日", "Sun")),
)


def name_zh() -> Any:
    """Return the field of the Chinese name."""
    return text(say("名称", "Name (Chinese)"), needed=True)


def name_en() -> Any:
    """Return the field of the English name."""
    return text(say("英文名称", "Name (English)"), hint=say("留空则显示中文名称", "empty repeats the Chinese name"))


def moment(words: Any) -> Any:
    """Return a field for a local date and time."""
    return forms.DateTimeField(
        label=words,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )


def clock(words: Any) -> Any:
    """Return a field for a time of day."""
    return forms.TimeField(label=words, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def organisations(actor: Actor) -> list[tuple[str, str]]:
    """Return the member factories' organisations: all for the operator, else the own one."""
    rows = Organisation.objects.filter(is_active=True, kind__in=[Role.FACTORY, Role.OPERATOR])
    if not actor.is_operator:
        rows = rows.filter(pk__in=[actor.organisation.pk] if actor.organisation else [])
    return [(row.code, f"{row.name} ({row.code})") for row in rows]


class PlaceForm(DocumentForm):
    """A place."""

    table = "places"
    code = code_field()
    name_zh = name_zh()
    name_en = name_en()
    region = text(term="region")
    latitude = number(say("纬度", "Latitude"), unit="°", least=-90, most=90)
    longitude = number(say("经度", "Longitude"), unit="°", least=-180, most=180)


class CalendarForm(DocumentForm):
    """A calendar: the week, and what differs from it."""

    table = "calendars"
    code = code_field()
    name_zh = text(say("名称", "Name (Chinese)"))
    name_en = name_en()
    timezone = text(say("时区", "Time zone"), needed=True, most=60, hint="IANA: Asia/Shanghai")
    shifts = field(
        RowsField(
            {
                "days": forms.MultipleChoiceField(
                    label=say("星期", "Days"), choices=DAYS, widget=forms.CheckboxSelectMultiple
                ),
                "start": clock(say("开始", "From")),
                "end": clock(say("结束", "To")),
            },
            label=say("每周班次", "Shifts of the week"),
            add=say("添加班次", "Add a shift"),
            spare=1,
            required=False,
            help_text=say("结束不晚于开始时，班次到次日结束。", "An end not after the start is on the next day."),
        ),
        term="shift",
        wide=True,
    )
    exceptions = field(
        RowsField(
            {
                "start": moment(say("开始", "From")),
                "end": moment(say("结束", "To")),
                "kind": forms.ChoiceField(label=say("类别", "Kind"), choices=CalendarException.Kind.choices),
                "is_working": forms.BooleanField(label=say("这段时间上班", "working time"), required=False),
                "reason": forms.CharField(label=say("说明", "Reason"), required=False, max_length=200),
            },
            label=say("例外：放假、检修、加班", "Exceptions: holidays, maintenance, overtime"),
            add=say("添加例外", "Add an exception"),
            required=False,
            help_text=say("后面的优先于前面的。", "Later ones win over earlier ones."),
        ),
        wide=True,
    )

    @classmethod
    def initial_of(cls, document: Any) -> dict[str, Any]:
        """Return the form's first values; weekdays as ticks."""
        data = super().initial_of(document)
        for shift in data["shifts"]:
            shift["days"] = [str(day) for day in shift["days"]]
        return data

    def data_of(self) -> dict[str, Any]:
        """Return the calendar's data; exceptions in the wall time of its zone."""
        data = super().data_of()
        if not data["name"]["zh"]:
            data.pop("name")
        for item in data["exceptions"]:
            item["start"], item["end"] = item["start"].replace(tzinfo=None), item["end"].replace(tzinfo=None)
        return data


class FactoryForm(DocumentForm):
    """A factory."""

    table = "factories"
    code = code_field()
    name_zh = name_zh()
    name_en = name_en()
    organisation = choice(say("所属单位", "Organisation"), options=organisations, needed=True)
    place = choice(term="place", options=PLACES, needed=True)
    calendar = choice(term="calendar", options=CALENDARS, needed=True)
    certificates = field(
        RowsField(
            {
                "code": forms.CharField(label=say("证书", "Certificate"), max_length=60),
                "valid_until": forms.DateField(
                    label=say("有效期至", "Valid until"),
                    required=False,
                    widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                ),
            },
            label=say("证书", "Certificates"),
            add=say("添加证书", "Add a certificate"),
            required=False,
        ),
        term="certificate",
        wide=True,
    )

    def data_of(self) -> dict[str, Any]:
        """Return the factory's data."""
        data = super().data_of()
        data["certificates"] = given(data["certificates"])
        return data


class WorkCentreForm(DocumentForm):
    """A work centre."""

    table = "work_centres"
    code = code_field()
    name_zh = name_zh()
    name_en = name_en()
    factory = choice(term="factory", options=FACTORIES, needed=True)


class MachineForm(DocumentForm):
    """A machine."""

    table = "machines"
    code = code_field()
    name_zh = name_zh()
    name_en = name_en()
    work_centre = choice(term="work_centre", options=CENTRES, needed=True)
    calendar = choice(term="calendar", options=CALENDARS, nothing=say("随工厂日历", "the factory's"))
    hourly_rate = number(term="hourly_rate", unit=CNY_H, initial=0)
    setup_rate = number(term="setup_rate", unit=CNY_H, hint=say("留空则按小时费率计", "empty: as the hourly rate"))
    speed_factor = number(
        say("速度系数", "Speed factor"),
        unit="×",
        initial=1,
        needed=True,
        hint=say("标准工时除以它；1.25 表示快四分之一", "divides the standard time; 1.25 is a quarter faster"),
    )
    changeover_matrix = text(
        say("换型矩阵", "Changeover matrix"),
        most=60,
        hint=say("换型时间表中的矩阵代码", "code in the changeover table"),
    )
    is_active = tick(say("可用于排产", "May be planned"), initial=True)
    capabilities = field(
        RowsField(
            {
                "process": choice(say("工艺", "Process"), options=processes, needed=True),
                "max_length_mm": number(say("最长", "Length up to"), unit="mm"),
                "max_width_mm": number(say("最宽", "Width up to"), unit="mm"),
                "max_height_mm": number(say("最高", "Height up to"), unit="mm"),
                "max_diameter_mm": number(say("最大直径", "Diameter up to"), unit="mm"),
                "max_mass_kg": number(say("最重", "Mass up to"), unit="kg"),
                "tolerance_mm": number(say("最小公差", "Closest tolerance"), unit="mm"),
                "materials": codes(say("材料", "Materials"), hint=" "),
            },
            label=say("工艺能力", "Capabilities"),
            add=say("添加工艺", "Add a process"),
            spare=1,
            required=False,
            help_text=say("不填的界限表示未知，不作限制。", "A limit left empty is unknown and does not restrict."),
        ),
        term="capability",
        wide=True,
    )

    def data_of(self) -> dict[str, Any]:
        """Return the machine's data."""
        data = super().data_of()
        data["capabilities"] = given(data["capabilities"])
        data["is_active"] = self.cleaned_data["is_active"]
        return data


class OpenCapacityForm(DocumentForm):
    """What a factory opens to the network at a work centre."""

    table = "open_capacity"
    work_centre = choice(term="work_centre", options=CENTRES, needed=True)
    share = number(
        say("开放比例", "Share opened"),
        needed=True,
        initial=1,
        most=1,
        hint=say("0 至 1；开放每个班次靠后的部分", "0 to 1; the last part of each shift is opened"),
    )
    calendar = choice(
        say("开放日历", "Calendar for the network"),
        options=CALENDARS,
        nothing=say("随机床日历", "the machines' own"),
    )
    hourly_price = number(
        say("网络小时价", "Hourly price"), unit=CNY_H, hint=say("留空则按自有费率", "empty: the own rate")
    )
    setup_price = number(say("网络准备价", "Set-up price"), unit=CNY_H)
    processes = field(
        forms.MultipleChoiceField(
            label=say("只开放这些工艺", "Only these processes"),
            required=False,
            widget=forms.SelectMultiple(attrs={"size": 8}),
            help_text=say("不选表示全部", "none chosen: all"),
        )
    )
    excluded_customers = codes(
        say("不接的客户", "Customers excluded"), hint=say("单位代码，用逗号隔开", "organisation codes, with commas")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["processes"].choices = processes(actor)  # type: ignore[attr-defined]


class ChangeoverForm(DocumentForm):
    """A changeover."""

    table = "changeovers"
    matrix = text(say("换型矩阵", "Changeover matrix"), needed=True, most=60)
    from_family = text(say("从（换型族）", "From family"), most=60)
    to_family = text(say("到（换型族）", "To family"), most=60)
    minutes = whole(term="changeover_time", unit="min", needed=True)

    def data_of(self) -> dict[str, Any]:
        """Return the changeover's data; a family may be empty."""
        return {"from_family": "", "to_family": "", **super().data_of()}


class TransportForm(DocumentForm):
    """Transport between two places."""

    table = "transports"
    origin = choice(say("起点", "From"), options=PLACES, needed=True)
    destination = choice(say("终点", "To"), options=PLACES, needed=True)
    minutes = whole(term="transport_time", unit="min", needed=True)
    cost = number(term="transport_cost", unit=say("元/批", "CNY a shipment"), initial=0)
