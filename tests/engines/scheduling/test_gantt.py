"""Gantt charts: every operation has its bar at the right place, as data, as SVG and as a page."""

from __future__ import annotations

import json
import random
import re
import struct
import sys
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from rongzhi.engines.scheduling.gantt import axis, gantt_data, to_html, to_png, to_svg
from rongzhi.engines.scheduling.model import (
    Calendar,
    Changeover,
    Factory,
    Job,
    Machine,
    Mode,
    Operation,
    Pin,
    Precedence,
    Problem,
    Transport,
)
from rongzhi.engines.scheduling.promise import Promiser
from rongzhi.engines.scheduling.result import Assignment, Plan
from rongzhi.kernel.errors import Unavailable
from tests.engines.scheduling.promise_cases import base_case, random_order

ORIGIN = datetime(2026, 11, 22, 8, 0, tzinfo=timezone(timedelta(hours=8)))
SVG = "{http://www.w3.org/2000/svg}"


def network() -> tuple[Problem, Plan]:
    problem = Problem(
        jobs=(
            Job(
                "A",
                (Operation("A1", (Mode("m1", 20, 5, cost=10.0),), family="red"), Operation("A2", (Mode("m2", 30),))),
                due=100,
            ),
            Job("B<b>", (Operation("B1", (Mode("m1", 10),), family="blue", name="磨削 & <i>"),), due=42),
        ),
        machines=(Machine("m1", "F1", changeover="paint"), Machine("m2", "F2", calendar="day"), Machine("idle", "F1")),
        factories=(Factory("F1", "P1", "甲厂"), Factory("F2", "P2", "乙厂")),
        precedences=(Precedence("A1", "A2"),),
        calendars=(Calendar("day", ((0, 60),), cycle=100, until=100),),
        changeovers=(Changeover("paint", ("red", "blue"), ((0, 7), (9, 0))),),
        transport=Transport(("P1", "P2"), ((0, 30), (30, 0))),
        pins=(Pin("A1", "m1", 0),),
    )
    rows = [
        Assignment("A1", "m1", 0, 0, 5, 25),
        Assignment("A2", "m2", 0, 55, 55, 125),
        Assignment("B1", "m1", 0, 32, 32, 42, changeover=7),
    ]
    return problem, Plan.of(rows)


def test_data_has_rows_bars_arrows_and_jobs() -> None:
    data = gantt_data(*network(), origin=ORIGIN)
    assert [(row["factory_name"], row["machine"], row["gaps"]) for row in data["rows"]] == [
        ("甲厂", "m1", []),
        ("乙厂", "m2", [[60, 100]]),
    ]
    bars = {bar["operation"]: bar for bar in data["bars"]}
    assert bars["B1"]["changeover_start"] == 25
    assert bars["A2"]["breaks"] == [[60, 100]]
    assert (bars["A1"]["is_fixed"], bars["A1"]["is_late"], bars["B1"]["is_late"]) == (True, True, False)
    assert bars["A1"]["end_at"] == "2026-11-22T08:25:00+08:00"
    assert bars["A1"]["setup_end_ms"] - bars["A1"]["start_ms"] == 5 * 60_000
    assert bars["A1"]["start_ms"] == 1_795_305_600_000
    (arrow,) = data["arrows"]
    assert (arrow["from_row"], arrow["to_row"], arrow["start"], arrow["arrival"], arrow["end"]) == (0, 1, 25, 55, 55)
    assert [(job["code"], job["completion"], job["lateness"]) for job in data["jobs"]] == [
        ("A", 125, 25),
        ("B<b>", 42, 0),
    ]
    assert (data["start"], data["end"], data["unit"]) == (0, 125, "min")
    json.dumps(data)


def test_data_of_some_jobs_and_machines() -> None:
    assert [bar["operation"] for bar in gantt_data(*network(), jobs=["A"])["bars"]] == ["A1", "A2"]
    some = gantt_data(*network(), machines=["m2"])
    assert [bar["operation"] for bar in some["bars"]] == ["A2"]
    assert some["arrows"] == []


def test_bars_that_overlap_get_lanes() -> None:
    problem = Problem(
        (Job("J", tuple(Operation(f"o{row}", (Mode("m", 10),)) for row in range(3))),),
        (Machine("m", "F", is_unlimited=True),),
        (Factory("F"),),
    )
    plan = Plan.of(
        [Assignment("o0", "m", 0, 0, 0, 10), Assignment("o1", "m", 0, 5, 5, 15), Assignment("o2", "m", 0, 10, 10, 20)]
    )
    data = gantt_data(problem, plan)
    assert [bar["lane"] for bar in data["bars"]] == [0, 1, 0]
    assert data["rows"][0]["lanes"] == 2


