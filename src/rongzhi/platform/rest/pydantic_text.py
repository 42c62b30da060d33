"""What pydantic found wrong, as findings in both languages with their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text

_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("缺少此项", "this field is missing"),
    "extra_forbidden": ("不认识此项", "this field is not known"),
    "string_type": ("应为文字", "must be text"),
    "string_too_short": ("至少 {min_length} 个字符", "at least {min_length} characters"),
    "string_too_long": ("至多 {max_length} 个字符", "at most {max_length} characters"),
    "string_pattern_mismatch": ("不符合格式 {pattern}", "does not match {pattern}"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "float_type": ("应为数字", "must be a number"),
    "float_parsing": ("应为数字", "must be a number"),
    "finite_number": ("应为有限的数", "must be a finite number"),
    "decimal_type": ("应为十进制数", "must be a decimal number"),
    "decimal_parsing": ("应为十进制数", "must be a decimal number"),
    "decimal_max_places": ("小数至多 {decimal_places} 位", "at most {decimal_places} decimal places"),
    "decimal_max_digits": ("至多 {max_digits} 位数字", "at most {max_digits} digits"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "greater_than": ("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("应不小于 {ge}", "must be at least {ge}"),
    "less_than": ("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("应不大于 {le}", "must be at most {le}"),
    "too_short": ("至少 {min_length} 项", "at least {min_length} items"),
    "too_long": ("至多 {max_length} 项", "at most {max_length} items"),
    "list_type": ("应为列表", "must be a list"),
    "dict_type": ("应为对象", "must be an object"),
    "model_type": ("应为对象", "must be an object"),
    "model_attributes_type": ("应为对象", "must be an object"),
    "enum": ("只能是 {expected}", "must be one of {expected}"),
    "literal_error": ("只能是 {expected}", "must be one of {expected}"),
    "uuid_parsing": ("应为 UUID", "must be a UUID"),
    "uuid_type": ("应为 UUID", "must be a UUID"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "date_parsing": ("应为日期，如 2026-11-22", "must be a date such as 2026-11-22"),
    "date_from_datetime_parsing": ("应为日期，如 2026-11-22", "must be a date such as 2026-11-22"),
    "datetime_type": ("应为时刻，如 2026-11-22T14:05:00+08:00", "must be an instant such as 2026-11-22T14:05:00+08:00"),
    "datetime_parsing": (
        "应为时刻，如 2026-11-22T14:05:00+08:00",
        "must be an instant such as 2026-11-22T14:05:00+08:00",
    ),
    "datetime_from_date_parsing": (
        "应为时刻，如 2026-11-22T14:05:00+08:00",
        "must be an instant such as 2026-11-22T14:05:00+08:00",
    ),
    "timezone_aware": ("时刻须带时区", "the instant needs its time zone"),
    "time_parsing": ("应为时间，如 08:00", "must be a time such as 08:00"),
}


def place_of(location: Sequence[Any]) -> str:
    """Return a location as people write it: ``body.lines[0].quantity``."""
    parts = list(location)
    if parts[:1] == ["body"] and len(parts) > 2:
        del parts[1]
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def findings_of(errors: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Return pydantic's errors as findings."""
    return [_finding(error) for error in errors]


def _finding(error: Mapping[str, Any]) -> Finding:
    kind, context = str(error["type"]), error.get("ctx", {})
    reason = str(context.get("error", error.get("msg", "")))
    zh, en = _WORDS.get(kind, ("格式不正确：{reason}", "{reason}"))
    words = {**context, "reason": reason}
    return Finding(
        code=kind.replace("_", "-"),
        where=place_of(error["loc"]),
        message=Text(zh.format_map(words), en.format_map(words)),
        fix=Text("按接口文档改正此项后重新提交", "correct this field as the API reference says and send again"),
    )
