"""Taking many orders at once: a file or a list, all of it or nothing, the same file only once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions.orders import store_orders, taken_code
from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import Order, OrderImport
from rongzhi.business.sharing.orderbook import read_orders
from rongzhi.business.sharing.orderfile import Reading, read_order_file
from rongzhi.elements.resources.models import ColumnMapping, ImportDraft
from rongzhi.kernel.errors import Conflict, NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model import production
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit
from rongzhi.platform.files.actions import store_file
from rongzhi.platform.files.models import StoredFile

TABLE = "orders"
MOST_ORDERS = 5_000


@action
def import_orders(
    actor: Actor, rows: Sequence[Mapping[str, Any]], *, organisation: Organisation | None = None, name: str = ""
) -> OrderImport:
    """Take a list of orders whole or not at all; the same list again gives the first import back."""
    owner = _owner(actor, organisation)
    _check_count(len(rows), "orders")
    digest = hashlib.sha256(repr([sorted(dict(row).items(), key=str) for row in rows]).encode()).hexdigest()
    done = _done(owner, digest)
    if done is not None:
        return done
    documents, findings = read_orders(rows, actor, park_now())
    known = set(Order.objects.filter(code__in=[each.code for each in documents]).values_list("code", flat=True))
    findings.extend(
        taken_code(each.code, f"orders[{index}].code") for index, each in enumerate(documents) if each.code in known
    )
    findings.raise_if_any()
    return _take(actor, owner, documents, digest, name)


@action
def import_order_file(
    actor: Actor,
    content: bytes,
    name: str,
    *,
    mapping: Mapping[str, str] | None = None,
    organisation: Organisation | None = None,
) -> OrderImport:
    """Take a CSV or XLSX file of orders whole or not at all; its columns are remembered, the same file counts once."""
    owner = _owner(actor, organisation)
    digest = hashlib.sha256(content).hexdigest()
    done = _done(owner, digest)
    if done is not None:
        return done
    reading = read_order_file(actor, content, name, {**remembered(actor), **(mapping or {})}, park_now())
    reading.findings.raise_if_any()
    _check_count(len(reading.orders), name)
    if actor.organisation is not None:
        ColumnMapping.objects.update_or_create(
            organisation=actor.organisation,
            table=TABLE,
            defaults={"columns": reading.columns, "changed_at": timezone.now()},
        )
    return _take(actor, owner, reading.orders, digest, name)


@action
def open_order_import(
    actor: Actor, upload: UploadedFile[Any], *, organisation: Organisation | None = None
) -> ImportDraft:
    """An uploaded file waits for its columns to be confirmed; nothing of it is taken yet."""
    owner = _owner(actor, organisation)
    stored = store_file(actor, upload, "import:orders", ("csv", "xlsx", "zip"))
    return ImportDraft.objects.create(
        organisation=stored.organisation,
        name=stored.name,
        sheets={"file": str(stored.pk), "table": TABLE, "owner": owner.code},
        person_name=actor.name,
    )


@action
def map_order_import(actor: Actor, draft_id: UUID, mapping: Mapping[str, str]) -> None:
    """The columns of an uploaded file are told."""
    draft = find_draft(actor, draft_id)
    draft.mapping = dict(mapping)
    draft.save(update_fields=["mapping"])


@action
def confirm_order_import(actor: Actor, draft_id: UUID) -> OrderImport:
    """The uploaded file is taken as previewed, and the draft is gone."""
    draft = find_draft(actor, draft_id)
    owner = Organisation.objects.get(code=draft.sheets["owner"])
    done = import_order_file(actor, draft_content(draft), draft.name, mapping=draft.mapping, organisation=owner)
    draft.delete()
    return done


def _check_count(count: int, where: str) -> None:
    if 1 <= count <= MOST_ORDERS:
        return
    findings = Findings()
    findings.error(
        "too-many" if count else "nothing-to-import",
        where,
        Text(f"一次可导入 1 至 {MOST_ORDERS} 个订单", f"1 to {MOST_ORDERS} orders can be imported at once"),
        Text("分几次导入", "import in several parts"),
    )
    findings.raise_if_any()


def preview(actor: Actor, draft: ImportDraft) -> Reading:
    """Return what taking an uploaded file would do."""
    columns = {**remembered(actor), **draft.mapping}
    return read_order_file(actor, draft_content(draft), draft.name, columns, park_now())


def remembered(actor: Actor) -> dict[str, str]:
    """Return the columns the organisation used last."""
    found = ColumnMapping.objects.filter(organisation=actor.organisation, table=TABLE).first()
    return dict(found.columns) if found else {}


def find_draft(actor: Actor, draft_id: UUID) -> ImportDraft:
    """Return an open import of the actor's organisation."""
    rows = ImportDraft.objects.visible_to(actor).filter(organisation=actor.organisation)
    found: ImportDraft | None = rows.filter(pk=draft_id, sheets__table=TABLE).first()
    if found is None:
        raise NotFound(
            Text("这次导入已完成或不存在", "this import is done or does not exist"),
            fix=Text("重新上传文件", "upload the file again"),
        )
    return found


def draft_content(draft: ImportDraft) -> bytes:
    """Return the uploaded file's content."""
    stored = StoredFile.objects.get(pk=draft.sheets["file"], organisation=draft.organisation)
    with stored.content.open("rb") as stream:
        content: bytes = stream.read()
    return content


def _owner(actor: Actor, organisation: Organisation | None) -> Organisation:
    owner = organisation or actor.organisation
    if owner is None:
        raise Conflict(Text("没有说明订单属于哪个单位", "it is not said whose orders they are"), where="organisation")
    policy.may_order(actor, owner).enforce()
    return owner


def _done(owner: Organisation, digest: str) -> OrderImport | None:
    """Return the import that took the same content already; importers of one organisation take turns."""
    Organisation.objects.select_for_update().get(pk=owner.pk)
    return OrderImport.objects.filter(organisation=owner, digest=digest).first()


def _take(
    actor: Actor, owner: Organisation, documents: Sequence[production.Order], digest: str, name: str
) -> OrderImport:
    labels = {each.code: each.customer for each in documents}
    orders = store_orders(actor, owner, documents, labels=labels)
    codes = [order.code for order in orders]
    done = OrderImport.objects.create(
        organisation=owner, digest=digest, name=name[:200], orders=codes, created_by=actor.name
    )
    emit(actor, "orders.imported", "orders", {"orders": codes, "file": name}, organisation=owner)
    return done
