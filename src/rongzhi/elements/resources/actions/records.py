"""Verbs on single records: create, change, deactivate, restore."""

from __future__ import annotations

from typing import Any

from rongzhi.elements.resources.checking import check_change
from rongzhi.elements.resources.kinds import Kind, kind_of
from rongzhi.elements.resources.models import Calendar, Machine, OpenCapacity
from rongzhi.elements.resources.policy import may_create, may_write
from rongzhi.elements.resources.writing import Writer, check_version
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document, Name
from rongzhi.model.production.network import ExceptionDocument
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.actions import action, once


@action
def create_record(actor: Actor, table: str, document: Document, *, idempotency_key: str = "") -> Any:
    """A code is given once; a deactivated record of the same code comes back to life."""
    kind = kind_of(table)
    may_create(actor, kind).enforce()

    def make() -> Any:
        writer = Writer(actor)
        writer.lock()
        record = writer.existing(kind, {kind.key(document)}).get(kind.key(document))
        if record is not None and getattr(record, "is_active", True):
            findings = Findings()
            key = kind.key(document)
            findings.error(
                "duplicate",
                kind.key_fields[0],
                Text(zh=f"已有{kind.label.zh}“{key}”", en=f"there already is a {kind.label.en} '{key}'"),
                Text(zh="换一个代码，或修改已有的", en="use another code or change the one there is"),
            )
            findings.raise_if_any()
        return _put(writer, kind, document, record)

    return once(actor, f"create_{kind.name}", idempotency_key, document.model_dump_json(), make)


@action
def update_record(actor: Actor, table: str, key: str, document: Document, *, version: int | None = None) -> Any:
    """The owner or the operator replaces a record, from the state they saw (``version``)."""
    kind = kind_of(table)
    writer = Writer(actor)
    writer.lock()
    record = kind.find(kind.rows(actor), key)
    may_write(actor, kind, kind.owner(record)).enforce()
    check_version(kind, record, version)
    if kind.key(document) != key:
        findings = Findings()
        findings.error(
            "code-is-fixed",
            kind.key_fields[0],
            Text(zh=f"代码不能从“{key}”改为“{kind.key(document)}”", en=f"the code '{key}' cannot be changed"),
            Text(zh="新建一条，再停用旧的", en="make a new one and deactivate this one"),
        )
        findings.raise_if_any()
    return _put(writer, kind, document, record)


@action
def add_maintenance(actor: Actor, machine: str, exception: ExceptionDocument, *, idempotency_key: str = "") -> Any:
    """Shut a machine for a time: in its own calendar, which it gets as a copy where it shares one with others."""
    machines, calendars = kind_of("machines"), kind_of("calendars")
    record = machines.find(machines.rows(actor), machine)
    may_write(actor, machines, machines.owner(record)).enforce()

    def make() -> Any:
        factory = record.work_centre.factory
        writer = Writer(actor, factory.organisation)
        writer.lock()
        used = record.calendar or factory.calendar
        document = calendars.read(used)
        document = document.model_copy(update={"exceptions": (*document.exceptions, exception)})
        is_own = record.calendar is not None and bool(may_write(actor, calendars, used.organisation))
        if is_own and not _is_shared(used, record):
            return _put(writer, calendars, document, used)
        name = document.name or Name(zh=document.code, en=document.code)
        own = {
            "code": _free_code(f"{machine}-calendar".lower()),
            "name": Name(zh=f"{name.zh} · {machine}", en=f"{name.en or name.zh} · {machine}"),
        }
        kept = _put(writer, calendars, document.model_copy(update=own), None)
        _put(writer, machines, machines.read(record).model_copy(update={"calendar": kept.code}), record)
        return kept

    return once(actor, "add_maintenance", idempotency_key, exception.model_dump_json() + machine, make)


def _is_shared(calendar: Calendar, machine: Machine) -> bool:
    """Whether anything but this machine works by the calendar."""
    others = calendar.machines.exclude(pk=machine.pk).exists() or calendar.factories.exists()
    opened = OpenCapacity.objects.filter(calendar=calendar).exists()
    return others or opened


def _free_code(wish: str) -> str:
    taken = set(Calendar.objects.filter(code__startswith=wish).values_list("code", flat=True))
    return next(code for code in (wish, *(f"{wish}-{number}" for number in range(2, 10_000))) if code not in taken)


@action
def deactivate_record(actor: Actor, table: str, key: str, *, version: int | None = None) -> Any:
    """What nothing uses may be taken out; what a plan may have used is kept, deactivated."""
    kind = kind_of(table)
    writer = Writer(actor)
    writer.lock()
    record = kind.find(kind.rows(actor), key)
    may_write(actor, kind, kind.owner(record)).enforce()
    check_version(kind, record, version)
    if getattr(record, "is_active", True):
        writer.remove(kind, record)
    return record


@action
def restore_record(actor: Actor, table: str, key: str, *, version: int | None = None) -> Any:
    """A deactivated record is taken into use again if it still fits what it refers to."""
    kind = kind_of(table)
    writer = Writer(actor)
    writer.lock()
    record = kind.find(kind.rows(actor), key)
    may_write(actor, kind, kind.owner(record)).enforce()
    check_version(kind, record, version)
    document = kind.read(record)
    if "is_active" in type(document).model_fields:
        document = document.model_copy(update={"is_active": True})
    return _put(writer, kind, document, record)


def _put(writer: Writer, kind: Kind, document: Document, record: Any | None) -> Any:
    """Check and write one document."""
    document, change = writer.plan(kind, document, record)
    if change.act == "unchanged":
        return record
    findings = check_change(writer.actor, {kind.table: [document]})
    findings.extend(writer.stops(kind, record, document))
    findings.extend(check_owner(writer, kind, document))
    findings.raise_if_any()
    writer.judge(kind, document, record).enforce()
    return writer.write(kind, document, record, change)


def check_owner(writer: Writer, kind: Kind, document: Any) -> Findings:
    findings = Findings()
    if kind.table == "factories" and writer.refs.organisation(document.organisation) is None:
        findings.error(
            "unknown-organisation",
            "organisation",
            Text(
                zh=f"没有单位“{document.organisation}”" if document.organisation else "未填写所属单位",
                en=f"there is no organisation '{document.organisation}'"
                if document.organisation
                else "the owning organisation is missing",
            ),
            Text(zh="填写成员工厂的单位代码", en="enter the member's organisation code"),
        )
    return findings
