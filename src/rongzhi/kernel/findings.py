"""Findings: what a check has to say, collected first and reported once.

A finding carries its place and its mend in both languages, so that a page, an API answer and a terminal show
the same thing. Checks return lists of findings; only the caller decides whether to raise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.text import Text


class Severity(StrEnum):
    """How much a finding weighs: an error rejects the input, a warning is shown, a note explains."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found.

    Parameters
    ----------
    code : str
        Stable kebab-case name of the rule, for programs (``unknown-machine``).
    where : str
        Place in the input: ``orders[3].due`` or ``orders.csv:14:due``.
    message : Text
        What is wrong, with the offending value and the limit it breaks.
    fix : Text
        What the person can do about it.
    severity : Severity
    """

    code: str
    where: str
    message: Text
    fix: Text
    severity: Severity = Severity.ERROR

    def as_dict(self, language: str = "zh") -> dict[str, str]:
        """Return the finding as plain strings in one language."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "where": self.where,
            "message": self.message.in_(language),
            "fix": self.fix.in_(language),
        }


class Findings:
    """A growing list of findings; every check adds to it instead of stopping at the first."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[Finding] = ()) -> None:
        self._items: list[Finding] = list(items)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def error(self, code: str, where: str, message: Text, fix: Text) -> None:
        """Add a finding that rejects the input."""
        self._items.append(Finding(code, where, message, fix, Severity.ERROR))

    def warning(self, code: str, where: str, message: Text, fix: Text) -> None:
        """Add a finding that is shown but rejects nothing."""
        self._items.append(Finding(code, where, message, fix, Severity.WARNING))

    def note(self, code: str, where: str, message: Text, fix: Text) -> None:
        """Add a finding that only explains."""
        self._items.append(Finding(code, where, message, fix, Severity.NOTE))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add findings another check collected."""
        self._items.extend(findings)

    @property
    def errors(self) -> list[Finding]:
        """The findings that reject the input."""
        return [finding for finding in self._items if finding.severity is Severity.ERROR]

    @property
    def is_clean(self) -> bool:
        """Whether nothing rejects the input."""
        return not self.errors

    def raise_if_any(self) -> None:
        """Raise `Rejected` with all findings if at least one is an error."""
        if not self.is_clean:
            raise Rejected(list(self._items))
