"""Networks and order books come back equal from every format, and every fault of every row is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from rongzhi.adapters.spreadsheet import load_book, load_network, save_book, save_network, write_csv, write_whole
from rongzhi.kernel.findings import Findings, Severity
from rongzhi.model.production import Network, OrderBook
from rongzhi.samples import levy2014, synthetic
from tests.model.production.build_production import book, network

FORMATS = ["park.json", "park.xlsx", "park.zip", "park"]


def said(result: object) -> list[tuple[str, str]]:
    assert isinstance(result, Findings)
    return [(finding.code, finding.where) for finding in result]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("language", ["", "zh", "en"])
def test_documents_come_back_equal(tmp_path: Path, name: str, language: str) -> None:
    save_network(network(), tmp_path / "n" / name, language)
    save_book(book(), tmp_path / "b" / name, language)
    assert load_network(tmp_path / "n" / name) == network()
    assert load_book(tmp_path / "b" / name) == book()


@pytest.mark.parametrize("name", FORMATS)
def test_the_samples_come_back_equal(tmp_path: Path, name: str) -> None:
    from datetime import date

    small = synthetic.park(factories=2, machines_per_factory=4, items=12, orders=10)
    for net, orders in ((levy2014.network(), levy2014.order_book(date(2026, 3, 2))), small):
        save_network(net, tmp_path / "n" / name)
        save_book(orders, tmp_path / "b" / name)
        assert load_network(tmp_path / "n" / name) == net
        assert load_book(tmp_path / "b" / name) == orders


def test_a_list_of_orders_has_any_name_and_peoples_headings(tmp_path: Path) -> None:
    path = tmp_path / "三月.csv"
    path.write_text('订单编号,客户名称,产品,订单数量,交货日期\nSO1,C1,PUMP,"1,200",2026/3/6\n', encoding="gb18030")
    loaded = load_book(path)
    assert isinstance(loaded, OrderBook)
    (order,) = loaded.orders
    assert (order.code, order.customer, order.lines[0].item, order.lines[0].quantity) == ("SO1", "C1", "PUMP", 1200)
    assert order.lines[0].due.isoformat() == "2026-03-06T23:59:00+08:00"


def test_every_fault_of_every_row_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = [
        ["SO1", "PUMP", "-3", "2026-03-06 17:00", "5"],
        ["SO2", "", "many", "soon", "5"],
        ["SO3", "PUMP", "4", "2026-03-06 17:00", "12"],
        ["SO4", "PUMP", "4", "2026-03-06 17:00", "1"],
        ["SO4", "SHAFT", "4", "2026-03-06 17:00", "2"],
    ]
    path.write_bytes(write_csv(["code", "item", "quantity", "due", "priority"], rows))
    assert said(load_book(path)) == [
        ("missing", "orders.csv:3:item"),
        ("not-readable", "orders.csv:3:quantity"),
        ("not-readable", "orders.csv:3:due"),
    ]
    path.write_bytes(write_csv(["code", "item", "quantity", "due", "priority"], [rows[0], *rows[2:]]))
    assert said(load_book(path)) == [
        ("too-small", "orders.csv:2:quantity"),
        ("too-large", "orders.csv:3:priority"),
        ("contradiction", "orders.csv:5:priority"),
    ]


def test_missing_and_unknown_columns(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(write_csv(["code", "item", "quantity", "colour"], [["SO1", "PUMP", "3", "red"]]))
    assert said(load_book(path)) == [
        ("unknown-column", "orders.csv:1:colour"),
        ("missing-column", "orders.csv:1"),
    ]


def test_a_mapping_says_which_column_is_which(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(write_csv(["A", "B", "C", "D", "E"], [["SO1", "PUMP", "3", "2026-03-06", "x"]]))
    mapping = {"A": "code", "B": "item", "C": "quantity", "D": "due", "E": ""}
    loaded = load_book(path, mappings={"orders": mapping})
    assert isinstance(loaded, OrderBook)
    assert loaded.orders[0].code == "SO1"


def test_rows_that_belong_to_nothing_are_errors(tmp_path: Path) -> None:
    folder = tmp_path / "park"
    save_network(network(), folder)
    (folder / "capabilities.csv").write_bytes(write_csv(["machine", "process"], [["T9", "turning"]]))
    (folder / "calendar_exceptions.csv").write_bytes(
        write_csv(["calendar", "start", "end"], [["night", "2026-05-01", "2026-05-02"]])
    )
    assert said(load_network(folder)) == [
        ("unknown-calendar", "calendar_exceptions.csv:2:calendar"),
        ("unknown-machine", "capabilities.csv:2:machine"),
    ]


def test_one_workbook_may_hold_network_and_orders(tmp_path: Path) -> None:
    from rongzhi.adapters.spreadsheet import as_tables, write_xlsx
    from rongzhi.model.production.table_documents import book_rows, network_rows

    path = tmp_path / "all.xlsx"
    path.write_bytes(write_xlsx(as_tables(network_rows(network()) | book_rows(book()), "zh")))
    assert load_network(path) == network()
    assert load_book(path) == book()


def test_broken_json_is_told(tmp_path: Path) -> None:
    path = tmp_path / "park.json"
    path.write_text('{"name": ')
    assert said(load_network(path)) == [("not-json", "park.json:1:10")]
    path.write_bytes(b"\xff\xfe\x00")
    assert said(load_network(path)) == [("not-json", "park.json")]
    path.write_text("{}")
    loaded = load_network(path)
    assert isinstance(loaded, Findings)
    assert {finding.severity for finding in loaded} == {Severity.ERROR}


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.json"
    write_whole(path, b"old")

    def broken(descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("rongzhi.adapters.spreadsheet.documents.os.fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["plan.json"]


def test_the_empty_network_too(tmp_path: Path) -> None:
    empty = Network.model_validate({"name": {"zh": "空"}})
    for name in FORMATS:
        save_network(empty, tmp_path / name)
        assert load_network(tmp_path / name) == empty


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"machines.2.work_centre": "X"}, "machines.csv:4:work_centre"),
        ({"machines.1.capabilities.0.process": "turn"}, "capabilities.csv:3:process"),
        ({"calendars.0.exceptions": [{"start": "2026-05-03T00:00", "end": "2026-05-01T00:00"}]},
         "calendar_exceptions.csv:2:end"),
    ],
)  # fmt: skip
def test_findings_of_checks_lead_back_to_the_row(tmp_path: Path, changes: dict[str, object], where: str) -> None:
    from rongzhi.model.production.checks import check_network
    from rongzhi.model.production.table_places import placed

    save_network(network(**changes), tmp_path)
    places: dict[str, str] = {}
    loaded = load_network(tmp_path, places=places)
    assert isinstance(loaded, Network)
    assert [finding.where for finding in placed(check_network(loaded), places)] == [where]
