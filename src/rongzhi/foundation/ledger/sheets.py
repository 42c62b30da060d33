"""Accounting data as sheets: rows to entries, with a place for every row and every finding of every row at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from rongzhi.adapters.spreadsheet import Sheet, read_sheets
from rongzhi.foundation.ledger.chart import business_types, newest_chart
from rongzhi.foundation.ledger.checks import check_entry
from rongzhi.foundation.ledger.drafts import EntryDraft, LineDraft
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production.table_specs import Column, Table
from rongzhi.model.production.tables import Record, read_records, suggest_mapping

MOST_ENTRIES, MOST_ROWS = 2_000, 20_000


def _column(key: str, zh: str, en: str, kind: Any = "text", example: str = "", *, is_required: bool = False) -> Column:
    return Column(key, Text(zh, en), kind, "", example, is_required)


TABLE = Table(
    "ledger",
    Text("账目", "ledger entries"),
    (
        _column("entry", "凭证号", "voucher", example="记-001", is_required=True),
        _column("date", "日期", "date", "date", "2026-11-22", is_required=True),
        _column("kind", "种类", "kind", example="opening"),
        _column("account", "科目", "account", example="1122", is_required=True),
        _column("debit", "借方", "debit", "decimal", "1130.00"),
        _column("credit", "贷方", "credit", "decimal"),
        _column("currency", "币种", "currency", example="CNY"),
        _column("nature", "货物或服务", "goods or service", example="service"),
        _column("business_type", "业务类型", "business type", example="3.4"),
        _column("contract", "合同", "contract", example="C-1"),
        _column("order", "订单", "order", example="O-1"),
        _column("party", "往来单位", "other party"),
        _column("region", "地区", "region", example="320500"),
        _column("quantity", "数量", "quantity", "decimal", "8"),
        _column("unit", "单位", "unit", example="h"),
        _column("memo", "摘要", "memo", example="期初"),
    ),
)
KINDS = {
    **{each: each for each in ("invoice", "settlement", "payment", "cost", "hours", "free_service", "opening")},
    "adjustment": "adjustment",
    "开票": "invoice",
    "结算": "settlement",
    "收付款": "payment",
    "成本": "cost",
    "工时": "hours",
    "免费服务": "free_service",
    "期初": "opening",
    "期初余额": "opening",
    "其他记账": "adjustment",
}
NATURES = {"goods": "goods", "service": "service", "货物": "goods", "服务": "service"}
_PLACE = re.compile(r"lines\[(\d+)\]\.?(.*)")


@dataclass(slots=True)
class Reading:
    """What a file holds: its sheet, what its columns and accounts mean, its entries, and what is wrong."""

    sheet: Sheet | None = None
    columns: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, EntryDraft] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    @property
    def line_count(self) -> int:
        """How many lines the entries have."""
        return sum(len(draft.lines) for draft in self.drafts.values())


@dataclass(frozen=True, slots=True)
class Home:
    """The books a file goes into, what its account numbers mean there, and the organisations that exist."""

    organisation: str
    accounts: Mapping[str, str]
    known: Collection[str]


def read_file(
    content: bytes,
    name: str,
    organisation: str,
    known: Collection[str],
    *,
    columns: Mapping[str, str] | None = None,
    accounts: Mapping[str, str] | None = None,
) -> Reading:
    """Read a CSV or XLSX file of entries for the books of one organisation; nothing is written.

    Parameters
    ----------
    content, name : bytes, str
    organisation : str
        Code of the organisation whose books it goes into.
    known : collection of str
        Codes of the organisations that exist.
    columns : mapping of heading to column key, optional
    accounts : mapping of the file's account to an account of the chart, optional
    """
    reading = Reading()
    sheets = read_sheets(content, name)
    if isinstance(sheets, Findings):
        reading.findings.extend(sheets)
        return reading
    reading.sheet = sheets[0] if sheets else None
    if reading.sheet is None or not reading.sheet.rows:
        reading.findings.error(
            "nothing-to-import",
            name,
            Text("文件中没有账目", "the file has no entries"),
            Text("第一行写列名，其下每行一条分录", "headings in the first row, one line in each row below"),
        )
        return reading
    _check_size(reading, name)
    reading.columns = _columns_of(reading.sheet.headers, columns or {})
    records, found = read_records(
        TABLE,
        reading.sheet.headers,
        reading.sheet.rows,
        where=reading.sheet.where,
        mapping=reading.columns,
        is_partial=True,
    )
    reading.findings.extend(found)
    _say_ambiguous_types(reading)
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(str(record.values.get("entry", "")), []).append(record)
    for voucher, rows in groups.items():
        _build(reading, voucher, rows, Home(organisation, accounts or {}, known))
    if len(reading.drafts) > MOST_ENTRIES:
        _too_many(reading, name)
    return reading


def _check_size(reading: Reading, name: str) -> None:
    if reading.sheet is not None and len(reading.sheet.rows) > MOST_ROWS:
        _too_many(reading, name)


def _too_many(reading: Reading, name: str) -> None:
    reading.findings.error(
        "too-many",
        name,
        Text(
            f"一次最多导入 {MOST_ENTRIES:,} 笔账、{MOST_ROWS:,} 行",
            f"at most {MOST_ENTRIES:,} entries and {MOST_ROWS:,} rows are imported at once",
        ),
        Text("分几次导入", "import in several parts"),
    )


def _columns_of(headers: Collection[str], remembered: Mapping[str, str]) -> dict[str, str]:
    names = [str(header) for header in headers if header]
    known = {name: remembered[name] for name in names if name in remembered}
    taken = set(known.values())
    guessed = suggest_mapping(TABLE, [name for name in names if name not in known])
    return {
        name: known.get(name, guessed.get(name, "") if guessed.get(name, "") not in taken else "") for name in names
    }


def _build(reading: Reading, voucher: str, rows: list[Record], home: Home) -> None:
    """Make one entry of its rows; what cannot be read has been reported and is left out."""
    places = [row.place for row in rows]
    dates = {row.values["date"] for row in rows if "date" in row.values}
    kinds = {_kind(row, reading.findings) for row in rows}
    if len(dates) > 1 or len(kinds) > 1:
        reading.findings.error(
            "contradiction",
            places[0],
            Text(f"凭证“{voucher}”各行的日期或种类不同", f"rows of voucher '{voucher}' differ in date or kind"),
            Text("同一凭证各行写同样的日期和种类", "give all rows of a voucher the same date and kind"),
        )
    lines = [_line(reading, row, home) for row in rows]
    said = {each.where for each in reading.findings if each.severity == "error"}
    if not dates or any(line is None for line in lines) or not voucher:
        return
    try:
        draft = EntryDraft(
            date=min(dates),
            kind=min(kinds),
            subject=f"voucher/{voucher}",
            lines=tuple(line for line in lines if line is not None),
        )
    except ValidationError as error:
        _say_invalid(reading.findings, error, places[0])
        return
    found = [_placed(each, places) for each in check_entry(draft, home.known)]
    unread = {place for place in places if any(where.startswith(f"{place}:") for where in said)}
    reading.findings.extend(each for each in found if each.where not in said and not _follows(each, unread))
    reading.drafts[voucher] = draft
    reading.places[voucher] = places


def _follows(finding: Finding, unread: Collection[str]) -> bool:
    """Return whether a finding only follows from cells that could not be read."""
    return bool(unread) and (finding.code == "unbalanced" or (finding.code == "empty-line" and finding.where in unread))


def _kind(row: Record, findings: Findings) -> str:
    word = str(row.values.get("kind", "adjustment")).strip()
    if word.casefold() in KINDS:
        return KINDS[word.casefold()]
    options = "、".join(each for each in KINDS if not each.isascii())
    findings.error(
        "unknown-kind",
        f"{row.place}:kind",
        Text(f"没有种类“{word}”", f"there is no kind '{word}'"),
        Text(f"可用：{options}", "use one of: " + ", ".join(each for each in KINDS if each.isascii())),
    )
    return "adjustment"


def _line(reading: Reading, row: Record, home: Home) -> LineDraft | None:
    values = dict(row.values)
    theirs = str(values.get("account", "")).strip()
    ours = home.accounts.get(theirs, theirs)
    if theirs and (theirs in home.accounts or theirs not in newest_chart().accounts):
        reading.accounts[theirs] = home.accounts.get(theirs, "")
    names = {name.in_(tongue): number for number, name in business_types().items() for tongue in ("zh", "en")}
    type_ = str(values.get("business_type", "")).strip()
    nature = str(values.get("nature", "")).strip()
    if nature and nature.casefold() not in NATURES:
        reading.findings.error(
            "unknown-nature",
            f"{row.place}:nature",
            Text(f"“{nature}”既不是货物也不是服务", f"'{nature}' is neither goods nor service"),
            Text("填写 货物 或 服务", "give goods or service"),
        )
    taken: dict[str, Any] = {key: values[key] for key in ("debit", "credit", "quantity") if key in values}
    words = ("currency", "contract", "order", "party", "region", "unit", "memo")
    taken |= {key: str(values[key]) for key in words if key in values}
    try:
        return LineDraft(
            organisation=home.organisation,
            account=ours,
            nature=NATURES.get(nature.casefold(), ""),
            business_type=names.get(type_, type_),
            **taken,
        )
    except ValidationError as error:
        _say_invalid(reading.findings, error, row.place)
        return None


def _say_invalid(findings: Findings, error: ValidationError, place: str) -> None:
    for each in error.errors():
        name = str(each["loc"][-1]) if each["loc"] else ""
        findings.error(
            "not-readable",
            f"{place}:{name}",
            Text("内容过长或不能读取", "too long, or not readable"),
            Text("缩短或改正这一格", "shorten or correct this cell"),
        )


def _say_ambiguous_types(reading: Reading) -> None:
    """Spreadsheets turn 3.10 into the number 3.1: a number is no business type, its text or name is."""
    assert reading.sheet is not None
    at = next(
        (i for i, name in enumerate(reading.sheet.headers) if reading.columns.get(str(name)) == "business_type"), None
    )
    if at is None:
        return
    for number, cells in reading.sheet.rows:
        if len(cells) > at and isinstance(cells[at], float) and cells[at] == 3.1:
            reading.findings.error(
                "ambiguous-business-type",
                f"{reading.sheet.where}:{number}:business_type",
                Text("数字 3.1 可能是 3.1 也可能是 3.10", "the number 3.1 may mean 3.1 or 3.10"),
                Text("把该格设为文本，或写业务类型的名称", "make the cell text, or write the type's name"),
            )


def _placed(finding: Finding, places: list[str]) -> Finding:
    found = _PLACE.fullmatch(finding.where)
    place = places[int(found[1])] if found else places[0]
    column = found[2] if found else ("date" if finding.where == "date" else "")
    return Finding(
        finding.code, f"{place}:{column}" if column else place, finding.message, finding.fix, finding.severity
    )
