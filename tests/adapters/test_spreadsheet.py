"""Spreadsheets in and out: encodings, limits, wrong files, formulas that must not act, round trips."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from rongzhi.adapters.spreadsheet import Limits, Sheet, read_sheets, write_csv, write_xlsx, write_zip
from rongzhi.kernel.findings import Findings


def sheets(content: bytes, name: str = "orders.csv", **limits: int) -> list[Sheet]:
    read = read_sheets(content, name, Limits(**limits))
    assert not isinstance(read, Findings), [finding.message.en for finding in read]
    return read


def refusal(content: bytes, name: str, **limits: int) -> tuple[str, str]:
    read = read_sheets(content, name, Limits(**limits))
    assert isinstance(read, Findings)
    (finding,) = read
    assert finding.message.zh
    assert finding.fix.en
    return finding.code, finding.where


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_delimiters_are_found(encoding: str, mark: str) -> None:
    text = f"订单号{mark}数量{mark}备注\r\nSO1{mark}5{mark}急件\r\n"
    (sheet,) = sheets(text.encode(encoding))
    assert sheet.headers == ["订单号", "数量", "备注"]
    assert sheet.rows == [(2, ["SO1", "5", "急件"])]


def test_row_numbers_are_those_of_the_file() -> None:
    (sheet,) = sheets(b'\n\na,b\n1,"two\nlines"\n\n3,4\n')
    assert sheet.headers == ["a", "b"]
    assert [(number, list(cells)) for number, cells in sheet.rows] == [(4, ["1", "two\nlines"]), (7, ["3", "4"])]


def test_a_heading_with_the_other_mark_in_quotes() -> None:
    (sheet,) = sheets(b'"a;b;c;d",e\n1,2\n')
    assert sheet.headers == ["a;b;c;d", "e"]


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


XLSX = write_xlsx({"orders": (["code"], [["SO1"]])})


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (XLSX, "orders.csv", "not-what-its-name-says"),
        (b"code\nSO1\n", "orders.xlsx", "not-what-its-name-says"),
        (b'{"a": 1}', "orders.xlsx", "not-what-its-name-says"),
        (packed(a=b"x"), "orders.xlsx", "not-what-its-name-says"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "orders.xls", "not-a-table"),
        (b"%PDF-1.7", "orders.csv", "not-a-table"),
        (b"\x89PNG\r\n", "orders.csv", "not-a-table"),
        (b"a,b\n\x00\x01", "orders.csv", "not-a-table"),
        (b"PK\x03\x04broken", "orders.xlsx", "not-a-table"),
        (b"code,\xff\xff\xff\n", "orders.csv", "unknown-encoding"),
        (b'code\n"open', "orders.csv", "not-csv"),
        (packed(**{"readme.md": b"x"}), "orders.zip", "not-a-table"),
        (packed(**{"xl/workbook.xml": b"<a/>"}), "orders.xlsx", "not-xlsx"),
        (packed(**{"xl/workbook.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'}), "orders.xlsx",
         "unsafe-content"),
    ],
)  # fmt: skip
def test_files_that_are_not_what_they_should_be(content: bytes, name: str, code: str) -> None:
    assert refusal(content, name) == (code, name)


def test_limits_are_kept() -> None:
    assert refusal(b"code\n" + b"x\n" * 10, "orders.csv", max_bytes=10) == ("too-large", "orders.csv")
    assert refusal(b"code\n" + b"x\n" * 10, "orders.csv", max_rows=9) == ("too-large", "orders.csv")
    assert refusal(b"a,b,c\n", "orders.csv", max_columns=2) == ("too-large", "orders.csv:1")
    assert refusal(b"a\n" + b"x" * 50, "orders.csv", max_cell_characters=49) == ("too-large", "orders.csv:2")
    many = write_xlsx({str(number): (["a"], []) for number in range(3)})
    assert refusal(many, "a.xlsx", max_sheets=2) == ("too-large", "a.xlsx")


def test_a_bomb_is_counted_and_not_unpacked_whole() -> None:
    bomb = packed(**{"xl/workbook.xml": b"<a/>", "xl/sheet.xml": b"0" * 5_000_000})
    assert len(bomb) < 10_000
    assert refusal(bomb, "bomb.xlsx", max_unpacked_bytes=3_000_000) == ("too-large", "bomb.xlsx")


def test_a_large_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    read = read_sheets(path)
    assert isinstance(read, Findings)
    (finding,) = read
    assert finding.message.en == "the file has 200.0 MB, more than the limit of 20 MB"


def test_workbooks_give_typed_cells_and_name_their_sheets() -> None:
    book = Workbook()
    page = book.active
    page.title = "订单"
    page.append(["code", "quantity", "due"])
    page.append(["SO1", 2.5, datetime(2026, 3, 6, 17)])
    book.create_sheet("items").append(["code"])
    out = io.BytesIO()
    book.save(out)
    orders, items = sheets(out.getvalue(), "park.xlsx")
    assert (orders.name, orders.where) == ("订单", "park.xlsx:订单")
    assert orders.rows == [(2, ("SO1", 2.5, datetime(2026, 3, 6, 17)))] or orders.rows == [
        (2, ["SO1", 2.5, datetime(2026, 3, 6, 17)])
    ]
    assert (list(items.headers), items.rows) == (["code"], [])


def test_text_cannot_act_as_a_formula() -> None:
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "fine - really"]
    text = write_csv(["t"], [[cell] for cell in evil]).decode("utf-8-sig")
    assert text.splitlines() == ["t", "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "''=1", "fine - really"]
    page = load_workbook(io.BytesIO(write_xlsx({"s": (["t"], [[cell] for cell in evil])})))["s"]
    assert [cell.data_type for cell in page["A"]] == ["s"] * 8
    (sheet,) = sheets(write_csv(["t"], [[cell] for cell in evil]))
    assert [cells[0] for _, cells in sheet.rows] == evil


def test_negative_numbers_stay_numbers() -> None:
    assert write_csv(["n"], [[-1.5], [Decimal("-2.50")], [True]]).decode("utf-8-sig").split() == [
        "n",
        "-1.5",
        "-2.50",
        "yes",
    ]
    (sheet,) = sheets(write_xlsx({"s": (["n"], [[Decimal("-2.5")], [Decimal("0.1234567890123456789")]])}), "a.xlsx")
    assert [cells[0] for _, cells in sheet.rows] == [-2.5, "0.1234567890123456789"]


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cn", "Co"]), min_size=1, max_size=12)


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=6))
def test_text_comes_back_as_it_was(rows: list[list[str]]) -> None:
    for content, name in (
        (write_csv(["a", "b"], rows), "t.csv"),
        (write_xlsx({"t": (["a", "b"], rows)}), "t.xlsx"),
        (write_zip({"t": (["a", "b"], rows)}), "t.zip"),
    ):
        (sheet,) = sheets(content, name)
        assert [list(cells) for _, cells in sheet.rows] == rows
