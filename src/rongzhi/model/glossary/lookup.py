"""Finding terms: by key, by framework number and by words."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from functools import cache

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Language, Text
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


@cache
def _index(own: Language) -> tuple[tuple[Term, str, tuple[str, ...], str], ...]:
    """Return each term with its folded preferred name, all its names and its definition in one language."""
    other: Language = "zh" if own == "en" else "en"
    rows = []
    for found in terms().values():
        names = (*found.names(own), found.key, *found.names(other))
        rows.append((found, _fold(found.label.in_(own)), tuple(map(_fold, names)), _fold(found.definition.in_(own))))
    return tuple(rows)


def _rank(query: str, preferred: str, names: tuple[str, ...], definition: str) -> int | None:
    """Return how well a term answers a folded query, 0 best; None when it does not."""
    if query == preferred:
        return 0
    if query in names:
        return 1
    if any(name.startswith(query) for name in names):
        return 2 if preferred.startswith(query) else 3
    if any(query in name for name in names):
        return 4 if query in preferred else 5
    return 6 if all(word in definition for word in query.split()) else None


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
        (rank, len(preferred), found.key, found)
        for found, preferred, names, definition in _index("en" if language.startswith("en") else "zh")
        if (rank := _rank(folded, preferred, names, definition)) is not None
    ]
    return [found for *_, found in sorted(ranked, key=lambda row: row[:3])]
