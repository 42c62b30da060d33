"""The one tree of errors. Messages say what happened, where, and what to do, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rongzhi.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rongzhi.kernel.findings import Finding


class RongzhiError(Exception):
    """Root of all errors raised on purpose.

    Parameters
    ----------
    message : Text
        What happened.
    where : str
        Place in the input or the system, such as ``orders[3].due``.
    fix : Text or None
        What the person can do.
    """

    code = "error"

    def __init__(self, message: Text, *, where: str = "", fix: Text | None = None) -> None:
        self.message = message
        self.where = where
        self.fix = fix
        place = f"{where}: " if where else ""
        mend = f" ({fix.en})" if fix else ""
        super().__init__(f"{place}{message.en}{mend}")


class Rejected(RongzhiError, ValueError):
    """The input has at least one finding of severity error; nothing was changed."""

    code = "rejected"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        count = sum(finding.severity == "error" for finding in findings)
        first = next((finding for finding in findings if finding.severity == "error"), None)
        message = Text(
            zh=f"发现 {count} 处错误，未作任何更改",
            en=f"{count} error{'s' if count != 1 else ''} found; nothing was changed",
        )
        if first is not None:
            message = Text(zh=f"{message.zh}：{first.message.zh}", en=f"{message.en}: {first.message.en}")
        super().__init__(message, where=first.where if first else "", fix=first.fix if first else None)


class NotFound(RongzhiError, LookupError):
    """The thing does not exist, or the person may not know that it does."""

    code = "not-found"


class Denied(RongzhiError, PermissionError):
    """The person may not do this; the message is the policy's reason."""

    code = "denied"


class Conflict(RongzhiError, RuntimeError):
    """Somebody else changed the thing first, or it is in a state that does not allow the act."""

    code = "conflict"


class Unavailable(RongzhiError, RuntimeError):
    """An optional part (adapter, solver, server) is not installed or not reachable."""

    code = "unavailable"
