"""Bilingual text: every sentence a person may read exists in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or label in both languages of the product.

    Parameters
    ----------
    zh, en : str
        The same statement written as a native would write it.
    """

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the text for a language tag such as ``zh-hans`` or ``en-gb``; anything not English reads Chinese."""
        return self.en if language.startswith("en") else self.zh

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its English noun: ``1 line``, ``2 lines``; ``many`` where an s is not enough."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
