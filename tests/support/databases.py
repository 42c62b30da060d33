"""A database of its own on the PostgreSQL server the suite runs on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


@contextmanager
def own_database(template: str = "template1") -> Iterator[str]:
    """Create a database beside the suite's own as a copy of another, give its address, and drop it afterwards."""
    url = os.environ["RONGZHI_DATABASE_URL"]
    name = f"house_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield f"{url.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
