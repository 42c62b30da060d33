"""Tables to documents and back: a network or an order book is a set of flat tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document
from rongzhi.model.production.cells import NOTHING, Cell, write_cell
from rongzhi.model.production.items import BomLine, Item, Routing, RoutingStep, StepAlternative
from rongzhi.model.production.network import (
    CalendarDocument,
    Capability,
    Certificate,
    Changeover,
    ExceptionDocument,
    Factory,
    Machine,
    Network,
    OpenCapacity,
    Place,
    ShiftDocument,
    Transport,
    WorkCentre,
)
from rongzhi.model.production.orders import Order, OrderBook, OrderLine
from rongzhi.model.production.reading import read_document
from rongzhi.model.production.table_specs import BOOK_TABLES, NETWORK_TABLES, TABLES
from rongzhi.model.production.tables import Record

D = TypeVar("D", bound=Document)
Tables = Mapping[str, Sequence[Record]]
Rows = dict[str, list[list[Cell]]]

_ORDER_KEYS = (
    "customer", "priority", "required_certificates", "preferred_factories", "excluded_factories", "is_single_factory",
    "note",
)  # fmt: skip
_ROUTING_KEYS = ("rank", "is_active")


def network_from(tables: Tables) -> Network | Findings:
    """Put a network together from its tables, or return every fault of every row."""
    findings = Findings()
    head = next(iter(tables.get("network", ())), None)
    shifts, calendars = _grouped(tables.get("calendars", ()), "code")
    exceptions, strays = _grouped(tables.get("calendar_exceptions", ()), "calendar")
    _say_strays(findings, strays, set(calendars), "calendar", Text("日历", "calendar"))
    made_calendars = [_calendar(rows, exceptions.get(code, []), findings) for code, rows in shifts.items()]
    abilities, owners = _grouped(tables.get("capabilities", ()), "machine")
    machines = [str(record.values["code"]) for record in tables.get("machines", ())]
    _say_strays(findings, owners, set(machines), "machine", Text("机床", "machine"))
    of_machine = {
        code: tuple(_each(Capability, rows, findings, leave_out=("machine",))) for code, rows in abilities.items()
    }
    simple = {
        key: tuple(_each(cls, tables.get(key, ()), findings))
        for key, cls in (
            ("places", Place),
            ("factories", Factory),
            ("work_centres", WorkCentre),
            ("open_capacity", OpenCapacity),
            ("changeovers", Changeover),
            ("transports", Transport),
        )
    }
    made = _each(Machine, tables.get("machines", ()), findings)
    data: dict[str, Any] = {"name": {"zh": "网络", "en": "Network"}}
    if head is not None:
        data = {"currency": head.values.get("currency", "CNY")} | _shaped(head.values)
    data |= simple
    data["calendars"] = tuple(calendar for calendar in made_calendars if calendar is not None)
    data["machines"] = tuple(
        machine.model_copy(update={"capabilities": of_machine.get(machine.code, ())}) for machine in made
    )
    return findings if not findings.is_clean else read_document(Network, data)


def book_from(tables: Tables) -> OrderBook | Findings:
    """Put an order book together from its tables, or return every fault of every row."""
    findings = Findings()
    head = next(iter(tables.get("book", ())), None)
    routings, _ = _grouped(tables.get("routing_steps", ()), "item", "version")
    orders, _ = _grouped(tables.get("orders", ()), "code")
    data = {
        "origin": head.values.get("origin") if head else None,
        "items": tuple(_each(Item, tables.get("items", ()), findings)),
        "bom": tuple(_each(BomLine, tables.get("bom", ()), findings)),
        "routings": tuple(_parents(Routing, routings.values(), _routing, findings)),
        "orders": tuple(_parents(Order, orders.values(), _order, findings)),
    }
    return findings if not findings.is_clean else read_document(OrderBook, data)


def network_rows(network: Network) -> Rows:
    """Return a network as rows of cells by table key, in the order of the tables' columns."""
    found: dict[str, list[dict[str, object]]] = {key: [] for key in NETWORK_TABLES}
    found["network"] = [_flat(network)]
    for key in ("places", "factories", "work_centres", "machines", "open_capacity", "changeovers", "transports"):
        found[key] = [_flat(document) for document in getattr(network, key)]
    for calendar in network.calendars:
        head = {name: value for name, value in _flat(calendar).items() if name not in ("shifts", "exceptions")}
        found["calendars"] += [head | _flat(shift) for shift in calendar.shifts] or [head]
        found["calendar_exceptions"] += [{"calendar": calendar.code} | _flat(item) for item in calendar.exceptions]
    for machine in network.machines:
        found["capabilities"] += [{"machine": machine.code} | _flat(item) for item in machine.capabilities]
    return _rows(found)


