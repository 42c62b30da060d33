"""Query parameters of a route: one it does not know is refused, for a filter misspelt must not show everything."""

from __future__ import annotations

import difflib

from django.http import HttpRequest
from ninja.operation import PathView

from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text


def refuse_unknown(request: HttpRequest) -> None:
    """Raise `Rejected` with every query parameter the route asked for does not take."""
    known = known_parameters(request)
    if known is None:
        return
    findings = [_unknown(name, known) for name in request.GET if name not in known]
    if findings:
        raise Rejected(findings)


def known_parameters(request: HttpRequest) -> set[str] | None:
    """Return the names of the query parameters of the route asked for; None if it is not known."""
    match = request.resolver_match
    cells = getattr(match.func, "__closure__", None) if match is not None else None
    view = next((cell.cell_contents for cell in cells or () if isinstance(cell.cell_contents, PathView)), None)
    operation = view._find_operation(request) if view is not None else None
    if operation is None:
        return None
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return {name for model in models for name in getattr(model, "__ninja_flatten_map__", None) or model.model_fields}


def _unknown(name: str, known: set[str]) -> Finding:
    shown = name[:60]
    near = difflib.get_close_matches(name, sorted(known), n=3)
    options = ", ".join(near or sorted(known))
    return Finding(
        "unknown-parameter",
        f"query.{shown}",
        Text(f"没有参数“{shown}”", f"there is no parameter '{shown}'"),
        Text(f"可用：{options}", f"use one of: {options}"),
    )
