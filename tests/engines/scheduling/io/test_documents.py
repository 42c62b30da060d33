"""JSON and CSV: exact round trips, unknown and broken fields named, a published schema that is up to date."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from rongzhi.engines.scheduling import Assignment, Plan, Problem, io
from rongzhi.kernel.errors import Rejected
from tests.engines.scheduling.io import instances

SCHEMAS = Path(__file__).resolve().parents[4] / "docs" / "reference" / "scheduling"


def wheres(error: pytest.ExceptionInfo[Rejected]) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in error.value.findings]


@pytest.mark.parametrize(
    "problem",
    [instances.EVERYTHING, io.read_setups(instances.SETUPS), Problem((), (), ())],
    ids=["everything", "setups", "empty"],
)
def test_json_and_csv_round_trips_are_exact(problem: Problem, tmp_path: Path) -> None:
    assert io.read_json(io.write_json(problem)) == problem
    assert io.read_json(io.write_json(problem, indent=2)) == problem
    assert io.read_csv(io.write_csv(problem, tmp_path / "tables")) == problem
    assert io.read_problem(tmp_path / "tables") == problem


@pytest.mark.parametrize("kind", ["problem", "plan"])
def test_the_published_schema_is_the_one_in_use(kind: str) -> None:
    published = SCHEMAS / f"{kind}.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == io.json_schema(kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"format": "rongzhi.scheduling.problem",\n "version": 1,,}', [("broken-json", "p:2:15")]),
        ("[]", [("bad-field", "p:")]),
        ('{"format": "other", "version": 1, "problem": {}}', None),
    ],
)
def test_broken_json_is_refused_with_its_place(text: str, found: list[tuple[str, str]] | None) -> None:
    with pytest.raises(Rejected) as error:
        io.read_json(text, "p")
    if found is not None:
        assert wheres(error) == found
    else:
        assert ("bad-field", "p:format") in wheres(error)
        assert ("bad-field", "p:problem.jobs") in wheres(error)


def test_unknown_and_wrong_fields_are_named() -> None:
    data = json.loads(io.write_json(instances.EVERYTHING))
    data["problem"]["jobs"][0]["deu"] = 5
    data["problem"]["jobs"][0]["operations"][0]["modes"][1]["run"] = "7"
    data["problem"]["machines"][3]["batch"]["size"] = 1
    with pytest.raises(Rejected) as error:
        io.read_json(json.dumps(data), "p")
    assert wheres(error) == [
        ("unknown-field", "p:problem.jobs[0].deu"),
        ("unknown-field", "p:problem.machines[3].batch.size"),
        ("bad-field", "p:problem.jobs[0].operations[0].modes[1].run"),
    ]


def test_plans_round_trip() -> None:
    plan = Plan.of([Assignment("a", "M1", 0, 1, 2, 3, 4), Assignment("b", "M2", 1, 5, 5, 9)])
    again = io.read_plan(io.write_plan(plan))
    assert again.operation == plan.operation
    assert again.machine == plan.machine
    for column in ("mode", "start", "setup_end", "end", "changeover"):
        assert np.array_equal(getattr(again, column), getattr(plan, column))
    assert io.write_plan_csv(plan) == (
        "operation,machine,mode,start,setup_end,end,changeover\na,M1,0,1,2,3,4\nb,M2,1,5,5,9,0\n"
    )
    with pytest.raises(Rejected):
        io.read_plan('{"format": "rongzhi.scheduling.plan", "version": 2, "assignments": []}')


def read(text: str, tmp_path: Path, **options: object) -> Problem:
    path = tmp_path / "ops.csv"
    path.write_text(text, encoding="utf-8")
    return io.read_csv(path, **options)  # type: ignore[arg-type]


def test_one_simple_table_is_enough(tmp_path: Path) -> None:
    problem = read(
        "Job,Operation,Machine,Duration_h,Due\n"
        "A,10,saw,0.5,2026-03-02 12:00\nA,20,mill 1;mill 2,1.25,2026-03-02 12:00\nB,10,saw,0.01,\n",
        tmp_path,
        origin="2026-03-02 08:00",
    )
    assert [each.code for _, each in problem.operations()] == ["A-10", "A-20", "B-10"]
    assert [(mode.machine, mode.run) for mode in problem.jobs[0].operations[1].modes] == [
        ("mill 1", 75),
        ("mill 2", 75),
    ]
    assert problem.jobs[1].operations[0].modes[0].run == 1  # rounded up
    assert [job.due for job in problem.jobs] == [240, None]
    assert [(link.before, link.after) for link in problem.precedences] == [("A-10", "A-20")]
    assert [machine.code for machine in problem.machines] == ["saw", "mill 1", "mill 2"]
    assert [factory.code for factory in problem.factories] == ["F1"]


def test_chinese_headings_semicolons_after_and_needs(tmp_path: Path) -> None:
    text = "工单;工序;设备;加工时间;前序;资源;工厂\n甲;锯;S1;5;;夹具;一厂\n甲;铣;M1;7;;;二厂\n"
    text += "甲;装;B1;3;锯|铣;夹具:2|工人;二厂\n"
    path = tmp_path / "工序.csv"
    path.write_bytes(text.encode("gb18030"))
    problem = io.read_csv(path)
    assert [(link.before, link.after) for link in problem.precedences] == [("锯", "装"), ("铣", "装")]
    assert [(each.code, each.capacity) for each in problem.resources] == [("夹具", 2), ("工人", 1)]
    assert [(each.code, each.factory) for each in problem.machines] == [("S1", "一厂"), ("M1", "二厂"), ("B1", "二厂")]


def test_an_empty_column_after_leaves_the_order_of_the_rows() -> None:
    text = "job,operation,machine,run,after\nA,10,saw,1,\nA,20,mill,2, \nB,30,saw,1,\n"
    assert [(link.before, link.after) for link in io.read_tables({"operations": text}).precedences] == [("10", "20")]
    links = io.read_tables({"operations": text + "B,40,mill,1,30\n"}).precedences
    assert [(link.before, link.after) for link in links] == [("30", "40")]


def test_a_table_in_gb18030_with_dates_is_read_like_any_problem(tmp_path: Path) -> None:
    path = tmp_path / "订单.csv"
    path.write_bytes("订单号,工序,机床,工时_h,交货期\n甲,锯,锯床,2,2026/03/02 12:00\n".encode("gb18030"))
    problem = io.read_problem(path, origin=datetime(2026, 3, 2, 8, 0))
    assert (problem.jobs[0].due, problem.machines[0].code, problem.name) == (240, "锯床", "订单")
    with pytest.raises(Rejected) as caught:
        io.read_problem(path)
    finding = caught.value.findings[0]
    assert (finding.where, finding.fix and finding.fix.en) == (
        "订单.csv:2:due",
        "pass origin=..., at the command line --origin",
    )


def test_json_nested_without_end_is_broken_json() -> None:
    with pytest.raises(Rejected) as caught:
        io.read_json("[" * 100_000, "deep.json")
    assert wheres(caught) == [("broken-json", "deep.json:1:1")]


def test_a_missing_column_says_under_which_headings_it_is_found() -> None:
    with pytest.raises(Rejected) as caught:
        io.read_tables({"operations": "order,plant,run\nA,saw,3\n"})
    fix = caught.value.findings[0].fix
    assert fix is not None
    assert fix.en == "add it; also known as machines, 机床, 机器, 设备, 机台"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "job,step\nA,1\n",
            [("missing-column", "ops.csv:1:machine"), ("missing-column", "ops.csv:1:run")],
        ),
        (
            "job,machine,run\nA,M1,x\n,M1,2\n",
            [("bad-cell", "ops.csv:2:run"), ("bad-cell", "ops.csv:3:job")],
        ),
        ("job,machine,run,due\nA,M1,3,2026-03-02\n", [("bad-cell", "ops.csv:2:due")]),
        (
            "job,machine,run,weight\nA,M1,,heavy\n",
            [("bad-cell", "ops.csv:2:run"), ("bad-cell", "ops.csv:2:weight")],
        ),
        ("job,machine,run,may_span_breaks\nA,M1,3,maybe\n", [("bad-cell", "ops.csv:2:may_span_breaks")]),
    ],
)
def test_bad_tables_name_line_and_column(text: str, found: list[tuple[str, str]], tmp_path: Path) -> None:
    with pytest.raises(Rejected) as error:
        read(text, tmp_path)
    assert sorted(wheres(error)) == found


def test_other_tables_name_their_file(tmp_path: Path) -> None:
    io.write_csv(io.read_fjs(instances.FJS), tmp_path)
    (tmp_path / "precedences.csv").write_text("before,after,link\nJ1-1,J1-2,sideways\n")
    (tmp_path / "problem.csv").write_text("key,value\nmakspan,1\n")
    (tmp_path / "calendars.csv").write_text("calendar,start,end\nday,0,\n")
    with pytest.raises(Rejected) as error:
        io.read_csv(tmp_path)
    assert {where for _, where in wheres(error)} == {
        "precedences.csv:2:link",
        "problem.csv:2:key",
        "calendars.csv:2:end",
    }
