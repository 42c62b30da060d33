"""The steps of the tour, by the names its headings carry; each does what the text says and checks what is on screen."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.tour import JOB_MS, PHONE, ZONE, Tour

ITEM = "BALLNUT-12"
SEARCH_MS = 4000
"""How long the search is watched before it is stopped."""
SHOT_INSIDE = frozenset(
    {"log-in", "home", "orders", "place-order", "plan", "publish", "upload", "factory", "language", "api"}
)
"""Steps that take their picture on the way, not at their end."""


def log_in(tour: Tour) -> None:
    """The sample account shown on the log-in page enters with one press."""
    page = tour.open()
    page.goto("/accounts/login/")
    expect(page.locator("code", has_text="rongzhi-sample").first).to_be_visible()
    tour.shoot("log-in")
    tour.enter("operator")
    expect(page).to_have_url(re.compile(r"/$"))


def home(tour: Tour) -> None:
    """The map shows every leaf with its state; the figures are those of the park."""
    page = tour.be("operator")
    page.goto("/")
    assert page.locator("[data-tile]").count() == 45
    assert int(tour.figure("工厂", "Factories")) == 5
    assert int(tour.figure("在手订单", "Open orders").replace(",", "")) >= 200
    tour.shoot("home")
    page.locator("[data-tile][href='/sharing/']").focus()
    expect(page.locator("[data-reading]")).not_to_be_empty()


def orders(tour: Tour) -> None:
    """The list counts as many orders as the API; a filter narrows it and stands in the address."""
    page = tour.be("operator")
    page.goto("/")
    page.locator("[data-tile][href='/sharing/']").click()
    page.locator("main, #tree").get_by_role("link", name=tour.t("订单", "Orders"), exact=True).first.click()
    expect(page).to_have_url(re.compile("/sharing/orders/"))
    total = tour.json("/api/v1/sharing/orders?limit=1")["total"]
    assert int(page.locator(".list-count b").inner_text().replace(",", "")) == total >= 225
    tour.shoot("orders")
    page.locator("select[name=risk]").select_option("1")
    page.wait_for_url("**risk=1**")
    expect(page.locator(".chip").first).to_be_visible()


def place_order(tour: Tour) -> None:
    """A customer places one order with time enough, and one nobody can make in time."""
    due, rush = tour.typed(60), tour.typed(2)
    page = tour.be("customer-1")
    for key, quantity, date in (("order", "24", due), ("rush", "180", rush)):
        page.goto("/sharing/orders/")
        tour.press("新建订单", "New order")
        page.fill("#line-0-item", ITEM)
        page.fill("#line-0-quantity", quantity)
        page.fill("#line-0-due", date)
        if key == "order":
            tour.shoot("place-order")
        tour.press("提交订单", "Place order")
        tour.said("订单已提交", "Order placed")
        tour.known[key] = tour.title()
        assert tour.fact("交货期", "Due date").startswith(date.replace("T", " "))


def decompose(tour: Tour) -> None:
    """Every operation names who can do it, at what time and cost, and why the others cannot."""
    page = tour.be("operator")
    page.goto(f"/sharing/orders/{tour.known['order']}/")
    tour.press("按工序分解", "Decompose")
    tour.said("道工序", "operations")
    steps = page.locator(".steps .step")
    assert steps.count() == 9
    steps.first.locator("summary").click()
    rows = steps.first.locator("tbody tr")
    assert rows.count() >= 2
    assert all("¥" in row.inner_text() for row in rows.all())
    reasons = steps.first.locator(".reasons li").all_inner_texts()
    assert reasons
    assert all(re.search(tour.t("没有|未|不|超", "cannot|no |not |over"), words) for words in reasons), reasons
    tour.known["steps"] = steps.count()


def promise(tour: Tour) -> None:
    """The earliest defensible date and the cost come within a second, with every step behind them."""
    wished = tour.typed(45)
    page = tour.be("customer-1")
    page.goto("/sharing/promises/new/")
    page.fill("#line-0-item", ITEM)
    page.fill("#line-0-quantity", "12")
    page.fill("#line-0-due", wished)
    tour.press("查询交期与成本", "Ask for date and cost")
    tour.said("已给出交期与成本", "Here are date and cost")
    assert page.locator("main table.cards tbody tr").count() >= 9
    assert float(tour.figure("成本", "Cost").strip("¥").replace(",", "")) > 0
    assert float(tour.fact("计算用时", "Answered in").split()[0]) < 3
    expect(page.locator(".figure-ok").first).to_be_visible()
    expect(tour.button("接受并下单", "Accept and order")).to_be_enabled()


def _run(tour: Tour, seconds: float, *, stop: bool) -> str:
    """Start planning, watch it, stop it when asked to, and return the draft's number."""
    page = tour.page
    page.fill("[name=time_limit_s]", f"{seconds:g}")
    tour.press("开始排产", "Start planning")
    page.wait_for_url("**/plans/runs/**")
    if stop:
        page.locator("#run .figure-value").first.wait_for(timeout=JOB_MS)
        page.wait_for_timeout(SEARCH_MS)
        tour.shoot("plan")
        tour.press("停止并保留", "Stop and keep")
    draft = tour.button("查看草案", "Open the draft").or_(tour.button("查看结果", "Open the result"))
    draft.wait_for(timeout=JOB_MS)
    draft.click()
    page.wait_for_url("**/plans/P-**")
    return tour.title()


