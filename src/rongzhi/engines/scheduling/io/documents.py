"""Problems and plans as JSON with a published schema; what is written is read back exactly.

A document names its format and version. Fields that keep their default are left out; the defaults belong to the
version, so a change of one makes a new version.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

PROBLEM_FORMAT: Final = "rongzhi.scheduling.problem"
PLAN_FORMAT: Final = "rongzhi.scheduling.plan"
VERSION: Final = 1

_MOST = 50


@dataclass(frozen=True, slots=True)
class ProblemDocument:
    """The file of a problem."""

    problem: Problem
    format: Literal["rongzhi.scheduling.problem"]
    version: Literal[1]


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """The file of a plan: one assignment for each operation, or for each part of a divided lot."""

    assignments: tuple[Assignment, ...]
    format: Literal["rongzhi.scheduling.plan"]
    version: Literal[1]


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def json_schema(kind: Literal["problem", "plan"] = "problem") -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the documents; it allows no unknown fields."""
    document: Any = ProblemDocument if kind == "problem" else PlanDocument
    schema: dict[str, Any] = _adapter(document).json_schema()
    for part in (schema, *schema["$defs"].values()):
        if part.get("type") == "object":
            part["additionalProperties"] = False
            part.pop("description", None)
    title = f"Rongzhi scheduling {kind}, version {VERSION}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def write_json(problem: Problem, *, indent: int | None = None) -> str:
    """Write a problem as JSON."""
    document = ProblemDocument(problem, PROBLEM_FORMAT, VERSION)
    return _adapter(ProblemDocument).dump_json(document, exclude_defaults=True, indent=indent).decode() + "\n"


def read_json(text: str, name: str = "problem.json") -> Problem:
    """Read a problem from JSON.

    Parameters
    ----------
    text : str
    name : str
        Of the file in findings.

    Raises
    ------
    Rejected
        With line and column of broken JSON, or the path of every field that is unknown, missing or of a wrong kind.
    """
    document: ProblemDocument = _read(text, name, ProblemDocument, "problem")
    return document.problem


def write_plan(plan: Plan, *, indent: int | None = None) -> str:
    """Write a plan as JSON."""
    rows = [_row(assignment) for assignment in plan]
    return json.dumps({"format": PLAN_FORMAT, "version": VERSION, "assignments": rows}, indent=indent) + "\n"


def _row(assignment: Assignment) -> dict[str, Any]:
    row = asdict(assignment)
    if not assignment.part:
        del row["part"], row["run"]
    return row


def read_plan(text: str, name: str = "plan.json") -> Plan:
    """Read a plan from JSON.

    Raises
    ------
    Rejected
        With line and column of broken JSON, or the path of every field that is unknown, missing or of a wrong kind.
    """
    document: PlanDocument = _read(text, name, PlanDocument, "plan")
    return Plan.of(document.assignments)


def _read(text: str, name: str, kind: Any, schema: Literal["problem", "plan"]) -> Any:
    from pydantic import ValidationError

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Rejected([_broken(error, name)]) from error
    findings: list[Finding] = []
    whole = json_schema(schema)
    _unknown(data, whole, whole["$defs"], name, findings)
    try:
        document = _adapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        findings += _invalid(error, name)
        raise Rejected(findings[:_MOST]) from error
    if findings:
        raise Rejected(findings[:_MOST])
    return document


def _broken(error: Exception, name: str) -> Finding:
    line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
    reason = getattr(error, "msg", str(error))
    return Finding(
        "broken-json",
        f"{name}:{line}:{column}",
        Text(zh=f"不是有效的 JSON：{reason}", en=f"not valid JSON: {reason}"),
        Text(zh="改正该处的语法", en="correct the syntax there"),
    )


def _invalid(error: ValidationError, name: str) -> list[Finding]:
    found = []
    for item in error.errors(include_url=False, include_input=False):
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in item["loc"])
        found.append(
            Finding(
                "bad-field",
                f"{name}:{where.lstrip('.')}",
                Text(zh=f"字段不合要求：{item['msg']}", en=f"the field is not as it must be: {item['msg']}"),
                Text(zh="对照已发布的 JSON Schema 改正", en="correct it as the published JSON Schema says"),
            )
        )
    return found


def _unknown(data: Any, schema: dict[str, Any], kinds: dict[str, Any], where: str, findings: list[Finding]) -> None:
    """Report fields that the schema does not name; reading would silently drop them."""
    reference = schema.get("$ref")
    schema = kinds[reference.rpartition("/")[2]] if reference else schema
    for option in schema.get("anyOf", ()):
        _unknown(data, option, kinds, where, findings)
    if isinstance(data, dict) and schema.get("type") == "object":
        parts = schema.get("properties", {})
        for key, value in data.items():
            if key in parts:
                if isinstance(value, (dict, list)):
                    _unknown(value, parts[key], kinds, _path(where, key), findings)
            elif key != "$schema":
                findings.append(_strange(_path(where, key), key))
    elif isinstance(data, list) and "items" in schema and isinstance(schema["items"], dict):
        for number, value in enumerate(data):
            if isinstance(value, (dict, list)):
                _unknown(value, schema["items"], kinds, f"{where}[{number}]", findings)


def _path(where: str, key: str) -> str:
    return f"{where}.{key}" if ":" in where else f"{where}:{key}"


def _strange(where: str, key: str) -> Finding:
    return Finding(
        "unknown-field",
        where,
        Text(zh=f"未知字段“{key}”", en=f"unknown field '{key}'"),
        Text(zh="检查拼写，或删去该字段", en="check the spelling or remove the field"),
    )
