"""The API reference as a file."""

from __future__ import annotations

import json

from rongzhi.api.v1 import api


def openapi_text() -> str:
    """Return the OpenAPI document as it is committed: stable order, readable, ending in a new line."""
    schema = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
