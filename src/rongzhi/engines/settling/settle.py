"""Dividing an invoice by the rules of a contract, exact to the cent, with a reason for every part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rongzhi.engines.settling.apportion import proportional, to_cents
from rongzhi.engines.settling.contract import Contract, Price, check_contract
from rongzhi.engines.settling.games import money
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.money import CENT
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one operation delivered.

    Parameters
    ----------
    operation : str
    good, defects : int
        Pieces.
    days_late : int
        Days after the due date; negative before it.
    """

    operation: str
    good: int
    defects: int = 0
    days_late: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One reason for a party's amount.

    Parameters
    ----------
    code : str
        ``fee``, ``work:10``, ``late:10``, ``early:10``, ``defects:10``, ``flawless:10``, ``remainder`` or ``rounding``.
    amount : Decimal
        Currency, to the cent; parts of a party sum to its amount.
    words : Text
    """

    code: str
    amount: Decimal
    words: Text


@dataclass(frozen=True, slots=True)
class Share:
    """What one party gets.

    Parameters
    ----------
    party : str
    amount : Decimal
        Currency, to the cent; shares sum to the invoice.
    parts : tuple of Part
    """

    party: str
    amount: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """An invoice divided.

    Parameters
    ----------
    contract : Contract
    invoice : Decimal
        Net amount, currency.
    shares : tuple of Share
    notes : tuple of Finding
        What somebody should look at, such as a shortfall.
    """

    contract: Contract
    invoice: Decimal
    shares: tuple[Share, ...]
    notes: tuple[Finding, ...]

    def of(self, party: str) -> Decimal:
        """Return the amount of a party, 0 if it has none."""
        return next((each.amount for each in self.shares if each.party == party), Decimal(0))


@dataclass(slots=True)
class _Claim:
    party: str
    code: str
    amount: Fraction
    words: Text


def settle(contract: Contract, invoice: Decimal, delivered: Sequence[Delivered]) -> Settlement:
    """Return the invoice divided among the parties.

    The fee is taken of the invoice; every operation earns its price for good pieces, with malus and bonus; what is
    left goes to the parties of the remainder, and what is missing is borne by them in the same proportion. Amounts
    are computed exactly and rounded once for each party by the largest remainder, so they sum to the invoice.

    Parameters
    ----------
    contract : Contract
    invoice : Decimal
        Net amount, a multiple of the cent, at least 0.
    delivered : sequence of Delivered
        One for each delivery; an operation may deliver several times.

    Raises
    ------
    Rejected
        With everything that is wrong at once.
    """
    findings = Findings(check_contract(contract))
    _check_delivered(contract, invoice, delivered, findings)
    findings.raise_if_any()
    claims = [_fee(contract, invoice)]
    prices = {price.operation: price for price in contract.prices}
    for each in delivered:
        claims += _work(contract, prices[each.operation], each)
    claims += _remainder(contract, invoice, claims, findings)
    parties = list(dict.fromkeys(claim.party for claim in claims))
    exact = [_total(claim for claim in claims if claim.party == party) for party in parties]
    amounts = to_cents(exact, invoice)
    shares = tuple(
        Share(party, amount, _parts([claim for claim in claims if claim.party == party], amount))
        for party, amount in zip(parties, amounts, strict=True)
    )
    _note_negative(shares, findings)
    return Settlement(contract, invoice, shares, tuple(findings))


def _total(claims: Iterable[_Claim]) -> Fraction:
    return sum((claim.amount for claim in claims), Fraction(0))


def _fee(contract: Contract, invoice: Decimal) -> _Claim:
    fee = contract.fee
    amount = max(invoice * fee.share, fee.least)
    amount = amount if fee.most is None else min(amount, fee.most)
    limits = "" if amount == invoice * fee.share else f" → {money(Fraction(amount))}"
    words = Text(
        f"平台费：发票 {money(Fraction(invoice))} 的 {_percent(fee.share)}{limits}",
        f"platform fee: {_percent(fee.share)} of the invoice of {money(Fraction(invoice))}{limits}",
    )
    return _Claim(fee.party, "fee", Fraction(amount), words)


def _work(contract: Contract, price: Price, done: Delivered) -> list[_Claim]:
    """Return what an operation earned: its price, then malus and bonus."""
    code, base = price.operation, Fraction(price.per_piece) * done.good + Fraction(price.fixed)
    fixed_zh = f" + 固定 {price.fixed}" if price.fixed else ""
    fixed_en = f" + fixed {price.fixed}" if price.fixed else ""
    words = Text(
        f"工序 {code}：合格 {done.good} 件 × {price.per_piece}{fixed_zh} = {money(base)}",
        f"operation {code}: {done.good} good pieces × {price.per_piece}{fixed_en} = {money(base)}",
    )
    claims = [_Claim(price.party, f"work:{code}", base, words)]
    claims += _late(contract, price, done, base)
    claims += _defects(contract, price, done, base)
    return claims


def _late(contract: Contract, price: Price, done: Delivered, base: Fraction) -> list[_Claim]:
    rule, code = contract.lateness, price.operation
    late, early = done.days_late - rule.grace_days, -done.days_late
    if late > 0 and rule.malus_per_day:
        share = min(rule.malus_per_day * late, rule.malus_cap)
        words = Text(
            f"工序 {code} 迟交 {done.days_late} 天（宽限 {rule.grace_days} 天）：扣 {_percent(share)}"
            f"（每天 {_percent(rule.malus_per_day)}，上限 {_percent(rule.malus_cap)}）",
            f"operation {code} {done.days_late} days late (grace {rule.grace_days}): {_percent(share)} off "
            f"({_percent(rule.malus_per_day)} a day, {_percent(rule.malus_cap)} at most)",
        )
        return [_Claim(price.party, f"late:{code}", -base * Fraction(share), words)]
    if early > 0 and rule.bonus_per_day:
        share = min(rule.bonus_per_day * early, rule.bonus_cap)
        words = Text(
            f"工序 {code} 提前 {early} 天：加 {_percent(share)}"
            f"（每天 {_percent(rule.bonus_per_day)}，上限 {_percent(rule.bonus_cap)}）",
            f"operation {code} {early} days early: {_percent(share)} more "
            f"({_percent(rule.bonus_per_day)} a day, {_percent(rule.bonus_cap)} at most)",
        )
        return [_Claim(price.party, f"early:{code}", base * Fraction(share), words)]
    return []


def _defects(contract: Contract, price: Price, done: Delivered, base: Fraction) -> list[_Claim]:
    rule, code = contract.defects, price.operation
    allowed = int(rule.allowed * (done.good + done.defects))
    over = done.defects - allowed
    if over > 0 and rule.malus_per_piece:
        amount = min(Fraction(rule.malus_per_piece) * over, base * Fraction(rule.malus_cap))
        words = Text(
            f"工序 {code} 不合格 {done.defects} 件（允许 {allowed} 件）：{over} 件 × {rule.malus_per_piece}，"
            f"上限 {_percent(rule.malus_cap)}",
            f"operation {code} {done.defects} defective pieces ({allowed} allowed): {over} × {rule.malus_per_piece}, "
            f"{_percent(rule.malus_cap)} at most",
        )
        return [_Claim(price.party, f"defects:{code}", -amount, words)]
    if done.good and not done.defects and rule.bonus:
        words = Text(
            f"工序 {code} 无不合格品：加 {_percent(rule.bonus)}",
            f"operation {code} without a defective piece: {_percent(rule.bonus)} more",
        )
        return [_Claim(price.party, f"flawless:{code}", base * Fraction(rule.bonus), words)]
    return []


def _remainder(contract: Contract, invoice: Decimal, claims: Sequence[_Claim], findings: Findings) -> list[_Claim]:
    """Return who gets what is left of the invoice, or bears what is missing."""
    left = Fraction(invoice) - _total(claims)
    if left == 0:
        return []
    weights = {party: Fraction(weight) for party, weight in contract.remainder.items() if weight}
    if not weights:
        for claim in claims:
            if claim.code.startswith("work:"):
                weights[claim.party] = weights.get(claim.party, Fraction(0)) + claim.amount
    if not weights:
        weights = {contract.fee.party: Fraction(1)}
    whole, parts = sum(weights.values(), Fraction(0)), proportional(left, list(weights.values()))
    if left < 0:
        findings.warning(
            "shortfall",
            "invoice",
            Text(f"发票不够付，差 {money(-left)}", f"the invoice does not cover the claims, {money(-left)} is missing"),
            Text("核对价格与发票", "check prices and invoice"),
        )
    name = Text("余额", "what is left") if left > 0 else Text("差额", "what is missing")
    count = len(weights)
    return [
        _Claim(
            party,
            "remainder",
            amount,
            Text(
                f"{name.zh} {money(abs(left))} 的 {_percent(weight / whole if whole else Fraction(1, count))}",
                f"{_percent(weight / whole if whole else Fraction(1, count))} of {name.en}, {money(abs(left))}",
            ),
        )
        for (party, weight), amount in zip(weights.items(), parts, strict=True)
    ]


def _parts(claims: Sequence[_Claim], amount: Decimal) -> tuple[Part, ...]:
    """Return a party's parts to the cent; what rounding moved is a part of its own unless it is nothing."""
    drift = Fraction(amount) - _total(claims)
    cents = to_cents([*(claim.amount for claim in claims), drift], amount)
    words = Text("四舍五入差额（最大余数法）", "rounding (largest remainder)")
    rows = [*((claim.code, claim.words) for claim in claims), ("rounding", words)]
    return tuple(
        Part(code, cent, text) for (code, text), cent in zip(rows, cents, strict=True) if cent or code != "rounding"
    )