def plan(tour: Tour) -> None:
    """Weights are set, progress is seen, and stopping keeps the best plan so far as a draft."""
    page = tour.be("operator")
    page.goto("/sharing/plans/new/")
    assert int(re.search(r"\d+", page.locator("p.lead b").nth(1).inner_text())[0]) >= 2  # type: ignore[index]
    page.fill("[name=weighted_tardiness]", "2")
    page.fill("[name=transport_cost]", "0.1")
    before = datetime.now(ZONE)
    tour.known["plan"] = _run(tour, 300, stop=True)
    assert datetime.now(ZONE) - before < timedelta(seconds=200), "it did not stop when asked to"
    expect(page.locator("h1 .badge")).to_have_text(tour.t("草案", "draft"), ignore_case=True)
    assert tour.fact("独立核验", "Independent check").lower() == tour.t("无违反", "no violation")


def compare(tour: Tour) -> None:
    """Figures side by side, what moved, and both plans in one chart."""
    page = tour.be("operator")
    page.goto(f"/sharing/plans/{tour.known['plan']}/")
    page.locator(".actions a[href*=compare]").click()
    page.wait_for_url("**/compare/**")
    tour.drawn()
    heads = page.locator("main table").first.locator("thead a").all_inner_texts()
    assert heads[1] == tour.known["plan"] != heads[0]
    words = page.locator("main section.section p").first.inner_text()
    assert int(re.search(r"[\d,]+", words)[0].replace(",", "")) > 300  # type: ignore[index]
    assert page.locator("main table").first.locator("tbody tr").count() >= 8


def publish(tour: Tour) -> None:
    """The draft becomes the plan that holds; the two orders are planned now."""
    page = tour.be("operator")
    page.goto(f"/sharing/plans/{tour.known['plan']}/")
    tour.press("发布计划", "Publish plan")
    tour.confirm()
    tour.said("已发布，工序已下达各工厂", "is published; work is released")
    for key in ("order", "rush"):
        page.goto(f"/sharing/orders/{tour.known[key]}/")
        assert re.match(r"20\d\d-", tour.fact("预计完成", "Expected end"))
        expect(page.locator(".stages")).to_contain_text(tour.known["plan"])
    tour.shoot("publish")


