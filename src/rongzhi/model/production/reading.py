"""Reading documents: what pydantic says about bad input, turned into bilingual findings with place and fix."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document

D = TypeVar("D", bound=Document)

# pydantic error type -> (code, what, fix), as (zh, en); {input} and the error's own context are filled in.
_Pair = tuple[str, str]
_SAYINGS: dict[str, tuple[str, _Pair, _Pair]] = {
    "missing": ("missing", ("缺少“{field}”", "'{field}' is missing"), ("请补填“{field}”", "add '{field}'")),
    "extra_forbidden": (
        "unknown-field",
        ("没有名为“{field}”的字段", "there is no field '{field}'"),
        ("删除它或改正字段名", "remove it or correct its name"),
    ),
    "greater_than": (
        "too-small",
        ("{input} 必须大于 {gt}", "{input} must be greater than {gt}"),
        ("填写大于 {gt} 的值", "enter a value above {gt}"),
    ),
    "greater_than_equal": (
        "too-small",
        ("{input} 不得小于 {ge}", "{input} must not be below {ge}"),
        ("填写不小于 {ge} 的值", "enter {ge} or more"),
    ),
    "less_than": (
        "too-large",
        ("{input} 必须小于 {lt}", "{input} must be less than {lt}"),
        ("填写小于 {lt} 的值", "enter a value below {lt}"),
    ),
    "less_than_equal": (
        "too-large",
        ("{input} 不得大于 {le}", "{input} must not be above {le}"),
        ("填写不大于 {le} 的值", "enter {le} or less"),
    ),
    "string_too_short": (
        "too-short",
        ("“{field}”至少 {min_length} 个字符", "'{field}' needs at least {min_length} character(s)"),
        ("请填写“{field}”", "fill in '{field}'"),
    ),
    "string_too_long": (
        "too-long",
        ("“{field}”最多 {max_length} 个字符", "'{field}' allows at most {max_length} characters"),
        ("请缩短", "shorten it"),
    ),
    "too_short": (
        "too-few",
        ("“{field}”至少要有 {min_length} 项", "'{field}' needs at least {min_length} entry"),
        ("请至少添加 {min_length} 项", "add at least {min_length}"),
    ),
    "too_long": (
        "too-many",
        ("“{field}”最多 {max_length} 项", "'{field}' allows at most {max_length} entries"),
        ("请减少项数", "remove some"),
    ),
    "literal_error": (
        "not-an-option",
        ("{input} 不是可选值", "{input} is not one of the options"),
        ("可选：{expected}", "use {expected}"),
    ),
    "timezone_aware": (
        "no-time-zone",
        ("{input} 没有时区", "{input} has no time zone"),
        ("写明时区，如 2026-03-01T17:00:00+08:00", "say the zone, such as 2026-03-01T17:00:00+08:00"),
    ),
    "finite_number": (
        "not-finite",
        ("{input} 不是有限的数", "{input} is not a finite number"),
        ("填写普通数字", "enter an ordinary number"),
    ),
}

# What was expected, by the word pydantic's types begin with, when the value cannot be read as it.
_KINDS: tuple[tuple[str, str, _Pair, _Pair], ...] = (
    ("int", "not-a-whole-number", ("整数", "a whole number"), ("填写整数，如 3", "enter a whole number such as 3")),
    ("float", "not-a-number", ("数字", "a number"), ("填写数字，如 2.5", "enter a number such as 2.5")),
    ("decimal", "not-a-number", ("数字", "a number"), ("填写数字，如 2.50", "enter a number such as 2.50")),
    ("bool", "not-yes-or-no", ("是或否", "true or false"), ("填写 true 或 false", "enter true or false")),
    (
        "datetime",
        "not-a-date-time",
        ("日期时间", "a date and time"),
        ("按 2026-03-01T17:00:00+08:00 填写", "write it as 2026-03-01T17:00:00+08:00"),
    ),
    ("date", "not-a-date", ("日期", "a date"), ("按 2026-03-01 填写", "write it as 2026-03-01")),
    ("time", "not-a-time", ("时刻", "a time of day"), ("按 08:30 填写", "write it as 08:30")),
    ("string", "not-text", ("文字", "text"), ("填写文字", "enter text")),
    ("tuple", "not-a-list", ("列表", "a list"), ("用 [ ] 列出各项", "list the entries in [ ]")),
    ("list", "not-a-list", ("列表", "a list"), ("用 [ ] 列出各项", "list the entries in [ ]")),
    ("dict", "not-a-record", ("记录", "a record"), ("用 { } 写各字段", "write the fields in { }")),
    ("model", "not-a-record", ("记录", "a record"), ("用 { } 写各字段", "write the fields in { }")),
)


def read_document(cls: type[D], data: object, where: str = "") -> D | Findings:
    """Read plain data as a document.

    Parameters
    ----------
    cls : type of Document
    data : object
        Usually what ``json.loads`` gave.
    where : str
        Place put before every finding's, such as ``orders.csv:14``.

    Returns
    -------
    Document or Findings
        The document, or every error at once, each with its place (``orders[3].lines[0].due``) and its fix.
    """
    try:
        return cls.model_validate(data)
    except ValidationError as error:
        return findings_of(error, where)


def read_json(cls: type[D], text: str, where: str = "") -> D | Findings:
    """Read a JSON text as a document; broken JSON and numbers JSON does not have are findings with line and column."""
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        return _broken(where, Text(zh="嵌套过深", en="nested too deeply"))
    except json.JSONDecodeError as error:
        at = f"{where}:{error.lineno}:{error.colno}" if where else f"{error.lineno}:{error.colno}"
        return _broken(at, Text(zh="不是有效的 JSON", en=f"not valid JSON: {error.msg}"))
    except ValueError as error:
        return _broken(where, Text(zh=f"JSON 中的数无效：{error}", en=f"not a JSON number: {error}"))
    return read_document(cls, data, where)


def findings_of(error: ValidationError, where: str = "") -> Findings:
    """Turn a pydantic error into findings."""
    findings = Findings()
    details = error.errors(include_url=False)
    places = {detail["loc"] for detail in details}
    parents = {loc[:cut] for loc in places for cut in range(len(loc))}
    for detail in details:
        if detail["type"] == "too_short" and detail["loc"] in parents:
            continue  # the entries are there, they are only wrong themselves
        path = _path(detail["loc"])
        joint = "." if where and path and not path.startswith("[") else ""
        code, message, fix = _say(detail["type"], detail, path)
        findings.error(code, f"{where}{joint}{path}", message, fix)
    return findings


def _say(kind: str, detail: Mapping[str, Any], path: str) -> tuple[str, Text, Text]:
    context = {key: str(value) for key, value in detail.get("ctx", {}).items()}
    context |= {"input": _shown(detail.get("input")), "field": path.rsplit(".", 1)[-1] or path}
    if kind in _SAYINGS:
        code, message, fix = _SAYINGS[kind]
        return code, _fill(message, context), _fill(fix, context)
    for prefix, code, wanted, fix in _KINDS:
        if kind == prefix or kind.startswith(f"{prefix}_"):
            shown = context["input"]
            return code, Text(zh=f"{shown} 不是{wanted[0]}", en=f"{shown} is not {wanted[1]}"), Text(*fix)
    said = str(detail.get("msg", kind))
    return (
        "invalid",
        Text(zh=f"{context['input']} 无效（{said}）", en=f"{context['input']} is not valid: {said}"),
        Text(zh="改正该值", en="correct the value"),
    )


def _fill(pair: _Pair, context: Mapping[str, str]) -> Text:
    return Text(pair[0].format_map(context), pair[1].format_map(context))


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _shown(value: object, limit: int = 60) -> str:
    """Return a value as a person would recognise it, cut to a bearable length."""
    text = "null" if value is None else value if isinstance(value, str) else _plain(value)
    text = text if len(text) <= limit else f"{text[:limit]}…"
    return f"“{text}”" if isinstance(value, str) else text


def _plain(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else repr(value)


def _broken(where: str, message: Text) -> Findings:
    findings = Findings()
    findings.error("not-json", where, message, Text(zh="请检查文件是否完整", en="check that the file is complete"))
    return findings


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
