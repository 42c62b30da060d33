"""Contracts as data: prices by operation, the platform's fee, bonus and malus with caps, and who gets what is left."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Price:
    """What an operation earns.

    Parameters
    ----------
    operation, party : str
    per_piece : Decimal
        Currency for one good piece.
    fixed : Decimal
        Currency for the operation.
    """

    operation: str
    party: str
    per_piece: Decimal = ZERO
    fixed: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Fee:
    """What the platform takes of the invoice.

    Parameters
    ----------
    party : str
    share : Decimal
        Of the invoice, 0..1.
    least : Decimal
        Currency.
    most : Decimal or None
        Currency; None for no limit.
    """

    party: str
    share: Decimal = ZERO
    least: Decimal = ZERO
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Lateness:
    """Malus and bonus for days, as shares of what the operation earns.

    Parameters
    ----------
    malus_per_day, malus_cap : Decimal
        Shares; for every day beyond the grace.
    grace_days : int
    bonus_per_day, bonus_cap : Decimal
        Shares; for every day before the due date.
    """

    malus_per_day: Decimal = ZERO
    malus_cap: Decimal = ZERO
    grace_days: int = 0
    bonus_per_day: Decimal = ZERO
    bonus_cap: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Defects:
    """Malus and bonus for defective pieces.

    Parameters
    ----------
    allowed : Decimal
        Share of the pieces that costs nothing, 0..1.
    malus_per_piece : Decimal
        Currency for every defective piece beyond.
    malus_cap : Decimal
        Share of what the operation earns.
    bonus : Decimal
        Share of what the operation earns when there is no defective piece at all.
    """

    allowed: Decimal = ZERO
    malus_per_piece: Decimal = ZERO
    malus_cap: Decimal = ZERO
    bonus: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Contract:
    """Rules by which an invoice is divided.

    Parameters
    ----------
    code, version : str
    since : date
        From which the rules hold.
    fee : Fee
    prices : tuple of Price
    lateness : Lateness
    defects : Defects
    remainder : mapping of party to weight
        Who gets what is left, or bears what is missing; empty: the parties of the operations, by what they earned.
    currency : str
    """

    code: str
    version: str
    since: date
    fee: Fee
    prices: tuple[Price, ...]
    lateness: Lateness = Lateness()
    defects: Defects = Defects()
    remainder: Mapping[str, Decimal] = field(default_factory=dict)
    currency: str = "CNY"


def check_contract(contract: Contract) -> Findings:
    """Check a contract: one price for each operation, shares between 0 and 1, nothing negative."""
    findings = Findings()
    seen: set[str] = set()
    for index, price in enumerate(contract.prices):
        _check_numbers(price, f"prices[{index}]", findings)
        if price.operation in seen:
            findings.error(
                "priced-twice",
                f"prices[{index}].operation",
                Text(f"工序 {price.operation} 有两个价格", f"operation {price.operation} has two prices"),
                Text("每道工序一个价格", "give each operation one price"),
            )
        seen.add(price.operation)
    for name in ("fee", "lateness", "defects"):
        _check_numbers(getattr(contract, name), name, findings)
    for party, weight in contract.remainder.items():
        _check_number(weight, f"remainder.{party}", findings, most=None)
    if contract.remainder and not any(contract.remainder.values()):
        findings.error(
            "remainder",
            "remainder",
            Text("余额的权重都是 0", "all weights of the remainder are 0"),
            Text("至少一方的权重大于 0", "give at least one party a weight above 0"),
        )
    if contract.fee.most is not None and contract.fee.most < contract.fee.least:
        findings.error(
            "fee-limits",
            "fee.most",
            Text(f"上限 {contract.fee.most} 小于下限", f"the most, {contract.fee.most}, is below the least"),
            Text("对调上下限", "swap the limits"),
        )
    return findings


_SHARES = frozenset({"share", "malus_per_day", "malus_cap", "bonus_per_day", "bonus_cap", "allowed", "bonus"})
_PARTS: dict[str, type] = {"fee": Fee, "lateness": Lateness, "defects": Defects}
_KEYS = frozenset(each.name for each in fields(Contract))


def read_contract(text: str) -> Contract:
    """Return the contract written in a TOML text; numbers may be written plainly, they are read exactly.

    Raises
    ------
    Rejected
        With everything that is wrong at once: unknown keys, missing keys, wrong kinds, impossible numbers.
    """
    findings = Findings()
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        findings.error(
            "not-toml",
            "contract",
            Text(f"不是 TOML 文本：{error}", f"not a TOML text: {error}"),
            Text("改正该行", "mend the line"),
        )
        findings.raise_if_any()
    _check_keys(data, _KEYS, "", findings)
    for name in ("code", "version", "since", "fee", "prices"):
        if name not in data:
            _missing(name, findings)
    if "since" in data and not isinstance(data["since"], date):
        _wrong("since", data["since"], findings)
    parts = {name: _part(kind, data[name], name, findings) for name, kind in _PARTS.items() if name in data}
    rows = data.get("prices", [])
    prices = [_part(Price, row, f"prices[{index}]", findings) for index, row in enumerate(rows)]
    remainder = data.get("remainder", {})
    weights = {party: _number(value, f"remainder.{party}", findings) for party, value in remainder.items()}
    findings.raise_if_any()
    contract = Contract(
        code=str(data["code"]),
        version=str(data["version"]),
        since=data["since"],
        prices=tuple(prices),
        remainder=weights,
        currency=str(data.get("currency", "CNY")),
        **parts,
    )
    check_contract(contract).raise_if_any()
    return contract


def _part(kind: type, row: object, where: str, findings: Findings) -> Any:
    """Return one dataclass of a table; None after a finding."""
    if not isinstance(row, dict):
        _wrong(where, row, findings)
        return None
    known = {each.name: each for each in fields(kind)}
    _check_keys(row, frozenset(known), f"{where}.", findings)
    values: dict[str, Any] = {}
    for name, value in row.items():
        if name in {"operation", "party"}:
            values[name] = str(value)
        elif name == "grace_days" and isinstance(value, int):
            values[name] = value
        elif name in known:
            values[name] = _number(value, f"{where}.{name}", findings)
    for name in ("operation", "party"):
        if name in known and name not in row:
            _missing(f"{where}.{name}", findings)
            values[name] = ""
    return kind(**values)


def _number(value: object, where: str, findings: Findings) -> Decimal:
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return Decimal(value)
    _wrong(where, value, findings)
    return ZERO


def _check_keys(data: Mapping[str, object], known: frozenset[str], where: str, findings: Findings) -> None:
    for name in data:
        if name not in known:
            findings.error(
                "unknown-key",
                f"{where}{name}",
                Text(f"不认识“{name}”", f"'{name}' is not known"),
                Text(f"可用：{'、'.join(sorted(known))}", f"known: {', '.join(sorted(known))}"),
            )


def _missing(where: str, findings: Findings) -> None:
    findings.error("missing", where, Text(f"缺少 {where}", f"{where} is missing"), Text("补上", "add it"))


def _wrong(where: str, value: object, findings: Findings) -> None:
    findings.error(
        "wrong-kind",
        where,
        Text(f"“{value}”不是所要的类型", f"'{value}' is not of the kind wanted here"),
        Text(
            "数字不加引号、不用浮点数，日期写成 2026-01-01",
            "write numbers exactly and without quotes, dates as 2026-01-01",
        ),
    )


def _check_numbers(row: Price | Fee | Lateness | Defects, where: str, findings: Findings) -> None:
    for each in fields(row):
        value = getattr(row, each.name)
        if isinstance(value, float):
            _wrong(f"{where}.{each.name}", value, findings)
        elif isinstance(value, Decimal | int):
            _check_number(value, f"{where}.{each.name}", findings, most=1 if each.name in _SHARES else None)


def _check_number(value: Decimal | int, where: str, findings: Findings, most: int | None) -> None:
    if not Decimal(value).is_finite() or value < 0 or (most is not None and value > most):
        findings.error(
            "out-of-range",
            where,
            Text(f"{value} 超出范围", f"{value} is out of range"),
            Text("填 0 至 1 的份额", "enter a share of 0 to 1")
            if most is not None
            else Text("填 0 或正数", "enter 0 or more"),
        )
