"""Columns of a table and the cells they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rongzhi.platform.ui.format import FORMATS, plain
from rongzhi.platform.ui.parts import Badge, Label, Tone

NUMERIC = frozenset({"int", "number", "money", "duration_min", "percent"})
SHORT_CODE = 24


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row, ready to be written."""

    text: str
    label: str
    kind: str
    url: str = ""
    tone: str = ""
    is_first: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether it aligns to the right."""
        return self.kind in NUMERIC

    @property
    def is_unbroken(self) -> bool:
        """Whether it stays on one line: moments, and short codes in front."""
        return self.kind in {"datetime", "date"} or (self.is_first and len(self.text) <= SHORT_CODE)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Parameters
    ----------
    key : str
        Attribute path of the row (``customer.name``), unless ``value`` is given; also its name in addresses and CSV.
    label : Label
        ``term_label("due_date")`` for terms of the field.
    kind : str
        text, int, number, money, datetime, date, badge, bool, duration_min, percent.
    link : callable, optional
        Row -> address; the first column usually links to the record.
    sort : str, optional
        ORM path to order by; no path, no sorting.
    value : callable, optional
        Row -> value, when it is no plain attribute. Must not query: annotate or prefetch instead.
    tones : mapping, optional
        Raw value -> tone, for badges of Django choices (``get_<key>_display`` gives the word).
    is_hidden : bool
        Hidden until chosen in the column chooser.
    unit : Label
        Written once, in the heading.
    """

    key: str
    label: Label
    kind: str = "text"
    link: Callable[[Any], str | None] | None = None
    sort: str | None = None
    value: Callable[[Any], Any] | None = None
    tones: Mapping[str, Tone] = field(default_factory=dict)
    is_hidden: bool = False
    unit: Label = ""

    @property
    def name(self) -> str:
        """The heading in the language of the request."""
        return plain(self.label)

    @property
    def heading(self) -> str:
        """The heading with its unit, as downloads write it."""
        return f"{self.name} ({plain(self.unit)})" if self.unit else self.name

    @property
    def unit_text(self) -> str:
        """The unit, or nothing."""
        return plain(self.unit) if self.unit else ""

    @property
    def is_numeric(self) -> bool:
        """Whether it aligns to the right."""
        return self.kind in NUMERIC

    def raw(self, row: Any) -> Any:
        """Return the row's value; None when a part of the path is missing."""
        if self.value is not None:
            return self.value(row)
        found = row
        for part in self.key.split("."):
            if found is None:
                return None
            found = found.get(part) if isinstance(found, Mapping) else getattr(found, part)
        return found

    def cell(self, row: Any, *, name: str = "", is_first: bool = False) -> Cell:
        """Return the row's value ready to be written; ``name`` is the heading, when it is known already."""
        name = name or self.name
        raw = self.raw(row)
        url = (self.link(row) or "") if self.link else ""
        if isinstance(raw, Badge):
            return Cell(raw.label, name, "badge", url, raw.tone, is_first)
        tone: str = ""
        if self.kind == "badge":
            tone = self.tones.get(str(raw), "neutral")
            raw = self._display(row, raw)
        return Cell(FORMATS[self.kind](raw), name, self.kind, url, tone, is_first)

    def plain(self, row: Any) -> Any:
        """Return the value as a download writes it: numbers and dates stay what they are."""
        raw = self.raw(row)
        if isinstance(raw, Badge):
            return raw.label
        if self.kind == "badge":
            return plain(self._display(row, raw))
        return raw

    def _display(self, row: Any, raw: Any) -> Any:
        display = getattr(row, f"get_{self.key}_display", None)
        return display() if display and self.value is None else raw
