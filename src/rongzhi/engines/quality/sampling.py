"""Single sampling plans by attributes after ISO 2859-1 / GB/T 2828.1: lot size to code letter to plan."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from importlib.resources import files

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text


class Inspection(StrEnum):
    """How strictly a series of lots is inspected."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"

    @property
    def label(self) -> Text:
        """The name of the severity."""
        return _LABELS[self]


_LABELS = {
    Inspection.NORMAL: Text("正常检验", "normal inspection"),
    Inspection.TIGHTENED: Text("加严检验", "tightened inspection"),
    Inspection.REDUCED: Text("放宽检验", "reduced inspection"),
}


@dataclass(frozen=True, slots=True)
class SamplingTables:
    """The published tables as read from the data file.

    Parameters
    ----------
    standard : str
    aql : tuple of Decimal
        The 26 preferred values.
    levels : tuple of str
        ``S-1`` to ``S-4``, ``I``, ``II``, ``III``.
    lots : tuple of (int, str)
        Largest lot of a row (0: any larger) and one code letter for each level.
    sizes : mapping of Inspection to mapping of letter to sample size
    cells : mapping of Inspection to mapping of letter to row of cells
        ``"0"`` ... are acceptance numbers, ``v`` and ``^`` arrows, ``.`` no plan.
    tables : mapping of Inspection to the number of the table
    """

    standard: str
    aql: tuple[Decimal, ...]
    levels: tuple[str, ...]
    lots: tuple[tuple[int, str], ...]
    sizes: Mapping[Inspection, Mapping[str, int]]
    cells: Mapping[Inspection, Mapping[str, tuple[str, ...]]]
    tables: Mapping[Inspection, str]


@cache
def sampling_tables() -> SamplingTables:
    """Return the published tables; read once."""
    path = files("rongzhi.engines.quality") / "data" / "sampling.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return SamplingTables(
        standard=data["standard"],
        aql=tuple(Decimal(each) for each in data["aql"]),
        levels=tuple(data["levels"]),
        lots=tuple((largest, letters) for largest, letters in data["lots"]),
        sizes={each: dict(data[each]["sizes"]) for each in Inspection},
        cells={
            each: {letter: tuple(row.split()) for letter, row in data[each]["cells"].items()} for each in Inspection
        },
        tables={each: data[each]["table"] for each in Inspection},
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """A single sampling plan for one lot.

    Parameters
    ----------
    lot_size : int
        Items in the lot.
    first_letter : str
        Code letter of the lot size and level.
    letter : str
        Code letter of the plan used, after following arrows.
    sample_size : int
        Items to inspect; the whole lot when the table asks for at least as many.
    accept : int
        Ac: the lot is accepted with at most so many.
    reject : int
        Re: the lot is rejected from so many on.
    aql : Decimal
        Percent nonconforming, or nonconformities per 100 items.
    level : str
    inspection : Inspection
    is_full : bool
        Whether every item of the lot is inspected.
    table : str
        Number of the table in the standard.
    words : Text
        How the plan was found.
    """

    lot_size: int
    first_letter: str
    letter: str
    sample_size: int
    accept: int
    reject: int
    aql: Decimal
    level: str
    inspection: Inspection
    is_full: bool
    table: str
    words: Text

    def accepts(self, found: int) -> bool:
        """Return whether a lot with so many nonconforming items (or nonconformities) in the sample is accepted."""
        return found <= self.accept


def code_letter(lot_size: int, level: str = "II") -> str:
    """Return the code letter of a lot size at an inspection level (table 1).

    Raises
    ------
    Rejected
        If the lot has fewer than 2 items or the level is unknown.
    """
    findings = Findings()
    _check_lot(lot_size, level, findings)
    findings.raise_if_any()
    tables = sampling_tables()
    row = next(letters for largest, letters in tables.lots if largest == 0 or lot_size <= largest)
    return row[tables.levels.index(level)]


