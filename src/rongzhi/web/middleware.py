"""The content security policy (pages load only our own files and run no inline code), and addresses nobody may send."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

NUL = "the address holds a NUL character"
STRICT = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
API_DOCS = STRICT + "; style-src 'self' 'unsafe-inline'"
"""The API browser (swagger-ui) writes style attributes; scripts stay strict there too."""


class ContentSecurityPolicyMiddleware:
    """Adds the policy to every answer that has none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = API_DOCS if request.path.startswith("/api/v1/docs") else STRICT
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


class CleanAddressMiddleware:
    """Refuses addresses with a NUL character, which no record can hold and PostgreSQL does not even search for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            raise SuspiciousOperation(NUL)
        return self.get_response(request)
