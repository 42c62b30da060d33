"""Checks that every field of a problem holds the kind of value it says, before anything counts on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from itertools import chain
from numbers import Integral, Real
from operator import attrgetter
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from rongzhi.engines.scheduling.model import Problem
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

LARGEST = 10**16
"""Whole numbers beyond it fit no table; `FOREVER` is below."""

_MOST = 50
_SIMPLE: dict[Any, tuple[type, Text]] = {
    int: (Integral, Text(zh="整数", en="a whole number")),
    float: (Real, Text(zh="数", en="a number")),
    str: (str, Text(zh="文字", en="text")),
    bool: (bool, Text(zh="真或假", en="true or false")),
}


def check_kinds(problem: Problem, findings: Findings) -> None:
    """Report values of another kind than their field's, and whole numbers beyond all tables."""
    if _is_odd(Problem, [problem]):
        _walk(Problem, problem, "", findings)


def check_budget(time_limit_s: object, iteration_limit: object, seed: object, workers: object) -> Findings:
    """Return what is wrong with what a search is told: limits that are no numbers, a seed below 0."""
    findings = Findings()
    number, whole = _SIMPLE[float][1], _SIMPLE[int][1]
    if time_limit_s is not None and not (isinstance(time_limit_s, Real) and time_limit_s == time_limit_s):  # noqa: PLR0124 - NaN
        _wrong("time_limit_s", time_limit_s, number, findings)
    for where, value in (("iteration_limit", iteration_limit), ("workers", workers)):
        if value is not None and not isinstance(value, Integral):
            _wrong(where, value, whole, findings)
    if not isinstance(seed, Integral) or seed < 0:
        _wrong("seed", seed, Text(zh="不小于 0 的整数", en="a whole number of at least 0"), findings)
    return findings


def _is_odd(kind: Any, values: Sequence[Any]) -> bool:  # noqa: PLR0911 - one for each sort of kind
    """Return whether any of many values is not of a kind; quick, as nearly always none is."""
    kind, values = _inner(kind, values)
    if kind in _SIMPLE:
        base = _SIMPLE[kind][0]
        if not all(issubclass(each, base) for each in set(map(type, values))):
            return True
        return kind is int and bool(values) and (min(values) < -LARGEST or max(values) > LARGEST)
    types = set(map(type, values))
    if get_origin(kind) is tuple:
        if not types <= {tuple, list}:
            return True
        part, size = _part(kind)
        return (size is not None and any(len(each) != size for each in values)) or _is_odd(
            part, list(chain.from_iterable(values))
        )
    if get_origin(kind) is Literal:
        return not types <= {str} or not set(values) <= set(get_args(kind))
    if not all(issubclass(each, kind) for each in types):
        return True
    return any(_is_odd(hint, list(map(attrgetter(name), values))) for name, hint in _hints(kind)) if values else False


def _inner(kind: Any, values: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
    """Return an optional field's kind and the values that are there."""
    if get_origin(kind) is not UnionType:
        return kind, values
    return next(each for each in get_args(kind) if each is not type(None)), [
        each for each in values if each is not None
    ]


def _part(kind: Any) -> tuple[Any, int | None]:
    """Return the kind of a tuple's items, and how many there must be."""
    args = get_args(kind)
    return args[0], None if args[-1] is Ellipsis else len(args)


@cache
def _hints(kind: type) -> tuple[tuple[str, Any], ...]:
    if not is_dataclass(kind):
        return ()
    hints = get_type_hints(kind)
    return tuple((each.name, hints[each.name]) for each in fields(kind))


def _walk(kind: Any, value: Any, where: str, findings: Findings) -> None:
    """Report every odd value below one, with its place."""
    if len(findings) >= _MOST or not _is_odd(kind, [value]):
        return
    kind = _inner(kind, [])[0]
    if get_origin(kind) is tuple and isinstance(value, (tuple, list)) and _part(kind)[1] in (None, len(value)):
        below: Iterable[tuple[Any, Any, str]] = (
            (_part(kind)[0], each, f"{where}[{row}]") for row, each in enumerate(value)
        )
    elif is_dataclass(kind) and isinstance(kind, type) and isinstance(value, kind):
        below = ((hint, getattr(value, name), f"{where}.{name}".lstrip(".")) for name, hint in _hints(kind))
    else:
        _tell(kind, value, where, findings)
        return
    for part, each, place in below:
        _walk(part, each, place, findings)


def _tell(kind: Any, value: Any, where: str, findings: Findings) -> None:
    shown = repr(value)[:40]
    if kind is int and isinstance(value, Integral):
        findings.error(
            "time-out-of-range",
            where,
            Text(zh=f"数 {shown} 太大", en=f"the number {shown} is too large"),
            Text(zh="检查数值和时间单位", en="check the number and the time unit"),
        )
        return
    _wrong(where, value, _wanted(kind), findings)


def _wrong(where: str, value: object, wanted: Text, findings: Findings) -> None:
    shown = repr(value)[:40]
    findings.error(
        "wrong-kind",
        where,
        Text(zh=f"此处应为{wanted.zh}，而不是 {shown}", en=f"{shown} is not {wanted.en}"),
        Text(zh=f"给出{wanted.zh}", en=f"give {wanted.en}"),
    )


def _wanted(kind: Any) -> Text:
    if kind in _SIMPLE:
        return _SIMPLE[kind][1]
    if get_origin(kind) is tuple:
        size = _part(kind)[1]
        if size is None:
            return Text(zh="一个元组", en="a tuple")
        return Text(zh=f"{size} 个整数", en=f"a tuple of {size} whole numbers")
    if get_origin(kind) is Literal:
        names = ", ".join(map(str, get_args(kind)))
        return Text(zh=f"其中之一：{names}", en=f"one of {names}")
    if issubclass(kind, StrEnum):
        names = ", ".join(f"{kind.__name__}.{each.name}" for each in kind)
        return Text(zh=f"其中之一：{names}", en=f"one of {names}")
    return Text(zh=f"“{kind.__name__}”", en=f"a '{kind.__name__}'")
