"""Compiled functions: one decorator, a cache that is always writable and never stale."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

_HERE = Path(__file__).parent
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _choose_cache() -> Path:
    """Return the folder numba keeps compiled code in; set it when neither default can be written."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if _is_writable(_HERE / "__pycache__"):
        return _HERE / "__pycache__"
    # The fingerprint of every kernel is part of the name because numba looks only at the file that holds a function.
    fallback = Path(tempfile.gettempdir()) / f"rongzhi-numba-{os.getuid()}-{_fingerprint():08x}"
    fallback.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["NUMBA_CACHE_DIR"] = str(fallback)
    return fallback


def _fingerprint() -> int:
    """Return a number that changes with any source that is compiled or frozen into compiled code."""
    mark = 0
    for source in (*sorted(_HERE.glob("kernel_*.py")), _HERE / "arrays.py", _HERE / "native.py"):
        mark = zlib.crc32(source.read_bytes(), mark)
    return mark


def _drop_stale(cache: Path) -> None:
    """Forget compiled kernels when any kernel's source changed, since they are compiled into each other."""
    stamp = cache / "kernels.stamp"
    mark = f"{_fingerprint():08x}"
    try:
        cache.mkdir(parents=True, exist_ok=True)  # else the first run's machine code would look stale to the second
        if stamp.exists() and stamp.read_text() == mark:
            return
        for pattern in ("kernel_*.nb[ic]", "native.*.nb[ic]"):
            for old in cache.rglob(pattern):
                old.unlink(missing_ok=True)
        stamp.write_text(mark)
    except OSError:
        return


_drop_stale(_choose_cache())

import numba  # noqa: E402  (the cache folder must be known before)


def entry(function: _Function) -> _Function:
    """Compile a function that Python calls, at its first call, and keep the machine code on disk."""
    return cast("_Function", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def kernel(function: _Function) -> _Function:
    """Compile a function that only compiled functions call; it becomes part of them."""
    options: dict[str, Any] = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("_Function", numba.njit(**options)(function))
