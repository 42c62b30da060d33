"""Pages of places, factories, work centres and machines."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.policy import may_write
from rongzhi.elements.resources.uses import uses_of
from rongzhi.elements.resources.views.base import KindList, KindRecord, page_url
from rongzhi.elements.resources.views.weeks import week_for
from rongzhi.model.production.processes import PROCESSES
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, needs_login
from rongzhi.platform.i18n import say, speak, term_label
from rongzhi.platform.ui.pages import Badge, Column, Empty, Fact, Filter, Tab, YesNo

CNY_H = say("元/小时", "CNY/h")
ACTIVE = YesNo("is_active", say("使用中", "In use"))


def process_names(codes: Any) -> str:
    """Return processes in words, in the taxonomy's order."""
    found = set(codes)
    joint = say("、", ", ")
    return str(joint).join(speak(item.name) for code, item in PROCESSES.items() if code in found)


def processes_of(factory: records.Factory) -> list[str]:
    """Return the processes of a factory's active machines (prefetched)."""
    return [
        capability.process
        for centre in factory.work_centres.all()
        for machine in centre.machines.all()
        if machine.is_active
        for capability in machine.capabilities.all()
    ]


def _places(actor: Actor) -> list[tuple[str, str]]:
    return [(row.code, row.name) for row in records.Place.objects.visible_to(actor).filter(is_active=True)]


def _factories(actor: Actor) -> list[tuple[str, str]]:
    return [(row.code, row.name) for row in records.Factory.objects.visible_to(actor).filter(is_active=True)]


class Places(KindList):
    """The places."""

    table = "places"
    lead = say(
        "工厂和客户所在的地方；运输时间和费用按地点之间计算。", "Where things stand; transport is between places."
    )
    columns = (
        Column("code", say("代码", "Code"), link=lambda row: page_url("places", row.code), sort="code"),
        Column("name", say("名称", "Name"), sort="name_zh"),
        Column("region", term_label("region"), sort="region"),
        Column("latitude", say("纬度", "Latitude"), "number", unit="°", is_hidden=True),
        Column("longitude", say("经度", "Longitude"), "number", unit="°", is_hidden=True),
        Column("count", say("工厂数", "Factories"), "int", sort="count"),
    )
    search_fields = ("code", "name_zh", "name_en", "region")
    filters = (ACTIVE,)
    empty = Empty(say("还没有地点", "No places yet"), say("工厂要先有地点。", "A factory needs a place first."))

    def queryset(self, actor: Actor) -> Any:
        """Return places with the number of their factories."""
        return super().queryset(actor).annotate(count=Count("factories", filter=Q(factories__is_active=True)))


class PlacePage(KindRecord):
    """A place."""

    table = "places"

    def facts(self, obj: records.Place) -> Sequence[Fact]:
        """Return where it is."""
        return (
            Fact(term_label("region"), obj.region),
            Fact(say("纬度", "Latitude"), obj.latitude, "number", unit="°"),
            Fact(say("经度", "Longitude"), obj.longitude, "number", unit="°"),
        )

    def tabs(self, obj: records.Place, actor: Actor) -> Sequence[Tab]:
        """Return its factories and its transport."""
        return (Tab("transport", say("工厂与运输", "Factories and transport"), "resources/place.html", self._context),)

    def _context(self, obj: records.Place, actor: Actor) -> Mapping[str, Any]:
        return {
            "factories": records.Factory.objects.listed_for(actor).filter(place=obj),
            "out": obj.transports_out.select_related("destination"),
            "into": obj.transports_in.select_related("origin"),
        }


