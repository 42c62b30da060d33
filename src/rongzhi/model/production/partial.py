"""Orders with faulty fields read as far as they can be, so that one check names every fault at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rongzhi.kernel.findings import Finding, Findings
from rongzhi.model.production.orders import Order
from rongzhi.model.production.reading import read_document

_LINE = re.compile(r"lines\[(\d+)\]\.(\w+)")
_HEAD = re.compile(r"(\w+)(?:\[\d+\])?")
_NUMBERS_FROM = 100_000_000
_STAND_INS: dict[str, Any] = {"item": "?", "quantity": 1, "due": "2100-01-01T00:00:00+00:00", "code": "?"}
"""What stands in for a faulty value that must be there; nothing a check says about it is passed on."""


@dataclass(frozen=True, slots=True)
class PartialOrder:
    """An order as far as it could be read.

    Parameters
    ----------
    order : Order or None
        With stand-ins for what is faulty; None if too much is.
    findings : Findings
        What could not be read.
    """

    order: Order | None
    findings: Findings

    def hides(self, finding: Finding) -> bool:
        """Return whether a finding is about a value that only stands in for a faulty one."""
        return any(re.match(rf"{re.escape(each.where)}(?![\w\]])", finding.where) for each in self.findings)


def read_partly(data: Mapping[str, Any], where: str) -> PartialOrder:
    """Read plain data as an order, field by field; places of findings begin with ``where``."""
    read = read_document(Order, data, where)
    if not isinstance(read, Findings):
        return PartialOrder(read, Findings())
    mended = _mended(data, [finding.where.removeprefix(where).lstrip(".") for finding in read])
    again = read_document(Order, mended, where) if mended is not None else read
    return PartialOrder(None if isinstance(again, Findings) else again, read)


def seen_whole(findings: Iterable[Finding], partial: Mapping[str, PartialOrder]) -> list[Finding]:
    """Leave out what checks say about stand-ins; ``partial`` by the place of the order (``orders[3]``)."""
    kept = []
    for finding in findings:
        order = partial.get(finding.where.split(".", 1)[0])
        if order is None or not order.hides(finding):
            kept.append(finding)
    return kept


def _mended(data: Mapping[str, Any], faulty: Iterable[str]) -> dict[str, Any] | None:
    """Return the data with stand-ins for what is faulty, or None if its lines cannot be told apart."""
    head = dict(data)
    lines = head.get("lines")
    if not isinstance(lines, list | tuple) or not all(isinstance(line, Mapping) for line in lines):
        return None
    copies = [dict(line) for line in lines]
    for path in faulty:
        if (found := _LINE.match(path)) is not None:
            at, name = int(found[1]), found[2]
            copies[at].pop(name, None)
            if name == "number":
                copies[at][name] = _NUMBERS_FROM + at
            elif name in _STAND_INS and name != "code":
                copies[at][name] = _STAND_INS[name]
        elif (found := _HEAD.match(path)) is not None and found[1] != "lines":
            head.pop(found[1], None)
            if found[1] == "code":
                head["code"] = _STAND_INS["code"]
    return head | {"lines": copies}
