"""Addresses written before the addresses are known: class attributes of pages."""

from __future__ import annotations

from typing import cast

from django.urls import reverse_lazy


def address(name: str) -> str:
    """Return the address of a named page, looked up when it is first used."""
    return cast("str", reverse_lazy(name))
