"""The commands from sample data to a checked plan and a promise; bad input answers with findings, never a traceback."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from rongzhi import __version__
from rongzhi.adapters.spreadsheet import as_tables, save_book, save_network, write_csv, write_xlsx
from rongzhi.cli import guard, speech
from rongzhi.model.production.table_documents import book_rows, network_rows
from tests.model.production.build_production import ORIGIN, book, network


def rongzhi(*arguments: str) -> int:
    """Run a command in English and return its exit code."""
    try:
        guard.run(["--lang", "en", *arguments])
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "220")


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """A folder with a network and orders that are due after a fixed origin."""
    save_network(network(), tmp_path / "network.json")
    save_book(book(origin=ORIGIN), tmp_path / "book.json")
    return tmp_path


@pytest.fixture
def planned(park: Path) -> Path:
    """The folder with a plan."""
    arguments = ("plan", str(park / "book.json"), "-n", str(park / "network.json"), "-o", str(park / "plan.json"))
    assert rongzhi(*arguments, "--iterations", "5") == 0
    return park


def test_help_and_version_need_nothing_heavy() -> None:
    script = (
        "import sys\nfrom rongzhi.cli.app import app\n"
        "heavy = {'numpy', 'numba', 'ortools', 'scipy', 'pydantic', 'openpyxl', 'rich', 'django'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)


def test_python_m_rongzhi_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rongzhi", "--version"], check=True, timeout=30, capture_output=True, text=True
    )
    assert done.stdout.strip() == f"rongzhi {__version__}"


@pytest.mark.parametrize(("variable", "language"), [("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("C.UTF-8", "zh")])
def test_the_environment_chooses_the_language(monkeypatch: pytest.MonkeyPatch, variable: str, language: str) -> None:
    speech.choose("")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", variable)
    monkeypatch.setattr(sys, "argv", ["rongzhi"])
    assert speech.language() == language
    monkeypatch.setattr(sys, "argv", ["rongzhi", "--lang", "en", "plan"])
    assert speech.language() == "en"


def test_a_plan_is_written_with_everything_to_read_and_check_it(
    planned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = json.loads((planned / "plan.json").read_text())
    assert {row["operation"] for row in plan["rows"]} == {item["operation"] for item in plan["assignments"]}
    assert plan["rows"][0]["start"] == "2026-03-02T09:00:00+08:00"
    assert plan["lines"][0]["factories"] == ["FB", "FA"]
    assert rongzhi("check", str(planned / "plan.json")) == 0
    assert "valid: 4 operations, no rule is broken" in capsys.readouterr().out


def test_a_plan_that_was_tampered_with_is_found_out(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = planned / "plan.json"
    plan = json.loads(path.read_text())
    plan["assignments"][0]["start"] -= 1
    path.write_text(json.dumps(plan))
    capsys.readouterr()
    assert rongzhi("check", str(path)) == 1
    assert "error" in capsys.readouterr().err
    plan["assignments"][0]["start"] += 1
    plan["values"]["makespan"] += 1
    path.write_text(json.dumps(plan))
    assert rongzhi("check", str(path)) == 1
    assert "values.makespan" in capsys.readouterr().err
    plan["assignments"][0]["machine"] = "T99"
    path.write_text(json.dumps(plan))
    assert rongzhi("check", str(path)) == 1
    assert "cannot be done on machine T99" in capsys.readouterr().err


def test_a_promise_leaves_the_plan_alone(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = {"code": "NEW", "lines": [{"item": "SHAFT", "quantity": 4, "due": "2026-03-09T17:00:00+08:00"}]}
    (planned / "new.json").write_text(json.dumps(order))
    before = (planned / "plan.json").read_bytes()
    capsys.readouterr()
    answer = planned / "answer.json"
    arguments = ("promise", str(planned / "new.json"), "--plan", str(planned / "plan.json"), "-o", str(answer))
    assert rongzhi(*arguments) == 0
    assert "NEW: can be done by 2026-03-02" in capsys.readouterr().out
    (told,) = json.loads(answer.read_text())
    assert (told["is_feasible"], told["late_min"], len(told["operations"])) == (True, 0, 2)
    assert (planned / "plan.json").read_bytes() == before


def test_an_order_nobody_can_make_is_refused_with_the_reason(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = {
        "code": "NEW",
        "excluded_factories": ["FA"],
        "lines": [{"item": "SHAFT", "quantity": 4, "due": "2026-03-09T17:00:00+08:00"}],
    }
    (planned / "new.json").write_text(json.dumps(order))
    assert rongzhi("promise", str(planned / "new.json"), "--plan", str(planned / "plan.json")) == 1
    assert "the order excludes this factory" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["svg", "html"])
def test_a_plan_is_drawn(planned: Path, ending: str) -> None:
    from xml.etree import ElementTree as ET

    picture = planned / f"plan.{ending}"
    assert rongzhi("gantt", str(planned / "plan.json"), "-o", str(picture)) == 0
    text = picture.read_text()
    if ending == "html":
        assert text.startswith("<!doctype html>")
        assert text.count('"operation":"SO1-1') == 4
        assert '"language":"en"' in text
        return
    drawing = ET.fromstring(text)
    bars = [group.get("data-operation") for group in drawing.iter("{http://www.w3.org/2000/svg}g")]
    assert sorted(map(str, bars)) == ["SO1-1/SHAFT:10", "SO1-1/SHAFT:20", "SO1-1:10", "SO1-1:20"]
    assert "FB Beta" in {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}


def test_other_pictures_are_refused(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rongzhi("gantt", str(planned / "plan.json"), "-o", str(planned / "plan.bmp")) == 1
    assert "use .svg, .png or .html" in capsys.readouterr().err
    assert not (planned / "plan.bmp").exists()


def test_a_plan_is_drawn_as_png(planned: Path) -> None:
    pytest.importorskip("resvg_py")
    assert rongzhi("gantt", str(planned / "plan.json"), "-o", str(planned / "plan.PNG")) == 0
    assert (planned / "plan.PNG").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_png_without_its_package_is_refused_and_writes_nothing(
    planned: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    assert rongzhi("gantt", str(planned / "plan.json"), "-o", str(planned / "plan.png")) == 1
    told = capsys.readouterr().err
    assert "PNG pictures need resvg-py" in told
    assert "pip install 'rongzhi[chart]'" in told
    assert not (planned / "plan.png").exists()


def test_a_bought_item_is_promised_for_its_arrival(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = {"code": "NEW", "lines": [{"item": "SEAL", "quantity": 4, "due": "2026-03-02T17:00:00+08:00"}]}
    (planned / "new.json").write_text(json.dumps(order))
    assert rongzhi("promise", str(planned / "new.json"), "--plan", str(planned / "plan.json")) == 0
    assert "NEW: can be done by 2026-03-02 18:00 for 0.00, 1:00 after the due date" in capsys.readouterr().out


def test_an_order_code_that_is_planned_already_is_refused(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("promise", str(planned / "book.json"), "--plan", str(planned / "plan.json"))
    assert rongzhi(*arguments) == 1
    assert "order 'SO1' is given twice" in capsys.readouterr().err


def test_orders_as_csv_with_items_in_the_networks_workbook(park: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = network_rows(network()) | book_rows(book(origin=ORIGIN))
    (park / "park.xlsx").write_bytes(write_xlsx(as_tables(rows, "zh")))
    (park / "三月.csv").write_bytes(write_csv(*as_tables(rows, "zh")["orders"]))
    arguments = ("plan", str(park / "三月.csv"), "-n", str(park / "park.xlsx"), "-o", str(park / "p.json"))
    capsys.readouterr()
    assert rongzhi(*arguments, "--iterations", "1", "--weights", "makespan=1,cost=0.5") == 0
    assert "1 order lines, 1 on time, 0 late" in capsys.readouterr().out
    assert json.loads((park / "p.json").read_text())["weights"] == {"makespan": 1.0, "cost": 0.5}


def test_findings_about_tables_name_the_row_and_the_column(park: Path, capsys: pytest.CaptureFixture[str]) -> None:
    late = "2026-01-06 17:00+08:00"
    rows = [["SO1", "PUMP", "3", "2026-03-06 17:00"], ["SO2", "PUMP", "3", late], ["SO2", "PUMPE", "3", "2026-03-06"]]
    (park / "orders.csv").write_bytes(write_csv(["code", "item", "quantity", "due"], rows))
    items = str(park / "book.json")
    assert rongzhi("plan", str(park / "orders.csv"), "-n", str(park / "network.json"), "--items", items) == 1
    told = capsys.readouterr().err
    assert "orders.csv:3:due" in told
    assert "orders.csv:4:item" in told


SHOP = "2 2 1\n2 1 1 3 1 2 2\n2 1 2 4 1 1 1\n"
"""A flexible job shop of two jobs: 3 on machine 1 then 2 on 2; 4 on machine 2 then 1 on 1."""


@pytest.mark.parametrize("ending", ["json", "csv", "svg", "html"])
def test_a_problem_file_is_solved_and_its_plan_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    (tmp_path / "shop.fjs").write_text(SHOP)
    output = tmp_path / f"plan.{ending}"
    assert rongzhi("solve", str(tmp_path / "shop.fjs"), "-o", str(output), "--iterations", "5") == 0
    told = capsys.readouterr().out
    assert "2 jobs, 4 operations, 2 machines, 1 factories" in told
    assert "proven optimal: objective 6, bound 6" in told
    written = output.read_text()
    assert written.startswith({"json": "{", "csv": "operation,", "svg": "<svg", "html": "<!doctype html>"}[ending])


@pytest.mark.parametrize("command", ["check", "gantt"])
def test_a_plan_without_its_problem_is_told_in_one_sentence(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shop.fjs").write_text(SHOP)
    output = str(tmp_path / "plan.json")
    assert rongzhi("solve", str(tmp_path / "shop.fjs"), "-o", output, "--iterations", "5") == 0
    assert rongzhi(command, output) == 1
    told = capsys.readouterr().err
    assert "this plan of rongzhi solve does not hold its problem" in told
    assert "assignments" not in told


def test_a_table_with_dates_is_solved_from_an_origin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, output = tmp_path / "orders.csv", tmp_path / "plan.svg"
    table.write_text("job,operation,machine,duration_h,due\nA,cut,saw,2,2026-03-02 09:00\n")
    arguments = ("solve", str(table), "-o", str(output), "--iterations", "5")
    assert rongzhi(*arguments) == 1
    told = capsys.readouterr().err
    assert "orders.csv:2:due" in told
    assert "at the command line --origin" in told
    assert rongzhi(*arguments, "--origin", "Monday") == 1
    assert "'Monday' is not a time" in capsys.readouterr().err
    assert rongzhi(*arguments, "--origin", "2026-03-02T08:00") == 0
    assert "weighted tardiness: 60 min" in capsys.readouterr().out
    assert "03-02 08:00" in output.read_text()


def test_the_first_interrupt_keeps_the_plan_and_one_too_early_leaves(
    park: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rongzhi.cli import solving

    real = solving.solve

    def interrupted_before(*given: Any, **named: Any) -> Any:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(5)  # nobody waits for this
        return real(*given, **named)

    def interrupted_while(problem: Any, *, callbacks: Any, **_: Any) -> Any:
        callbacks.on_progress(0.0, 100.0, 0.0)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        while not callbacks.should_stop():
            time.sleep(0.01)
        return real(problem, iteration_limit=0)

    arguments = ("plan", str(park / "book.json"), "-n", str(park / "network.json"), "-o", str(park / "plan.json"))
    monkeypatch.setattr(solving, "solve", interrupted_before)
    started = time.monotonic()
    assert rongzhi(*arguments) == 130
    assert time.monotonic() - started < 4
    assert "interrupted" in capsys.readouterr().err
    assert not (park / "plan.json").exists()
    monkeypatch.setattr(solving, "solve", interrupted_while)
    assert rongzhi(*arguments) == 0
    assert "stopping with the best plan" in capsys.readouterr().err
    assert (park / "plan.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "gone.csv", "-n", "{n}"], "there is no such file"),
        (["plan", "{b}", "-n", "{b}"], "there is no field 'orders'"),
        (["plan", "{b}", "-n", "{n}", "--weights", "beauty=1"], "there is no objective 'beauty'"),
        (["plan", "{b}", "-n", "{n}", "--weights", "cost"], "'cost' is not term=weight"),
        (["plan", "{b}", "-n", "{n}", "--origin", "soon"], "'soon' is not a date and time"),
        (["plan", "{b}", "-n", "{n}", "--origin", "2026-04-01"], "is in the past"),
        (["solve", "gone.fjs"], "there is no such file"),
        (["solve", "{csv}"], "column 'machine' is missing"),
        (["solve", "{b}", "-o", "plan.bmp"], "use .svg, .png or .html"),
        (["check", "{b}"], "there is no field"),
        (["check", "{csv}"], "this is not a plan file"),
        (["promise", "{b}", "--plan", "{n}"], "there is no field"),
        (["check-data", "{csv}"], "no network, items or orders were found"),
        (["sample", "levy2015"], "there is no sample 'levy2015'"),
        (["sample", "synthetic", "--start", "2026-03-03"], "is not the date of a Monday"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    park: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    (park / "other.csv").write_text("\n")
    names = {"n": park / "network.json", "b": park / "book.json", "csv": park / "other.csv"}
    before = sorted(park.iterdir())
    output = ["-o", str(park / "out.json")] if arguments[0] in ("plan", "sample") else []
    assert rongzhi(*[each.format(**names) for each in arguments], *output) == 1
    printed = capsys.readouterr()
    assert said in " ".join(printed.err.split())
    assert "Traceback" not in printed.err
    assert sorted(park.iterdir()) == before


def test_a_programs_own_fault_is_a_sentence_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("x")

    monkeypatch.delenv("RONGZHI_DEBUG", raising=False)
    monkeypatch.setattr("rongzhi.cli.commands.sample.run", broken)
    assert rongzhi("sample", "levy2014") == 70
    assert "unexpected error: ZeroDivisionError: x" in capsys.readouterr().err


def test_check_data_says_all_and_counts(park: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rongzhi("check-data", str(park / "book.json"), "-n", str(park / "network.json")) == 0
    assert "0 errors, 0 warnings or notes" in capsys.readouterr().out
    save_book(book(origin=ORIGIN, **{"orders.0.lines.0.item": "X", "bom.0.unit": "kg"}), park / "bad.json")
    assert rongzhi("check-data", str(park / "bad.json"), "-n", str(park / "network.json")) == 1
    printed = capsys.readouterr()
    assert "2 errors" in printed.out
    assert "bom[0].unit" in printed.err
    assert "orders[0].lines[0].item" in printed.err
    assert rongzhi("check-data", str(park / "network.json")) == 0


def test_a_sample_can_be_checked_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ("--factories", "2", "--machines", "4", "--items", "8", "--orders", "5")
    assert rongzhi("sample", "synthetic", "-o", str(tmp_path / "s"), *sizes) == 0
    assert sorted(file.name for file in (tmp_path / "s").iterdir()) == [
        "book.json",
        "network.json",
        "orders.csv",
        "park.xlsx",
    ]
    assert rongzhi("check-data", str(tmp_path / "s" / "park.xlsx")) == 0


def test_every_fault_of_an_order_file_is_said_at_once(park: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [["A", "NOPE", "-3", "2020-01-01"], ["B", "NOPE", "x", "2020-01-01"]]
    (park / "one.csv").write_bytes(write_csv(["order no", "part no", "qty", "need by"], rows))
    arguments = ("plan", str(park / "one.csv"), "-n", str(park / "network.json"), "--items", str(park / "book.json"))
    assert rongzhi(*arguments) == 1
    told = capsys.readouterr().err
    places = [f"one.csv:{row}:{column}" for row in (2, 3) for column in ("item", "quantity", "due")]
    assert [told.count(place) for place in places] == [1] * 6
    assert "2020-01-01 23:59 is in the past" in told
    bad = json.loads((park / "book.json").read_text())
    bad["orders"][0]["lines"][0] |= {"item": "NOPE", "quantity": -1}
    (park / "bad.json").write_text(json.dumps(bad))
    assert rongzhi("plan", str(park / "bad.json"), "-n", str(park / "network.json"), "--items", arguments[-1]) == 1
    told = capsys.readouterr().err
    assert "bad.json.orders[0].lines[0].quantity" in told
    assert "bad.json.orders[0].lines[0].item" in told


def test_orders_without_items_are_one_finding(park: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (park / "o.csv").write_bytes(write_csv(["code", "item", "quantity", "due"], [["A", "PUMP", "1", "2026-03-06"]] * 2))
    assert rongzhi("plan", str(park / "o.csv"), "-n", str(park / "network.json")) == 1
    told = capsys.readouterr().err
    assert told.count("error") == 1
    assert "no items given" in told


def test_check_names_terms_by_label_with_units_and_the_gap(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert rongzhi("check", str(planned / "plan.json")) == 0
    told = capsys.readouterr().out
    assert re.search(r"makespan: [\d,]+ min\n", told)
    assert re.search(r"cost: [\d,]+\.\d\d CNY\n", told)
    assert re.search(r"over the bound: [\d,.]+%\n", told)


def test_codes_in_tables_are_never_broken(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    speech.show_table(["order", "factories"], [["SO-00001-1-LONG", "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11"]], whole=1)
    assert "SO-00001-1-LONG " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cheapest", "first", "second", "wanted"),
    [
        (False, (100, 0, 50.0), (100, 0, 40.0), 40.0),
        (True, (100, 0, 40.0), (120, 0, 45.0), 40.0),
        (True, (100, 0, 50.0), (120, 0, 45.0), 45.0),
        (True, (100, 0, 50.0), (120, 7, 45.0), 50.0),
    ],
)
def test_no_answer_is_beaten_by_the_other_wishes(
    cheapest: bool, first: tuple[int, int, float], second: tuple[int, int, float], wanted: float
) -> None:
    from types import SimpleNamespace

    from rongzhi.cli.commands.promise import _best

    made = {
        prefer: SimpleNamespace(is_feasible=True, completion=end, lateness=late, cost=SimpleNamespace(total=cost))
        for prefer, (end, late, cost) in (("fastest", first), ("cheapest", second))
    }
    promiser: Any = SimpleNamespace(quote=lambda _jobs, _links, prefer: made[prefer])
    assert _best(promiser, [], [], is_cheapest=cheapest).cost.total == wanted
