"""A park with something of everything in it, and who may see it: what the walk over all routes walks through."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from rongzhi.business.sharing.actions.sampling import load_sample
from rongzhi.business.sharing.models import Order
from rongzhi.elements.resources.kinds import KINDS
from rongzhi.foundation.ledger import actions as ledger
from rongzhi.platform.access.actor import SYSTEM, Actor
from rongzhi.platform.access.middleware import actor_for
from rongzhi.platform.accounts.actions import create_token
from rongzhi.platform.accounts.models import Membership, Organisation, Person
from rongzhi.platform.events.models import Event
from rongzhi.platform.files.actions import store_file
from rongzhi.platform.jobs.models import Job
from tests.platform.routes import ROLES, TABLES


@dataclass
class Sample:
    """A record: what stands in its address, and whose it is (None: everybody's)."""

    kwargs: dict[str, Any]
    owner: Organisation | None = None


@dataclass
class World:
    """One actor of each role, a stranger of the owner's role for each, and the sample records."""

    actors: dict[str, Actor]
    strangers: dict[str, Actor]
    samples: dict[str, Sample] = field(default_factory=dict)


def _actor(organisation: Organisation) -> Actor:
    return actor_for(Person.objects.filter(memberships__organisation=organisation).first(), organisation.code)  # type: ignore[arg-type]


def build() -> World:
    """Load the sample park and add one of everything the platform keeps, owned by the first factory."""
    load_sample(SYSTEM, limit=4)
    actors, strangers = {}, {}
    for role in ROLES:
        found = list(Organisation.objects.filter(kind=role).order_by("code")[:2])
        actors[role] = _actor(found[0])
        if len(found) > 1:
            strangers[role] = _actor(found[1])
    order = Order.objects.select_related("organisation").order_by("code").first()
    assert order is not None
    actors["customer"] = _actor(order.organisation)
    strangers["customer"] = _actor(Organisation.objects.filter(kind="customer").exclude(pk=order.organisation.pk)[0])
    world = World(actors, strangers)
    _platform(world)
    _resources(world)
    _ledger(world)
    world.samples["order"] = Sample({"code": order.code}, order.organisation)
    return world


def _platform(world: World) -> None:
    owner = world.actors["factory"]
    home = owner.organisation
    assert home is not None
    token, _ = create_token(owner, name="t", scopes=["read"], days=1)
    file = store_file(owner, SimpleUploadedFile("a.csv", b"a,b\n1,2\n"), "walk")
    job = Job.objects.create(organisation=home, kind="walk", title_zh="走", title_en="walk", person=owner.person)
    event = Event.objects.filter(organisation=home).order_by("-sequence").first()
    member = Membership.objects.get(person=owner.person)
    assert event is not None
    world.samples |= {
        "leaf": Sample({"number": "3.4"}),
        "organisation": Sample({"code": home.code}, home),
        "member": Sample({"member_id": member.pk}, home),
        "token": Sample({"token_id": token.pk}, home),
        "job": Sample({"job_id": job.pk}, home),
        "event": Sample({"sequence": event.pk}, home),
        "file": Sample({"file_id": file.pk}, home),
        "skos": Sample({"form": "ttl"}),
        "term": Sample({"key": "due_date"}),
        "table": Sample({"table": "places", "form": "csv"}),
        "nothing": Sample({}, Organisation(code="nobody")),
    }


def _resources(world: World) -> None:
    home = world.actors["factory"].organisation
    for name, table in TABLES.items():
        kind = KINDS[table]
        rows = list(kind.rows(world.actors["operator"])[:200])
        own = next((row for row in rows if kind.owner(row) == home), None)
        record = own or (rows[0] if rows else None)
        if record is None:
            world.samples[name] = Sample({"key": "missing"}, Organisation(code="nobody"))
        else:
            world.samples[name] = Sample({"key": kind.key_of(record)}, kind.owner(record))


def _ledger(world: World) -> None:
    home = world.actors["factory"].organisation
    assert home is not None
    lines = (
        ledger.LineDraft(organisation=home.code, account="1002", debit=Decimal(1)),
        ledger.LineDraft(organisation=home.code, account="4001", credit=Decimal(1)),
    )
    draft = ledger.EntryDraft(date=date(2026, 1, 5), kind="opening", subject="voucher/1", lines=lines)
    entry = ledger.post_by_hand(world.actors["factory"], draft, idempotency_key="walk")
    world.samples["ledger_entry"] = Sample({"code": entry.code}, home)


def nonsense(name: str, converter: str) -> Any:
    """A value no record has, for a part of an address."""
    if converter == "uuid" or name.endswith(("job_id", "file_id", "draft")):
        return uuid.uuid4()
    return 987654321 if converter == "int" or name.endswith("_id") else "no-such-thing"
