"""Numbers in text files, with the line each stands on, so that a bad file can be mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

MOST_FINDINGS = 50
"""More findings about one file help nobody."""

MOST = 10**6
"""Larger counts in a first line are taken for a mistake."""


@dataclass
class Source:
    """The lines of a file that say something, and what is wrong with them.

    Parameters
    ----------
    text : str
        ``#`` begins a comment; blank lines are left out.
    name : str
        File name for findings: ``mk01.fjs:3``.
    """

    text: str
    name: str = "text"
    findings: Findings = field(default_factory=Findings)
    numbers: list[int] = field(init=False)
    rows: list[str] = field(init=False)

    def __post_init__(self) -> None:
        pairs = [
            (number, content)
            for number, line in enumerate(self.text.lstrip("\ufeff").splitlines(), start=1)
            if (content := line.partition("#")[0].strip())
        ]
        self.numbers = [number for number, _ in pairs]
        self.rows = [content for _, content in pairs]

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, row: int) -> str:
        """Return the place of a row, the end of the file for rows after the last."""
        if row < len(self.rows):
            return f"{self.name}:{self.numbers[row]}"
        return f"{self.name}:{self.text.count(chr(10)) + 1}"

    def error(self, code: str, row: int, message: Text, fix: Text) -> None:
        """Add a finding about a row."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.error(code, self.where(row), message, fix)

    def ints(self, row: int) -> list[int]:
        """Return the whole numbers of a row; report the first word that is none and return nothing."""
        if row >= len(self.rows):
            self.ends_early(row)
            return []
        words = self.rows[row].split()
        try:
            return list(map(int, words))
        except ValueError:
            odd = next(word for word in words if not _is_int(word))
            self.error(
                "not-a-number",
                row,
                Text(zh=f"“{odd[:40]}”不是整数", en=f"'{odd[:40]}' is not a whole number"),
                Text(zh="只写整数，用空格分开", en="write whole numbers separated by blanks"),
            )
            return []

    def header(self, least: int) -> list[float]:
        """Return the numbers of the first row; report when there are fewer than asked for."""
        words = self.rows[0].split() if self.rows else []
        try:
            values = [float(word) for word in words]
        except ValueError:
            values = []
        if len(values) < least or any(not (0 <= value <= MOST and value == int(value)) for value in values[:least]):
            self.error(
                "bad-header",
                0,
                Text(
                    zh=f"首行应以 {least} 个非负整数开头",
                    en=f"the first line must begin with {least} whole numbers of at least 0",
                ),
                Text(zh="检查文件格式", en="check the format of the file"),
            )
            return []
        return values

    def demand(self, count: int) -> None:
        """Refuse a file with fewer rows than its first line asks for.

        Raises
        ------
        Rejected
            With everything found so far.
        """
        if len(self) < count:
            self.ends_early(len(self))
        self.findings.raise_if_any()

    def ends_early(self, row: int) -> None:
        """Report that lines are missing."""
        self.error(
            "file-too-short",
            row,
            Text(zh=f"文件只有 {len(self)} 行数据，数据不全", en=f"the file ends after {len(self)} lines of data"),
            Text(zh="补全文件，或改正首行中的数目", en="complete the file or correct the counts in its first line"),
        )

    def negative(self, row: int, values: list[int]) -> bool:
        """Report the first negative number of a row; return whether there is one."""
        low = min(values, default=0)
        if low >= 0:
            return False
        self.error(
            "negative-number",
            row,
            Text(zh=f"负数 {low}", en=f"negative number {low}"),
            Text(zh="时间和编号不能为负", en="times and indices are never negative"),
        )
        return True


def _is_int(word: str) -> bool:
    try:
        int(word)
    except ValueError:
        return False
    return True


@dataclass
class Words:
    """The whole numbers of a file one after the other, wherever its lines are broken."""

    source: Source
    first: int = 0
    _values: list[tuple[int, int]] = field(init=False)
    _at: int = 0

    def __post_init__(self) -> None:
        self._values = [(row, value) for row in range(self.first, len(self.source)) for value in self.source.ints(row)]

    def __iter__(self) -> Iterator[int]:
        return (value for _, value in self._values[self._at :])

    @property
    def row(self) -> int:
        """Row of the next number."""
        return self._values[self._at][0] if self._at < len(self._values) else len(self.source)

    def take(self, count: int) -> list[int] | None:
        """Return the next numbers; None, with a finding, when the file ends before."""
        if self._at + count > len(self._values):
            self.source.ends_early(len(self.source))
            self._at = len(self._values)
            return None
        values = [value for _, value in self._values[self._at : self._at + count]]
        self._at += count
        return values
