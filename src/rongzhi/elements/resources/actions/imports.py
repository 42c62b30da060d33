"""Verbs on many records at once: whole networks, uploaded tables, and the steps of the import wizard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.actions.records import check_owner
from rongzhi.elements.resources.checking import Places, Tables, check_change
from rongzhi.elements.resources.exchange import Reading, read_file, sheets_of
from rongzhi.elements.resources.kinds import KINDS, Kind
from rongzhi.elements.resources.policy import may_create, may_import, may_write
from rongzhi.elements.resources.queries import active_rows
from rongzhi.elements.resources.writing import Change, Writer
from rongzhi.kernel.errors import Conflict, NotFound, Rejected
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document
from rongzhi.model.production.items import BomLine, Item, Routing
from rongzhi.model.production.network import Network
from rongzhi.model.production.table_specs import TABLES
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit
from rongzhi.platform.files.actions import store_file
from rongzhi.platform.files.models import StoredFile

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
                problems = [*check_owner(writer, kind, document), *writer.stops(kind, record, document)]
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
def remember_mapping(actor: Actor, sheet: str, columns: Mapping[str, str]) -> records.ColumnMapping:
    """An organisation's headings are kept for its next import of the same table."""
    may_import(actor).enforce()
    if sheet not in TABLES:
        raise NotFound(Text(f"没有名为“{sheet}”的表", f"there is no table '{sheet}'"), where=sheet)
    if actor.organisation is None:
        raise Conflict(Text("没有单位可记住列对应", "there is no organisation to remember the columns for"))
    mapping, _ = records.ColumnMapping.objects.update_or_create(
        organisation=actor.organisation,
        table=sheet,
        defaults={"columns": dict(columns), "changed_at": timezone.now()},
    )
    emit(actor, "mapping.remembered", f"mapping/{sheet}", {"columns": dict(columns)})
    return mapping


@dataclass(frozen=True, slots=True)
class Trial:
    """What an import would do: what was read, what would change, and everything that is wrong, in one list."""

    reading: Reading
    result: ImportResult
    findings: Findings = field(default_factory=Findings)


def try_import(
    actor: Actor, table: str, content: bytes, name: str, *, mappings: Mapping[str, Mapping[str, str]], mode: Mode
) -> Trial:
    """Read a file and say what importing it would do; nothing is written."""
    reading = read_file(actor, table, content, name, mappings)
    findings = Findings(reading.findings)
    result = ImportResult(is_trial=True)
    try:
        result = import_documents(actor, reading.documents, mode=mode, places=reading.places, is_trial=True)
        findings.extend(result.findings)
    except Rejected as error:
        known = reading.findings.is_clean
        findings.extend(item for item in error.findings if known or not item.code.startswith("unknown-"))
    return Trial(reading, result, findings)


@action
def import_tables(
    actor: Actor,
    table: str,
    content: bytes,
    name: str,
    *,
    mappings: Mapping[str, Mapping[str, str]] | None = None,
    mode: Mode = "merge",
    is_trial: bool = False,
) -> ImportResult:
    """A file of a table (or of ``all``) is imported whole or not at all; every finding of every row is told at once."""
    may_import(actor).enforce()
    chosen = mappings if mappings is not None else remembered(actor)
    trial = try_import(actor, table, content, name, mappings=chosen, mode=mode)
    trial.findings.raise_if_any()
    if is_trial:
        return ImportResult(trial.result.changes, tuple(trial.findings), is_trial=True)
    result = import_documents(actor, trial.reading.documents, mode=mode, places=trial.reading.places)
    return ImportResult(result.changes, tuple(trial.findings))


def remembered(actor: Actor) -> dict[str, dict[str, str]]:
    """Return the mappings an organisation used last, by table."""
    if actor.organisation is None:
        return {}
    rows = records.ColumnMapping.objects.visible_to(actor).filter(organisation=actor.organisation)
    return dict(rows.values_list("table", "columns"))


@action
def open_import(actor: Actor, table: str, upload: UploadedFile[Any]) -> records.ImportDraft:
    """An uploaded file waits for its columns to be confirmed; nothing of it is imported yet."""
    may_import(actor).enforce()
    sheets_of(table)
    stored = store_file(actor, upload, f"import:{table}", ("csv", "xlsx", "zip"))
    return records.ImportDraft.objects.create(
        organisation=stored.organisation,
        name=stored.name,
        sheets={"file": str(stored.pk), "table": table, "mode": "merge"},
        person_name=actor.name,
    )


@action
def map_import(actor: Actor, draft_id: UUID, mappings: Mapping[str, Mapping[str, str]], mode: Mode) -> None:
    """The columns of an uploaded file are told."""
    may_import(actor).enforce()
    draft = draft_for(actor, draft_id)
    draft.mapping = {sheet: dict(columns) for sheet, columns in mappings.items()}
    draft.sheets = {**draft.sheets, "mode": "replace" if mode == "replace" else "merge"}
    draft.save(update_fields=["mapping", "sheets"])


@action
def confirm_import(actor: Actor, draft_id: UUID) -> ImportResult:
    """The uploaded file is imported as previewed, its columns are remembered, and the draft is gone."""
    draft = draft_for(actor, draft_id)
    result = import_tables(
        actor,
        draft.sheets["table"],
        content_of(draft),
        draft.name,
        mappings={**remembered(actor), **draft.mapping},
        mode=draft.sheets["mode"],
    )
    for sheet, columns in draft.mapping.items():
        remember_mapping(actor, sheet, columns)
    draft.delete()
    return result


def draft_for(actor: Actor, draft_id: UUID) -> records.ImportDraft:
    """Return an open import of the actor's organisation."""
    drafts = records.ImportDraft.objects.visible_to(actor).filter(organisation=actor.organisation)
    found: records.ImportDraft | None = drafts.filter(pk=draft_id).first()
    if found is None:
        raise NotFound(
            Text("这次导入已完成或不存在", "this import is done or does not exist"),
            where=f"import/{draft_id}",
            fix=Text("重新上传文件", "upload the file again"),
        )
    return found


def content_of(draft: records.ImportDraft) -> bytes:
    """Return the uploaded file's content."""
    stored = StoredFile.objects.get(pk=draft.sheets["file"], organisation=draft.organisation)
    with stored.content.open("rb") as stream:
        content: bytes = stream.read()
    return content
