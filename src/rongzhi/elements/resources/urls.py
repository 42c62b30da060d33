"""Addresses of the resources."""

from __future__ import annotations

from typing import Any

from django.urls import path

from rongzhi.elements.resources.kinds import KINDS
from rongzhi.elements.resources.views import base, calendars, exchange, items, matrices, network, opening

app_name = "resources"

LISTS: dict[str, Any] = {
    "places": network.Places,
    "factories": network.Factories,
    "work_centres": network.WorkCentres,
    "machines": network.Machines,
    "calendars": calendars.Calendars,
    "items": items.Items,
    "routings": items.Routings,
    "transports": matrices.Transports,
    "changeovers": matrices.Changeovers,
    "open_capacity": opening.OpenCapacities,
}
RECORDS: dict[str, Any] = {
    "places": network.PlacePage,
    "factories": network.FactoryPage,
    "work_centres": network.WorkCentrePage,
    "machines": network.MachinePage,
    "calendars": calendars.CalendarPage,
    "items": items.ItemPage,
    "routings": items.RoutingPage,
}
NEW: dict[str, Any] = {"calendars": calendars.NewCalendar, "routings": items.NewRouting}

urlpatterns = [
    path("", matrices.ResourcesHome.as_view(), name="home"),
    path("processes/", matrices.Processes.as_view(), name="processes"),
    path("import/<str:table>/", exchange.Upload.as_view(), name="import"),
    path("import/draft/<uuid:draft>/", exchange.Preview.as_view(), name="import_draft"),
    path("machines/<str:key>/maintenance/", opening.NewMaintenance.as_view(), name="machine_maintenance"),
    path("export/<str:table>.<str:form>", exchange.Export.as_view(), name="export"),
]
for _table, _kind in KINDS.items():
    _own = {"table": _table}
    if _table in LISTS:
        urlpatterns.append(path(f"{_table}/", LISTS[_table].as_view(), name=_table))
    _new: Any = NEW.get(_table) or type(f"New_{_kind.name}", (base.NewRecord,), _own)
    urlpatterns.append(path(f"{_table}/new/", _new.as_view(), name=f"{_table}_new"))
    if _table in RECORDS:
        urlpatterns.append(path(f"{_table}/<str:key>/", RECORDS[_table].as_view(), name=_kind.name))
    for _verb, _class in (("edit", base.EditRecord), ("remove", base.RemoveRecord), ("restore", base.RestoreRecord)):
        if _verb == "restore" and not _kind.is_soft:
            continue
        _view: Any = type(f"{_verb}_{_kind.name}", (_class,), _own)
        urlpatterns.append(path(f"{_table}/<str:key>/{_verb}/", _view.as_view(), name=f"{_kind.name}_{_verb}"))
