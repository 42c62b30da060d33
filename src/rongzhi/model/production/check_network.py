"""Checks of a network: codes, references, calendars, machines and transport."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from rongzhi.kernel.calendars import zone_of
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production.naming import duplicate, said, unknown
from rongzhi.model.production.network import CalendarDocument, Network
from rongzhi.model.production.processes import process


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


_PLACE = Text("地点", "place")
_CALENDAR = Text("日历", "calendar")
_FACTORY = Text("工厂", "factory")
_CENTRE = Text("工作中心", "work centre")
_MACHINE = Text("机床", "machine")
_MATRIX = Text("换型矩阵", "changeover matrix")


def check_network(network: Network) -> Findings:
    """Return everything wrong or doubtful in a network, each with its place and its fix."""
    findings = Findings()
    places = _codes(findings, "places", network.places, _PLACE)
    calendars = _codes(findings, "calendars", network.calendars, _CALENDAR)
    factories = _codes(findings, "factories", network.factories, _FACTORY)
    centres = _codes(findings, "work_centres", network.work_centres, _CENTRE)
    _codes(findings, "machines", network.machines, _MACHINE)
    for index, calendar in enumerate(network.calendars):
        _check_calendar(findings, f"calendars[{index}]", calendar)
    for index, factory in enumerate(network.factories):
        unknown(findings, f"factories[{index}].place", _PLACE, factory.place, places)
        unknown(findings, f"factories[{index}].calendar", _CALENDAR, factory.calendar, calendars)
    for index, centre in enumerate(network.work_centres):
        unknown(findings, f"work_centres[{index}].factory", _FACTORY, centre.factory, factories)
    _check_machines(findings, network, centres, calendars)
    _check_open_capacity(findings, network, centres, calendars)
    _check_changeovers(findings, network)
    _check_transports(findings, network, places)
    return findings


def check_process(findings: Findings, where: str, code: str) -> None:
    """Add a finding if the taxonomy has no such process."""
    try:
        process(code)
    except NotFound as error:
        said(findings, "unknown-process", where, error)


def _codes(findings: Findings, table: str, rows: Sequence[_Coded], kind: Text) -> set[str]:
    seen: dict[str, int] = {}
    for index, row in enumerate(rows):
        where = f"{table}[{index}].code"
        if not row.code:
            message = Text(zh=f"{kind.zh}缺少代码", en=f"the {kind.en} has no code")
            findings.error("missing", where, message, Text(zh="填写代码", en="enter a code"))
        elif row.code in seen:
            duplicate(findings, where, kind, row.code, f"{table}[{seen[row.code]}]")
        seen.setdefault(row.code, index)
    return set(seen)


def _check_calendar(findings: Findings, where: str, calendar: CalendarDocument) -> None:
    try:
        zone_of(calendar.timezone)
    except NotFound as error:
        said(findings, "unknown-time-zone", f"{where}.timezone", error)
    for index, shift in enumerate(calendar.shifts):
        wrong = [day for day in shift.days if not 1 <= day <= 7]
        if wrong or not shift.days:
            findings.error(
                "bad-weekday",
                f"{where}.shifts[{index}].days",
                Text(zh=f"星期 {wrong or '空'} 无效", en=f"weekdays {wrong or 'none'} are not valid"),
                Text(zh="用 1（星期一）至 7（星期日）", en="use 1 (Monday) to 7 (Sunday)"),
            )
    for index, item in enumerate(calendar.exceptions):
        place = f"{where}.exceptions[{index}]"
        if (item.start.tzinfo is None) != (item.end.tzinfo is None):
            findings.error(
                "mixed-time-zone",
                f"{place}.end",
                Text(zh="起止时间只有一个写了时区", en="only one of start and end names a time zone"),
                Text(zh="两个都写或都不写时区", en="write the zone on both or on neither"),
            )
        elif item.end <= item.start:
            findings.error(
                "end-before-start",
                f"{place}.end",
                Text(
                    zh=f"结束 {item.end} 不晚于开始 {item.start}",
                    en=f"the end {item.end} is not after the start {item.start}",
                ),
                Text(zh="改正起止时间", en="correct the start or the end"),
            )
    if not any(shift.days for shift in calendar.shifts) and not any(item.is_working for item in calendar.exceptions):
        findings.error(
            "no-working-time",
            where,
            Text(zh=f"日历 {calendar.code} 没有工作时间", en=f"calendar {calendar.code} has no working time"),
            Text(zh="添加班次", en="add a shift"),
        )


def _check_machines(findings: Findings, network: Network, centres: set[str], calendars: set[str]) -> None:
    matrices = {item.matrix for item in network.changeovers}
    for index, machine in enumerate(network.machines):
        where = f"machines[{index}]"
        unknown(findings, f"{where}.work_centre", _CENTRE, machine.work_centre, centres)
        if machine.calendar:
            unknown(findings, f"{where}.calendar", _CALENDAR, machine.calendar, calendars)
        if machine.changeover_matrix:
            unknown(findings, f"{where}.changeover_matrix", _MATRIX, machine.changeover_matrix, matrices)
        for number, capability in enumerate(machine.capabilities):
            check_process(findings, f"{where}.capabilities[{number}].process", capability.process)
        if not machine.capabilities:
            findings.warning(
                "no-capability",
                f"{where}.capabilities",
                Text(zh=f"机床 {machine.code} 没有工艺能力", en=f"machine {machine.code} has no capability"),
                Text(
                    zh="添加工艺，否则只有在工艺路线中点名才会用到它",
                    en="add a process; otherwise only routings that name it can use it",
                ),
            )


def _check_open_capacity(findings: Findings, network: Network, centres: set[str], calendars: set[str]) -> None:
    seen: dict[str, int] = {}
    for index, item in enumerate(network.open_capacity):
        where = f"open_capacity[{index}]"
        unknown(findings, f"{where}.work_centre", _CENTRE, item.work_centre, centres)
        if item.work_centre in seen:
            first = f"open_capacity[{seen[item.work_centre]}]"
            duplicate(findings, f"{where}.work_centre", Text("开放产能", "open capacity"), item.work_centre, first)
        seen.setdefault(item.work_centre, index)
        if item.calendar:
            unknown(findings, f"{where}.calendar", _CALENDAR, item.calendar, calendars)
        for number, code in enumerate(item.processes):
            check_process(findings, f"{where}.processes[{number}]", code)


def _check_changeovers(findings: Findings, network: Network) -> None:
    seen: dict[tuple[str, str, str], int] = {}
    for index, item in enumerate(network.changeovers):
        key = (item.matrix, item.from_family, item.to_family)
        if key in seen:
            kind = Text("换型", "changeover")
            duplicate(findings, f"changeovers[{index}]", kind, " → ".join(key[1:]), f"changeovers[{seen[key]}]")
        seen.setdefault(key, index)


def _check_transports(findings: Findings, network: Network, places: set[str]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for index, item in enumerate(network.transports):
        where = f"transports[{index}]"
        unknown(findings, f"{where}.origin", _PLACE, item.origin, places)
        unknown(findings, f"{where}.destination", _PLACE, item.destination, places)
        key = (item.origin, item.destination)
        if key in seen:
            duplicate(findings, where, Text("运输", "transport"), " → ".join(key), f"transports[{seen[key]}]")
        seen.setdefault(key, index)
    _warn_cut_off(findings, network, seen)


def _warn_cut_off(findings: Findings, network: Network, routes: Iterable[tuple[str, str]]) -> None:
    """Warn of factories that nothing can be brought to or fetched from although the network spans several places."""
    linked = {place for route in routes for place in route}
    used = {factory.place for factory in network.factories}
    if len(used) < 2:
        return
    for index, factory in enumerate(network.factories):
        if factory.place not in linked:
            others = ", ".join(sorted(used - {factory.place})[:3])
            findings.warning(
                "no-transport",
                f"factories[{index}].place",
                Text(
                    zh=f"地点 {factory.place} 没有运输线路，订单不能在它与别处之间分工",
                    en=f"place {factory.place} has no transport; orders cannot be shared with other places",
                ),
                Text(
                    zh="在运输表中添加往返线路",
                    en=f"add transports, for example to {others}",
                ),
            )
