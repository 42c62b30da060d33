"""Lists of the platform ask the database as often for sixty rows as for ten."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from rongzhi.platform.accounts.actions import create_token
from rongzhi.platform.accounts.models import Membership, Organisation, Person
from rongzhi.platform.events.log import emit
from rongzhi.platform.files.actions import store_file
from rongzhi.platform.jobs.models import Job
from tests.support.queries import assert_constant

MOST = 25


@pytest.fixture
def add(operator):
    """Makers of one more record of each kind, each of an organisation and a person of its own where it has them."""

    def organisation(number: int) -> Organisation:
        return Organisation.objects.create(code=f"o-{number}", name_zh=f"单位{number}", kind="lab")

    def member(number: int) -> None:
        person = Person.objects.create(username=f"p-{number}")
        Membership.objects.create(person=person, organisation=operator.organisation, role="operator")

    def job(number: int) -> None:
        person = Person.objects.create(username=f"p-{number}")
        Job.objects.create(organisation=organisation(number), person=person, kind="k", title_zh="任", title_en="j")

    def event(number: int) -> None:
        with transaction.atomic():
            emit(operator, f"thing.{number}", f"thing/{number}", organisation=organisation(number))

    def token(number: int) -> None:
        create_token(operator, name=f"t-{number}", scopes=["read"], days=1)

    def file(number: int) -> None:
        store_file(operator, SimpleUploadedFile(f"{number}.csv", b"a,b\n1,2\n"), "x")

    return {"organisation": organisation, "member": member, "job": job, "event": event, "token": token, "file": file}


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/accounts/organisations/", "organisation"),
        ("/accounts/organisations/operator/", "member"),
        ("/accounts/tokens/", "token"),
        ("/platform/jobs/", "job"),
        ("/platform/events/", "event"),
        ("/platform/files/", "file"),
        ("/api/v1/organisations", "organisation"),
        ("/api/v1/organisations/operator/members", "member"),
        ("/api/v1/tokens", "token"),
        ("/api/v1/jobs", "job"),
        ("/api/v1/events", "event"),
        ("/api/v1/files", "file"),
    ],
)
def test_as_many_queries_for_sixty_rows_as_for_ten(client_for, operator, add, address, kind):
    assert assert_constant(client_for(operator), address, add[kind]) <= MOST


def test_the_helper_finds_what_grows(client_for, operator, monkeypatch):
    """A list that asks once for each row is caught."""
    from rongzhi.platform.accounts import api

    honest = api.queries.organisations_for

    def greedy(actor):
        found = honest(actor)
        return [*Organisation.objects.filter(pk__in=[each.pk for each in found for _ in [each.memberships.count()]])]

    monkeypatch.setattr(api.queries, "organisations_for", greedy)
    with pytest.raises(AssertionError, match="queries with 2 rows"):
        assert_constant(
            client_for(operator),
            "/api/v1/organisations",
            lambda number: Organisation.objects.create(code=f"o-{number}", name_zh="x", kind="lab"),
            few=2,
            many=6,
        )
