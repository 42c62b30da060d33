"""What uses a record: own tables are asked here, later floors register their queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.kinds import Kind
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Use:
    """Something that needs a record: its name for people, its subject (``plan/P-7``) and, if it has one, its page."""

    name: Text
    subject: str
    url: str = ""


UseQuery = Callable[[str, str], Iterable[Use]]
_QUERIES: list[UseQuery] = []


def register_use(query: UseQuery) -> UseQuery:
    """Register ``query(kind_name, key) -> uses``; an app above calls it when it is ready. Returns the query."""
    if query not in _QUERIES:
        _QUERIES.append(query)
    return query


def unregister_use(query: UseQuery) -> None:
    """Take a query out again."""
    if query in _QUERIES:
        _QUERIES.remove(query)


EffectQuery = Callable[[], Text | None]
_EFFECTS: list[EffectQuery] = []


def register_effect(query: EffectQuery) -> None:
    """Register a query that says what a change of calendars or machines leaves to be done, or nothing."""
    if query not in _EFFECTS:
        _EFFECTS.append(query)


def effects() -> list[Text]:
    """Return what changes of calendars and machines leave to be done now."""
    return [words for query in _EFFECTS if (words := query())]


def uses_of(kind: Kind, record: Any) -> list[Use]:
    """Return everything that uses a record now."""
    found = [
        Use(Text(f"{label.zh} {code}", f"{label.en} {code}"), subject) for label, code, subject in _own(kind, record)
    ]
    for query in _QUERIES:
        found.extend(query(kind.name, kind.key_of(record)))
    return found


_Row = tuple[Text, str, str]


def _own(kind: Kind, record: Any) -> list[_Row]:
    asked: dict[str, Callable[[Any], list[_Row]]] = {
        "places": _place,
        "calendars": _calendar,
        "factories": _factory,
        "work_centres": _work_centre,
        "machines": _machine,
        "items": _item,
    }
    query = asked.get(kind.table)
    return query(record) if query else []


def _rows(label: Text, name: str, codes: Iterable[str]) -> list[_Row]:
    return [(label, code, f"{name}/{code}") for code in codes]


_FACTORY, _CENTRE, _MACHINE = Text("工厂", "factory"), Text("工作中心", "work centre"), Text("机床", "machine")


def _place(record: records.Place) -> list[_Row]:
    factories = record.factories.filter(is_active=True).values_list("code", flat=True)
    pairs = [
        f"{origin}~{destination}"
        for rows in (record.transports_out, record.transports_in)
        for origin, destination in rows.values_list("origin__code", "destination__code")
    ]
    return _rows(_FACTORY, "factory", factories) + _rows(Text("运输", "transport"), "transport", dict.fromkeys(pairs))


def _calendar(record: records.Calendar) -> list[_Row]:
    openings = record.openings.values_list("work_centre__code", flat=True)
    return (
        _rows(_FACTORY, "factory", record.factories.filter(is_active=True).values_list("code", flat=True))
        + _rows(_MACHINE, "machine", record.machines.filter(is_active=True).values_list("code", flat=True))
        + _rows(Text("开放产能", "open capacity"), "open_capacity", openings)
    )


def _factory(record: records.Factory) -> list[_Row]:
    return _rows(_CENTRE, "work_centre", record.work_centres.filter(is_active=True).values_list("code", flat=True))


def _work_centre(record: records.WorkCentre) -> list[_Row]:
    return _rows(_MACHINE, "machine", record.machines.filter(is_active=True).values_list("code", flat=True))


def _machine(record: records.Machine) -> list[_Row]:
    named = record.step_alternatives.filter(step__routing__is_active=True, step__only_listed=True)
    pairs = named.values_list("step__routing__item__code", "step__routing__version_name").distinct()
    return _rows(Text("工艺路线", "routing"), "routing", [f"{item}~{version}" for item, version in pairs])


def _item(record: records.Item) -> list[_Row]:
    parents = record.used_in.filter(parent__is_active=True).values_list("parent__code", flat=True).distinct()
    return _rows(Text("上级物料", "parent item"), "item", parents)