class Factories(KindList):
    """The factories: every member finds them here; what is inside is for the owner and the operator."""

    table = "factories"
    lead = say(
        "园区成员工厂的名录。设备、日历和价格只对本厂和平台运营方开放。",
        "The park's member factories. Machines, calendars and rates are for each factory and the operator.",
    )
    columns = (
        Column("name", say("工厂", "Factory"), link=lambda row: page_url("factories", row.code), sort="name_zh"),
        Column("code", say("代码", "Code"), sort="code"),
        Column("organisation.name", say("所属单位", "Organisation"), sort="organisation__name_zh", is_hidden=True),
        Column("place.name", term_label("place"), sort="place__name_zh"),
        Column("processes", say("工艺", "Processes"), value=lambda row: process_names(processes_of(row))),
        Column(
            "certificates",
            term_label("certificate"),
            value=lambda row: ", ".join(item.code for item in row.certificates.all()),
        ),
    )
    search_fields = ("code", "name_zh", "name_en", "place__name_zh", "place__name_en", "certificates__code")
    filters = (
        Filter(
            "process",
            say("工艺", "Process"),
            options=lambda _: [(code, speak(item.name)) for code, item in PROCESSES.items()],
            apply=lambda rows, value: rows.filter(
                pk__in=records.Capability.objects.filter(process=value, machine__is_active=True).values(
                    "machine__work_centre__factory"
                )
            ),
        ),
        Filter("place", term_label("place"), options=_places, path="place__code"),
    )
    empty = Empty(
        say("还没有工厂", "No factories yet"),
        say("由平台运营方添加，或导入整个网络。", "The operator adds them, or imports a whole network."),
    )

    def may(self, actor: Actor) -> Verdict:
        """Every member reads the directory."""
        return needs_login(actor)

    def queryset(self, actor: Actor) -> Any:
        """Return the directory."""
        rows = records.Factory.objects.listed_for(actor).select_related("organisation", "place").distinct()
        return rows.prefetch_related("certificates", "work_centres__machines__capabilities")


