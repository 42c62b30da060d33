"""Idempotency keys of requests."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from pydantic import BaseModel


def idempotency_key(request: HttpRequest) -> str:
    """Return the request's ``Idempotency-Key``; empty when none was sent."""
    return request.headers.get("Idempotency-Key", "").strip()


def canonical(body: BaseModel | dict[str, Any]) -> str:
    """Return a request body as text that does not depend on the order of its keys."""
    plain = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, default=str)
