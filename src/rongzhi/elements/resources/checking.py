"""Checking a change against everything it touches, before anything is written.

A change is merged with what is there, the model's own checks look at the whole, and only what the change brought in
is reported: with the place where the person wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.fit import check_fit
from rongzhi.elements.resources.kinds import KINDS, Kind
from rongzhi.elements.resources.queries import ITEM_TABLES, NETWORK_TABLES, documents
from rongzhi.kernel.findings import Finding, Findings, Severity
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document, Name
from rongzhi.model.production.checks import check_items, check_network
from rongzhi.model.production.naming import unknown
from rongzhi.model.production.network import Network
from rongzhi.platform.access.actor import SYSTEM, Actor

Tables = Mapping[str, Sequence[Document]]
Places = Mapping[tuple[str, int], str]
"""Where the n-th document of a table was written, such as ``machines.csv:14``."""

_PATH = re.compile(r"^(\w+)\[(\d+)\](.*)$")
_TOLERATED = frozenset({"no-routing"})
"""An item may be entered before its routing; the item's page and the decomposition say what is missing."""


def check_change(
    actor: Actor, given: Tables, places: Places | None = None, removed: Mapping[str, Collection[str]] | None = None
) -> Findings:
    """Return what is wrong or doubtful in new and changed documents, seen with everything that stays.

    Parameters
    ----------
    actor : Actor
        Only what the actor may see is known.
    given : mapping of table to documents
    places : mapping, optional
        The place put before each finding; none means paths inside the document.
    removed : mapping of table to keys, optional
        What leaves in the same change.
    """
    findings = Findings()
    places = places or {}
    for table, rows in given.items():
        for index, document in enumerate(rows):
            findings.extend(
                Finding(item.code, _at(places.get((table, index), ""), item.where), item.message, item.fix)
                for item in check_fit(KINDS[table], document)
            )
        _check_taken(findings, actor, KINDS[table], rows, places)
    for tables in (NETWORK_TABLES, ITEM_TABLES):
        if any(given.get(table) or (removed or {}).get(table) for table in tables):
            before = {table: documents(table, actor) for table in tables}
            _check_floor(findings, before, given, places, removed or {})
    _check_machines_named(findings, actor, given, places)
    return findings


def _check_floor(
    findings: Findings,
    before: Mapping[str, tuple[Any, ...]],
    given: Tables,
    places: Places,
    removed: Mapping[str, Collection[str]],
) -> None:
    merged: dict[str, tuple[Any, ...]] = {}
    kept: dict[str, int] = {}
    for table, old in before.items():
        new = given.get(table, ())
        gone = {KINDS[table].key(document) for document in new} | set(removed.get(table, ()))
        stay = tuple(document for document in old if KINDS[table].key(document) not in gone)
        kept[table] = len(stay)
        merged[table] = (*stay, *new)
    known = {_same(item, before) for item in _whole(before)}
    for item in _whole(merged):
        match = _PATH.match(item.where)
        table, index = (match[1], int(match[2])) if match else ("", 0)
        severity = Severity.WARNING if item.code in _TOLERATED else item.severity
        if match and table in kept and index >= kept[table]:
            where = _at(places.get((table, index - kept[table]), ""), match[3].lstrip("."))
        elif _same(item, merged) in known:
            continue
        else:
            key = KINDS[table].key(merged[table][index]) if table in kept else item.where
            where = f"{table}/{key}{match[3]}" if match else item.where
        findings.extend([Finding(item.code, where, item.message, item.fix, severity)])


def _whole(tables: Mapping[str, tuple[Any, ...]]) -> Findings:
    if "items" in tables:
        return check_items(tables["items"], tables["bom"], tables["routings"])
    values: dict[str, Any] = {"name": Name(zh="网络", en="network"), "currency": "CNY", **tables}
    return check_network(Network.model_construct(**values))


def _same(item: Finding, tables: Mapping[str, tuple[Any, ...]]) -> tuple[str, str, str]:
    """Return what makes two findings the same although rows have moved."""
    match = _PATH.match(item.where)
    if not match or match[1] not in tables:
        return item.code, item.where, ""
    table = match[1]
    return item.code, f"{table}/{KINDS[table].key(tables[table][int(match[2])])}", match[3]


def _at(place: str, path: str) -> str:
    return f"{place}:{path}" if place and path else place or path


def _check_taken(findings: Findings, actor: Actor, kind: Kind, rows: Sequence[Document], places: Places) -> None:
    """Codes are unique over the whole park, also where the other record is not shown."""
    if actor.is_operator or not rows:
        return
    keys = {kind.key(document) for document in rows}
    every = kind.with_keys(kind.rows(SYSTEM), keys)
    seen = kind.with_keys(kind.rows(actor), keys)
    hidden = {kind.key_of(record) for record in every} - {kind.key_of(record) for record in seen}
    for index, document in enumerate(rows):
        if kind.key(document) in hidden:
            findings.error(
                "code-taken",
                _at(places.get((kind.table, index), ""), kind.key_fields[0]),
                Text(
                    zh=f"{kind.label.zh}代码“{kind.key(document)}”已被占用",
                    en=f"the {kind.label.en} code '{kind.key(document)}' is taken",
                ),
                Text(zh="换一个代码", en="use another code"),
            )


def _check_machines_named(findings: Findings, actor: Actor, given: Tables, places: Places) -> None:
    routings = given.get("routings", ())
    if not routings:
        return
    kind = Text("机床", "machine")
    known = set(records.Machine.objects.visible_to(actor).values_list("code", flat=True))
    known |= {KINDS["machines"].key(document) for document in given.get("machines", ())}
    for index, routing in enumerate(routings):
        for number, step in enumerate(routing.steps):  # type: ignore[attr-defined]
            for position, item in enumerate(step.alternatives):
                path = f"steps[{number}].alternatives[{position}].machine"
                unknown(findings, _at(places.get(("routings", index), ""), path), kind, item.machine, known)
