"""The house itself: sizes, the library without the site, what the repository must not hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for path in (ROOT / "src").rglob("*.py") if "migrations" not in path.parts)
HARD_MODULE, HARD_FUNCTION = 800, 60
LIBRARY = [
    "rongzhi.kernel",
    "rongzhi.model.production",
    "rongzhi.model.glossary",
    "rongzhi.samples.levy2014",
    "rongzhi.samples.synthetic",
    "rongzhi.engines.costing",
    "rongzhi.engines.decomposition",
    "rongzhi.engines.quality",
    "rongzhi.engines.scheduling",
    "rongzhi.engines.scoring",
    "rongzhi.engines.settling",
    "rongzhi.cli",
]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def functions() -> Iterator[tuple[int, str]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield length, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_modules_stay_small() -> None:
    sizes = sorted(((len(each.read_text(encoding="utf-8").splitlines()), each.name) for each in SOURCES), reverse=True)
    print("longest modules:", sizes[:5])
    assert sizes[0][0] <= HARD_MODULE, sizes[0]


def test_functions_stay_short() -> None:
    lengths = sorted(functions(), reverse=True)
    print("longest functions:", lengths[:5])
    assert [each for each in lengths if each[0] > HARD_FUNCTION] == []


@pytest.mark.parametrize("module", LIBRARY)
def test_the_library_needs_no_django(module: str) -> None:
    code = f"import sys; sys.modules['django'] = None; import {module}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_repository_holds_only_our_work() -> None:
    for path in tracked():
        name = path.name
        assert not name.endswith((".min.js", ".min.css", ".woff2", ".whl")), f"{name} is somebody else's"
        assert path.stat().st_size < 2_000_000, f"{name} is too large for the repository"


def test_lock_files_record_no_addresses() -> None:
    locks = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "package-lock.json"]
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert '"resolved"' not in text, lock.name
        assert not re.search(r"--(extra-)?index-url|--find-links|^\S+ @ ", text, re.MULTILINE), lock.name


def test_requirements_are_pinned_by_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = re.findall(
            r"^[A-Za-z0-9][^\n]*?==[^\n]*(?:\n    [^\n]*)*", lock.read_text(encoding="utf-8"), re.MULTILINE
        )
        assert entries, lock.name
        for entry in entries:
            assert "--hash=sha256:" in entry, f"{lock.name}: {entry.splitlines()[0]}"
