"""From forms to documents and back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.forms.rows import RowsField
from rongzhi.elements.resources.kinds import Kind, kind_of
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Findings
from rongzhi.model.base import Document
from rongzhi.model.production.checks import read_document
from rongzhi.model.production.processes import PROCESSES
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say, speak, term_label
from rongzhi.platform.ui.pages import field
from rongzhi.platform.ui.parts import Label

NOTHING = ("", "—")


def label(words: Label, term: str) -> Any:
    """Return the label of a field: its own words, else the glossary's."""
    return words or (term_label(term) if term else "")


def text(
    words: Label = "", *, term: str = "", needed: bool = False, most: int = 120, hint: Label = "", wide: bool = False
) -> Any:
    """Return a field for a line of text."""
    made = forms.CharField(label=label(words, term), required=needed, max_length=most, help_text=hint or "")  # type: ignore[arg-type]
    return field(made, term=term, wide=wide)


def number(
    words: Label = "",
    *,
    term: str = "",
    unit: Label = "",
    needed: bool = False,
    least: float | None = 0,
    most: float | None = None,
    initial: Any = None,
    hint: Label = "",
    step: str = "any",
) -> Any:
    """Return a field for a number with its unit."""
    made = forms.DecimalField(
        label=label(words, term),
        required=needed,
        min_value=least,
        max_value=most,
        initial=initial,
        help_text=hint or "",  # type: ignore[arg-type]
        widget=forms.NumberInput(attrs={"step": step, "inputmode": "decimal"}),
    )
    return field(made, term=term, unit=unit)


def whole(
    words: Label = "",
    *,
    term: str = "",
    unit: Label = "",
    needed: bool = False,
    initial: Any = None,
    least: int = 0,
    hint: Label = "",
) -> Any:
    """Return a field for a whole number with its unit."""
    made = forms.IntegerField(
        label=label(words, term),
        required=needed,
        min_value=least,
        initial=initial,
        help_text=hint or "",  # type: ignore[arg-type]
    )
    return field(made, term=term, unit=unit)


def rarely(columns: dict[str, Any]) -> dict[str, Any]:
    """Mark columns of rows as rarely needed: they stand folded away until one is filled in."""
    for column in columns.values():
        column.rare = True
    return columns


def tick(words: Label = "", *, term: str = "", initial: bool = False, hint: Label = "") -> Any:
    """Return a tick box."""
    made = forms.BooleanField(label=label(words, term), required=False, initial=initial, help_text=hint or "")  # type: ignore[arg-type]
    return field(made, term=term)


def choice(
    words: Label = "",
    *,
    term: str = "",
    options: Callable[[Actor], list[tuple[str, str]]] | None = None,
    given: Any = (),
    needed: bool = False,
    nothing: Label = "",
    initial: Any = None,
) -> Any:
    """Return a choice; ``options(actor)`` is asked when the form opens."""
    made = forms.ChoiceField(label=label(words, term), required=needed, choices=given, initial=initial)
    made.options, made.nothing = options, nothing  # type: ignore[attr-defined]
    return field(made, term=term)


