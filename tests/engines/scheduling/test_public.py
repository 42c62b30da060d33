"""The public face of the engine: complete, quick to import, and the same for people, programs and type checkers."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from rongzhi.engines import scheduling


@pytest.mark.parametrize("name", scheduling.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(scheduling, name) is not None
    assert name in dir(scheduling)


def test_what_is_typed_is_what_is_found() -> None:
    tree = ast.parse(Path(str(scheduling.__file__)).read_text(encoding="utf-8"))
    (typed,) = [node for node in tree.body if isinstance(node, ast.If)]
    stated = {
        (str(node.module).rpartition(".")[2], alias.name)
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert stated == {(module, name) for name, module in scheduling._HOME.items()}
    assert {name for _, name in stated} <= set(scheduling.__all__)


def test_a_name_that_is_not_there_is_said() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'plan_everything'"):
        _ = scheduling.plan_everything


def test_importing_the_engine_loads_nothing_that_only_few_need() -> None:
    script = (
        "import sys\nfrom rongzhi.engines import scheduling\n"
        "heavy = {'numba', 'ortools', 'scipy', 'pydantic', 'rongzhi.engines.scheduling.promise'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert scheduling.check is scheduling.checker.check\n"
        "assert callable(scheduling.solve) and scheduling.promise.Promiser is scheduling.Promiser\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
