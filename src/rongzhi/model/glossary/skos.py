"""The glossary as SKOS, in Turtle and JSON-LD, from one list of statements.

References
----------
W3C, SKOS Simple Knowledge Organization System Reference, 2009; W3C, RDF 1.1 Turtle, 2014; W3C, JSON-LD 1.1, 2020.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.glossary.loading import sources, subjects, terms
from rongzhi.model.glossary.term import Status, Term

DEFAULT_BASE = "urn:rongzhi:glossary:"

PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
STATUS_LABELS = {
    Status.CURRENT: Text("现行", "current"),
    Status.DRAFT: Text("草案", "draft"),
    Status.WITHDRAWN: Text("废止", "withdrawn"),
    Status.OURS: Text("本项目用法", "our own usage"),
}
_TAGS = {"zh": "zh-Hans", "en": "en"}
_TITLE = Text("融制服务型制造术语表", "Rongzhi glossary of service-oriented manufacturing")
_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*[/#:]")


@dataclass(frozen=True, slots=True)
class _Iri:
    value: str


@dataclass(frozen=True, slots=True)
class _Literal:
    value: str
    language: str = ""
    datatype: str = ""


_Node = _Iri | _Literal
# (subject IRI, property such as "skos:prefLabel" or "a", object; classes and datatypes are prefixed names)
_Statement = tuple[str, str, _Node]


def _both(subject: str, name: str, text: Text) -> Iterator[_Statement]:
    for language, tag in _TAGS.items():
        yield subject, name, _Literal(text.in_(language), tag)


def _require_base(base: str) -> str:
    if not _ABSOLUTE_IRI.fullmatch(base) or ":" not in base.rstrip("/#:") or _is_prefixed(base):
        findings = Findings()
        findings.error(
            "glossary-base-iri",
            "base",
            Text(f"“{base}”不是可用的基准地址", f"{base!r} cannot serve as a base IRI"),
            Text("给出以 /、# 或 : 结尾的绝对地址", "give an absolute IRI that ends in '/', '#' or ':'"),
        )
        raise Rejected(list(findings))
    return base


def _term_statements(entry: Term, base: str, scheme: str, known: set[str]) -> Iterator[_Statement]:
    iri = base + entry.key
    yield iri, "a", _Iri("skos:Concept")
    yield iri, "skos:inScheme", _Iri(scheme)
    yield from _both(iri, "skos:prefLabel", entry.label)
    for language, tag in _TAGS.items():
        for name in entry.alternatives(language):
            yield iri, "skos:altLabel", _Literal(name, tag)
    yield from _both(iri, "skos:definition", entry.definition)
    if entry.notation:
        yield iri, "skos:notation", _Literal(entry.notation)
    if entry.broader in known:
        yield iri, "skos:broader", _Iri(f"{base}{entry.broader}")
        yield f"{base}{entry.broader}", "skos:narrower", _Iri(iri)
    else:
        yield iri, "skos:topConceptOf", _Iri(scheme)
        yield scheme, "skos:hasTopConcept", _Iri(iri)
    yield iri, "dct:source", _Iri(f"{base}source/{entry.source.key}")
    if entry.status is not None:
        yield from _both(iri, "schema:creativeWorkStatus", STATUS_LABELS[entry.status])
    if entry.since is not None:
        yield iri, "dct:valid", _Literal(entry.since.isoformat(), datatype="xsd:date")
    yield f"{base}subject/{entry.subject}", "skos:member", _Iri(iri)


def _statements(base: str) -> Iterator[_Statement]:
    scheme = base.rstrip("/#:")
    yield scheme, "a", _Iri("skos:ConceptScheme")
    yield from _both(scheme, "dct:title", _TITLE)
    for subject in subjects().values():
        iri = f"{base}subject/{subject.key}"
        yield iri, "a", _Iri("skos:Collection")
        yield from _both(iri, "skos:prefLabel", subject.label)
    for source in sources().values():
        iri = f"{base}source/{source.key}"
        yield iri, "a", _Iri("dct:BibliographicResource")
        yield iri, "dct:identifier", _Literal(source.cite)
        yield from _both(iri, "dct:title", source.title)
    known = set(terms())
    for entry in terms().values():
        yield from _term_statements(entry, base, scheme, known)


def _grouped(statements: Iterable[_Statement]) -> dict[str, dict[str, list[_Node]]]:
    graph: dict[str, dict[str, list[_Node]]] = defaultdict(lambda: defaultdict(list))
    for subject, name, node in statements:
        graph[subject][name].append(node)
    return graph


def _is_prefixed(value: str) -> bool:
    return value.partition(":")[0] in PREFIXES


def _turtle_node(node: _Node) -> str:
    if isinstance(node, _Iri):
        return node.value if _is_prefixed(node.value) else f"<{node.value}>"
    escaped = node.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    tail = f"@{node.language}" if node.language else f"^^{node.datatype}" if node.datatype else ""
    return f'"{escaped}"{tail}'


def to_skos_turtle(base: str = DEFAULT_BASE) -> str:
    """Return the whole glossary as SKOS in Turtle.

    Parameters
    ----------
    base : str
        IRI to which the keys are appended; it ends in ``/``, ``#`` or ``:``.

    Raises
    ------
    Rejected
        When the base is not such an IRI.
    """
    lines = [f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items()]
    for subject, properties in _grouped(_statements(_require_base(base))).items():
        body = " ;\n".join(f"    {name} {', '.join(map(_turtle_node, nodes))}" for name, nodes in properties.items())
        lines.append(f"\n<{subject}>\n{body} .")
    return "\n".join(lines) + "\n"


def _json_node(node: _Node) -> str | dict[str, str]:
    if isinstance(node, _Iri):
        return {"@id": node.value}
    if node.language:
        return {"@value": node.value, "@language": node.language}
    return {"@value": node.value, "@type": node.datatype} if node.datatype else node.value


def to_skos_jsonld(base: str = DEFAULT_BASE) -> str:
    """Return the whole glossary as SKOS in JSON-LD; parameters and errors as in `to_skos_turtle`."""
    graph: list[dict[str, Any]] = []
    for subject, properties in _grouped(_statements(_require_base(base))).items():
        node: dict[str, Any] = {"@id": subject}
        for name, nodes in properties.items():
            if name == "a":
                node["@type"] = [item.value for item in nodes]
            else:
                node[name] = [_json_node(item) for item in nodes]
        graph.append(node)
    return json.dumps({"@context": PREFIXES, "@graph": graph}, ensure_ascii=False, indent=2) + "\n"