def book_rows(book: OrderBook) -> Rows:
    """Return an order book as rows of cells by table key, in the order of the tables' columns."""
    found: dict[str, list[dict[str, object]]] = {key: [] for key in BOOK_TABLES}
    found["book"] = [{"origin": book.origin}] if book.origin else []
    found["items"] = [_flat(item) for item in book.items]
    found["bom"] = [_flat(line) for line in book.bom]
    for routing in book.routings:
        head = {name: getattr(routing, name) for name in ("item", "version", *_ROUTING_KEYS)}
        found["routing_steps"] += [head | _flat(step) for step in routing.steps]
    for order in book.orders:
        head = {name: getattr(order, name) for name in ("code", *_ORDER_KEYS)}
        found["orders"] += [head | _flat(line) for line in order.lines]
    return _rows(found)


def _each(cls: type[D], records: Iterable[Record], findings: Findings, *, leave_out: Sequence[str] = ()) -> list[D]:
    """Return the documents of the rows that make one; the faults of the others become findings."""
    found = []
    for record in records:
        values = {key: value for key, value in record.values.items() if key not in leave_out}
        document = _one(cls, values, record.place, findings)
        if document is not None:
            found.append(document)
    return found


def _one(cls: type[D], values: Mapping[str, Any], place: str, findings: Findings) -> D | None:
    document = read_document(cls, _shaped(values))
    if not isinstance(document, Findings):
        return document
    for finding in document:
        column = re.sub(r"\[.*", "", finding.where)
        column = {"name.zh": "name_zh", "name.en": "name_en"}.get(column, column)
        findings.extend([replace(finding, where=f"{place}:{column}" if column else place)])
    return None


