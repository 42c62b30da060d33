"""One entry of the glossary and the records it refers to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from rongzhi.kernel.text import Text


class Status(StrEnum):
    """Standing of the source a term rests on."""

    CURRENT = "current"
    DRAFT = "draft"
    WITHDRAWN = "withdrawn"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Source:
    """A document that terms come from.

    Parameters
    ----------
    key : str
        Stable snake_case name used by the data files.
    cite : str
        What people cite: a standard number, a document number or ``Rongzhi``.
    title : Text
    status : Status or None
        None when the data file names none; the check reports it.
    since : date or None
        Day of effect; None when it is not known.
    """

    key: str
    cite: str
    title: Text
    status: Status | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A part of the field; every term belongs to exactly one.

    Parameters
    ----------
    key : str
        Stable snake_case name, also the name of the data file.
    label : Text
    """

    key: str
    label: Text


@dataclass(frozen=True, slots=True)
class Term:
    """One concept with its names and its meaning in both languages.

    Parameters
    ----------
    key : str
        Stable snake_case name used in code, templates and the API (``due_date``).
    label : Text
        Preferred name.
    definition : Text
        One sentence in our own words.
    subject : str
        Key of the subject.
    broader : str or None
        Key of the next wider term.
    source : Source
        Where the term comes from.
    status : Status or None
        Standing of the term, by default that of its source.
    since : date or None
        Day from which the term holds, by default that of its source; None when it is not known.
    alt_zh, alt_en : tuple of str
        Other names in Chinese and in English.
    notation : str or None
        Number of the leaf in the framework (``1.2.1``) when the term names one.
    """

    key: str
    label: Text
    definition: Text
    subject: str
    broader: str | None
    source: Source
    status: Status | None
    since: date | None
    alt_zh: tuple[str, ...] = ()
    alt_en: tuple[str, ...] = ()
    notation: str | None = None

    def alternatives(self, language: str) -> tuple[str, ...]:
        """Return the other names in a language; anything not English reads Chinese."""
        return self.alt_en if language.startswith("en") else self.alt_zh

    def names(self, language: str) -> tuple[str, ...]:
        """Return the preferred name and then the other names in a language."""
        return (self.label.in_(language), *self.alternatives(language))
