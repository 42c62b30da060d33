"""Reading run-time histograms from CSV, in either of two layouts.

Long: columns ``machine``, ``operation``, ``low``, ``high``, ``weight``, a row for each class of a pair; ``low`` and
``high`` are seconds per unit (or any one unit of time), ``weight`` a count or a share.

Wide: columns ``machine``, ``operation``, then one column for each class, headed by its two bounds
(``15 per 12 seconds per unit``, ``12-15``); the cells are weights. Other columns are refused.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable
from pathlib import Path

from rongzhi.engines.scheduling.robust.spreads import Histogram
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

Pair = tuple[str, str]
LONG = ("machine", "operation", "low", "high", "weight")
_BOUNDS = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(?:per|-|–|to|\.\.)\s*(\d+(?:\.\d+)?)(?:\s+[a-z ]+)?\s*$")
_FIX = Text("改正表格后重新读取", "mend the table and read it again")


def read_histograms(source: str | Path) -> dict[Pair, Histogram]:
    """Read run-time histograms by machine and operation.

    Parameters
    ----------
    source : str or Path
        A file (``.csv`` or ``.csv.gz``), or the text of one.

    Returns
    -------
    dict of (machine, operation) to Histogram
        In the unit of the bounds, usually seconds per unit; `Histogram.over` gives the ratio to a planned time.

    Raises
    ------
    Rejected
        With every line that is wrong.
    """
    name, text = _text(source)
    rows = list(csv.reader(io.StringIO(text)))
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    findings = Findings()
    if head[:2] != ["machine", "operation"] or len(head) < 3:
        findings.error(
            "bad-head",
            f"{name}:1",
            Text("前两列须为 machine、operation", "the first columns must be machine and operation"),
            _FIX,
        )
        raise Rejected(list(findings))
    body = [(line, row) for line, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    found = _long(name, head, body, findings) if tuple(head) == LONG else _wide(name, head, body, findings)
    findings.raise_if_any()
    return found


def _text(source: str | Path) -> tuple[str, str]:
    if isinstance(source, str) and ("\n" in source or "," in source):
        return "histograms.csv", source
    path = Path(source)
    if path.suffix == ".gz":
        import gzip

        return path.name, gzip.decompress(path.read_bytes()).decode("utf-8-sig")
    return path.name, path.read_text(encoding="utf-8-sig")


def _long(
    name: str, head: list[str], body: Iterable[tuple[int, list[str]]], findings: Findings
) -> dict[Pair, Histogram]:
    classes: dict[Pair, list[tuple[float, float, float]]] = {}
    for line, row in body:
        if len(row) != len(head):
            _wrong_width(name, line, len(row), len(head), findings)
            continue
        numbers = [_number(name, line, column, cell, findings) for column, cell in zip(head[2:], row[2:], strict=True)]
        if None not in numbers:
            low, high, weight = (each for each in numbers if each is not None)
            classes.setdefault((row[0].strip(), row[1].strip()), []).append((min(low, high), max(low, high), weight))
    return _made(name, classes, findings)


def _wide(
    name: str, head: list[str], body: Iterable[tuple[int, list[str]]], findings: Findings
) -> dict[Pair, Histogram]:
    bounds = []
    for column in head[2:]:
        match = _BOUNDS.match(column)
        if match is None:
            findings.error(
                "bad-class",
                f"{name}:1",
                Text(f"列名“{column}”不是组的上下限", f"column '{column}' does not name the bounds of a class"),
                _FIX,
            )
            continue
        one, other = float(match[1]), float(match[2])
        bounds.append((min(one, other), max(one, other)))
    if not findings.is_clean:
        return {}
    classes: dict[Pair, list[tuple[float, float, float]]] = {}
    for line, row in body:
        if len(row) != len(head):
            _wrong_width(name, line, len(row), len(head), findings)
            continue
        for (low, high), column, cell in zip(bounds, head[2:], row[2:], strict=True):
            weight = _number(name, line, column, cell, findings)
            if weight:
                classes.setdefault((row[0].strip(), row[1].strip()), []).append((low, high, weight))
    return _made(name, classes, findings)


def _made(
    name: str, classes: dict[Pair, list[tuple[float, float, float]]], findings: Findings
) -> dict[Pair, Histogram]:
    found = {}
    for pair, rows in classes.items():
        low, high, weight = zip(*sorted(rows), strict=True)
        if not sum(weight) > 0:
            findings.error(
                "no-weight",
                f"{name}:{pair[0]}/{pair[1]}",
                Text("各组权重之和为 0", "the weights of the classes sum to 0"),
                _FIX,
            )
            continue
        found[pair] = Histogram(tuple(low), tuple(high), tuple(weight))
    return found


def _number(name: str, line: int, column: str, cell: str, findings: Findings) -> float | None:
    try:
        value = float(cell) if cell.strip() else 0.0
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        findings.error(
            "bad-number",
            f"{name}:{line}:{column}",
            Text(f"“{cell}”不是非负数", f"'{cell}' is not a number of 0 or more"),
            _FIX,
        )
        return None
    return value


def _wrong_width(name: str, line: int, found: int, wanted: int, findings: Findings) -> None:
    findings.error(
        "bad-width",
        f"{name}:{line}",
        Text(f"有 {found} 列，应为 {wanted} 列", f"there are {found} cells, not {wanted}"),
        _FIX,
    )