def sampling_plan(
    lot_size: int,
    aql: Decimal | str | int,
    *,
    level: str = "II",
    inspection: Inspection | str = Inspection.NORMAL,
) -> Plan:
    """Return the single sampling plan for a lot.

    Parameters
    ----------
    lot_size : int
        Items in the lot, at least 2.
    aql : Decimal, str or int
        One of the 26 preferred values, percent nonconforming up to 10, nonconformities per 100 items up to 1000.
    level : str
        General level ``I``, ``II``, ``III`` or special level ``S-1`` to ``S-4``.
    inspection : Inspection or str

    Raises
    ------
    Rejected
        With everything that is wrong at once.

    References
    ----------
    ISO 2859-1:1999 (GB/T 2828.1-2012), 10 and tables 1, 2-A, 2-B, 2-C.
    """
    findings = Findings()
    _check_lot(lot_size, level, findings)
    value = _check_aql(aql, findings)
    severity = _check_inspection(inspection, findings)
    findings.raise_if_any()
    first = code_letter(lot_size, level)
    letter, accept = follow(first, value, severity)
    wanted = sampling_tables().sizes[severity][letter]
    is_full = wanted >= lot_size
    plan = Plan(
        lot_size=lot_size,
        first_letter=first,
        letter=letter,
        sample_size=min(wanted, lot_size),
        accept=accept,
        reject=accept + 1,
        aql=value,
        level=level,
        inspection=severity,
        is_full=is_full,
        table=sampling_tables().tables[severity],
        words=Text("", ""),
    )
    return replace(plan, words=_words(plan, wanted))


def follow(letter: str, aql: Decimal, inspection: Inspection) -> tuple[str, int]:
    """Return letter and acceptance number of the plan a cell of the master table leads to.

    An arrow leads to the first plan below or above in its column, and the sample size of that row is used.
    """
    tables = sampling_tables()
    column = tables.aql.index(aql)
    rows = list(tables.cells[inspection].items())
    at = next(index for index, (each, _) in enumerate(rows) if each == letter)
    step = {"v": 1, "^": -1}.get(rows[at][1][column], 0)
    while not rows[at][1][column].isdigit():
        at += step
    return rows[at][0], int(rows[at][1][column])


def _words(plan: Plan, wanted: int) -> Text:
    arrow = Text("", "")
    if plan.letter != plan.first_letter:
        arrow = Text(f"，箭头指向字码 {plan.letter}", f", the arrow leads to letter {plan.letter}")
    full = Text("", "")
    if plan.is_full:
        full = Text(
            "；样本量不小于批量，全数检验", "; the sample is not smaller than the lot, so every item is inspected"
        )
    severity, numbers = plan.inspection.label, f"n = {wanted}, Ac = {plan.accept}, Re = {plan.reject}"
    return Text(
        zh=f"批量 {plan.lot_size}、检验水平 {plan.level}：字码 {plan.first_letter}{arrow.zh}；"
        f"{severity.zh}（表 {plan.table}）、AQL {plan.aql}：{numbers.replace(', ', '，')}{full.zh}",
        en=f"lot of {plan.lot_size} at level {plan.level}: letter {plan.first_letter}{arrow.en}; "
        f"{severity.en} (table {plan.table}), AQL {plan.aql}: {numbers}{full.en}",
    )


def _check_lot(lot_size: int, level: str, findings: Findings) -> None:
    if lot_size < 2:
        findings.error(
            "lot-too-small",
            "lot_size",
            Text(f"批量 {lot_size} 小于 2", f"a lot of {lot_size} is smaller than 2"),
            Text("只有一件时逐件检验", "inspect a single item as it is"),
        )
    levels = sampling_tables().levels
    if level not in levels:
        findings.error(
            "unknown-level",
            "level",
            Text(f"没有检验水平“{level}”", f"there is no inspection level '{level}'"),
            Text(f"请使用：{'、'.join(levels)}", f"use one of: {', '.join(levels)}"),
        )


def _check_aql(aql: Decimal | str | int, findings: Findings) -> Decimal:
    known = sampling_tables().aql
    try:
        value = Decimal(aql)
    except InvalidOperation:
        value = Decimal("NaN")
    match = next((each for each in known if value.is_finite() and each == value), None)
    if match is None:
        near = sorted(known, key=lambda each: abs(each - value))[:3] if value.is_finite() else list(known[9:14])
        shown = [str(each) for each in sorted(near)]
        findings.error(
            "unknown-aql",
            "aql",
            Text(f"AQL {aql} 不是标准的优先值", f"AQL {aql} is not one of the preferred values of the standard"),
            Text(f"请使用：{'、'.join(shown)}", f"use one of: {', '.join(shown)}"),
        )
    return match or Decimal(1)


def _check_inspection(inspection: Inspection | str, findings: Findings) -> Inspection:
    found = next((each for each in Inspection if each == inspection), None)
    if found is None:
        findings.error(
            "unknown-inspection",
            "inspection",
            Text(f"没有严格度“{inspection}”", f"there is no severity '{inspection}'"),
            Text("请使用：normal、tightened、reduced", "use one of: normal, tightened, reduced"),
        )
    return found or Inspection.NORMAL
