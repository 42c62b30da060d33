"""What a spreadsheet file holds once it is read, and how much of it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rongzhi.model.production.cells import Cell


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be; beyond it the file is refused whole.

    Parameters
    ----------
    max_bytes : int
        Of the file as it is.
    max_unpacked_bytes : int
        Of everything inside an XLSX or ZIP file together, as it says and as it is.
    max_rows, max_columns, max_sheets : int
    max_cell_characters : int
    """

    max_bytes: int = 20_000_000
    max_unpacked_bytes: int = 300_000_000
    max_rows: int = 200_000
    max_columns: int = 200
    max_sheets: int = 50
    max_cell_characters: int = 32_767


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file.

    Parameters
    ----------
    name : str
        Of the sheet, or of the file without its ending.
    where : str
        What places in it begin with: ``orders.csv``, or ``park.xlsx:machines``.
    headers : sequence of str
    rows : sequence of (row number, cells)
        Row numbers as the person sees them, from 1 for the first line of the file; empty rows are left out.
    """

    name: str
    where: str
    headers: Sequence[str]
    rows: Sequence[tuple[int, Sequence[Cell]]]
