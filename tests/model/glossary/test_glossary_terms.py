"""The data of the glossary: what must be there and how it is written."""

from __future__ import annotations

from datetime import date

import pytest

from rongzhi.kernel.errors import NotFound, Rejected
from rongzhi.kernel.text import Text
from rongzhi.model.glossary import Status, check_glossary, label, search, sources, subjects, term, term_for_leaf, terms
from rongzhi.model.glossary.loading import data_folder, read_terms

LEAVES = (
    *("1.1", "1.2.1", "1.2.2", "1.3.1", "1.3.2", "1.3.3", "1.3.4"),
    *(f"2.1.{number}" for number in range(1, 8)),
    *("2.2.1", "2.2.2", "2.3.1", "2.3.2", "2.4.1", "2.4.2", "2.4.3", "2.4.4"),
    *(f"3.{number}" for number in range(1, 11)),
    *("4.1", "4.2"),
    *(f"5.{number}" for number in range(1, 12)),
)
ROLES = {"operator", "factory", "provider", "customer", "lab", "financier", "evaluator", "public"}
# Words the pages of orders, resources, plans and the platform use, by their English name.
PAGE_WORDS = """
order; item; bill of materials; routing; operation; process step; work centre; machine; capability;
certificate; calendar; shift; holiday; maintenance; hourly rate; set-up rate; set-up time; run time;
changeover; changeover family; minimum batch; transfer batch; overlap; subcontracting; lot; lot size;
quantity; unit; due date; earliest start; release date; priority; preferred factory; excluded factory; quality
requirement; transport time; transport cost; plan; draft; published; frozen; pinned; objective; weighted
tardiness; makespan; cost; stability; tardiness; lateness; on-time delivery; load; capacity; utilisation;
bottleneck; critical path; promise date; capable-to-promise; decomposition; candidate; refusal reason; sharing
terms; open capacity; place; region; event log; hash chain; event; service ledger; organisation; membership;
role; API token; scope; job; progress; file; finding; idempotency key; import; export; column mapping; Gantt
chart; work order; dispatch; replay; scrap; rework; yield; flow time; setup; lower bound; gap; seed; process
taxonomy; turning; milling; turn-milling; grinding; cylindrical grinding; surface grinding; lapping; wire EDM;
sinker EDM; laser marking; deburring; sheet metal; welding; heat treatment; nitriding; stress relief; coating;
injection moulding; additive manufacturing; assembly; inspection; packing; casting; forging; SLA; SLO; error
budget; availability; MTBF; MTTR; take-or-pay; outcome-based pricing
"""


def test_the_glossary_has_no_findings() -> None:
    assert [(found.code, found.where) for found in check_glossary()] == []


def test_counts() -> None:
    assert len(terms()) == 415
    assert len(subjects()) == 24
    assert {entry.subject for entry in terms().values()} == set(subjects())


def test_every_leaf_of_the_framework_has_its_term() -> None:
    assert len(LEAVES) == 45
    assert {entry.notation for entry in terms().values() if entry.notation} == set(LEAVES)
    assert term_for_leaf("3.4").label == Text("共享制造", "shared manufacturing")
    with pytest.raises(NotFound):
        term_for_leaf("9.9")


def test_every_role_and_every_word_of_the_pages_is_there() -> None:
    assert set(terms()) >= ROLES
    names = {name for entry in terms().values() for name in entry.names("en")}
    assert [word for raw in PAGE_WORDS.split(";") if (word := " ".join(raw.split())) not in names] == []


@pytest.mark.parametrize(
    ("key", "zh", "en"),
    [
        ("operation", "工序", "operation"),
        ("work_centre", "工作中心", "work centre"),
        ("changeover", "换型", "changeover"),
        ("due_date", "交货期", "due date"),
        ("tardiness", "拖期", "tardiness"),
        ("capable_to_promise", "可承诺能力", "capable-to-promise"),
        ("makespan", "最大完工时间", "makespan"),
        ("routing", "工艺路线", "routing"),
        ("wire_edm", "电火花线切割", "wire EDM"),
        ("take_or_pay", "照付不议", "take-or-pay"),
    ],
)
def test_names_are_those_of_the_field(key: str, zh: str, en: str) -> None:
    assert label(key, "zh-hans") == zh
    assert label(key, "en-gb") == en


def test_one_whole_entry() -> None:
    found = term("energy_baseline")
    assert found.subject == "energy"
    assert found.broader == "energy_performance_contracting"
    assert (found.source.cite, found.status, found.since) == ("GB/T 24915", Status.CURRENT, None)
    assert found.names("en") == ("energy baseline", "baseline")
    assert found.names("zh") == ("能耗基准", "能源基准")


def test_status_and_date_come_from_the_source() -> None:
    assert (term("shared_factory").source.cite, term("shared_factory").since) == (
        "工信部联政法〔2025〕202号",
        date(2025, 9, 15),
    )
    assert (term("decomposition").status, term("due_date").status) == (Status.CURRENT, Status.OURS)
    assert term("reference_architecture").status is Status.DRAFT
    assert term("mass_customisation").since == date(2023, 7, 1)
    assert all(source.status for source in sources().values())


def test_an_unknown_key_names_its_neighbours() -> None:
    with pytest.raises(NotFound) as caught:
        term("due_dat")
    assert caught.value.where == "due_dat"
    assert caught.value.fix is not None
    assert "due_date" in caught.value.fix.en
    with pytest.raises(NotFound, match="add it to the glossary"):
        term("zzzzzzzz")


@pytest.mark.parametrize(
    ("query", "language", "first"),
    [
        ("拖期", "zh", "tardiness"),
        ("交期", "zh", "due_date"),
        ("BOM", "zh", "bill_of_materials"),
        ("ｂｏｍ", "en", "bill_of_materials"),
        ("due date", "zh", "due_date"),
        ("due_date", "en", "due_date"),
        ("换型", "en", "changeover"),
        ("utilization", "en", "utilisation"),
        ("tamper", "en", "hash_chain"),
    ],
)
def test_search_puts_the_wanted_term_first(query: str, language: str, first: str) -> None:
    assert search(query, language)[0].key == first


def test_search_finds_nothing_for_nothing() -> None:
    assert search("  ", "zh") == []
    assert search("qqqq", "en") == []


def test_terms_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        terms()["due_date"] = term("order")  # type: ignore[index]


def test_unknown_fields_and_missing_files_are_reported_together(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "_sources.toml").write_text((data_folder() / "_sources.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "_subjects.toml").write_text('[a]\nzh = "甲"\nen = "a"\n[b]\nzh = "乙"\nen = "b"\n', "utf-8")
    (tmp_path / "a.toml").write_text('source = "rongzhi"\n[one]\nname = "x"\n', "utf-8")
    with pytest.raises(Rejected) as caught:
        read_terms(tmp_path)
    assert [(found.code, found.where) for found in caught.value.findings] == [
        ("glossary-unknown-field", "a.toml:one"),
        ("glossary-missing-file", "b.toml"),
    ]
