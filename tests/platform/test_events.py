"""The event log: append-only at every level, hash-chained, verifiable, whole under concurrent writers."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.kernel.errors import Conflict
from rongzhi.platform.access.actor import PUBLIC, SYSTEM
from rongzhi.platform.events import guard, log
from rongzhi.platform.events.cloud import as_cloud_event
from rongzhi.platform.events.log import digest, emit, verify
from rongzhi.platform.events.models import ChainHead, Event
from rongzhi.platform.events.queries import events_for
from rongzhi.platform.plain import plain


def write(actor, count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            emit(actor, "thing.happened", f"thing/{number}", {"n": number, "share": 0.1, "name": "甲厂"})


def test_chain_holds_and_names_the_doer(operator):
    write(operator, 3)
    event = Event.objects.get(sequence=2)
    assert (event.actor, event.organisation.code, event.data["n"]) == ("operator-person", "operator", 1)
    assert event.previous_hash == Event.objects.get(sequence=1).hash
    assert verify().count == 3
    assert verify().is_whole


def test_emit_outside_a_transaction_is_refused(transactional_db):
    with pytest.raises(RuntimeError, match="inside the transaction"):
        emit(SYSTEM, "a.b", "c/1")


def test_models_refuse_change_and_deletion(operator):
    write(operator, 1)
    event = Event.objects.get()
    event.type = "thing.else"
    for act in (event.save, event.delete, Event.objects.all().delete, lambda: Event.objects.update(type="x")):
        with pytest.raises(Conflict):
            act()
    assert Event.objects.get().type == "thing.happened"


@pytest.mark.parametrize(
    "sql", ["UPDATE events_event SET type = 'x' WHERE sequence = 2", "DELETE FROM events_event WHERE sequence = 2"]
)
def test_database_refuses_change_and_deletion(operator, sql):
    write(operator, 3)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert verify() == verify().__class__(3)


@pytest.mark.parametrize(
    ("sql", "place", "reason"),
    [
        ("UPDATE events_event SET actor = 'x' WHERE sequence = 2", 2, "content"),
        ("UPDATE events_event SET hash = 'x' WHERE sequence = 2", 2, "content"),
        ("DELETE FROM events_event WHERE sequence = 2", 2, "missing"),
        ("DELETE FROM events_event WHERE sequence = 3", 3, "end are missing"),
        ("UPDATE events_chainhead SET sequence = 2", 3, "head"),
        ("UPDATE events_chainhead SET hash = 'x'", 4, "head"),
        ("DELETE FROM events_chainhead", 1, "head"),
    ],
)
def test_tampering_past_the_triggers_is_found_with_its_place(operator, sql, place, reason):
    write(operator, 3)
    guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    guard.install(connection)
    report = verify()
    assert report.broken_at == place
    assert reason in report.reason
    with pytest.raises(CommandError, match=f"broken at event {place}"):
        call_command("verify_events")


def test_command_says_whole_and_misses_the_triggers(operator):
    write(operator, 2)
    out = StringIO()
    call_command("verify_events", stdout=out)
    assert "2 events" in out.getvalue()
    guard.remove(connection)
    with pytest.raises(CommandError, match="triggers"):
        call_command("verify_events")
    guard.install(connection)
    assert guard.is_installed(connection)


def test_only_own_events_are_seen(operator, factory_actor, other_factory):
    write(factory_actor, 2)
    write(other_factory, 1)
    assert events_for(factory_actor).count() == 2
    assert events_for(operator).count() == 3
    assert events_for(PUBLIC).count() == 0


def test_filters(factory_actor):
    write(factory_actor, 3)
    with transaction.atomic():
        emit(factory_actor, "plan.published", "plan/P1")
    assert events_for(factory_actor, type_="thing.*").count() == 3
    assert events_for(factory_actor, type_="plan.published").get().subject == "plan/P1"
    assert events_for(factory_actor, subject="thing/2").get().data["n"] == 2
    assert events_for(factory_actor, by="nobody").count() == 0
    middle = Event.objects.get(sequence=3).time
    assert events_for(factory_actor, since=middle).count() == 2
    assert events_for(factory_actor, until=middle).count() == 2


def test_cloud_event_shape(factory_actor):
    write(factory_actor, 1)
    body = as_cloud_event(Event.objects.get())
    assert body["specversion"] == "1.0"
    assert body["type"] == "rongzhi.thing.happened"
    assert body["time"].endswith("Z")
    assert body["organisation"] == "factory-a"
    assert all(name == name.lower() and name.isalnum() for name in body)
    json.dumps(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.django_db
@given(st.dictionaries(st.text(max_size=4), json_values, max_size=3))
def test_digest_survives_the_database_whatever_the_data(data):
    with transaction.atomic():
        event = emit(SYSTEM, "data.kept", "data/1", data)
    assert digest(Event.objects.get(sequence=event.sequence)) == event.hash


@given(json_values)
def test_plain_is_settled_after_one_pass(value):
    assert plain(plain(value)) == plain(value)
    json.dumps(plain(value), allow_nan=False)


EMIT = """
import sys
from django.db import transaction
from rongzhi.platform.access.actor import SYSTEM
from rongzhi.platform.events.log import emit
for n in range(40):
    with transaction.atomic():
        emit(SYSTEM, 'thing.happened', f'thing/{n}', {'n': n})
"""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a statement of SQLite")
def test_an_event_is_not_replaced_by_another_with_its_number(operator):
    write(operator, 2)
    columns = [field.column for field in Event._meta.concrete_fields]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join("'x'" if name == "type" else f'"{name}"' for name in columns)
    copy = f"INSERT OR REPLACE INTO events_event ({names}) SELECT {values} FROM events_event WHERE sequence = 1"
    with transaction.atomic(), pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(copy)
    assert verify().is_whole


@pytest.mark.slow
@pytest.mark.django_db
def test_two_processes_writing_at_once_keep_the_chain_whole(house):
    command = [sys.executable, "-c", f"import django; django.setup()\n{EMIT}"]
    writers = [
        subprocess.Popen(command, env=house.environment, cwd=house.folder, stderr=subprocess.PIPE) for _ in range(2)
    ]
    errors = [writer.communicate(timeout=60)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], errors
    assert "80 events" in house.manage("verify_events").stdout


@pytest.mark.slow
@pytest.mark.django_db
def test_verify_while_another_process_writes_never_cries_wolf(house):
    command = [sys.executable, "-c", f"import django; django.setup()\n{EMIT}"]
    watch = """
from rongzhi.platform.events.log import verify
for _ in range(25):
    report = verify()
    assert report.is_whole, report
"""
    with house.started(*command) as writer:
        house.python(watch)
        assert writer.wait(timeout=60) == 0
    assert "40 events" in house.manage("verify_events").stdout


def test_an_event_written_between_the_reads_of_verify_is_no_fault(operator, monkeypatch):
    write(operator, 2)
    read = log._head

    def slow_read():
        head = read()
        write(operator, 1)
        return head

    monkeypatch.setattr(log, "_head", slow_read)
    assert log.verify() == log.ChainReport(2)


def test_head_is_one_row(operator):
    write(operator, 1)
    assert ChainHead.objects.count() == 1