class FactoryPage(KindRecord):
    """A factory: the owner and the operator see inside, other members the directory's entry."""

    table = "factories"

    def may(self, actor: Actor) -> Verdict:
        """Every member reads the directory's entry."""
        return needs_login(actor)

    def get_object(self, actor: Actor, **kwargs: Any) -> Any:
        """Return the factory: the own one also when deactivated, others from the directory."""
        rows = records.Factory.objects.visible_to(actor) | records.Factory.objects.listed_for(actor)
        rows = rows.select_related("organisation", "place", "calendar")
        found = self.what.find(
            rows.prefetch_related("certificates", "work_centres__machines__capabilities", "work_centres__opening"),
            kwargs["key"],
        )
        found.is_inside = actor.is_operator or found.organisation == actor.organisation
        return found

    def facts(self, obj: Any) -> Sequence[Fact]:
        """Return what the directory says, and to the owner the calendar."""
        facts = [
            Fact(term_label("place"), obj.place.name, url=page_url("places", obj.place.code), term="place"),
            Fact(term_label("region"), obj.place.region),
            Fact(say("所属单位", "Organisation"), obj.organisation.name),
        ]
        if obj.is_inside:
            calendar = obj.calendar
            name = calendar.name or calendar.code
            facts.append(Fact(term_label("calendar"), name, url=page_url("calendars", calendar.code), term="calendar"))
        return facts

    def subject(self, obj: Any) -> str:
        """Return the subject of the events, which only the owner and the operator read."""
        return super().subject(obj) if obj.is_inside else ""

    def tabs(self, obj: Any, actor: Actor) -> Sequence[Tab]:
        """Return what is inside, for those who may."""
        about = Tab(
            "about", say("工艺与证书", "Processes and certificates"), "resources/factory_about.html", self._about
        )
        if not obj.is_inside:
            return (about,)
        centres = obj.work_centres.all()
        return (
            Tab(
                "machines",
                say("工作中心与设备", "Work centres and machines"),
                "resources/factory_machines.html",
                self._machines,
                sum(machine.is_active for centre in centres for machine in centre.machines.all()),
            ),
            Tab("calendar", term_label("calendar"), "resources/week.html", self._week),
            about,
            Tab("sharing", say("开放产能", "Open capacity"), "resources/factory_sharing.html", self._sharing),
        )

    def _about(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        count: dict[str, int] = {}
        for code in processes_of(obj):
            count[code] = count.get(code, 0) + 1
        rows = [(speak(item.name), code, count[code]) for code, item in PROCESSES.items() if code in count]
        return {"processes": rows, "certificates": obj.certificates.all(), "is_inside": obj.is_inside}

    def _machines(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        rows = [
            {
                "centre": centre,
                "url": page_url("work_centres", centre.code),
                "machines": [
                    {
                        "record": machine,
                        "url": page_url("machines", machine.code),
                        "processes": process_names(item.process for item in machine.capabilities.all()),
                    }
                    for machine in centre.machines.all()
                ],
            }
            for centre in obj.work_centres.all()
            if centre.is_active
        ]
        may = may_write(actor, self.what, obj.organisation)
        return {
            "centres": rows,
            "new_centre": f"{page_url('work_centres', verb='new')}?factory={obj.code}" if may else "",
            "new_machine": page_url("machines", verb="new") if may else "",
        }

    def _week(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        return week_for(self.request, obj.calendar)

    def _sharing(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        may = bool(may_write(actor, self.what, obj.organisation))
        return {"rows": [sharing_row(row, is_editable=may) for row in obj.work_centres.all() if row.is_active]}


def sharing_row(centre: Any, *, is_editable: bool) -> dict[str, Any]:
    """Return what a work centre opens, with the address that changes it."""
    opening = getattr(centre, "opening", None)
    url = ""
    if is_editable:
        url = (
            page_url("open_capacity", centre.code, "edit")
            if opening
            else f"{page_url('open_capacity', verb='new')}?work_centre={centre.code}"
        )
    return {
        "centre": centre,
        "url": page_url("work_centres", centre.code),
        "opening": opening,
        "processes": process_names(opening.processes) if opening else "",
        "excluded": ", ".join(opening.excluded_customers) if opening else "",
        "edit": url,
        "remove": page_url("open_capacity", centre.code, "remove") if opening and is_editable else "",
    }


class WorkCentres(KindList):
    """The work centres the actor sees."""

    table = "work_centres"
    lead = say("一起排产、一起计价的一组机床。", "Groups of machines planned and priced together.")
    columns = (
        Column("code", say("代码", "Code"), link=lambda row: page_url("work_centres", row.code), sort="code"),
        Column("name", say("名称", "Name"), sort="name_zh"),
        Column("factory.name", term_label("factory"), sort="factory__name_zh"),
        Column("machine_count", say("机床数", "Machines"), "int", sort="machine_count"),
        Column("share", say("开放比例", "Share opened"), "percent", value=lambda row: _opened(row, "share")),
        Column(
            "hourly_price",
            say("网络小时价", "Hourly price"),
            "money",
            value=lambda row: _opened(row, "hourly_price"),
            unit=CNY_H,
        ),
    )
    search_fields = ("code", "name_zh", "name_en", "factory__name_zh", "factory__code")
    filters = (
        ACTIVE,
        Filter("factory", term_label("factory"), options=_factories, path="factory__code"),
    )
    empty = Empty(
        say("还没有工作中心", "No work centres yet"), say("先有工厂，再加工作中心。", "A factory comes first.")
    )

    def queryset(self, actor: Actor) -> Any:
        """Return work centres with what they open and how many machines they have."""
        rows = super().queryset(actor).select_related("opening")
        return rows.annotate(machine_count=Count("machines", filter=Q(machines__is_active=True)))


def _opened(row: Any, field: str) -> Any:
    opening = getattr(row, "opening", None)
    return getattr(opening, field) if opening else None


class WorkCentrePage(KindRecord):
    """A work centre: its machines and what it opens to the network."""

    table = "work_centres"

    def facts(self, obj: records.WorkCentre) -> Sequence[Fact]:
        """Return where it is."""
        return (Fact(term_label("factory"), obj.factory.name, url=page_url("factories", obj.factory.code)),)

    def tabs(self, obj: records.WorkCentre, actor: Actor) -> Sequence[Tab]:
        """Return its machines and its sharing terms."""
        return (
            Tab(
                "machines", say("机床与开放产能", "Machines and open capacity"), "resources/work_centre.html", self._all
            ),
        )

    def _all(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        may = bool(may_write(actor, self.what, obj.factory.organisation))
        machines = [
            {
                "record": machine,
                "url": page_url("machines", machine.code),
                "processes": process_names(item.process for item in machine.capabilities.all()),
            }
            for machine in obj.machines.prefetch_related("capabilities")
        ]
        new = f"{page_url('machines', verb='new')}?work_centre={obj.code}" if may else ""
        return {"machines": machines, "new_machine": new, "rows": [sharing_row(obj, is_editable=may)]}


class Machines(KindList):
    """The machines the actor sees."""

    table = "machines"
    lead = say(
        "每台机床能做什么、何时开工、自有成本多少。", "What each machine can do, when it works, and its own cost."
    )
    columns = (
        Column("code", say("代码", "Code"), link=lambda row: page_url("machines", row.code), sort="code"),
        Column("name", say("名称", "Name"), sort="name_zh"),
        Column("work_centre.factory.name", term_label("factory"), sort="work_centre__factory__name_zh"),
        Column("work_centre.name", term_label("work_centre"), sort="work_centre__name_zh"),
        Column(
            "processes",
            say("工艺", "Processes"),
            value=lambda row: process_names(item.process for item in row.capabilities.all()),
        ),
        Column(
            "calendar",
            term_label("calendar"),
            value=lambda row: (row.calendar.name or row.calendar.code) if row.calendar else None,
        ),
        Column("hourly_rate", term_label("hourly_rate"), "money", sort="hourly_rate", unit=CNY_H),
        Column("setup_rate", term_label("setup_rate"), "money", sort="setup_rate", unit=CNY_H, is_hidden=True),
        Column("speed_factor", say("速度系数", "Speed"), "number", sort="speed_factor", unit="×", is_hidden=True),
        Column(
            "is_active",
            say("状态", "State"),
            value=lambda row: None if row.is_active else Badge(say("已停用", "deactivated"), "warn"),
        ),
    )
    search_fields = ("code", "name_zh", "name_en", "work_centre__name_zh", "work_centre__factory__name_zh")
    filters = (
        ACTIVE,
        Filter("factory", term_label("factory"), options=_factories, path="work_centre__factory__code"),
        Filter(
            "process",
            say("工艺", "Process"),
            options=lambda _: [(code, speak(item.name)) for code, item in PROCESSES.items()],
            apply=lambda rows, value: rows.filter(
                pk__in=records.Capability.objects.filter(process=value).values("machine")
            ),
        ),
    )
    empty = Empty(
        say("还没有机床", "No machines yet"),
        say("逐台添加，或从 CSV、XLSX 导入。", "Add them one by one, or import CSV or XLSX."),
    )


class MachinePage(KindRecord):
    """A machine."""

    table = "machines"

    def facts(self, obj: records.Machine) -> Sequence[Fact]:
        """Return where it stands and what it costs."""
        centre = obj.work_centre
        facts = [
            Fact(term_label("factory"), centre.factory.name, url=page_url("factories", centre.factory.code)),
            Fact(term_label("work_centre"), centre.name, url=page_url("work_centres", centre.code)),
            Fact(term_label("hourly_rate"), obj.hourly_rate, "money", unit=say("/小时", "/h"), term="hourly_rate"),
            Fact(term_label("setup_rate"), obj.setup_rate, "money", unit=say("/小时", "/h"), term="setup_rate"),
            Fact(say("速度系数", "Speed factor"), obj.speed_factor, "number", unit="×"),
        ]
        if obj.changeover_matrix:
            url = f"{reverse('resources:changeovers')}?matrix={obj.changeover_matrix}"
            facts.append(Fact(say("换型矩阵", "Changeover matrix"), obj.changeover_matrix, url=url))
        return facts

    def tabs(self, obj: records.Machine, actor: Actor) -> Sequence[Tab]:
        """Return capabilities, calendar and uses."""
        return (
            Tab("capabilities", term_label("capability"), "resources/machine_capabilities.html", self._able),
            Tab("calendar", term_label("calendar"), "resources/week.html", self._week),
            Tab("uses", say("被谁使用", "Used by"), "resources/uses.html", self._uses),
        )

    def _able(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        rows = [
            (speak(PROCESSES[item.process].name) if item.process in PROCESSES else item.process, item)
            for item in obj.capabilities.all()
        ]
        return {"capabilities": rows}

    def _week(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        factory = records.Factory.objects.select_related("calendar").get(pk=obj.work_centre.factory_id)
        return {
            **week_for(self.request, obj.calendar or factory.calendar),
            "is_inherited": obj.calendar is None,
            "maintenance_url": page_url("machines", obj.code, "maintenance")
            if may_write(actor, self.what, self.what.owner(obj))
            else "",
        }

    def _uses(self, obj: Any, actor: Actor) -> Mapping[str, Any]:
        named = obj.step_alternatives.filter(step__routing__item__in=records.Item.objects.visible_to(actor))
        steps = named.select_related("step__routing__item")
        return {"uses": uses_of(self.what, obj), "steps": steps}