def pictures(tour: Tour) -> None:
    """Gantt, load and flows of the plan, each with its table."""
    page = tour.be("operator")
    url = f"/sharing/plans/{tour.known['plan']}/"
    page.goto(f"{url}?tab=load")
    tour.drawn()
    assert page.locator("main table tbody tr").count() == 5
    tour.shoot("load")
    page.goto(f"{url}?tab=flows")
    tour.drawn()
    assert page.locator("main table tbody tr").count() >= 4
    tour.shoot("flows")
    page.goto(url)
    chart = tour.drawn()
    tour.shoot("gantt")
    search = chart.locator("input[type=search]")
    search.fill(tour.known["order"])
    search.press("Enter")
    search.blur()
    expect(search).to_have_value(tour.known["order"])
    tour.shoot("gantt-order")
    page.goto(f"{url}?tab=gantt&order={tour.known['order']}")
    tour.drawn()
    rows = page.locator("main table tbody tr")
    assert rows.count() == tour.known["steps"]
    assert len({row.locator("td").nth(4).inner_text() for row in rows.all()}) >= 2, "made in several factories"


def why_late(tour: Tour) -> None:
    """The rush order is late, and the page follows it back from its end: which machine, which shift, which step."""
    page = tour.be("operator")
    page.goto(f"/sharing/plans/{tour.known['plan']}/?tab=orders")
    late = page.locator(".steps summary", has=page.locator(".step-name", has_text=tour.known["rush"]))
    expect(late).to_contain_text(tour.t("拖期", "late by"), ignore_case=True)
    page.goto(f"/sharing/orders/{tour.known['rush']}/")
    page.locator(".tabs").get_by_role("link", name=tour.t("为何拖期", "Why late")).click()
    links = page.locator(".chain .chain-words").all_inner_texts()
    assert len(links) >= 5
    assert all(len(words) > 1 for words in links), links
    found = tour.json(f"/api/v1/sharing/orders/{tour.known['rush']}/why-late")
    assert len(found) == len(links)


