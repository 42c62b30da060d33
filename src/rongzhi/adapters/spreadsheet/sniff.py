"""What a file really is: judged by its content, held against its name."""

from __future__ import annotations

import io
import zipfile
from typing import Literal

from rongzhi.adapters.spreadsheet.sheets import Limits
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

Content = Literal["csv", "xlsx", "zip", "json"]

_MAGIC: tuple[tuple[bytes, Text], ...] = (
    (b"\xd0\xcf\x11\xe0", Text("旧版 Excel（.xls）或加密文件", "an old Excel file (.xls) or an encrypted one")),
    (b"%PDF", Text("PDF 文件", "a PDF file")),
    (b"\x89PNG", Text("图片", "a picture")),
    (b"\xff\xd8\xff", Text("图片", "a picture")),
    (b"GIF8", Text("图片", "a picture")),
    (b"\x1f\x8b", Text("gzip 压缩文件", "a gzip file")),
    (b"Rar!", Text("RAR 压缩文件", "a RAR archive")),
    (b"7z\xbc\xaf", Text("7z 压缩文件", "a 7z archive")),
    (b"\x7fELF", Text("程序文件", "a program")),
    (b"MZ", Text("程序文件", "a program")),
)
_MEANT = {"csv": "csv", "txt": "csv", "tsv": "csv", "xlsx": "xlsx", "xlsm": "xlsx", "zip": "zip", "json": "json"}
_SAVE_AS = Text("另存为 CSV UTF-8 或 .xlsx 后再上传", "save it as CSV UTF-8 or .xlsx and try again")


def sniff(content: bytes, name: str, limits: Limits) -> Content | Findings:
    """Return what a file is, or the finding that it is too large, something else, or not what its name says."""
    findings = Findings()
    if len(content) > limits.max_bytes:
        too_large(findings, name, len(content), limits.max_bytes)
        return findings
    kind = _kind(content)
    if isinstance(kind, Text):
        message = Text(zh=f"这是{kind.zh}，不是表格", en=f"this is {kind.en}, not a table")
        findings.error("not-a-table", name, message, _SAVE_AS)
        return findings
    meant = _MEANT.get(name.rsplit(".", 1)[-1].lower()) if "." in name else None
    if meant is not None and meant != kind and not (meant == "csv" and kind == "json"):
        findings.error(
            "not-what-its-name-says",
            name,
            Text(zh=f"文件名说是 {meant}，内容却是 {kind}", en=f"the name says {meant}, the content is {kind}"),
            Text(zh="改正文件扩展名，或重新导出", en="correct the file's ending, or export it again"),
        )
        return findings
    if kind in ("xlsx", "zip"):
        _check_packed(findings, content, name, limits)
        if not findings.is_clean:
            return findings
    return "csv" if meant == "csv" else kind


def too_large(findings: Findings, where: str, size: int, limit: int) -> None:
    """Add the finding that a file is larger than allowed."""
    findings.error(
        "too-large",
        where,
        Text(
            zh=f"文件 {size / 1e6:.1f} MB，超过上限 {limit / 1e6:.0f} MB",
            en=f"the file has {size / 1e6:.1f} MB, more than the limit of {limit / 1e6:.0f} MB",
        ),
        Text(zh="拆成几个文件", en="split it into several files"),
    )


def _kind(content: bytes) -> Content | Text:
    for magic, text in _MAGIC:
        if content.startswith(magic):
            return text
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                names = set(packed.namelist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return Text("损坏的压缩文件", "a damaged archive")
        return "xlsx" if "xl/workbook.xml" in names else "zip"
    if content[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\x00" in content[:65536]:
        return Text("二进制文件", "a binary file")
    head = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "json" if head[:1] in (b"{", b"[") else "csv"


def _check_packed(findings: Findings, content: bytes, name: str, limits: Limits) -> None:
    """Refuse archives that unpack to more than is allowed; sizes are counted, not believed."""
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for entry in packed.infolist():
                with packed.open(entry) as stream:
                    first = stream.read(4096)
                    total += len(first)
                    if b"<!DOCTYPE" in first.upper() and entry.filename.endswith((".xml", ".rels")):
                        message = Text(zh="文件内含不安全的 XML 声明", en="the file holds an unsafe XML declaration")
                        findings.error("unsafe-content", name, message, _SAVE_AS)
                        return
                    while piece := stream.read(1 << 20):
                        total += len(piece)
                        if total > limits.max_unpacked_bytes:
                            too_large(findings, name, total, limits.max_unpacked_bytes)
                            return
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        message = Text(zh="压缩文件已损坏或已加密", en="the archive is damaged or encrypted")
        findings.error("damaged", name, message, _SAVE_AS)
