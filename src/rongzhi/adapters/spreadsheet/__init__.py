"""CSV and XLSX in and out: limits, content checks, places a person can find, cells that cannot act as formulas."""

from rongzhi.adapters.spreadsheet.documents import (
    as_tables,
    load_book,
    load_network,
    records_of,
    save_book,
    save_network,
    write_whole,
)
from rongzhi.adapters.spreadsheet.reading import read_sheets
from rongzhi.adapters.spreadsheet.sheets import Limits, Sheet
from rongzhi.adapters.spreadsheet.writing import write_csv, write_xlsx, write_zip

__all__ = [
    "Limits",
    "Sheet",
    "as_tables",
    "load_book",
    "load_network",
    "read_sheets",
    "records_of",
    "save_book",
    "save_network",
    "write_csv",
    "write_whole",
    "write_xlsx",
    "write_zip",
]