def _busy_machine(data: dict[str, Any], tour: Tour) -> tuple[str, str, datetime, datetime]:
    """Return row and code of a machine with work on the third to sixth day from now, and that time."""
    zero = datetime.fromtimestamp(data["now"] / 1000, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    begin, end = zero + timedelta(days=3), zero + timedelta(days=6)
    wished = ("M05", "M08", "M10") if tour.language == "zh-hans" else ("M04", "M06", "M09")
    codes = {row["id"]: row["machine"] for row in data["rows"]}
    starts = [codes[bar["row"]] for bar in data["bars"] if begin.timestamp() * 1000 < bar["s"] < end.timestamp() * 1000]
    code = max(wished, key=starts.count)
    assert code in starts, "nothing begins there"
    return next(row for row, each in codes.items() if each == code), code, begin, end


def calendar(tour: Tour) -> None:
    """A machine is shut for three days; the next plan begins nothing on it in that time."""
    page = tour.be("operator")
    data = tour.json(f"/sharing/plans/{tour.known['plan']}/data/gantt.json")
    row, machine, begin, end = _busy_machine(data, tour)
    page.goto(f"/resources/machines/{machine}/?tab=calendar")
    tour.press("添加检修", "Add maintenance")
    page.fill("[name=start]", f"{begin:%Y-%m-%dT%H:%M}")
    page.fill("[name=end]", f"{end:%Y-%m-%dT%H:%M}")
    page.fill("[name=reason]", tour.t("主轴检修", "spindle overhaul"))
    tour.press("添加检修", "Add maintenance")
    page.wait_for_url(f"**/machines/{machine}/**tab=calendar**")
    assert page.locator("rect.week-closed").count() >= 3
    tour.shoot("calendar-week")
    page.goto("/sharing/plans/new/")
    draft = _run(tour, 4, stop=False)
    after = tour.json(f"/sharing/plans/{draft}/data/gantt.json")["bars"]
    shut = [bar for bar in after if bar["row"] == row and begin.timestamp() <= bar["s"] / 1000 < end.timestamp()]
    assert not shut, "work begins while the machine is shut"
    assert len(after) >= 300
    tour.drawn()


def _sheet(tour: Tour, rows: list[tuple[str, ...]]) -> dict[str, Any]:
    text = io.StringIO()
    heads = tour.t("订单号,物料,数量,单位,交期", "order,item,quantity,unit,due").split(",")
    csv.writer(text).writerows([heads, *rows])
    return {"name": "orders.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}


def upload(tour: Tour) -> None:
    """Every fault of a sheet is shown at once and nothing is taken; mended, everything is."""
    due, past = tour.typed(50).replace("T", " "), "2020-01-01 17:00"
    page = tour.be("customer-1")
    one, two, three, four = (f"C1-{tour.stamp}-{number}" for number in range(1, 5))
    faulty = [
        (one, ITEM, "-5", "pcs", due),
        (two, "NO-SUCH-ITEM", "3", "pcs", due),
        (three, ITEM, "8", "furlong", due),
        (four, ITEM, "8", "pcs", past),
    ]
    page.goto("/sharing/orders/")
    tour.press("上传订单表", "Upload orders")
    page.set_input_files("[name=file]", _sheet(tour, faulty))
    tour.press("上传并预览", "Upload and preview")
    page.wait_for_url("**/import/**-**")
    findings = page.locator(".findings .finding-error")
    assert findings.count() >= 4, page.locator(".findings").inner_text()
    places = " ".join(findings.locator("code").all_inner_texts())
    assert all(str(row) in places for row in (2, 3, 4, 5)), places
    assert not page.locator("button[name=confirm]:enabled").count(), "a faulty sheet cannot be taken"
    tour.shoot("upload")
    assert not page.request.get(f"/api/v1/sharing/orders/{one}").ok
    tour.press("换一个文件", "Another file")
    mended = [(one, ITEM, "5", "pcs", due), (one, "BALLNUT-11", "3", "pcs", due), (two, ITEM, "8", "pcs", due)]
    page.set_input_files("[name=file]", _sheet(tour, mended))
    tour.press("上传并预览", "Upload and preview")
    tour.said("全部行通过检查", "Every row passed")
    page.locator("button[name=confirm]").click()
    tour.said("已录入 2 个订单", "2 orders taken")
    assert tour.json(f"/api/v1/sharing/orders/{one}")["lines"][1]["item"] == "BALLNUT-11"


def factory(tour: Tour) -> None:
    """A factory sees its own operations and no other, and reports from a phone."""
    page = tour.be("sf-a")
    data = tour.json(f"/sharing/plans/{tour.known['plan']}/data/gantt.json")
    assert {row["factory"] for row in data["rows"] if row["machine"]} == {"SF-A"}
    own = {row["machine"] for row in data["rows"]}
    page.goto("/sharing/work/?when=all&state=released")
    machines = set(page.locator("tbody td[data-label]:nth-child(6)").all_inner_texts())
    assert machines
    assert machines <= own
    tour.shoot("factory")
    page = tour.be("sf-a", PHONE)
    page.goto("/sharing/work/?when=all&state=released&sort=start")
    link = page.locator("tbody td a").first
    operation = link.inner_text().strip()
    link.click()
    page.locator("[name=kind][value=start]").check()
    tour.shoot("factory-report")
    page.locator("main .form-end button[type=submit]").click()
    tour.said("已报工", "Reported")
    page.goto(f"/sharing/work/{operation}/")
    expect(page.locator(".facts")).to_contain_text(tour.t("加工中", "running"), ignore_case=True)


def replay(tour: Tour) -> None:
    """The log's own days are played; plan and reality stand side by side."""
    page = tour.be("operator")
    page.goto("/sharing/replay/")
    before = int(tour.figure("已开工工序", "Operations begun").replace(",", ""))
    tour.press("重放日志", "Replay the log")
    page.wait_for_url("**/jobs/**")
    done = tour.button("查看结果", "Open the result")
    done.wait_for(timeout=JOB_MS)
    done.click()
    page.wait_for_url("**/replay/")
    begun, ended = (
        int(tour.figure(*names).replace(",", ""))
        for names in (("已开工工序", "Operations begun"), ("已完工工序", "Operations ended"))
    )
    assert begun > before
    assert 0 < ended <= begun
    expect(page.locator("[data-chart] canvas, [data-chart] svg").first).to_be_visible()
    assert page.locator("main table.cards tbody tr").count() >= min(begun, 100)


def language(tour: Tour) -> None:
    """The same page in the other language, and back, without losing the place."""
    page = tour.be("operator")
    page.goto("/sharing/orders/?risk=1")
    both = {"zh-hans": ("zh", "订单"), "en": ("en", "Orders")}
    here, there = both[tour.language], both["en" if tour.language == "zh-hans" else "zh-hans"]
    for code, title in (there, here):
        page.locator("button[name=language]").click()
        expect(page.locator("h1")).to_have_text(title)
        assert page.evaluate("document.documentElement.lang").startswith(code)
        expect(page).to_have_url(re.compile("risk=1"))
        if code == there[0]:
            tour.shoot("language")


def _saved(page: Page, press: Any) -> bytes:
    with page.expect_download() as waiting:
        press()
    return waiting.value.path().read_bytes()


def download(tour: Tour) -> None:
    """Lists and plans come as CSV and XLSX, as filtered and complete."""
    page = tour.be("operator")
    page.goto("/sharing/orders/?unplanned=1")
    shown = int(page.locator(".list-count b").inner_text().replace(",", ""))
    links = page.locator(".list-menu a[download]")
    rows = list(csv.reader(io.StringIO(_saved(page, links.nth(0).click).decode("utf-8-sig"))))
    assert len(rows) - 1 == shown >= 2
    book = zipfile.ZipFile(io.BytesIO(_saved(page, links.nth(1).click)))
    assert "xl/workbook.xml" in book.namelist()
    page.goto(f"/sharing/plans/{tour.known['plan']}/")
    tour.drawn()
    operations = int(tour.figure("工序", "Operations").replace(",", ""))
    saved = _saved(page, page.locator(".rail a[href$='download.csv']").click).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(saved)))) - 1 == operations


