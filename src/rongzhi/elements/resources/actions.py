"""Verbs on the park's records; every page, API route, import and sample loader goes through these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import timezone

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.checking import Places, Tables, check_change
from rongzhi.elements.resources.kinds import KINDS, Kind, kind_of
from rongzhi.elements.resources.policy import may_create, may_import, may_write
from rongzhi.elements.resources.queries import active_rows
from rongzhi.elements.resources.writing import Change, Writer, check_version
from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document
from rongzhi.model.production.items import BomLine, Item, Routing
from rongzhi.model.production.network import Network
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action, once
from rongzhi.platform.events.log import emit

Mode = Literal["merge", "replace"]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or (as a trial) would do: one change a row, and warnings."""

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_trial: bool = False

    def count(self, act: str, table: str = "") -> int:
        """Return how many records were ``created``, ``updated``, ``unchanged`` or ``removed``."""
        return sum(change.act == act and table in {"", change.table} for change in self.changes)

    @property
    def tables(self) -> dict[str, dict[str, int]]:
        """The counts by table."""
        found: dict[str, dict[str, int]] = {}
        for change in self.changes:
            row = found.setdefault(change.table, {"created": 0, "updated": 0, "unchanged": 0, "removed": 0})
            row[change.act] += 1
        return found


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
    findings.extend(_check_owner(writer, kind, document))
    findings.raise_if_any()
    writer.judge(kind, document, record).enforce()
    return writer.write(kind, document, record, change)


def _check_owner(writer: Writer, kind: Kind, document: Any) -> Findings:
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


@action
def import_documents(
    actor: Actor,
    tables: Tables,
    *,
    mode: Mode = "merge",
    places: Places | None = None,
    is_trial: bool = False,
    owner: Organisation | None = None,
) -> ImportResult:
    """All rows are written or none: each is checked with all the others and judged like a single change.

    ``merge`` adds and changes, ``replace`` also takes out what the given tables no longer hold. A trial only tells.
    """
    may_import(actor).enforce()
    writer = Writer(actor, owner)
    writer.lock()
    places = places or {}
    gone = _gone(writer, tables) if mode == "replace" else {}
    findings = check_change(
        actor, tables, places, {table: {KINDS[table].key_of(row) for row in rows} for table, rows in gone.items()}
    )
    plans = _plans(writer, tables, places, findings)
    findings.raise_if_any()
    changes = [change for _, _, change, _ in plans]
    changes += [Change(table, KINDS[table].key_of(row), "removed") for table, rows in gone.items() for row in rows]
    if not is_trial:
        _write_all(writer, plans, places)
        _adopt(writer, plans)
        for table in reversed(list(KINDS)):
            for row in gone.get(table, ()):
                writer.remove(KINDS[table], row)
        result = ImportResult(tuple(changes), tuple(findings))
        if any(change.act != "unchanged" for change in changes):
            emit(actor, "resources.imported", "network/park", {"tables": result.tables, "mode": mode})
        return result
    return ImportResult(tuple(changes), tuple(findings), is_trial=True)


_Plan = tuple[Kind, Document, Change, tuple[Any, int]]


def _plans(writer: Writer, tables: Tables, places: Places, findings: Findings) -> list[_Plan]:
    plans: list[_Plan] = []
    for table, kind in KINDS.items():
        rows = tables.get(table, ())
        existing = writer.existing(kind, {kind.key(row) for row in rows}) if rows else {}
        for index, row in enumerate(rows):
            record = existing.get(kind.key(row))
            document, change = writer.plan(kind, row, record)
            place = places.get((table, index), f"{table}[{index}]")
            if change.act != "unchanged":
                problems = [*_check_owner(writer, kind, document), *writer.stops(kind, record, document)]
                findings.extend(
                    Finding(item.code, f"{place}:{item.where}", item.message, item.fix) for item in problems
                )
                if record is not None:
                    _refuse(findings, place, may_write(writer.actor, kind, kind.owner(record)))
                else:
                    _refuse(findings, place, may_create(writer.actor, kind))
            plans.append((kind, document, change, (record, index)))
    return plans


def _refuse(findings: Findings, place: str, verdict: Verdict) -> None:
    if not verdict:
        fix = Text("从文件中删去这一行", "leave this row out of the file")
        findings.error("denied", place, verdict.reason, fix)


