"""Whether a document fits its record: lengths, digits, ranges and characters the database can keep."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils import translation

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.kinds import JOINT, Kind
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document, Name

LARGEST_INT = 2_147_483_647

_CHILDREN: dict[str, type[models.Model]] = {
    "CalendarDocument.shifts": records.CalendarShift,
    "CalendarDocument.exceptions": records.CalendarException,
    "Factory.certificates": records.FactoryCertificate,
    "Machine.capabilities": records.Capability,
    "Routing.steps": records.RoutingStep,
    "RoutingStep.alternatives": records.StepAlternative,
}
_BAD_IN_KEYS = (JOINT, "/", "?", "#", "\\")


def check_fit(kind: Kind, document: Document) -> Findings:
    """Return what of a document its record cannot keep; places are paths in the document."""
    findings = Findings()
    for field in kind.key_fields:
        _check_key(findings, field, str(getattr(document, field)))
    _check(findings, kind.model, document, "")
    return findings


def _check_key(findings: Findings, field: str, value: str) -> None:
    wrong = [sign for sign in _BAD_IN_KEYS if sign in value]
    if wrong or not value.isprintable() or value in {".", "..", "new"}:
        shown = " ".join(wrong) or (value if value.isprintable() else repr(value))
        findings.error(
            "bad-code",
            field,
            Text(zh=f"代码不能是或含有“{shown}”", en=f"a code cannot be or contain '{shown}'"),
            Text(zh="使用字母、数字、汉字、连字符和下划线", en="use letters, digits, hyphens and underscores"),
        )


def _check(findings: Findings, model: type[models.Model], document: Document, path: str) -> None:
    for name in type(document).model_fields:
        value = getattr(document, name)
        where = f"{path}{name}"
        child = _CHILDREN.get(f"{type(document).__name__}.{name}")
        if child is not None:
            for index, part in enumerate(value):
                _check(findings, child, part, f"{where}[{index}].")
            continue
        if isinstance(value, Name):
            pairs = [("name_zh", f"{where}.zh", value.zh), ("name_en", f"{where}.en", value.en)]
        else:
            pairs = [(name, where, value)]
        for field, place, content in pairs:
            _check_value(findings, model, field, place, content)


def _check_value(findings: Findings, model: type[models.Model], field: str, where: str, value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        findings.error("not-finite", where, Text(f"{value} 不是有限的数", f"{value} is not a finite number"), _CORRECT)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_INT:
        findings.error("too-large", where, Text(f"{value} 过大", f"{value} is too large"), _CORRECT)
    elif any("\x00" in text for text in _texts(value)):
        findings.error("bad-character", where, Text("含有空字符", "contains a null character"), _CORRECT)
    elif value is not None and value != "":
        for message in _database_says(model, field, value):
            findings.error("does-not-fit", where, message, _CORRECT)


_CORRECT = Text("改正该值", "correct the value")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)


def _database_says(model: type[models.Model], name: str, value: Any) -> list[Text]:
    try:
        field = model._meta.get_field("version_name" if (model, name) == (records.Routing, "version") else name)
    except FieldDoesNotExist:
        return []
    if not isinstance(field, models.Field) or field.is_relation or isinstance(field, models.JSONField):
        return []
    try:
        field.run_validators(value)
    except ValidationError as error:
        said = []
        for language in ("zh-hans", "en"):
            with translation.override(language):
                said.append(" ".join(str(message) for message in error.messages))
        return [Text(*said)]
    return []
