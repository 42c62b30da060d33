"""The framework registry says the truth and nothing is missing."""

import tomllib
from io import StringIO

import pytest
from django.core.management import call_command

from rongzhi.model import glossary
from rongzhi.web.framework import FILE, check, framework, read
from rongzhi.web.framework_docs import write


def test_every_leaf_of_the_glossary_is_there_in_the_official_order():
    named = [term.notation for term in glossary.terms().values() if term.notation and term.notation.count(".")]
    assert set(named) == set(framework().leaves)
    assert list(framework().leaves) == sorted(named, key=lambda number: [int(part) for part in number.split(".")])


def test_the_registry_has_no_findings():
    assert [f"{f.where}: {f.message}" for f in check(framework())] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "maybe"}, "unknown-state"),
        ({"state": "working", "now_zh": "", "now_en": ""}, "state-without-words"),
        ({"state": "none", "now_zh": "能", "now_en": "works"}, "state-without-words"),
        ({"roles": ["nobody"]}, "unknown-role"),
        ({"url": "no:page"}, "unknown-page"),
        ({"count": "rongzhi.web.counts.nothing"}, "unknown-count"),
        ({"number": "9.9.9"}, "unknown-group"),
    ],
)
def test_each_mistake_is_found(change, code):
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    data["leaf"][0] = {**data["leaf"][0], **change}
    assert code in {finding.code for finding in check(read(data))}


def test_path_goes_from_floor_over_group_to_leaf():
    assert [step.number for step in framework().path("2.1.4")] == ["2", "2.1", "2.1.4"]
    assert [step.number for step in framework().path("3.10")] == ["3", "3.10"]


def test_reference_page_is_up_to_date():
    call_command("framework_docs", "--check", stdout=StringIO())


def test_reference_page_counts_every_leaf_once():
    text = write(framework())
    assert all(text.count(f"\n| {number} ") == 1 for number in framework().leaves)
    assert f"of {len(framework().leaves)} leaves" in text
