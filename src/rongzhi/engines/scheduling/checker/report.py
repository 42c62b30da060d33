"""What the checker reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rongzhi.kernel.findings import Finding, Severity
from rongzhi.kernel.text import Text

_FIX = Text("报告此计划；不要发布", "report this plan; do not publish it")


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    Parameters
    ----------
    rule : str
        Kebab-case name, such as ``machine-overlap``.
    operations : tuple of str
        Who breaks it.
    message : Text
        With the times (time units of the problem).
    """

    rule: str
    operations: tuple[str, ...]
    message: Text

    def as_finding(self) -> Finding:
        """Return the violation as a finding of severity error."""
        return Finding(self.rule, " ".join(self.operations), self.message, _FIX, Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Verification:
    """The checker's answer.

    Parameters
    ----------
    violations : tuple of Violation
    values : mapping of str to float
        Every objective `Term` by name.
    """

    violations: tuple[Violation, ...]
    values: Mapping[str, float]

    @property
    def is_valid(self) -> bool:
        """Whether the plan keeps every rule."""
        return not self.violations

    def __str__(self) -> str:
        if self.is_valid:
            return "valid"
        return "\n".join(f"{each.rule}: {', '.join(each.operations)}: {each.message.en}" for each in self.violations)
