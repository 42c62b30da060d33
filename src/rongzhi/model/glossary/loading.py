"""Reading the glossary's data files: one TOML file for each subject, one for subjects and one for sources."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.glossary.term import Source, Status, Subject, Term

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

_TERM_FIELDS = frozenset(
    {"zh", "en", "def_zh", "def_en", "broader", "source", "status", "since", "alt_zh", "alt_en", "notation"}
)
_NO_SOURCE = Source("", "", Text("", ""), None, None)


def data_folder() -> Traversable:
    """Return the folder of the data files that come with the package."""
    return files("rongzhi.model.glossary") / "data"


def _read_toml(path: Traversable) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _status(value: object) -> Status | None:
    return next((status for status in Status if status == value), None)


def _since(value: object) -> date | None:
    return value if isinstance(value, date) else None


def read_sources(folder: Traversable) -> dict[str, Source]:
    """Return the sources by key."""
    return {
        key: Source(
            key,
            row.get("cite", ""),
            Text(row.get("zh", ""), row.get("en", "")),
            _status(row.get("status")),
            _since(row.get("since")),
        )
        for key, row in _read_toml(folder / "_sources.toml").items()
    }


def read_subjects(folder: Traversable) -> dict[str, Subject]:
    """Return the subjects by key, in the order of the framework."""
    table = _read_toml(folder / "_subjects.toml")
    return {key: Subject(key, Text(row.get("zh", ""), row.get("en", ""))) for key, row in table.items()}


def _read_term(key: str, row: dict[str, Any], subject: str, default: str, sources: Mapping[str, Source]) -> Term:
    source = sources.get(row.get("source", default), _NO_SOURCE)
    return Term(
        key=key,
        label=Text(row.get("zh", ""), row.get("en", "")),
        definition=Text(row.get("def_zh", ""), row.get("def_en", "")),
        subject=subject,
        broader=row.get("broader"),
        source=source,
        status=_status(row["status"]) if "status" in row else source.status,
        since=_since(row["since"]) if "since" in row else source.since,
        alt_zh=tuple(row.get("alt_zh", ())),
        alt_en=tuple(row.get("alt_en", ())),
        notation=row.get("notation"),
    )


def read_terms(folder: Traversable) -> list[Term]:
    """Return all terms in the order of subjects and files, doubles included.

    Raises
    ------
    Rejected
        When a subject has no file, or a table has a field that terms do not have.
    """
    sources, found, findings = read_sources(folder), list[Term](), Findings()
    for subject in read_subjects(folder):
        path = folder / f"{subject}.toml"
        if not path.is_file():
            findings.error(
                "glossary-missing-file",
                path.name,
                Text(f"主题“{subject}”没有术语文件", f"subject {subject!r} has no file of terms"),
                Text("新建该文件或删去该主题", "add the file or remove the subject"),
            )
            continue
        table = _read_toml(path)
        default = str(table.pop("source", ""))
        for key, row in table.items():
            unknown = sorted(set(row) - _TERM_FIELDS) if isinstance(row, dict) else [key]
            if unknown:
                findings.error(
                    "glossary-unknown-field",
                    f"{path.name}:{key}",
                    Text(f"未知字段：{'、'.join(unknown)}", f"unknown fields: {', '.join(unknown)}"),
                    Text(f"可用字段：{'、'.join(sorted(_TERM_FIELDS))}", f"use {', '.join(sorted(_TERM_FIELDS))}"),
                )
                continue
            found.append(_read_term(key, row, subject, default, sources))
    findings.raise_if_any()
    return found


@cache
def subjects() -> Mapping[str, Subject]:
    """Return the subjects of the glossary by key, in the order of the framework."""
    return MappingProxyType(read_subjects(data_folder()))


@cache
def sources() -> Mapping[str, Source]:
    """Return the documents the glossary cites, by key."""
    return MappingProxyType(read_sources(data_folder()))


@cache
def all_entries() -> tuple[Term, ...]:
    """Return every entry of the data files, doubles included, for the checks."""
    return tuple(read_terms(data_folder()))


@cache
def terms() -> Mapping[str, Term]:
    """Return all terms of the glossary by key; read once for each process."""
    return MappingProxyType({entry.key: entry for entry in all_entries()})
