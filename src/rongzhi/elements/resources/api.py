"""The park over the API: every table with the same routes, the directory, and the whole network as one document."""
# Annotations are evaluated here: each table's routes are made with its own document type.

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import create_model

from rongzhi.elements.resources import actions, queries
from rongzhi.elements.resources.exchange import ALL, CONTENT, export, sheets_of
from rongzhi.elements.resources.kinds import KINDS, Kind
from rongzhi.elements.resources.policy import may_read, may_read_network
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production import BomLine, Item, Network, Routing
from rongzhi.model.production.processes import PROCESSES
from rongzhi.platform.access.policy import needs_login
from rongzhi.platform.files.checks import check_upload
from rongzhi.platform.i18n import current_language
from rongzhi.platform.rest import Page, Paging, idempotency_key, needs, page_of
from rongzhi.platform.rest.problems import FindingOut

router = Router(tags=["resources"])


class RecordOut(Schema):
    """What every record carries besides its document; send ``version`` back when changing it."""

    key: str
    version: int
    is_active: bool
    changed_at: datetime
    changed_by: str


class DirectoryOut(Schema):
    """What every member may know of a factory."""

    code: str
    name: str
    organisation: str
    place: str
    place_name: str
    region: str
    processes: list[str]
    certificates: list[tuple[str, Any]]


class ProcessOut(Schema):
    """A process of the taxonomy; a machine that can do the parent can do the child."""

    code: str
    name_zh: str
    name_en: str
    parent: str | None


class ParkIn(Schema):
    """A network with its items; left-out lists change nothing."""

    network: Network
    items: list[Item] = []
    bom: list[BomLine] = []
    routings: list[Routing] = []


class ParkOut(ParkIn):
    """The network and the items the actor may see."""


class ImportOut(Schema):
    """What an import did, or would do: counts by table, and warnings."""

    tables: dict[str, dict[str, int]]
    is_trial: bool
    findings: list[FindingOut] = []


def import_out(result: actions.ImportResult) -> dict[str, Any]:
    """Return an import's result in the language of the request."""
    return {"tables": result.tables, "is_trial": result.is_trial, "findings": in_words(result.findings)}


