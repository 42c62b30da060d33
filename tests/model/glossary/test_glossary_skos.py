"""The SKOS exports, read back by a strict reader of the part of Turtle they use."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest

from rongzhi.kernel.errors import Rejected
from rongzhi.model.glossary import DEFAULT_BASE, sources, subjects, terms, to_skos_jsonld, to_skos_turtle

BASE = "https://terms.example.org/rz/"
TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<prefix>@prefix\s+(?P<name>[a-z]+):\s+<(?P<target>[^<>"{}|\\^`\x00-\x20]+)>\s+\.)
    |(?P<iri><[^<>"{}|\\^`\x00-\x20]+>)
    |(?P<literal>"(?:[^"\\\n\r]|\\[\\"nr])*"(?:@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*|\^\^[a-z]+:[A-Za-z]+)?)
    |(?P<pname>[a-z]+:[A-Za-z]+)
    |(?P<a>a)(?=\s)
    |(?P<mark>[;,.])""",
    re.VERBOSE,
)
Triple = tuple[str, str, str]


def read_turtle(text: str) -> list[Triple]:
    """Return all statements; fails on anything outside the grammar or an undeclared prefix."""
    prefixes: dict[str, str] = {}
    tokens: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        assert match, f"not Turtle at {text[place : place + 40]!r}"
        place = match.end()
        if match["prefix"]:
            prefixes[match["name"]] = match["target"]
        elif match["pname"]:
            prefix, _, local = match["pname"].partition(":")
            tokens.append(("iri", f"<{prefixes[prefix]}{local}>"))
        elif not match["space"]:
            tokens.append((str(match.lastgroup), match[0]))
    found: list[Triple] = []
    stream = iter(tokens)
    for kind, subject in stream:
        assert kind == "iri"
        mark = ";"
        while mark == ";":
            part, name = next(stream)
            assert part in {"iri", "a"}
            mark = ","
            while mark == ",":
                part, node = next(stream)
                assert part in {"iri", "literal"}
                found.append((subject, name, node))
                part, mark = next(stream)
                assert part == "mark"
        assert mark == "."
    return found


@pytest.fixture(scope="module")
def triples() -> list[Triple]:
    return read_turtle(to_skos_turtle(BASE))


def _skos(name: str) -> str:
    return f"<http://www.w3.org/2004/02/skos/core#{name}>"


def test_turtle_holds_every_term_subject_and_source(triples: list[Triple]) -> None:
    kinds: dict[str, int] = defaultdict(int)
    for _, name, node in triples:
        if name == "a":
            kinds[node.rsplit("#", 1)[-1].rsplit("/", 1)[-1].rstrip(">")] += 1
    assert kinds == {
        "ConceptScheme": 1,
        "Concept": len(terms()),
        "Collection": len(subjects()),
        "BibliographicResource": len(sources()),
    }


def test_turtle_of_one_term(triples: list[Triple]) -> None:
    iri = f"<{BASE}tardiness>"
    own = {(name, node) for subject, name, node in triples if subject == iri}
    assert (_skos("prefLabel"), '"拖期"@zh-Hans') in own
    assert (_skos("prefLabel"), '"tardiness"@en') in own
    assert (_skos("broader"), f"<{BASE}objective>") in own
    assert (_skos("inScheme"), "<https://terms.example.org/rz>") in own
    assert ("<http://purl.org/dc/terms/source>", f"<{BASE}source/rongzhi>") in own
    assert ("<https://schema.org/creativeWorkStatus>", '"our own usage"@en') in own
    assert ("<http://purl.org/dc/terms/valid>", '"2026-11-22"^^xsd:date') in own


def test_turtle_keeps_the_rules_of_skos(triples: list[Triple]) -> None:
    by_name: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for subject, name, node in triples:
        by_name[name].add((subject, node))
    assert len(triples) == len(set(triples))
    labelled = {(subject, node.rsplit("@", 1)[1]) for subject, node in by_name[_skos("prefLabel")]}
    assert len(labelled) == len(by_name[_skos("prefLabel")]) == 2 * (len(terms()) + len(subjects()))
    assert not by_name[_skos("prefLabel")] & by_name[_skos("altLabel")]
    assert by_name[_skos("narrower")] == {(wide, narrow) for narrow, wide in by_name[_skos("broader")]}
    tops = {subject for subject, _ in by_name[_skos("topConceptOf")]}
    assert tops == {node for _, node in by_name[_skos("hasTopConcept")]}
    assert tops.isdisjoint({subject for subject, _ in by_name[_skos("broader")]})
    subjects_seen = {subject for subject, name, _ in triples if name == "a"}
    assert {node for _, node in by_name["<http://purl.org/dc/terms/source>"]} <= subjects_seen


def test_jsonld_says_the_same_as_turtle(triples: list[Triple]) -> None:
    document = json.loads(to_skos_jsonld(BASE))
    context = document["@context"]

    def expand(name: str) -> str:
        prefix, _, local = name.partition(":")
        return f"<{context[prefix]}{local}>" if prefix in context else f"<{name}>"

    def node(value: str | dict[str, str]) -> str:
        if isinstance(value, str):
            return f'"{value}"'
        if "@id" in value:
            return expand(value["@id"])
        tail = f"@{value['@language']}" if "@language" in value else f"^^{value['@type']}"
        return f'"{value["@value"]}"{tail}'

    said = set()
    for item in document["@graph"]:
        subject = expand(item.pop("@id"))
        said |= {(subject, "a", expand(kind)) for kind in item.pop("@type")}
        said |= {(subject, expand(name), node(value)) for name, values in item.items() for value in values}
    assert said == set(triples)


@pytest.mark.parametrize(
    "base", ["", "terms/", "https://x.org/a b/", "https://x.org/a", "https://x.org/<>/", "http://", "dct:"]
)
def test_a_bad_base_is_rejected(base: str) -> None:
    with pytest.raises(Rejected, match="base"):
        to_skos_turtle(base)
    with pytest.raises(Rejected, match="base"):
        to_skos_jsonld(base)


def test_the_default_base_is_a_urn() -> None:
    assert f"<{DEFAULT_BASE}due_date>" in to_skos_turtle()
