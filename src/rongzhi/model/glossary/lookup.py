"""Finding terms: by key, by framework number and by words."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.model.glossary.loading import terms
from rongzhi.model.glossary.term import Term


def term(key: str) -> Term:
    """Return one term.

    Raises
    ------
    NotFound
        When no term has this key; the fix names the nearest keys.
    """
    found = terms().get(key)
    if found is not None:
        return found
    near = get_close_matches(key, terms(), n=3, cutoff=0.5)
    fix = Text("把它加入术语表", "add it to the glossary")
    if near:
        fix = Text(f"是否指：{'、'.join(near)}", f"did you mean: {', '.join(near)}")
    raise NotFound(Text(f"术语表中没有“{key}”", f"the glossary has no term {key!r}"), where=key, fix=fix)


def label(key: str, language: str) -> str:
    """Return the preferred name of a term in a language tag such as ``zh-hans`` or ``en``."""
    return term(key).label.in_(language)


def term_for_leaf(notation: str) -> Term:
    """Return the term that names a leaf of the framework, such as ``3.4``.

    Raises
    ------
    NotFound
        When no term carries this number.
    """
    for found in terms().values():
        if found.notation == notation:
            return found
    raise NotFound(
        Text(f"框架中没有编号“{notation}”", f"the framework has no leaf {notation!r}"),
        where=notation,
        fix=Text("编号形如 1.2.1 或 3.4", "leaves look like 1.2.1 or 3.4"),
    )


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


def _rank(found: Term, query: str, language: str) -> int | None:
    """Return how well a term answers a folded query, 0 best; None when it does not."""
    own, other = ("en", "zh") if language.startswith("en") else ("zh", "en")
    preferred = _fold(found.label.in_(own))
    names = [preferred, *map(_fold, found.alternatives(own)), _fold(found.key), *map(_fold, found.names(other))]
    tests = (
        query == preferred,
        query in names,
        preferred.startswith(query),
        any(name.startswith(query) for name in names),
        query in preferred,
        any(query in name for name in names),
        all(word in _fold(found.definition.in_(own)) for word in query.split()),
    )
    return next((rank for rank, is_met in enumerate(tests) if is_met), None)


def search(query: str, language: str) -> list[Term]:
    """Return the terms that answer a query, best first.

    Names in the given language count before names in the other one, names before definitions, whole names before
    parts of names; among equals the shorter name comes first. Case, full-width letters and underscores do not matter.

    Parameters
    ----------
    query : str
        What a person typed; an empty query finds nothing.
    language : str
        Language tag such as ``zh-hans`` or ``en``.
    """
    folded = _fold(query)
    if not folded:
        return []
    ranked = [
        (rank, len(found.label.in_(language)), found.key, found)
        for found in terms().values()
        if (rank := _rank(found, folded, language)) is not None
    ]
    return [found for *_, found in sorted(ranked, key=lambda row: row[:3])]
