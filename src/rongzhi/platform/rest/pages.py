"""Pages of results: ``limit`` and ``offset`` in, items and total out."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field

Item = TypeVar("Item")

MOST = 500


class Paging(Schema):
    """Which part of a list is wanted; use as ``paging: Query[Paging]``."""

    limit: int = Field(50, ge=1, le=MOST, description="每页条数 / items on the page")
    offset: int = Field(0, ge=0, le=10_000_000, description="跳过的条数 / items to skip")


class Page(Schema, Generic[Item]):
    """A part of a list with the number of all items."""

    items: list[Item]
    total: int
    limit: int
    offset: int


def page_of(rows: QuerySet[Any] | list[Any], paging: Paging) -> dict[str, Any]:
    """Return one page of rows with the total, for ``response=Page[...]``."""
    total = len(rows) if isinstance(rows, list) else rows.count()
    return {
        "items": list(rows[paging.offset : paging.offset + paging.limit]),
        "total": total,
        "limit": paging.limit,
        "offset": paging.offset,
    }
