"""Each rule of the glossary's check, broken once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rongzhi.kernel.text import Text
from rongzhi.model.glossary import Term, check_glossary, term

GOOD = replace(term("due_date"), broader=None)
OTHER = replace(term("machine"), broader=None)


def codes(*entries: Term) -> list[tuple[str, str]]:
    return [(found.code, found.where) for found in check_glossary(entries)]


def test_sound_terms_pass() -> None:
    assert codes(GOOD, OTHER) == []


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"key": "Due-Date"}, "glossary-key-form", "Due-Date"),
        ({"label": Text("交货期", "")}, "glossary-missing-field", "due_date.en"),
        ({"definition": Text(" ", GOOD.definition.en)}, "glossary-missing-field", "due_date.def_zh"),
        ({"status": None}, "glossary-missing-field", "due_date.status"),
        ({"source": replace(GOOD.source, cite="")}, "glossary-missing-field", "due_date.source"),
        (
            {"definition": Text("交货期是客户要求收到货物的时间。", GOOD.definition.en)},
            "glossary-circular-definition",
            "due_date.def_zh",
        ),
        (
            {"definition": Text(GOOD.definition.zh, "The due date is when goods must arrive.")},
            "glossary-circular-definition",
            "due_date.def_en",
        ),
        ({"definition": Text("收货时间。", GOOD.definition.en)}, "glossary-short-definition", "due_date.def_zh"),
        (
            {"definition": Text("客户要求收到。货物的最迟时间。", GOOD.definition.en)},
            "glossary-definition-form",
            "due_date.def_zh",
        ),
        (
            {"definition": Text(GOOD.definition.zh, "When goods must arrive")},
            "glossary-definition-form",
            "due_date.def_en",
        ),
        ({"alt_en": ("交期",)}, "glossary-mixed-language", "due_date.en"),
        ({"alt_zh": ("due date",)}, "glossary-mixed-language", "due_date.zh"),
        (
            {"definition": Text("客户要求收到货物的,最迟时间。", GOOD.definition.en)},
            "glossary-mixed-language",
            "due_date.zh",
        ),
        ({"label": Text("DD", "due date")}, "glossary-mixed-language", "due_date.zh"),
        ({"broader": "nowhere"}, "glossary-unknown-broader", "due_date.broader"),
        ({"broader": "due_date"}, "glossary-cycle", "due_date.broader"),
        ({"alt_en": ("Machine",)}, "glossary-duplicate-label", "machine.en"),
    ],
)
def test_each_fault_is_reported_at_its_place(change: dict[str, Any], code: str, where: str) -> None:
    assert (code, where) in codes(replace(GOOD, **change), OTHER)


def test_doubles_are_reported() -> None:
    found = codes(GOOD, GOOD)
    assert ("glossary-duplicate-key", "due_date") in found
    assert ("glossary-duplicate-label", "due_date.zh") in found
    assert ("glossary-duplicate-notation", "1.1") in codes(
        replace(GOOD, notation="1.1"), replace(OTHER, notation="1.1")
    )


def test_a_longer_circle_is_reported_for_each_member_and_ends() -> None:
    one, two = replace(GOOD, broader="machine"), replace(OTHER, broader="due_date")
    below = replace(term("lot"), broader="machine")
    assert codes(one, two, below) == [
        ("glossary-cycle", "due_date.broader"),
        ("glossary-cycle", "machine.broader"),
    ]


def test_abbreviations_in_capitals_are_chinese_enough() -> None:
    assert codes(replace(GOOD, alt_zh=("SLA", "M&V", "BOM展开"))) == []
