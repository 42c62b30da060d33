"""Small parts pages are made of: badges, buttons, facts, figures, tasks, tabs, empty states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise

from rongzhi.kernel.text import Text
from rongzhi.platform.access.policy import ALLOW, Verdict
from rongzhi.platform.ui.format import FORMATS, plain

Label = str | Promise | Text
"""What may stand as a label: a lazy `say(...)`, a bilingual `Text`, or a plain name."""

Tone = Literal["neutral", "info", "ok", "warn", "bad"]
"""Colour of a state: bad only for late or failed, ok only for met, warn for a warning."""


LONG_VALUE = 10


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in a word and a colour."""

    text: Label
    tone: Tone = "neutral"

    @property
    def label(self) -> str:
        """The word in the language of the request."""
        return plain(self.text)


@dataclass(frozen=True, slots=True)
class Link:
    """A named address."""

    label: Label
    url: str

    @property
    def name(self) -> str:
        """The name in the language of the request."""
        return plain(self.label)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to do from here.

    Parameters
    ----------
    label : Label
        A verb: 发布计划, 接受报价.
    url : str
    method : {"get", "post"}
        ``post`` makes a small form with a CSRF token and ``fields`` as hidden inputs.
    style : {"plain", "primary", "danger"}
        At most one primary button on a page.
    verdict : Verdict
        A refusal shows the button disabled, with its reason.
    confirm : Label
        Question asked before a post that cannot be undone.
    """

    label: Label
    url: str
    method: Literal["get", "post"] = "get"
    style: Literal["plain", "primary", "danger"] = "plain"
    verdict: Verdict = ALLOW
    confirm: Label = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The verb in the language of the request."""
        return plain(self.label)

    @property
    def question(self) -> str:
        """The question asked first, or nothing."""
        return plain(self.confirm) if self.confirm else ""

    @property
    def reason(self) -> str:
        """Why the button is disabled, or nothing."""
        return "" if self.verdict else plain(self.verdict.reason)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a record: a label and its value, written by kind; links when it has an address."""

    label: Label
    value: Any
    kind: str = "text"
    url: str = ""
    unit: Label = ""
    term: str = ""

    @property
    def name(self) -> str:
        """The label in the language of the request."""
        return plain(self.label)

    @property
    def text(self) -> str:
        """The value in words."""
        text = FORMATS[self.kind](self.value)
        return f"{text} {plain(self.unit)}" if self.unit and self.value is not None else text

    @property
    def badge(self) -> Badge | None:
        """The value when it is a badge."""
        return self.value if isinstance(self.value, Badge) else None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that answers a question on a board.

    Parameters
    ----------
    label, value, kind, unit
        What it is, how much, how written, in what.
    trend : sequence of float
        Earlier values, oldest first; drawn as a small line.
    note : Label
        One line that puts the number in its place ("计划周期内", "共 12 家").
    tone : Tone
        ``bad`` only when something is late or failed.
    url : str
        The list behind the number.
    """

    label: Label
    value: Any
    kind: str = "int"
    unit: Label = ""
    note: Label = ""
    trend: tuple[float, ...] = ()
    tone: Tone = "neutral"
    url: str = ""

    @property
    def name(self) -> str:
        """The label in the language of the request."""
        return plain(self.label)

    @property
    def text(self) -> str:
        """The value in words."""
        return FORMATS[self.kind](self.value)

    @property
    def is_long(self) -> bool:
        """Whether the value needs smaller letters: moments, large amounts."""
        return len(self.text) > LONG_VALUE

    @property
    def unit_text(self) -> str:
        """The unit, or nothing."""
        return plain(self.unit) if self.unit else ""

    @property
    def note_text(self) -> str:
        """The note, or nothing."""
        return plain(self.note) if self.note else ""

    @property
    def points(self) -> str:
        """The trend as points of an 80 by 24 line."""
        if len(self.trend) < 2:
            return ""
        low, high = min(self.trend), max(self.trend)
        span = (high - low) or 1.0
        step = 80 / (len(self.trend) - 1)
        return " ".join(f"{i * step:.1f},{22 - 20 * (v - low) / span:.1f}" for i, v in enumerate(self.trend))


@dataclass(frozen=True, slots=True)
class Task:
    """Something that needs a person today."""

    title: Label
    url: str
    reason: Label = ""
    badge: Badge | None = None

    @property
    def name(self) -> str:
        """The title in the language of the request."""
        return plain(self.title)

    @property
    def why(self) -> str:
        """The reason, or nothing."""
        return plain(self.reason) if self.reason else ""


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says: what would be here, how it comes here, and the button that begins it."""

    title: Label
    hint: Label = ""
    action: Link | Button | None = None

    @property
    def name(self) -> str:
        """The title in the language of the request."""
        return plain(self.title)

    @property
    def advice(self) -> str:
        """The hint, or nothing."""
        return plain(self.hint) if self.hint else ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a record: its template gets ``object``, ``actor`` and what ``context(obj, actor)`` returns."""

    key: str
    label: Label
    template: str
    context: Callable[..., Mapping[str, Any]] | None = None
    count: int | None = None

    @property
    def name(self) -> str:
        """The label in the language of the request."""
        return plain(self.label)


@dataclass(frozen=True, slots=True)
class Series:
    """A table beside a picture: column labels and rows."""

    columns: tuple[Label, ...]
    rows: tuple[tuple[Any, ...], ...]

    @classmethod
    def of(cls, columns: Iterable[Label], rows: Iterable[Iterable[Any]]) -> Series:
        """Build from any iterables."""
        return cls(tuple(columns), tuple(tuple(row) for row in rows))