def _percent(share: Decimal | Fraction) -> str:
    value = Decimal(share.numerator) / Decimal(share.denominator) if isinstance(share, Fraction) else share
    text = f"{(value * 100).quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".")
    return f"{text} %"


def _check_delivered(contract: Contract, invoice: Decimal, delivered: Sequence[Delivered], findings: Findings) -> None:
    if not isinstance(invoice, Decimal) or not invoice.is_finite() or invoice < 0 or invoice % CENT:
        findings.error(
            "invoice",
            "invoice",
            Text(f"发票金额 {invoice} 不是整分的非负数", f"the invoice of {invoice} is not 0 or more in whole cents"),
            Text("写到分", "write it to the cent"),
        )
    known = {price.operation for price in contract.prices}
    for index, each in enumerate(delivered):
        if each.operation not in known:
            findings.error(
                "no-price",
                f"delivered[{index}].operation",
                Text(f"合同没有工序 {each.operation} 的价格", f"the contract has no price for {each.operation}"),
                Text("补充合同附件", "add it to the contract"),
            )
        if each.good < 0 or each.defects < 0:
            findings.error(
                "negative-count",
                f"delivered[{index}]",
                Text("件数为负", "a count is negative"),
                Text("更正报工记录", "correct the report"),
            )


def _note_negative(shares: Sequence[Share], findings: Findings) -> None:
    for share in shares:
        if share.amount < 0:
            findings.warning(
                "party-pays",
                f"shares[{share.party}]",
                Text(f"{share.party} 要付 {-share.amount}", f"{share.party} has to pay {-share.amount}"),
                Text("结算前请双方确认", "let both sides confirm before settling"),
            )
