"""The ledger over the API."""
# Annotations are evaluated here.

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from rongzhi.foundation.ledger import actions, queries, statements
from rongzhi.foundation.ledger import schemas as s
from rongzhi.foundation.ledger.chart import charts, codes_of
from rongzhi.foundation.ledger.models import Entry, Grant, LedgerImport, Line
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import organisation_of
from rongzhi.platform.files.checks import check_upload
from rongzhi.platform.rest import Page, Paging, idempotency_key, page_of

router = Router(tags=["ledger"])


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _page(rows: Any, paging: Paging, out: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    page = page_of(rows, paging)
    return {**page, "items": [out(each) for each in page["items"]]}


@router.get("/charts", response=list[s.ChartOut], summary="科目表 / Charts of accounts")
def chart_of_accounts(request: HttpRequest) -> Any:  # noqa: ARG001
    """Return every version of the chart, the newest last; nothing in it is official."""
    return [
        {
            **{name: getattr(chart, name) for name in ("version", "since", "dated", "status")},
            "source_zh": chart.source.zh,
            "source_en": chart.source.en,
            "accounts": [
                {
                    **{name: getattr(each, name) for name in ("code", "kind", "is_mutual", "input", "like")},
                    "zh": each.name.zh,
                    "en": each.name.en,
                    "about_zh": each.about.zh,
                    "about_en": each.about.en,
                }
                for each in chart.accounts.values()
            ],
        }
        for chart in charts()
    ]


@router.get("/lines", response=Page[s.LedgerLineOut], summary="台账明细 / Lines of the ledger")
def list_lines(request: HttpRequest, query: Query[s.LedgerLineQuery]) -> dict[str, Any]:
    """Return the lines the asker may see, the newest entries first; ``books`` tells whole books from others'."""
    actor = actor_of(request)
    rows = queries.lines_in(actor, query.books) if query.books else queries.lines_for(actor)
    exact = {
        "organisation__code": query.organisation,
        "party__code": query.party,
        "account": query.account,
        "nature": query.nature,
        "business_type": query.business_type,
        "entry__kind": query.kind,
        "contract": query.contract,
        "order": query.order,
        "region": query.region,
        "entry__code": query.entry,
        "entry__subject": query.subject,
        "period__gte": query.since,
        "period__lte": query.until,
    }
    rows = rows.filter(**{path: value for path, value in exact.items() if value})
    if query.holds:
        rows = rows.filter(account__in=codes_of(query.holds))
    return _page(rows, query, s.line_out)


def entry_row(entry: Entry) -> dict[str, Any]:
    """Return an entry without its lines."""
    plain = ("code", "date", "period", "kind", "subject", "memo", "chart", "is_by_hand", "line_count", "posted_by")
    undone = getattr(entry, "reversal", None)
    return {
        **{name: getattr(entry, name) for name in (*plain, "posted_at", "digest")},
        "event": entry.pk,
        "cause": entry.cause_id,
        "reverses": entry.reverses.code if entry.reverses else None,
        "reversed_by": undone.code if undone else None,
    }


def entry_out(actor: Actor, entry: Entry) -> dict[str, Any]:
    """Return an entry with the lines the actor may see."""
    lines: list[Line] = list(queries.lines_of(actor, entry))
    hidden = entry.line_count - len(lines)
    return {
        **entry_row(entry),
        "lines": [s.line_out(line) for line in lines],
        "hidden_lines": hidden,
        "calculation": {} if hidden else entry.calculation,
    }


@router.get("/entries", response=Page[s.LedgerEntryRow], summary="账目 / Entries")
def list_entries(request: HttpRequest, query: Query[s.LedgerEntryQuery]) -> dict[str, Any]:
    """Return the entries of which the asker sees a line, the newest first."""
    wanted = {"kind": query.kind, "subject": query.subject, "date__gte": query.since, "date__lte": query.until}
    rows = queries.entries_for(actor_of(request)).filter(**{path: value for path, value in wanted.items() if value})
    return _page(rows, query, entry_row)


@router.post("/entries", response={201: s.LedgerEntryOut}, summary="手工记账 / Post by hand")
def post_entry(request: HttpRequest, body: s.LedgerEntryIn) -> Any:
    """Post a balanced entry into one's own books; an ``Idempotency-Key`` is needed."""
    actor = actor_of(request)
    home = actor.organisation.code if actor.organisation else ""
    lines = [{**line.model_dump(), "organisation": line.organisation or home} for line in body.lines]
    draft = actions.EntryDraft.model_validate({**body.model_dump(), "lines": lines})
    entry = actions.post_by_hand(actor, draft, idempotency_key=idempotency_key(request))
    return Status(201, entry_out(actor, entry))


@router.get("/entries/{code}", response=s.LedgerEntryOut, summary="一笔账 / One entry")
def entry(request: HttpRequest, code: str) -> Any:
    """Return an entry with the lines the asker may see; others are counted."""
    return entry_out(actor_of(request), queries.entry_for(actor_of(request), code))


@router.post("/entries/{code}/reverse", response={201: s.LedgerEntryOut}, summary="冲销 / Reverse")
def reverse_entry(request: HttpRequest, code: str, body: s.ReversalIn) -> Any:
    """Reverse, once, an entry posted by hand into one's own books."""
    actor = actor_of(request)
    return Status(201, entry_out(actor, actions.reverse_by_hand(actor, code, reason=body.reason, date=body.date)))


@router.get("/trial-balance", response=s.TrialBalanceOut, summary="试算平衡表 / Trial balance")
def trial_balance(
    request: HttpRequest, organisation: str = "", since: s.Period | None = None, until: s.Period | None = None
) -> Any:
    """Return every account of books the asker reads whole; one's own when none are named."""
    actor = actor_of(request)
    book = queries.book_for(actor, organisation)
    return s.trial_balance_out(statements.trial_balance(actor, book, since or "", until or ""), since, until)


@router.get("/service-share", response=s.ServiceShareOut, summary="服务收入占比 / Share of services")
def service_share(
    request: HttpRequest,
    organisation: str = "",
    since: s.Period | None = None,
    until: s.Period | None = None,
    currency: str = "CNY",
) -> Any:
    """Return revenue, cost and hours of services by business type from books the asker reads whole."""
    actor = actor_of(request)
    book = queries.book_for(actor, organisation)
    found = statements.service_share(actor, book, since or "", until or "", currency)
    return s.service_share_out(found, since, until)


@router.get("/periods", response=list[s.LedgerPeriodOut], summary="会计期间 / Periods")
def periods(request: HttpRequest, organisation: str = "") -> Any:
    """Return the months of books the asker reads whole, the newest first."""
    actor = actor_of(request)
    return [
        {
            **{name: row[name] for name in ("period", "lines", "is_closed")},
            "by": row["mark"].by if row["mark"] else "",
            "at": row["mark"].at if row["mark"] else None,
            "reason": row["mark"].reason if row["mark"] else "",
        }
        for row in queries.periods_for(actor, queries.book_for(actor, organisation))
    ]


@router.post("/periods/{period}/close", response={204: None}, summary="结账 / Close a period")
def close_period(request: HttpRequest, period: str) -> Any:
    """Close a month of one's own books."""
    actions.close_period(actor_of(request), period)
    return Status(204, None)


@router.post("/periods/{period}/reopen", response={204: None}, summary="重开期间 / Reopen a period")
def reopen_period(request: HttpRequest, period: str, body: s.ReopeningIn) -> Any:
    """Reopen a closed month of one's own books."""
    actions.reopen_period(actor_of(request), period, body.reason)
    return Status(204, None)


def _import_out(taken: LedgerImport) -> dict[str, Any]:
    names = ("id", "name", "digest", "entries", "line_count", "created_by", "created_at")
    return {name: getattr(taken, name) for name in names}


@router.get("/imports", response=Page[s.LedgerImportOut], summary="已导入的文件 / Files taken")
def imports(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Return the files taken into one's own books."""
    return _page(LedgerImport.objects.visible_to(actor_of(request)), paging, _import_out)


@router.post("/imports", response={201: s.LedgerImportOut}, summary="导入账目 / Import accounting data")
def import_file(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Take a CSV or XLSX file whole or not at all; the same content is taken once."""
    actor = actor_of(request)
    organisation_of(actor)
    _, findings = check_upload(file, ("csv", "xlsx"))
    findings.raise_if_any()
    return Status(201, _import_out(actions.import_file(actor, file.read(), file.name or "file.csv")))


def _grant_out(grant: Grant) -> dict[str, Any]:
    names = ("id", "until", "is_live", "given_by", "given_at", "revoked_at")
    return {
        **{name: getattr(grant, name) for name in names},
        "organisation": grant.organisation.code,
        "reader": grant.reader.code,
    }


@router.get("/grants", response=Page[s.LedgerGrantOut], summary="查阅授权 / Grants to read")
def grants(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Return the grants one's organisation gave or got."""
    return _page(queries.grants_for(actor_of(request)), paging, _grant_out)


@router.post("/grants", response={201: s.LedgerGrantOut}, summary="授权查阅 / Open the ledger to a reader")
def grant_reading(request: HttpRequest, body: s.LedgerGrantIn) -> Any:
    """Open one's own ledger to another organisation until a day."""
    key = idempotency_key(request)
    return Status(
        201, _grant_out(actions.grant_reading(actor_of(request), body.reader, body.until, idempotency_key=key))
    )


@router.post("/grants/{grant_id}/revoke", response=s.LedgerGrantOut, summary="撤回授权 / Withdraw a grant")
def revoke_reading(request: HttpRequest, grant_id: int) -> Any:
    """Withdraw a grant before its day."""
    return _grant_out(actions.revoke_reading(actor_of(request), grant_id))