def in_words(findings: "tuple[Finding, ...]") -> list[dict[str, str]]:
    """Return findings in the language of the request."""
    return [finding.as_dict(current_language()) for finding in findings]


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@router.get("/directory", response=Page[DirectoryOut], summary="工厂名录 / Directory of factories")
def directory(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    needs_login(_actor(request)).enforce()
    return page_of(queries.directory(_actor(request)), paging)


@router.get("/processes", response=list[ProcessOut], summary="工艺分类 / Process taxonomy")
def processes(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    return [
        {"code": item.code, "name_zh": item.name.zh, "name_en": item.name.en, "parent": item.parent}
        for item in PROCESSES.values()
    ]


@router.get("/network", response=ParkOut, summary="整个网络 / The whole network")
def get_network(request: HttpRequest) -> dict[str, Any]:
    """Return the network and its items as one document: the operator's is everything, a factory's its own part."""
    network = queries.network_document(_actor(request))
    items, bom, routings = queries.items_documents(actor=_actor(request))
    return {"network": network, "items": items, "bom": bom, "routings": routings}


@router.put("/network", response=ImportOut, summary="导入整个网络 / Take over a whole network")
def put_network(
    request: HttpRequest, body: ParkIn, mode: Literal["merge", "replace"] = "merge", is_trial: bool = False
) -> dict[str, Any]:
    """All or nothing; ``replace`` takes out what non-empty lists no longer hold, ``is_trial`` only tells."""
    result = actions.load_network(
        _actor(request), body.network, body.items, body.bom, body.routings, mode=mode, is_trial=is_trial
    )
    return import_out(result)


@router.post("/import/{table}", response=ImportOut, summary="导入文件 / Import a file")
def import_file(  # noqa: PLR0917  (a route names its parts)
    request: HttpRequest,
    table: str,
    file: File[UploadedFile],
    mode: Literal["merge", "replace"] = "merge",
    is_trial: bool = False,
    mapping: Form[str] = "",
) -> dict[str, Any]:
    """Import CSV, XLSX or ZIP into one table or, with ``all``, into the whole park; all rows or none.

    ``mapping`` is JSON: sheet -> heading -> column key; what the organisation used last is taken when it is empty.
    """
    sheets_of(table)
    result = actions.import_tables(
        _actor(request),
        table,
        read_upload(file),
        file.name or "upload",
        mappings=read_mapping(mapping),
        mode=mode,
        is_trial=is_trial,
    )
    return import_out(result)


@router.get("/export/{table}.{form}", summary="导出文件 / Export a file")
def export_file(request: HttpRequest, table: str, form: Literal["csv", "xlsx", "zip", "json"]) -> HttpResponse:
    """Return one table, or with ``all`` the whole park, as a file that imports again without change."""
    actor = _actor(request)
    sheets_of(table)
    (may_read_network(actor) if table == ALL else may_read(actor, KINDS[table])).enforce()
    return HttpResponse(export(actor, table, form, ""), content_type=CONTENT[form])


def read_upload(file: UploadedFile) -> bytes:
    """Return an upload's content when it is a table within the limits."""
    _, findings = check_upload(file, ("csv", "xlsx", "zip"))
    findings.raise_if_any()
    file.seek(0)
    content: bytes = file.read()
    return content


def read_mapping(text: str) -> dict[str, dict[str, str]] | None:
    """Return the mapping a caller sent; what is none is `Rejected`."""
    if not text:
        return None
    try:
        mapping = json.loads(text)
    except ValueError:
        mapping = None
    rows = mapping.values() if isinstance(mapping, dict) else [None]
    if all(isinstance(row, dict) and all(isinstance(value, str) for value in row.values()) for row in rows):
        return cast("dict[str, dict[str, str]]", mapping)
    findings = Findings()
    example = Text('形如 {"machines": {"设备号": "code"}}', 'write {"machines": {"Asset no": "code"}}')
    findings.error("bad-mapping", "mapping", Text("列对应无法读取", "the mapping cannot be read"), example)
    raise Rejected(list(findings))


def record_out(actor: Any, kind: Kind, record: Any) -> dict[str, Any]:
    """Return a record with its document."""
    return {
        "key": kind.key_of(record),
        "version": record.version,
        "is_active": getattr(record, "is_active", True),
        "changed_at": record.changed_at,
        "changed_by": record.changed_by,
        "document": queries.read_for(actor, kind, record),
    }


def _named(function: Callable[..., Any], verb: str, kind: Kind) -> Callable[..., Any]:
    function.__name__ = f"{verb}_{kind.name}"
    return function


def _add_routes(kind: Kind) -> None:
    document = kind.document
    out = create_model(f"{kind.name.title().replace('_', '')}Record", __base__=RecordOut, document=(document, ...))
    _add_readers(kind, out)
    _add_writers(kind, document, out)
    _add_removers(kind, out)


def _add_readers(kind: Kind, out: type[Schema]) -> None:
    def many(request: HttpRequest, paging: Query[Paging], q: str = "", is_active: bool | None = None) -> dict[str, Any]:
        actor = _actor(request)
        may_read(actor, kind).enforce()
        page = page_of(_found(kind, kind.rows(actor), q, is_active), paging)
        return {**page, "items": [record_out(actor, kind, row) for row in page["items"]]}

    def one(request: HttpRequest, key: str) -> dict[str, Any]:
        actor = _actor(request)
        may_read(actor, kind).enforce()
        return record_out(actor, kind, kind.find(kind.rows(actor), key))

    path, label = f"/{kind.table}", kind.label
    router.get(path, response=Page[out], summary=f"{kind.plural.zh} / {kind.plural.en}")(  # type: ignore[valid-type]
        _named(many, "list", kind)
    )
    router.get(f"{path}/{{key}}", response=out, summary=f"一条{label.zh} / One {label.en}")(_named(one, "get", kind))


def _found(kind: Kind, rows: Any, q: str, is_active: bool | None) -> Any:
    """Return the rows whose key or name holds ``q``."""
    if q:
        found = Q()
        for path in kind.key_paths:
            found |= Q(**{f"{path}__icontains": q})
        if hasattr(kind.model, "name_zh"):
            found |= Q(name_zh__icontains=q) | Q(name_en__icontains=q)
        rows = rows.filter(found)
    return rows.filter(is_active=is_active) if is_active is not None and kind.is_soft else rows


def _add_writers(kind: Kind, document: type[Any], out: type[Schema]) -> None:
    def create(request: HttpRequest, body: document) -> Status[Any]:  # type: ignore[valid-type]
        actor = _actor(request)
        record = actions.create_record(actor, kind.table, body, idempotency_key=idempotency_key(request))
        return Status(201, record_out(actor, kind, kind.rows(actor).get(pk=record.pk)))

    def update(request: HttpRequest, key: str, version: int, body: document) -> dict[str, Any]:  # type: ignore[valid-type]
        actor = _actor(request)
        record = actions.update_record(actor, kind.table, key, body, version=version)
        return record_out(actor, kind, kind.rows(actor).get(pk=record.pk))

    path, label = f"/{kind.table}", kind.label
    router.post(path, response={201: out}, summary=f"新建{label.zh} / Create a {label.en}")(
        _named(create, "create", kind)
    )
    router.put(f"{path}/{{key}}", response=out, summary=f"修改{label.zh} / Change a {label.en}")(
        _named(update, "update", kind)
    )


def _add_removers(kind: Kind, out: type[Schema]) -> None:
    def remove(request: HttpRequest, key: str, version: int | None = None) -> Status[Any]:
        actions.deactivate_record(_actor(request), kind.table, key, version=version)
        return Status(204, None)

    def restore(request: HttpRequest, key: str, version: int | None = None) -> dict[str, Any]:
        actor = _actor(request)
        record = actions.restore_record(actor, kind.table, key, version=version)
        return record_out(actor, kind, kind.rows(actor).get(pk=record.pk))

    path, label = f"/{kind.table}/{{key}}", kind.label
    verb_zh, verb_en = ("停用", "Deactivate") if kind.is_soft else ("删除", "Delete")
    router.delete(path, response={204: None}, summary=f"{verb_zh}{label.zh} / {verb_en} a {label.en}")(
        _named(remove, "remove", kind)
    )
    if kind.is_soft:
        router.post(
            f"{path}/restore", response=out, summary=f"恢复{label.zh} / Restore a {label.en}", auth=needs("write")
        )(_named(restore, "restore", kind))


for _kind in KINDS.values():
    _add_routes(_kind)
