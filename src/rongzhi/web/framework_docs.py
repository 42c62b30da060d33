"""The reference page of the framework, written from the registry so that it never disagrees with the product."""

from __future__ import annotations

from collections.abc import Iterator

from rongzhi.web.framework import STATES, Framework, Leaf

_MARKS = {"working": "●", "part": "◐", "none": "○"}


def write(found: Framework) -> str:
    """Return ``docs/reference/framework.md``."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Framework) -> Iterator[str]:
    counts = {state: sum(leaf.state == state for leaf in found.leaves.values()) for state in STATES}
    yield "# The framework, leaf by leaf"
    yield ""
    yield "<!-- Written by `python manage.py framework_docs` from src/rongzhi/web/framework.toml; do not edit. -->"
    yield ""
    yield (
        "What works today, honestly: "
        + ", ".join(f"{_MARKS[state]} {words.en} {counts[state]}" for state, words in STATES.items())
        + f", of {len(found.leaves)} leaves."
    )
    for floor in found.floors:
        yield ""
        yield f"## {floor.number} {floor.title.zh} {floor.title.en}"
        yield ""
        yield "| leaf | state | what works today | when it counts as working |"
        yield "|---|---|---|---|"
        for leaf in found.of_floor(floor.number):
            yield _row(leaf)


def _row(leaf: Leaf) -> str:
    state = f"{_MARKS[leaf.state]} {STATES[leaf.state].en}"
    return f"| {leaf.number} {leaf.title.zh} {leaf.title.en} | {state} | {leaf.now.en or '—'} | {leaf.aim.en} |"