def _shaped(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return flat values in the shape of their document: names joined, lists of pairs taken apart."""
    shaped = {key: value for key, value in values.items() if key not in ("name_zh", "name_en")}
    if "name_zh" in values:
        shaped["name"] = {"zh": values["name_zh"], "en": values.get("name_en", "")}
    if "certificates" in shaped and "place" in shaped:
        shaped["certificates"] = [
            {"code": code.strip(), "valid_until": until.strip() or None}
            for code, _, until in (part.partition("@") for part in shaped["certificates"])
        ]
    if "after" in shaped:
        shaped["after"] = [part for part in shaped["after"] if part != NOTHING]
    if "alternatives" in shaped:
        shaped["alternatives"] = [_alternative(part) for part in shaped["alternatives"]]
    return shaped


def _alternative(text: str) -> dict[str, Any]:
    machine, _, times = text.partition("@")
    setup, _, run = times.partition("/")
    return {"machine": machine.strip(), "setup_min": setup.strip() or None, "run_min_per_unit": run.strip() or None}


def _grouped(records: Iterable[Record], *keys: str) -> tuple[dict[Any, list[Record]], dict[Any, Record]]:
    """Return rows by their key, in order of appearance, and the first row of each."""
    groups: dict[Any, list[Record]] = defaultdict(list)
    for record in records:
        key = tuple(record.values.get(name, "") for name in keys)
        groups[key if len(keys) > 1 else key[0]].append(record)
    return dict(groups), {key: rows[0] for key, rows in groups.items()}


def _say_strays(findings: Findings, first: Mapping[Any, Record], known: set[str], column: str, kind: Text) -> None:
    for code, record in first.items():
        if code not in known:
            findings.error(
                f"unknown-{kind.en}",
                f"{record.place}:{column}",
                Text(zh=f"没有{kind.zh}“{code}”", en=f"there is no {kind.en} '{code}'"),
                Text(zh=f"先在{kind.zh}表中添加它", en=f"add it to the table of {kind.en}s first"),
            )


def _calendar(rows: Sequence[Record], exceptions: Sequence[Record], findings: Findings) -> CalendarDocument | None:
    shifts = []
    for record in rows:
        given = [key for key in ("days", "start", "end") if key in record.values]
        if given:
            values = {key: record.values[key] for key in given}
            shift = _one(ShiftDocument, values, record.place, findings)
            shifts += [shift] if shift is not None else []
    head = rows[0].values
    data = {key: head[key] for key in ("code", "timezone", "name_zh", "name_en") if key in head}
    periods = _each(ExceptionDocument, exceptions, findings, leave_out=("calendar",))
    local = [item.model_copy(update={"start": _local(item.start), "end": _local(item.end)}) for item in periods]
    return _one(CalendarDocument, data | {"shifts": shifts, "exceptions": local}, rows[0].place, findings)


def _local(moment: Any) -> Any:
    """Return wall time without a zone if the zone is only the one assumed for cells that name none."""
    return moment.replace(tzinfo=None) if hasattr(moment.tzinfo, "key") else moment


def _parents(
    cls: type[D],
    groups: Iterable[Sequence[Record]],
    build: Callable[[Sequence[Record], Findings], dict[str, Any] | None],
    findings: Findings,
) -> list[D]:
    found = []
    for rows in groups:
        data = build(rows, findings)
        document = _one(cls, data, rows[0].place, findings) if data is not None else None
        if document is not None:
            found.append(document)
    return found


def _routing(rows: Sequence[Record], findings: Findings) -> dict[str, Any] | None:
    steps = _each(RoutingStep, rows, findings, leave_out=("item", "version", *_ROUTING_KEYS))
    head = _common(rows, ("item", "version", *_ROUTING_KEYS), findings)
    return head | {"steps": steps} if len(steps) == len(rows) else None


def order_data(rows: Sequence[Record], findings: Findings) -> dict[str, Any]:
    """Return the rows of one order as plain data, whatever its values are worth; contradictions become findings."""
    head = _common(rows, ("code", *_ORDER_KEYS), findings)
    keys = ("code", *_ORDER_KEYS)
    lines = [{key: value for key, value in record.values.items() if key not in keys} for record in _numbered(rows)]
    return head | {"lines": lines}


def _numbered(rows: Sequence[Record]) -> list[Record]:
    return [
        record if "number" in record.values else replace(record, values={**record.values, "number": at})
        for at, record in enumerate(rows, start=1)
    ]


def _order(rows: Sequence[Record], findings: Findings) -> dict[str, Any] | None:
    numbered = _numbered(rows)
    lines = _each(OrderLine, numbered, findings, leave_out=("code", *_ORDER_KEYS))
    head = _common(rows, ("code", *_ORDER_KEYS), findings)
    return head | {"lines": lines} if len(lines) == len(rows) else None


def _common(rows: Sequence[Record], keys: Sequence[str], findings: Findings) -> dict[str, Any]:
    """Return what all rows of a group say together: the first row that says it; later ones must not contradict."""
    head: dict[str, Any] = {}
    for record in rows:
        for key in keys:
            value = record.values.get(key)
            if value is not None and head.setdefault(key, value) != value:
                findings.error(
                    "contradiction",
                    f"{record.place}:{key}",
                    Text(
                        zh=f"“{write_cell(value)}”与前面的“{write_cell(head[key])}”矛盾",
                        en=f"'{write_cell(value)}' contradicts '{write_cell(head[key])}' given above",
                    ),
                    Text(zh="各行填写相同的值，或只填第一行", en="say the same on every row, or only on the first"),
                )
    return head


def _flat(document: Document) -> dict[str, object]:
    """Return a document's own fields as flat values; nested lists of documents only where a cell can hold them."""
    flat: dict[str, object] = {}
    for name in type(document).model_fields:
        value = getattr(document, name)
        if name == "name":
            if value is not None:
                flat |= {"name_zh": value.zh, "name_en": value.en}
        elif name == "after":
            flat[name] = NOTHING if value == () else value
        elif isinstance(value, tuple) and value and isinstance(value[0], Certificate):
            flat[name] = tuple(f"{item.code}@{item.valid_until}" if item.valid_until else item.code for item in value)
        elif isinstance(value, tuple) and value and isinstance(value[0], StepAlternative):
            flat[name] = tuple(_alternative_text(item) for item in cast("tuple[StepAlternative, ...]", value))
        else:
            flat[name] = value
    return flat


def _alternative_text(item: StepAlternative) -> str:
    times = ["" if value is None else f"{value!r}" for value in (item.setup_min, item.run_min_per_unit)]
    return f"{item.machine}@{times[0]}/{times[1]}" if any(times) else item.machine


def _rows(found: Mapping[str, Sequence[Mapping[str, object]]]) -> Rows:
    return {
        key: [[write_cell(row.get(column.key)) for column in TABLES[key].columns] for row in rows]
        for key, rows in found.items()
    }
