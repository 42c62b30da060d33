"""Refusals that belong to the web: who one is, how often one may ask, how much one may send."""

from __future__ import annotations

from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected, RongzhiError, Unavailable
from rongzhi.kernel.text import Text


class Unauthenticated(Denied):
    """Nobody is logged in, or the token is not good."""

    code = "unauthenticated"


class TooManyAttempts(RongzhiError, PermissionError):
    """Asked too often; ``retry_after_s`` says when to come back."""

    code = "too-many-attempts"

    def __init__(self, message: Text, *, retry_after_s: int, fix: Text | None = None) -> None:
        super().__init__(message, fix=fix)
        self.retry_after_s = retry_after_s


class TooLarge(RongzhiError, ValueError):
    """The upload is larger than the limit."""

    code = "too-large"


STATUS: tuple[tuple[type[RongzhiError], int], ...] = (
    (Unauthenticated, 401),
    (Denied, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (Rejected, 422),
    (TooManyAttempts, 429),
    (Unavailable, 503),
)


def status_of(error: RongzhiError) -> int:
    """Return the HTTP status an error answers with."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)