def api(tour: Tour) -> None:
    """The API page lists what the pages do; the order reads the same there."""
    page = tour.be("operator")
    page.goto("/api/v1/docs")
    page.locator(".opblock-tag").first.wait_for()
    page.locator(".opblock-tag", has_text=re.compile("sharing", re.IGNORECASE)).first.click()
    page.locator(".opblock-summary-path", has_text="/sharing/orders").first.wait_for()
    tour.shoot("api")
    found = tour.json(f"/api/v1/sharing/orders/{tour.known['order']}")
    page.goto(f"/sharing/orders/{tour.known['order']}/")
    due = datetime.fromisoformat(found["due"] if "due" in found else found["lines"][0]["due"]).astimezone(ZONE)
    assert f"{due:%Y-%m-%d %H:%M}" in tour.fact("交货期", "Due date")
    page.goto("/api/v1/docs")
    page.locator(".opblock-tag").first.wait_for()


def event_log(tour: Tour) -> None:
    """Everything that was done stands in the log, and the chain of the log is whole."""
    page = tour.be("operator")
    page.goto(f"/platform/events/?q={tour.known['order']}")
    rows = page.locator("main tbody tr").filter(has_text=f"order/{tour.known['order']}")
    expect(rows.filter(has_text="customer-1").first).to_be_visible()
    environment = {**os.environ, "RONGZHI_DATA_DIR": str(tour.data)}
    environment.pop("RONGZHI_DATABASE_URL", None)
    command = [sys.executable, str(ROOT / "manage.py"), "verify_events"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(re.search(r"(\d+) events", done.stdout)[1]) > 100  # type: ignore[index]