class Codes(forms.CharField):
    """Several codes on one line, parted by commas; its value is a list."""

    def prepare_value(self, value: Any) -> Any:
        """Return the codes on one line."""
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """Return the codes as a list."""
        line = super().to_python(value) or ""
        for sign in ("，", "、", ";", "；"):
            line = line.replace(sign, ",")
        return [part.strip() for part in line.split(",") if part.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as lists."""
        return bool(list(initial or []) != self.to_python(data))


def codes(words: Label = "", *, term: str = "", hint: Label = "") -> Any:
    """Return a field for several codes."""
    shown = hint or say("用逗号隔开", "separate with commas")
    return field(Codes(label=label(words, term), required=False, max_length=400, help_text=shown), term=term)  # type: ignore[arg-type]


def code_field(hint: Label = "") -> Any:
    """Return the field of a record's own code."""
    return text(
        say("代码", "Code"),
        needed=True,
        most=60,
        hint=hint or say("在园区内唯一，以后不能更改", "unique in the park; cannot be changed later"),
    )


def options_of(model: Any, *, active: bool = True) -> Callable[[Actor], list[tuple[str, str]]]:
    """Return a function that lists the visible records of a model as code and name."""

    def ask(actor: Actor) -> list[tuple[str, str]]:
        rows = model.objects.visible_to(actor)
        rows = rows.filter(is_active=True) if active else rows
        return [(row.code, f"{row.code} · {row.name}" if row.name else row.code) for row in rows]

    return ask


def processes(_: Actor) -> list[tuple[str, str]]:
    """Return the process taxonomy, children indented under their parents."""
    rows: list[tuple[str, str]] = []

    def below(parent: str | None, depth: int) -> None:
        for item in PROCESSES.values():
            if item.parent == parent:
                rows.append((item.code, f"{'　' * depth}{speak(item.name)}"))
                below(item.code, depth + 1)

    below(None, 0)
    return rows


PLACES = options_of(records.Place)
CALENDARS = options_of(records.Calendar)
FACTORIES = options_of(records.Factory)
CENTRES = options_of(records.WorkCentre)
ITEMS = options_of(records.Item)


def _plain(value: Any) -> Any:
    """Return plain data whose decimals have no zeros at their end."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value] if value and isinstance(value[0], dict) else value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value.normalize()
    return value


class DocumentForm(forms.Form):
    """A form whose cleaned data make a document.

    Subclasses give ``table`` and fields named like the document's; ``name_zh`` and ``name_en`` make its name.
    """

    table = ""
    empty_is_text: tuple[str, ...] = ()
    """Fields whose emptiness is an empty text; all other empty fields take the document's default."""

    def __init__(self, *args: Any, actor: Actor, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        for made in self.fields.values():
            self._offer(made)
            if isinstance(made, RowsField):
                for column in made.columns.values():
                    self._offer(column)
        if not is_new:
            for key in self.kind.key_fields:
                if key in self.fields:
                    self.fields[key].widget.attrs["readonly"] = True
                    self.fields[key].help_text = ""
                    if isinstance(self.fields[key], forms.ChoiceField):
                        self.fields[key].disabled = True

    @property
    def kind(self) -> Kind:
        """The kind of record the form is about."""
        return kind_of(self.table)

    def _offer(self, made: forms.Field) -> None:
        options = getattr(made, "options", None)
        if options is None or not isinstance(made, forms.ChoiceField):
            return
        rows = options(self.actor)
        if not made.required or len(rows) != 1:
            rows = [(NOTHING[0], str(getattr(made, "nothing", "")) or NOTHING[1]), *rows]
        made.choices = rows

    @classmethod
    def initial_of(cls, document: Any) -> dict[str, Any]:
        """Return the form's first values for a document."""
        data: dict[str, Any] = _plain(document.model_dump())
        name = data.pop("name", None)
        if name:
            data |= {"name_zh": name["zh"], "name_en": name["en"]}
        return data

    def data_of(self) -> dict[str, Any]:
        """Return the document's data; subclasses reshape what differs."""
        data = {key: value for key, value in self.cleaned_data.items() if value not in (None, "")}
        if "name_zh" in self.fields:
            data["name"] = {"zh": data.pop("name_zh", ""), "en": data.pop("name_en", "")}
        return data

    def document(self) -> Document:
        """Return the document; what it does not allow is `Rejected` with the place of each error."""
        found = read_document(self.kind.document, self.data_of())
        if isinstance(found, Findings):
            raise Rejected(list(found))
        return found


def given(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without their empty cells."""
    return [{key: value for key, value in row.items() if value not in (None, "")} for row in rows]


__all__ = ["DocumentForm", "ValidationError", "field", "given"]
