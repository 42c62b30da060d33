"""Counting queries: a list page asks as many for sixty rows as for ten."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def queries_of(client: Client, address: str) -> list[str]:
    """Return the queries one GET makes, when everything that is looked up once has been."""
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
    return [query["sql"] for query in captured.captured_queries]


def assert_constant(client: Client, address: str, add: Callable[[int], None], few: int = 10, many: int = 60) -> int:
    """Check that an address makes the same number of queries with few rows as with many, and give that number.

    ``add(number)`` makes the record of that number; called with 0 to ``many - 1``.
    """
    for number in range(few):
        add(number)
    before = queries_of(client, address)
    for number in range(few, many):
        add(number)
    after = queries_of(client, address)
    grown = sorted(set(after) - set(before))
    assert len(after) == len(before), (
        f"{address}: {len(before)} queries with {few} rows, {len(after)} with {many}: {grown}"
    )
    return len(after)