def _write_all(writer: Writer, plans: list[_Plan], places: Places) -> None:
    """Write in the order of reference; the new owner is known only once what a row refers to is there."""
    for kind, document, change, (record, index) in plans:
        if change.act == "unchanged":
            continue
        verdict = writer.judge(kind, document, record)
        if not verdict:
            findings = Findings()
            _refuse(findings, places.get((kind.table, index), f"{kind.table}[{index}]"), verdict)
            findings.raise_if_any()
        writer.write(kind, document, record, change)


def _gone(writer: Writer, tables: Tables) -> dict[str, list[Any]]:
    """Return the records the given tables no longer hold and the actor may take out."""
    gone: dict[str, list[Any]] = {}
    for table, rows in tables.items():
        kind = KINDS[table]
        keys = {kind.key(row) for row in rows}
        gone[table] = [
            record
            for record in active_rows(kind, writer.actor)
            if kind.key_of(record) not in keys
            and getattr(record, "is_active", True)
            and may_write(writer.actor, kind, kind.owner(record))
        ]
    return gone


def _adopt(writer: Writer, plans: list[_Plan]) -> None:
    """A new calendar or matrix only one organisation uses becomes that organisation's."""
    if not writer.actor.is_operator:
        return
    new = {(plan[0].table, plan[2].key) for plan in plans if plan[2].act == "created"}
    users: dict[str, set[int]] = {}
    for code, owner in records.Factory.objects.values_list("calendar__code", "organisation_id"):
        users.setdefault(code, set()).add(owner)
    matrices: dict[str, set[int]] = {}
    machines = records.Machine.objects.values_list(
        "calendar__code", "changeover_matrix", "work_centre__factory__organisation_id"
    )
    for code, matrix, owner in machines:
        users.setdefault(code or "", set()).add(owner)
        matrices.setdefault(matrix, set()).add(owner)
    for code, owner in records.OpenCapacity.objects.values_list(
        "calendar__code", "work_centre__factory__organisation_id"
    ):
        users.setdefault(code or "", set()).add(owner)
    for code, owners in users.items():
        if ("calendars", code) in new and len(owners) == 1:
            records.Calendar.objects.filter(code=code).update(organisation_id=next(iter(owners)))
    fresh = {key.split("~")[0] for table, key in new if table == "changeovers"}
    for matrix, owners in matrices.items():
        if matrix in fresh and len(owners) == 1:
            records.Changeover.objects.filter(matrix=matrix).update(organisation_id=next(iter(owners)))


@action
def load_network(
    actor: Actor,
    network: Network,
    items: Sequence[Item] = (),
    bom: Sequence[BomLine] = (),
    routings: Sequence[Routing] = (),
    *,
    mode: Mode = "merge",
    is_trial: bool = False,
    owner: Organisation | None = None,
) -> ImportResult:
    """A whole network is taken over at once; the operator's also brings its name and currency.

    ``owner`` is the organisation new items belong to: the actor's own by default, else the operator's.
    """
    tables: dict[str, Sequence[Document]] = {
        table: getattr(network, table) for table, kind in KINDS.items() if not kind.is_item
    }
    tables |= {"items": items, "bom": bom, "routings": routings}
    if mode == "replace":  # an empty list says nothing of what is there
        tables = {table: rows for table, rows in tables.items() if rows}
    result = import_documents(actor, tables, mode=mode, is_trial=is_trial, owner=owner)
    if actor.is_operator and not is_trial:
        names = {"name_zh": network.name.zh, "name_en": network.name.en, "currency": network.currency}
        records.Park.objects.update_or_create(pk=1, defaults=names)
    return result


@action
def remember_mapping(actor: Actor, table: str, columns: Mapping[str, str]) -> records.ColumnMapping:
    """An organisation's column names are kept for its next import of the same table."""
    kind_of(table)
    may_import(actor).enforce()
    if actor.organisation is None:
        raise Conflict(Text("没有单位可记住列对应", "there is no organisation to remember the columns for"))
    mapping, _ = records.ColumnMapping.objects.update_or_create(
        organisation=actor.organisation,
        table=table,
        defaults={"columns": dict(columns), "changed_at": timezone.now()},
    )
    emit(actor, "mapping.remembered", f"mapping/{table}", {"columns": dict(columns)})
    return mapping
