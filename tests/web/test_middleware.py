"""Addresses nobody may send."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "kind"), [("/search?q=%00", "text/html"), ("/api/v1/terms?q=a%00b", "application/problem+json")]
)
def test_nul_characters_are_refused_as_a_bad_request(address: str, kind: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith(kind)
