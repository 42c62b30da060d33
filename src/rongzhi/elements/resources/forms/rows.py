"""A field that holds rows of fields: shifts of a calendar, capabilities of a machine, steps of a routing.

Rows are read in the order they stand on the page, so that moving one up or down needs no numbers; a row left empty
is no row. Without scripts three empty rows are offered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from rongzhi.platform.i18n import say
from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.parts import Label

MOST_ROWS = 400
_PREFIX = "__i__"


class RowsWidget(forms.Widget):
    """Writes rows as groups of labelled controls and reads them back in their order."""

    template_name = "resources/rows.html"
    use_fieldset = True

    def __init__(self, columns: Mapping[str, forms.Field], add: Label, spare: int = 0) -> None:
        super().__init__()
        self.columns = dict(columns)
        self.add = add
        self.spare = spare

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        """Write with the site's own templates, which know two languages."""
        return mark_safe(render_to_string(self.template_name, self.get_context(name, value, attrs)))  # noqa: S308

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the rows, and an empty one to copy."""
        context = super().get_context(name, value, attrs)
        rows = list(value or [])
        shown = rows or [{} for _ in range(self.spare)]
        context["widget"]["rows"] = [self._parted(name, str(index), row) for index, row in enumerate(shown)]
        context["widget"]["blank"] = self._parted(name, _PREFIX, {})
        context["widget"]["add"] = plain(self.add)
        context["widget"]["next"] = len(shown)
        return context

    def _parted(self, name: str, index: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row's cells; the rarely needed ones apart, open when one of them is filled in."""
        cells = self._row(name, index, row)
        rare = [cell for cell in cells if cell["is_rare"]]
        usual: dict[str, Any] = {key: column.initial for key, column in self.columns.items()}
        is_open = any(
            getattr(column, "rare", False) and row.get(key, usual[key]) not in (usual[key], None, "", [], ())
            for key, column in self.columns.items()
        )
        return {"cells": [cell for cell in cells if not cell["is_rare"]], "rare": rare, "is_open": is_open}

    def _row(self, name: str, index: str, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        cells = []
        for key, column in self.columns.items():
            id_ = f"id_{name}-{index}-{key}"
            value = column.prepare_value(row.get(key, column.initial))
            cells.append(
                {
                    "id": id_,
                    "label": column.label,
                    "unit": plain(getattr(column, "unit", "")) if getattr(column, "unit", "") else "",
                    "term": getattr(column, "term", ""),
                    "is_tick": isinstance(column, forms.BooleanField),
                    "is_group": isinstance(column.widget, forms.CheckboxSelectMultiple),
                    "is_wide": getattr(column, "wide", False),
                    "is_rare": getattr(column, "rare", False),
                    "html": column.widget.render(f"{name}-{index}-{key}", value, {"id": id_}),
                }
            )
        return cells

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        """Return the rows as they stand on the page."""
        pattern = re.compile(rf"^{re.escape(name)}-(\d+)-")
        numbers = dict.fromkeys(match[1] for key in data if (match := pattern.match(key)))
        rows = []
        for number in list(numbers)[:MOST_ROWS]:
            row = {
                key: column.widget.value_from_datadict(data, files, f"{name}-{number}-{key}")
                for key, column in self.columns.items()
            }
            if any(self._is_given(column, row[key]) for key, column in self.columns.items()):
                rows.append(row)
        return rows

    @staticmethod
    def _is_given(column: forms.Field, value: Any) -> bool:
        """Whether a cell shows that somebody filled the row in: ticks and lists that always hold a value do not."""
        if isinstance(column, forms.BooleanField):
            return False
        if isinstance(column, forms.ChoiceField) and not isinstance(column, forms.MultipleChoiceField):
            choices: Any = column.choices
            return value not in (None, "", column.initial) and any(key == "" for key, _ in choices)
        return value not in (None, "", []) and str(value) != str(column.initial)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        """Return False: no rows is an answer too."""
        return False


class RowsField(forms.Field):
    """Rows of the same fields; its value is a list of dicts."""

    wide = True

    def __init__(self, columns: Mapping[str, forms.Field], *, add: Label, spare: int = 0, **kwargs: Any) -> None:
        self.columns = dict(columns)
        super().__init__(widget=RowsWidget(self.columns, add, spare), **kwargs)
        self.required = kwargs.get("required", True)

    def __deepcopy__(self, memo: dict[int, Any]) -> RowsField:
        """Copy the columns too: their choices belong to one request."""
        from copy import deepcopy

        copied: RowsField = super().__deepcopy__(memo)
        copied.columns = {key: deepcopy(column, memo) for key, column in self.columns.items()}
        widget = RowsWidget(copied.columns, self.widget.add, self.widget.spare)
        widget.is_required = copied.required
        copied.widget = widget
        return copied

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """Clean every cell; all errors at once, each with its row and its column."""
        rows, errors = [], []
        for number, row in enumerate(value or [], start=1):
            cleaned = {}
            for key, column in self.columns.items():
                try:
                    cleaned[key] = column.clean(row.get(key))
                except ValidationError as error:
                    place = say(f"第 {number} 行“{plain(column.label)}”：", f"Row {number}, {plain(column.label)}: ")
                    errors += [f"{place}{message}" for message in error.messages]
            rows.append(cleaned)
        if errors:
            raise ValidationError(errors)
        if self.required and not rows:
            raise ValidationError(str(say("至少填写一行", "Fill in at least one row")))
        return rows
