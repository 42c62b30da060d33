"""The derivation: the same source gives the committed bytes; without the source the rules are tested on made rows."""

from __future__ import annotations

import importlib.util
import sys
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT.parent / "shared" / "data" / "scheduling" / "real" / "levy2014_production_reconstructed.csv"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("derive_levy2014", ROOT / "tools" / "derive_levy2014.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_committed_facts_come_from_the_source(tool, tmp_path, record_property, capsys):
    committed = files("rongzhi.samples.levy2014") / "data"
    names = sorted(entry.name for entry in committed.iterdir())
    assert names == [f"{name}.csv" for name in sorted(TABLES)]
    if not SOURCE.exists():
        record_property("levy2014-source", "absent")
        with capsys.disabled():
            sys.stdout.write("\nlevy2014: no source log beside the repository; its derivation was not compared\n")
        return
    tool.write(tool.derive(SOURCE), tmp_path)
    for name in names:
        assert (tmp_path / name).read_bytes() == committed.joinpath(name).read_bytes(), name


TABLES = ("machines", "calendars", "processes", "changeovers", "routings", "orders", "replay")


def report(tool, row, activity, units, *, start=None, end=None, kind="D", span=60, machine="Machine 4", worker="W1"):
    return tool.Report(row, 1, activity, machine, start, end, span, span, 10, "Part", worker, kind, units, 0, 0)


def test_a_process_reported_for_twice_the_quantity_is_two_passes(tool):
    rows = [report(tool, number, "Lapping", 5) for number in range(1, 5)]
    order = tool.WorkOrder(1, "Part", 10, rows)
    steps = tool.cut_steps(order)
    assert [(step.name, [r.row for r in step.reports]) for step in steps] == [
        (("lap", 1), [1, 2]),
        (("lap", 2), [3, 4]),
    ]


def test_a_process_without_units_is_one_pass(tool):
    order = tool.WorkOrder(1, "Part", 10, [report(tool, 1, "Turning Q.C.", 0), report(tool, 2, "Turning Q.C.", 0)])
    assert [step.name for step in tool.cut_steps(order)] == [("turn_check", 1)]


def test_rework_is_in_no_route(tool):
    order = tool.WorkOrder(1, "Part", 10, [report(tool, 1, "Lapping", 10), report(tool, 2, "Grinding Rework", 3)])
    assert [step.name for step in tool.cut_steps(order)] == [("lap", 1)]


def test_overlapping_reports_of_a_machine_share_its_minutes(tool):
    rows = [report(tool, 1, "Lapping", 1, start=0, end=60), report(tool, 2, "Lapping", 1, start=30, end=90)]
    tool.share_minutes(rows)
    assert [row.worked for row in rows] == [45.0, 45.0]


def test_inspectors_work_side_by_side(tool):
    rows = [
        report(tool, 1, "Turning Q.C.", 1, start=0, end=60, machine="Quality Check 1", worker="W1"),
        report(tool, 2, "Turning Q.C.", 1, start=0, end=60, machine="Quality Check 1", worker="W2"),
    ]
    tool.share_minutes(rows)
    assert [row.worked for row in rows] == [60.0, 60.0]


def test_flat_bookings_measure_nothing_and_lost_instants_keep_the_span(tool):
    rows = [report(tool, 1, "Packing", 1, start=0, end=60, span=0), report(tool, 2, "Wire Cut", 1, span=40)]
    tool.share_minutes(rows)
    assert [row.worked for row in rows] == [0.0, 40.0]


@pytest.mark.parametrize(("name", "code"), [("Machine 7- Laser Marking", "M07"), ("Wire Cut - Machine 13", "M13")])
def test_machine_codes(tool, name, code):
    assert tool.machine_code(name) == code


def test_usage_is_printed_for_wrong_arguments(tool, capsys):
    assert tool.main([]) == 2
    assert "SOURCE_CSV OUT_FOLDER" in capsys.readouterr().out
