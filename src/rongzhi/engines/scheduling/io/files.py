"""Read a problem from a file of any known kind, plain or packed."""

from __future__ import annotations

import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

from rongzhi.engines.scheduling.io import assembly, documents, fjs, jobshop, projects, setups, tables
from rongzhi.engines.scheduling.io.text import Source
from rongzhi.engines.scheduling.model import Problem
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text

Reader = Callable[[str, str], Problem]

FORMATS: dict[str, Reader] = {
    "fjs": fjs.read_fjs,
    "jobshop": jobshop.read_jobshop,
    "taillard": jobshop.read_taillard,
    "assembly": assembly.read_assembly,
    "setups": setups.read_setups,
    "psplib": projects.read_psplib,
    "patterson": projects.read_patterson,
    "json": documents.read_json,
    "csv": tables.read_operations,
}
"""Readers of text by the name of the format."""

_BY_SUFFIX = {".json": "json", ".csv": "csv", ".sm": "psplib", ".mm": "psplib", ".rcp": "patterson"}


def read_problem(
    path: str | Path,
    *,
    member: str | None = None,
    format_: str | None = None,
    origin: datetime | None = None,
) -> Problem:
    """Read a problem; the format follows from suffix and content.

    Parameters
    ----------
    path : str or Path
        A file, a folder of CSV tables, or an archive (zip, tar, gz, xz).
    member : str or None
        File inside an archive; not needed when there is only one.
    format_ : str or None
        One of `FORMATS` when the file does not show what it is.
    origin : datetime or None
        Time 0 for CSV tables with dates; other formats have none.

    Returns
    -------
    Problem

    Raises
    ------
    Rejected
        With findings, if the file cannot be read or does not keep its format.

    Examples
    --------
    >>> read_problem("shop.fjs")  # doctest: +SKIP
    >>> read_problem("brandimarte.tar.gz", member="brandimarte/mk01.txt")  # doctest: +SKIP
    """
    path = Path(path)
    if path.is_dir():
        return tables.read_csv(path, origin=origin)
    try:
        data, name = _unpack(path, member)
        text = _decoded(data, is_table=PurePosixPath(name).suffix.lower() == ".csv")
    except (OSError, UnicodeDecodeError, KeyError, tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError) as error:
        raise Rejected([_unreadable(path, str(error))]) from error
    kind = format_ or _BY_SUFFIX.get(PurePosixPath(name).suffix.lower()) or sniff(text)
    if kind is None or kind not in FORMATS:
        raise Rejected([_unknown(path)])
    if kind == "csv":
        return tables.read_operations(text, PurePosixPath(name).stem, origin=origin)
    return FORMATS[kind](text, PurePosixPath(name).stem)


def _decoded(data: bytes, *, is_table: bool) -> str:
    """Return the text; tables may be GB 18030, as Chinese spreadsheets save them."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if not is_table:
            raise
        return data.decode("gb18030")


def members(path: str | Path) -> list[str]:
    """Return the names of the files in an archive, sorted."""
    path = Path(path)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return sorted(name for name in archive.namelist() if not name.endswith("/"))
    if tarfile.is_tarfile(path):
        with tarfile.open(path) as tar:
            return sorted(info.name for info in tar if info.isfile())
    return []


def _unpack(path: Path, member: str | None) -> tuple[bytes, str]:
    inside = members(path)
    if not inside:
        data = path.read_bytes()
        opener = {".gz": gzip.decompress, ".xz": lzma.decompress}.get(path.suffix)
        return (opener(data), path.stem) if opener else (data, path.name)
    if member is None:
        if len(inside) > 1:
            raise Rejected([_many(path, inside)])
        member = inside[0]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return archive.read(member), member
    with tarfile.open(path) as tar:
        file = tar.extractfile(member)
        return (file or BytesIO()).read(), member


def sniff(text: str) -> str | None:
    """Return the name of the format of a text, None if it is none of those known.

    The benchmark formats name themselves nowhere, but each has its own number and length of lines.
    """
    head = text.lstrip("\ufeff \t\r\n")[:4000]
    if head.startswith("{"):
        return "json"
    if "PRECEDENCE RELATIONS" in text.upper():
        return "psplib"
    if head.lower().startswith("nb of jobs") or "\ntimes" in head.lower():
        return "taillard"
    source = Source(text)
    if source.rows and "," in source.rows[0]:
        return "csv"
    header = source.header(2)
    return _by_shape(source, [int(value) for value in header]) if header else None


def _by_shape(source: Source, header: list[int]) -> str | None:
    lines, count, second = len(source), header[0], header[1]
    if lines < 2:
        return None
    if len(header) >= 3 and lines == 1 + count + second and len(source.rows[1].split()) == 2:
        return "assembly"
    if lines == 1 + count:
        rows = source.rows[1:]
        return "fjs" if 2 * sum(map(_is_flexible, rows)) > count else "jobshop"  # a bad line does not hide the rest
    widths = {len(row.split()) for row in source.rows[1:]}
    if lines == 1 + 2 * count and widths == {second}:
        return "taillard"
    if len(header) == 2 and lines > 1 and len(source.rows[1].split()) == second and lines >= 2 + count:
        return "patterson"
    return "setups" if lines > 1 + count and _is_flexible(source.rows[1]) else None


def _is_flexible(row: str) -> bool:
    words = row.split()
    if not all(word.isdecimal() for word in words):
        return False
    at, steps = 1, 0
    while at < len(words):
        at += 1 + 2 * int(words[at])
        steps += 1
    return at == len(words) and steps == int(words[0])


def _unreadable(path: Path, reason: str) -> Finding:
    return Finding(
        "unreadable-file",
        str(path.name),
        Text(zh=f"读不了文件：{reason}", en=f"the file cannot be read: {reason}"),
        Text(zh="检查路径和编码（UTF-8）", en="check the path and the encoding (UTF-8)"),
    )


def _unknown(path: Path) -> Finding:
    return Finding(
        "unknown-format",
        str(path.name),
        Text(zh="认不出文件格式", en="the format of the file is not recognised"),
        Text(zh=f"用 format_ 指明：{'、'.join(FORMATS)}", en=f"name it by format_: {', '.join(FORMATS)}"),
    )


def _many(path: Path, inside: list[str]) -> Finding:
    shown = ", ".join(inside[:5]) + (" ..." if len(inside) > 5 else "")
    return Finding(
        "several-files",
        str(path.name),
        Text(zh=f"压缩包里有 {len(inside)} 个文件：{shown}", en=f"the archive holds {len(inside)} files: {shown}"),
        Text(zh="用 member 指明一个", en="name one by member"),
    )
