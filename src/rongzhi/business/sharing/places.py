"""Places and findings of orders in a person's words: ``orders.csv:3:due`` is row 3, due date."""

from __future__ import annotations

import re
from dataclasses import replace

from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.model.glossary import term
from rongzhi.model.production.table_specs import TABLES
from rongzhi.platform.i18n import speak

_TERMS = {"item": "item", "quantity": "quantity", "due": "due_date", "priority": "priority", "code": "order"}
_ROW = re.compile(r".*:(\d+)(?::([^:]+))?")
_LINE = re.compile(r"(?:orders\[\d+\]\.)?lines\[(\d+)\](?:\.(\w+))?.*")


def name_of(column: str) -> Text:
    """Return what people call a column of an order: the glossary's word, else the heading of the table."""
    if column in _TERMS:
        return term(_TERMS[column]).label
    found = next((each.label for each in TABLES["orders"].columns if each.key == column), None)
    return found or Text(column, column)


def place_of(where: str) -> Text:
    """Return a technical place as people say it; what is none of an order's is returned as it is."""
    row, line = _ROW.fullmatch(where), _LINE.fullmatch(where)
    if row is None and line is None:
        return Text(where, where)
    number, column = (row[1], row[2]) if row is not None else (str(int(line[1]) + 1), line[2])  # type: ignore[index]
    head = Text(f"第 {number} 行", f"{'row' if row is not None else 'line'} {number}")
    if not column:
        return head
    name = name_of(column)
    return Text(f"{head.zh} {name.zh}", f"{head.en}, {name.en}")


def spoken(finding: Finding) -> Finding:
    """Return a finding whose place and fields are named as people call them, in the language of the page."""
    column = re.split(r"[.:]", finding.where)[-1]
    name = name_of(re.sub(r"\[.*", "", column))

    def named(text: Text) -> Text:
        return Text(text.zh.replace(f"“{column}”", f"“{name.zh}”"), text.en.replace(f"'{column}'", f"'{name.en}'"))

    where = speak(place_of(finding.where))
    return replace(finding, where=where, message=named(finding.message), fix=named(finding.fix))


def sentence(finding: Finding) -> Text:
    """Return what is wrong and the mend as one sentence."""
    said = spoken(finding)
    return Text(f"{said.message.zh}；{said.fix.zh}", f"{said.message.en}; {said.fix.en}")
