"""Taking accounting data from files: all of it or nothing, the same content only once, the mapping kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from rongzhi.foundation.ledger.actions.posting import write_entry
from rongzhi.foundation.ledger.chart import newest_chart
from rongzhi.foundation.ledger.models import Entry, ImportDraft, ImportMapping, LedgerImport
from rongzhi.foundation.ledger.policy import may_keep_books
from rongzhi.foundation.ledger.queries import closed_periods
from rongzhi.foundation.ledger.sheets import TABLE, Reading, read_file
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import organisation_of
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit
from rongzhi.platform.files.actions import store_file


@action
def import_file(
    actor: Actor,
    content: bytes,
    name: str,
    *,
    columns: Mapping[str, str] | None = None,
    accounts: Mapping[str, str] | None = None,
) -> LedgerImport:
    """An administrator takes a CSV or XLSX file into the own books, whole or not at all, the same content once."""
    may_keep_books(actor).enforce()
    home = organisation_of(actor)
    Organisation.objects.select_for_update().get(pk=home.pk)
    digest = hashlib.sha256(content).hexdigest()
    done: LedgerImport | None = LedgerImport.objects.filter(organisation=home, digest=digest).first()
    if done is not None:
        return done
    reading = read_for(actor, content, name, columns or {}, accounts or {})
    reading.findings.raise_if_any()
    entries = [
        write_entry(actor, draft, _key(draft.period, voucher), is_by_hand=True).code
        for voucher, draft in reading.drafts.items()
    ]
    _remember(home, reading)
    taken = LedgerImport.objects.create(
        organisation=home,
        digest=digest,
        name=name[:200],
        entries=entries,
        line_count=reading.line_count,
        created_by=actor.name,
    )
    data = {"name": name[:200], "entries": len(entries), "lines": reading.line_count, "sha256": digest}
    emit(actor, "ledger.imported", f"ledger-import/{taken.pk}", data)
    return taken


@action
def open_import(actor: Actor, upload: UploadedFile[Any]) -> ImportDraft:
    """An uploaded file waits for its columns and accounts to be confirmed; nothing of it is posted yet."""
    may_keep_books(actor).enforce()
    stored = store_file(actor, upload, "import:ledger", ("csv", "xlsx"))
    return ImportDraft.objects.create(organisation=organisation_of(actor), file=stored, created_by=actor.name)


@action
def map_import(actor: Actor, draft_id: UUID, columns: Mapping[str, str], accounts: Mapping[str, str]) -> None:
    """What the headings and account numbers of an uploaded file mean is told."""
    may_keep_books(actor).enforce()
    draft = find_draft(actor, draft_id)
    known = {each.key for each in TABLE.columns}
    draft.columns = {name: key if key in known else "" for name, key in columns.items()}
    draft.accounts = {theirs: ours for theirs, ours in accounts.items() if ours in newest_chart().accounts}
    draft.save(update_fields=["columns", "accounts"])


@action
def confirm_import(actor: Actor, draft_id: UUID) -> LedgerImport:
    """The uploaded file is taken as previewed, and the draft is gone."""
    draft = find_draft(actor, draft_id)
    done = import_file(actor, _content(draft), draft.file.name, columns=draft.columns, accounts=draft.accounts)
    draft.delete()
    return done


@action
def drop_import(actor: Actor, draft_id: UUID) -> None:
    """The uploaded file is not taken; the draft is gone, the file stays among the files."""
    may_keep_books(actor).enforce()
    find_draft(actor, draft_id).delete()


def read_for(
    actor: Actor, content: bytes, name: str, columns: Mapping[str, str], accounts: Mapping[str, str]
) -> Reading:
    """Return what taking a file would do: remembered meanings first, then those given."""
    home = organisation_of(actor)
    kept = ImportMapping.objects.filter(organisation=home).first()
    columns = {**(kept.columns if kept else {}), **columns}
    accounts = {**(kept.accounts if kept else {}), **accounts}
    known = set(Organisation.objects.values_list("code", flat=True))
    reading = read_file(content, name, home.code, known, columns=columns, accounts=accounts)
    _check_against_books(home, reading)
    return reading


def preview(actor: Actor, draft: ImportDraft) -> Reading:
    """Return what taking an uploaded file would do."""
    return read_for(actor, _content(draft), draft.file.name, draft.columns, draft.accounts)


def find_draft(actor: Actor, draft_id: UUID) -> ImportDraft:
    """Return an open import of the actor's organisation."""
    rows = ImportDraft.objects.visible_to(actor).filter(organisation=actor.organisation)
    found: ImportDraft | None = rows.filter(pk=draft_id).select_related("file").first()
    if found is None:
        raise NotFound(
            Text("这次导入已完成或不存在", "this import is done or does not exist"),
            fix=Text("重新上传文件", "upload the file again"),
        )
    return found


def _key(period: str, voucher: str) -> str:
    return f"voucher/{period}/{voucher}"[:200]


def _content(draft: ImportDraft) -> bytes:
    with draft.file.content.open("rb") as stream:
        content: bytes = stream.read()
    return content


def _check_against_books(home: Organisation, reading: Reading) -> None:
    """Report vouchers that are posted already and periods that are closed, at their rows."""
    keys = {_key(draft.period, voucher): voucher for voucher, draft in reading.drafts.items()}
    posted = dict(Entry.objects.filter(owner=home.code, key__in=list(keys)).values_list("key", "code"))
    findings = Findings()
    for key, code in ((key, posted[key]) for key in keys if key in posted):
        findings.error(
            "voucher-posted",
            f"{reading.places[keys[key]][0]}:entry",
            Text(f"凭证“{keys[key]}”已记为 {code}", f"voucher '{keys[key]}' is posted already as {code}"),
            Text("从文件中删去，或先冲销再用新凭证号", "leave it out, or reverse it and use a new voucher number"),
        )
    closed = {period for _, period in closed_periods({home.code}, {each.period for each in reading.drafts.values()})}
    for voucher, draft in reading.drafts.items():
        if draft.period in closed:
            findings.error(
                "period-closed",
                f"{reading.places[voucher][0]}:date",
                Text(f"期间 {draft.period} 已结账", f"period {draft.period} is closed"),
                Text("改记入未结账的期间，或先重开该期间", "post into an open period, or reopen that one first"),
            )
    reading.findings.extend(findings)


def _remember(home: Organisation, reading: Reading) -> None:
    ImportMapping.objects.update_or_create(
        organisation=home,
        defaults={"columns": reading.columns, "accounts": reading.accounts, "changed_at": timezone.now()},
    )
