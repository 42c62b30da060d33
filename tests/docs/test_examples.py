"""Every Python block of the how-to and reference pages runs, and prints what the page says it prints.

The blocks of a page share their names and run in their order. A ``text`` block right after a Python block is what the
Python block prints. Pages that show parts of files instead of programs are only held to correct syntax and to names
that exist.
"""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*(DOCS / "reference").rglob("*.md"), *(DOCS / "how-to").glob("*.md")])
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)

PARTS_OF_FILES = {"how-to/add-a-page.md", "how-to/add-an-app.md"}


def blocks(page: Path) -> list[tuple[int, str, str | None]]:
    """Return line number, code and expected output of the Python blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found: list[tuple[int, str, str | None]] = []
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 2
        if match[1] == "python":
            found.append((line, match[2], None))
        elif match[1] == "text" and found and text[: match.start()].rstrip().endswith("```"):
            previous = found[-1]
            found[-1] = (previous[0], previous[1], match[2])
    return found


WITH_CODE = [page for page in PAGES if "```python" in page.read_text(encoding="utf-8")]


def name(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("page", [each for each in WITH_CODE if name(each) not in PARTS_OF_FILES], ids=name)
def test_examples_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "example"}
    for line, code, expected in blocks(page):
        capsys.readouterr()
        padded = "\n" * (line - 1) + code  # so that a traceback shows the line of the page
        exec(compile(padded, str(page), "exec"), names)
        printed = capsys.readouterr().out
        assert expected is None or printed == expected, f"{name(page)}:{line} prints\n{printed}"


@pytest.mark.parametrize("page", [each for each in WITH_CODE if name(each) in PARTS_OF_FILES], ids=name)
def test_parts_of_files_are_correct_and_name_what_exists(page: Path) -> None:
    for line, code, _ in blocks(page):
        tree = ast.parse("\n" * (line - 1) + code, str(page))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rongzhi"):
                module = importlib.import_module(str(node.module))
                missing = [each.name for each in node.names if not hasattr(module, each.name)]
                assert not missing, f"{name(page)}:{node.lineno}: {node.module} has no {missing}"


def test_scheduling_has_a_page_for_each_feature() -> None:
    index = (DOCS / "reference/scheduling/index.md").read_text(encoding="utf-8")
    pages = {each.name for each in (DOCS / "reference/scheduling").glob("*.md")} - {"index.md"}
    assert pages == set(re.findall(r"\]\(([\w-]+\.md)\)", index))
