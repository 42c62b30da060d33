"""Pictures as plain figures for templates: a calendar's week, a routing's flow, a bill's tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from rongzhi.kernel.calendars import subtract, zone_of
from rongzhi.model.production.calendars import work_calendar
from rongzhi.model.production.items import BomLine, RoutingStep
from rongzhi.model.production.network import CalendarDocument
from rongzhi.platform.ui.format import day as day_words

DAY_MIN = 1440
WIDTH, ROW, LEFT = 720, 30, 0


@dataclass(frozen=True, slots=True)
class Span:
    """A bar in the week: from and to in local minutes of its day, and what it is."""

    x: float
    width: float
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """A row of the week."""

    date: date
    name: str
    y: int
    spans: tuple[Span, ...]
    is_today: bool

    @property
    def words(self) -> str:
        """The working hours in words, for readers and for the table beside."""
        return ", ".join(span.words for span in self.spans if span.kind != "closed")


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of a calendar as it really is, with its exceptions."""

    monday: date
    days: tuple[Day, ...]
    hours: float
    earlier: date
    later: date
    ticks: tuple[tuple[float, str], ...] = tuple((WIDTH * hour / 24, f"{hour:02d}") for hour in range(0, 25, 3))
    height: int = 7 * ROW
    width: int = WIDTH


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_of(document: CalendarDocument, day: date, today: date) -> Week:
    """Return the week of a calendar around a day: ordinary shifts, overtime, and what exceptions close."""
    monday = monday_of(day)
    real = work_calendar(document)
    plain = work_calendar(document.model_copy(update={"exceptions": ()}))
    zone = zone_of(document.timezone)
    days, minutes = [], 0
    for index in range(7):
        date_ = monday + timedelta(days=index)
        begin = datetime.combine(date_, time(), zone)
        end = datetime.combine(date_ + timedelta(days=1), time(), zone)
        working, usual = real.intervals(begin, end), plain.intervals(begin, end)
        minutes += sum(b - a for a, b in working)
        overtime = subtract(working, usual)
        parts = [("work", subtract(working, overtime)), ("extra", overtime), ("closed", subtract(usual, working))]
        length = max(int((end - begin).total_seconds() // 60), 1)
        spans = [
            Span(
                round(WIDTH * a / length, 2),
                round(WIDTH * (b - a) / length, 2),
                kind,
                f"{_clock(begin, a)}–{_clock(begin, b)}",
            )
            for kind, rows in parts
            for a, b in rows
        ]
        spans.sort(key=lambda span: span.x)
        days.append(Day(date_, day_words(date_), index * ROW, tuple(spans), date_ == today))
    return Week(monday, tuple(days), minutes / 60, monday - timedelta(days=7), monday + timedelta(days=7))


def _clock(begin: datetime, minute: int) -> str:
    shown = begin + timedelta(minutes=minute)
    return "24:00" if minute and shown.time() == time() else f"{shown:%H:%M}"


@dataclass(frozen=True, slots=True)
class Box:
    """A step in the flow."""

    step: RoutingStep
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A routing as boxes and arrows, from left to right."""

    boxes: tuple[Box, ...]
    arrows: tuple[str, ...]
    width: int
    height: int


BOX_W, BOX_H, GAP_X, GAP_Y = 150, 62, 46, 18


def flow_of(steps: Sequence[RoutingStep]) -> Flow:
    """Lay out a routing: each step one column after the latest step it waits for."""
    ordered = sorted(steps, key=lambda step: step.number)
    before: dict[int, tuple[int, ...]] = {}
    for index, step in enumerate(ordered):
        usual = (ordered[index - 1].number,) if index else ()
        before[step.number] = usual if step.after is None else step.after
    column: dict[int, int] = {}
    for _ in ordered:  # as many rounds as steps settle any order; loops are refused when a routing is saved
        for step in ordered:
            column[step.number] = max((column.get(other, 0) + 1 for other in before[step.number]), default=0)
    rows: dict[int, int] = {}
    place: dict[int, tuple[int, int]] = {}
    for step in ordered:
        at = column[step.number]
        place[step.number] = (at * (BOX_W + GAP_X), rows.get(at, 0) * (BOX_H + GAP_Y))
        rows[at] = rows.get(at, 0) + 1
    arrows = [
        _arrow(place[other], place[step.number]) for step in ordered for other in before[step.number] if other in place
    ]
    return Flow(
        tuple(Box(step, *place[step.number]) for step in ordered),
        tuple(arrows),
        max((x for x, _ in place.values()), default=0) + BOX_W,
        max((y for _, y in place.values()), default=0) + BOX_H,
    )


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + BOX_W, start[1] + BOX_H // 2
    x2, y2 = end[0], end[1] + BOX_H // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2 - 6} {y2}"


@dataclass(slots=True)
class Node:
    """A line of the tree: an item, how much of it goes into one of the root, and what is below."""

    code: str
    name: str
    unit: str
    quantity: Decimal
    total: Decimal
    scrap_rate: Decimal = Decimal(0)
    at_step: int = 0
    key: str = ""
    is_visible: bool = True
    below: list[Node] = field(default_factory=list)


MOST_NODES = 2000


def tree_of(root: str, lines: Iterable[BomLine], items: Mapping[str, tuple[str, str]], visible: set[str]) -> Node:
    """Return an item's bill to any depth; quantities are per unit of the line above and per unit of the root.

    ``items`` gives name and unit by code. A loop (which saving refuses) or a tree of more than 2,000 lines is cut.
    """
    below: dict[str, list[BomLine]] = {}
    for line in lines:
        below.setdefault(line.parent, []).append(line)
    count = 0

    def node(code: str, line: BomLine | None, total: Decimal, above: frozenset[str]) -> Node:
        nonlocal count
        count += 1
        name, unit = items.get(code, (code, ""))
        made = Node(code, name, line.unit if line else unit, line.quantity if line else Decimal(1), total)
        made.is_visible = code in visible
        if line is not None:
            made.scrap_rate, made.at_step = line.scrap_rate, line.at_step
            made.key = f"{line.parent}~{line.component}~{line.at_step}"
        if code not in above and count < MOST_NODES:
            made.below = [
                node(child.component, child, total * child.quantity / (1 - child.scrap_rate), above | {code})
                for child in below.get(code, ())
            ]
        return made

    return node(root, None, Decimal(1), frozenset())
