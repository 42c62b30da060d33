"""Replay: what the log says really happened, as progress facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rongzhi.samples.levy2014.tables import Row, origin_of, table


@dataclass(frozen=True, slots=True)
class ProgressFact:
    """The reports of one order at one step on one machine.

    Parameters
    ----------
    order, item : str
        Codes in the sample's order book; the order has one line.
    step : int
        Number of the routing step; 0 is work outside the routing (rework, fixes).
    key : str
        The log's activity as a step key, such as ``turn_mill``.
    machine : str
        Code in the sample's network.
    start, end : datetime
        Aware; first start and last end of the reports. Pauses between reports are inside.
    worked_min : int
        Minutes measured by the reports, time shared with other reports of the machine counted once; 0: none measured.
    completed, rejected, on_hold : int
        Units; on hold waits for the review of the log's material review board.
    is_timed : bool
        False if the log lost the instants; then the fact fills the gap between its neighbours.
    """

    order: str
    item: str
    step: int
    key: str
    machine: str
    start: datetime
    end: datetime
    worked_min: int
    completed: int
    rejected: int
    on_hold: int
    is_timed: bool


def replay(start: date) -> list[ProgressFact]:
    """Return the log's own history in the order of its starts, moved by whole weeks.

    Parameters
    ----------
    start : date
        The day on which the log's first Monday (2 January 2012) falls; must be a Monday.
    """
    origin = origin_of(start)
    items = {row["order"]: row["item"] for row in table("data", "orders")}
    return [_fact(row, items[row["order"]], origin) for row in table("data", "replay")]


def _fact(row: Row, item: str, origin: datetime) -> ProgressFact:
    return ProgressFact(
        order=row["order"],
        item=item,
        step=int(row["step"]),
        key=row["key"],
        machine=row["machine"],
        start=origin + timedelta(minutes=int(row["start_min"])),
        end=origin + timedelta(minutes=int(row["end_min"])),
        worked_min=int(row["worked_min"]),
        completed=int(row["completed"]),
        rejected=int(row["rejected"]),
        on_hold=int(row["mrb"]),
        is_timed=row["is_timed"] == "1",
    )