def test_svg_positions_follow_the_times() -> None:
    problem, plan = network()
    root = ET.fromstring(to_svg(problem, plan, width=168 + 18 + 1250))
    groups = {each.get("data-operation"): each for each in root.iter(f"{SVG}g")}
    assert set(groups) == set(plan.operation)
    scale = 10.0  # 1,250 pixels for 125 minutes
    for row in plan:
        rects = [each for each in groups[row.operation].iter(f"{SVG}rect") if each.get("fill")]
        (rect,) = rects
        assert float(rect.get("x", "")) == pytest.approx(168 + scale * row.start)
        assert float(rect.get("width", "")) == pytest.approx(scale * (row.end - row.start))
    hatched = [each for each in groups["B1"].iter(f"{SVG}rect") if each.get("class") == "c"]
    assert [(float(each.get("x", "")), float(each.get("width", ""))) for each in hatched] == [(418.0, 70.0)]
    text = "".join(root.itertext())
    assert "误期作业 late job" in text
    assert "磨削 & <i>" in text


def test_svg_and_page_of_any_plan() -> None:
    rng = random.Random(5)
    promiser = Promiser(*base_case(rng))
    for number in range(25):
        jobs, links = random_order(rng, f"o{number}", [])
        quote = promiser.quote(jobs, links, with_alternatives=False)
        if quote.is_feasible:
            promiser.book(quote)
    problem, plan = promiser.plan_with()
    root = ET.fromstring(to_svg(problem, plan, origin=ORIGIN))
    assert sorted(each.get("data-operation") or "" for each in root.iter(f"{SVG}g")) == sorted(plan.operation)
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    for rect in root.iter(f"{SVG}rect"):
        x, y = float(rect.get("x") or 0), float(rect.get("y") or 0)
        if rect.get("class") in {None, "c", "s"} and rect.get("y"):
            assert 0 <= x <= width
            assert y + float(rect.get("height", "")) <= height


def test_empty_plan() -> None:
    problem = Problem((), (), ())
    assert ET.fromstring(to_svg(problem, Plan.of([]))).tag == f"{SVG}svg"
    assert gantt_data(problem, Plan.of([]))["bars"] == []


def test_page_is_one_file_with_the_data_inside() -> None:
    problem, plan = network()
    page = to_html(problem, plan, origin=ORIGIN, title="计划 <x>", language="en")
    assert "<title>计划 &lt;x&gt;</title>" in page
    assert '<html lang="en">' in page
    assert not re.search(r"""(src|href)\s*=|https?://|@[A-Z]+@""", page)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found.group(1))
    assert [bar["operation"] for bar in data["bars"]] == ["A1", "B1", "A2"]
    assert data["jobs"][1]["code"] == "B<b>"
    assert "<" not in found.group(1)
    assert data["origin_wall_ms"] == 1_795_334_400_000


def test_ticks_are_round() -> None:
    assert axis.ticks(-50, 1000, "min", 5) == [0, 240, 480, 720, 960]
    assert axis.ticks(0, 10**9, "s", 4)[1] % 604_800 == 0
    assert axis.label(1440, "min", ORIGIN, 1440) == "11-23"
    assert axis.label(61, "s", ORIGIN, 1) == "11-22 08:01"
    assert axis.label(12345, "min", None, 1) == "12,345"


def test_labels_of_the_axis_stay_inside() -> None:
    job = Job("A", (Operation("A1", (Mode("m", 1440),)),))
    problem = Problem((job,), (Machine("m", "F"),), (Factory("F"),))
    plan = Plan.of([Assignment("A1", "m", 0, 0, 0, 1440)])
    drawing = to_svg(problem, plan, origin=ORIGIN, width=1280)
    labels = re.findall(r'text-anchor="(\w+)" x="([\d.]+)"[^>]*>[^<]*:00<', drawing)
    assert labels[0] == ("middle", "168")
    assert labels[-1] == ("end", "1278")


def test_png_is_the_drawing_magnified(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def draw(**given: Any) -> list[int]:
        asked.append(given)
        return list(b"picture")

    monkeypatch.setitem(sys.modules, "resvg_py", SimpleNamespace(svg_to_bytes=draw))
    problem, plan = network()
    assert to_png(problem, plan, origin=ORIGIN, zoom=3.0, title="t") == b"picture"
    assert asked == [
        {"svg_string": to_svg(problem, plan, origin=ORIGIN, title="t"), "zoom": 3.0, "background": "#ffffff"}
    ]


def test_png_without_the_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(Unavailable, match="install resvg-py"):
        to_png(*network())


def test_png_has_the_size_of_the_drawing() -> None:
    pytest.importorskip("resvg_py")
    picture = to_png(*network(), width=1280, zoom=1.0)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", picture[16:20]) == (1280,)
