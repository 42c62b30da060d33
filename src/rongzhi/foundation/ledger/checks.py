"""What an entry has to satisfy before it is posted; every fault is said at once, with its place and its mend."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from rongzhi.foundation.ledger.bundles import CENT
from rongzhi.foundation.ledger.chart import Account, AccountKind, Chart, business_types, chart_on
from rongzhi.foundation.ledger.drafts import EntryDraft, LineDraft
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.kernel.units import unit

MOST_LINES = 2_000
MOST_MONEY = Decimal(10) ** 12
MOST_QUANTITY = Decimal(10) ** 12
FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2100, 1, 1)
MILLI = Decimal("0.001")


def check_entry(
    draft: EntryDraft, organisations: Collection[str], closed: Collection[tuple[str, str]] = ()
) -> Findings:
    """Return everything that keeps an entry from being posted.

    Parameters
    ----------
    draft : EntryDraft
    organisations : collection of str
        Codes of the organisations that exist.
    closed : collection of (organisation, period)
        Periods nothing may be posted into.
    """
    findings = Findings()
    _check_head(draft, findings)
    chart = chart_on(draft.date)
    for at, line in enumerate(draft.lines):
        _check_line(line, f"lines[{at}]", chart, organisations, findings)
    _check_balance(draft, findings)
    for organisation in sorted({line.organisation for line in draft.lines}):
        if (organisation, draft.period) in closed:
            say_closed(organisation, draft.period, findings)
    return findings


def say_closed(organisation: str, period: str, findings: Findings, where: str = "date") -> None:
    """Report a period that is closed."""
    findings.error(
        "period-closed",
        where,
        Text(f"{organisation} 的期间 {period} 已结账", f"period {period} of {organisation} is closed"),
        Text("改记入未结账的期间，或先重开该期间", "post into an open period, or reopen that one first"),
    )


def _check_head(draft: EntryDraft, findings: Findings) -> None:
    if not FIRST_DAY <= draft.date < LAST_DAY:
        findings.error(
            "date-out-of-range",
            "date",
            Text(f"日期 {draft.date} 超出范围", f"the date {draft.date} is out of range"),
            Text("填写 1990 至 2099 年的日期", "give a date from 1990 to 2099"),
        )
    if not 1 <= len(draft.lines) <= MOST_LINES:
        findings.error(
            "bad-line-count",
            "lines",
            Text(f"一笔账须有 1 至 {MOST_LINES} 行", f"an entry has 1 to {MOST_LINES} lines"),
            Text("补上对方科目的行，或分成几笔", "add the line of the other account, or post several entries"),
        )
    _check_text(draft, "", findings)
    if not re.fullmatch(r"[a-z][a-z0-9_-]*/\S.*", draft.subject):
        findings.error(
            "bad-subject",
            "subject",
            Text(f"“{draft.subject}”不是 类别/编号", f"'{draft.subject}' is not thing/code"),
            Text("写成 invoice/INV-7 的形式", "write it like invoice/INV-7"),
        )


def _check_line(line: LineDraft, where: str, chart: Chart, organisations: Collection[str], findings: Findings) -> None:
    for field, code in (("organisation", line.organisation), ("party", line.party)):
        if (code or field == "organisation") and code not in organisations:
            findings.error(
                f"unknown-{field}",
                f"{where}.{field}",
                Text(f"没有单位“{code}”", f"there is no organisation '{code}'"),
                Text("填写平台上已登记单位的代码", "give the code of an organisation on the platform"),
            )
    if line.party and line.party == line.organisation:
        findings.error(
            "own-party",
            f"{where}.party",
            Text("往来单位不能是本单位", "the other party cannot be the organisation itself"),
            Text("填写对方单位，或留空", "name the other side, or leave it empty"),
        )
    _check_text(line, f"{where}.", findings)
    _check_amounts(line, where, findings)
    _check_quantity(line, where, findings)
    try:
        account = chart.account(line.account)
    except NotFound as error:
        findings.error("unknown-account", f"{where}.account", error.message, error.fix or error.message)
    else:
        _check_tags(line, account, where, findings)
        _check_content(line, account, where, findings)


def _check_text(document: EntryDraft | LineDraft, where: str, findings: Findings) -> None:
    """Report characters no database keeps."""
    for name, value in document:
        if isinstance(value, str) and not all(char.isprintable() or char in "\n\t" for char in value):
            findings.error(
                "unprintable-text",
                f"{where}{name}",
                Text("含有不可见字符", "there are characters that cannot be shown"),
                Text("删去不可见字符", "remove them"),
            )


def _check_amounts(line: LineDraft, where: str, findings: Findings) -> None:
    for field, amount in (("debit", line.debit), ("credit", line.credit)):
        if amount.is_finite() and 0 <= amount <= MOST_MONEY and amount == amount.quantize(CENT):
            continue
        findings.error(
            "bad-amount",
            f"{where}.{field}",
            Text(f"金额 {amount} 不可用", f"the amount {amount} cannot be used"),
            Text(
                "填写不小于零、精确到分的金额；更正用冲销，不用负数",
                "give an amount of at least zero, to the cent; correct by reversal, not by negative amounts",
            ),
        )
    if line.debit and line.credit:
        findings.error(
            "debit-and-credit",
            where,
            Text("同一行既有借方又有贷方", "a line has both debit and credit"),
            Text("分成两行", "make it two lines"),
        )
    if not re.fullmatch(r"[A-Z]{3}", line.currency):
        findings.error(
            "bad-currency",
            f"{where}.currency",
            Text(f"“{line.currency}”不是币种代码", f"'{line.currency}' is no currency code"),
            Text("用三个大写字母，如 CNY", "use three capital letters, such as CNY"),
        )


def _check_quantity(line: LineDraft, where: str, findings: Findings) -> None:
    if line.quantity is None:
        if line.unit:
            findings.error(
                "unit-without-quantity",
                f"{where}.unit",
                Text("有单位而没有数量", "there is a unit but no quantity"),
                Text("填写数量，或删去单位", "give the quantity, or leave the unit out"),
            )
        return
    quantity = line.quantity
    if not quantity.is_finite() or abs(quantity) > MOST_QUANTITY or quantity != quantity.quantize(MILLI):
        findings.error(
            "bad-quantity",
            f"{where}.quantity",
            Text(f"数量 {quantity} 不可用", f"the quantity {quantity} cannot be used"),
            Text("填写最多三位小数的数量", "give a quantity with at most three decimals"),
        )
    try:
        unit(line.unit)
    except NotFound as error:
        findings.error("unknown-unit", f"{where}.unit", error.message, error.fix or error.message)


def _check_tags(line: LineDraft, account: Account, where: str, findings: Findings) -> None:
    if account.is_tagged and not line.nature:
        findings.error(
            "missing-nature",
            f"{where}.nature",
            Text(
                f"科目 {account.code} {account.name.zh} 须注明货物或服务",
                f"account {account.code} {account.name.en} needs goods or service",
            ),
            Text("填写 goods 或 service", "give goods or service"),
        )
    known = business_types()
    if line.business_type and line.business_type not in known:
        findings.error(
            "unknown-business-type",
            f"{where}.business_type",
            Text(f"没有业务类型“{line.business_type}”", f"there is no business type '{line.business_type}'"),
            Text(
                "可用：" + "、".join(f"{key} {name.zh}" for key, name in known.items()),
                "use one of: " + ", ".join(f"{key} {name.en}" for key, name in known.items()),
            ),
        )
    if account.is_tagged and line.nature == "service" and not line.business_type:
        findings.error(
            "missing-business-type",
            f"{where}.business_type",
            Text("服务须注明业务类型", "a service needs its business type"),
            Text("填写 3.1 至 3.10；不属前九类的填 3.10", "give 3.1 to 3.10; 3.10 if none of the others fits"),
        )
    if line.nature == "goods" and line.business_type:
        findings.error(
            "business-type-of-goods",
            f"{where}.business_type",
            Text("货物没有业务类型", "goods have no business type"),
            Text("改为服务，或删去业务类型", "make it a service, or leave the business type out"),
        )


def _check_content(line: LineDraft, account: Account, where: str, findings: Findings) -> None:
    has_money = bool(line.debit or line.credit)
    if account.kind is AccountKind.STATISTICAL and (has_money or line.quantity is None):
        findings.error(
            "statistical-account",
            where,
            Text(
                f"科目 {account.code} 只计数量，不计金额",
                f"account {account.code} holds quantities only, no money",
            ),
            Text("金额填零，并填写数量和单位", "leave the amount at zero and give quantity and unit"),
        )
    elif not has_money and line.quantity is None:
        findings.error(
            "empty-line",
            where,
            Text("这一行既没有金额也没有数量", "the line has neither an amount nor a quantity"),
            Text("填写借方、贷方或数量", "give a debit, a credit or a quantity"),
        )


def _check_balance(draft: EntryDraft, findings: Findings) -> None:
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in draft.lines:
        if not all(amount.is_finite() and abs(amount) <= MOST_MONEY for amount in (line.debit, line.credit)):
            return
        sums[line.organisation, line.currency][0] += line.debit
        sums[line.organisation, line.currency][1] += line.credit
    for (organisation, currency), (debit, credit) in sums.items():
        if debit != credit:
            findings.error(
                "unbalanced",
                "lines",
                Text(
                    f"{organisation} 的 {currency} 借贷不平："
                    f"借 {debit:,.2f}，贷 {credit:,.2f}，差 {debit - credit:,.2f}",
                    f"{organisation} does not balance in {currency}: "
                    f"debit {debit:,.2f}, credit {credit:,.2f}, difference {debit - credit:,.2f}",
                ),
                Text(
                    "每个单位、每个币种的借方合计须等于贷方合计",
                    "debits equal credits for each organisation and currency",
                ),
            )
